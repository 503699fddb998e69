package vault

import (
	"context"
	"errors"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

func blocksOf(number uint64) util.Range {
	return util.Range{Start: numbered(inBlocks, number), Limit: numbered(inBlocks, number+1)}
}

// dropBlocks deletes a blob's blocks; compaction frees their bytes.
func (v *Vault) dropBlocks(number uint64) error {
	r := blocksOf(number)
	it := v.blocks.NewIterator(&r, nil)
	defer it.Release()
	var batch leveldb.Batch
	for it.Next() {
		batch.Delete(it.Key())
		if batch.Len() == 1024 {
			if err := v.blocks.Write(&batch, nil); err != nil {
				return err
			}
			batch.Reset()
		}
	}
	if err := it.Error(); err != nil {
		return err
	}
	return v.blocks.Write(&batch, durable)
}

// Collected is what GC removed.
type Collected struct {
	Blobs int `json:"blobs"` // that no record has: a process was killed, or a put failed
}

// GC removes blocks of blobs that no record has. It may run beside puts.
func (v *Vault) GC(ctx context.Context) (Collected, error) {
	var c Collected
	r := util.BytesPrefix([]byte{inBlocks})
	it := v.blocks.NewIterator(r, nil)
	defer it.Release()
	for ok := it.First(); ok; {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		if len(it.Key()) < numberedBytes {
			return c, errors.New("key of a block is cut")
		}
		number := numberIn(it.Key(), 1)
		garbage, err := v.unreferenced(number)
		if err != nil {
			return c, err
		}
		if garbage {
			if err := v.dropBlocks(number); err != nil {
				return c, err
			}
			if err := v.blocks.CompactRange(blocksOf(number)); err != nil {
				return c, err
			}
			c.Blobs++
		}
		ok = it.Seek(numbered(inBlocks, number+1))
	}
	return c, it.Error()
}

// unreferenced asks first whether the number is being written: a record that
// is committed in between is found then.
func (v *Vault) unreferenced(number uint64) (bool, error) {
	v.mu.Lock()
	active := v.active[number] || number >= v.next
	v.mu.Unlock()
	if active {
		return false, nil
	}
	r, err := v.read(number)
	if errors.Is(err, leveldb.ErrNotFound) {
		return true, nil
	}
	return err == nil && r.Erased != "", err
}
