package calendar

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Error says why text is not a date, or why a date cannot be computed.
type Error = invalid.Error

// Date is a civil day: 1 is 1900-01-01, each following day one more. The zero
// value is no date. Dates compare and subtract as the integers they are.
type Date int32

const (
	// First is 1900-01-01.
	First Date = 1
	// Last is 2200-12-31.
	Last Date = 109938
)

const (
	firstYear = 1900
	lastYear  = 2200
	span      = "1900-01-01..2200-12-31"
)

// NewDate is the day of a year, month and day that must exist.
func NewDate(year, month, day int) (Date, error) {
	if year < firstYear || year > lastYear {
		return 0, outOfRange(strconv.Itoa(year))
	}
	if month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return 0, &Error{Code: "DATE_NOT_EXISTING", Limit: "a day of the calendar",
			Value: strconv.Itoa(year) + "-" + strconv.Itoa(month) + "-" + strconv.Itoa(day),
			Zh:    "日期不存在", En: "the date does not exist", Hint: "check month and day"}
	}
	return civil(year, month, day), nil
}

// ParseDate reads YYYY-MM-DD and nothing else.
func ParseDate(text string) (Date, error) {
	if text == "" {
		return 0, &Error{Code: "DATE_EMPTY", Limit: "YYYY-MM-DD", Zh: "日期为空", En: "the date is empty", Hint: "write it like 2024-01-31"}
	}
	malformed := len(text) != 10
	var parts [3]int
	for i, part := 0, 0; i < len(text) && !malformed; i++ {
		switch c := text[i]; {
		case i == 4 || i == 7:
			malformed = c != '-'
			part++
		case c < '0' || c > '9':
			malformed = true
		default:
			parts[part] = parts[part]*10 + int(c-'0')
		}
	}
	if malformed {
		return 0, &Error{Code: "DATE_FORMAT", Limit: "YYYY-MM-DD", Value: invalid.Shown(text),
			Zh: "日期格式不对", En: "the date is not written as year-month-day", Hint: "write it like 2024-01-31"}
	}
	d, err := NewDate(parts[0], parts[1], parts[2])
	if e, ok := err.(*Error); ok {
		e.Value = text
	}
	return d, err
}

// MustParse is ParseDate for dates that stand in source code; it panics.
func MustParse(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// BeijingDate is the day in Beijing (UTC+8, no summer time) at a number of
// seconds since 1970-01-01T00:00:00Z.
func BeijingDate(unixSeconds int64) (Date, error) {
	const unixEpoch = 25568 // 1970-01-01 as a Date
	seconds := unixSeconds + 8*3600
	if seconds < unixSeconds {
		return 0, outOfRange(strconv.FormatInt(unixSeconds, 10))
	}
	days := seconds / 86400
	if seconds%86400 < 0 {
		days--
	}
	if days < int64(First)-unixEpoch || days > int64(Last)-unixEpoch {
		return 0, outOfRange(strconv.FormatInt(unixSeconds, 10) + " s")
	}
	return Date(days + unixEpoch), nil
}

func outOfRange(value string) *Error {
	return &Error{Code: "DATE_OUT_OF_RANGE", Limit: span, Value: value,
		Zh: "日期超出范围", En: "the date is outside the calendar", Hint: "check the year"}
}

// Leap reports whether a year has a 29 February.
func Leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// DaysIn is the number of days of a month.
func DaysIn(year, month int) int {
	switch month {
	case 2:
		if Leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// civil and Civil count in years that begin on 1 March, so that the leap day
// is the last of its year and months need no table. They divide unsigned
// numbers: the compiler then does without a correction for negative ones.

func civil(year, month, day int) Date {
	m, y := uint(month)-3, uint(year)
	if month < 3 {
		m, y = m+12, y-1
	}
	return Date(365*y + y/4 - y/100 + y/400 + (m*306+5)/10 + uint(day) - 1 - marchOffset)
}

// marchOffset is the number of days from 0000-03-01 to the day before First.
const marchOffset = 693900

// Civil is the year, month and day of a date; zeros for no date.
func (d Date) Civil() (year, month, day int) {
	if d == 0 {
		return 0, 0, 0
	}
	n := uint(d) + marchOffset
	era := n / 146097
	doe := n % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp) + 3
	year = int(era*400 + yoe)
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// Year is the year of a date.
func (d Date) Year() int { year, _, _ := d.Civil(); return year }

// Valid reports whether d is a day of the calendar; no date is not.
func (d Date) Valid() bool { return d >= First && d <= Last }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == 0 }

// Weekday is 1 for Monday 星期一 to 7 for Sunday 星期日 (ISO 8601).
func (d Date) Weekday() int { return (int(d)+6)%7 + 1 }

// AddDays is the day n days later.
func (d Date) AddDays(n int) (Date, error) {
	if !d.Valid() || n > int(Last) || n < -int(Last) || !Date(int(d)+n).Valid() {
		return 0, outOfRange(d.String() + " + " + strconv.Itoa(n) + " days")
	}
	return d + Date(n), nil
}

// DaysUntil is the number of days from d to e, counting d and not e
// (算头不算尾); negative when e is earlier.
func (d Date) DaysUntil(e Date) int { return int(e) - int(d) }

// String is YYYY-MM-DD, and nothing for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	var buf [10]byte
	return string(d.append(buf[:0]))
}

func (d Date) append(b []byte) []byte {
	if d == 0 {
		return b
	}
	year, month, day := d.Civil()
	return append(b, byte('0'+year/1000%10), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}
