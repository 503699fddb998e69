package vault

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// Propose makes an erasure request, to be signed by a requester and an
// approver: of a subject with all of its records, or of a range of them.
func (v *Vault) Propose(subject, log, basis, no string, first, last uint64) (Request, error) {
	s, err := v.keys.Subject(subject)
	if err != nil {
		return Request{}, err
	}
	r := Request{Format: requestFormat, Organization: v.Organization, Log: log, Subject: s.ID, Key: s.Wrapping(), Whole: first == 0 && last == 0,
		First: first, Last: last, Basis: basis, No: no, Made: v.now().UTC().Format(time.RFC3339)}
	text, err := r.Encode()
	if err != nil {
		return Request{}, err
	}
	_, err = parseRequest(text)
	return r, err
}

// erasure is an approved one on its way, in the database until it is done and
// after.
type erasure struct {
	Request   string
	Approvals [][]byte // fingerprints
	Pseudonym []byte
	Last      uint64 // subject sequence number, for the whole too
	Records   []uint64
	From      uint64 // size of the log when it was planned: its leaf comes after
	Gone      bool   // keys destroyed, ciphertext deleted
	Done      bool   // and told in the log
	Seq       uint64 // of its leaf
}

// Erased is what an erasure came to.
type Erased struct {
	Request Request
	Records int
	Receipt evidencelog.Receipt
}

// Erase carries out a request that two people have signed: the key is
// destroyed, the ciphertext deleted, a leaf with the legal basis appended. From
// the moment it begins it is carried to its end, by Resume if this process
// does not live to see it. roots are the certificates of the organization's
// authority.
func (v *Vault) Erase(ctx context.Context, log Log, roots []*x509.Certificate, approvals ...Approval) (Erased, error) {
	request, fingerprints, err := v.approved(approvals, roots)
	if err != nil {
		return Erased{}, err
	}
	if request.Log != log.Name() {
		return Erased{}, refused("log", log.Name(), request.Log, "申请针对另一日志", "the request is about another log", "")
	}
	if _, err := v.Enter(ctx, log); err != nil { // what is not in the log cannot be told erased
		return Erased{}, err
	}
	v.erasing.Lock()
	defer v.erasing.Unlock()
	key := append([]byte{atErasure}, request.No...)
	if job, err := v.erasure(key); err == nil {
		if job.Request != approvals[0].Request {
			return Erased{}, refused("request", "", request.No, "申请编号已用于另一删除", "the number is that of another erasure", "give each request a number of its own")
		}
		return v.carryOut(ctx, log, key, job) // again, or what is left of it
	} else if !errors.Is(err, leveldb.ErrNotFound) {
		return Erased{}, err
	}
	job := &erasure{Request: approvals[0].Request}
	for _, f := range fingerprints {
		job.Approvals = append(job.Approvals, f[:])
	}
	if err := v.begin(log, request, key, job); err != nil {
		return Erased{}, err
	}
	return v.carryOut(ctx, log, key, job)
}

// begin finds what a request is about and destroys its keys. Meanwhile no
// record is committed: one that came in between would lose its key too.
func (v *Vault) begin(log Log, request Request, key []byte, job *erasure) error {
	v.committing.Lock()
	defer v.committing.Unlock()
	if err := v.plan(log, request, job); err != nil {
		return err
	}
	if err := v.keep(key, job); err != nil { // from here on it will be done
		return err
	}
	return v.destroy(request, key, job)
}

// plan finds what a request is about.
func (v *Vault) plan(log Log, request Request, job *erasure) error {
	subject, err := v.keys.ByID(request.Subject)
	if err != nil {
		return err
	}
	if subject.Wrapping() != request.Key {
		return refused("key", subject.Wrapping().String(), request.Key.String(), "申请之后密钥已更换", "the subject's key has been renewed since the request", "request and approve again")
	}
	pseudonym := subject.Pseudonym(log.Name())
	job.Pseudonym, job.Last, job.From = pseudonym[:], request.Last, log.Size()
	for r, err := range v.Of(request.Subject) {
		switch {
		case err != nil:
			return err
		case r.Erased != "" || (r.Log != "" && r.Log != log.Name()):
			continue
		case !request.Whole && (r.SubjectSeq < request.First || r.SubjectSeq > request.Last):
			continue
		}
		job.Records = append(job.Records, r.ID.number())
		if request.Whole {
			job.Last = max(job.Last, r.SubjectSeq)
		}
	}
	if len(job.Records) == 0 {
		return refused("subject", "1 record or more", "0", "没有可删除的记录", "there is no record to erase in the range", "qxl vault list --subject shows them")
	}
	return nil
}

