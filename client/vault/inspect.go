package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/ipfs/go-cid"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/readonly"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// Inspection reads a vault, in whatever state it is, to be held against its
// log. It changes nothing, and without the passphrase it sees ciphertext only.
//
// The order of calls is Indexes, Leaf for each leaf about a record or an
// erasure, Rest.
type Inspection struct {
	Settings
	log     string
	records *leveldb.DB // nil: it cannot be read
	blocks  *leveldb.DB
	keys    *keys.Store // nil: not looked at
	store   keys.Checked

	find     func(evidencelog.Finding)
	repaired map[cid.Cid]uint64 // that the index of addresses does not lead to
	seen     numbers            // of records whose leaf was met
	damaged  map[uint64]error   // numbers of records that cannot be read
	requests map[string]bool    // of erasures whose leaf was met
	pending  int
	last     uint64 // 1 + the last leaf that a record says it has
}

// Inspect opens a vault to be held against a log of this name. find gets what
// is wrong. passphrase may be nil: keys are not looked at then.
func Inspect(dir, log string, passphrase func() ([]byte, error), find func(evidencelog.Finding)) (_ *Inspection, err error) {
	i := &Inspection{log: log, find: find, repaired: map[cid.Cid]uint64{}, seen: numbers{}, damaged: map[uint64]error{}, requests: map[string]bool{}}
	if err := i.settings(dir); err != nil {
		return nil, err
	}
	if i.records, err = readonly.Open(filepath.Join(dir, recordsFolder), recordOptions()); err != nil {
		if errors.Is(err, syscall.EAGAIN) {
			return nil, &LockedError{Dir: dir}
		}
		i.wrong(evidencelog.Tampered, "vault records", "保险库的记录无法读取", "the database of records cannot be opened: %v", err)
	}
	if i.blocks, err = readonly.Open(filepath.Join(dir, blocksFolder), blockOptions()); err != nil {
		i.wrong(evidencelog.Tampered, "vault blocks", "保险库的密文无法读取", "the database of blocks cannot be opened: %v", err)
	}
	for db, place := range map[*leveldb.DB]string{i.records: "vault records", i.blocks: "vault blocks"} {
		if db == nil {
			continue
		}
		if raw, err := db.Get(keySchema, nil); err != nil || string(raw) != schemaVersion {
			i.wrong(evidencelog.Tampered, place, "保险库版本标记不对", "the schema's version is %q, want %q", raw, schemaVersion)
		}
	}
	if passphrase == nil {
		return i, nil
	}
	return i, i.openStore(keysDir(dir, i.Settings), passphrase)
}

// settings are read as they were written, and no otherwise.
func (i *Inspection) settings(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := os.Stat(filepath.Join(dir, recordsFolder)); there != nil {
			return &NotVaultError{Dir: dir}
		}
		i.wrong(evidencelog.Missing, "vault settings", "缺少保险库设置", "there is no %s", settingsFile)
		i.Settings = Settings{Keys: keysFolder}
		return nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &i.Settings)
	}
	again, _ := json.MarshalIndent(i.Settings, "", "  ")
	if err != nil || !bytes.Equal(append(again, '\n'), raw) {
		i.wrong(evidencelog.Tampered, "vault settings", "保险库设置被篡改", "%s is not as it was written", settingsFile)
	}
	if i.Keys == "" {
		i.Keys = keysFolder
	}
	return nil
}

// openStore opens the key store and checks each of its files.
func (i *Inspection) openStore(dir string, passphrase func() ([]byte, error)) error {
	secret, err := passphrase()
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		i.wrong(evidencelog.Missing, "keys", "缺少密钥库", "there is no key store %s", filepath.Base(dir))
		return nil
	}
	if i.keys, err = keys.Read(dir, secret); err != nil {
		i.keys = nil
		i.key(err)
		return nil
	}
	i.store, err = i.keys.Check(i.key)
	if err != nil {
		i.key(err)
	}
	return nil
}

// key tells what is wrong with a file of the key store.
func (i *Inspection) key(err error) {
	var missing *keys.MissingError
	if errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist) {
		i.wrong(evidencelog.Missing, "keys", "缺少密钥文件", "%v", err)
		return
	}
	i.wrong(evidencelog.Tampered, "keys", "密钥文件损坏或被篡改", "%v", err)
}

