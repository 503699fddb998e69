package sheet

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Writer writes a table as a workbook with one sheet: header lines and rows
// below them. Until Close it keeps what does not fit into memory in a
// temporary file that others cannot read.
type Writer struct {
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	styles map[string]int // by number format; "" is a header's
	n      int
	err    error
}

// Number formats as office programs list them.
const (
	formatText   = "@"
	formatAmount = "#,##0.00"
	formatRate   = "0.00####"
	formatDate   = "yyyy-mm-dd"
	formatHeader = ""
)

const (
	creator     = "Qingxinlian qxl"
	columnWidth = 22 // fits a contract number
)

// NewWriter begins a workbook that Close writes to out.
func NewWriter(out io.Writer, name string) (*Writer, error) {
	w := &Writer{out: out, file: excelize.NewFile(), styles: map[string]int{}}
	w.err = w.begin(name)
	if w.err != nil {
		_ = w.file.Close()
	}
	return w, w.err
}

func (w *Writer) begin(name string) (err error) {
	if err = w.file.SetSheetName(w.file.GetSheetName(0), name); err != nil {
		return err
	}
	for _, format := range []string{formatText, formatAmount, formatRate, formatDate} {
		if w.styles[format], err = w.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return err
		}
	}
	if w.styles[formatHeader], err = w.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}}); err != nil {
		return err
	}
	if err = w.file.SetDocProps(&excelize.DocProperties{Creator: creator}); err != nil {
		return err
	}
	if w.stream, err = w.file.NewStreamWriter(name); err != nil {
		return err
	}
	return w.stream.SetColWidth(1, maxWritten, columnWidth)
}

// maxWritten is how many columns a table may have.
const maxWritten = 256

// Header writes a line of column names.
func (w *Writer) Header(names ...string) error {
	cells := make([]any, len(names))
	for i, name := range names {
		cells[i] = excelize.Cell{StyleID: w.styles[formatHeader], Value: name}
	}
	return w.put(cells)
}

// Row writes a line. A value is a string, a money.Fen, a money.Rate, a
// calendar.Date, an int or nil for an empty cell, as the zero date is one.
func (w *Writer) Row(values ...any) error {
	cells := make([]any, len(values))
	for i, v := range values {
		var err error
		if cells[i], err = w.cell(v); err != nil {
			if w.err == nil {
				w.err = fmt.Errorf("row %d, column %s: %w", w.n+1, Letters(i+1), err)
			}
			return w.err
		}
	}
	return w.put(cells)
}

func (w *Writer) put(cells []any) error {
	if w.err == nil && len(cells) > maxWritten {
		w.err = fmt.Errorf("row %d has %d columns, more than %d", w.n+1, len(cells), maxWritten)
	}
	if w.err == nil && w.n == maxRows {
		w.err = fmt.Errorf("the table has more than the %d rows of a sheet", maxRows)
	}
	if w.err != nil {
		return w.err
	}
	w.n++
	w.err = w.stream.SetRow("A"+strconv.Itoa(w.n), cells)
	return w.err
}

func (w *Writer) cell(value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if n := utf8.RuneCountInString(v); n > excelize.TotalCellChars {
			return nil, fmt.Errorf("a text of %d characters does not fit into a cell", n)
		}
		return w.styled(formatText, v), nil
	case int:
		if v > 1e15 || v < -1e15 {
			return nil, fmt.Errorf("%d does not fit into a cell", v)
		}
		return v, nil
	case money.Fen:
		return w.decimal(formatAmount, v.String())
	case money.Rate:
		return w.decimal(formatRate, v.String())
	case calendar.Date:
		if v.IsZero() {
			return nil, nil
		}
		if serial := int(v) + 1; v.Valid() && serial >= marchOf1900 {
			return w.styled(formatDate, serial), nil
		}
		return nil, fmt.Errorf("%s is no day that a cell holds", v)
	}
	return nil, fmt.Errorf("a cell cannot hold a %T", value)
}

func (w *Writer) styled(format string, value any) any {
	return excelize.Cell{StyleID: w.styles[format], Value: value}
}

// decimal is a number whose double no other decimal of as many digits has, so
// that it reads back as it was.
func (w *Writer) decimal(format, text string) (any, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || significant(text) > keptDigits || math.Abs(n) >= 1e15 {
		return nil, fmt.Errorf("%s has more digits than the %d of a cell", text, keptDigits)
	}
	return w.styled(format, n), nil
}

// Close ends the table and writes the workbook.
func (w *Writer) Close() error {
	if w.err == nil {
		w.err = w.stream.Flush()
	}
	if w.err == nil {
		w.err = w.file.Write(w.out)
	}
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	return w.err
}