// destroy ends keys and ciphertext, unless that has been done. Each step may
// be done twice.
func (v *Vault) destroy(request Request, key []byte, job *erasure) error {
	if job.Gone {
		return nil
	}
	gone := map[uint64]bool{}
	for _, n := range job.Records {
		gone[n] = true
	}
	if err := v.destroyKeys(request, gone); err != nil {
		return err
	}
	if err := v.dropRecords(request, job.Records); err != nil {
		return err
	}
	job.Gone = true
	return v.keep(key, job)
}

// carryOut does what is not done of an erasure.
func (v *Vault) carryOut(ctx context.Context, log Log, key []byte, job *erasure) (Erased, error) {
	request, err := parseRequest(job.Request)
	if err != nil {
		return Erased{}, err
	}
	out := Erased{Request: request, Records: len(job.Records)}
	if job.Done {
		out.Receipt, err = log.Prove(job.Seq)
		return out, err
	}
	if err := v.destroy(request, key, job); err != nil {
		return out, err
	}
	if out.Receipt, err = v.tell(ctx, log, request, job); err != nil {
		return out, err
	}
	leaf, err := evidencelog.DecodeLeaf(out.Receipt.Leaf)
	if err != nil {
		return out, err
	}
	job.Done, job.Seq = true, leaf.Seq
	return out, v.keep(key, job)
}

// destroyKeys destroys the subject's keys, or gives the records that stay
// another wrapping key and destroys the one of those that go: what the
// database still has of their wrapped keys then opens under nothing.
func (v *Vault) destroyKeys(request Request, gone map[uint64]bool) error {
	if request.Whole {
		return v.keys.Destroy(request.Subject)
	}
	subject, err := v.keys.ByID(request.Subject)
	if err != nil {
		return err
	}
	if old, renewing := subject.Renewed(); subject.Wrapping() != request.Key && (!renewing || old != request.Key) {
		return nil // destroyed already
	}
	if subject, err = v.keys.Renew(request.Subject); err != nil {
		return err
	}
	if err := v.wrapAnew(subject, gone); err != nil {
		return err
	}
	_, err = v.keys.Settle(request.Subject)
	return err
}

func (v *Vault) wrapAnew(subject *keys.Subject, gone map[uint64]bool) error {
	v.writing.Lock()
	defer v.writing.Unlock()
	var batch leveldb.Batch
	for r, err := range v.Of(subject.ID) {
		if err != nil {
			return err
		}
		if r.Erased != "" || gone[r.ID.number()] {
			continue
		}
		dek, err := subject.Unwrap(r.wrapped, r.ID[:])
		if err != nil {
			return &DamagedError{Record: r.ID, Err: err}
		}
		r.wrapped, err = subject.Wrap(dek, r.ID[:])
		clear(dek)
		if err != nil {
			return err
		}
		raw, err := r.encode()
		if err != nil {
			return err
		}
		batch.Put(numbered(atRecord, r.ID.number()), raw)
	}
	return v.records.Write(&batch, durable)
}

