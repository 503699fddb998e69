package loan

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func TestResetDays(t *testing.T) {
	day := calendar.MustParse
	contract := func(how Repricing, from string, end calendar.MonthEnd) Contract {
		return Contract{Floating: &Floating{Repricing: how}, Account: account.Contract{Terms: schedule.Terms{From: day(from), MonthEnd: end}}}
	}
	for _, c := range []struct {
		how         Repricing
		from, after string
		end         calendar.MonthEnd
		last, next  string
	}{
		{Anniversary, "2024-01-05", "2023-06-01", calendar.Clamp, "2030-01-05", "2025-01-05"},
		{Anniversary, "2024-01-05", "2024-12-31", calendar.Clamp, "2030-01-05", "2025-01-05"},
		{Anniversary, "2024-01-05", "2025-01-04", calendar.Clamp, "2030-01-05", "2025-01-05"},
		{Anniversary, "2024-01-05", "2025-01-05", calendar.Clamp, "2030-01-05", "2026-01-05"},
		{Anniversary, "2024-02-29", "2024-03-01", calendar.Clamp, "2030-01-05", "2025-02-28"},
		{Anniversary, "2024-02-29", "2025-02-28", calendar.Clamp, "2030-01-05", "2026-02-28"},
		{Anniversary, "2024-02-29", "2024-03-01", calendar.Roll, "2030-01-05", "2025-03-01"},
		{Anniversary, "2024-02-29", "2027-03-01", calendar.Roll, "2030-01-05", "2028-02-29"},
		{Anniversary, "2024-01-05", "2029-01-05", calendar.Clamp, "2030-01-05", ""}, // not on the last due date
		{January, "2024-01-01", "2023-06-01", calendar.Clamp, "2030-01-05", "2025-01-01"},
		{January, "2023-12-31", "2023-12-31", calendar.Clamp, "2030-01-05", "2024-01-01"},
		{January, "2024-01-05", "2024-12-31", calendar.Clamp, "2030-01-05", "2025-01-01"},
		{January, "2024-01-05", "2025-01-01", calendar.Clamp, "2030-01-05", "2026-01-01"},
		{January, "2024-01-05", "2024-06-01", calendar.Clamp, "2025-01-01", ""},
		{Anniversary, "2199-05-01", "2200-06-01", calendar.Clamp, "2200-12-31", ""},
		{January, "2199-05-01", "2200-06-01", calendar.Clamp, "2200-12-31", ""},
	} {
		x := contract(c.how, c.from, c.end)
		next, ok := x.nextReset(day(c.after), day(c.last))
		require.Equal(t, c.next, next.String(), "%s from %s after %s", c.how, c.from, c.after)
		require.Equal(t, c.next != "", ok)
	}
	fixed := Contract{}
	_, ok := fixed.nextReset(day("2024-01-01"), day("2030-01-01"))
	require.False(t, ok)
}

// The reset days after any day are in order and each once, a year apart.
func TestEveryYearHasOneResetDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := calendar.Date(rapid.IntRange(40000, 60000).Draw(t, "from"))
		c := Contract{Floating: &Floating{Repricing: rapid.SampledFrom([]Repricing{Anniversary, January}).Draw(t, "how")},
			Account: account.Contract{Terms: schedule.Terms{From: from, MonthEnd: rapid.SampledFrom([]calendar.MonthEnd{calendar.Clamp, calendar.Roll}).Draw(t, "end")}}}
		last := from + 365*10
		at, n := from, 0
		for {
			next, ok := c.nextReset(at, last)
			if !ok {
				break
			}
			if next <= at || next >= last || n > 0 && (at.DaysUntil(next) < 365 || at.DaysUntil(next) > 366) {
				t.Fatalf("reset on %s after %s", next, at)
			}
			for day := at; day < next; day += calendar.Date(1 + (next-at)/5) {
				if again, _ := c.nextReset(day, last); again != next {
					t.Fatalf("after %s comes %s, after %s %s", at, next, day, again)
				}
			}
			at, n = next, n+1
		}
		if n < 9 || n > 10 {
			t.Fatalf("%d resets in ten years", n)
		}
	})
}

func TestFloatingRateIsWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, least, most int64) money.Rate {
			return money.Rate(rapid.Int64Range(least, most).Draw(t, name))
		}
		f := Floating{Spread: draw("spread", -1e9, 1e9), Floor: draw("floor", 0, 1e8)}
		if rapid.Bool().Draw(t, "capped") {
			f.Cap = f.Floor + draw("cap", 1, 1e8)
		}
		lpr := draw("lpr", 1, 25e7)
		rate := f.rate(lpr)
		switch {
		case rate < 0 || rate < f.Floor || f.Cap > 0 && rate > f.Cap:
			t.Fatalf("%s is out of bounds", rate)
		case rate != lpr+f.Spread && rate != f.Floor && rate != f.Cap && rate != 0:
			t.Fatalf("%s is neither LPR plus spread nor a bound", rate)
		}
	})
}

func TestMonthsTo(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2024-01-05", "2024-02-05", 1}, {"2024-01-05", "2024-02-06", 2}, {"2024-01-05", "2024-01-06", 1}, {"2024-01-31", "2024-02-29", 1},
		{"2024-01-05", "2025-01-05", 12}, {"2024-01-05", "2025-01-04", 12}, {"2024-12-31", "2025-01-01", 1},
	} {
		require.Equal(t, c.want, monthsTo(calendar.MustParse(c.from), calendar.MustParse(c.to)), "%s to %s", c.from, c.to)
	}
}
