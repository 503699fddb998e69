package formula_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func TestReturnVectors(t *testing.T) {
	for name, c := range map[string]struct{ gross, cost, paid, netLoss, returned, want string }{
		"a share of what is left after costs": {"100000", "10000", "360000", "800000", "0", "40500.00"},
		"half a fen goes up":                  {"0.01", "0", "400", "800", "0", "0.01"},
		"less than half a fen goes down":      {"0.01", "0", "399.99", "800", "0", "0.00"},
		"costs eat all of it":                 {"100", "100", "360000", "800000", "0", "0"},
		"costs above what came in":            {"100", "100.01", "360000", "800000", "0", "0"},
		"the last of it":                      {"100000", "0", "360000", "800000", "350000", "10000"},
		"all has been returned":               {"100000", "0", "360000", "800000", "360000", "0"},
		"trap 8: recovered beyond the loss":   {"900000", "0", "360000", "800000", "0", "360000"},
		"a claim that was paid nothing":       {"100", "0", "0", "0", "0", "0"},
		"largest amounts":                     {"10000000000000", "0", "10000000000000", "10000000000000", "0", "10000000000000"},
	} {
		got, err := formula.Return(yuan(c.gross), yuan(c.cost), yuan(c.paid), yuan(c.netLoss), yuan(c.returned))
		require.NoError(t, err, name)
		require.Equal(t, yuan(c.want), got, name)
	}
	_, err := formula.Return(1, 0, 2, 1, 0)
	require.Equal(t, "PAID_ABOVE_LOSS", code(t, err))
	for i := range 5 {
		x := [5]money.Fen{5, 1, 3, 4, 1}
		x[i] = -1
		_, err := formula.Return(x[0], x[1], x[2], x[3], x[4])
		require.Equal(t, "AMOUNT_RANGE", code(t, err))
	}
}

// Whatever is recovered in however many pieces, the fund gets back at most
// what it paid, and never asks for more than came in after costs.
func TestReturnsNeverExceedWhatWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loss := 1 + fen(t, "loss")%money.Max
		paid := money.Fen(rapid.Int64Range(0, int64(loss)).Draw(t, "paid"))
		var returned money.Fen
		for range rapid.IntRange(1, 6).Draw(t, "recoveries") {
			gross, cost := fen(t, "gross"), fen(t, "cost")
			r, err := formula.Return(gross, cost, paid, loss, returned)
			require.NoError(t, err)
			require.GreaterOrEqual(t, r, money.Fen(0))
			require.LessOrEqual(t, r, max(0, gross-cost))
			more, err := formula.Return(larger(t, gross), cost, paid, loss, returned)
			require.NoError(t, err)
			require.GreaterOrEqual(t, more, r)
			returned += r
			require.LessOrEqual(t, returned, paid)
		}
	})
}

func lprTable(t testing.TB) []consortium.LPR {
	row := func(day, one string) consortium.LPR {
		return consortium.LPR{Published: calendar.MustParse(day), OneYear: percent(one), FiveYear: percent("4.20")}
	}
	return []consortium.LPR{row("2022-08-22", "3.65"), row("2023-06-20", "3.55"), row("2023-08-21", "3.45"), row("2024-07-22", "3.35"), row("2024-10-21", "3.10")}
}

func rules(t testing.TB) consortium.RecoveryRules { return packs(t)[1].Recovery }

func day(text string) calendar.Date { return calendar.MustParse(text) }

// The vectors of docs/compensation.md, each worked by hand there.
func TestClawbackVectors(t *testing.T) {
	flow := func(on, amount string) formula.Flow { return formula.Flow{Date: day(on), Amount: yuan(amount)} }
	half := rules(t)
	half.Clawback = percent("50")
	for name, c := range map[string]struct {
		payments, returns   []formula.Flow
		on                  string
		rules               consortium.RecoveryRules
		principal, interest string
	}{
		// 360000 × 3.45 % × 30 / 360
		"one payment, one rate": {[]formula.Flow{flow("2024-03-01", "360000")}, nil, "2024-03-31", rules(t), "360000", "1035.00"},
		// 360000 × (3.45 % × 21 + 3.35 % × 9) / 360
		"the rate changes on the way": {[]formula.Flow{flow("2024-07-01", "360000")}, nil, "2024-07-31", rules(t), "360000", "1026.00"},
		// 200000 × 3.45 % × 10 / 360 + 360000 × 3.45 % × 10 / 360 + 260000 × 3.45 % × 10 / 360
		"paid in parts, some returned": {[]formula.Flow{flow("2024-03-11", "160000"), flow("2024-03-01", "200000")}, []formula.Flow{flow("2024-03-21", "100000")}, "2024-03-31", rules(t), "260000", "785.83"},
		"half of it":                   {[]formula.Flow{flow("2024-03-01", "360000")}, nil, "2024-03-31", half, "180000", "517.50"},
		"the same day":                 {[]formula.Flow{flow("2024-03-01", "360000")}, nil, "2024-03-01", rules(t), "360000", "0"},
		"all returned":                 {[]formula.Flow{flow("2024-03-01", "360000")}, []formula.Flow{flow("2024-03-01", "360000")}, "2024-03-31", rules(t), "0", "0"},
		"never paid":                   {nil, nil, "2024-03-31", rules(t), "0", "0"},
	} {
		principal, interest, err := formula.Clawback(c.payments, c.returns, day(c.on), c.rules, lprTable(t))
		require.NoError(t, err, name)
		require.Equal(t, yuan(c.principal), principal, name)
		require.Equal(t, yuan(c.interest), interest, name)
	}
	for name, c := range map[string]struct {
		payments, returns []formula.Flow
		on, code          string
	}{
		"returned before it was paid": {[]formula.Flow{flow("2024-03-02", "1")}, []formula.Flow{flow("2024-03-01", "1")}, "2024-03-31", "RETURNED_ABOVE_PAID"},
		"returned more":               {[]formula.Flow{flow("2024-03-01", "1")}, []formula.Flow{flow("2024-03-01", "1.01")}, "2024-03-31", "RETURNED_ABOVE_PAID"},
		"before the payment":          {[]formula.Flow{flow("2024-03-01", "1")}, nil, "2024-02-29", "PERIOD_REVERSED"},
		"no rate yet":                 {[]formula.Flow{flow("2022-08-21", "1")}, nil, "2024-03-31", "LPR_MISSING"},
		"negative":                    {[]formula.Flow{flow("2024-03-01", "-1")}, nil, "2024-03-31", "AMOUNT_RANGE"},
	} {
		_, _, err := formula.Clawback(c.payments, c.returns, day(c.on), rules(t), lprTable(t))
		require.Equal(t, c.code, code(t, err), name)
	}
	bad := rules(t)
	bad.Clawback = money.One + 1
	_, _, err := formula.Clawback(nil, nil, day("2024-03-31"), bad, nil)
	require.Equal(t, "PERCENT_RANGE", code(t, err))
	bad = rules(t)
	bad.YearBasis = 0
	_, _, err = formula.Clawback(nil, nil, day("2024-03-31"), bad, nil)
	require.Equal(t, "YEAR_BASIS", code(t, err))
}

