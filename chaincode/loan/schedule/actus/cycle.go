package actus

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// Cycle is a period and what becomes of a last period that is not whole:
// P1ML0 is monthly with a long stub. The zero value is no cycle.
type Cycle struct {
	Months, Days int // one of them is zero
	Short        bool
}

// Monthly is a cycle of so many months with a short stub.
func Monthly(months int) Cycle { return Cycle{Months: months, Short: true} }

const cycleFormat = "P1ML0"

// ParseCycle reads a duration of years, quarters, months, weeks or days and
// its stub, L0 long or L1 short.
func ParseCycle(text string) (Cycle, error) {
	fail := malformed("", text, cycleFormat)
	n := len(text)
	if n < 5 || text[n-2] != 'L' || text[n-1] != '0' && text[n-1] != '1' {
		return Cycle{}, fail
	}
	months, days, err := parsePeriod(text[:n-2])
	if err != nil || months == 0 && days == 0 {
		return Cycle{}, fail
	}
	return Cycle{Months: months, Days: days, Short: text[n-1] == '1'}, nil
}

// ParseFixing reads a fixing period as a number of days, like P2D.
func ParseFixing(text string) (int, error) {
	months, days, err := parsePeriod(text)
	if err != nil || months != 0 {
		return 0, malformed("", text, "P2D")
	}
	return days, nil
}

// parsePeriod reads P, a number of at most four digits, and a unit.
func parsePeriod(text string) (months, days int, err error) {
	if len(text) < 3 || len(text) > 6 || text[0] != 'P' {
		return 0, 0, malformed("", text, "P1M")
	}
	for _, c := range []byte(text[1 : len(text)-1]) {
		if c < '0' || c > '9' {
			return 0, 0, malformed("", text, "P1M")
		}
	}
	n, err := strconv.Atoi(text[1 : len(text)-1])
	if err != nil {
		return 0, 0, malformed("", text, "P1M")
	}
	switch text[len(text)-1] {
	case 'D':
		return 0, n, nil
	case 'W':
		return 0, 7 * n, nil
	case 'M':
		return n, 0, nil
	case 'Q':
		return 3 * n, 0, nil
	case 'Y':
		return 12 * n, 0, nil
	}
	return 0, 0, malformed("", text, "P1M")
}

// IsZero reports whether there is no cycle.
func (c Cycle) IsZero() bool { return c.Months == 0 && c.Days == 0 }

// EndOfMonth says which day of a month a cycle of months meets.
type EndOfMonth uint8

const (
	// SameDay SD: the anchor's day, or the last of a shorter month.
	SameDay EndOfMonth = iota
	// LastDay EOM: when the anchor is the last day of its month, always the last.
	LastDay
	// Roll is ours and not the standard's: a day that a month does not have is
	// the first of the next.
	Roll
)

// Series is an anchor and a cycle; each may be missing.
type Series struct {
	Anchor Time
	Cycle  Cycle
}

// IsZero reports whether nothing is given.
func (s Series) IsZero() bool { return s.Anchor.IsZero() && s.Cycle.IsZero() }

// maxDates bounds one series: every day of thirty years.
const maxDates = 11000

// nth is the anchor n cycles later.
func (s Series) nth(n int, end EndOfMonth) (Time, error) {
	from := s.Anchor.civil()
	if s.Cycle.Days != 0 {
		day, err := from.AddDays(n * s.Cycle.Days)
		if err != nil {
			return Time{}, err
		}
		return s.Anchor.on(day), nil
	}
	missing := calendar.Clamp
	if end == Roll {
		missing = calendar.Roll
	}
	day, err := from.AddMonths(n*s.Cycle.Months, missing)
	if err != nil {
		return Time{}, err
	}
	if end == LastDay && isLastOfMonth(from) {
		day = lastOfMonth(day)
	}
	return s.Anchor.on(day), nil
}

func lastOfMonth(d calendar.Date) calendar.Date {
	year, month, day := d.Civil()
	return d + calendar.Date(calendar.DaysIn(year, month)-day)
}

func isLastOfMonth(d calendar.Date) bool { return d == lastOfMonth(d) }

// until is the dates of a series before end, and end itself when it is asked
// for, ascending.
func (s Series) until(end Time, rule EndOfMonth, withEnd bool) ([]Time, error) {
	var dates []Time
	if s.Cycle.IsZero() {
		if !s.Anchor.IsZero() && s.Anchor.place() != end.place() {
			dates = append(dates, s.Anchor)
		}
		if withEnd {
			dates = append(dates, end)
		}
		return dates, nil
	}
	next := s.Anchor
	for n := 1; next.place() < end.place(); n++ {
		if len(dates) == maxDates {
			return nil, outOfRange("", strconv.Itoa(maxDates)+" dates of one cycle", s.Anchor.String()+".."+end.String())
		}
		dates = append(dates, next)
		var err error
		if next, err = s.nth(n, rule); err != nil {
			return nil, err
		}
	}
	size := len(dates)
	if withEnd {
		size++
	}
	if !s.Cycle.Short && size > 2 && next.place() != end.place() {
		dates = dates[:len(dates)-1]
	}
	if withEnd {
		dates = append(dates, end)
	}
	return dates, nil
}
