package evidencelog

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// anchored is what the log keeps of a checkpoint that stands on the ledger.
type anchored struct {
	Checkpoint []byte `json:"checkpoint"` // as anchored, with cosignatures if there are
	Anchor     Anchor `json:"anchor"`
}

// Anchored marks the leaves under a checkpoint as anchored: client/anchor
// calls it once the ledger has committed the checkpoint. The checkpoint must
// be one of this log's own history. Of two anchors of one size the first stays.
func (l *Log) Anchored(checkpoint []byte, a Anchor) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if a.Channel == "" || a.TxID == "" {
		return &invalid.Error{Code: "LOG_ANCHOR", Field: "anchor", Limit: "channel and transaction", Zh: "缺少通道或交易号", En: "an anchor names channel and transaction"}
	}
	c, err := l.ownCheckpoint(checkpoint)
	if err != nil {
		return err
	}
	root, err := l.rootAt(c.Size)
	if err != nil {
		return err
	}
	if root != c.Root {
		return fmt.Errorf("the anchored checkpoint of size %d has the root %s, the log %s: the log was forked or rolled back", c.Size, c.Root, root)
	}
	if _, err := l.db.Get(anchorKey(c.Size), nil); !errors.Is(err, leveldb.ErrNotFound) {
		return err // nil: it is marked already
	}
	raw, err := json.Marshal(anchored{checkpoint, a})
	if err != nil {
		return err
	}
	var sum anchorSum
	old, err := l.db.Get(keyAnchors, nil)
	if err == nil {
		sum, err = decodeAnchorSum(old)
	}
	if err != nil && !errors.Is(err, leveldb.ErrNotFound) {
		return &DamagedError{l.dir, err}
	}
	sum.add(anchorKey(c.Size), raw)
	var b leveldb.Batch
	b.Put(anchorKey(c.Size), raw)
	b.Put(keyAnchors, sum.encode())
	return l.db.Write(&b, &opt.WriteOptions{Sync: true})
}

// ownCheckpoint opens a checkpoint that any of the log's keys signed.
func (l *Log) ownCheckpoint(signed []byte) (Checkpoint, error) {
	var c Checkpoint
	err := errors.New("the log has no key")
	for i := len(l.head.keys) - 1; i >= 0; i-- {
		v, vErr := verifier(l.name, l.head.keys[i])
		if vErr != nil {
			return c, vErr
		}
		if c, err = OpenCheckpoint(signed, v); err == nil {
			break
		}
	}
	if err == nil && c.Size > l.tree.size {
		err = fmt.Errorf("the checkpoint is over %d leaves, the log has %d: the log was rolled back", c.Size, l.tree.size)
	}
	return c, err
}

// anchorOver finds the first anchored checkpoint over a leaf; nil if there is none.
func (l *Log) anchorOver(seq uint64) (*anchored, error) {
	walk := l.db.NewIterator(util.BytesPrefix([]byte(prefixAnchor)), nil)
	defer walk.Release()
	if !walk.Seek(anchorKey(seq + 1)) {
		return nil, walk.Error()
	}
	a, _, err := decodeAnchor(walk.Key(), walk.Value())
	if err != nil {
		return nil, &DamagedError{l.dir, err}
	}
	return a, nil
}

// AnchoredSize is the size of the last anchored checkpoint, 0 if there is none.
func (l *Log) AnchoredSize() (uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	walk := l.db.NewIterator(util.BytesPrefix([]byte(prefixAnchor)), nil)
	defer walk.Release()
	if !walk.Last() {
		return 0, walk.Error()
	}
	_, size, err := decodeAnchor(walk.Key(), walk.Value())
	return size, err
}

func decodeAnchor(key, value []byte) (*anchored, uint64, error) {
	var a anchored
	size, ok := bytes.CutPrefix(key, []byte(prefixAnchor))
	if !ok || len(size) != 8 {
		return nil, 0, errors.New("an anchor is kept under a name of its own")
	}
	if err := json.Unmarshal(value, &a); err != nil {
		return nil, 0, fmt.Errorf("anchor: %w", err)
	}
	if again, err := json.Marshal(a); err != nil || !bytes.Equal(again, value) {
		return nil, 0, errors.New("an anchor is not written as anchors are")
	}
	return &a, binary.BigEndian.Uint64(size), nil
}