// Close ends the reading.
func (i *Inspection) Close() (err error) {
	for _, db := range []*leveldb.DB{i.records, i.blocks} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// SubjectKeys tells how many subjects' keys were found whole; false if none were looked at.
func (i *Inspection) SubjectKeys() (int, bool) { return i.store.Subjects, i.keys != nil }

// Older tells whether the vault is of a time when the log did not have a leaf.
func (i *Inspection) Older(seq uint64) bool {
	if i.records == nil {
		return false
	}
	raw, err := i.records.Get(append([]byte{atLog}, i.log...), nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		return true
	}
	return err == nil && len(raw) == 8 && binary.BigEndian.Uint64(raw) <= seq
}

// Pending is how many records are not in the log yet: told by Rest.
func (i *Inspection) Pending() int { return i.pending }

func (i *Inspection) wrong(v evidencelog.Verdict, place, zh, format string, args ...any) {
	i.find(evidencelog.Finding{Verdict: v, Place: place, Zh: zh, En: fmt.Sprintf(format, args...)})
}

func (i *Inspection) record(v evidencelog.Verdict, seq uint64, zh, format string, args ...any) {
	i.find(evidencelog.Finding{Verdict: v, Place: "record", First: seq, Last: seq, Zh: zh, En: fmt.Sprintf(format, args...)})
}

// numbers is a set of record numbers, which are nearly without gaps.
type numbers map[uint64]*[64]uint64

func (s numbers) add(n uint64) {
	page := s[n>>12]
	if page == nil {
		page = new([64]uint64)
		s[n>>12] = page
	}
	page[n>>6&63] |= 1 << (n & 63)
}

func (s numbers) has(n uint64) bool {
	page := s[n>>12]
	return page != nil && page[n>>6&63]&(1<<(n&63)) != 0
}

func (i *Inspection) read(number uint64) (*Record, error) {
	raw, err := i.records.Get(numbered(atRecord, number), nil)
	if err != nil {
		return nil, err
	}
	return recordOf(raw, number)
}

// recordOf decodes a record, and takes nothing but what encode writes.
func recordOf(raw []byte, number uint64) (*Record, error) {
	r, err := decodeRecord(raw)
	if err != nil {
		return nil, err
	}
	if r.ID.number() != number {
		return nil, errors.New("it is another record")
	}
	if again, err := r.encode(); err != nil || !bytes.Equal(again, raw) {
		return nil, errors.New("it is not written as records are")
	}
	return r, nil
}

// walk visits the entries under a letter; what the database cannot read is told.
func (i *Inspection) walk(db *leveldb.DB, letter byte, place string, each func(key, value []byte)) {
	it := db.NewIterator(prefix([]byte{letter}), nil)
	defer it.Release()
	for it.Next() {
		each(it.Key(), it.Value())
	}
	if err := it.Error(); err != nil {
		i.wrong(evidencelog.Tampered, place, "保险库无法读取", "the database: %v", err)
	}
}

// Indexes reads all records and holds every index against them.
func (i *Inspection) Indexes(ctx context.Context) error {
	if i.records == nil {
		return nil
	}
	var err error
	want := map[byte]int{}
	i.walk(i.records, atRecord, "vault records", func(key, value []byte) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return
		}
		if len(key) != numberedBytes {
			i.wrong(evidencelog.Tampered, "vault records", "保险库中有不明内容", "a foreign key %q", key)
			return
		}
		number := numberIn(key, 1)
		r, bad := recordOf(value, number)
		if bad != nil {
			i.damaged[number] = bad
			return
		}
		i.indexed(r, want)
	})
	if err != nil {
		return err
	}
	for _, letter := range []byte{atCID, atSubject, atPending, atDue} {
		got := 0
		i.walk(i.records, letter, "vault index", func([]byte, []byte) { got++ })
		if got > want[letter] && len(i.damaged) == 0 {
			i.wrong(evidencelog.Tampered, "vault index", "保险库索引有多余内容", "the index %q has %d entries, the records account for %d", letter, got, want[letter])
		}
	}
	i.foreign()
	i.sum()
	return ctx.Err()
}

