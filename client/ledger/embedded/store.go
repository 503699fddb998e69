package embedded

import (
	"errors"
	"fmt"
	"os"

	"github.com/gofrs/flock"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"

	"github.com/qingxinlian/qxl/client/oneprocess"
)

// schemaVersion is the layout of both kinds of databases.
const schemaVersion = "1"

// databaseOptions suit values of some kilobytes that are written over and
// over: a large write buffer lets most die before they reach a table.
// Nothing is compressed, so that a search of the files is a search of the
// data.
func databaseOptions() *opt.Options {
	return &opt.Options{
		Compression:            opt.NoCompression,
		Filter:                 filter.NewBloomFilter(10),
		WriteBuffer:            32 * opt.MiB,
		CompactionTableSize:    8 * opt.MiB,
		CompactionTotalSize:    256 * opt.MiB,
		BlockCacheCapacity:     16 * opt.MiB,
		DisableSeeksCompaction: true,
		// Superseded values die when level 0 is merged: merging less often
		// costs less (BenchmarkPages), and a book of 100,000 loans is not
		// merged over and over (docs/performance.md, end of day).
		CompactionL0Trigger:    16,
		WriteL0SlowdownTrigger: 32,
		WriteL0PauseTrigger:    48,
	}
}

func openDatabase(dir string) (*leveldb.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := leveldb.OpenFile(dir, databaseOptions())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", dir, err)
	}
	raw, err := db.Get(keySchema, nil)
	switch {
	case errors.Is(err, leveldb.ErrNotFound):
		err = db.Put(keySchema, []byte(schemaVersion), &opt.WriteOptions{Sync: true})
	case err == nil && string(raw) != schemaVersion:
		err = fmt.Errorf("database %s has schema version %s, this program knows %s; use the program that wrote it or another state directory", dir, raw, schemaVersion)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// LockedError says that another process has the ledger open.
type LockedError struct{ oneprocess.HeldError }

func (e *LockedError) Error() string {
	return fmt.Sprintf("the embedded ledger in %s is open in %s; one process at a time: wait for it or end it", e.Dir, e.Holder())
}

func lock(dir string) (*flock.Flock, error) {
	l, err := oneprocess.Take(dir)
	if held := (*oneprocess.HeldError)(nil); errors.As(err, &held) {
		return nil, &LockedError{*held}
	}
	return l, err
}
