package sheet

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Row is a row that has values.
type Row struct {
	N     int
	Cells []Cell // that have a value, from the left; valid until the next row
	Fault *Fault // why the row as a whole cannot be used
}

// Rows reads a sheet from top to bottom.
type Rows struct {
	b      *Book
	sheet  string
	t      *tokens
	n      int // of the last row
	given  int // of the last row that has values
	row    Row
	hidden [][2]int // columns

	// Merged are the first of the merged cells, which stand behind the rows
	// in the file, so that they are known at its end only; Merges counts all.
	Merged []*Fault
	Merges int
}

// maxMerged is how many merged cells are named.
const maxMerged = 50

// Rows begins to read the sheet that holds the data.
func (b *Book) Rows() (*Rows, error) { return b.rows(b.Sheet, b.part) }

func (b *Book) rows(name, part string) (*Rows, error) {
	t, err := b.c.open(part, b.c.limits.unzipped)
	if err != nil {
		return nil, err
	}
	return &Rows{b: b, sheet: name, t: t}, nil
}

// Close ends the reading.
func (r *Rows) Close() error { return r.t.close() }

// N is the number of the row that Next gave last.
func (r *Rows) N() int { return r.given }

// Next is the next row that has values; io.EOF follows the last one. Its
// error is a *Fault behind which nothing can be read, or that of the disk.
func (r *Rows) Next() (*Row, error) {
	for {
		token, err := r.t.next()
		if err != nil {
			return nil, err
		}
		// Controls and drawings in a sheet have rows and columns of their own,
		// in another namespace.
		e, ok := token.(xml.StartElement)
		if !ok || !mainNamespace[e.Name.Space] {
			continue
		}
		switch e.Name.Local {
		case "row":
			if err := r.read(e); err != nil {
				return nil, err
			}
			if len(r.row.Cells) > 0 {
				r.given = r.n
				return &r.row, nil
			}
		case "col":
			if err := r.column(e); err != nil {
				return nil, err
			}
		case "mergeCell":
			r.merged(attribute(e, "ref"))
		}
	}
}

func (r *Rows) fault(row, col int, code, limit, value, zh, en, hint string) *Fault {
	return &Fault{Sheet: r.sheet, Row: row, Col: col, Code: code, Limit: limit, Value: invalid.Shown(value), Zh: zh, En: en, Hint: hint}
}

func (r *Rows) broken(why string) *Fault {
	f := broken(r.t.part, why)
	f.Sheet, f.Row = r.sheet, r.n
	return f
}

// mainNamespace is that of sheets, transitional and strict.
var mainNamespace = map[string]bool{"http://schemas.openxmlformats.org/spreadsheetml/2006/main": true, "http://purl.oclc.org/ooxml/spreadsheetml/main": true}

func (r *Rows) column(e xml.StartElement) error {
	from, _ := strconv.Atoi(attribute(e, "min"))
	to, _ := strconv.Atoi(attribute(e, "max"))
	if !truth(attribute(e, "hidden")) {
		return nil
	}
	if r.hidden = append(r.hidden, [2]int{from, to}); len(r.hidden) > maxCols {
		return r.broken("more columns than a sheet has")
	}
	return nil
}

func (r *Rows) merged(ref string) {
	if r.Merges++; len(r.Merged) == maxMerged {
		return
	}
	corner, _, _ := strings.Cut(ref, ":")
	row, col, _ := position(corner)
	r.Merged = append(r.Merged, r.fault(row, col, "CELL_MERGED", "no merged cells", ref, "合并单元格", "cells are merged",
		"undo the merge and give each cell its own value"))
}

// read reads a row to its end.
func (r *Rows) read(e xml.StartElement) error {
	r.n++
	if text := attribute(e, "r"); text != "" {
		n, ok := rowNumber(text)
		if !ok || n < r.n {
			return r.broken("the rows are not in order: " + text)
		}
		r.n = n
	}
	r.row = Row{N: r.n, Cells: r.row.Cells[:0]}
	if r.n > maxRows {
		return r.broken("more rows than a sheet has")
	}
	hidden := truth(attribute(e, "hidden"))
	col, size := 0, 0
	for {
		token, err := r.t.next()
		if err != nil {
			return failure(r.t.part, err)
		}
		switch e := token.(type) {
		case xml.EndElement: // of the row: cells are read to their own ends
			if len(r.row.Cells) > 0 && hidden {
				r.row.Fault = r.fault(r.n, r.row.Cells[0].Col, "XLSX_HIDDEN_ROW", "no hidden row with data", r.row.Cells[0].Text, "隐藏的行中有数据", "a hidden row holds data",
					"show all rows and clear the filter; delete the row if it is not to be sent")
			}
			return nil
		case xml.StartElement:
			if e.Name.Local != "c" {
				if err := r.skip(); err != nil {
					return err
				}
				continue
			}
			col++
			if ref := attribute(e, "r"); ref != "" {
				row, at, ok := position(ref)
				if !ok || row != r.n || at < col {
					return r.broken("a cell is out of order: " + ref)
				}
				col = at
			}
			if col > maxCols {
				return r.broken("more columns than a sheet has")
			}
			if err := r.cell(col, e); err != nil {
				return err
			}
			if n := len(r.row.Cells); n > 0 && r.row.Cells[n-1].Col == col {
				if size += len(r.row.Cells[n-1].Text); size > r.b.c.limits.row {
					f := tooLarge("a row", strconv.Itoa(r.b.c.limits.row)+" bytes")
					f.Sheet, f.Row, f.Col = r.sheet, r.n, col
					f.Code, f.Zh, f.En, f.Hint = "LINE_TOO_LONG", "一行过长", "the row is too long", "shorten the texts in its cells"
					return f
				}
			}
		}
	}
}

