package formula_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func bankRule(t testing.TB) consortium.BankBreaker { return packs(t)[1].Bank }

// judged runs month ends in a row from one state.
func judged(t *testing.T, b formula.BankBreaker, months ...formula.Portfolio) formula.BankBreaker {
	t.Helper()
	for _, p := range months {
		var err error
		b, err = b.Judge(bankRule(t), max(b.Month, formula.MonthOf(day("2024-01-31")))+1, p)
		require.NoError(t, err)
	}
	return b
}

// of is a portfolio large enough to count, with so much of it bad.
func of(bad string) formula.Portfolio {
	return formula.Portfolio{Loans: 20, Filed: yuan("1000000"), Bad: yuan(bad), Disbursed: yuan("2000000"), Compensated: 0}
}

func TestBankBreakerTripsExactly(t *testing.T) {
	for bad, want := range map[string]formula.Status{
		"0": formula.Running, "29999.99": formula.Running, "30000": formula.Warned, "49999.99": formula.Warned, "50000": formula.Suspended, "1000000": formula.Suspended,
	} {
		require.Equal(t, want, judged(t, formula.BankBreaker{}, of(bad)).Status, bad)
	}
}

// Trap 17: of one loan, one bad loan is 100 percent. The ratio says nothing
// below both minima; either suffices.
func TestBankBreakerNeedsADenominator(t *testing.T) {
	for name, c := range map[string]struct {
		p    formula.Portfolio
		want formula.Status
	}{
		"one loan, and bad":             {formula.Portfolio{Loans: 1, Filed: yuan("300000"), Bad: yuan("300000")}, formula.Running},
		"19 loans, a fen below 10 m":    {formula.Portfolio{Loans: 19, Filed: yuan("9999999.99"), Bad: yuan("9999999.99")}, formula.Running},
		"20 loans, however small":       {formula.Portfolio{Loans: 20, Filed: yuan("200000"), Bad: yuan("10000")}, formula.Suspended},
		"one loan of 10 m":              {formula.Portfolio{Loans: 1, Filed: yuan("10000000"), Bad: yuan("10000000")}, formula.Suspended},
		"nothing filed":                 {formula.Portfolio{}, formula.Running},
		"20 loans without any balance?": {formula.Portfolio{Loans: 20}, formula.Running},
	} {
		require.Equal(t, c.want, judged(t, formula.BankBreaker{}, c.p).Status, name)
	}
}

func TestBankBreakerResumes(t *testing.T) {
	rule := bankRule(t)
	stopped := judged(t, formula.BankBreaker{}, of("50000"))
	require.False(t, stopped.Status.Files())
	require.Equal(t, formula.Suspended, judged(t, stopped, of("39999.99")).Status, "one month is not two")
	require.Equal(t, formula.Suspended, judged(t, stopped, of("40000"), of("39999")).Status, "at the limit is not below it")
	require.Equal(t, formula.Suspended, judged(t, stopped, of("39999"), of("40000"), of("39999")).Status, "not in a row")
	ready := judged(t, stopped, of("39999.99"), of("39999.99"))
	require.Equal(t, formula.Resumable, ready.Status)
	require.False(t, ready.Status.Files(), "people resume, not the calendar")
	require.Equal(t, formula.Suspended, judged(t, ready, of("45000")).Status, "it rose again before anybody resumed")
	require.Equal(t, formula.Resumable, judged(t, ready, of("0")).Status)

	resumed, err := ready.Resume(rule)
	require.NoError(t, err)
	require.Equal(t, formula.Warned, resumed.Status, "3.99 percent is above the warning")
	require.True(t, resumed.Status.Files())
	low, err := judged(t, stopped, of("0"), of("0")).Resume(rule)
	require.NoError(t, err)
	require.Equal(t, formula.Running, low.Status)
	require.Zero(t, low.Below)
	for _, b := range []formula.BankBreaker{{}, stopped, judged(t, stopped, of("0")), resumed} {
		_, err := b.Resume(rule)
		require.Equal(t, "NOT_RESUMABLE", code(t, err))
	}
	// What is left of a stopped bank's portfolio may be small or nothing.
	require.Equal(t, formula.Resumable, judged(t, stopped, formula.Portfolio{Loans: 1, Filed: 100}, formula.Portfolio{}).Status)
	require.Equal(t, formula.Suspended, judged(t, stopped, formula.Portfolio{Loans: 1, Filed: 100, Bad: 100}, formula.Portfolio{}).Status)
}

