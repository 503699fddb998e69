package evidencelog

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// Of leaves that cannot be read.
const (
	absent = -1 // not there
	broken = -2 // the database has something there that it cannot read
)

// chunk is the leaves of one tile as read.
type chunk struct {
	n      uint64
	size   [tileWidth]int // of each leaf; absent or broken
	arena  []byte
	width  int
	err    error
	beyond uint64 // leaves past the end of the log, found at its end
}

// maxGap bounds for how many leaves that are not there an audit looks further:
// a forged head cannot keep it busy.
const maxGap = 1 << 24

// leaves reads all leaves, in another goroutine than hashes them, and gives
// the number of leaves that the audit goes by.
func (a *audit) leaves() (uint64, error) {
	end := a.signed.Size
	if last := a.lastLeaf(); !a.known {
		end = last
	} else if end > last+maxGap {
		a.report.find(Finding{Verdict: Missing, Place: "leaf", First: last, Last: end - 1, Zh: "缺少叶子", En: "the leaf is not there"})
		end = last
	}
	chunks, free := make(chan *chunk, 4), make(chan *chunk, 6)
	for range cap(free) {
		free <- &chunk{}
	}
	stop := make(chan struct{})
	go a.read(end, chunks, free, stop)
	defer func() {
		close(stop)
		for range chunks { // until the reader has gone
		}
	}()
	asked := map[uint64]bool{end / tileWidth: true, a.expect.Size / tileWidth: true}
	a.tree.leaves = map[uint64][]Hash{}
	a.anchoredSizes(func(size uint64) { asked[size/tileWidth] = true })
	var decoded [tileWidth]Leaf
	for c := range chunks {
		if c.err != nil {
			return 0, c.err
		}
		if c.beyond > 0 {
			a.report.find(Finding{Verdict: Tampered, Place: "leaf", First: end, Last: end + c.beyond - 1, Zh: "日志头之后还有叶子", En: "leaves beyond the log's last checkpoint"})
			continue
		}
		hashes, err := a.chunk(c, end, decoded[:c.width])
		if err != nil {
			return 0, err
		}
		if asked[c.n] {
			a.tree.leaves[c.n] = hashes
		}
		if c.width == tileWidth {
			a.tree.push(0, subtree(hashes))
		}
		free <- c
	}
	return end, a.ctx.Err()
}

// lastLeaf is one past the last leaf that is stored.
func (a *audit) lastLeaf() uint64 {
	walk := a.db.NewIterator(util.BytesPrefix([]byte(prefixEntry)), nil)
	defer walk.Release()
	for ok := walk.Last(); ok; ok = walk.Prev() {
		if seq, ok := seqOf(walk.Key()); ok && seq < 1<<62 {
			return seq + 1
		}
	}
	return 0
}

func seqOf(key []byte) (uint64, bool) {
	if len(key) != len(prefixEntry)+8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(key[len(prefixEntry):]), true
}

func (a *audit) anchoredSizes(each func(uint64)) {
	walk := a.db.NewIterator(util.BytesPrefix([]byte(prefixAnchor)), nil)
	defer walk.Release()
	for walk.Next() {
		if size, ok := bytes.CutPrefix(walk.Key(), []byte(prefixAnchor)); ok && len(size) == 8 {
			each(binary.BigEndian.Uint64(size))
		}
	}
}

// read fills chunks until the end, then counts what stands beyond it.
func (a *audit) read(end uint64, chunks chan<- *chunk, free <-chan *chunk, stop <-chan struct{}) {
	defer close(chunks)
	prefix := util.BytesPrefix([]byte(prefixEntry))
	walk := a.db.NewIterator(prefix, nil)
	defer func() { walk.Release() }()
	on := walk.First()
	for n := uint64(0); n*tileWidth < end; n++ {
		var c *chunk
		select {
		case c = <-free:
		case <-stop:
			return
		}
		*c = chunk{n: n, arena: c.arena[:0], width: int(min(tileWidth, end-n*tileWidth)), err: a.ctx.Err()}
		for i := range c.width {
			c.size[i] = absent
		}
		last := n*tileWidth + uint64(c.width)
		for ; on; on = walk.Next() {
			seq, ok := seqOf(walk.Key())
			if !ok || seq < n*tileWidth {
				continue
			}
			if seq >= last {
				break
			}
			c.size[seq-n*tileWidth] = len(walk.Value())
			c.arena = append(c.arena, walk.Value()...)
		}
		if !on && walk.Error() != nil {
			a.readSingly(c)
			walk.Release()
			walk = a.db.NewIterator(prefix, nil)
			on = walk.Seek(entryKey(last))
		}
		select {
		case chunks <- c:
		case <-stop:
			return
		}
	}
	c := &chunk{}
	for ; on; on = walk.Next() {
		if seq, ok := seqOf(walk.Key()); !ok || seq >= end {
			c.beyond++
		}
	}
	if c.beyond > 0 {
		select {
		case chunks <- c:
		case <-stop:
		}
	}
}

