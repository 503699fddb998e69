package embedded

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// tailBlocks are verified at each start; Verify does all.
const tailBlocks = 64

// resume reads where the ledger stands: its settings, nil for a new one, and
// the end of its chain, which it verifies.
func (e *Engine) resume() (*settings, error) {
	raw, err := e.channel.Get(keyTip, nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		walk := e.channel.NewIterator(nil, nil)
		defer walk.Release()
		for walk.Next() {
			if !bytes.Equal(walk.Key(), keySchema) {
				return nil, fmt.Errorf("database %s holds data but no tip: it is damaged", e.dir)
			}
		}
		return nil, walk.Error()
	}
	if err != nil {
		return nil, err
	}
	var t tip
	if err := ledgerstate.Decode(raw, &t); err != nil {
		return nil, fmt.Errorf("tip of the chain: %w", err)
	}
	first := uint64(0)
	if t.Height > tailBlocks {
		first = t.Height - tailBlocks
	}
	if err := e.verifyChain(e.channel, first, t, nil); err != nil {
		return nil, err
	}
	e.committer = committer{height: t.Height, previous: t.Hash}
	if raw, err = e.channel.Get(keyConsortium, nil); err != nil {
		return nil, fmt.Errorf("consortium's settings: %w", err)
	}
	s := &settings{}
	return s, json.Unmarshal(raw, s)
}

// recoverOrg ends what a crash left of the last commit: values of a block
// that never came are removed, and so are values that the last block
// superseded.
func (e *Engine) recoverOrg(o *organization) error {
	raw, err := o.db.Get(keyWitness, nil)
	if err == nil && len(raw) == 8 && binary.BigEndian.Uint64(raw) >= e.committer.height {
		return fmt.Errorf("%s knows of block %d and channel/ has %d blocks: its last blocks are lost, by damage or an older copy",
			o.MSP, binary.BigEndian.Uint64(raw), e.committer.height)
	}
	if err != nil && !errors.Is(err, leveldb.ErrNotFound) {
		return err
	}
	raw, err = o.db.Get(keyStaged, nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var s staged
	if err := ledgerstate.Decode(raw, &s); err != nil {
		return fmt.Errorf("database of %s: %w", o.MSP, err)
	}
	if s.Block < e.committer.height {
		return o.retire(s.Block, s.Retired)
	}
	batch := leveldb.MakeBatch(len(s.Put) * 128)
	for _, key := range s.Put {
		batch.Delete(key)
	}
	batch.Delete(keyStaged)
	batch.Delete(purgeKey(s.Block))
	return o.db.Write(batch, &opt.WriteOptions{Sync: e.sync})
}
