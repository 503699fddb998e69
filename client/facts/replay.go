package facts

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"

	"github.com/qingxinlian/qxl/client/ledger"
)

// written is what the blocks say of a live key.
type written struct {
	value []byte // SHA-256
	block uint64
	tx    string
}

// replay is the public trace of a collection, block by block.
type replay struct {
	chaincode, collection string

	blocks uint64
	tip    []byte // hash of the last block
	live   map[string]written
	purged map[string]written // where a key was purged; its value is none
}

func newReplay(chaincode, collection string) *replay {
	return &replay{chaincode: chaincode, collection: collection, live: map[string]written{}, purged: map[string]written{}}
}

// to reads blocks until there are so many. Each must name the one before.
func (r *replay) to(ctx context.Context, from ledger.Blocks, blocks uint64, step func(done uint64)) error {
	for r.blocks < blocks {
		b, err := from.Block(ctx, r.blocks)
		if err != nil {
			return err
		}
		if r.blocks > 0 && !bytes.Equal(b.Previous, r.tip) {
			return fmt.Errorf("block %d does not follow block %d: it names %.16s as the one before, that is %.16s", b.Number, r.blocks-1, hex.EncodeToString(b.Previous), hex.EncodeToString(r.tip))
		}
		for _, tx := range b.Transactions {
			if tx.Validation != "VALID" {
				continue
			}
			for _, w := range tx.Writes {
				if w.Chaincode != r.chaincode || w.Collection != r.collection {
					continue
				}
				key := string(w.Key)
				delete(r.purged, key)
				if w.Deleted {
					delete(r.live, key)
					if w.Purged {
						r.purged[key] = written{block: b.Number, tx: tx.TxID}
					}
					continue
				}
				r.live[key] = written{w.Value, b.Number, tx.TxID}
			}
		}
		r.blocks, r.tip = r.blocks+1, b.Hash
		if step != nil {
			step(r.blocks)
		}
	}
	return nil
}
