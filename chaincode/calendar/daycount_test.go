package calendar

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFraction(t *testing.T) {
	for _, c := range []struct {
		count    DayCount
		from, to string
		num, den int64
	}{
		{Thirty360, "2024-01-31", "2024-02-29", 29, 360},
		{Thirty360, "2024-02-29", "2024-03-31", 31, 360}, // 29 Feb is the 29th, 31 March the 30th
		{Thirty360, "2024-01-30", "2024-01-31", 0, 360},
		{Thirty360, "2023-12-31", "2025-01-01", 361, 360},
		{Actual360, "2024-01-01", "2024-02-01", 31, 360},
		{Actual365, "2024-01-01", "2025-01-01", 366, 365},
		{ActualActual, "2024-01-01", "2025-01-01", 366 * 365, 365 * 366},
		{ActualActual, "2023-12-31", "2024-01-02", 1*366 + 1*365, 365 * 366},
		{ActualActual, "1900-01-01", "1901-01-01", 365 * 366, 365 * 366}, // 1900 was no leap year
	} {
		f, err := c.count.Fraction(MustParse(c.from), MustParse(c.to))
		require.NoError(t, err)
		require.Equal(t, Fraction{c.num, c.den}, f, "%v %s %s", c.count, c.from, c.to)
	}
	d := MustParse("2024-01-02")
	_, err := Actual360.Fraction(d, d-1)
	require.Equal(t, "PERIOD_REVERSED", code(t, err))
	_, err = Actual360.Fraction(0, d)
	require.Equal(t, "PERIOD_REVERSED", code(t, err))
	for _, c := range []DayCount{Unspecified, 9} {
		_, err = c.Fraction(d, d)
		require.Equal(t, "DAY_COUNT_UNKNOWN", code(t, err))
		require.Zero(t, c.Denominator())
		require.False(t, c.Valid())
	}
}

// ACT/ACT, day by day: each day by its own year.
func TestActualActualIsTheSumOfItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := anyDate().Draw(t, "from")
		to := min(Last, from+Date(rapid.IntRange(0, 1500).Draw(t, "days")))
		got, err := ActualActual.Fraction(from, to)
		require.NoError(t, err)
		want := new(big.Rat)
		for d := from; d < to; d++ {
			length := int64(365)
			if year := d.Year(); Leap(year) {
				length = 366
			}
			want.Add(want, big.NewRat(1, length))
		}
		require.Zero(t, want.Cmp(big.NewRat(got.Num, got.Den)), "%v", got)
	})
}

// Interest of a split period is that of the whole before rounding: fractions
// of every day count add.
func TestFractionsAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(anyDate(), 3, 3).Draw(t, "days")
		a, b, c := min(days[0], days[1], days[2]), days[0], max(days[0], days[1], days[2])
		for _, d := range days {
			if d != a && d != c {
				b = d
			}
		}
		for _, count := range []DayCount{Thirty360, Actual360, Actual365, ActualActual} {
			whole, err := count.Fraction(a, c)
			require.NoError(t, err)
			first, err := count.Fraction(a, b)
			require.NoError(t, err)
			second, err := count.Fraction(b, c)
			require.NoError(t, err)
			require.Equal(t, whole.Num, first.Num+second.Num, count)
			require.Equal(t, whole.Den, first.Den)
		}
	})
}

func TestConventionNames(t *testing.T) {
	for c := Thirty360; c <= ActualActual; c++ {
		got, err := ParseDayCount(c.String())
		require.NoError(t, err)
		require.Equal(t, c, got)
	}
	for _, bad := range []string{"", "act/360", "30/365", "ACT/360 "} {
		_, err := ParseDayCount(bad)
		require.Equal(t, "DAY_COUNT_UNKNOWN", code(t, err))
	}
	for _, bad := range []string{"", "Clamp", "end"} {
		_, err := ParseMonthEnd(bad)
		require.Equal(t, "MONTH_END_UNKNOWN", code(t, err))
	}
	require.Equal(t, "unknown", MonthEnd(7).String())
	require.Equal(t, "unknown", DayCount(7).String())
}
