package evidencelog

// The tree is kept as C2SP tiles: a tile of level L holds up to 256 hashes,
// each over 256^L leaves. A node between two levels is computed when asked for.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tileID names a tile: its level and its place from the left.
type tileID struct {
	level uint8
	n     uint64
}

// tree is the right edge of a log's tree, and all that appending needs: the
// last tile of each level, none of them full. Its parts are never changed in
// place by a clone.
type tree struct {
	size uint64
	edge [][]Hash // by level
}

func (t *tree) clone() tree {
	c := tree{size: t.size, edge: make([][]Hash, len(t.edge))}
	for i, hashes := range t.edge {
		c.edge[i] = append(make([]Hash, 0, tileWidth), hashes...)
	}
	return c
}

// append adds a leaf and hands over each tile that became full.
func (t *tree) append(leaf Hash, full func(tileID, []Hash)) {
	t.size++
	for level, h := 0, leaf; ; level++ {
		if level == len(t.edge) {
			t.edge = append(t.edge, make([]Hash, 0, tileWidth))
		}
		t.edge[level] = append(t.edge[level], h)
		if len(t.edge[level]) < tileWidth {
			return
		}
		if full != nil {
			full(tileID{uint8(level), t.size>>(tileHeight*(level+1)) - 1}, t.edge[level])
		}
		h = subtree(t.edge[level])
		t.edge[level] = t.edge[level][:0]
	}
}

// root is the RFC 6962 hash of the whole tree: the perfect subtrees, the
// smallest of them at the right, joined from the right.
func (t *tree) root() Hash {
	var f folding
	for _, hashes := range t.edge {
		for _, peak := range peaks(hashes) {
			f.peak(peak)
		}
	}
	return f.root()
}

// peaks are the perfect subtrees over hashes of one level, fewer than a full
// tile has, the rightmost, which is the smallest, first.
func peaks(hashes []Hash) []Hash {
	out := make([]Hash, 0, tileHeight)
	for width := 1; len(hashes) > 0; width *= 2 {
		if len(hashes)&width != 0 {
			cut := len(hashes) - width
			out = append(out, subtree(hashes[cut:]))
			hashes = hashes[:cut]
		}
	}
	return out
}

// folding joins perfect subtrees, given from the right, to a root.
type folding struct {
	at  Hash
	any bool
}

func (f *folding) peak(h Hash) {
	if f.any {
		h = hashNode(h, f.at)
	}
	f.at, f.any = h, true
}

func (f *folding) root() Hash {
	if !f.any {
		return emptyRoot
	}
	return f.at
}

// subtree is the hash over a power of two of hashes.
func subtree(hashes []Hash) Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	var b [tileWidth / 2]Hash
	level := b[:len(hashes)/2]
	for i := range level {
		level[i] = hashNode(hashes[2*i], hashes[2*i+1])
	}
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = hashNode(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

// tileWidthAt gives, for a tree of a size, the width of the tile of this ID: full,
// partial or zero for none.
func tileWidthAt(id tileID, size uint64) int {
	hashes := size >> (tileHeight * uint(id.level)) // of that level in the tree
	first := id.n * tileWidth
	if hashes <= first {
		return 0
	}
	return int(min(hashes-first, tileWidth))
}

// tiles lists the tiles of a tree of a size, level by level.
func tiles(size uint64, each func(id tileID, width int)) {
	for level := uint8(0); ; level++ {
		hashes := size >> (tileHeight * uint(level))
		if hashes == 0 {
			return
		}
		for n := uint64(0); n*tileWidth < hashes; n++ {
			each(tileID{level, n}, int(min(hashes-n*tileWidth, tileWidth)))
		}
	}
}