func TestBankBreakerJudgesMonthsInOrder(t *testing.T) {
	rule := bankRule(t)
	month := formula.MonthOf(day("2024-12-31"))
	require.Equal(t, month+1, formula.MonthOf(day("2025-01-01")))
	stopped, err := formula.BankBreaker{}.Judge(rule, month, of("50000"))
	require.NoError(t, err)
	_, err = stopped.Judge(rule, month, of("0"))
	require.Equal(t, "MONTH_JUDGED", code(t, err))
	one, err := stopped.Judge(rule, month+1, of("0"))
	require.NoError(t, err)
	gap, err := one.Judge(rule, month+3, of("0"))
	require.NoError(t, err)
	require.Equal(t, formula.Suspended, gap.Status, "a month that nobody judged breaks the row")
	require.Equal(t, 1, gap.Below)
}

// The other measure that funds use: what was compensated, of what was lent.
func TestBankBreakerMayMeasureCompensation(t *testing.T) {
	rule := bankRule(t)
	rule.Measure = consortium.MeasureCompensated
	p := of("1000000")
	b, err := formula.BankBreaker{}.Judge(rule, 1, p)
	require.NoError(t, err)
	require.Equal(t, formula.Running, b.Status)
	p.Compensated = yuan("100000")
	b, err = formula.BankBreaker{}.Judge(rule, 1, p)
	require.NoError(t, err)
	require.Equal(t, formula.Suspended, b.Status)
	require.Equal(t, formula.Fraction{Num: yuan("100000"), Den: yuan("2000000")}, b.Ratio)
}

func TestPoolBreaker(t *testing.T) {
	rule := packs(t)[1].Pool
	for name, c := range map[string]struct {
		opening, paid, available, expected string
		want                               formula.Status
		topUp                              bool
	}{
		"a new year":              {"20000000", "0", "20000000", "3000000", formula.Running, false},
		"a fen below half":        {"20000000", "9999999.99", "10000000.01", "3000000", formula.Running, false},
		"half of it":              {"20000000", "10000000", "10000000", "3000000", formula.Warned, false},
		"a fen below the freeze":  {"20000000", "15999999.99", "4000000.01", "4000000.01", formula.Warned, false},
		"frozen, and short":       {"20000000", "16000000", "4000000", "4000000.01", formula.Frozen, true},
		"an empty fund":           {"0", "0", "0", "0", formula.Running, false},
		"paid out of nothing":     {"0", "0.01", "0", "0", formula.Frozen, false},
		"short without any claim": {"20000000", "0", "1", "2", formula.Running, true},
	} {
		status, topUp := formula.PoolBreaker(rule, yuan(c.opening), yuan(c.paid), yuan(c.available), yuan(c.expected))
		require.Equal(t, c.want, status, name)
		require.Equal(t, c.topUp, topUp, name)
	}
}

// More bad loans never give a better status.
func TestBreakersAreMonotone(t *testing.T) {
	rule := bankRule(t)
	rapid.Check(t, func(t *rapid.T) {
		p := formula.Portfolio{Loans: rapid.IntRange(0, 40).Draw(t, "loans"), Filed: fen(t, "filed")}
		p.Bad = money.Fen(rapid.Int64Range(0, int64(p.Filed)).Draw(t, "bad"))
		worse := p
		worse.Bad = money.Fen(rapid.Int64Range(int64(p.Bad), int64(p.Filed)).Draw(t, "worse"))
		a, err := formula.BankBreaker{}.Judge(rule, 1, p)
		require.NoError(t, err)
		b, err := formula.BankBreaker{}.Judge(rule, 1, worse)
		require.NoError(t, err)
		require.GreaterOrEqual(t, b.Status, a.Status)
	})
}

func TestBankYearLeft(t *testing.T) {
	sum := packs(t)[1].Sum
	require.Equal(t, yuan("4000000"), formula.BankYearLeft(sum, yuan("20000000"), 0))
	require.Equal(t, yuan("0.01"), formula.BankYearLeft(sum, yuan("20000000"), yuan("3999999.99")))
	require.Zero(t, formula.BankYearLeft(sum, yuan("20000000"), yuan("4000000.01")))
	require.Equal(t, money.Fen(1), formula.BankYearLeft(sum, 9, 0), "1.8 fen, down")
}

func TestStatusNames(t *testing.T) {
	for s, name := range map[formula.Status]string{formula.Running: "OK", formula.Warned: "WARN", formula.Suspended: "SUSPEND", formula.Resumable: "RESUMABLE", formula.Frozen: "FREEZE"} {
		text, err := s.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		require.NotEmpty(t, s.Zh())
		require.Equal(t, s <= formula.Warned, s.Files())
	}
}
