package dayfile

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/qingxinlian/qxl/client/dayfile/sheet"
)

// File is a day file that is right as a whole.
type File struct {
	Path     string
	Head     Head
	Trailer  Trailer
	Format   Format
	Encoding Encoding       // of the file, and of what is written beside it
	CID      cid.Cid        // of the file's bytes: CIDv1, raw, sha2-256
	Types    map[string]int // lines by record type
	Banks    []string       // banks that lines of the Commission name, sorted

	f    io.ReadSeeker
	done func() error
}

// ErrChanged says that the file is not what it was when it was checked.
var ErrChanged = errors.New("the file changed while it was being read")

// Open checks a file from beginning to end. What is wrong with it is a
// *FileError; other errors are the operating system's.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, &FileError{Path: path, Count: 1, Problems: []*Problem{{Code: "FILE_NOT_REGULAR", Limit: "a file on a disk",
			Zh: "须为磁盘上的文件", En: "this is no file on a disk: it is read twice, before and while sending", Hint: "save it first and give its path"}}}
	}
	file, err := Check(path, f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	file.done = f.Close
	return file, nil
}

// Check is Open for a reader; path is what errors call it.
func Check(path string, r io.ReadSeeker) (*File, error) {
	s, sum, err := scan(r, func(*Line) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.found > 0 {
		return nil, &FileError{Path: path, Problems: s.problems, Count: s.found}
	}
	id, err := contentID(sum)
	if err != nil {
		return nil, err
	}
	return &File{Path: path, Head: *s.head, Trailer: *s.trailer, Format: s.rows.format(), Encoding: s.rows.encoded(), CID: id, Types: s.types, Banks: slices.Sorted(maps.Keys(s.banks)), f: r, done: func() error { return nil }}, nil
}

// Each reads the file again and hands on each line between head and trailer,
// in the order of the file. It is ErrChanged if the file is not what Check
// saw; lines may have been handed on by then.
func (f *File) Each(yield func(*Line) error) error {
	if _, err := f.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	s, sum, err := scan(f.f, yield)
	if err != nil {
		return err
	}
	id, err := contentID(sum)
	if err != nil {
		return err
	}
	if s.found > 0 || !id.Equals(f.CID) {
		return fmt.Errorf("%s: %w", f.Path, ErrChanged)
	}
	return nil
}

// Close closes the file that Open opened.
func (f *File) Close() error { return f.done() }

// scan reads everything once, and the digest of all bytes with it. What a file
// is, its first bytes say, not its name.
func scan(r io.Reader, yield func(*Line) error) (*scanner, hash.Hash, error) {
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(r, sum), 256<<10)
	begin, err := in.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if sheet.Recognize(begin) {
		return scanSheet(r, yield)
	}
	s := newScanner(&textRows{lines: newLines(in)})
	if err := s.run(yield); err != nil {
		return nil, nil, err
	}
	return s, sum, nil
}

// scanSheet is scan for a workbook. It is read here and there, so its digest
// is taken by itself, after the lines: a file that changed meanwhile has
// another one.
func scanSheet(r io.Reader, yield func(*Line) error) (*scanner, hash.Hash, error) {
	at, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return nil, nil, errors.New("a workbook must be read from a file")
	}
	size, err := at.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, nil, err
	}
	rows, err := openSheet(at, size)
	if err != nil {
		return nil, nil, err
	}
	defer rows.close()
	s := newScanner(rows)
	if err := s.run(yield); err != nil {
		return nil, nil, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, io.NewSectionReader(at, 0, size))
	return s, sum, err
}

func contentID(sum hash.Hash) (cid.Cid, error) {
	mh, err := multihash.Encode(sum.Sum(nil), multihash.SHA2_256)
	if err != nil {
		return cid.Undef, err
	}
	return cid.NewCidV1(cid.Raw, mh), nil
}
