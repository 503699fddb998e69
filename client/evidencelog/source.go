package evidencelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/client/oneprocess"
	"github.com/qingxinlian/qxl/client/readonly"
)

// Source is a log as an auditor reads it: its folder (ReadFolder), or tiles
// that its owner exported (ReadTiles). Reading changes nothing. What it gives
// is not believed: Verify says what is right.
type Source struct {
	db       store
	exported bool
	damage   error // why there is nothing to read
	close    func() error
}

// ReadFolder opens a log's folder to be audited, in whatever state it is. A
// database that does not open is no error: Verify reports it.
func ReadFolder(dir string) (*Source, error) {
	if _, err := os.Stat(filepath.Join(dir, databaseFolder)); errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{dir}
	}
	held, err := oneprocess.Take(dir)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		held, err = nil, nil // nobody can write there: nothing to keep others from
	}
	if err != nil {
		return nil, err
	}
	db, err := readonly.Open(filepath.Join(dir, databaseFolder), databaseOptions())
	if err != nil {
		return &Source{damage: err, close: unlock(held)}, nil
	}
	s, err := db.GetSnapshot()
	if err != nil {
		return nil, errors.Join(err, db.Close(), unlock(held)())
	}
	return &Source{db: s, close: func() error {
		s.Release()
		return errors.Join(db.Close(), unlock(held)())
	}}, nil
}

func unlock(held *flock.Flock) func() error {
	if held == nil {
		return func() error { return nil }
	}
	return held.Unlock
}

// Close ends the reading.
func (s *Source) Close() error { return s.close() }

// Verify is Log.Verify of what the source has.
func (s *Source) Verify(ctx context.Context, expect Expect) (_ *Report, err error) {
	r := &Report{Findings: []Finding{}}
	if s.damage != nil {
		r.place(Tampered, "database", "数据库无法读取", "the database cannot be opened: %v", s.damage)
		return r, nil
	}
	a := &audit{ctx: ctx, db: s.db, expect: expect, report: r, exported: s.exported}
	func() {
		defer readonly.Recover(&err)
		err = a.run()
	}()
	if errors.As(err, new(*readonly.UnreadableError)) {
		r.place(Tampered, "database", "数据库无法读取", "%v", err)
		err = nil
	}
	return r, err
}

// CheckKey tries the key in a log's folder: the one that its head names must
// be there and open. What is wrong with it is a *KeyError. Where there is no
// head to go by nothing is tried.
func (s *Source) CheckKey(dir string, passphrase func() ([]byte, error)) (err error) {
	if s.damage != nil || s.exported {
		return nil
	}
	defer readonly.Recover(&err)
	raw, err := s.db.Get(keyHead, nil)
	if err != nil {
		return nil
	}
	h, err := decodeHead(raw)
	if err != nil {
		return nil
	}
	_, err = openKey(dir, h.key(), Options{Passphrase: passphrase})
	return err
}

// Leaf reads one leaf and finds it in a tree that is known: what Verify does
// of all. What is wrong with it is a finding; nil if nothing is.
func (s *Source) Leaf(seq uint64, in Tree) (leaf Leaf, found *Finding) {
	var beyond error
	defer func() {
		if beyond != nil {
			found = &Finding{Verdict: Tampered, Place: "leaf", First: seq, Last: seq, Zh: "数据库无法读取", En: beyond.Error()}
		}
	}()
	defer readonly.Recover(&beyond)
	wrong := func(v Verdict, zh, format string, args ...any) (Leaf, *Finding) {
		return leaf, &Finding{Verdict: v, Place: "leaf", First: seq, Last: seq, Zh: zh, En: fmt.Sprintf(format, args...)}
	}
	if s.damage != nil {
		return wrong(Tampered, "数据库无法读取", "the database cannot be opened: %v", s.damage)
	}
	var raw []byte
	err := eachLeaf(s.db, seq, seq+1, func(_ uint64, b []byte) error {
		raw = bytes.Clone(b)
		return nil
	})
	switch {
	case err != nil && s.broken():
		return wrong(Tampered, "叶子被篡改", "%v", err)
	case err != nil:
		return wrong(Missing, "缺少叶子", "%v", err)
	}
	if leaf, err = DecodeLeaf(raw); err != nil {
		return wrong(Tampered, "叶子被篡改", "%v", err)
	}
	if leaf.Seq != seq {
		return wrong(Reordered, "叶子不在原位", "another leaf stands in this place")
	}
	proof, err := inclusionIn(s.tile, seq, in.Size)
	if err == nil {
		err = VerifyInclusion(Checkpoint{Size: in.Size, Root: in.Root}, seq, hashLeaf(raw), proof)
	}
	if err != nil {
		return wrong(Tampered, "叶子或其上的瓦片被篡改", "the leaf cannot be proven to be in the anchored tree: %v", err)
	}
	return leaf, nil
}

// broken tells whether leaves cannot be read, rather than not found.
func (s *Source) broken() bool {
	walk := s.db.NewIterator(util.BytesPrefix([]byte(prefixEntry)), nil)
	defer walk.Release()
	for walk.Next() {
	}
	return walk.Error() != nil
}

// tile reads what is stored of a tile.
func (s *Source) tile(id tileID) ([]Hash, error) {
	raw, err := s.db.Get(tileKey(id), nil)
	if err != nil {
		return nil, fmt.Errorf("tile %d/%d: %w", id.level, id.n, err)
	}
	return decodeTile(raw)
}
