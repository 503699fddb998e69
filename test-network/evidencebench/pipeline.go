package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
)

// subjects of the vault: a subject's keys are files of their own, made once
// and not among what is measured.
const subjects = 1000

// fields are what a record of 300 bytes says beside its file.
func fields(i int) []commitment.Field {
	return []commitment.Field{
		{Name: "amount", Value: []byte("100000.00")}, {Name: "contract", Value: fmt.Appendf(nil, "HT-%012d", i)},
		{Name: "date", Value: []byte("2026-11-28")}, {Name: "rate", Value: []byte("3.45")}, {Name: "term", Value: []byte("12")},
	}
}

// timed is the time that a stage has taken.
type timed struct {
	name string
	took time.Duration
}

func (t *timed) run(f func() error) error {
	start := time.Now()
	err := f()
	t.took += time.Since(start)
	return err
}

// vaultLog is the log as a vault takes it.
type vaultLog struct{ *evidencelog.Log }

func (l vaultLog) Size() uint64 {
	c, _ := l.Checkpoint()
	return c.Size
}

// pipeline takes records the way of qxl vault put, a batch at a time, and
// times its parts; and before, the parts' inner work by itself.
func (r *Report) pipeline(ctx context.Context, dir string, n int) (err error) {
	encrypt, commit, leaf := &timed{name: "alone: encrypt"}, &timed{name: "alone: commit to 8 fields"}, &timed{name: "alone: leaf, its bytes and hash"}
	if err := inner(ctx, n, encrypt, commit, leaf); err != nil {
		return err
	}
	v, l, err := r.house(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close(), l.Close()) }()
	add, store, enter := &timed{name: "vault: keys, encrypt, seal contents"}, &timed{name: "vault: store, fsync"}, &timed{name: "vault: commit fields, leaf, log, mark; fsync"}
	b := make([]byte, recordBytes)
	start := time.Now()
	for first := 0; first < n; first += batch {
		some := v.Batch()
		err := add.run(func() error {
			for i := first; i < min(first+batch, n); i++ {
				record(b, i)
				if _, err := some.Add(ctx, vault.New{Subject: fmt.Sprint("subject", i%subjects), Schema: "contract/1", Name: "record", Fields: fields(i)}, bytes.NewReader(b)); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = store.run(some.Commit)
		}
		some.Discard()
		if err == nil {
			err = enter.run(func() error {
				done, err := v.Enter(ctx, l)
				if err == nil && len(done) != min(batch, n-first) {
					err = fmt.Errorf("%d records of a batch were entered", len(done))
				}
				return err
			})
		}
		if err != nil {
			return err
		}
	}
	whole := &timed{"whole pipeline: file to receipt", time.Since(start)}
	for _, t := range []*timed{encrypt, commit, leaf, add, store, enter, whole} {
		r.Pipeline = append(r.Pipeline, Stage{t.name, float64(n) / t.took.Seconds()})
	}
	return nil
}

// house makes a vault with its subjects, and its log.
func (r *Report) house(dir string) (*vault.Vault, vaultLog, error) {
	l, err := openLog(filepath.Join(dir, "entered"))
	if err != nil {
		return nil, vaultLog{}, err
	}
	o := vault.Options{Dir: filepath.Join(dir, "vault"), Passphrase: passphrase}
	if err := vault.Init(o, vault.Settings{Organization: "Bench"}, 1); err != nil {
		return nil, vaultLog{}, err
	}
	v, err := vault.Open(o)
	if err != nil {
		return nil, vaultLog{}, err
	}
	some := v.Batch() // never committed: it is the keys that stay
	defer some.Discard()
	for i := range subjects {
		if _, err := some.Add(context.Background(), vault.New{Subject: fmt.Sprint("subject", i), Schema: "contract/1"}, bytes.NewReader(nil)); err != nil {
			return nil, vaultLog{}, err
		}
	}
	return v, vaultLog{l}, nil
}

// inner times what a record cannot do without, with nothing stored.
func inner(ctx context.Context, n int, encrypt, commit, leaf *timed) error {
	b := make([]byte, recordBytes)
	key := make([]byte, blob.KeySize)
	var sealed blob.Sealed
	for first := 0; first < n; first += batch {
		end := min(first+batch, n)
		err := encrypt.run(func() (err error) {
			for i := first; i < end; i++ {
				record(b, i)
				_, _ = rand.Read(key)
				if sealed, err = blob.Seal(ctx, bytes.NewReader(b), key, blob.Binding{Schema: "contract/1"}, func(block blob.Block) error { block.Release(); return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		var root [32]byte
		err = commit.run(func() error {
			for i := first; i < end; i++ {
				all := append(fields(i), commitment.Field{Name: vault.FieldSHA256, Value: sealed.SHA256[:]},
					commitment.Field{Name: vault.FieldSize, Value: []byte("300")}, commitment.Field{Name: vault.FieldName, Value: []byte("record")})
				_, commitments, err := commitment.Record([32]byte(key), all)
				if err != nil {
					return err
				}
				root = commitment.Root(commitments)
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = leaf.run(func() error {
			for i := first; i < end; i++ {
				l := evidencelog.Leaf{Entry: evidencelog.Entry{Kind: evidencelog.KindRecord, Subject: root, CID: sealed.CID, FieldRoot: root, Schema: "contract/1"}, Seq: uint64(i), SubjectSeq: 1}
				if l.Hash() == (evidencelog.Hash{}) {
					return errors.New("a leaf that breaks a rule")
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
