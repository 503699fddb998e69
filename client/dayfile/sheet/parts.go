package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// limits of what a workbook may be. They leave room for the largest sheet of
// an office program filled with a bank's records, and none for a file that
// unzips without end.
type limits struct {
	file     int64 // of the file itself
	zipIndex int64 // of the zip's directory and what is read to find it
	entries  int   // of the zip
	unzipped int64 // of all parts that are read
	part     int64 // of each part but the sheets and the shared strings
	strings  int   // bytes of the shared strings' texts
	token    int   // bytes of one tag or text in XML
	row      int   // bytes of a row's texts
}

var defaults = limits{file: 128 << 20, zipIndex: 4 << 20, entries: 10_000, unzipped: 1 << 30, part: 16 << 20, strings: 128 << 20, token: 256 << 10, row: 16 << 10}

// maxDepth is how deep elements nest; a sheet needs six.
const maxDepth = 64

// container is the zip that a workbook is.
type container struct {
	limits limits
	files  map[string]*zip.File // by lower-case name: names differ in case between programs
	left   int64                // bytes that may still be unzipped
}

// meter ends the reading of a zip's directory that has no end.
type meter struct {
	r    io.ReaderAt
	left int64
}

var errZipIndex = errors.New("the zip's directory is too large")

func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, errZipIndex
	}
	return m.r.ReadAt(p, off)
}

func openContainer(r io.ReaderAt, size int64, l limits) (*container, error) {
	if size > l.file {
		return nil, tooLarge(strconv.FormatInt(size, 10)+" bytes", strconv.FormatInt(l.file, 10)+" bytes")
	}
	m := &meter{r, l.zipIndex}
	z, err := zip.NewReader(m, size)
	switch {
	case errors.Is(err, errZipIndex), err == nil && len(z.File) > l.entries:
		return nil, tooLarge("parts", strconv.Itoa(l.entries)+" parts")
	case err != nil:
		return nil, failure("", err)
	}
	m.left = 1 << 62
	c := &container{limits: l, files: map[string]*zip.File{}, left: l.unzipped}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		if c.files[name] != nil {
			return nil, broken(f.Name, "stands in the file twice")
		}
		c.files[name] = f
	}
	return c, nil
}

func (c *container) find(name string) *zip.File { return c.files[strings.ToLower(name)] }

// failure tells a broken file from a disk that does not answer.
func failure(part string, err error) error {
	var f *Fault
	var disk *fs.PathError
	if errors.As(err, &f) {
		return f
	}
	if errors.As(err, &disk) {
		return err
	}
	return broken(part, err.Error())
}

// tokens are the XML tokens of a part, each of bounded size.
type tokens struct {
	part  string
	d     *xml.Decoder
	depth int
	in    *bufio.Reader
	close func() error
	c     *container
	token int   // bytes the current token may still have
	most  int64 // bytes the part may have
	left  int64 // of these
}

func (c *container) open(name string, most int64) (*tokens, error) {
	f := c.find(name)
	if f == nil {
		return nil, broken(name, "is missing")
	}
	r, err := f.Open()
	if err != nil {
		return nil, failure(name, err)
	}
	t := &tokens{part: name, in: bufio.NewReaderSize(r, 32<<10), close: r.Close, c: c, most: most, left: most}
	t.d = xml.NewDecoder(t)
	return t, nil
}

func (t *tokens) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := t.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// ReadByte is what the decoder reads by, so that no token outgrows its limit.
func (t *tokens) ReadByte() (byte, error) {
	t.token--
	t.left--
	t.c.left--
	switch {
	case t.token < 0:
		return 0, tooLarge("one text of "+t.part, strconv.Itoa(t.c.limits.token)+" bytes")
	case t.left < 0:
		return 0, tooLarge(t.part+" unzipped", strconv.FormatInt(t.most, 10)+" bytes")
	case t.c.left < 0:
		return 0, tooLarge("all parts unzipped", strconv.FormatInt(t.c.limits.unzipped, 10)+" bytes")
	}
	return t.in.ReadByte()
}

// next is io.EOF at the end of a part that is whole, checksum included.
func (t *tokens) next() (xml.Token, error) {
	t.token = t.c.limits.token
	token, err := t.d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) && t.depth == 0 {
			return nil, io.EOF
		}
		return nil, failure(t.part, err)
	}
	switch token.(type) {
	case xml.StartElement:
		if t.depth++; t.depth > maxDepth {
			return nil, broken(t.part, "elements nest too deep")
		}
	case xml.EndElement:
		t.depth--
	case xml.Directive:
		return nil, broken(t.part, "has a document type")
	}
	return token, nil
}

// each hands on the elements of a small part as they begin, with the name of
// the element around them.
func (c *container) each(name string, yield func(parent string, e xml.StartElement) error) error {
	t, err := c.open(name, c.limits.part)
	if err != nil {
		return err
	}
	defer t.close()
	var around []string
	for {
		token, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			parent := ""
			if len(around) > 0 {
				parent = around[len(around)-1]
			}
			around = append(around, e.Name.Local)
			if err := yield(parent, e); err != nil {
				return err
			}
		case xml.EndElement:
			around = around[:len(around)-1]
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// truth reads a boolean of XML.
func truth(text string) bool { return text == "1" || text == "true" || text == "on" }

type relation struct{ kind, target string }

// relations of a part, by id; kinds without their namespace, which differs
// between the strict and the transitional form of the standard.
func (c *container) relations(part string) (map[string]relation, error) {
	dir, file := path.Split(part)
	m := map[string]relation{}
	err := c.each(dir+"_rels/"+file+".rels", func(_ string, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || attribute(e, "TargetMode") == "External" {
			return nil
		}
		target := attribute(e, "Target")
		if strings.HasPrefix(target, "/") {
			target = path.Clean(target)[1:]
		} else {
			target = path.Join(dir, target)
		}
		m[attribute(e, "Id")] = relation{path.Base(attribute(e, "Type")), target}
		return nil
	})
	return m, err
}