// indexed looks for a record's entries in the indexes.
func (i *Inspection) indexed(r *Record, want map[byte]int) {
	number := r.ID.number()
	need := func(key, value []byte) bool {
		want[key[0]]++
		got, err := i.records.Get(key, nil)
		if err == nil && bytes.Equal(got, value) {
			return true
		}
		if errors.Is(err, leveldb.ErrNotFound) {
			i.wrong(evidencelog.Missing, "vault index", "保险库索引缺项", "the index %q does not lead to record %s", key[0], r.ID)
		} else {
			i.wrong(evidencelog.Tampered, "vault index", "保险库索引被篡改", "the index %q leads elsewhere than to record %s", key[0], r.ID)
		}
		return false
	}
	if !need(cidKey(r.CID), r.ID[:]) {
		i.repaired[r.CID] = number
	}
	need(subjectKey(r.Subject, number), nil)
	if r.Log == "" && r.Erased == "" {
		need(numbered(atPending, number), nil)
	}
	if !r.Retain.IsZero() {
		need(dueKey(int32(r.Retain), number), nil)
	}
	if r.Log == i.log {
		i.last = max(i.last, r.Seq+1)
	}
}

// foreign finds what belongs into no vault.
func (i *Inspection) foreign() {
	it := i.records.NewIterator(nil, nil)
	defer it.Release()
	for ok := it.First(); ok; {
		key := it.Key()
		if len(key) > 0 && strings.IndexByte(string([]byte{atRecord, atCID, atSubject, atPending, atLog, atShare, atDue, atErasure}), key[0]) >= 0 {
			ok = it.Seek([]byte{key[0] + 1})
			continue
		}
		if !bytes.Equal(key, keySchema) && !bytes.Equal(key, keySum) {
			i.wrong(evidencelog.Tampered, "vault records", "保险库中有不明内容", "a foreign key %q", key)
		}
		ok = it.Next()
	}
}

// sum holds shares and erasures against their sum.
func (i *Inspection) sum() {
	computed, err := sumOf(i.records)
	if err != nil {
		return // told of the walks
	}
	raw, err := i.records.Get(keySum, nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		i.wrong(evidencelog.Missing, "vault shares", "缺少共享与删除记录的校验和", "there is no sum over shares and erasures")
	} else if err != nil || !bytes.Equal(raw, computed.encode()) {
		i.wrong(evidencelog.Tampered, "vault shares", "共享或删除记录有增减或改动", "shares or erasures were added, changed or taken away")
	}
}

// Held is what a vault has of a leaf's record.
type Held struct {
	// Gone: there is no content any more. Erased is the request by which, if
	// the vault says so; else Absent or Keyless.
	Gone   bool
	Erased string
	// Absent: the vault does not know the record, or has not all of its blocks.
	Absent bool
	// Keyless: the ciphertext is whole and the key that opened it is not in
	// the key store.
	Keyless bool
	Number  uint64 // of the record in the vault; 0 if not known
	Bytes   uint64 // of ciphertext that were hashed
	Why     error
}

// Leaf holds what the vault has against a leaf about a record. Where it has
// something else than the leaf says, that is told; where it has nothing, the
// caller knows whether that is lawful.
func (i *Inspection) Leaf(ctx context.Context, leaf evidencelog.Leaf) (h Held, err error) {
	if i.records == nil {
		return Held{Gone: true, Absent: true, Why: errors.New("the database of records cannot be opened")}, nil
	}
	number, known := i.repaired[leaf.CID]
	if !known {
		raw, err := i.records.Get(cidKey(leaf.CID), nil)
		if errors.Is(err, leveldb.ErrNotFound) || err == nil && len(raw) != len(RecordID{}) {
			return Held{Gone: true, Absent: true, Why: errors.New("the vault has no record of this address")}, nil
		}
		if err != nil {
			i.record(evidencelog.Tampered, leaf.Seq, "保险库记录被篡改", "the database: %v", err)
			return Held{}, nil
		}
		number = numberIn(raw, 0)
	}
	h.Number = number
	i.seen.add(number)
	r, err := i.read(number)
	if errors.Is(err, leveldb.ErrNotFound) {
		return Held{Gone: true, Absent: true, Number: number, Why: errors.New("the vault's record is not there")}, nil
	}
	if err != nil || !r.CID.Equals(leaf.CID) {
		i.record(evidencelog.Tampered, leaf.Seq, "保险库记录被篡改", "record %d of the vault is not the leaf's: %v", number, err)
		return h, nil
	}
	if r.Erased != "" {
		i.tombstone(r, leaf)
		return Held{Gone: true, Erased: r.Erased, Number: number}, nil
	}
	i.place(r, leaf)
	return i.content(ctx, r, &leaf)
}

