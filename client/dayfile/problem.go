package dayfile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Problem is what is wrong at one place of a file.
type Problem struct {
	Line   int    `json:"line,omitempty"`   // counted from 1; 0 is the file as a whole
	Column string `json:"column,omitempty"` // header of the column; its letter where a sheet has no header for it
	Cell   string `json:"cell,omitempty"`   // of a sheet, as office programs name it: 明细!D5
	Code   string `json:"code"`             // stable
	Limit  string `json:"limit,omitempty"`
	Value  string `json:"value,omitempty"`
	Zh     string `json:"zh"`
	En     string `json:"message"`
	Hint   string `json:"hint,omitempty"`
}

// Error is one line, Chinese first.
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Line > 0 {
		b.WriteString("第 " + strconv.Itoa(p.Line) + " 行")
	}
	if p.Column != "" {
		b.WriteString("「" + p.Column + "」")
	}
	if p.Cell != "" {
		b.WriteString("(" + p.Cell + ")")
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Zh + " / ")
	if p.Line > 0 {
		b.WriteString("line " + strconv.Itoa(p.Line))
		if p.Cell != "" {
			b.WriteString(", " + p.Cell)
		}
		b.WriteString(": ")
	}
	b.WriteString(p.En + invalid.Aside(p.Value, p.Limit, p.Hint))
	return b.String()
}

// MaxProblems is how many problems of one file are named: enough to correct a
// bad export in one go, few enough to read.
const MaxProblems = 50

// FileError says that a file was refused as a whole, before anything was
// sent.
type FileError struct {
	Path     string
	Problems []*Problem // the first MaxProblems, by line
	Count    int        // of all problems that were found
}

func (e *FileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: 文件有误,全部未报送 / the file was refused and nothing was sent (%d problems)", e.Path, e.Count)
	for _, p := range e.Problems {
		b.WriteString("\n" + p.Error())
	}
	if e.Count > len(e.Problems) {
		fmt.Fprintf(&b, "\n…另有 %d 处 / and %d more", e.Count-len(e.Problems), e.Count-len(e.Problems))
	}
	return b.String()
}

// Has reports whether one of the named problems has the code.
func (e *FileError) Has(code string) bool {
	for _, p := range e.Problems {
		if p.Code == code {
			return true
		}
	}
	return false
}

// cellProblem turns the error of a value's own room into a problem.
func cellProblem(err error) *Problem {
	var v *invalid.Error
	if errors.As(err, &v) {
		return &Problem{Code: v.Code, Limit: v.Limit, Value: v.Value, Zh: v.Zh, En: v.En, Hint: v.Hint}
	}
	if r, ok := refusal.As(err); ok {
		zh, en := r.Texts()
		return &Problem{Column: r.Field, Code: r.Code, Limit: r.Limit, Value: invalid.Shown(r.Actual), Zh: zh, En: en}
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return &Problem{Code: "CELL", Zh: "内容无法识别", En: invalid.Shown(err.Error())}
}
