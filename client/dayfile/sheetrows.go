package dayfile

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile/sheet"
)

// sheetRows are the rows of the one sheet of a workbook that holds data. Its
// cells have types, and each column takes one: codes are text, since a number
// loses its leading zeros and what follows its fifteenth digit; amounts, rates
// and counts are numbers; dates are dates.
type sheetRows struct {
	name  string // of the sheet
	rows  *sheet.Rows
	cells []string
	typed []*sheet.Cell // of the row, by position; nil where it has none
	fatal *Problem      // what is wrong with the workbook as a whole
}

// openSheet's error is the disk's; what is wrong with the workbook next tells.
func openSheet(r io.ReaderAt, size int64) (*sheetRows, error) {
	s := &sheetRows{}
	book, err := sheet.Open(r, size)
	if err == nil {
		s.name = book.Sheet
		s.rows, err = book.Rows()
	}
	var fault *sheet.Fault
	if errors.As(err, &fault) {
		s.fatal = problemOf(fault)
		return s, nil
	}
	return s, err
}

func (s *sheetRows) close() {
	if s.rows != nil {
		_ = s.rows.Close() // of a file that was only read
	}
}

// problemOf says what is wrong with a cell as other problems of a file do.
func problemOf(f *sheet.Fault) *Problem {
	return &Problem{Line: f.Row, Column: sheet.Letters(f.Col), Cell: f.Place(), Code: f.Code, Limit: f.Limit, Value: f.Value, Zh: f.Zh, En: f.En, Hint: f.Hint}
}

func (s *sheetRows) next() ([]string, error) {
	if s.fatal != nil {
		return nil, &fatalProblem{s.fatal}
	}
	row, err := s.rows.Next()
	var fault *sheet.Fault
	switch {
	case errors.As(err, &fault):
		return nil, &fatalProblem{problemOf(fault)}
	case err != nil:
		return nil, err
	}
	s.cells, s.typed = s.cells[:0], s.typed[:0]
	if row.Fault != nil {
		return nil, problemOf(row.Fault)
	}
	width := row.Cells[len(row.Cells)-1].Col
	if width > maxCells {
		p := tooManyCells(width)
		p.Cell = sheet.Place(s.name, row.N, width)
		return nil, p
	}
	s.cells = slices.Grow(s.cells, width)[:width]
	s.typed = slices.Grow(s.typed, width)[:width]
	clear(s.cells)
	clear(s.typed)
	for i := range row.Cells {
		c := &row.Cells[i]
		text := strings.TrimFunc(c.Text, blank)
		if p := control(text); p != nil {
			p.Column, p.Cell = sheet.Letters(c.Col), sheet.Place(s.name, row.N, c.Col)
			return nil, p
		}
		s.cells[c.Col-1], s.typed[c.Col-1] = text, c
	}
	return s.cells, nil
}

func (s *sheetRows) at() int {
	if s.rows == nil {
		return 0
	}
	return s.rows.N()
}

func (s *sheetRows) cell(j int) *sheet.Cell {
	if j < 0 || j >= len(s.typed) {
		return nil
	}
	return s.typed[j]
}

func (s *sheetRows) fault(j int) *Problem {
	if c := s.cell(j); c != nil && c.Fault != nil {
		return problemOf(c.Fault)
	}
	return nil
}

func (s *sheetRows) place(j int) string {
	if s.rows == nil {
		return ""
	}
	return sheet.Place(s.name, s.rows.N(), j+1)
}

func (s *sheetRows) last() ([]*Problem, int) {
	list := make([]*Problem, len(s.rows.Merged))
	for i, f := range s.rows.Merged {
		list[i] = problemOf(f)
	}
	return list, s.rows.Merges
}

func (s *sheetRows) format() Format { return XLSX }

// encoded is what office programs open rightly as CSV.
func (s *sheetRows) encoded() Encoding { return UTF8BOM }

func (s *sheetRows) take(c *Column, j int, text string) (string, *Problem) {
	cell := s.cell(j)
	if cell == nil {
		return text, nil
	}
	number := cell.Kind == sheet.Number
	switch c.stored() {
	case asNumber, asNumbers:
		switch {
		case number:
			decimal, fault := cell.Decimal()
			return taken(decimal, fault)
		case cell.Kind == sheet.ISODate:
			return "", &Problem{Code: "CELL_DATE", Limit: "a number", Value: invalid.Shown(text), Zh: "此处须为数值,单元格却是日期",
				En: "the cell is a date where a number is due", Hint: "format the column as a number and check the values"}
		case c.stored() == asNumbers && strings.Contains(text, listSeparator):
			return text, nil // several amounts in one cell can only be text
		case strings.ContainsAny(text, "0123456789"):
			return "", &Problem{Code: "CELL_TEXT_NUMBER", Limit: "a number", Value: invalid.Shown(text), Zh: "数值以文本形式存储",
				En: "the number is stored as text", Hint: "convert the column to numbers (数据 > 分列 > 完成, or the green corner) and check the values"}
		}
	case asDate:
		if number || cell.Kind == sheet.ISODate {
			d, fault := cell.Date()
			return taken(d.String(), fault)
		}
	default:
		if number || cell.Kind == sheet.ISODate {
			return "", &Problem{Code: "CELL_NUMBER_CODE", Limit: "text", Value: invalid.Shown(text), Zh: "编号或文字以数值形式存储,可能已丢失前导零或第 15 位以后的数字",
				En: "the code or text is stored as a number, which loses leading zeros and all digits after the fifteenth", Hint: "format the column as text and enter the values again"}
		}
	}
	return text, nil
}

func taken(text string, fault *sheet.Fault) (string, *Problem) {
	if fault != nil {
		return "", problemOf(fault)
	}
	return text, nil
}

// storage is how a sheet stores the values of a column.
type storage uint8

const (
	asText storage = iota
	asNumber
	asNumbers // one as a number, several joined as text
	asDate
)

func (c *Column) stored() storage {
	if c.Terms != nil {
		return asText
	}
	place := c.at(c.owner())
	list, several := place.(parallel)
	if several {
		place = list.sample()
	}
	switch place.(type) {
	case *money.Fen, **money.Fen, *money.Rate, **money.Rate, *int, **int:
		if several {
			return asNumbers
		}
		return asNumber
	case *[]money.Fen:
		return asNumbers
	case *calendar.Date, **calendar.Date:
		return asDate
	}
	return asText
}
