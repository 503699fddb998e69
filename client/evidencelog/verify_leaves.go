package evidencelog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/syndtr/goleveldb/leveldb/util"
)

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
	tiles, free := make(chan *leafTile, 4), make(chan *leafTile, 6)
	for range cap(free) {
		free <- &leafTile{}
	}
	stop := make(chan struct{})
	go readLeaves(a.ctx, a.db, end, tiles, free, stop)
	defer func() {
		close(stop)
		for range tiles { // until the reader has gone
		}
	}()
	asked := []uint64{end}
	for _, t := range a.expect.Before {
		asked = append(asked, t.Size)
	}
	a.anchoredSizes(func(size uint64) { asked = append(asked, size) })
	asked = append(asked, a.expect.Size)
	slices.Sort(asked)
	a.tree.leaves = map[uint64][]Hash{}
	var decoded [tileWidth]Leaf
	for c := range tiles {
		if c.err != nil {
			return 0, c.err
		}
		if c.twice > 0 {
			a.report.find(Finding{Verdict: Tampered, Place: "database", First: c.twice - 1, Last: c.twice - 1, Zh: "叶子存了两份", En: "leaves are stored a second time"})
		}
		if c.beyond > 0 {
			a.report.find(Finding{Verdict: Tampered, Place: "leaf", First: end, Last: end + c.beyond - 1, Zh: "日志头之后还有叶子", En: "leaves beyond the log's last checkpoint"})
			continue
		}
		if c.width == 0 {
			continue
		}
		hashes, err := a.leafTile(c, end, decoded[:c.width])
		if err != nil {
			return 0, err
		}
		for first := c.n * tileWidth; len(asked) > 0 && asked[0] < first+tileWidth; asked = asked[1:] {
			if width := asked[0] - min(first, asked[0]); width <= uint64(c.width) {
				a.tree.leaves[asked[0]] = peaks(hashes[:width])
			}
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
			for rest := walk.Value(); len(rest) > 0; seq++ {
				if _, rest, ok = cutLeaf(rest); !ok {
					break
				}
			}
			return seq
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

// leafTile hashes the leaves of a tile, decides which of them are what the log
// signed, and checks the chains that go through them.
func (a *audit) leafTile(c *leafTile, end uint64, decoded []Leaf) ([]Hash, error) {
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
	chosen, harmed := a.choose(tileID{0, c.n}, hashes, stored, end, func(i int) { wrong[i] = true }), false
	for i := range c.width {
		seq := c.n*tileWidth + uint64(i)
		leaf := &decoded[i]
		switch {
		case c.size[i] == absent:
			a.report.leaf(Missing, seq, "缺少叶子", "the leaf is not there")
		case c.size[i] == broken:
			a.report.leaf(Tampered, seq, "叶子被篡改", "the database cannot read the leaf")
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
		harmed = true
	}
	if id := (tileID{0, c.n}); harmed && !a.confirmed(id, chosen, end) {
		a.doubt = append(a.doubt, span{c.n * tileWidth, c.n*tileWidth + uint64(c.width) - 1})
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
		if leaf.Seq < a.head.indexed {
			a.index.add(leaf.Subject, leaf.SubjectSeq, leaf.Seq)
		}
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
	if err == nil && a.known && !a.exported && len(a.lost) == 0 && (a.keys+1 >= len(a.head.keys) || !r.Old.Equal(a.head.keys[a.keys]) || !r.New.Equal(a.head.keys[a.keys+1])) {
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
