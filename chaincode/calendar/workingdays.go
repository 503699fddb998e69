package calendar

import (
	"slices"
	"sort"
	"strconv"
)

// SpecialDay is one row of the State Council's yearly notice on public
// holidays: a day off 放假, or a day of the weekend that is worked 调休上班.
type SpecialDay struct {
	Date Date
	Work bool // false: off
	Name string
}

// WorkingDays is a calendar of working days 工作日 for whole years: Monday to
// Friday, changed by the notices. It answers for no other year.
type WorkingDays struct {
	firstYear, lastYear int
	exceptions          []Date // days that are not what their weekday says, ascending
}

// NewWorkingDays makes the calendar of the years first to last from the rows
// of their notices. Rows outside those years are refused, and so is a year
// without any day off: a notice is missing then.
func NewWorkingDays(first, last int, rows []SpecialDay) (*WorkingDays, error) {
	if first < firstYear || last > lastYear || last < first {
		return nil, &Error{Code: "CALENDAR_YEARS", Limit: "1900..2200", Value: strconv.Itoa(first) + ".." + strconv.Itoa(last),
			Zh: "工作日历的年份范围不对", En: "the calendar's years are not a range", Hint: "give the first and the last published year"}
	}
	rows = slices.Clone(rows)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Date < rows[j].Date })
	w := &WorkingDays{firstYear: first, lastYear: last}
	off := make([]bool, last-first+1)
	for i, row := range rows {
		if !row.Date.Valid() {
			return nil, outOfRange("row " + strconv.Itoa(i+1))
		}
		year := row.Date.Year()
		if year < first || year > last {
			return nil, &Error{Code: "CALENDAR_YEARS", Limit: strconv.Itoa(first) + ".." + strconv.Itoa(last), Value: row.Date.String(),
				Zh: "放假安排的日期不在日历年份之内", En: "a row lies outside the calendar's years", Hint: "widen the years or drop the row"}
		}
		if i > 0 && rows[i-1].Date == row.Date {
			return nil, &Error{Code: "CALENDAR_DUPLICATE", Limit: "one row per day", Value: row.Date.String(),
				Zh: "同一日期出现两次", En: "a day occurs twice", Hint: "keep the row of the latest notice"}
		}
		if !row.Work {
			off[year-first] = true
		}
		if row.Work != weekdayWorks(row.Date) {
			w.exceptions = append(w.exceptions, row.Date)
		}
	}
	for i, some := range off {
		if !some {
			return nil, notPublished(strconv.Itoa(first+i), w)
		}
	}
	return w, nil
}

func weekdayWorks(d Date) bool { return d.Weekday() <= 5 }

func notPublished(value string, w *WorkingDays) *Error {
	return &Error{Code: "CALENDAR_YEAR_MISSING", Limit: strconv.Itoa(w.firstYear) + ".." + strconv.Itoa(w.lastYear), Value: value,
		Zh: "该年度的放假安排未录入工作日历", En: "no working-day calendar for that year", Hint: "enter the State Council's notice for the year first"}
}

// Years is the range of years for which the calendar answers.
func (w *WorkingDays) Years() (first, last int) { return w.firstYear, w.lastYear }

func (w *WorkingDays) covers(d Date) bool {
	year := d.Year()
	return d.Valid() && year >= w.firstYear && year <= w.lastYear
}

func (w *WorkingDays) works(d Date) bool {
	_, exception := slices.BinarySearch(w.exceptions, d)
	return weekdayWorks(d) != exception
}

// IsWorkingDay reports whether d is worked.
func (w *WorkingDays) IsWorkingDay(d Date) (bool, error) {
	if !w.covers(d) {
		return false, notPublished(d.String(), w)
	}
	return w.works(d), nil
}

// AddWorkingDays is the n-th working day after d, or before it for negative
// n; d itself is not counted. For n = 0 it is d when d is worked, else the
// next working day.
func (w *WorkingDays) AddWorkingDays(d Date, n int) (Date, error) {
	if n == 0 {
		return w.OnOrAfter(d)
	}
	step := Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	if !w.covers(d) {
		return 0, notPublished(d.String(), w)
	}
	for n > 0 {
		d += step
		if !w.covers(d) {
			return 0, notPublished(d.String(), w)
		}
		if w.works(d) {
			n--
		}
	}
	return d, nil
}

// OnOrAfter is d when it is worked, else the next working day (顺延).
func (w *WorkingDays) OnOrAfter(d Date) (Date, error) { return w.nearest(d, 1) }

// OnOrBefore is d when it is worked, else the working day before it.
func (w *WorkingDays) OnOrBefore(d Date) (Date, error) { return w.nearest(d, -1) }

func (w *WorkingDays) nearest(d, step Date) (Date, error) {
	for ; w.covers(d); d += step {
		if w.works(d) {
			return d, nil
		}
	}
	return 0, notPublished(d.String(), w)
}

// Between is the number of working days after from, up to and including to.
func (w *WorkingDays) Between(from, to Date) (int, error) {
	if !w.covers(from) {
		return 0, notPublished(from.String(), w)
	}
	if !w.covers(to) {
		return 0, notPublished(to.String(), w)
	}
	if to < from {
		return 0, &Error{Code: "PERIOD_REVERSED", Limit: "from " + from.String(), Value: to.String(),
			Zh: "止期早于起期", En: "the period ends before it begins", Hint: "check the dates"}
	}
	n := 0
	for d := from + 1; d <= to; d++ {
		if w.works(d) {
			n++
		}
	}
	return n, nil
}
