package vault

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// New is a record to be.
type New struct {
	Subject string // the number by which the organization knows the subject
	Schema  string // "contract/1"
	Name    string // of the file, may be empty
	Fields  []commitment.Field
	// Retain is the first day on which the record must be gone; zero if the
	// law sets none, or none yet (SetRetention).
	Retain calendar.Date
	// Corrects is the record whose place this one takes 更正; zero if none.
	Corrects RecordID
}

// Limits of a record's fields; all of them are kept in one value.
const (
	MaxFields     = 256
	MaxFieldName  = 128
	MaxFieldBytes = 64 << 10
)

func (n New) check() error {
	switch {
	case n.Subject == "":
		return &InvalidError{Field: "subject", Limit: "1..256", Zh: "请指明信息主体", En: "a record is of a subject", Hint: "give the number by which the subject is known, as its USCC"}
	case n.Schema == "" || len(n.Schema) > blob.MaxSchema || strings.Trim(n.Schema, "abcdefghijklmnopqrstuvwxyz0123456789._/-") != "":
		return &InvalidError{Field: "schema", Limit: "1..64 of a-z 0-9 . _ / -", Value: n.Schema, Zh: "数据格式名称不对", En: "wrong name of a schema", Hint: "for example contract/1"}
	case len(n.Fields) > MaxFields:
		return &InvalidError{Field: "field", Limit: strconv.Itoa(MaxFields), Value: strconv.Itoa(len(n.Fields)), Zh: "字段过多", En: "too many fields"}
	case len(n.Name) > MaxFieldName*4:
		return &InvalidError{Field: "name", Limit: strconv.Itoa(MaxFieldName * 4), Value: strconv.Itoa(len(n.Name)), Zh: "文件名过长", En: "the file's name is too long"}
	}
	seen := map[string]bool{}
	for _, f := range n.Fields {
		switch {
		case f.Name == "" || len(f.Name) > MaxFieldName || !utf8.ValidString(f.Name):
			return &InvalidError{Field: "field", Limit: fmt.Sprintf("1..%d bytes of UTF-8", MaxFieldName), Value: f.Name, Zh: "字段名称不对", En: "wrong name of a field"}
		case strings.HasPrefix(f.Name, "file."):
			return &InvalidError{Field: "field", Limit: "not file.…", Value: f.Name, Zh: "以 file. 开头的字段由程序填写", En: "fields named file.… are the vault's own"}
		case seen[f.Name]:
			return &InvalidError{Field: "field", Limit: "1", Value: f.Name, Zh: "字段重复", En: "the field is given twice"}
		case len(f.Value) > MaxFieldBytes:
			return &InvalidError{Field: f.Name, Limit: strconv.Itoa(MaxFieldBytes), Value: strconv.Itoa(len(f.Value)), Zh: "字段内容过长", En: "the value has too many bytes", Hint: "put it into the file"}
		}
		seen[f.Name] = true
	}
	return nil
}

// Batch is records that are stored together: one wait for the disk, for all
// that is small. Nothing of it can be seen before Commit. Not for several
// goroutines at once; several batches are.
type Batch struct {
	v       *Vault
	blocks  leveldb.Batch
	records leveldb.Batch
	numbers []uint64
	staged  []*Record
	done    bool
}

// Batch begins one. It must be ended by Commit or Discard.
func (v *Vault) Batch() *Batch { return &Batch{v: v} }

// Put stores one record: whole and on the disk, or not at all.
func (v *Vault) Put(ctx context.Context, n New, r io.Reader) (*Record, error) {
	b := v.Batch()
	defer b.Discard()
	stored, err := b.Add(ctx, n, r)
	if err != nil {
		return nil, err
	}
	return stored, b.Commit()
}

// number gives the next record's number, and guards it from the collector.
func (v *Vault) number() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.next
	v.next++
	v.active[n] = true
	return n
}

