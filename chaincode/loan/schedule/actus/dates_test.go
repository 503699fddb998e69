package actus

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

func at(text string) Time {
	t, err := ParseTime(text)
	if err != nil {
		panic(err)
	}
	return t
}

func on(date string) Time { return At(calendar.MustParse(date)) }

func TestTimesKeepHowTheyAreWritten(t *testing.T) {
	for text, day := range map[string]string{
		"2024-02-28T00:00:00": "2024-02-28", "2024-02-28T00:00": "2024-02-28", "2024-02-28": "2024-02-28",
		"2024-02-28T24:00:00": "2024-02-29", "2024-02-28T24:00": "2024-02-29", "2024-02-28T23:59:59": "2024-02-29",
	} {
		got := at(text)
		require.Equal(t, day, got.Day().String(), text)
		require.Equal(t, text, got.String())
	}
	require.Equal(t, "2024-02-28T00:00:00", on("2024-02-28").String())
	require.Empty(t, Time{}.String())
	for _, bad := range []string{"", "2024-02-30T00:00:00", "2024-02-28T00:00:01", "2024-02-28T12:00:00", "2024-02-28T23:59:59Z", "28.2.2024", "T00:00:00", "2200-12-31T24:00:00"} {
		_, err := ParseTime(bad)
		var e *Error
		require.ErrorAs(t, err, &e, bad)
	}
}

