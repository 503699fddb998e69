package anchor

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

// tileHeight is that of C2SP tlog-tiles: 256 hashes a tile.
const tileHeight = 8

// Tiles proves from a log's published tiles, as evidencelog's Export writes
// them. Each tile is checked against the newer checkpoint's root.
type Tiles struct{ FS fs.FS }

// Consistency implements Prover.
func (t Tiles) Consistency(from, to evidencelog.Checkpoint) ([]evidencelog.Hash, error) {
	tree := tlog.Tree{N: int64(to.Size), Hash: tlog.Hash(to.Root)}
	if tree.N < 0 || from.Size > to.Size {
		return nil, fmt.Errorf("no tree of %d leaves begins with one of %d", to.Size, from.Size)
	}
	proof, err := tlog.ProveTree(tree.N, int64(from.Size), tlog.TileHashReader(tree, tiles{t.FS}))
	if err != nil {
		return nil, err
	}
	list := make([]evidencelog.Hash, len(proof))
	for i := range proof {
		list[i] = evidencelog.Hash(proof[i])
	}
	return list, nil
}

// tiles reads tiles for tlog.
type tiles struct{ fs.FS }

func (t tiles) Height() int { return tileHeight }

func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, tile := range list {
		raw, err := fs.ReadFile(t.FS, tilePath(tile))
		if full := tile; errors.Is(err, fs.ErrNotExist) && tile.W < 1<<tileHeight { // it has filled since
			full.W = 1 << tileHeight
			raw, err = fs.ReadFile(t.FS, tilePath(full))
		}
		size := tile.W * tlog.HashSize
		if err == nil && len(raw) < size {
			err = fmt.Errorf("%s has %d bytes, not %d", tilePath(tile), len(raw), size)
		}
		if err != nil {
			return nil, err
		}
		out[i] = raw[:size]
	}
	return out, nil
}

// SaveTiles implements tlog.TileReader: nothing is kept.
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// tilePath is C2SP's, which is tlog's without the height.
func tilePath(t tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", tileHeight))
}
