package evidencelog

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"time"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
)

// Keys of the database; numbers are 8 bytes, big endian.
//
//	a/<size>          an anchor of the checkpoint of this size, see anchor.go
//	anchors           their number and sum
//	e/<seq>           leaves from this one on, see appendLeaf
//	head              see head
//	log               the format's version and the log's name
//	s/<subject>/<n>   the sequence numbers of a subject's leaves from its n-th on, see pending
//	t/<level>/<n>     the hashes of a tile; level is one byte
const (
	prefixAnchor  = "a/"
	prefixEntry   = "e/"
	prefixSubject = "s/"
	prefixTile    = "t/"
)

var (
	keyAnchors = []byte("anchors") // see anchorSum
	keyHead    = []byte("head")
	keyLog     = []byte("log")
)

// storeVersion is what keyLog begins with.
const storeVersion = "1 "

func entryKey(seq uint64) []byte { return binary.BigEndian.AppendUint64([]byte(prefixEntry), seq) }

func anchorKey(size uint64) []byte { return binary.BigEndian.AppendUint64([]byte(prefixAnchor), size) }

func tileKey(id tileID) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(prefixTile), id.level, '/'), id.n)
}

func appendSubjectKey(b []byte, subject [32]byte, n uint64) []byte {
	b = append(append(append(b, prefixSubject...), subject[:]...), '/')
	return binary.BigEndian.AppendUint64(b, n)
}

// chunkLeaves is how many leaves share a key: a key costs more than its bytes.
// A chunk is written once, with the batch that its leaves came in.
const chunkLeaves = 32

// appendLeaf adds a leaf to a chunk: its length in 2 bytes, and the leaf, as
// in an entry bundle of C2SP tlog-tiles.
func appendLeaf(chunk []byte, leaf []byte) []byte {
	return append(binary.BigEndian.AppendUint16(chunk, uint16(len(leaf))), leaf...)
}

// cutLeaf takes the first leaf off a chunk; false if it holds no whole one.
func cutLeaf(chunk []byte) (leaf, rest []byte, ok bool) {
	if len(chunk) < 2 {
		return nil, nil, false
	}
	end := 2 + int(binary.BigEndian.Uint16(chunk))
	if len(chunk) < end {
		return nil, nil, false
	}
	return chunk[2:end], chunk[end:], true
}

// databaseOptions suit sequential keys written once: large tables, few of
// them merged again. Nothing is compressed, since hashes do not compress.
// All checksums count: a block that does not match is an error, not data.
func databaseOptions() *opt.Options {
	return &opt.Options{
		Compression:            opt.NoCompression,
		Filter:                 filter.NewBloomFilter(10),
		WriteBuffer:            32 * opt.MiB,
		CompactionTableSize:    8 * opt.MiB,
		CompactionTotalSize:    64 * opt.MiB,
		BlockCacheCapacity:     16 * opt.MiB,
		BlockSize:              16 * opt.KiB,
		DisableSeeksCompaction: true,
		CompactionL0Trigger:    8,
		WriteL0SlowdownTrigger: 16,
		WriteL0PauseTrigger:    24,
		Strict:                 opt.DefaultStrict,
	}
}

// head is where the log stands. It is written with what it is about, in one batch.
type head struct {
	keys       []ed25519.PublicKey // that have signed checkpoints; the last one does
	appended   time.Time           // of the last leaf, by this machine's clock
	indexed    uint64              // leaves before this one are in the index of subjects
	checkpoint []byte              // signed note
}

func (h *head) key() ed25519.PublicKey { return h.keys[len(h.keys)-1] }

const headVersion = 1

func (h *head) encode() []byte {
	b := []byte{headVersion}
	b = binary.BigEndian.AppendUint64(b, uint64(h.appended.UnixNano()))
	b = binary.BigEndian.AppendUint64(b, h.indexed)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.keys)))
	for _, key := range h.keys {
		b = append(b, key...)
	}
	return append(b, h.checkpoint...)
}

func decodeHead(b []byte) (head, error) {
	const fixed = 1 + 8 + 8 + 2
	keys := 0
	if len(b) >= fixed {
		keys = int(binary.BigEndian.Uint16(b[fixed-2:]))
	}
	if keys == 0 || b[0] != headVersion || len(b) < fixed+keys*keyBytes {
		return head{}, fmt.Errorf("head of %d bytes is not one of version %d", len(b), headVersion)
	}
	h := head{appended: time.Unix(0, int64(binary.BigEndian.Uint64(b[1:]))), indexed: binary.BigEndian.Uint64(b[9:])}
	b = b[fixed:]
	for range keys {
		h.keys = append(h.keys, ed25519.PublicKey(b[:keyBytes]))
		b = b[keyBytes:]
	}
	h.checkpoint = b
	return h, nil
}

func encodeTile(hashes []Hash) []byte {
	b := make([]byte, 0, len(hashes)*len(Hash{}))
	for i := range hashes {
		b = append(b, hashes[i][:]...)
	}
	return b
}

func decodeTile(b []byte) ([]Hash, error) {
	if len(b)%len(Hash{}) != 0 || len(b) == 0 || len(b) > tileWidth*len(Hash{}) {
		return nil, fmt.Errorf("a tile of %d bytes", len(b))
	}
	hashes := make([]Hash, len(b)/len(Hash{}))
	for i := range hashes {
		hashes[i] = Hash(b[i*len(Hash{}):])
	}
	return hashes, nil
}

// openStore opens the database of a log, which must be there.
func openStore(dir string) (*leveldb.DB, error) {
	o := databaseOptions()
	o.ErrorIfMissing = true
	return leveldb.OpenFile(filepath.Join(dir, databaseFolder), o)
}

const databaseFolder = "db"