func TestCycles(t *testing.T) {
	for text, want := range map[string]Cycle{
		"P1ML0": {Months: 1}, "P3ML1": {Months: 3, Short: true}, "P1QL1": {Months: 3, Short: true}, "P1YL0": {Months: 12}, "P2WL1": {Days: 14, Short: true}, "P27DL1": {Days: 27, Short: true},
	} {
		got, err := ParseCycle(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, bad := range []string{"", "P1M", "1ML1", "P1ML2", "P0ML1", "PML1", "P-1ML1", "P1.5ML1", "P10000ML1", "P1HL1", "P1ML", "p1ml1", "P１ML1"} {
		_, err := ParseCycle(bad)
		require.Error(t, err, bad)
	}
	days, err := ParseFixing("P2D")
	require.NoError(t, err)
	require.Equal(t, 2, days)
	_, err = ParseFixing("P1M")
	require.Error(t, err)
}

func days(times []Time) (all []string) {
	for _, x := range times {
		all = append(all, x.String()[:10])
	}
	return all
}

func TestSeriesStubsAndMonthEnds(t *testing.T) {
	monthly := func(anchor, end string, short bool, rule EndOfMonth, withEnd bool) []string {
		dates, err := Series{on(anchor), Cycle{Months: 1, Short: short}}.until(on(end), rule, withEnd)
		require.NoError(t, err)
		return days(dates)
	}
	require.Equal(t, []string{"2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"}, monthly("2024-01-31", "2024-04-30", true, SameDay, true), "each from the anchor")
	require.Equal(t, []string{"2024-04-30", "2024-05-30", "2024-06-15"}, monthly("2024-04-30", "2024-06-15", true, SameDay, true))
	require.Equal(t, []string{"2024-04-30", "2024-05-31", "2024-06-15"}, monthly("2024-04-30", "2024-06-15", true, LastDay, true))
	require.Equal(t, []string{"2024-04-29", "2024-05-29"}, monthly("2024-04-29", "2024-06-15", true, LastDay, false), "29 April is no month end")
	require.Equal(t, []string{"2024-01-31", "2024-03-01", "2024-03-31"}, monthly("2024-01-31", "2024-04-01", true, Roll, false))
	// The end is not on the cycle: the short stub keeps the date before it, the long one does not.
	require.Equal(t, []string{"2024-01-01", "2024-02-01", "2024-03-01", "2024-03-15"}, monthly("2024-01-01", "2024-03-15", true, SameDay, true))
	require.Equal(t, []string{"2024-01-01", "2024-02-01", "2024-03-15"}, monthly("2024-01-01", "2024-03-15", false, SameDay, true))
	require.Equal(t, []string{"2024-01-01", "2024-02-01"}, monthly("2024-01-01", "2024-03-15", false, SameDay, false))
	require.Equal(t, []string{"2024-01-01", "2024-02-01"}, monthly("2024-01-01", "2024-02-15", false, SameDay, false), "two dates are kept")
	require.Equal(t, []string{"2024-01-01", "2024-02-01", "2024-03-01"}, monthly("2024-01-01", "2024-03-01", false, SameDay, true), "the end is on the cycle")
	require.Equal(t, []string{"2024-03-01"}, monthly("2024-03-01", "2024-03-01", false, SameDay, true))
	require.Empty(t, monthly("2024-03-01", "2024-03-01", false, SameDay, false))

	alone, err := Series{Anchor: on("2024-02-01")}.until(on("2024-03-01"), SameDay, true)
	require.NoError(t, err)
	require.Equal(t, []string{"2024-02-01", "2024-03-01"}, days(alone))
	none, err := Series{}.until(on("2024-03-01"), SameDay, true)
	require.NoError(t, err)
	require.Equal(t, []string{"2024-03-01"}, days(none))
	_, err = Series{on("1900-01-01"), Cycle{Days: 1}}.until(on("2200-01-01"), SameDay, true)
	require.ErrorContains(t, err, "11000 dates")
	_, err = Series{on("2200-11-01"), Cycle{Months: 1}}.until(on("2200-12-31"), SameDay, true)
	require.ErrorContains(t, err, "outside the calendar")

	// The last second of a day counts from that day and is not on a cycle that meets the midnight after it.
	late, err := Series{on("2013-11-01"), Cycle{Months: 1}}.until(at("2013-12-31T23:59:59"), SameDay, true)
	require.NoError(t, err)
	require.Equal(t, []string{"2013-11-01", "2013-12-01", "2013-12-31"}, days(append(late[:1:1], on("2013-12-01"), late[1])))
	require.Len(t, late, 2)
	seconds, err := Series{at("2013-01-30T23:59:59"), Cycle{Months: 1, Short: true}}.until(on("2013-04-15"), SameDay, false)
	require.NoError(t, err)
	require.Equal(t, "2013-02-28T23:59:59", seconds[1].String())
	require.Equal(t, "2013-03-01", seconds[1].Day().String())
}

func TestBusinessDays(t *testing.T) {
	// 31 August 2024 and 1 September 2024 are a weekend; so are 1 and 2 June.
	for _, c := range []struct{ convention, from, moved, counted string }{
		{"NOS", "2024-08-31", "2024-08-31", "2024-08-31"}, {"NULL", "2024-08-31", "2024-08-31", "2024-08-31"},
		{"SCF", "2024-08-31", "2024-09-02", "2024-09-02"}, {"CSF", "2024-08-31", "2024-09-02", "2024-08-31"},
		{"SCMF", "2024-08-31", "2024-08-30", "2024-08-30"}, {"CSMF", "2024-08-31", "2024-08-30", "2024-08-31"},
		{"SCMF", "2024-09-01", "2024-09-02", "2024-09-02"},
		{"SCP", "2024-06-01", "2024-05-31", "2024-05-31"}, {"CSP", "2024-06-01", "2024-05-31", "2024-06-01"},
		{"SCMP", "2024-06-01", "2024-06-03", "2024-06-03"}, {"CSMP", "2024-06-01", "2024-06-03", "2024-06-01"},
		{"SCMP", "2024-08-31", "2024-08-30", "2024-08-30"}, {"SCF", "2024-08-30", "2024-08-30", "2024-08-30"},
	} {
		b, err := ParseBusinessDay(c.convention)
		require.NoError(t, err)
		terms := &Terms{BusinessDay: b, Calendar: MondayToFriday{}}
		moved, err := terms.moved(on(c.from))
		require.NoError(t, err)
		counted, err := terms.counted(on(c.from))
		require.NoError(t, err)
		require.Equal(t, []string{c.moved, c.counted}, []string{moved.Day().String(), counted.String()}, "%s %s", c.convention, c.from)
		terms.Calendar = nil
		moved, err = terms.moved(on(c.from))
		require.NoError(t, err)
		require.Equal(t, c.from, moved.Day().String(), "no holidays")
	}
	_, err := ParseBusinessDay("MF")
	require.Error(t, err)
}

// Our own calendar of the State Council's notices is one too, and says when a
// year is missing.
func TestOwnWorkingDays(t *testing.T) {
	year, err := calendar.NewWorkingDays(2024, 2024, []calendar.SpecialDay{{Date: calendar.MustParse("2024-10-01")}, {Date: calendar.MustParse("2024-10-02")},
		{Date: calendar.MustParse("2024-10-03")}, {Date: calendar.MustParse("2024-10-04")}, {Date: calendar.MustParse("2024-10-07")}, {Date: calendar.MustParse("2024-09-29"), Work: true}})
	require.NoError(t, err)
	terms := &Terms{BusinessDay: BusinessDay{Move: Following}, Calendar: year}
	moved, err := terms.moved(on("2024-10-01"))
	require.NoError(t, err)
	require.Equal(t, "2024-10-08", moved.Day().String())
	moved, err = terms.moved(on("2024-09-29"))
	require.NoError(t, err)
	require.Equal(t, "2024-09-29", moved.Day().String(), "a Sunday that is worked")
	_, err = terms.moved(on("2025-01-01"))
	require.ErrorContains(t, err, "no working-day calendar for that year")
}

type noWork struct{ err error }

func (n noWork) IsWorkingDay(calendar.Date) (bool, error) { return false, n.err }

func TestCalendarWithoutWorkingDays(t *testing.T) {
	terms := &Terms{BusinessDay: BusinessDay{Move: Following}, Calendar: noWork{}}
	_, err := terms.moved(on("2024-10-01"))
	require.ErrorContains(t, err, "calendar")
	terms.Calendar = noWork{errors.New("lost")}
	_, err = terms.moved(on("2024-10-01"))
	require.EqualError(t, err, "lost")
}

func TestDayCounts(t *testing.T) {
	for _, c := range []struct {
		count    DayCount
		from, to string
		want     string
	}{
		{ActualActual, "2023-12-31", "2024-01-02", "729/133590"}, // 1/365 + 1/366, unreduced below
		{Actual360, "2024-01-31", "2024-03-01", "30/360"}, {Actual365, "2024-01-31", "2024-03-01", "30/365"},
		{Thirty360, "2024-01-31", "2024-02-29", "29/360"}, {Thirty360, "2024-02-29", "2024-03-31", "31/360"},
		{Thirty360ISDA{}, "2024-01-31", "2024-02-29", "30/360"}, {Thirty360ISDA{}, "2024-02-29", "2024-03-31", "30/360"},
		{Thirty360ISDA{Maturity: calendar.MustParse("2024-02-29")}, "2024-01-31", "2024-02-29", "29/360"},
		{Business252{MondayToFriday{}}, "2024-08-30", "2024-09-03", "2/252"},
	} {
		f, err := c.count.YearFraction(calendar.MustParse(c.from), calendar.MustParse(c.to))
		require.NoError(t, err)
		want, _ := zero().SetString(c.want)
		if c.count == ActualActual {
			want = add(ratio(1, 365), ratio(1, 366))
		}
		require.Zero(t, want.Cmp(f), "%v %s..%s: %s", c.count, c.from, c.to, f)
	}
	terms := &Terms{DayCount: Actual360}
	back, err := terms.fraction(calendar.MustParse("2024-03-01"), calendar.MustParse("2024-01-31"))
	require.NoError(t, err)
	require.Equal(t, "-1/12", back.String())
}
