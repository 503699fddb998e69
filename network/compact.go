package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
)

// ErrRunning says that the network's processes must be down.
var ErrRunning = errors.New("the network is running")

// Compact rewrites the databases of the network's peers without what was
// deleted from them. A peer deletes what a transaction purges, but its
// database keeps the bytes in its files until it merges them some day; after
// this they are gone. The network must be down. It returns how many databases
// there were.
func Compact(ctx context.Context, stateDir string, progress func(Event)) (int, error) {
	n, err := open(Options{StateDir: stateDir, Progress: progress})
	if err != nil {
		return 0, err
	}
	_, running, err := supervisor.Read(n.dir.Run())
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return 0, err
	case running:
		return 0, fmt.Errorf("%s: %w (hint: qxl down, then compact, then qxl up)", n.dir, ErrRunning)
	}
	databases := 0
	for _, o := range n.topology.Endorsers() {
		for _, p := range o.Peers {
			id := layout.ID(o.Name, p.Name)
			err := filepath.WalkDir(n.dir.Data(id), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || d.Name() != "CURRENT" {
					return err
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				databases++
				return compact(filepath.Dir(path))
			})
			if err != nil {
				return databases, fmt.Errorf("compact the databases of %s: %w", id, err)
			}
			n.tell(Event{Stage: "compact", What: id})
		}
	}
	return databases, nil
}

func compact(dir string) error {
	db, err := leveldb.OpenFile(dir, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(dir), err)
	}
	err = errors.Join(db.CompactRange(util.Range{}), db.Close())
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(dir), err)
	}
	// Opening removes the files of tables that were replaced.
	if db, err = leveldb.OpenFile(dir, nil); err == nil {
		err = db.Close()
	}
	return err
}
