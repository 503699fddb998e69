package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/table"
)

// finding is a pattern at a place.
type finding struct {
	pattern pattern
	file    string
	times   int
}

// scan is what a search of one node's storage has seen.
type scan struct {
	files, databases, tables int
	bytes, entries           int64
	found                    map[string]*finding // by pattern and file
}

func newScan() *scan { return &scan{found: map[string]*finding{}} }

func (s *scan) search(x *searcher, file string, data []byte) {
	s.bytes += int64(len(data))
	x.search(data, func(n int) {
		key := fmt.Sprint(n, " ", file)
		if s.found[key] == nil {
			s.found[key] = &finding{pattern: x.patterns[n], file: file}
		}
		s.found[key].times++
	})
}

// of lists the findings of a class, by sentinel.
func (s *scan) of(c class) map[string][]finding {
	m := map[string][]finding{}
	for _, f := range s.found {
		if f.pattern.class == c {
			m[f.pattern.sentinel] = append(m[f.pattern.sentinel], *f)
		}
	}
	return m
}

// tree searches every file below a path as it lies there, and every LevelDB
// entry by entry: values lie compressed in a database's tables.
func (s *scan) tree(x *searcher, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(root), path)
		if err != nil {
			return err
		}
		s.files++
		s.search(x, name, data)
		if d.Name() == "CURRENT" {
			return s.database(x, filepath.Dir(path), filepath.Dir(name))
		}
		if strings.HasSuffix(path, ".ldb") {
			return s.table(x, path, name)
		}
		return nil
	})
}

// database iterates what a LevelDB holds, its journal included.
func (s *scan) database(x *searcher, dir, name string) error {
	db, err := leveldb.OpenFile(dir, &opt.Options{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer db.Close()
	s.databases++
	it := db.NewIterator(nil, nil)
	defer it.Release()
	for it.Next() {
		s.entries++
		s.search(x, name+" key", it.Key())
		s.search(x, name+" value", it.Value())
	}
	return it.Error()
}

// table iterates one table of a LevelDB, so that entries which have been
// deleted or written over are seen too.
func (s *scan) table(x *searcher, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := table.NewReader(f, info.Size(), storage.FileDesc{Type: storage.TypeTable}, nil, nil, &opt.Options{})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer r.Release()
	s.tables++
	it := r.NewIterator(nil, nil)
	defer it.Release()
	for it.Next() {
		s.entries++
		s.search(x, name+" key", it.Key())
		s.search(x, name+" value", it.Value())
	}
	return it.Error()
}
