package calendar

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// MonthEnd is what becomes of a day that a month does not have. The zero
// value is Clamp.
type MonthEnd uint8

const (
	// Clamp takes the last day of that month: 31 January, a month later, is 28 or 29 February.
	Clamp MonthEnd = iota
	// Roll takes the first day of the month after: 1 March.
	Roll
)

var monthEndNames = [...]string{Clamp: "clamp", Roll: "roll"}

// ParseMonthEnd reads clamp or roll.
func ParseMonthEnd(text string) (MonthEnd, error) {
	for m, name := range monthEndNames {
		if name == text {
			return MonthEnd(m), nil
		}
	}
	return 0, &Error{Code: "MONTH_END_UNKNOWN", Limit: "clamp, roll", Value: invalid.Shown(text),
		Zh: "月末规则未知", En: "unknown month-end rule", Hint: "choose clamp or roll"}
}

// Valid reports whether m is one of the declared rules.
func (m MonthEnd) Valid() bool { return int(m) < len(monthEndNames) }

func (m MonthEnd) String() string {
	if !m.Valid() {
		return "unknown"
	}
	return monthEndNames[m]
}

// AddMonths is the same day n months later, n possibly negative. Counting
// always from d, and not from the last result, keeps the 31st a 31st.
func (d Date) AddMonths(n int, end MonthEnd) (Date, error) { return d.Series(end).At(n) }

// Series is AddMonths from one day for many numbers of months.
type Series struct {
	from   Date
	months int // since the year 0
	day    int
	end    MonthEnd
}

// Series begins a series of dates whole months apart.
func (d Date) Series(end MonthEnd) Series {
	if !d.Valid() {
		return Series{}
	}
	year, month, day := d.Civil()
	return Series{d, year*12 + month - 1, day, end}
}

// At is the day n months after the first.
func (s Series) At(n int) (Date, error) {
	const least, most = firstYear * 12, lastYear*12 + 11
	if s.from == 0 || n < least-s.months || n > most-s.months {
		return 0, outOfRange(s.from.String() + " + " + strconv.Itoa(n) + " months")
	}
	months := uint(s.months + n)
	year, month := int(months/12), int(months%12)+1
	if s.day <= 28 {
		return civil(year, month, s.day), nil
	}
	length := DaysIn(year, month)
	if s.day <= length {
		return civil(year, month, s.day), nil
	}
	last := civil(year, month, length)
	if s.end == Roll {
		return last + 1, nil // a month without a 31st is never December
	}
	return last, nil
}
