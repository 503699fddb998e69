// Package form writes tables in the form that offices hand around 公文表格: a
// title, a line with the unit, a header, rows, totals and a line for
// signatures, as one sheet of a workbook.
//
// What it guarantees: an amount is written as a number that reads back as it
// was, to the fen, or refused; a formula is evaluated by whatever opens the
// workbook, so sums can be traced and recalculated; nothing depends on the
// reader's language.
package form

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Kind is what a column holds.
type Kind uint8

const (
	Text Kind = iota
	Number
	Amount // yuan with two decimals
	Percent
	Date
)

var formats = [...]string{Text: "@", Number: "0", Amount: "#,##0.00", Percent: "0.00####", Date: "yyyy-mm-dd"}

// Column is a column of the table.
type Column struct {
	Head  string
	Kind  Kind
	Width float64 // characters
}

// Formula is a cell that is worked out from others. {row} stands for the row
// it is in, {first} and {last} for the first and last of the table's rows.
type Formula string

// Table is one table on one sheet.
type Table struct {
	Sheet   string   // name of the sheet
	Title   string   // 标题
	Above   []string // lines between title and header: what it is about, 单位
	Columns []Column
	Rows    [][]any // string, int, money.Fen, money.Rate, calendar.Date, Formula or nil
	Total   []any   // row below them; nil for none
	Below   []string
}

type writer struct {
	Table
	book   *excelize.File
	styles map[string]int
	n      int // row
	first  int
	last   int
}

// Write writes the workbook.
func (t Table) Write(out io.Writer) (err error) {
	w := &writer{Table: t, book: excelize.NewFile(), styles: map[string]int{}}
	defer func() {
		if e := w.book.Close(); err == nil {
			err = e
		}
	}()
	if err = w.book.SetSheetName(w.book.GetSheetName(0), t.Sheet); err != nil {
		return err
	}
	for i, c := range t.Columns {
		name, _ := excelize.ColumnNumberToName(i + 1)
		if err = w.book.SetColWidth(t.Sheet, name, name, c.Width); err != nil {
			return err
		}
	}
	if err = w.fill(); err != nil {
		return err
	}
	if err = w.page(); err != nil {
		return err
	}
	return w.book.Write(out)
}

func (w *writer) fill() error {
	if err := w.across(w.Title, "title", &excelize.Style{Font: &excelize.Font{Bold: true, Size: 16, Family: "宋体"}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}); err != nil {
		return err
	}
	if err := w.book.SetRowHeight(w.Sheet, 1, 30); err != nil {
		return err
	}
	plain := &excelize.Style{Font: &excelize.Font{Size: 11, Family: "宋体"}}
	for _, text := range w.Above {
		if err := w.across(text, "line", plain); err != nil {
			return err
		}
	}
	heads := make([]any, len(w.Columns))
	for i, c := range w.Columns {
		heads[i] = c.Head
	}
	if err := w.row(heads, true); err != nil {
		return err
	}
	w.first, w.last = w.n+1, w.n+len(w.Rows)
	for _, cells := range w.Rows {
		if err := w.row(cells, false); err != nil {
			return err
		}
	}
	if w.Total != nil {
		if err := w.row(w.Total, false); err != nil {
			return err
		}
	}
	for _, text := range w.Below {
		if err := w.across(text, "line", plain); err != nil {
			return err
		}
	}
	return nil
}

// page fits the table to the width of a sheet of paper.
func (w *writer) page() error {
	landscape, fit, paper, width, height := "landscape", true, 9, 1, 0
	if err := w.book.SetPageLayout(w.Sheet, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &paper, FitToWidth: &width, FitToHeight: &height}); err != nil {
		return err
	}
	if err := w.book.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &fit}); err != nil {
		return err
	}
	return w.book.SetSheetProps(w.Sheet, &excelize.SheetPropsOptions{FitToPage: &fit})
}

func (w *writer) style(name string, s *excelize.Style) (int, error) {
	if id, ok := w.styles[name]; ok {
		return id, nil
	}
	id, err := w.book.NewStyle(s)
	w.styles[name] = id
	return id, err
}

// across is a line over all columns.
func (w *writer) across(text, name string, s *excelize.Style) error {
	w.n++
	id, err := w.style(name, s)
	if err != nil {
		return err
	}
	from, to := w.at(0), w.at(len(w.Columns)-1)
	if err := w.book.MergeCell(w.Sheet, from, to); err != nil {
		return err
	}
	if err := w.book.SetCellStyle(w.Sheet, from, to, id); err != nil {
		return err
	}
	return w.book.SetCellStr(w.Sheet, from, text)
}

func (w *writer) at(column int) string {
	name, _ := excelize.CoordinatesToCellName(column+1, w.n)
	return name
}

func (w *writer) row(cells []any, head bool) error {
	w.n++
	if len(cells) > len(w.Columns) {
		return fmt.Errorf("row %d has %d cells for %d columns", w.n, len(cells), len(w.Columns))
	}
	border := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	for i, c := range w.Columns {
		name, s := formats[c.Kind], &excelize.Style{Border: border, CustomNumFmt: &formats[c.Kind], Font: &excelize.Font{Size: 10.5, Family: "宋体"}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: c.Kind == Text}}
		if head {
			name, s = "head", &excelize.Style{Border: border, Font: &excelize.Font{Bold: true, Size: 10.5, Family: "宋体"}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
		}
		id, err := w.style(name, s)
		if err != nil {
			return err
		}
		if err := w.book.SetCellStyle(w.Sheet, w.at(i), w.at(i), id); err != nil {
			return err
		}
		if i < len(cells) {
			if err := w.set(w.at(i), cells[i]); err != nil {
				return fmt.Errorf("cell %s: %w", w.at(i), err)
			}
		}
	}
	return nil
}

func (w *writer) set(cell string, value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return w.book.SetCellStr(w.Sheet, cell, v)
	case int:
		return w.book.SetCellInt(w.Sheet, cell, int64(v))
	case money.Fen:
		return w.decimal(cell, v.String())
	case money.Rate:
		return w.decimal(cell, v.String())
	case calendar.Date:
		if v.IsZero() {
			return nil
		}
		return w.book.SetCellInt(w.Sheet, cell, int64(v)+1) // days since 1899-12-31, and one for the 29 February 1900 of office programs
	case Formula:
		return w.book.SetCellFormula(w.Sheet, cell, strings.NewReplacer("{row}", strconv.Itoa(w.n), "{first}", strconv.Itoa(w.first), "{last}", strconv.Itoa(w.last)).Replace(string(v)))
	}
	return fmt.Errorf("a cell cannot hold a %T", value)
}

// keptDigits is how many significant digits a double keeps of any decimal.
const keptDigits = 15

func (w *writer) decimal(cell, text string) error {
	if n := len(strings.TrimLeft(strings.Trim(text, "-"), "0.")); n-strings.Count(text, ".") > keptDigits {
		return fmt.Errorf("%s has more digits than the %d of a cell", text, keptDigits)
	}
	return w.book.SetCellDefault(w.Sheet, cell, text)
}
