package dayfile

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Column is one column of a record type.
type Column struct {
	Header   string // as it stands in the header line
	Name     string // of the field in the command's content, as refusals name it
	En       string
	Optional bool
	Max      int    // characters
	Terms    []Term // the words of a closed list; nil for anything else
	Example  string

	check func(string) error // of text, beyond its length
	at    func(content any) any
	owner func() any // an empty content
}

// Term is a word of a closed list and the code that stands for it on the
// ledger. Files may use either; receipts and our own files use the word.
type Term struct{ Zh, Code string }

const defaultMax = 64

// col declares a column whose value is kept where at points to. The type
// there decides how a cell is read and written.
func col[C any](header, name, en, example string, at func(*C) any, options ...func(*Column)) Column {
	c := Column{Header: header, Name: name, En: en, Example: example, Max: defaultMax,
		at: func(content any) any { return at(content.(*C)) }, owner: func() any { return new(C) }}
	for _, o := range options {
		o(&c)
	}
	return c
}

func optional(c *Column) { c.Optional = true }

func most(n int) func(*Column) { return func(c *Column) { c.Max = n } }

func terms(list ...Term) func(*Column) { return func(c *Column) { c.Terms = list } }

func checked(f func(string) error) func(*Column) { return func(c *Column) { c.check = f } }

// Form says in Chinese and English how a cell of the column is written.
func (c *Column) Form() (zh, en string) {
	if c.Terms != nil {
		words := make([]string, len(c.Terms))
		for i, t := range c.Terms {
			words[i] = t.Zh
			if t.Code != t.Zh {
				words[i] += " (" + t.Code + ")"
			}
		}
		list := strings.Join(words, ", ")
		return list, list
	}
	switch c.at(c.owner()).(type) {
	case *money.Fen:
		return "金额,元,至多两位小数,不带分隔符", "yuan, at most two decimals, no separators"
	case *money.Rate:
		return "年利率,百分数,至多六位小数", "percent a year, at most six decimals"
	case *calendar.Date:
		return "日期 YYYY-MM-DD", "date YYYY-MM-DD"
	case *int, **int:
		return "整数", "whole number"
	case *bool:
		return "是, 否", "是 (yes), 否 (no)"
	case *[]string:
		return "代码,以分号 ; 相连", "codes joined by ;"
	}
	n := strconv.Itoa(c.Max)
	return "文字,至多 " + n + " 字", "text, at most " + n + " characters"
}

// parse reads a cell into the place that the column has in content.
func (c *Column) parse(content any, cell string) *Problem {
	if cell == "" {
		if c.Optional {
			return nil
		}
		return &Problem{Column: c.Header, Code: "CELL_EMPTY", Limit: "required", Zh: "不得为空", En: "the cell is empty", Hint: "enter a value like " + c.Example}
	}
	if n := utf8.RuneCountInString(cell); n > c.Max {
		return &Problem{Column: c.Header, Code: "CELL_TOO_LONG", Limit: strconv.Itoa(c.Max) + " characters", Value: strconv.Itoa(n),
			Zh: "内容过长", En: "the value is too long", Hint: "shorten it"}
	}
	if c.Terms != nil {
		code, ok := c.code(cell)
		if !ok {
			_, en := c.Form()
			return &Problem{Column: c.Header, Code: "CELL_TERM", Limit: en, Value: invalid.Shown(cell),
				Zh: "不是规定的取值", En: "the value is not one of the list", Hint: "write one of the words listed"}
		}
		cell = code
	}
	if err := c.set(c.at(content), cell); err != nil {
		p := cellProblem(err)
		p.Column = c.Header
		hint(p, cell)
		return p
	}
	return nil
}

// hint adds what exports and input methods typically do to a value.
func hint(p *Problem, cell string) {
	switch {
	case powerOfTen.MatchString(cell):
		p.Hint = "an office program turned a long number into a power of ten: format the column as text and enter it again"
	case strings.ContainsFunc(cell, fullWidth):
		p.Hint = "type digits, points and letters in half width"
	case slashDate.MatchString(cell) && strings.HasPrefix(p.Code, "DATE"):
		p.Hint = "set the column's format to yyyy-mm-dd"
	}
}

var (
	powerOfTen = regexp.MustCompile(`^\d(\.\d+)?[Ee]\+?\d+$`)
	slashDate  = regexp.MustCompile(`^\d{4}[/.年]\d{1,2}[/.月]\d{1,2}日?$`)
)