// readSingly reads the leaves of a chunk one by one, where the database could
// not walk over them.
func (a *audit) readSingly(c *chunk) {
	c.arena = c.arena[:0]
	for i := range c.width {
		raw, err := a.db.Get(entryKey(c.n*tileWidth+uint64(i)), nil)
		switch {
		case err == nil:
			c.size[i] = len(raw)
			c.arena = append(c.arena, raw...)
		case errors.Is(err, leveldb.ErrNotFound):
			c.size[i] = absent
		default:
			c.size[i] = broken
		}
	}
}

// chunk hashes the leaves of a tile, decides which of them are what the log
// signed, and checks the chains that go through them.
func (a *audit) chunk(c *chunk, end uint64, decoded []Leaf) ([]Hash, error) {
	stored := a.storedTile(tileID{0, c.n}, c.width)
	hashes := make([]Hash, c.width)
	var problem [tileWidth]error
	rest := c.arena
	for i := range c.width {
		if c.size[i] < 0 {
			if stored != nil {
				hashes[i] = stored[i] // so that the others can be judged
			}
			continue
		}
		raw := rest[:c.size[i]]
		rest = rest[c.size[i]:]
		hashes[i] = hashLeaf(raw)
		decoded[i], problem[i] = DecodeLeaf(raw)
	}
	var wrong [tileWidth]bool
	chosen := a.choose(tileID{0, c.n}, hashes, stored, end, func(i int) { wrong[i] = true })
	for i := range c.width {
		seq := c.n*tileWidth + uint64(i)
		leaf := &decoded[i]
		switch {
		case c.size[i] == absent:
			a.report.leaf(Missing, seq, "缺少叶子", "the leaf is not there")
		case c.size[i] == broken:
			a.report.leaf(Tampered, seq, "叶子无法读取", "the database cannot read the leaf")
		case problem[i] == nil && leaf.Seq != seq:
			a.report.leaf(Reordered, seq, "叶子不在原位", "another leaf stands in this place")
		case wrong[i] || problem[i] != nil:
			a.report.leaf(Tampered, seq, "叶子被篡改", "the leaf is not the one that the log signed")
		default:
			if err := a.good(leaf, chosen[i]); err != nil {
				return nil, err
			}
			continue
		}
		a.bad[chosen[i]], a.lost[seq] = true, true
	}
	return chosen, nil
}

// good takes a leaf that is what the log signed, and checks its subject's
// chain and the keys of a rotation.
func (a *audit) good(leaf *Leaf, hash Hash) error {
	a.report.Good++
	if leaf.SubjectSeq > 0 {
		end := a.ends[leaf.Subject]
		follows := leaf.SubjectSeq == end.n+1 && leaf.SubjectPrev == end.hash
		// A chain through a leaf that is lost goes on behind it.
		if !follows && !(leaf.SubjectSeq > end.n+1 && a.bad[leaf.SubjectPrev]) {
			a.report.leaf(Reordered, leaf.Seq, "主体的存证链断裂", "the subject's chain of leaves is broken here")
		}
		a.ends[leaf.Subject] = tail{leaf.SubjectSeq, hash}
		a.index.add(leaf.Subject, leaf.SubjectSeq, leaf.Seq)
	}
	if leaf.Rotation != nil {
		a.rotation(leaf)
	}
	if a.expect.Visit != nil {
		return a.expect.Visit(*leaf, hash)
	}
	return nil
}

// rotation checks that a key hands over to the next one in the head.
func (a *audit) rotation(leaf *Leaf) {
	r := leaf.Rotation
	err := r.Check(a.report.Log, leaf.Seq)
	if err == nil && a.known && len(a.lost) == 0 && (a.keys+1 >= len(a.head.keys) || !r.Old.Equal(a.head.keys[a.keys]) || !r.New.Equal(a.head.keys[a.keys+1])) {
		err = errors.New("it hands over between other keys than the head names")
	}
	if err != nil {
		a.report.leaf(Tampered, leaf.Seq, "换钥不成立", err.Error())
	}
	a.keys++
}

// rotationsEnd: every key of the head but the first came by a rotation.
func (a *audit) rotationsEnd() {
	if a.known && len(a.lost) == 0 && a.keys+1 != len(a.head.keys) {
		a.report.place(Tampered, "head", "日志头中的密钥不对", "the head names %d keys, the leaves hand over %d times", len(a.head.keys), a.keys)
	}
}