// place holds what a record says of its place in the log against its leaf.
func (i *Inspection) place(r *Record, leaf evidencelog.Leaf) {
	corrects := leaf.Kind == evidencelog.KindCorrection
	switch {
	case r.Log == "": // the crash came between the log and the vault: the next Enter finds it
		if _, err := i.records.Get(numbered(atPending, r.ID.number()), nil); err != nil {
			i.record(evidencelog.Tampered, leaf.Seq, "保险库记录不知其存证位置", "record %s does not know of its leaf", r.ID)
		}
	case r.Log != i.log || r.Seq != leaf.Seq || r.SubjectSeq != leaf.SubjectSeq:
		i.record(evidencelog.Tampered, leaf.Seq, "保险库记录的存证位置不对", "record %s says that it is leaf %d of %s", r.ID, r.Seq, r.Log)
	case r.Schema != leaf.Schema || (r.Corrects != 0) != corrects:
		i.record(evidencelog.Tampered, leaf.Seq, "保险库记录与存证不符", "record %s is of schema %q, its leaf of %q", r.ID, r.Schema, leaf.Schema)
	case corrects:
		if earlier, err := i.read(r.Corrects); err != nil || earlier.Log != i.log || earlier.Seq != leaf.Corrects {
			i.record(evidencelog.Tampered, leaf.Seq, "保险库记录与存证不符", "record %s corrects another one than its leaf", r.ID)
		}
	}
}

// tombstone holds what stays of an erased record to what its leaf says.
func (i *Inspection) tombstone(r *Record, leaf evidencelog.Leaf) {
	i.place(r, leaf)
	if len(r.wrapped) > 0 || len(r.sealed) > 0 || !r.Retain.IsZero() || r.Cipher != 0 || r.Stored.UnixMilli() != 0 {
		i.record(evidencelog.RolledBack, leaf.Seq, "已删除的记录仍留有内容", "record %s is erased and holds more than its leaf says", r.ID)
	}
	if i.hasBlocks(r.ID.number()) {
		i.record(evidencelog.RolledBack, leaf.Seq, "已删除的密文仍在", "record %s is erased and its ciphertext is there", r.ID)
	}
}

func (i *Inspection) hasBlocks(number uint64) bool {
	if i.blocks == nil {
		return false
	}
	r := blocksOf(number)
	it := i.blocks.NewIterator(&r, nil)
	defer it.Release()
	return it.Next()
}

// content reads the ciphertext again, and opens it where the keys are. leaf is
// nil where the record has none yet.
func (i *Inspection) content(ctx context.Context, r *Record, leaf *evidencelog.Leaf) (h Held, err error) {
	tell := func(v evidencelog.Verdict, zh, format string, args ...any) {
		if leaf == nil {
			i.wrong(v, "pending record "+r.ID.String(), zh, format, args...)
			return
		}
		i.record(v, leaf.Seq, zh, format, args...)
	}
	h = Held{Number: r.ID.number()}
	if i.blocks == nil {
		return Held{Gone: true, Absent: true, Number: h.Number, Why: errors.New("the database of blocks cannot be opened")}, nil
	}
	fetch, leaves := blockFetch(i.blocks, h.Number), uint64(0)
	counted := func(w blob.Want) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data, err := fetch(w)
		if w.Leaf {
			leaves += uint64(len(data))
		}
		h.Bytes += uint64(len(data))
		return data, err
	}
	open := func() error { return blob.Walk(r.CID, counted, func(blob.Block) error { return nil }) }
	if i.keys != nil {
		content, dek, err := i.unlock(r, leaf)
		var gone *keylessError
		switch {
		case errors.As(err, &gone):
			h.Gone, h.Keyless, h.Why = true, true, err
		case err != nil:
			tell(evidencelog.Tampered, "记录与密钥或存证不符", "record %s: %v", r.ID, err)
		default:
			defer clear(dek)
			open = func() error {
				return blob.Open(ctx, io.Discard, r.CID, content.Size, dek, r.binding(), counted)
			}
		}
	}
	err = open()
	var damage *blob.DamageError
	switch {
	case ctx.Err() != nil:
		return h, ctx.Err()
	case err == nil && leaves != r.Cipher:
		tell(evidencelog.Tampered, "保险库记录与密文不符", "record %s says %d bytes of ciphertext, there are %d", r.ID, r.Cipher, leaves)
	case err == nil:
	case errors.Is(err, blob.ErrMissing):
		h.Gone, h.Absent, h.Why = true, true, err
	case errors.As(err, &damage):
		tell(evidencelog.Tampered, "密文被篡改", "%v", err)
	default:
		tell(evidencelog.Tampered, "密文无法读取", "%v", err)
	}
	return h, nil
}

