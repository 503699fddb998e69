package dayfile

import (
	"errors"
	"io"
	"math/big"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Line is one record between head and trailer.
type Line struct {
	N      int // number of the line in the file, from 1
	Record *Record
	Value  any // what the cells say: a pointer to a Balance, a Total, or what Content makes a command of
}

// Content is the content of the line's command, a pointer; nil for a record
// that becomes none.
func (l *Line) Content() any {
	content, _ := contentOf(l.Record, l.Value)
	return content
}

func contentOf(r *Record, value any) (any, *Problem) {
	if r.definition == nil {
		return nil, nil
	}
	if c, ok := value.(converted); ok {
		return c.commandContent()
	}
	return value, nil
}

// Cells writes the line's values as cells, the record type first.
func (l *Line) Cells() []string { return cellsOf(l.Record, l.Value) }

func cellsOf(r *Record, content any) []string {
	cells := make([]string, len(r.Columns)+1)
	cells[0] = r.Type
	for i := range r.Columns {
		cells[i+1] = r.Columns[i].format(content)
	}
	return cells
}

// scanner reads a file once from beginning to end.
type scanner struct {
	rows     rows
	header   []string // of the header line in force, without its first cell
	headerAt int
	layouts  map[*Record]*layout // of that header line
	head     *Head
	trailer  *Trailer
	count    int
	sum      big.Int
	types    map[string]int
	banks    map[string]bool

	problems []*Problem
	found    int
}

// layout says in which cell each column of a record type stands under the
// header line in force.
type layout struct {
	cell []int // by column; -1 where the header lacks it
	used []bool
	bad  bool // the header lacks a required column, which has been said
}

func newScanner(r rows) *scanner {
	return &scanner{rows: r, types: map[string]int{}, banks: map[string]bool{}}
}

func (s *scanner) problem(p *Problem) {
	if p.Line == 0 && s.rows.at() > 0 {
		p.Line = s.rows.at()
	}
	if p.Cell == "" && p.Line == s.rows.at() {
		p.Cell = s.place(p.Column)
	}
	s.found++
	if len(s.problems) < MaxProblems {
		s.problems = append(s.problems, p)
	}
}

// place is the cell of the current row that stands under a header.
func (s *scanner) place(header string) string {
	switch header {
	case "":
		return ""
	case firstCell:
		return s.rows.place(0)
	}
	for j, name := range s.header {
		if name == header {
			return s.rows.place(j + 1)
		}
	}
	return ""
}

// misplaced says what is wrong with a cell, as a fault of the cell itself if
// it has one.
func (s *scanner) misplaced(j int, p *Problem) {
	if fault := s.rows.fault(j); fault != nil {
		if p.Column != "" {
			fault.Column = p.Column
		}
		p = fault
	}
	p.Cell = s.rows.place(j)
	s.problem(p)
}

// run reads everything and hands every line on that is right in itself. Its
// error is that of yield or of the reader; what is wrong with the file is in
// problems.
func (s *scanner) run(yield func(*Line) error) error {
	for {
		cells, err := s.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		var fatal *fatalProblem
		var p *Problem
		switch {
		case errors.As(err, &fatal):
			s.problem(fatal.Problem)
			return nil
		case errors.As(err, &p):
			s.problem(p)
			s.count++ // so that the trailer is judged as the clerk meant it
			continue
		case err != nil:
			return err
		}
		if len(cells) == 0 {
			continue
		}
		if s.trailer != nil {
			s.problem(&Problem{Code: "AFTER_TRAILER", Limit: "nothing after " + typeTrailer, Value: invalid.Shown(strings.Join(cells, ",")),
				Zh: "文件尾之后还有内容", En: "there is a line after the trailer", Hint: "move it before the trailer and correct the trailer"})
			return nil
		}
		if cells[0] == firstCell {
			s.newHeader(cells[1:])
			continue
		}
		if s.layouts == nil {
			s.misplaced(0, noHeader(strings.Join(cells, ",")))
			return nil
		}
		if err := s.line(cells, yield); err != nil {
			return err
		}
	}
	s.end()
	return nil
}

func (s *scanner) newHeader(names []string) {
	s.header, s.headerAt = append(s.header[:0:0], names...), s.rows.at()
	s.layouts = map[*Record]*layout{}
	seen := map[string]bool{}
	for i, name := range names {
		switch fault := s.rows.fault(i + 1); {
		case fault != nil:
			s.problem(fault) // with the column's letter: its name is what is in doubt
		case !headers[name]:
			s.misplaced(i+1, &Problem{Column: invalid.Shown(name), Code: "HEADER_UNKNOWN", Value: invalid.Shown(name),
				Zh: "没有这个栏目", En: "no record type has this column", Hint: "see docs/day-files.md for the columns; delete helper columns"})
		case seen[name]:
			s.misplaced(i+1, &Problem{Column: name, Code: "HEADER_TWICE", Limit: "once", Value: name,
				Zh: "栏目重复", En: "the column occurs twice", Hint: "delete one of the two"})
		}
		seen[name] = true
	}
}

func (s *scanner) layout(r *Record) *layout {
	if l := s.layouts[r]; l != nil {
		return l
	}
	l := &layout{cell: make([]int, len(r.Columns)), used: make([]bool, len(s.header))}
	for i := range r.Columns {
		c := &r.Columns[i]
		l.cell[i] = -1
		for j, name := range s.header {
			if name == c.Header {
				l.cell[i], l.used[j] = j, true
				break
			}
		}
		if l.cell[i] < 0 && !c.Optional {
			l.bad = true
			s.problem(&Problem{Line: s.headerAt, Column: c.Header, Code: "HEADER_MISSING", Limit: "required for " + r.Type, Value: r.Type,
				Zh: "表头缺少该栏目", En: "the header line lacks a column that a record below it needs", Hint: "add the column to the header line"})
		}
	}
	s.layouts[r] = l
	return l
}

func (s *scanner) line(cells []string, yield func(*Line) error) error {
	r := byType[cells[0]]
	if r == nil {
		s.count++
		s.misplaced(0, &Problem{Column: firstCell, Code: "RECORD_UNKNOWN", Limit: typeNames(), Value: invalid.Shown(cells[0]),
			Zh: "没有这种记录类型", En: "no such record type", Hint: "the first cell of a line is its record type"})
		return nil
	}
	if fault := s.rows.fault(0); fault != nil {
		fault.Column = firstCell
		s.problem(fault)
	}
	switch {
	case s.head == nil && r != headRecord:
		s.head = &Head{} // said once
		s.problem(&Problem{Column: firstCell, Code: "HEAD_MISSING", Limit: typeHead, Value: r.Type,
			Zh: "第一条记录须为文件头", En: "the first record is not the head of the file", Hint: "begin with " + typeHead})
	case s.head != nil && r == headRecord:
		s.problem(&Problem{Column: firstCell, Code: "HEAD_TWICE", Limit: "one head", Value: r.Type,
			Zh: "文件头只能有一条", En: "there is a second head", Hint: "send each file by itself"})
		return nil
	}
	inner := r != headRecord && r != trailerRecord
	if inner {
		s.count++
		s.types[r.Type]++
	}
	content, ok := s.content(r, cells[1:])
	if !ok {
		switch r {
		case headRecord:
			s.head = &Head{}
		case trailerRecord:
			s.trailer = &Trailer{Count: -1}
		}
		return nil
	}
	switch c := content.(type) {
	case *Head:
		s.head = c
		if c.Version != Version {
			s.problem(&Problem{Column: "格式版本", Code: "VERSION_UNKNOWN", Limit: strconv.Itoa(Version), Value: strconv.Itoa(c.Version),
				Zh: "格式版本不受支持", En: "this program does not read that version of the format", Hint: "write version " + strconv.Itoa(Version)})
		}
		return nil
	case *Trailer:
		s.trailer = c
		s.compare(c)
		return nil
	}
	if a, ok := content.(interface{ book() string }); ok {
		s.banks[a.book()] = true
	}
	if r.amount >= 0 {
		s.sum.Add(&s.sum, big.NewInt(int64(r.Amount(content))))
	}
	return yield(&Line{N: s.rows.at(), Record: r, Value: content})
}

// content reads the cells of a record; false where a problem was found.
func (s *scanner) content(r *Record, cells []string) (any, bool) {
	l := s.layout(r)
	before := s.found
	content := r.fresh()
	for i := range r.Columns {
		c := &r.Columns[i]
		cell := ""
		if j := l.cell[i]; j >= 0 && j < len(cells) {
			cell = cells[j]
		} else if j < 0 {
			continue // optional, or said at the header line
		}
		p := s.rows.fault(l.cell[i] + 1)
		if p == nil {
			cell, p = s.rows.take(c, l.cell[i]+1, cell)
		}
		if p == nil {
			p = c.parse(content, cell)
		}
		if p != nil {
			p.Column, p.Cell = c.Header, s.rows.place(l.cell[i]+1)
			s.problem(p)
		}
	}
	for j, cell := range cells {
		if cell == "" || j < len(l.used) && l.used[j] {
			continue
		}
		column := ""
		if j < len(s.header) {
			column = s.header[j]
		}
		s.misplaced(j+1, &Problem{Column: column, Code: "CELL_UNEXPECTED", Limit: "empty for " + r.Type, Value: invalid.Shown(cell),
			Zh: "该记录类型没有这一栏", En: "this record type has no such column", Hint: "empty the cell, or check the header line above"})
	}
	if s.found > before || l.bad {
		return nil, false
	}
	if p := r.check(content); p != nil {
		s.problem(p)
		return nil, false
	}
	return content, true
}

// first puts problems before all others: those of the file's form explain
// what follows from them.
func (s *scanner) first(list []*Problem, count int) {
	s.found += count
	s.problems = append(list, s.problems...)
	s.problems = s.problems[:min(len(s.problems), MaxProblems)]
}

// check runs the command's own check on a line's content.
func (r *Record) check(value any) *Problem {
	content, p := contentOf(r, value)
	if p != nil || content == nil {
		return p
	}
	err := r.definition.Check(content)
	if err == nil {
		return nil
	}
	p = cellProblem(err)
	p.Column = r.header(p.Column)
	if p.Hint == "" {
		p.Hint = "correct the line: no ledger would take it"
	}
	return p
}

// otherFields are what refusals name that no column holds.
var otherFields = map[string]string{"status": "业务状态", "identity": "报送人身份", "certificate": "报送人证书", "signer": "签署人", "content": "整行"}

// header is the column that holds a field of the content; the field's own
// name where no column does.
func (r *Record) header(field string) string {
	for name := field; name != ""; name = name[:max(strings.LastIndexByte(name, '.'), 0)] {
		for i := range r.Columns {
			if c := &r.Columns[i]; c.Name == name || c.Name == name+".no" {
				return c.Header
			}
		}
	}
	if zh := otherFields[field]; zh != "" {
		return zh
	}
	return field
}

func (s *scanner) compare(t *Trailer) {
	if t.Count != s.count {
		s.problem(&Problem{Column: "总笔数", Code: "TRAILER_COUNT", Limit: strconv.Itoa(s.count) + " lines", Value: strconv.Itoa(t.Count),
			Zh: "总笔数与明细不符", En: "the trailer's count does not agree with the lines", Hint: "check that no line is missing or twice"})
	}
	if s.found == 0 && s.sum.Cmp(big.NewInt(int64(t.Sum))) != 0 {
		shown := s.sum.String() + " fen"
		if s.sum.IsInt64() {
			shown = money.Fen(s.sum.Int64()).String()
		}
		s.problem(&Problem{Column: "总金额", Code: "TRAILER_SUM", Limit: shown, Value: t.Sum.String(),
			Zh: "总金额与明细合计不符", En: "the trailer's sum does not agree with the lines", Hint: "check the amounts against your own books"})
	}
}

func (s *scanner) end() {
	s.first(s.rows.last())
	if s.rows.at() == 0 {
		s.problem(&Problem{Code: "FILE_EMPTY", Limit: "head, lines, trailer", Zh: "文件为空", En: "the file is empty", Hint: "export the table again"})
		return
	}
	if s.head == nil {
		s.problem(&Problem{Code: "HEAD_MISSING", Limit: typeHead, Zh: "没有文件头", En: "the file has no head", Hint: "begin with " + typeHead})
	}
	if s.trailer == nil {
		s.problem(&Problem{Code: "TRAILER_MISSING", Limit: typeTrailer + " as the last record", Value: strconv.Itoa(s.count) + " lines",
			Zh: "没有文件尾,文件可能不完整", En: "the file has no trailer; it may have been cut", Hint: "export the whole table again and compare its length"})
	}
}
