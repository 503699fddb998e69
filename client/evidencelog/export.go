package evidencelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Export writes the log as a folder of C2SP tlog-tiles, which a web server can
// give out as it is and standard tools read:
//
//	checkpoint                       signed note
//	tile/<L>/<N>[.p/<W>]             hashes of a tile
//	tile/entries/<N>[.p/<W>]         leaves, each behind its length in 2 bytes
//	addenda.v1                       empty: leaves end as C2SP tlog-addenda says
//
// Files that are there already with the right content stay untouched, so a
// repeated export writes what is new. The checkpoint comes last: whoever reads
// while Export runs sees the log as it was.
func (l *Log) Export(ctx context.Context, dir string) (Checkpoint, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return Checkpoint{}, ErrClosed
	}
	var err error
	tiles(l.tree.size, func(id tileID, width int) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return
		}
		err = l.exportTile(dir, id, width)
	})
	if err != nil {
		return Checkpoint{}, err
	}
	if err := publish(filepath.Join(dir, "addenda.v1"), nil); err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{Log: l.name, Size: l.tree.size, Root: l.tree.root()}
	return c, publish(filepath.Join(dir, "checkpoint"), l.head.checkpoint)
}

func (l *Log) exportTile(dir string, id tileID, width int) error {
	hashes, err := l.tile(id)
	if err != nil {
		return err
	}
	if err := publish(filepath.Join(dir, tilePath(fmt.Sprint(id.level), id.n, width)), encodeTile(hashes)); err != nil || id.level > 0 {
		return err
	}
	var bundle []byte
	first := id.n * tileWidth
	err = l.eachLeaf(first, first+uint64(width), func(seq uint64, raw []byte) error {
		if hashLeaf(raw) != hashes[seq-first] {
			return fmt.Errorf("leaf %d is not the one in the tree", seq)
		}
		bundle = appendLeaf(bundle, raw)
		return nil
	})
	if err != nil {
		return &DamagedError{l.dir, err}
	}
	return publish(filepath.Join(dir, tilePath("entries", id.n, width)), bundle)
}

// tilePath is where C2SP puts a tile: three digits a folder, all but the last
// with an x before them, and partial tiles by their width.
func tilePath(level string, n uint64, width int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/", n%1000) + path
	}
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return filepath.FromSlash("tile/" + level + "/" + path)
}

// publish writes a file that everybody may read, unless it is there already.
func publish(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := wallet.ReplaceFile(path, content); err != nil {
		return err
	}
	return os.Chmod(path, 0o644)
}