// keylessError: the key that opened a record is not in the store.
type keylessError struct{ err error }

func (e *keylessError) Error() string { return e.err.Error() }
func (e *keylessError) Unwrap() error { return e.err }

// unlock opens a record's contents and holds them against its leaf.
func (i *Inspection) unlock(r *Record, leaf *evidencelog.Leaf) (Content, []byte, error) {
	subject, err := i.keys.ByID(r.Subject)
	if errors.Is(err, keys.ErrDestroyed) {
		return Content{}, nil, &keylessError{err}
	}
	if err != nil {
		return Content{}, nil, err
	}
	if len(r.wrapped) >= len(keys.ID{}) && !i.store.Wrapping[keys.ID(r.wrapped[:len(keys.ID{})])] {
		return Content{}, nil, &keylessError{errors.New("the key that its key is wrapped under is not in the key store")}
	}
	dek, err := subject.Unwrap(r.wrapped, r.ID[:])
	if err != nil {
		return Content{}, nil, err
	}
	content, err := r.open(dek)
	var commitments [][32]byte
	if err == nil {
		_, commitments, err = commit(dek, content.Fields)
	}
	if leaf == nil {
		return content, dek, err
	}
	if err == nil && commitment.Root(commitments) != leaf.FieldRoot {
		err = errors.New("its fields are not those that the leaf commits to")
	}
	if err == nil && subject.Pseudonym(i.log) != leaf.Subject {
		err = errors.New("its subject's pseudonym is not the leaf's")
	}
	return content, dek, err
}

// Erasure holds what the vault has against the leaf of an erasure.
func (i *Inspection) Erasure(leaf evidencelog.Leaf) {
	e := leaf.Erasure
	i.requests[e.Request] = true
	if i.keys != nil && i.store.Wrapping[e.Key] {
		i.record(evidencelog.RolledBack, leaf.Seq, "已销毁的密钥又出现：密钥库被回退", "the key that this erasure destroyed is in the key store again")
	}
	if i.records == nil {
		return
	}
	raw, err := i.records.Get(append([]byte{atErasure}, e.Request...), nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		i.record(evidencelog.Missing, leaf.Seq, "保险库缺少该次删除的记录", "the vault knows nothing of erasure %s", e.Request)
		return
	}
	job := &erasure{}
	if err == nil {
		err = ledgerstate.Decode(raw, job)
	}
	var request Request
	if err == nil {
		request, err = parseRequest(job.Request)
	}
	if err == nil && (request.No != e.Request || request.Basis != e.Basis || request.Key != e.Key || request.Log != i.log || max(request.First, 1) != e.First ||
		job.Last != e.Last || !bytes.Equal(job.Pseudonym, leaf.Subject[:]) || len(job.Approvals) != len(e.Approvals) || !job.Gone || job.Done && job.Seq != leaf.Seq) {
		err = errors.New("it was about something else")
	}
	for n := range e.Approvals {
		if err == nil && !bytes.Equal(job.Approvals[n], e.Approvals[n][:]) {
			err = errors.New("others approved it")
		}
	}
	if err != nil {
		i.record(evidencelog.Tampered, leaf.Seq, "保险库的删除记录与存证不符", "erasure %s in the vault: %v", e.Request, err)
	}
}

// Rest finds what of the vault no leaf of a log of this size has spoken of.
func (i *Inspection) Rest(ctx context.Context, size uint64) error {
	if i.records != nil {
		if err := i.restOfRecords(ctx, size); err != nil {
			return err
		}
		i.position(size)
		i.erasures(size)
	}
	if i.blocks != nil {
		i.foreignBlocks()
	}
	i.keyless()
	return ctx.Err()
}

