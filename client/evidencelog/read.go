package evidencelog

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Leaf reads the leaf at a place and checks it against the tree's hash of it.
func (l *Log) Leaf(seq uint64) (Leaf, Hash, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := l.within(seq); err != nil {
		return Leaf{}, Hash{}, err
	}
	leaf, hash, err := l.readLeaf(seq)
	if err != nil {
		return Leaf{}, Hash{}, err
	}
	known, err := l.node(0, seq)
	if err != nil {
		return Leaf{}, Hash{}, err
	}
	if known != hash || leaf.Seq != seq {
		return Leaf{}, Hash{}, &DamagedError{l.dir, fmt.Errorf("leaf %d is not the one in the tree", seq)}
	}
	return leaf, hash, nil
}

func (l *Log) within(seq uint64) error {
	if l.closed {
		return ErrClosed
	}
	if seq < l.tree.size {
		return nil
	}
	return &invalid.Error{Code: "LOG_SEQ", Field: "seq", Limit: "below " + strconv.FormatUint(l.tree.size, 10), Value: strconv.FormatUint(seq, 10), Zh: "日志中没有这一条", En: "the log has no such entry", Hint: "qxl log list shows the last entries"}
}

func (l *Log) readLeaf(seq uint64) (Leaf, Hash, error) {
	raw, err := l.readRaw(seq)
	if err != nil {
		return Leaf{}, Hash{}, err
	}
	leaf, err := DecodeLeaf(raw)
	if err != nil {
		return Leaf{}, Hash{}, &DamagedError{l.dir, fmt.Errorf("leaf %d: %w", seq, err)}
	}
	return leaf, hashLeaf(raw), nil
}

// readRaw reads a leaf's bytes.
func (l *Log) readRaw(seq uint64) (raw []byte, err error) {
	err = l.eachLeaf(seq, seq+1, func(_ uint64, leaf []byte) error {
		raw = bytes.Clone(leaf)
		return nil
	})
	if err != nil {
		return nil, &DamagedError{l.dir, err}
	}
	return raw, nil
}

// eachLeaf reads the leaves of a range, in their order; all must be there.
// What it gives is good until the next one.
func (l *Log) eachLeaf(from, to uint64, each func(seq uint64, raw []byte) error) error {
	return eachLeaf(l.db, from, to, each)
}

func eachLeaf(db store, from, to uint64, each func(seq uint64, raw []byte) error) error {
	walk := db.NewIterator(util.BytesPrefix([]byte(prefixEntry)), nil)
	defer walk.Release()
	next := from
	for ok := from < to && seekBefore(walk, entryKey(from+1)); ok && next < to; ok = walk.Next() {
		seq, known := seqOf(walk.Key())
		if !known || seq > next {
			break
		}
		for rest := walk.Value(); len(rest) > 0 && next < to; seq++ {
			raw, more, ok := cutLeaf(rest)
			if !ok {
				return fmt.Errorf("leaf %d cannot be told from its neighbours", seq)
			}
			if rest = more; seq < next {
				continue
			}
			if err := each(seq, raw); err != nil {
				return err
			}
			next++
		}
	}
	if err := walk.Error(); err != nil {
		return fmt.Errorf("leaf %d: %w", next, err)
	}
	if next < to {
		return fmt.Errorf("leaf %d is not there", next)
	}
	return nil
}

// readTile reads the first hashes of a tile, past the cache.
func (l *Log) readTile(id tileID, width int) ([]Hash, error) {
	raw, err := l.db.Get(tileKey(id), nil)
	if err != nil {
		return nil, fmt.Errorf("tile %d/%d: %w", id.level, id.n, err)
	}
	hashes, err := decodeTile(raw)
	if err == nil && len(hashes) < width {
		err = fmt.Errorf("%d hashes, want %d", len(hashes), width)
	}
	if err != nil {
		return nil, fmt.Errorf("tile %d/%d: %w", id.level, id.n, err)
	}
	return hashes[:width], nil
}

// node is the hash of a perfect subtree of 2^level leaves, the index-th from
// the left. The caller holds mu.
func (l *Log) node(level uint, index uint64) (Hash, error) { return nodeIn(l.tile, level, index) }

// nodeIn is a node as tiles have it.
func nodeIn(tile func(tileID) ([]Hash, error), level uint, index uint64) (Hash, error) {
	id := tileID{uint8(level / tileHeight), index << (level % tileHeight) / tileWidth}
	first := int(index << (level % tileHeight) % tileWidth)
	width := 1 << (level % tileHeight)
	hashes, err := tile(id)
	if err != nil {
		return Hash{}, err
	}
	if first+width > len(hashes) {
		return Hash{}, errors.New("asked for a node that is not in the tree yet")
	}
	return subtree(hashes[first : first+width]), nil
}

// tile gives the hashes of a tile as far as the tree goes.
func (l *Log) tile(id tileID) ([]Hash, error) {
	width := tileWidthAt(id, l.tree.size)
	if width == 0 {
		return nil, leveldb.ErrNotFound
	}
	if width < tileWidth {
		return l.tree.edge[id.level], nil
	}
	if hashes := l.cache.get(id); hashes != nil {
		return hashes, nil
	}
	hashes, err := l.readTile(id, width)
	if err != nil {
		return nil, &DamagedError{l.dir, err}
	}
	l.cache.put(id, hashes)
	return hashes, nil
}

// tileCache keeps full tiles; when it is full it starts anew.
type tileCache struct {
	mu   sync.Mutex
	kept map[tileID][]Hash
}

// tilesKept bounds the cache: 4 MB.
const tilesKept = 512

func (c *tileCache) get(id tileID) []Hash {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[id]
}

func (c *tileCache) put(id tileID, hashes []Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= tilesKept {
		c.kept = make(map[tileID][]Hash)
	}
	c.kept[id] = hashes
}
