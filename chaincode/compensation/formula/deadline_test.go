package formula_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	testnetwork "github.com/qingxinlian/qxl/test-network"
)

// deadlines are those of the sample's second pack on the State Council's
// calendar of 2024 to 2026.
func deadlines(t testing.TB) formula.Deadlines {
	rows, err := calendar.ParseSpecialDays(testnetwork.Holidays)
	require.NoError(t, err)
	c := consortium.Calendar{FirstYear: 2024, LastYear: 2026}
	for _, row := range rows {
		if y := row.Date.Year(); y >= c.FirstYear && row.Work != (row.Date.Weekday() <= 5) {
			c.Exceptions = append(c.Exceptions, row.Date)
		}
	}
	return formula.Deadlines{Pack: packs(t)[1], Calendar: c}
}

// Each step, worked by hand in docs/compensation.md; trap 16: publicity over
// National Day and May Day, make-up Sundays counted as worked.
func TestDeadlinesByHand(t *testing.T) {
	d := deadlines(t)
	for name, c := range map[string]struct {
		step       func(calendar.Date) (calendar.Date, error)
		from, want string
	}{
		"publicity over National Day":       {d.PublicityEnd, "2024-09-27", "2024-10-10"},
		"publicity over May Day":            {d.PublicityEnd, "2024-04-26", "2024-05-07"},
		"publicity begun on a make-up":      {d.PublicityEnd, "2024-09-29", "2024-10-11"},
		"publicity begun on a holiday":      {d.PublicityEnd, "2024-10-03", "2024-10-12"},
		"an ordinary week":                  {d.PublicityEnd, "2024-11-04", "2024-11-11"},
		"decision after National Day":       {d.Decision, "2024-10-10", "2024-10-23"},
		"payment, from the same day":        {d.Payment, "2024-10-10", "2024-10-23"},
		"completeness over Spring Festival": {d.Completeness, "2024-02-08", "2024-02-21"},
		"cure":                              {d.Cure, "2024-11-01", "2024-11-15"},
		"review over May Day":               {d.Review, "2024-04-25", "2024-05-17"},
		"publish":                           {d.Publish, "2024-11-01", "2024-11-08"},
		"objection":                         {d.Objection, "2024-11-01", "2024-11-15"},
		"notice":                            {d.Notice, "2024-11-01", "2024-11-15"},
		"return over New Year":              {d.Return, "2024-12-25", "2025-01-09"},
		"submission ends on a holiday":      {d.Submission, "2024-04-01", "2024-10-08"},
		"submission ends on a make-up":      {d.Submission, "2024-03-29", "2024-09-29"},
		"submission from a 31st":            {d.Submission, "2024-08-31", "2025-02-28"},
		"submission ends on a weekend":      {d.Submission, "2024-05-02", "2024-11-04"},
	} {
		got, err := c.step(day(c.from))
		require.NoError(t, err, name)
		require.Equal(t, c.want, got.String(), name)
	}
	_, err := d.PublicityEnd(day("2026-12-28"))
	require.Equal(t, "CALENDAR_YEAR_MISSING", code(t, err))
	var e *invalid.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "2027", e.Value)
	_, err = d.Submission(calendar.Last)
	require.Error(t, err)
}

// So many working days lie in a term as the pack says, and its last day is one.
func TestTermsHoldTheirWorkingDays(t *testing.T) {
	d := deadlines(t)
	steps := []struct {
		step func(formula.Deadlines) func(calendar.Date) (calendar.Date, error)
		days func(*consortium.RulePack) *int
	}{
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Notice }, func(p *consortium.RulePack) *int { return &p.Recognition.Notice }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Completeness }, func(p *consortium.RulePack) *int { return &p.Days.Completeness }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Cure }, func(p *consortium.RulePack) *int { return &p.Days.Cure }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Review }, func(p *consortium.RulePack) *int { return &p.Days.Review }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Publish }, func(p *consortium.RulePack) *int { return &p.Days.Publish }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.PublicityEnd }, func(p *consortium.RulePack) *int { return &p.Days.Publicity }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Objection }, func(p *consortium.RulePack) *int { return &p.Days.Objection }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Decision }, func(p *consortium.RulePack) *int { return &p.Days.Decision }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Payment }, func(p *consortium.RulePack) *int { return &p.Days.Payment }},
		{func(d formula.Deadlines) func(calendar.Date) (calendar.Date, error) { return d.Return }, func(p *consortium.RulePack) *int { return &p.Days.Return }},
	}
	exceptions := map[calendar.Date]bool{}
	for _, x := range d.Calendar.Exceptions {
		exceptions[x] = true
	}
	works := func(x calendar.Date) bool { return (x.Weekday() <= 5) != exceptions[x] }
	rapid.Check(t, func(t *rapid.T) {
		s := steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")]
		from := day("2024-01-01") + calendar.Date(rapid.IntRange(0, 900).Draw(t, "from"))
		d := d
		n := rapid.IntRange(1, 30).Draw(t, "days")
		*s.days(&d.Pack) = n
		last, err := s.step(d)(from)
		require.NoError(t, err)
		require.True(t, works(last))
		in := 0
		for x := from + 1; x <= last; x++ {
			if works(x) {
				in++
			}
		}
		require.Equal(t, n, in)
	})
}
