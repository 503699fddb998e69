package loan

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// workingDaysAfter is the n-th working day after a day by the ledger's
// calendar; false where that does not reach so far.
func workingDaysAfter(c consortium.Calendar, day calendar.Date, n int) (calendar.Date, bool) {
	rows := make([]calendar.SpecialDay, len(c.Exceptions))
	for i, d := range c.Exceptions {
		// An exception is what its weekday is not.
		rows[i] = calendar.SpecialDay{Date: d, Work: d.Weekday() > 5}
	}
	w, err := calendar.NewWorkingDays(c.FirstYear, c.LastYear, rows)
	if err != nil {
		return 0, false
	}
	deadline, err := w.AddWorkingDays(day, n)
	return deadline, err == nil
}

// span spells the years of a calendar out for a refusal.
func span(c consortium.Calendar) string {
	if c.FirstYear == 0 {
		return "none"
	}
	return strconv.Itoa(c.FirstYear) + ".." + strconv.Itoa(c.LastYear)
}
