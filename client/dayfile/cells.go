package dayfile

import (
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// maxCells is more columns than any record has, with room for the empty
// cells that office programs append to short rows.
const maxCells = 256

// splitCells splits a line into cells, without the blanks around them and
// without the empty cells at its end.
func splitCells(line string, cells []string) ([]string, *Problem) {
	cells = cells[:0]
	if strings.IndexByte(line, '"') < 0 {
		for rest, more := line, true; more; {
			var cell string
			cell, rest, more = strings.Cut(rest, ",")
			if len(cells) == maxCells {
				return nil, tooManyCells(strings.Count(line, ",") + 1)
			}
			cells = append(cells, cell)
		}
	} else {
		r := csv.NewReader(strings.NewReader(line))
		r.FieldsPerRecord = -1
		record, err := r.Read()
		if err != nil {
			return nil, badQuotes(err)
		}
		if len(record) > maxCells {
			return nil, tooManyCells(len(record))
		}
		cells = append(cells, record...)
	}
	for i, cell := range cells {
		cells[i] = strings.TrimFunc(cell, blank)
		if p := control(cells[i]); p != nil {
			return nil, p
		}
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells, nil
}

// blank are the characters that exports put around values: a tab keeps an
// office program from turning a long number into a power of ten.
func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\u3000' || r == '\u00a0' }

func control(cell string) *Problem {
	i := strings.IndexFunc(cell, func(r rune) bool { return unicode.IsControl(r) || r == '\ufeff' || r == '\ufffd' })
	if i < 0 {
		return nil
	}
	return &Problem{Code: "CELL_CONTROL", Limit: "no control characters", Value: invalid.Shown(cell),
		Zh: "单元格中有控制字符", En: "a cell has a control character", Hint: "clear the cell's formatting and type the value again"}
}

func tooManyCells(n int) *Problem {
	return &Problem{Code: "ROW_TOO_WIDE", Limit: strconv.Itoa(maxCells), Value: strconv.Itoa(n),
		Zh: "列数过多", En: "the line has too many cells", Hint: "delete the columns to the right of the table"}
}

func badQuotes(err error) *Problem {
	text := err.Error()
	var p *csv.ParseError
	if errors.As(err, &p) {
		text = p.Err.Error()
	}
	return &Problem{Code: "CSV_QUOTES", Limit: "a cell in quotes closes them on its line, inner quotes doubled", Value: invalid.Shown(text),
		Zh: "引号不成对,或单元格内有换行", En: "quotes do not match, or a cell holds a line break", Hint: "remove line breaks from the cells"}
}

// shownBytes is the beginning of a line in an unknown encoding.
func shownBytes(raw []byte) string {
	const most = 48
	if len(raw) > most {
		raw = raw[:most]
	}
	return invalid.Shown(string(raw))
}

// joinCells writes a line as the reader reads it.
func joinCells(b *strings.Builder, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		if strings.ContainsAny(cell, "\",\n\r") || cell != strings.TrimFunc(cell, blank) {
			b.WriteByte('"')
			b.WriteString(strings.ReplaceAll(cell, `"`, `""`))
			b.WriteByte('"')
			continue
		}
		b.WriteString(cell)
	}
}