// skip reads the element that has just begun to its end.
func (r *Rows) skip() error {
	for depth := 1; depth > 0; {
		token, err := r.t.next()
		if err != nil {
			return failure(r.t.part, err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// cell reads a cell to its end and keeps it if it has a value.
func (r *Rows) cell(col int, e xml.StartElement) error {
	kind := attribute(e, "t")
	c := Cell{Col: col, from1904: r.b.from1904}
	if text := attribute(e, "s"); text != "" {
		// A style that the workbook lacks is the general format.
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(r.b.formats) {
			c.shape = r.b.formats[n]
		}
	}
	value, formula, has, err := r.content()
	if err != nil {
		return err
	}
	if !has && !formula {
		return nil
	}
	c.Text = value
	fault := func(code, limit, zh, en, hint string) {
		c.Fault = r.fault(r.n, col, code, limit, c.Text, zh, en, hint)
	}
	switch kind {
	case "", "n":
		c.Kind = Number
	case "s":
		if !has {
			break
		}
		n, err := strconv.Atoi(value)
		text, ok := r.b.strings.at(n)
		if err != nil || !ok {
			return r.broken("no shared string " + invalid.Shown(value))
		}
		c.Text = text
	case "str", "inlineStr":
		if kind == "str" {
			c.Text = unescaped(value)
		}
	case "d":
		c.Kind = ISODate
	case "b":
		fault("CELL_BOOLEAN", "text or a number", "单元格为逻辑值", "the cell is a truth value", "write 是 or 否 as text")
	case "e":
		fault("CELL_ERROR", "a value", "单元格为错误值", "the cell shows an error", "correct the cell")
	default:
		return r.broken("a cell of the unknown type " + invalid.Shown(kind))
	}
	if formula {
		if c.Text == "" {
			c.Text = "=" // there is something, though its result is empty
		}
		fault("CELL_FORMULA", "values", "单元格为公式", "the cell is a formula", "copy the column and paste it as values")
	}
	if c.Fault == nil && strings.TrimSpace(c.Text) == "" {
		return nil
	}
	for _, h := range r.hidden {
		if col >= h[0] && col <= h[1] {
			fault("XLSX_HIDDEN_COLUMN", "no hidden column with data", "隐藏的列中有数据", "a hidden column holds data", "show all columns; delete the column if it is not to be sent")
		}
	}
	r.row.Cells = append(r.row.Cells, c)
	return nil
}

// content reads what stands between the tags of a cell.
func (r *Rows) content() (value string, formula, has bool, err error) {
	for {
		token, err := r.t.next()
		if err != nil {
			return "", false, false, failure(r.t.part, err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			return value, formula, has, nil
		case xml.StartElement:
			switch e.Name.Local {
			case "v":
				has = true
				value, err = r.value()
			case "is":
				has = true
				value, err = r.t.richText(r.b.c.limits.token)
			default:
				formula = formula || e.Name.Local == "f"
				err = r.skip()
			}
			if err != nil {
				return "", false, false, err
			}
		}
	}
}

// value is the text of the element that has just begun.
func (r *Rows) value() (string, error) {
	var text []byte
	for {
		token, err := r.t.next()
		if err != nil {
			return "", failure(r.t.part, err)
		}
		switch e := token.(type) {
		case xml.CharData:
			if text = append(text, e...); len(text) > r.b.c.limits.token {
				return "", tooLarge("a cell of "+r.t.part, strconv.Itoa(r.b.c.limits.token)+" bytes")
			}
		case xml.StartElement:
			return "", r.broken("elements within a value")
		case xml.EndElement:
			return string(text), nil
		}
	}
}