func fullWidth(r rune) bool { return r >= '！' && r <= '～' }

func (c *Column) code(cell string) (string, bool) {
	for _, t := range c.Terms {
		if cell == t.Zh || cell == t.Code {
			return t.Code, true
		}
	}
	return "", false
}

func (c *Column) set(place any, cell string) error {
	var err error
	switch v := place.(type) {
	case *string:
		if c.check != nil {
			err = c.check(cell)
		}
		*v = cell
	case *ledgerstate.Ref:
		v.No = cell
	case **ledgerstate.Ref:
		*v = &ledgerstate.Ref{No: cell}
	case *money.Fen:
		*v, err = money.ParseFen(cell)
	case *money.Rate:
		*v, err = money.ParseRate(cell)
	case *calendar.Date:
		*v, err = calendar.ParseDate(cell)
	case *int:
		*v, err = parseCount(cell)
	case **int:
		n := 0
		n, err = parseCount(cell)
		*v = &n
	case *bool:
		*v, err = parseYes(cell)
	case *[]string:
		for _, part := range strings.Split(cell, ";") {
			if part = strings.TrimFunc(part, blank); part == "" {
				return &Problem{Code: "CELL_LIST", Limit: "codes joined by ;", Value: invalid.Shown(cell),
					Zh: "列表中有空项", En: "the list has an empty entry", Hint: "write it like " + c.Example}
			}
			*v = append(*v, part)
		}
	case encoding.TextUnmarshaler:
		err = v.UnmarshalText([]byte(cell))
	default:
		r := reflect.ValueOf(place).Elem()
		if r.Kind() != reflect.String {
			panic(fmt.Sprintf("column %s has a place of type %T", c.Header, place))
		}
		r.SetString(cell)
	}
	return err
}

// format writes what the column holds in content as a cell.
func (c *Column) format(content any) string {
	var cell string
	switch v := c.at(content).(type) {
	case *string:
		cell = *v
	case *ledgerstate.Ref:
		cell = v.No
	case **ledgerstate.Ref:
		if *v == nil {
			return ""
		}
		cell = (*v).No
	case *money.Fen:
		if *v == 0 && c.Optional {
			return ""
		}
		cell = v.String()
	case *money.Rate:
		if *v == 0 && c.Optional {
			return ""
		}
		cell = v.String()
	case *calendar.Date:
		cell = v.String()
	case *int:
		if *v == 0 && c.Optional {
			return ""
		}
		cell = strconv.Itoa(*v)
	case **int:
		if *v == nil {
			return ""
		}
		cell = strconv.Itoa(**v)
	case *bool:
		if *v {
			cell = yes
		} else if !c.Optional {
			cell = no
		}
	case *[]string:
		cell = strings.Join(*v, ";")
	case encoding.TextMarshaler:
		if c.Optional && reflect.ValueOf(v).Elem().IsZero() {
			return "" // what is left out is the ledger's default
		}
		raw, err := v.MarshalText()
		if err == nil {
			cell = string(raw)
		}
	default:
		cell = reflect.ValueOf(v).Elem().String()
	}
	for _, t := range c.Terms {
		if t.Code == cell {
			return t.Zh
		}
	}
	return cell
}

const yes, no = "是", "否"

func parseYes(cell string) (bool, error) {
	switch cell {
	case yes:
		return true, nil
	case no:
		return false, nil
	}
	return false, &Problem{Code: "CELL_TERM", Limit: yes + ", " + no, Value: invalid.Shown(cell),
		Zh: "须为是或否", En: "the value is neither 是 nor 否", Hint: "write 是 for yes, 否 for no"}
}

// maxCount bounds counts, months and days alike; the commands' own limits are
// far below.
const maxCount = 100_000_000

func parseCount(cell string) (int, error) {
	n := 0
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		if c < '0' || c > '9' {
			return 0, &Problem{Code: "COUNT_FORMAT", Limit: "digits", Value: invalid.Shown(cell),
				Zh: "须为整数", En: "the value is not a whole number", Hint: "write digits only, like 12"}
		}
		if n = n*10 + int(c-'0'); n > maxCount {
			return 0, &Problem{Code: "COUNT_TOO_LARGE", Limit: strconv.Itoa(maxCount), Value: invalid.Shown(cell),
				Zh: "数值过大", En: "the number is too large", Hint: "check the number"}
		}
	}
	return n, nil
}
