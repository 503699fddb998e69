package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func takeOnOn(date string, o account.Opening) account.Entry {
	o.On = day(date)
	return account.Entry{Date: o.On, Type: account.TakeOn, Opening: &o}
}

// A loan taken on in mid-period goes on as it would have.
func TestTakeOnGoesOnAsTheLoanWouldHave(t *testing.T) {
	for _, method := range []schedule.Method{schedule.EqualInstalment, schedule.EqualPrincipal, schedule.InterestOnly, schedule.Bullet} {
		a := open(t, year(method))
		plan := a.Plan()
		o := account.Opening{PaidTo: day("2024-01-01"), Balance: yuan("500000")}
		var paid []account.Entry
		if method != schedule.Bullet {
			o.PaidTo, o.Balance, o.Each = day("2024-03-01"), plan.Instalments[1].Balance, plan.Equal
			if method == schedule.EqualPrincipal {
				o.Each = yuan("41666.67")
			}
			paid = []account.Entry{repay("2024-02-01", plan.Instalments[0].Total.String()), repay("2024-03-01", plan.Instalments[1].Total.String())}
		}
		s, lived := after(t, a, takeOnOn("2024-03-10", o)), after(t, a, paid...)
		require.Equal(t, o.Balance, a.Lent(s))
		on := day("2024-09-10")
		taken, ours := a.At(s, on), a.At(lived, on)
		require.Equal(t, ours, taken, method)
		for i, row := range a.Rows(s, on) {
			if i > 1 {
				require.Equal(t, a.Rows(lived, on)[i], row)
			}
		}
		next := prepay("2024-09-10", (ours.Due + yuan("100000")).String(), account.Shorten)
		_, one, err := a.Apply(s, next)
		require.NoError(t, err)
		_, two, err := a.Apply(lived, next)
		require.NoError(t, err)
		require.Equal(t, two, one)
	}
}

func TestTakeOnKeepsArrearsPerInstalment(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	o := account.Opening{PaidTo: day("2024-04-01"), Balance: yuan("376794.16"), Arrears: []account.Arrear{
		{Instalment: 1, Principal: yuan("5000"), Penalty: yuan("80"), Compound: yuan("1.50")},
		{Instalment: 3, Principal: yuan("41199.46"), Interest: yuan("1341.07")}}}
	s := after(t, a, takeOnOn("2024-04-10", o))
	f := a.At(s, day("2024-04-10"))
	require.Equal(t, "422993.62", f.Outstanding.String())
	require.Equal(t, "46199.46", f.OverduePrincipal.String())
	require.Equal(t, "1341.07", f.OverdueInterest.String())
	require.Equal(t, "80.00", f.Penalty.String(), "pieces begin on the day")
	require.Equal(t, "1.50", f.Compound.String())
	require.Equal(t, 69, f.DaysPastDue, "from the due date")
	later := a.At(s, day("2024-04-20"))
	// 80 + 5000 × 3.85 % × 1.5 × 10/360 = 8.02; 41199.46 …: 66.09.
	require.Equal(t, "154.11", later.Penalty.String())
	require.Equal(t, "2.93", later.Compound.String())
	paid, to, err := a.Apply(s, repay("2024-04-20", "5089.52"))
	require.NoError(t, err)
	require.Equal(t, account.Parts{Penalty: yuan("88.02"), Compound: yuan("1.50"), Principal: yuan("5000")}, to.Parts)
	require.Equal(t, 19, a.PastDue(paid, day("2024-04-20")))
}

func TestOpeningBalancesThatDoNotFit(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	fits := account.Opening{PaidTo: day("2024-03-01"), Balance: yuan("417995.62")}
	for name, x := range map[string]struct {
		code   string
		change func(*account.Opening)
	}{
		"paid to another day":           {"LOAN_TAKE_ON_PAID_TO", func(o *account.Opening) { o.PaidTo = day("2024-02-01") }},
		"balance above the principal":   {"LOAN_TAKE_ON_BALANCE", func(o *account.Opening) { o.Balance = yuan("500000.01") }},
		"negative balance":              {"LOAN_TAKE_ON_BALANCE", func(o *account.Opening) { o.Balance = -1 }},
		"negative instalment":           {"LOAN_TAKE_ON_BALANCE", func(o *account.Opening) { o.Each = -1 }},
		"instalment below its interest": {"LOAN_PLAN_GROWING", func(o *account.Opening) { o.Each = 1 }},
		"arrears of a later instalment": {"LOAN_TAKE_ON_ARREARS", func(o *account.Opening) { o.Arrears = []account.Arrear{{Instalment: 3, Principal: 1}} }},
		"arrears twice":                 {"LOAN_TAKE_ON_ARREARS", func(o *account.Opening) { o.Arrears = []account.Arrear{{Instalment: 1}, {Instalment: 1}} }},
		"arrears of none":               {"LOAN_TAKE_ON_ARREARS", func(o *account.Opening) { o.Arrears = []account.Arrear{{Instalment: 0}} }},
		"negative arrears":              {"LOAN_TAKE_ON_ARREARS", func(o *account.Opening) { o.Arrears = []account.Arrear{{Instalment: 1, Interest: -1}} }},
		"more than was lent":            {"LOAN_TAKE_ON_BALANCE", func(o *account.Opening) { o.Arrears = []account.Arrear{{Instalment: 1, Principal: yuan("90000")}} }},
	} {
		o := fits
		x.change(&o)
		_, _, err := a.Apply(account.State{}, takeOnOn("2024-03-10", o))
		require.Equal(t, x.code, reasonOf(err), name)
	}
	s := after(t, a, takeOnOn("2024-03-10", fits))
	_, _, err := a.Apply(s, takeOnOn("2024-03-11", fits))
	require.Equal(t, "LOAN_TAKE_ON_FIRST", reasonOf(err))
	_, _, err = a.Apply(s, repay("2024-03-09", "1"))
	require.Equal(t, "LOAN_ENTRY_BEFORE_LOAN", reasonOf(err))
	e := takeOnOn("2024-03-10", fits)
	e.Date++
	_, _, err = a.Apply(account.State{}, e)
	require.Equal(t, "LOAN_TAKE_ON_FIRST", reasonOf(err))
	past := account.Opening{PaidTo: day("2025-01-01"), Arrears: []account.Arrear{{Instalment: 12, Principal: money.Fen(100)}}}
	s = after(t, a, takeOnOn("2025-03-01", past))
	require.Equal(t, 59, a.PastDue(s, day("2025-03-01")), "a loan past its maturity")
}
