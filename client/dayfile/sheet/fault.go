package sheet

import (
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Fault is what makes a workbook unusable, at one place of it.
type Fault struct {
	Sheet string // "" is the file as a whole
	Row   int    // from 1; 0 is the sheet as a whole
	Col   int    // from 1; 0 is the row as a whole
	Code  string // stable
	Limit string
	Value string
	Zh    string
	En    string
	Hint  string

	alone bool // nothing behind it can be read
}

func (f *Fault) Error() string {
	s := f.Zh + " / " + f.En
	if place := f.Place(); place != "" {
		s = place + ": " + s
	}
	if f.Hint != "" {
		s += "; " + f.Hint
	}
	return s
}

// Place is the cell as office programs write it: 明细!D5, 明细 without a row.
func (f *Fault) Place() string {
	switch {
	case f.Sheet == "":
		return ""
	case f.Row == 0:
		return invalid.Shown(f.Sheet)
	}
	return Place(f.Sheet, f.Row, f.Col)
}

// Fatal reports whether nothing behind the fault can be read.
func (f *Fault) Fatal() bool { return f.alone }

// Place names a cell of a sheet; col 0 names the row.
func Place(sheet string, row, col int) string {
	return invalid.Shown(sheet) + "!" + Letters(col) + strconv.Itoa(row)
}

// Letters is a column as office programs name it: 1 is A, 27 is AA.
func Letters(col int) string {
	s := ""
	for ; col > 0; col = (col - 1) / 26 {
		s = string(rune('A'+(col-1)%26)) + s
	}
	return s
}

// position reads a cell's name; false if it is none.
func position(ref string) (row, col int, ok bool) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 3; i++ {
		col = col*26 + int(ref[i]-'A') + 1
	}
	row, ok = rowNumber(ref[i:])
	return row, col, ok && col > 0 && col <= maxCols
}

func rowNumber(text string) (int, bool) {
	if text == "" || len(text) > 7 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && n <= maxRows
}

// The size of a sheet in office programs.
const (
	maxRows = 1 << 20
	maxCols = 1 << 14
)

func fatal(code, limit, value, zh, en, hint string) *Fault {
	return &Fault{Code: code, Limit: limit, Value: value, Zh: zh, En: en, Hint: hint, alone: true}
}

func broken(part, why string) *Fault {
	return fatal("XLSX_BROKEN", "a whole XLSX workbook", invalid.Shown(strings.TrimPrefix(part+": "+why, ": ")),
		"文件不完整或已损坏", "the workbook is cut or damaged", "open it in an office program, save it again and send that file")
}

func tooLarge(what, limit string) *Fault {
	return fatal("XLSX_TOO_LARGE", limit, what, "工作簿过大", "the workbook is too large", "split the file, or send it as CSV, which has no such limit")
}
