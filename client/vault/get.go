package vault

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

func sorted(fields []commitment.Field) []commitment.Field {
	return slices.SortedFunc(slices.Values(fields), func(a, b commitment.Field) int { return cmp.Compare(a.Name, b.Name) })
}

// unlock reads a record with its contents and its key, which the caller clears.
func (v *Vault) unlock(id RecordID) (*Record, Content, []byte, error) {
	r, err := v.Record(id)
	if err != nil {
		return nil, Content{}, nil, err
	}
	if r.Erased != "" {
		return nil, Content{}, nil, &ErasedError{Record: id, Request: r.Erased}
	}
	subject, err := v.keys.ByID(r.Subject)
	if err != nil {
		return nil, Content{}, nil, err
	}
	dek, err := subject.Unwrap(r.wrapped, id[:])
	if err != nil {
		return nil, Content{}, nil, &DamagedError{Record: id, Err: err}
	}
	content, err := r.open(dek)
	if err != nil {
		clear(dek)
		return nil, Content{}, nil, err
	}
	return r, content, dek, nil
}

// Content is what only the record's key opens: size, fields.
func (v *Vault) Content(id RecordID) (Content, error) {
	_, content, dek, err := v.unlock(id)
	clear(dek)
	return content, err
}

// Get decrypts a record into w. What w has got is authentic, but it is whole
// only once Get returns nil.
func (v *Vault) Get(ctx context.Context, id RecordID, w io.Writer) error {
	r, content, dek, err := v.unlock(id)
	if err != nil {
		return err
	}
	defer clear(dek)
	if err := blob.Open(ctx, w, r.CID, content.Size, dek, r.binding(), v.fetch(id.number())); err != nil {
		return v.explain(id, err)
	}
	return nil
}

// Check reads a record's ciphertext again and hashes it. It needs no key.
func (v *Vault) Check(ctx context.Context, id RecordID) error {
	r, err := v.Record(id)
	if err != nil {
		return err
	}
	if r.Erased != "" {
		return &ErasedError{Record: id, Request: r.Erased}
	}
	err = blob.Walk(r.CID, v.fetch(id.number()), func(blob.Block) error { return ctx.Err() })
	return v.explain(id, err)
}

func (v *Vault) explain(id RecordID, err error) error {
	var damage *blob.DamageError
	if errors.As(err, &damage) {
		return &DamagedError{Record: id, Err: err}
	}
	return err
}

// fetch reads the blocks of a number.
func (v *Vault) fetch(number uint64) blob.Fetch { return blockFetch(v.blocks, number) }

func blockFetch(blocks *leveldb.DB, number uint64) blob.Fetch {
	return func(w blob.Want) ([]byte, error) {
		key := nodeKey(number, w.CID.Hash())
		if w.Leaf {
			key = leafKey(number, w.Number)
		}
		data, err := blocks.Get(key, nil)
		if errors.Is(err, leveldb.ErrNotFound) {
			return nil, blob.ErrMissing
		}
		return data, err
	}
}

// Entry is what a record is in the log of a name: subject's pseudonym there,
// address, commitment to its fields.
func (v *Vault) Entry(id RecordID, log string) (evidencelog.Entry, error) {
	r, content, dek, err := v.unlock(id)
	if err != nil {
		return evidencelog.Entry{}, err
	}
	defer clear(dek)
	subject, err := v.keys.ByID(r.Subject)
	if err != nil {
		return evidencelog.Entry{}, err
	}
	_, commitments, err := commit(dek, content.Fields)
	e := evidencelog.Entry{Kind: evidencelog.KindRecord, Subject: subject.Pseudonym(log), CID: r.CID,
		FieldRoot: commitment.Root(commitments), Schema: r.Schema}
	if err == nil && r.Corrects != 0 {
		var earlier *Record
		if earlier, err = v.read(r.Corrects); err == nil {
			e.Kind, e.Corrects = evidencelog.KindCorrection, earlier.Seq
		}
	}
	return e, err
}

// commit commits to a record's fields under its key.
func commit(dek []byte, fields []commitment.Field) ([]commitment.Field, [][32]byte, error) {
	key, err := fieldKey(dek)
	if err != nil {
		return nil, nil, err
	}
	return commitment.Record(key, fields)
}

// Disclosed is a set of a record's fields with the proof that they belong to
// the field root of its leaf.
type Disclosed struct {
	Openings []commitment.Opening
	Proof    commitment.Proof
}

// Disclose opens fields of a record and nothing else of it.
func (v *Vault) Disclose(id RecordID, names ...string) (Disclosed, error) {
	_, content, dek, err := v.unlock(id)
	if err != nil {
		return Disclosed{}, err
	}
	defer clear(dek)
	fields, commitments, err := commit(dek, content.Fields)
	if err != nil {
		return Disclosed{}, err
	}
	key, err := fieldKey(dek)
	if err != nil {
		return Disclosed{}, err
	}
	var d Disclosed
	var index []int
	for i, f := range fields {
		if slices.Contains(names, f.Name) {
			d.Openings = append(d.Openings, commitment.Opening{Field: f, Salt: commitment.Salt(key, f.Name)})
			index = append(index, i)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(fields, func(f commitment.Field) bool { return f.Name == name }) {
			var have []string
			for _, f := range fields {
				have = append(have, f.Name)
			}
			return Disclosed{}, &InvalidError{Field: "field", Limit: join(have), Value: name, Zh: "记录没有这个字段", En: "the record has no such field"}
		}
	}
	d.Proof, err = commitment.Prove(commitments, index...)
	return d, err
}

// Subject is the subject of a record by the name that the organization uses.
func (v *Vault) Subject(id keys.ID) (string, error) {
	s, err := v.keys.ByID(id)
	if err != nil {
		return "", err
	}
	return s.Name, nil
}

// Find is the ID of a subject that the vault knows by this name, keys.ErrUnknown
// where it knows none.
func (v *Vault) Find(subject string) (keys.ID, error) {
	s, err := v.keys.Subject(subject)
	if err != nil {
		return keys.ID{}, err
	}
	return s.ID, nil
}
