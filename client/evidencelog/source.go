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
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/client/oneprocess"
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
	db, err := openReadOnly(filepath.Join(dir, databaseFolder))
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

// openReadOnly opens a database without writing into it. A pipe or a device
// in its place would keep the reader waiting for ever: only files are read.
func openReadOnly(dir string) (_ *leveldb.DB, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !f.Type().IsRegular() {
			return nil, fmt.Errorf("%s is no file", f.Name())
		}
	}
	// The lock file is the operating system's and no part of the data.
	if lock, err := os.OpenFile(filepath.Join(dir, "LOCK"), os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		if err := lock.Close(); err != nil {
			return nil, err
		}
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the database is beyond reading: %v", p)
		}
	}()
	o := databaseOptions()
	o.ErrorIfMissing, o.ReadOnly = true, true
	return leveldb.OpenFile(dir, o)
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
	defer func() {
		if p := recover(); p != nil { // of the database's code: what it met is no database
			r.place(Tampered, "database", "数据库无法读取", "the database is beyond reading: %v", p)
		}
	}()
	a := &audit{ctx: ctx, db: s.db, expect: expect, report: r, exported: s.exported}
	err = a.run()
	if errors.As(err, new(*unreadable)) {
		r.place(Tampered, "database", "数据库无法读取", "%v", err)
		err = nil
	}
	return r, err
}

// Leaf reads one leaf and finds it in a tree that is known: what Verify does
// of all. What is wrong with it is a finding; nil if nothing is.
func (s *Source) Leaf(seq uint64, in Tree) (leaf Leaf, found *Finding) {
	wrong := func(v Verdict, zh, format string, args ...any) (Leaf, *Finding) {
		return leaf, &Finding{Verdict: v, Place: "leaf", First: seq, Last: seq, Zh: zh, En: fmt.Sprintf(format, args...)}
	}
	defer func() {
		if p := recover(); p != nil { // of the database's code: what it met is no database
			_, found = wrong(Tampered, "数据库无法读取", "the database is beyond reading: %v", p)
		}
	}()
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