// dropRecords deletes ciphertext and sealed contents. What stays of a record
// is what its leaf says anyway.
func (v *Vault) dropRecords(request Request, numbers []uint64) error {
	v.writing.Lock()
	defer v.writing.Unlock()
	var batch leveldb.Batch
	for _, n := range numbers {
		r, err := v.read(n)
		if err != nil {
			return err
		}
		if !r.Retain.IsZero() {
			batch.Delete(dueKey(int32(r.Retain), n))
		}
		r.Erased, r.wrapped, r.sealed, r.Retain, r.Stored, r.Cipher = request.No, nil, nil, 0, time.UnixMilli(0).UTC(), 0
		raw, err := r.encode()
		if err != nil {
			return err
		}
		batch.Put(numbered(atRecord, n), raw)
		batch.Delete(numbered(atPending, n)) // of one stored while this began
		if err := v.dropBlocks(n); err != nil {
			return err
		}
	}
	if err := v.records.Write(&batch, durable); err != nil {
		return err
	}
	for _, n := range numbers {
		if err := v.blocks.CompactRange(blocksOf(n)); err != nil {
			return err
		}
	}
	// The sealed contents are without a key; their bytes go too.
	return v.records.CompactRange(util.Range{Start: numbered(atRecord, numbers[0]), Limit: numbered(atRecord, numbers[len(numbers)-1]+1)})
}

// tell appends the erasure's leaf, or finds it where a crash came after.
func (v *Vault) tell(ctx context.Context, log Log, request Request, job *erasure) (evidencelog.Receipt, error) {
	e := evidencelog.Erasure{First: max(request.First, 1), Last: job.Last, Basis: request.Basis, Request: request.No, Key: request.Key}
	for _, f := range job.Approvals {
		e.Approvals = append(e.Approvals, [32]byte(f))
	}
	if found, ok, err := findErasure(log, job.From, [32]byte(job.Pseudonym), request.No); err != nil || ok {
		return found, err
	}
	receipts, err := log.Append(ctx, []evidencelog.Entry{{Kind: evidencelog.KindErasure, Subject: [32]byte(job.Pseudonym), Erasure: &e}})
	if err != nil {
		return evidencelog.Receipt{}, err
	}
	return receipts[0], nil
}

func findErasure(log Log, from uint64, pseudonym [32]byte, no string) (evidencelog.Receipt, bool, error) {
	size := log.Size()
	for seq := from; seq < size; seq++ {
		leaf, _, err := log.Leaf(seq)
		if err != nil {
			return evidencelog.Receipt{}, false, err
		}
		if leaf.Subject == pseudonym && leaf.Erasure != nil && leaf.Erasure.Request == no {
			r, err := log.Prove(seq)
			return r, err == nil, err
		}
	}
	return evidencelog.Receipt{}, false, nil
}

func (v *Vault) erasure(key []byte) (*erasure, error) {
	raw, err := v.records.Get(key, nil)
	if err != nil {
		return nil, err
	}
	job := &erasure{}
	return job, ledgerstate.Decode(raw, job)
}

func (v *Vault) keep(key []byte, job *erasure) error {
	raw, err := ledgerstate.Encode(job)
	if err != nil {
		return err
	}
	return v.putSummed(key, raw)
}

// unfinished are the erasures that a crash has interrupted.
func (v *Vault) unfinished(do func(key []byte, request Request, job *erasure) error) error {
	it := v.records.NewIterator(prefix([]byte{atErasure}), nil)
	defer it.Release()
	for it.Next() {
		job := &erasure{}
		if err := ledgerstate.Decode(it.Value(), job); err != nil {
			return fmt.Errorf("erasure %s: %w", it.Key()[1:], err)
		}
		if job.Done {
			continue
		}
		request, err := parseRequest(job.Request)
		if err != nil {
			return err
		}
		if err := do(append([]byte(nil), it.Key()...), request, job); err != nil {
			return err
		}
	}
	return it.Error()
}

// Resume tells the log of erasures that a crash interrupted before their
// leaf; keys and ciphertext went when the vault was opened.
func (v *Vault) Resume(ctx context.Context, log Log) (done []Erased, err error) {
	v.erasing.Lock()
	defer v.erasing.Unlock()
	return done, v.unfinished(func(key []byte, request Request, job *erasure) error {
		if request.Log != log.Name() {
			return nil
		}
		e, err := v.carryOut(ctx, log, key, job)
		if err == nil {
			done = append(done, e)
		}
		return err
	})
}
