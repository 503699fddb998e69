package evidencelog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
	tlog "github.com/transparency-dev/formats/log"
)

// ReadTiles opens a folder of C2SP tiles with leaves, as Export writes it:
// what an owner hands to an auditor. Its checkpoint is verified with the keys
// that Verify is told to expect.
func ReadTiles(dir string) (*Source, error) {
	root, err := os.OpenRoot(dir) // nothing outside the folder is read
	if err != nil {
		return nil, err
	}
	t := &tileFolder{fsys: root.FS()}
	if _, err := fs.Stat(t.fsys, checkpointFile); err != nil {
		if _, tiles := fs.Stat(t.fsys, "tile"); tiles != nil {
			return nil, errors.Join(&MissingError{dir}, root.Close())
		}
	}
	if err := t.list(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Source{db: t, exported: true, close: root.Close}, nil
}

const checkpointFile = "checkpoint"

// Bounds of what is read of a folder.
const (
	maxCheckpoint = 64 << 10
	maxEntryFile  = tileWidth * (2 + MaxLeaf) * 2
	maxTileFiles  = 1 << 26 // of leaves: 17 thousand million
)

// tileFolder shows exported tiles as the database that they came from: chunks
// of up to 256 leaves, and tiles. It has no head: see audit.checkpoint.
type tileFolder struct {
	fsys    fs.FS
	size    uint64 // by the checkpoint, whoever signed it
	entries []entryFile
	long    []string // files of leaves with more in them than they may have, as far as they were read
}

// entryFile holds the leaves of one tile.
type entryFile struct {
	n     uint64
	width int
}

// list reads how long the log says it is, and finds the files of leaves: for
// each tile the widest.
func (t *tileFolder) list() error {
	var c tlog.Checkpoint
	if signed, err := t.read(checkpointFile, maxCheckpoint); err == nil {
		if _, err := c.Unmarshal(signed); err == nil {
			t.size = c.Size
		}
	}
	const base = "tile/entries"
	widest := map[uint64]int{}
	err := fs.WalkDir(t.fsys, base, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == base {
			return fs.SkipAll
		}
		if err != nil || d.IsDir() {
			return err
		}
		n, width, ok := tileOfPath(strings.TrimPrefix(path, base+"/"))
		if ok && width > widest[n] {
			widest[n] = width
		}
		if len(widest) > maxTileFiles {
			return fmt.Errorf("more than %d files of leaves", maxTileFiles)
		}
		return nil
	})
	for n, width := range widest {
		t.entries = append(t.entries, entryFile{n, width})
	}
	slices.SortFunc(t.entries, func(a, b entryFile) int {
		if a.n < b.n {
			return -1
		}
		return 1
	})
	return err
}

// tileOfPath reads what tilePath writes, and nothing else.
func tileOfPath(path string) (n uint64, width int, ok bool) {
	width = tileWidth
	digits, partial, isPartial := strings.Cut(path, ".p/")
	if isPartial {
		var err error
		if width, err = strconv.Atoi(partial); err != nil || width < 1 || width >= tileWidth {
			return 0, 0, false
		}
	}
	n, err := strconv.ParseUint(strings.NewReplacer("x", "", "/", "").Replace(digits), 10, 54)
	return n, width, err == nil && "tile/entries/"+path == entryPath(n, width)
}

func entryPath(n uint64, width int) string { return slashed("entries", n, width) }

// slashed is tilePath as file systems of Go have it.
func slashed(level string, n uint64, width int) string {
	return strings.ReplaceAll(tilePath(level, n, width), string(os.PathSeparator), "/")
}

// read reads a file of at most so many bytes, and nothing but a file: a pipe
// would keep the reader waiting for ever.
func (t *tileFolder) read(path string, limit int64) ([]byte, error) {
	info, err := fs.Stat(t.fsys, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, leveldb.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s is no file of at most %d bytes", path, limit)
	}
	f, err := t.fsys.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return raw, err
}

// Get implements store.
func (t *tileFolder) Get(key []byte, _ *opt.ReadOptions) ([]byte, error) {
	if !bytes.HasPrefix(key, []byte(prefixTile)) || len(key) != len(prefixTile)+2+8 {
		return nil, leveldb.ErrNotFound
	}
	id := tileID{key[len(prefixTile)], binary.BigEndian.Uint64(key[len(prefixTile)+2:])}
	width := tileWidthAt(id, t.size)
	if width == 0 {
		return nil, leveldb.ErrNotFound
	}
	const full = tileWidth * int64(len(Hash{}))
	level := strconv.Itoa(int(id.level))
	if width < tileWidth {
		raw, err := t.read(slashed(level, id.n, width), full)
		if !errors.Is(err, leveldb.ErrNotFound) {
			return raw, err
		}
	}
	raw, err := t.read(slashed(level, id.n, tileWidth), full) // full, or it has filled since
	if want := width * len(Hash{}); err == nil && width < tileWidth && len(raw) > want {
		raw = raw[:want]
	}
	return raw, err
}

// NewIterator implements store.
func (t *tileFolder) NewIterator(slice *util.Range, _ *opt.ReadOptions) iterator.Iterator {
	if slice == nil || string(slice.Start) != prefixEntry {
		return iterator.NewEmptyIterator(nil)
	}
	return iterator.NewArrayIterator(t)
}

// Len implements iterator.Array: files of leaves.
func (t *tileFolder) Len() int { return len(t.entries) }

// Search implements iterator.Array.
func (t *tileFolder) Search(key []byte) int {
	return sort.Search(len(t.entries), func(i int) bool { return bytes.Compare(entryKey(t.entries[i].n*tileWidth), key) >= 0 })
}

// Index implements iterator.Array. A file that cannot be read reads as a
// chunk that is none.
func (t *tileFolder) Index(i int) (key, value []byte) {
	e := t.entries[i]
	key = entryKey(e.n * tileWidth)
	raw, err := t.read(entryPath(e.n, e.width), maxEntryFile)
	if err != nil || len(raw) == 0 {
		return key, []byte{0xff}
	}
	rest, wanted, ok := raw, len(raw), true
	width := tileWidthAt(tileID{0, e.n}, t.size) // a tile that has filled since the checkpoint holds more
	for n := range e.width {
		if n == width {
			wanted = len(raw) - len(rest)
		}
		if _, rest, ok = cutLeaf(rest); !ok {
			return key, raw
		}
	}
	if len(rest) > 0 && !slices.Contains(t.long, entryPath(e.n, e.width)) {
		t.long = append(t.long, entryPath(e.n, e.width))
	}
	return key, raw[:min(wanted, len(raw)-len(rest))]
}
