package actus

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// DayCount gives the part of a year between two days, the first counted and
// the second not; from is never after to.
type DayCount interface {
	YearFraction(from, to calendar.Date) (*big.Rat, error)
}

type ofCalendar calendar.DayCount

func (c ofCalendar) YearFraction(from, to calendar.Date) (*big.Rat, error) {
	f, err := calendar.DayCount(c).Fraction(from, to)
	if err != nil {
		return nil, err
	}
	return big.NewRat(f.Num, f.Den), nil
}

// The standard's day counts that need nothing but the two days.
const (
	ActualActual = ofCalendar(calendar.ActualActual) // AA
	Actual360    = ofCalendar(calendar.Actual360)    // A360
	Actual365    = ofCalendar(calendar.Actual365)    // A365
	Thirty360    = ofCalendar(calendar.Thirty360)    // 30E360
)

// Thirty360ISDA 30E360ISDA counts the last day of any month as a 30th, but
// not a maturity in February.
type Thirty360ISDA struct{ Maturity calendar.Date }

func (c Thirty360ISDA) YearFraction(from, to calendar.Date) (*big.Rat, error) {
	y1, m1, d1 := from.Civil()
	y2, m2, d2 := to.Civil()
	if isLastOfMonth(from) {
		d1 = 30
	}
	if isLastOfMonth(to) && (to != c.Maturity || m2 != 2) {
		d2 = 30
	}
	return big.NewRat(int64(360*(y2-y1)+30*(m2-m1)+d2-d1), 360), nil
}

// Business252 B252 counts the working days of a calendar over 252.
type Business252 struct{ Calendar Calendar }

func (c Business252) YearFraction(from, to calendar.Date) (*big.Rat, error) {
	n := int64(0)
	for d := from; d < to; d++ {
		works, err := c.Calendar.IsWorkingDay(d)
		if err != nil {
			return nil, err
		}
		if works {
			n++
		}
	}
	return big.NewRat(n, 252), nil
}

// fraction is signed: an event that was moved may count to a day before the
// last one. No day is no time, also where a maturity counts unlike other days.
func (t *Terms) fraction(from, to calendar.Date) (*big.Rat, error) {
	if from == to {
		return zero(), nil
	}
	if from < to {
		return t.DayCount.YearFraction(from, to)
	}
	f, err := t.DayCount.YearFraction(to, from)
	if err != nil {
		return nil, err
	}
	return f.Neg(f), nil
}
