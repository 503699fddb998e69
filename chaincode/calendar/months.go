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
func (d Date) AddMonths(n int, end MonthEnd) (Date, error) {
	const most = (lastYear - firstYear + 1) * 12
	fail := func() (Date, error) {
		return 0, outOfRange(d.String() + " + " + strconv.Itoa(n) + " months")
	}
	if !d.Valid() || n > most || n < -most {
		return fail()
	}
	year, month, day := d.Civil()
	months := year*12 + month - 1 + n
	year, month = months/12, months%12+1
	if year < firstYear || year > lastYear {
		return fail()
	}
	length := DaysIn(year, month)
	if day <= length {
		return civil(year, month, day), nil
	}
	last := civil(year, month, length)
	if end == Roll {
		return last + 1, nil // a month without a 31st is never December
	}
	return last, nil
}
