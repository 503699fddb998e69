package consortium

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// WorkingDayAfter is the n-th working day after a day 工作日, n not negative.
// Where it needs a year whose days off are not on the ledger, there is no such
// day and missing is that year: make-up days 调休 are decided year by year, so
// nobody can guess them.
func (c Calendar) WorkingDayAfter(day calendar.Date, n int) (on calendar.Date, missing int) {
	first := day.Year()
	if !c.holds(first) {
		return 0, first
	}
	last := first
	for c.holds(last + 1) {
		last++
	}
	var rows []calendar.SpecialDay
	for _, d := range c.Exceptions {
		if y := d.Year(); y >= first && y <= last {
			// An exception is what its weekday is not.
			rows = append(rows, calendar.SpecialDay{Date: d, Work: !weekday(d)})
		}
	}
	w, err := calendar.NewWorkingDays(first, last, rows)
	if err != nil {
		return 0, first
	}
	if on, err = w.AddWorkingDays(day, n); err != nil {
		return 0, last + 1
	}
	return on, 0
}

// holds reports whether a year's days off are entered: no year is without.
func (c Calendar) holds(year int) bool {
	if year < c.FirstYear || year > c.LastYear {
		return false
	}
	for _, d := range c.Exceptions {
		if d.Year() == year && weekday(d) {
			return true
		}
	}
	return false
}

func weekday(d calendar.Date) bool { return d.Weekday() <= 5 }
