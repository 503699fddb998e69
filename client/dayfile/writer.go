package dayfile

import (
	"bufio"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingxinlian/qxl/chaincode/money"
)

// Writer writes a day file: head, sections with a header line each where the
// record type changes, and the trailer that Close adds up.
type Writer struct {
	out     *bufio.Writer
	convert func(string) (string, error)
	line    strings.Builder
	record  *Record // of the header line in force
	n       int     // lines written
	count   int
	sum     big.Int
	err     error
}

// NewWriter begins a file. A carriage return and line feed end each line, as
// office programs write it.
func NewWriter(w io.Writer, encoding Encoding, h Head) (*Writer, error) {
	d := newWriter(w, encoding)
	h.Version = Version
	d.put(headRecord, &h)
	return d, d.err
}

func newWriter(w io.Writer, encoding Encoding) *Writer {
	d := &Writer{out: bufio.NewWriterSize(w, 64<<10), convert: func(s string) (string, error) { return s, nil }}
	switch encoding {
	case UTF8:
	case UTF8BOM:
		_, d.err = d.out.WriteString(byteOrderMark)
	case GB18030:
		enc := simplifiedchinese.GB18030.NewEncoder()
		d.convert = enc.String
	default:
		d.err = fmt.Errorf("unknown encoding %q", string(encoding))
	}
	return d
}

// Write adds a line. value is what Line.Value holds for a record: the content
// of its command, a Balance or a Total.
func (d *Writer) Write(r *Record, value any) error {
	d.put(r, value)
	if d.err == nil {
		d.count++
		d.sum.Add(&d.sum, big.NewInt(int64(r.Amount(value))))
	}
	return d.err
}

// Lines is the number of lines written so far, header lines included: the
// number of the line that Write wrote last.
func (d *Writer) Lines() int { return d.n }

// Count is the number of records written between head and trailer.
func (d *Writer) Count() int { return d.count }

// Close writes the trailer. It does not close what it writes to.
func (d *Writer) Close() error {
	if !d.sum.IsInt64() {
		d.err = fmt.Errorf("the file's total does not fit")
	}
	d.put(trailerRecord, &Trailer{Count: d.count, Sum: money.Fen(d.sum.Int64())})
	return d.flush()
}

func (d *Writer) flush() error {
	if d.err == nil {
		d.err = d.out.Flush()
	}
	return d.err
}

func (d *Writer) put(r *Record, value any) {
	if r != d.record {
		cells := make([]string, len(r.Columns)+1)
		cells[0] = firstCell
		for i := range r.Columns {
			cells[i+1] = r.Columns[i].Header
		}
		d.cells(cells)
		d.record = r
	}
	d.cells(cellsOf(r, value))
}

func (d *Writer) cells(cells []string) {
	if d.err != nil {
		return
	}
	d.line.Reset()
	joinCells(&d.line, cells)
	d.line.WriteString("\r\n")
	text, err := d.convert(d.line.String())
	if err != nil {
		d.err = fmt.Errorf("line %s: %w", strconv.Itoa(d.n+1), err)
		return
	}
	d.n++
	_, d.err = d.out.WriteString(text)
}

// Fill is Write for cells given by their headers, as a clerk fills a table
// in. It checks them as the reader will.
func (d *Writer) Fill(recordType string, cells map[string]string) error {
	r := byType[recordType]
	if r == nil {
		return fmt.Errorf("no record type %s", recordType)
	}
	value := r.fresh()
	used := 0
	for i := range r.Columns {
		cell, ok := cells[r.Columns[i].Header]
		if ok {
			used++
		}
		if p := r.Columns[i].parse(value, cell); p != nil {
			return p
		}
	}
	if used != len(cells) {
		return fmt.Errorf("record type %s: %d of the %d cells have no column", recordType, len(cells)-used, len(cells))
	}
	if p := r.check(value); p != nil {
		return p
	}
	return d.Write(r, value)
}
