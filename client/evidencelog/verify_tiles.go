package evidencelog

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// levels are the hashes of a tree as an audit computes them: of levels 8, 16, …
// all, of single leaves what the sizes that are asked for need beside them.
type levels struct {
	above  [][]Hash          // above[0] is over 256 leaves each
	leaves map[uint64][]Hash // by size: peaks of the leaves behind the last full tile
}

// rootAt is the root at one of the sizes that were asked for.
func (t *levels) rootAt(size uint64) Hash {
	var f folding
	for _, peak := range t.leaves[size] {
		f.peak(peak)
	}
	for i, hashes := range t.above {
		n := size >> (tileHeight * uint(i+1))
		if n > uint64(len(hashes)) {
			return Hash{}
		}
		for _, peak := range peaks(hashes[n-n%tileWidth : n]) {
			f.peak(peak)
		}
	}
	return f.root()
}

// push puts the hash of a full tile where it belongs.
func (t *levels) push(level int, h Hash) {
	for len(t.above) <= level {
		t.above = append(t.above, nil)
	}
	t.above[level] = append(t.above[level], h)
}

// storedTile reads a tile and says what is wrong with it by itself.
func (a *audit) storedTile(id tileID, width int) []Hash {
	raw, err := a.db.Get(tileKey(id), nil)
	var hashes []Hash
	if err == nil {
		hashes, err = decodeTile(raw)
	}
	if err == nil && len(hashes) != width {
		err = fmt.Errorf("%d hashes, want %d", len(hashes), width)
	}
	place := fmt.Sprintf("tile %d/%d", id.level, id.n)
	switch {
	case errors.Is(err, leveldb.ErrNotFound):
		a.report.place(Missing, place, "缺少瓦片", "the tile is not there")
	case err != nil:
		a.report.place(Tampered, place, "瓦片被篡改", "the tile: %v", err)
	default:
		return hashes
	}
	return nil
}

// parent is what the tile above says of a full tile; false where there is none.
func (a *audit) parent(id tileID) (Hash, bool) {
	raw, err := a.db.Get(tileKey(tileID{id.level + 1, id.n / tileWidth}), nil)
	if err != nil {
		return Hash{}, false
	}
	hashes, err := decodeTile(raw)
	if at := id.n % tileWidth; err == nil && at < uint64(len(hashes)) {
		return hashes[at], true
	}
	return Hash{}, false
}

// tiles holds the tiles above the first level, and how many there are,
// against what the level below gives.
func (a *audit) tiles(size uint64) error {
	for level := uint8(1); size>>(tileHeight*uint(level)) > 0; level++ {
		computed := a.tree.above[level-1]
		for n := uint64(0); n*tileWidth < uint64(len(computed)); n++ {
			if err := a.ctx.Err(); err != nil {
				return err
			}
			id := tileID{level, n}
			below := computed[n*tileWidth : min((n+1)*tileWidth, uint64(len(computed)))]
			chosen := a.choose(id, below, a.storedTile(id, len(below)), size, func(i int) {
				width := uint64(1) << (tileHeight * uint(level))
				first := (n*tileWidth + uint64(i)) * width
				a.doubt = append(a.doubt, span{first, first + width - 1})
				a.report.find(Finding{Verdict: Tampered, Place: "leaf", First: first, Last: first + width - 1, Zh: "叶子与瓦片一同被篡改", En: "leaves and tiles over them do not belong to the tree that was signed"})
			})
			copy(below, chosen)
			if len(chosen) == tileWidth {
				a.tree.push(int(level), subtree(chosen))
			}
		}
	}
	return a.strayTiles(size)
}

// choose decides between what a level below gives and what a tile says, by
// who agrees with the tile above, or at the right edge with the signed root.
// wrong is called for each place where the level below is at fault.
func (a *audit) choose(id tileID, below, stored []Hash, size uint64, wrong func(int)) []Hash {
	if stored == nil {
		return below
	}
	differ := false
	for i := range below {
		differ = differ || below[i] != stored[i]
	}
	if !differ {
		return below
	}
	var tileRight, belowRight bool
	if len(below) == tileWidth {
		up, ok := a.parent(id)
		tileRight, belowRight = ok && up == subtree(stored), ok && up == subtree(below)
	}
	if !tileRight && !belowRight {
		tileRight, belowRight = a.rootWith(id, stored, size), a.rootWith(id, below, size)
	}
	if belowRight && !tileRight {
		a.report.place(Tampered, fmt.Sprintf("tile %d/%d", id.level, id.n), "瓦片被篡改", "the tile holds other hashes than what is below it has")
		return below
	}
	for i := range below {
		if below[i] != stored[i] {
			wrong(i)
		}
	}
	return stored
}

// confirmed reports whether these are the hashes of a tile that the log
// signed, as the tiles above say.
func (a *audit) confirmed(id tileID, hashes []Hash, size uint64) bool {
	if len(hashes) == tileWidth {
		if up, ok := a.parent(id); ok && up == subtree(hashes) {
			return true
		}
	}
	return a.rootWith(id, hashes, size)
}

// rootWith reports whether the signed root follows if this tile holds these
// hashes and all others of the right edge and above what they say.
func (a *audit) rootWith(id tileID, hashes []Hash, size uint64) bool {
	if !a.known || size != a.signed.Size {
		return false
	}
	t := tree{size: size}
	for level := uint8(0); size>>(tileHeight*uint(level)) > 0; level++ {
		n := size >> (tileHeight * uint(level))
		edge := tileID{level, n / tileWidth}
		width := int(n % tileWidth)
		var at []Hash
		switch {
		case edge == id:
			at = hashes
		case width > 0:
			raw, err := a.db.Get(tileKey(edge), nil)
			if err != nil {
				return false
			}
			if at, err = decodeTile(raw); err != nil || len(at) != width {
				return false
			}
		}
		if level == id.level+1 && edge.n == id.n/tileWidth && len(hashes) == tileWidth && len(at) > int(id.n%tileWidth) {
			at[id.n%tileWidth] = subtree(hashes)
		}
		t.edge = append(t.edge, at)
	}
	return t.root() == a.signed.Root
}

// strayTiles finds tiles that no tree of this size has.
func (a *audit) strayTiles(size uint64) error {
	walk := a.db.NewIterator(util.BytesPrefix([]byte(prefixTile)), nil)
	defer walk.Release()
	for walk.Next() {
		key := walk.Key()
		if len(key) == len(prefixTile)+2+8 && key[len(prefixTile)+1] == '/' {
			id := tileID{key[len(prefixTile)], binary.BigEndian.Uint64(key[len(prefixTile)+2:])}
			if id.level < 8 && tileWidthAt(id, size) > 0 {
				continue
			}
		}
		a.report.place(Tampered, "database", "数据库中有多余的瓦片", "a tile %q that the tree does not have", key)
	}
	if err := walk.Error(); err != nil {
		a.report.place(Tampered, "database", "瓦片无法读取", "%v", err)
	}
	return a.ctx.Err()
}