// Interest day by day, each day at its own rate, adds up to the interest of
// the whole: checked by a second way of counting.
func TestClawbackInterestIsThatOfEachDay(t *testing.T) {
	table := lprTable(t)
	one := func(d calendar.Date) int64 {
		var r money.Rate
		for _, l := range table {
			if l.Published <= d {
				r = l.OneYear
			}
		}
		return int64(r)
	}
	rapid.Check(t, func(t *rapid.T) {
		first := day("2022-08-22") + calendar.Date(rapid.IntRange(0, 1000).Draw(t, "first"))
		end := first + calendar.Date(rapid.IntRange(0, 400).Draw(t, "days"))
		paid := money.Fen(rapid.Int64Range(0, 1e12).Draw(t, "paid"))
		back := money.Fen(rapid.Int64Range(0, int64(paid)).Draw(t, "returned"))
		on := first + calendar.Date(rapid.IntRange(0, int(end-first)).Draw(t, "day of return"))
		r := consortium.RecoveryRules{Clawback: money.One, YearBasis: 360}
		principal, interest, err := formula.Clawback([]formula.Flow{{Date: first, Amount: paid}}, []formula.Flow{{Date: on, Amount: back}}, end, r, table)
		require.NoError(t, err)
		require.Equal(t, paid-back, principal)
		exact := new(big.Int) // of each day's balance × rate
		for d := first; d < end; d++ {
			had := int64(paid)
			if d >= on {
				had -= int64(back)
			}
			exact.Add(exact, new(big.Int).Mul(big.NewInt(had), big.NewInt(one(d))))
		}
		exact.Add(exact.Lsh(exact, 1), big.NewInt(360e9)) // half-up: (2n + d) / 2d
		require.Equal(t, exact.Quo(exact, big.NewInt(720e9)).Int64(), int64(interest))
	})
}

func TestLateInterest(t *testing.T) {
	for name, c := range map[string]struct{ amount, due, came, want string }{
		"in time":        {"40500", "2024-03-15", "2024-03-15", "0"},
		"early":          {"40500", "2024-03-15", "2024-03-01", "0"},
		"ten days late":  {"40500", "2024-03-15", "2024-03-25", "38.81"}, // 40500 × 3.45 % × 10 / 360 = 38.8125
		"over a change":  {"40500", "2024-07-20", "2024-07-25", "18.96"}, // 21 at 3.45 %, 22 to 25 at 3.35 %: 3.88125 + 15.075
		"a day, rounded": {"52.17", "2024-03-15", "2024-03-16", "0.00"},  // 0.49996 fen
		"a day, up":      {"52.18", "2024-03-15", "2024-03-16", "0.01"},  // 0.50006 fen
	} {
		got, err := formula.LateInterest(yuan(c.amount), day(c.due), day(c.came), rules(t), lprTable(t))
		require.NoError(t, err, name)
		require.Equal(t, yuan(c.want), got, name)
	}
	_, err := formula.LateInterest(-1, day("2024-03-15"), day("2024-03-16"), rules(t), lprTable(t))
	require.Equal(t, "AMOUNT_RANGE", code(t, err))
	_, err = formula.LateInterest(1, day("2024-03-15"), day("2024-03-16"), rules(t), nil)
	require.Equal(t, "LPR_MISSING", code(t, err))
	_, err = formula.LateInterest(money.Max, calendar.First, calendar.Last-1, consortium.RecoveryRules{YearBasis: 360}, []consortium.LPR{{Published: calendar.First, OneYear: 25 * money.Percent}})
	require.NoError(t, err, "three centuries of a quarter a year fit")
}
