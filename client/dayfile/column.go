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

	check  func(string) error // of text, beyond its length
	signed bool               // a rate may be below zero
	at     func(content any) any
	owner  func() any // an empty content
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

// signed lets a rate be below zero.
func signed(c *Column) { c.signed = true }

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
	switch place := c.at(c.owner()).(type) {
	case parallel:
		return formOfList(place)
	case *money.Fen, **money.Fen:
		return "金额,元,至多两位小数,不带分隔符", "yuan, at most two decimals, no separators"
	case *money.Rate, **money.Rate:
		if c.signed {
			return "百分点,可为负,至多六位小数", "percentage points, possibly negative, at most six decimals"
		}
		return "年利率,百分数,至多六位小数", "percent a year, at most six decimals"
	case *calendar.Date:
		return "日期 YYYY-MM-DD", "date YYYY-MM-DD"
	case *int, **int:
		return "整数", "whole number"
	case *bool, **bool:
		return "是, 否", "是 (yes), 否 (no)"
	case *[]string:
		return "一个或多个值,以分号 ; 相连", "one or more values, joined by ;"
	case *[]money.Fen:
		return "一个或多个金额(元),以分号 ; 相连", "one or more amounts in yuan, joined by ;"
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
	place := c.at(content)
	err := error(nil)
	if list, ok := place.(*[]string); ok {
		err = c.setList(list, cell)
	} else if list, ok := place.(parallel); ok {
		err = c.setParallel(list, cell)
	} else if cell, err = c.term(cell); err == nil {
		err = c.set(place, cell)
	}
	if err != nil {
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

// term is the code of a word of the column's closed list.
func (c *Column) term(cell string) (string, error) {
	if c.Terms == nil {
		return cell, nil
	}
	for _, t := range c.Terms {
		if cell == t.Zh || cell == t.Code {
			return t.Code, nil
		}
	}
	_, en := c.Form()
	return "", &Problem{Code: "CELL_TERM", Limit: en, Value: invalid.Shown(cell),
		Zh: "不是规定的取值", En: "the value is not one of the list", Hint: "write one of the words listed"}
}

// parts splits a cell that holds several values.
func (c *Column) parts(cell string) ([]string, error) {
	list := strings.Split(cell, listSeparator)
	for i := range list {
		if list[i] = strings.TrimFunc(list[i], blank); list[i] == "" {
			return nil, &Problem{Code: "CELL_LIST", Limit: "values joined by " + listSeparator, Value: invalid.Shown(cell),
				Zh: "列表中有空项", En: "the list has an empty entry", Hint: "write it like " + c.Example}
		}
	}
	return list, nil
}

// listSeparator joins values in one cell: a comma would need quotes.
const listSeparator = ";"

func (c *Column) setList(to *[]string, cell string) error {
	list, err := c.parts(cell)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i], err = c.term(list[i]); err == nil && c.check != nil {
			err = c.check(list[i])
		}
		if err != nil {
			return err
		}
	}
	*to = list
	return nil
}

func (c *Column) set(place any, cell string) error {
	var err error
	if c.check != nil {
		if err = c.check(cell); err != nil {
			return err
		}
	}
	switch v := place.(type) {
	case *string:
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
	case **money.Rate:
		parse := money.ParseRate
		if c.signed {
			parse = money.ParseSignedRate
		}
		rate, err := parse(cell)
		*v = &rate
		return err
	case **money.Fen:
		amount, err := money.ParseFen(cell)
		*v = &amount
		return err
	case **bool:
		b, err := parseYes(cell)
		*v = &b
		return err
	case *[]money.Fen:
		list, err := c.parts(cell)
		if err != nil {
			return err
		}
		*v = make([]money.Fen, len(list))
		for i, part := range list {
			if (*v)[i], err = money.ParseFen(part); err != nil {
				return err
			}
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
	case parallel:
		return strings.Join(c.formatParallel(v), listSeparator)
	case **money.Rate:
		if *v == nil {
			return ""
		}
		cell = (*v).String()
	case **money.Fen:
		if *v == nil {
			return ""
		}
		cell = (*v).String()
	case **bool:
		if *v == nil {
			return ""
		}
		cell = no
		if **v {
			cell = yes
		}
	case *[]string:
		list := make([]string, len(*v))
		for i, code := range *v {
			list[i] = c.word(code)
		}
		return strings.Join(list, listSeparator)
	case *[]money.Fen:
		list := make([]string, len(*v))
		for i, amount := range *v {
			list[i] = amount.String()
		}
		return strings.Join(list, listSeparator)
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
	return c.word(cell)
}

// word is what a closed list calls a code.
func (c *Column) word(code string) string {
	for _, t := range c.Terms {
		if t.Code == code {
			return t.Zh
		}
	}
	return code
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
