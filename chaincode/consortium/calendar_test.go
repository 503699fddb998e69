package consortium_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Of 2024 and 2025: the 1st of January off in both, and the 2nd of 2024, a
// Tuesday, with Sunday the 7th worked for it.
func someCalendar(t *testing.T) consortium.Calendar {
	c := consortium.Calendar{FirstYear: 2024, LastYear: 2025}
	for _, d := range []string{"2024-01-01", "2024-01-02", "2024-01-07", "2025-01-01"} {
		c.Exceptions = append(c.Exceptions, chaincodetest.Day(t, d))
	}
	return c
}

func TestWorkingDayAfter(t *testing.T) {
	c := someCalendar(t)
	for _, x := range []struct {
		from    string
		n       int
		on      string
		missing int
	}{
		{"2023-12-29", 1, "", 2023},
		{"2024-01-01", 1, "2024-01-03", 0},
		{"2024-01-01", 4, "2024-01-07", 0}, // the Sunday is worked
		{"2024-01-06", 0, "2024-01-07", 0},
		{"2024-12-31", 1, "2025-01-02", 0},
		{"2025-12-30", 1, "2025-12-31", 0},
		{"2025-12-30", 2, "", 2026},
		{"2026-01-05", 1, "", 2026},
	} {
		on, missing := c.WorkingDayAfter(chaincodetest.Day(t, x.from), x.n)
		require.Equal(t, x.on, on.String(), "%s + %d", x.from, x.n)
		require.Equal(t, x.missing, missing, "%s + %d", x.from, x.n)
	}
	_, missing := consortium.Calendar{}.WorkingDayAfter(chaincodetest.Day(t, "2024-01-01"), 1)
	require.Equal(t, 2024, missing)
	// A year between others that nobody entered, as an older ledger may hold it.
	c.LastYear = 2027
	c.Exceptions = append(c.Exceptions, chaincodetest.Day(t, "2027-01-01"))
	_, missing = c.WorkingDayAfter(chaincodetest.Day(t, "2025-12-31"), 1)
	require.Equal(t, 2026, missing)
	on, missing := c.WorkingDayAfter(chaincodetest.Day(t, "2024-01-01"), 1)
	require.Equal(t, []any{"2024-01-03", 0}, []any{on.String(), missing})
}

// A calendar that names a year without its days off is refused when it is
// proposed, not when the first term runs into that year.
func TestACalendarHasDaysOffInEachYear(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	propose := func(number string, c consortium.Calendar) consortium.ProposeContent {
		return consortium.ProposeContent{Head: head(t, number, "2024-08-01"), Change: consortium.Change{Calendar: &c}}
	}
	c := someCalendar(t)
	c.LastYear = 2026
	r := l.Refused("CALENDAR_WRONG", "commons", "CentralBank/officer", "consortium.Propose", propose("c1", c))
	require.Equal(t, []string{"calendar.exceptions", "days off of each year", "2026"}, []string{r.Refusal.Field, r.Refusal.Limit, r.Refusal.Actual})
	c.Exceptions = append(c.Exceptions, calendar.MustParse("2026-02-15")) // a Sunday that is worked is no day off
	l.Refused("CALENDAR_WRONG", "commons", "CentralBank/officer", "consortium.Propose", propose("c2", c))
	c.Exceptions = append(c.Exceptions, calendar.MustParse("2026-02-16"))
	l.Must("commons", "CentralBank/officer", "consortium.Propose", propose("c3", c))
}
