package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
)

// herder is 100,000 yuan at 4.5 % from 1 April 2024: a little after the wool is
// sold, the rest in two parts after the autumn's sales.
func herder() account.Contract {
	return account.Contract{PenaltyPercent: 50, Terms: schedule.Terms{Method: schedule.Seasonal, Principal: yuan("100000"), Rate: percent("4.5"), Periods: 3, From: day("2024-04-01"),
		Dues: []schedule.Due{{Date: day("2024-07-20"), Principal: yuan("10000")}, {Date: day("2024-10-20"), Principal: yuan("50000")}, {Date: day("2024-11-20"), Principal: yuan("40000")}}}}
}

func TestSeasonalPlanChanges(t *testing.T) {
	a := open(t, herder())
	require.Equal(t, "1375.00", a.Plan().Instalments[0].Interest.String(), "110 days")
	paid := repay("2024-07-20", "11375")

	// 12 days on 90,000 are 135.00; 30,000 repaid leave 60,000 of 90,000.
	s := after(t, a, paid, prepay("2024-08-01", "30135", account.Reduce))
	require.Equal(t, [3]string{"33333.33", "600.00", "26666.67"}, row(t, a, s, 2), "80 days on 60,000")
	require.Equal(t, [3]string{"26666.67", "103.33", "0.00"}, row(t, a, s, 3))

	s = after(t, a, paid, prepay("2024-08-01", "45135", account.Shorten))
	require.Len(t, a.Planned(s), 2)
	require.Equal(t, [3]string{"45000.00", "450.00", "0.00"}, row(t, a, s, 2))

	s = after(t, a, paid, reprice("2024-08-01", "3.6"))
	require.Equal(t, [3]string{"50000.00", "855.00", "40000.00"}, row(t, a, s, 2), "12 days at 4.5 %, 80 at 3.6 %")

	// A bad autumn: the rest next year.
	longer := extend("2024-10-10", 0)
	longer.Dues = []schedule.Due{{Date: day("2024-10-20"), Principal: 0}, {Date: day("2025-07-20"), Principal: yuan("20000")}, {Date: day("2025-10-20"), Principal: yuan("70000")}}
	s = after(t, a, paid, longer)
	require.Len(t, a.Planned(s), 4)
	require.Equal(t, "2025-10-20", a.LastDue(s).String())
	require.Equal(t, [3]string{"0.00", "1035.00", "90000.00"}, row(t, a, s, 2))
	require.Equal(t, [3]string{"20000.00", "3071.25", "70000.00"}, row(t, a, s, 3))

	s = after(t, a, paid)
	for limit, dues := range map[string][]schedule.Due{
		"limit 1..3600":        nil,
		"limit 2024-10-10":     {{Date: day("2024-10-10"), Principal: yuan("90000")}},
		"limit 90000.00":       {{Date: day("2025-10-10"), Principal: yuan("90000.01")}},
		"actual 89999.99":      {{Date: day("2025-10-10"), Principal: yuan("89999.99")}},
		"actual -1.00":         {{Date: day("2025-10-10"), Principal: yuan("90000")}, {Date: day("2025-10-11"), Principal: -100}},
		"limit 2025-10-11":     {{Date: day("2025-10-11"), Principal: yuan("1")}, {Date: day("2025-10-11"), Principal: yuan("89999")}},
		"field dues.principal": {{Date: day("2025-10-11"), Principal: 1}},
	} {
		longer.Dues = dues
		_, _, err := a.Apply(s, longer)
		require.Equal(t, "LOAN_EXTENSION_DUES", reasonOf(err))
		require.ErrorContains(t, err, limit)
	}
	longer.Dues = []schedule.Due{{Date: day("2024-11-20"), Principal: yuan("90000")}}
	refusedAs(t, "LOAN_EXTENSION_NOT_LONGER", "periods", "2024-11-20", "2024-11-20", a, s, longer)
}

// What an extension says of its term and its method does not use is refused:
// it was agreed on, and would be left out silently.
func TestAnExtensionIsByTheMethodsOwnTerms(t *testing.T) {
	days := extend("2024-10-10", 0)
	days.Dues = []schedule.Due{{Date: day("2025-10-10"), Principal: yuan("100000")}}
	both := days
	both.Periods = 18
	for _, method := range []schedule.Method{schedule.EqualInstalment, schedule.EqualPrincipal, schedule.InterestOnly, schedule.Bullet, schedule.Revolving} {
		a := open(t, year(method))
		for _, e := range []account.Entry{days, both} {
			refusedAs(t, "LOAN_EXTENSION_METHOD", "dues", "", "1", a, account.State{}, e)
		}
	}
	refusedAs(t, "LOAN_EXTENSION_METHOD", "periods", "", "18", open(t, herder()), account.State{}, both)
	refusedAs(t, "LOAN_EXTENSION_METHOD", "periods", "", "18", open(t, herder()), account.State{}, extend("2024-10-10", 18))
}

func TestFlatInterestIsOnWhatWasLent(t *testing.T) {
	a := open(t, year(schedule.FlatInterest))
	paid := repay("2024-02-01", a.Plan().Instalments[0].Total.String())
	s := after(t, a, paid, reprice("2024-03-01", "3.6"))
	require.Equal(t, [3]string{"41666.67", "1604.17", "416666.66"}, row(t, a, s, 2))
	require.Equal(t, [3]string{"41666.67", "1500.00", "374999.99"}, row(t, a, s, 3), "500,000 × 3.6 % / 12")
	refusedAs(t, "LOAN_PLAN_FLAT", "amount", "", "100000.00", a, after(t, a, paid), prepay("2024-02-11", "100000", account.Reduce))
	refusedAs(t, "LOAN_PLAN_FLAT", "periods", "", "18", a, after(t, a, paid), extend("2024-02-11", 18))
	q, err := a.Quote(after(t, a, paid), day("2024-02-11"), 0, account.Reduce)
	require.NoError(t, err)
	require.Equal(t, "534.72", q.Interest.String(), "ten days on 500,000")
	require.True(t, a.Cleared(after(t, a, paid, prepay("2024-02-11", q.Amount.String(), account.Reduce)), day("2024-02-11")))
}

// Parts that were rounded up repay a loan of a few yuan before its last
// instalment; interest on what was lent goes on, at the new rate too.
func TestFlatInterestGoesOnWhenPartsHaveRepaidAll(t *testing.T) {
	c := year(schedule.FlatInterest)
	c.Terms.Principal, c.Terms.Rate, c.Terms.Periods = yuan("3.50"), percent("24"), 36
	a := open(t, c)
	require.Equal(t, [3]string{"0.00", "0.07", "0.00"}, row(t, a, account.State{}, 36), "35 parts of ten fen")
	s := after(t, a, reprice("2026-12-01", "12"))
	require.Equal(t, [3]string{"0.10", "0.07", "0.00"}, row(t, a, s, 35))
	require.Equal(t, [3]string{"0.00", "0.04", "0.00"}, row(t, a, s, 36), "3.50 × 12 % / 12 = 0.035")
}

func TestRevolvingDrawdownIsABulletLoan(t *testing.T) {
	entries := []account.Entry{prepay("2024-03-11", "103743.06", account.Shorten), reprice("2024-05-01", "3.45"), extend("2024-12-01", 14)}
	one, two := open(t, year(schedule.Bullet)), open(t, year(schedule.Revolving))
	require.Equal(t, after(t, one, entries...), after(t, two, entries...))
	require.Equal(t, one.Planned(after(t, one, entries...)), two.Planned(after(t, two, entries...)))
	require.Equal(t, "2025-03-01", two.LastDue(after(t, two, entries...)).String())
}