func (i *Inspection) restOfRecords(ctx context.Context, size uint64) error {
	for number, err := range i.damaged {
		if !i.seen.has(number) {
			i.wrong(evidencelog.Tampered, "vault records", "保险库记录被篡改", "record %d of the vault: %v", number, err)
		}
	}
	var err error
	i.walk(i.records, atRecord, "vault records", func(key, value []byte) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || len(key) != numberedBytes || i.seen.has(numberIn(key, 1)) {
			return
		}
		r, bad := recordOf(value, numberIn(key, 1))
		switch {
		case bad != nil: // told already
		case r.Log == "" && r.Erased == "":
			i.pending++
			var h Held
			if h, err = i.content(ctx, r, nil); err == nil && h.Gone {
				i.wrong(evidencelog.Missing, "pending record "+r.ID.String(), "缺少密文", "%v", h.Why)
			}
		case r.Log != i.log: // of another log
		case r.Seq >= size:
			i.record(evidencelog.RolledBack, r.Seq, "日志比保险库旧", "the vault has a record that is leaf %d, the log ends before it", r.Seq)
		default:
			i.record(evidencelog.Missing, r.Seq, "日志中没有该记录的存证", "the vault has a record that says it is leaf %d; no such leaf was found whole", r.Seq)
		}
	})
	return err
}

// position holds what the vault remembers of how far the log was.
func (i *Inspection) position(size uint64) {
	raw, err := i.records.Get(append([]byte{atLog}, i.log...), nil)
	switch {
	case errors.Is(err, leveldb.ErrNotFound):
		if i.last > 0 {
			i.wrong(evidencelog.Missing, "vault index", "保险库缺少日志位置", "the vault does not know how far the log was")
		}
	case err != nil || len(raw) != 8 || binary.BigEndian.Uint64(raw) != i.last && len(i.damaged) == 0:
		i.wrong(evidencelog.Tampered, "vault index", "保险库的日志位置不对", "the vault's position in the log is not that of its last record, %d", i.last)
	}
}

// erasures finds those that the log does not know.
func (i *Inspection) erasures(size uint64) {
	i.walk(i.records, atErasure, "vault records", func(key, value []byte) {
		if i.requests[string(key[1:])] {
			return
		}
		job := &erasure{}
		if err := ledgerstate.Decode(value, job); err != nil {
			i.wrong(evidencelog.Tampered, "vault records", "保险库的删除记录损坏", "erasure %q: %v", key[1:], err)
			return
		}
		request, err := parseRequest(job.Request)
		switch {
		case err != nil:
			i.wrong(evidencelog.Tampered, "vault records", "保险库的删除记录损坏", "erasure %q: %v", key[1:], err)
		case request.Log != i.log || !job.Done: // of another log, or not told yet
		case job.Seq >= size:
			i.record(evidencelog.RolledBack, job.Seq, "日志比保险库旧", "the vault has told the log of erasure %s in leaf %d, the log ends before it", request.No, job.Seq)
		default:
			i.record(evidencelog.Missing, job.Seq, "日志中没有该次删除", "the vault has told the log of erasure %s in leaf %d; no such leaf was found whole", request.No, job.Seq)
		}
	})
}

func (i *Inspection) foreignBlocks() {
	it := i.blocks.NewIterator(nil, nil)
	defer it.Release()
	for ok := it.First(); ok; {
		key := it.Key()
		if len(key) > numberedBytes && key[0] == inBlocks {
			ok = it.Seek(numbered(inBlocks, numberIn(key, 1)+1))
			continue
		}
		if !bytes.Equal(key, keySchema) {
			i.wrong(evidencelog.Tampered, "vault blocks", "保险库中有不明内容", "a foreign key %q", key)
		}
		ok = it.Next()
	}
}

// keyless finds subjects whose key was lost: their name is there, and nothing
// of them was erased.
func (i *Inspection) keyless() {
	if i.records == nil {
		return
	}
	for _, id := range i.store.Keyless {
		it := i.records.NewIterator(prefix(append([]byte{atSubject}, id[:]...)), nil)
		if !it.Next() { // else its records have told
			i.wrong(evidencelog.Missing, "keys", "缺少密钥文件", "the key of a subject without records is not there")
		}
		it.Release()
	}
}
