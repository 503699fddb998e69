// Package readonly opens databases that an auditor was given: it writes nothing into them, reads nothing but files, and
// turns what the database's code gives up on into an error. It knows no format.
package readonly

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
)

// Open opens a goleveldb database, which must be there. The options are those
// that it is written with. Another process that has it open is an error with
// syscall.EAGAIN.
func Open(dir string, o *opt.Options) (_ *leveldb.DB, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files { // a pipe or a device would keep the reader waiting for ever
		if !f.Type().IsRegular() {
			return nil, fmt.Errorf("%s is no file", f.Name())
		}
	}
	// The lock file is the operating system's and no part of the data: a copy
	// may lack it.
	if lock, err := os.OpenFile(filepath.Join(dir, "LOCK"), os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		if err := lock.Close(); err != nil {
			return nil, err
		}
	}
	defer Recover(&err)
	copied := *o
	copied.ErrorIfMissing, copied.ReadOnly = true, true
	return leveldb.OpenFile(dir, &copied)
}

// UnreadableError: the database's own code gave up on what is stored.
type UnreadableError struct{ Cause any }

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("the database is beyond reading: %v", e.Cause)
}

// Recover, deferred around reading, turns a panic into *UnreadableError.
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = &UnreadableError{p}
	}
}