// Add encrypts a record. Large ones are written now, and are garbage until Commit.
func (b *Batch) Add(ctx context.Context, n New, r io.Reader) (*Record, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	subject, err := b.v.keys.Ensure(n.Subject, b.v.now())
	if err != nil {
		return nil, err
	}
	if err := b.v.correctable(n.Corrects, subject.ID); err != nil {
		return nil, err
	}
	number := b.v.number()
	b.numbers = append(b.numbers, number)
	record := &Record{ID: newRecordID(number), Schema: n.Schema, Subject: subject.ID, Retain: n.Retain, Corrects: n.Corrects.number(), Stored: b.v.now().UTC().Truncate(time.Millisecond)}
	dek := make([]byte, blob.KeySize)
	_, _ = rand.Read(dek)
	defer clear(dek)
	if record.wrapped, err = subject.Wrap(dek, record.ID[:]); err != nil {
		return nil, err
	}
	w := blockWriter{db: b.v.blocks, number: number, small: &b.blocks}
	sealed, err := blob.Seal(ctx, r, dek, record.binding(), w.put)
	if err == nil {
		err = w.finish()
	} else {
		_ = w.wait() // what was written is garbage now
	}
	if err != nil {
		return nil, err
	}
	record.CID, record.Cipher = sealed.CID, sealed.Cipher
	fields := append([]commitment.Field{
		{Name: FieldSHA256, Value: []byte(hex.EncodeToString(sealed.SHA256[:]))},
		{Name: FieldSize, Value: strconv.AppendUint(nil, sealed.Size, 10)},
	}, n.Fields...)
	if n.Name != "" {
		fields = append(fields, commitment.Field{Name: FieldName, Value: []byte(n.Name)})
	}
	content := Content{Size: sealed.Size, Fields: sorted(fields)}
	if err := record.seal(dek, content); err != nil {
		return nil, err
	}
	return record, b.stage(record)
}

func (r *Record) binding() blob.Binding {
	return blob.Binding{Record: r.ID, Schema: r.Schema}
}

// correctable refuses what cannot be corrected: another subject's record, or
// one that is not in the log yet.
func (v *Vault) correctable(id RecordID, subject keys.ID) error {
	if id == (RecordID{}) {
		return nil
	}
	r, err := v.Record(id)
	switch {
	case err != nil:
		return err
	case r.Subject != subject:
		return &InvalidError{Field: "corrects", Value: id.String(), Zh: "只能更正同一信息主体的记录", En: "a record corrects one of the same subject"}
	case r.Log == "":
		return &InvalidError{Field: "corrects", Value: id.String(), Zh: "被更正的记录尚未存证", En: "the record to correct is not in the log yet", Hint: "qxl vault put enters what is pending"}
	}
	return nil
}

// stage makes a record and its indexes part of the commit.
func (b *Batch) stage(r *Record) error {
	raw, err := r.encode()
	if err != nil {
		return err
	}
	number := r.ID.number()
	b.staged = append(b.staged, r)
	b.records.Put(numbered(atRecord, number), raw)
	b.records.Put(cidKey(r.CID), r.ID[:])
	b.records.Put(subjectKey(r.Subject, number), nil)
	b.records.Put(numbered(atPending, number), nil)
	if !r.Retain.IsZero() {
		b.records.Put(dueKey(int32(r.Retain), number), nil)
	}
	return nil
}

// Commit makes the batch's records appear, all or none. When it returns they
// are on the disk.
func (b *Batch) Commit() error {
	if b.blocks.Len() > 0 {
		if err := b.v.blocks.Write(&b.blocks, durable); err != nil {
			return err
		}
	}
	if err := b.commit(); err != nil {
		return err
	}
	b.Discard()
	return nil
}

func (b *Batch) commit() error {
	b.v.committing.RLock()
	defer b.v.committing.RUnlock()
	for _, r := range b.staged {
		subject, err := b.v.keys.ByID(r.Subject)
		if err == nil && !subject.Wraps(r.wrapped) {
			err = keys.ErrWrapped
		}
		if err != nil {
			return fmt.Errorf("the subject's records were erased while this one was written: %w", err)
		}
	}
	return b.v.records.Write(&b.records, durable)
}

// Discard ends the batch; after Commit it does nothing.
func (b *Batch) Discard() {
	if b.done {
		return
	}
	b.done = true
	b.v.mu.Lock()
	defer b.v.mu.Unlock()
	for _, n := range b.numbers {
		delete(b.v.active, n)
	}
}

// SetRetention sets the day on which a record must be gone, once it is known,
// as that of adverse information is when the event ends.
func (v *Vault) SetRetention(id RecordID, day calendar.Date) error {
	v.writing.Lock()
	defer v.writing.Unlock()
	r, content, dek, err := v.unlock(id)
	if err != nil {
		return err
	}
	defer clear(dek)
	var batch leveldb.Batch
	if !r.Retain.IsZero() {
		batch.Delete(dueKey(int32(r.Retain), id.number()))
	}
	r.Retain = day
	if err := r.seal(dek, content); err != nil { // the day is authenticated
		return err
	}
	raw, err := r.encode()
	if err != nil {
		return err
	}
	batch.Put(numbered(atRecord, id.number()), raw)
	if !day.IsZero() {
		batch.Put(dueKey(int32(day), id.number()), nil)
	}
	return v.records.Write(&batch, durable)
}
