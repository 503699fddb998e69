package embedded

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// eraseTogether is the number of purged keys from which on everything between
// the first and the last is rewritten at once.
const eraseTogether = 8

// erase takes purged values out of an organization's tables, which a deletion
// alone leaves to some later compaction. It works in the background; a start
// after a crash takes it up again. goleveldb removes a replaced table's file
// at once or only some minutes later; close and open remove it in any case.
func (e *Engine) erase(o *organization, block uint64, keys [][]byte) {
	e.erasing.Add(1)
	go func() {
		defer e.erasing.Done()
		ranges := make([]util.Range, 0, len(keys))
		for _, key := range keys {
			ranges = append(ranges, *util.BytesPrefix(key))
		}
		if len(keys) >= eraseTogether {
			ranges = []util.Range{{Start: slices.MinFunc(keys, bytes.Compare), Limit: util.BytesPrefix(slices.MaxFunc(keys, bytes.Compare)).Limit}}
		}
		var err error
		for i := 0; i < len(ranges) && err == nil; i++ {
			err = o.db.CompactRange(ranges[i])
		}
		if err == nil {
			o.erased.Store(true)
			err = o.db.Delete(purgeKey(block), nil)
		}
		if err != nil {
			e.log.Error("purged values are not out of the files yet; the next start tries again", "msp", o.MSP, "block", block, "error", err)
		}
	}()
}

// resumeErasure goes on with what an earlier process did not end.
func (e *Engine) resumeErasure() error {
	prefix := purgeKey(0)[:len(purgeKey(0))-8]
	for _, o := range e.peers() {
		pending := map[uint64][][]byte{}
		walk := o.db.NewIterator(util.BytesPrefix(prefix), nil)
		for walk.Next() {
			var keys [][]byte
			if err := ledgerstate.Decode(walk.Value(), &keys); err != nil {
				walk.Release()
				return fmt.Errorf("database of %s: purged keys: %w", o.MSP, err)
			}
			pending[binary.BigEndian.Uint64(walk.Key()[len(prefix):])] = keys
		}
		walk.Release()
		if err := walk.Error(); err != nil {
			return err
		}
		for block, keys := range pending {
			e.erase(o, block, keys)
		}
	}
	return nil
}

func (o *organization) close() error {
	err := o.db.Close()
	if err == nil && o.erased.Load() {
		// Opening removes the files of tables that were replaced.
		var db *leveldb.DB
		if db, err = leveldb.OpenFile(o.dir, databaseOptions()); err == nil {
			err = db.Close()
		}
	}
	return err
}
