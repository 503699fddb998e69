package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/ipfs/go-cid"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
)

const schemaVersion = "1"

var keySchema = []byte("schema")

// blockOptions suit values of up to 1 MiB that are written once under rising
// keys: tables do not overlap, so that compaction only moves them, and large
// writes go into tables without a journal (blockWriter). Block hashes are
// checked by us at every reading.
func blockOptions() *opt.Options {
	return &opt.Options{
		Compression:            opt.NoCompression,
		DisableBlockCache:      true,
		WriteBuffer:            groupSize,
		CompactionTableSize:    groupSize,
		CompactionTotalSize:    4 * opt.GiB,
		DisableSeeksCompaction: true,
		OpenFilesCacheCapacity: 64,
	}
}

// recordOptions suit small values. Nothing is compressed, so that a search
// of the files is a search of the data.
func recordOptions() *opt.Options {
	return &opt.Options{
		Compression:            opt.NoCompression,
		Filter:                 filter.NewBloomFilter(10),
		WriteBuffer:            8 * opt.MiB,
		CompactionTableSize:    4 * opt.MiB,
		CompactionTotalSize:    32 * opt.MiB,
		BlockCacheCapacity:     8 * opt.MiB,
		DisableSeeksCompaction: true,
	}
}

var durable = &opt.WriteOptions{Sync: true}

// LockedError says that another process has the vault open.
type LockedError struct{ Dir string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("the vault in %s is open in another process; one at a time: wait for it or end it", e.Dir)
}

func openDatabase(dir string, o *opt.Options) (*leveldb.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := leveldb.OpenFile(dir, o)
	if errors.Is(err, syscall.EAGAIN) {
		return nil, &LockedError{Dir: dir}
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", dir, err)
	}
	raw, err := db.Get(keySchema, nil)
	switch {
	case errors.Is(err, leveldb.ErrNotFound):
		err = db.Put(keySchema, []byte(schemaVersion), durable)
	case err == nil && string(raw) != schemaVersion:
		err = fmt.Errorf("database %s has schema version %s, this program knows %s; use the program that wrote it", dir, raw, schemaVersion)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Keys of both databases begin with a letter and the blob's number, which
// rises with every record.
//
//	blocks   b number l chunk    a leaf
//	         b number n digest   a node
//	records  r number            a record
//	         c CID               its ID
//	         t subject number    the records of a subject
//	         p number            it is not in the log yet
//	         l log               how far the log was when records were last entered
//	         s number share      a share
//	         d date number       its retention ends
//	         e request           an erasure
//	         !sum                over shares and erasures, see summed
const (
	inBlocks      = 'b'
	leafMark      = 'l'
	nodeMark      = 'n'
	atRecord      = 'r'
	atCID         = 'c'
	atSubject     = 't'
	atPending     = 'p'
	atLog         = 'l'
	atShare       = 's'
	atDue         = 'd'
	atErasure     = 'e'
	numberedBytes = 9
)

func numbered(letter byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{letter}, number)
}

// numberIn reads the number that stands at an offset of a key.
func numberIn(key []byte, at int) uint64 { return binary.BigEndian.Uint64(key[at : at+8]) }

func leafKey(number, chunk uint64) []byte {
	return binary.BigEndian.AppendUint64(append(numbered(inBlocks, number), leafMark), chunk)
}

func nodeKey(number uint64, digest []byte) []byte {
	return append(append(numbered(inBlocks, number), nodeMark), digest...)
}

func subjectKey(subject [16]byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte{atSubject}, subject[:]...), number)
}

func cidKey(c cid.Cid) []byte { return append([]byte{atCID}, c.Bytes()...) }

func dueKey(day int32, number uint64) []byte {
	key := binary.BigEndian.AppendUint32([]byte{atDue}, uint32(day))
	return binary.BigEndian.AppendUint64(key, number)
}

func shareKey(number uint64, share uint32) []byte {
	return binary.BigEndian.AppendUint32(numbered(atShare, number), share)
}
