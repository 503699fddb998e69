package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Kind is how a sheet stores a value.
type Kind uint8

const (
	Text Kind = iota
	Number
	ISODate // a date written as a date; few programs do
)

// Cell is a cell that has a value.
type Cell struct {
	Col   int // from 1
	Kind  Kind
	Text  string // of a number: as the file writes it
	Fault *Fault // why the value cannot be used; nil for most

	shape    shape
	from1904 bool
}

// Digits that an office program keeps of a number, and that any double is
// written with; and decimals beyond which nobody enters a number by hand.
const (
	keptDigits    = 15
	writtenDigits = 17
	typedDecimals = 9
)

var numeral = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$`)

// Decimal is the number of a cell in digits. Sheets hold doubles: 1.1 may be
// written 1.1000000000000001, and is 1.1 still, as that decimal and no other
// of 15 digits has this double. 0.30000000000000004, the sum of 0.1 and 0.2,
// is another double than 0.3 and a fault: only who computed it knows what it
// was to be. The double tells decimals apart; no arithmetic is done with it.
func (c *Cell) Decimal() (string, *Fault) {
	if c.Kind != Number {
		panic("sheet: the decimal of a cell that is no number")
	}
	switch c.shape {
	case percent:
		return "", &Fault{Code: "CELL_PERCENT", Limit: "a number without %", Value: c.Text, Zh: "单元格为百分比格式,存储值与显示值相差一百倍",
			En: "the cell is formatted as a percentage and holds a hundredth of what it shows", Hint: "format the column as a number and enter 3.45 for 3.45%"}
	case scaled:
		return "", &Fault{Code: "CELL_SCALED", Limit: "a number format without scaling", Value: c.Text, Zh: "单元格格式按千或万缩放,显示值与存储值不同",
			En: "the cell's format scales the number: it shows another one than it holds", Hint: "format the column as a number with two decimals and check the values"}
	case day, moment:
		return "", &Fault{Code: "CELL_DATE", Limit: "a number", Value: c.Text, Zh: "此处须为数值,单元格却是日期或时间",
			En: "the cell is a date or time where a number is due", Hint: "format the column as a number and check the values"}
	}
	if !numeral.MatchString(c.Text) {
		return "", &Fault{Code: "CELL_NUMBER", Limit: "a decimal number", Value: invalid.Shown(c.Text), Zh: "数值无法识别", En: "the number cannot be read", Hint: "enter it again"}
	}
	n, err := strconv.ParseFloat(c.Text, 64)
	if err != nil || math.Abs(n) >= 1e15 {
		return "", &Fault{Code: "CELL_NUMBER_LARGE", Limit: "15 digits", Value: invalid.Shown(c.Text), Zh: "数值过大,电子表格只保留 15 位数字",
			En: "the number is too large: a sheet keeps 15 digits", Hint: "check the number, or send the table as CSV"}
	}
	text := strconv.FormatFloat(n, 'f', -1, 64)
	_, decimals, _ := strings.Cut(text, ".")
	if significant(text) > keptDigits || significant(mantissa(c.Text)) > writtenDigits || len(decimals) > typedDecimals {
		return "", &Fault{Code: "CELL_NUMBER_INEXACT", Limit: "at most 15 digits and 9 decimals", Value: invalid.Shown(c.Text), Zh: "数值带有计算产生的尾差,不是准确的金额或利率",
			En: "the number has the remainder of a computation and is no exact decimal", Hint: "round it with ROUND, paste it as a value and check it"}
	}
	return text, nil
}

func mantissa(text string) string {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		return text[:i]
	}
	return text
}

// significant counts the digits of a decimal without the zeros around them.
func significant(text string) int {
	digits := strings.Replace(strings.TrimPrefix(text, "-"), ".", "", 1)
	return len(strings.Trim(digits, "0"))
}

// Days are numbers: 1 is 1900-01-01 or, in some workbooks, 0 is 1904-01-01.
// Before March 1900 office programs count a day that did not exist.
const (
	marchOf1900 = 61
	epoch1904   = 1462
)

// Date is the day of a cell that is formatted as a date with its year.
func (c *Cell) Date() (calendar.Date, *Fault) {
	if c.Kind == ISODate {
		text, _ := strings.CutSuffix(strings.TrimSuffix(c.Text, "Z"), "T00:00:00")
		d, err := calendar.ParseDate(text)
		if err != nil {
			return 0, noDay(c.Text)
		}
		return d, nil
	}
	if c.Kind != Number {
		panic("sheet: the date of a text")
	}
	switch c.shape {
	case day:
	case moment:
		return 0, &Fault{Code: "CELL_DATE_PART", Limit: "a date with year, month and day", Value: c.Text, Zh: "日期格式未显示完整的年月日",
			En: "the cell's format does not show year, month and day", Hint: "set the column's format to yyyy-mm-dd and check the dates"}
	default:
		return 0, &Fault{Code: "CELL_DATE_NUMBER", Limit: "a date", Value: invalid.Shown(c.Text), Zh: "日期以数字形式存储",
			En: "the date is a bare number", Hint: "set the column's format to yyyy-mm-dd and check the dates, or write 2024-03-22 as text"}
	}
	n, err := strconv.ParseFloat(c.Text, 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > float64(calendar.Last) || !numeral.MatchString(c.Text) {
		return 0, noDay(c.Text)
	}
	serial := int(n)
	if c.from1904 {
		serial += epoch1904
	}
	d := calendar.Date(serial - 1)
	if serial < marchOf1900 || !d.Valid() {
		return 0, noDay(c.Text)
	}
	return d, nil
}

func noDay(value string) *Fault {
	return &Fault{Code: "CELL_DATE_TIME", Limit: "a day from 1900-03-01 to 2200-12-31, without a time", Value: invalid.Shown(value),
		Zh: "不是日期,或带有时刻", En: "the cell is no day, or has a time of day", Hint: "enter the date alone, like 2024-03-22"}
}
