package facts

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Format is the version of the file.
const Format = "qxl-facts/1"

// Header is the first line.
type Header struct {
	Format     string `json:"format"`
	Chaincode  string `json:"chaincode"` // commons, book-<bank>
	Collection string `json:"collection"`
	Blocks     uint64 `json:"blocks"` // the pack is of the state after so many blocks
	Tip        string `json:"tip"`    // hex hash of the last of them
	By         string `json:"by"`     // MSP of the peer that it was made at
}

// Value is a private key with its value, and what it says.
type Value struct {
	ledgerstate.Fact
	Block      uint64             `json:"block"`       // where it was written last
	Tx         string             `json:"transaction"` // there
	Aggregates []ledgerstate.Told `json:"aggregates,omitempty"`
}

// Trailer is the last line.
type Trailer struct {
	Values int    `json:"values"`
	Purged int    `json:"purged"` // keys that were live and are gone from the blocks' private data too
	Secret string `json:"secret"` // hex hash of the key of the collection's secret, which is not in the pack
	SHA256 string `json:"sha256"` // hex, over all lines before
}

// secretHash is the hash of the key of every collection's secret.
var secretHash = sha256.Sum256([]byte(ledgerstate.SecretKey))

// writer writes lines and hashes them.
type writer struct {
	w   *bufio.Writer
	sum hash.Hash
}

func newWriter(w io.Writer) *writer { return &writer{bufio.NewWriterSize(w, 1<<20), sha256.New()} }

func (w *writer) line(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	raw = append(raw, '\n')
	w.sum.Write(raw)
	_, err = w.w.Write(raw)
	return err
}

func (w *writer) end(t Trailer) error {
	t.SHA256 = hex.EncodeToString(w.sum.Sum(nil))
	if err := w.line(t); err != nil {
		return err
	}
	return w.w.Flush()
}

// FormatError says where a file is no fact pack.
type FormatError struct {
	Line int
	Err  error
}

func (e *FormatError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *FormatError) Unwrap() error { return e.Err }

// maxLine bounds a line: a value is at most a page or a list of a bucket.
const maxLine = 64 << 20

// Pack is a file that has been read. Nothing of it has been checked but its
// form.
type Pack struct {
	Header  Header
	Values  []Value
	Trailer Trailer
}

// Read reads a pack.
func Read(r io.Reader) (*Pack, error) {
	p := &Pack{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<20), maxLine)
	sum := sha256.New()
	n := 0
	var last []byte
	wrong := func(format string, a ...any) (*Pack, error) { return nil, &FormatError{n, fmt.Errorf(format, a...)} }
	for lines.Scan() {
		n++
		raw := lines.Bytes()
		switch {
		case n == 1:
			if err := strict(raw, &p.Header); err != nil {
				return wrong("this is no fact pack: %w", err)
			}
			if p.Header.Format != Format {
				return wrong("format %.40q, this program knows %q", p.Header.Format, Format)
			}
		case last != nil:
			var v Value
			if err := strict(last, &v); err != nil {
				n--
				return wrong("%w", err)
			}
			p.Values = append(p.Values, v)
			fallthrough
		default:
			if last != nil {
				sum.Write(last)
				sum.Write([]byte{'\n'})
			}
			last = append(last[:0:0], raw...)
		}
		if n == 1 {
			sum.Write(raw)
			sum.Write([]byte{'\n'})
		}
	}
	if err := lines.Err(); err != nil {
		n++
		return wrong("%w", err)
	}
	if last == nil {
		return wrong("the file ends before its trailer: it was cut")
	}
	if err := strict(last, &p.Trailer); err != nil {
		return wrong("the file ends before its trailer: it was cut (%w)", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); p.Trailer.SHA256 != got {
		return wrong("the trailer's SHA-256 is of other lines: it says %.64s, they give %s", p.Trailer.SHA256, got)
	}
	if p.Trailer.Values != len(p.Values) {
		return wrong("the trailer says %d values, the file has %d", p.Trailer.Values, len(p.Values))
	}
	return p, nil
}

// strict reads one JSON document and nothing else.
func strict(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one document on a line")
	}
	return nil
}
