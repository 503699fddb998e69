package vault

import (
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/client/vault/blob"
)

// groupSize is how much is written at once of a large blob.
const groupSize = 16 << 20

// blockWriter stores the blocks of one blob. What is small waits in a batch
// that the record's commit writes; what is large goes to the disk in groups,
// each a table of its own (a goleveldb transaction), so that its bytes are
// written once and not to a journal first, while the next group is encrypted.
type blockWriter struct {
	db     *leveldb.DB
	number uint64
	small  *leveldb.Batch // of the commit

	chunk uint64
	group []blob.Block
	keys  [][]byte
	size  int
	whole bool // some of it has been written already
	busy  chan error
}

func (w *blockWriter) put(b blob.Block) error {
	var key []byte
	if b.Leaf {
		key = leafKey(w.number, w.chunk)
		w.chunk++
	} else {
		key = nodeKey(w.number, b.CID.Hash())
	}
	w.group, w.keys, w.size = append(w.group, b), append(w.keys, key), w.size+len(b.Data)
	if w.size < groupSize-blob.BlockSize {
		return nil
	}
	return w.flush()
}

// flush hands the group over once the one before is on the disk.
func (w *blockWriter) flush() error {
	if err := w.wait(); err != nil {
		return err
	}
	group, keys := w.group, w.keys
	w.group, w.keys, w.size, w.whole = nil, nil, 0, true
	w.busy = make(chan error, 1)
	go func() { w.busy <- writeGroup(w.db, group, keys) }()
	return nil
}

func (w *blockWriter) wait() error {
	if w.busy == nil {
		return nil
	}
	err := <-w.busy
	w.busy = nil
	return err
}

// finish leaves what is small to the commit, and waits for what is not.
func (w *blockWriter) finish() error {
	if !w.whole && w.size <= blob.BlockSize {
		for i, b := range w.group {
			w.small.Put(w.keys[i], b.Data)
			b.Release()
		}
		return nil
	}
	if len(w.group) > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return w.wait()
}

// writeGroup is durable when it returns.
func writeGroup(db *leveldb.DB, group []blob.Block, keys [][]byte) error {
	tr, err := db.OpenTransaction()
	if err != nil {
		return err
	}
	for i, b := range group {
		if err := tr.Put(keys[i], b.Data, nil); err != nil {
			tr.Discard()
			return err
		}
		b.Release()
	}
	if err := tr.Commit(); err != nil {
		tr.Discard()
		return err
	}
	return nil
}
