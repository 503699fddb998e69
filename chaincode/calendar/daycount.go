package calendar

import (
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// DayCount is how the days between two dates become a fraction of a year
// (计息基准). The zero value names none, so that a caller's default shows.
type DayCount uint8

const (
	Unspecified DayCount = iota
	// Thirty360 counts every month as 30 days: both days are capped at 30.
	Thirty360
	// Actual360 divides the actual days by 360.
	Actual360
	// Actual365 divides the actual days by 365, in leap years too.
	Actual365
	// ActualActual divides the days that lie in leap years by 366, the
	// others by 365.
	ActualActual
)

var dayCountNames = [...]string{Unspecified: "", Thirty360: "30/360", Actual360: "ACT/360", Actual365: "ACT/365", ActualActual: "ACT/ACT"}

// ParseDayCount reads the name of a day count.
func ParseDayCount(text string) (DayCount, error) {
	for c, name := range dayCountNames[1:] {
		if name == text {
			return DayCount(c + 1), nil
		}
	}
	return 0, &Error{Code: "DAY_COUNT_UNKNOWN", Limit: "30/360, ACT/360, ACT/365, ACT/ACT", Value: invalid.Shown(text),
		Zh: "计息基准未知", En: "unknown day count", Hint: "choose 30/360, ACT/360, ACT/365 or ACT/ACT"}
}

// Valid reports whether c is one of the declared day counts; Unspecified is not.
func (c DayCount) Valid() bool { return c > Unspecified && int(c) < len(dayCountNames) }

func (c DayCount) String() string {
	if int(c) >= len(dayCountNames) {
		return "unknown"
	}
	return dayCountNames[c]
}

// Fraction is an exact part of a year. Fractions of one day count share one
// denominator, so they add by their numerators.
type Fraction struct{ Num, Den int64 }

// Denominator is the denominator of every fraction of this day count.
func (c DayCount) Denominator() int64 {
	switch c {
	case Thirty360, Actual360:
		return 360
	case Actual365:
		return 365
	case ActualActual:
		return 365 * 366
	}
	return 0
}

// Fraction is the year fraction of [from, to): from is counted, to is not.
func (c DayCount) Fraction(from, to Date) (Fraction, error) {
	if !from.Valid() || !to.Valid() || to < from {
		return Fraction{}, &Error{Code: "PERIOD_REVERSED", Limit: "from " + from.String(), Value: to.String(),
			Zh: "计息期的止期早于起期", En: "the period ends before it begins", Hint: "check the dates"}
	}
	days := int64(to - from)
	switch c {
	case Thirty360:
		y1, m1, d1 := from.Civil()
		y2, m2, d2 := to.Civil()
		days = int64(360*(y2-y1) + 30*(m2-m1) + min(d2, 30) - min(d1, 30))
	case Actual360, Actual365:
	case ActualActual:
		leap := int64(leapDaysBefore(to) - leapDaysBefore(from))
		return Fraction{leap*365 + (days-leap)*366, 365 * 366}, nil
	default:
		_, err := ParseDayCount(c.String())
		return Fraction{}, err
	}
	return Fraction{days, c.Denominator()}, nil
}

// leapDaysBefore is the number of days that lie in leap years, from First up
// to but not including d.
func leapDaysBefore(d Date) int {
	year := d.Year()
	// Leap years from 1904 (1900 was none) to the year before.
	before := leapYears(year-1) - leapYears(firstYear-1)
	n := 366 * before
	if Leap(year) {
		n += int(d - civil(year, 1, 1))
	}
	return n
}

func leapYears(year int) int { return year/4 - year/100 + year/400 }
