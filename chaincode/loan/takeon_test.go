package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// taken is a loan of 500,000 yuan of 5 September 2023 over twelve months, of
// which five instalments are due by 5 February 2024 and paid.
func (w *world) taken(no, date string) loan.TakeOnContent {
	return loan.TakeOnContent{Head: w.head(date), Loan: loanRef(no), Subject: ref(person, 0, personID), Grant: grantRef("G03"), TakenTerms: loan.TakenTerms{
		Product: "TAX", Guarantee: "C2", Signed: day("2023-09-04"), Disbursed: day("2023-09-05"), Amount: yuan("500000"), Rate: percent("3.85"), Method: schedule.EqualPrincipal,
		Periods: 12, EveryMonths: 1, PaidTo: day("2024-02-05"), Balance: yuan("291666.65"), Voucher: voucher}}
}

func (w *world) confirm(no, date string) loan.ConfirmTakeOnContent {
	return loan.ConfirmTakeOnContent{Head: w.head(date), Loan: loanRef(no)}
}

func TestAnExistingLoanIsTakenOn(t *testing.T) {
	w := newWorld(t, "2024-03-20")
	c := w.taken("T1", "2024-02-29")
	c.Arrears = []loan.TakenArrears{{Instalment: 4, Interest: yuan("10.00"), Compound: yuan("0.05")}, {Instalment: 5, Principal: yuan("41666.67"), Interest: yuan("1069.44"), Penalty: yuan("3.00")}}
	w.Must(book, officer, "loan.TakeOn", c)
	again, err := w.Submit(book, officer, "loan.TakeOn", c)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	s := w.show("T1", "")
	require.Equal(t, loan.Proposed, s.Status)
	require.Nil(t, s.Account, "nothing counts before the second signature")
	require.Equal(t, "333333.32", s.TakenOn.Outstanding.String())
	w.refused(officer, "loan.Repay", w.repay("T1", "2024-03-01", "1"), "LOAN_STATE", "status", "DISBURSED", "PROPOSED → DISBURSED")
	var totals loan.TotalsAnswer
	require.NoError(t, w.Ask(book, officer, "loan.Totals", struct{}{}, &totals))
	require.Zero(t, totals.Loans)

	w.refused(officer, "loan.ConfirmTakeOn", w.confirm("T1", "2024-03-20"), "ACCESS_DENIED", "identity", "B/approver", "B/officer")
	w.refused(approver, "loan.ConfirmTakeOn", w.confirm("T1", "2024-02-28"), "LOAN_DATE_ORDER", "date", "2024-02-29", "2024-02-28")
	w.Must(book, approver, "loan.ConfirmTakeOn", w.confirm("T1", "2024-03-20"))
	w.refused(approver, "loan.ConfirmTakeOn", w.confirm("T1", "2024-03-20"), "LOAN_STATE", "status", "PROPOSED", "DISBURSED → DISBURSED")

	s = w.show("T1", "2024-02-29")
	require.Equal(t, loan.Disbursed, s.Status)
	require.False(t, s.TakenOn.Fileable)
	require.Equal(t, "2023-09-05", s.Account.DisbursedOn.String())
	require.Equal(t, "333333.32", s.Account.Disbursed.String(), "it counts as disbursed with what was outstanding")
	require.Equal(t, "333333.32", s.Account.Outstanding.String())
	require.Equal(t, "41666.67", s.Account.OverduePrincipal.String())
	require.Equal(t, "1079.44", s.Account.OverdueInterest.String())
	require.Equal(t, 55, s.Account.DaysPastDue, "from 5 January, when the fourth instalment was due")
	require.Equal(t, []loan.Month{loan.MonthOf(day("2024-03-01"))}, s.Adjusted, "balances of February that were recorded in March")
	// Entries between the day of the balances and the second signature.
	w.Must(book, officer, "loan.Repay", w.repay("T1", "2024-03-05", "100000"))
	w.Must(book, officer, "loan.Repay", w.repay("T1", "2024-03-01", "1000"))
	w.refused(officer, "loan.Repay", w.repay("T1", "2024-02-28", "1"), "LOAN_ENTRY_BEFORE_LOAN", "date", "2024-02-29", "2024-02-28")
	require.NoError(t, w.Ask(book, officer, "loan.Totals", struct{}{}, &totals))
	require.Equal(t, "333333.32", totals.Disbursed.String())
	require.Equal(t, totals.Disbursed, totals.Outstanding+totals.PrincipalRepaid)
	h := w.history("T1")
	require.Equal(t, []string{"loan.TakeOn", "loan.ConfirmTakeOn", "loan.Repay", "loan.Repay"}, []string{h[0].Command, h[1].Command, h[2].Command, h[3].Command})
	require.Equal(t, "2024-03", h[1].RecordedIn.String())
}

// Domain trap 1, of arrears that were taken on.
func TestTrap1DaysPastDueOfALoanTakenOn(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	c := w.taken("T1", "2024-02-29")
	c.Arrears = []loan.TakenArrears{{Instalment: 5, Interest: yuan("0.01")}} // due on 5 February 2024
	w.Must(book, officer, "loan.TakeOn", c)
	w.Must(book, approver, "loan.ConfirmTakeOn", w.confirm("T1", "2024-02-29"))
	for _, x := range []struct{ at, class string }{
		{"2024-02-29", "special_mention"}, {"2024-05-05", "special_mention"}, {"2024-05-06", "substandard"}, {"2024-11-01", "substandard"},
		{"2024-11-02", "doubtful"}, {"2025-01-30", "doubtful"}, {"2025-01-31", "loss"},
	} {
		require.Equal(t, x.class, w.show("T1", x.at).Account.Class.String(), x.at)
	}
}

func TestATakeOnIsCorrected(t *testing.T) {
	w := newWorld(t, "2024-03-20")
	c := w.taken("T1", "2024-02-29")
	c.Balance = yuan("300000")
	w.Must(book, officer, "loan.TakeOn", c)
	amend := loan.AmendTakeOnContent{Head: w.head("2024-03-01"), Loan: loanRef("T1"), TakenTerms: w.taken("T1", "2024-03-01").TakenTerms}
	w.Must(book, officer, "loan.AmendTakeOn", amend)
	sign := w.confirm("T1", "2024-03-10")
	w.Must(book, approver, "loan.ConfirmTakeOn", sign)
	w.refused(officer, "loan.AmendTakeOn", loan.AmendTakeOnContent{Head: w.head("2024-03-11"), Loan: loanRef("T1"), TakenTerms: amend.TakenTerms}, "LOAN_STATE", "status", "PROPOSED", "DISBURSED → PROPOSED")
	require.Equal(t, "291666.65", w.show("T1", "").Account.Outstanding.String())
	require.Equal(t, "2024-03-01", w.show("T1", "").TakenOn.On.String())
	before := w.looks("T1", "")

	// Reversed after the second signature, amended and signed again.
	paid := w.repay("T1", "2024-03-05", "10")
	w.Must(book, officer, "loan.Repay", paid)
	w.Must(book, officer, "loan.RequestReversal", w.request("T1", "2024-03-12", sign.Number))
	second := "BankA/approver#2"
	w.refused(approver, "loan.Reverse", w.reverse("T1", "2024-03-12", sign.Number), "LOAN_SECOND_SIGNATURE", "identity", "", "")
	w.refused(second, "loan.Reverse", w.reverse("T1", "2024-03-12", sign.Number), "LOAN_ENTRY_FALLS", "entry", "LOAN_STATE", paid.Number+" 2024-03-05")
	w.undo("T1", "2024-03-12", paid.Number)
	r := w.reverse("T1", "2024-03-12", sign.Number)
	w.Must(book, second, "loan.Reverse", r)
	require.Equal(t, loan.Proposed, w.show("T1", "").Status)
	w.undo("T1", "2024-03-13", r.Number)
	require.Equal(t, before, w.looks("T1", ""), "the reversal reversed")
	w.undo("T1", "2024-03-14", w.reversedLast("T1"))
	w.Must(book, officer, "loan.Reject", loan.RejectContent{Head: w.head("2024-03-15"), Loan: loanRef("T1"), Reason: "R05"})
	require.Equal(t, loan.Rejected, w.show("T1", "").Status)
}

// reversedLast is the number of the last reversal.
func (w *world) reversedLast(no string) string {
	h := w.history(no)
	for i := len(h) - 1; ; i-- {
		if h[i].Command == "loan.Reverse" {
			return h[i].Number
		}
	}
}

func TestTakeOnRefused(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.grant("GOLD", person, "03", "2023-01-01", "2024-02-28")
	w.grantSigned("GSTR", person, "somebody11", "03", "2024-01-01", "2025-03-30")
	w.grant("GREV", person, "03", "2024-01-01", "2025-03-30")
	w.revoke("GREV", person)
	minus, above := -1, 51
	for _, c := range []struct {
		name                       string
		change                     func(*loan.TakeOnContent)
		code, field, limit, actual string
	}{
		{"grant of another purpose", func(c *loan.TakeOnContent) { c.Grant = grantRef("G01") }, "AUTHORIZATION_PURPOSE", "purpose", "01", "03"},
		{"another's grant", func(c *loan.TakeOnContent) { c.Grant = grantRef("GX1") }, "AUTHORIZATION_FOREIGN", "subject", "", person},
		{"no grant", func(c *loan.TakeOnContent) { c.Grant = grantRef("G88") }, "AUTHORIZATION_MISSING", "grant", "", "G88"},
		{"grant expired", func(c *loan.TakeOnContent) { c.Grant = grantRef("GOLD") }, "AUTHORIZATION_EXPIRED", "date", "2024-02-28", "2024-02-29"},
		{"grant revoked", func(c *loan.TakeOnContent) { c.Grant = grantRef("GREV") }, "AUTHORIZATION_REVOKED", "grant", "", ""},
		{"grant signed by a stranger", func(c *loan.TakeOnContent) { c.Grant = grantRef("GSTR") }, "SUBJECT_NOT_REPRESENTATIVE", "signer", "", "somebody11"},
		{"another's number", func(c *loan.TakeOnContent) { c.Subject.No = otherID }, "SUBJECT_UNKNOWN", "subject", "", person},
		{"no such product", func(c *loan.TakeOnContent) { c.Product = "OLD" }, "LOAN_TAKE_ON_PRODUCT", "product", "", "OLD"},
		{"signed after it was paid out", func(c *loan.TakeOnContent) { c.Signed = c.Disbursed + 1 }, "LOAN_TAKE_ON_DATES", "signed", "2023-09-05", "2023-09-06"},
		{"paid out that day", func(c *loan.TakeOnContent) { c.Disbursed = c.Date }, "LOAN_TAKE_ON_DATES", "disbursed", "2024-02-28", "2024-02-29"},
		{"interest settled to another day", func(c *loan.TakeOnContent) { c.PaidTo = day("2024-02-06") }, "LOAN_TAKE_ON_PAID_TO", "paid_to", "2024-02-05", "2024-02-06"},
		{"more than was lent", func(c *loan.TakeOnContent) { c.Balance = yuan("500000.01") }, "LOAN_TAKE_ON_BALANCE", "balance", "500000.00", "500000.01"},
		{"arrears of a later instalment", func(c *loan.TakeOnContent) { c.Arrears = []loan.TakenArrears{{Instalment: 6, Interest: 1}} }, "LOAN_TAKE_ON_ARREARS", "arrears.instalment", "5", "6"},
		{"no voucher", func(c *loan.TakeOnContent) { c.Voucher = "" }, "LOAN_HASH", "voucher", "64 of 0-9a-f", "0"},
		{"negative penalty", func(c *loan.TakeOnContent) { c.PenaltyPercent = &minus }, "LOAN_PENALTY", "penalty_percent", "0..100", "-1"},
		{"penalty above the parameter", func(c *loan.TakeOnContent) { c.PenaltyPercent = &above }, "LOAN_PENALTY", "penalty_percent", "50", "51"},
		{"terms without a plan", func(c *loan.TakeOnContent) { c.Multiple, c.Method = yuan("1000000"), schedule.EqualInstalment }, "LOAN_PLAN", "instalment_multiple", "interest of each instalment", "instalment 1"},
		{"years without end", func(c *loan.TakeOnContent) { c.Periods, c.EveryMonths = 100, 12 }, "LOAN_MONTHS", "periods", "1..360 months", "1200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			content := w.taken("T1", "2024-02-29")
			c.change(&content)
			w.refused(officer, "loan.TakeOn", content, c.code, c.field, c.limit, c.actual)
		})
	}
	w.t = t
	w.Must(book, "BankA/officer,approver", "loan.TakeOn", w.taken("T1", "2024-02-29"))
	w.refused("BankA/officer,approver", "loan.ConfirmTakeOn", w.confirm("T1", "2024-02-29"), "LOAN_SAME_PERSON", "identity", "", "")
	w.refused(officer, "loan.TakeOn", w.taken("T1", "2024-02-29"), "NUMBER_TAKEN", "no", "", "T1")
}

// A herder's loan with its own due days is taken on, and extended by others:
// a year and a month in all, so by half of it.
func TestASeasonalLoanIsTakenOnAndExtended(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	c := w.taken("T1", "2024-02-29")
	c.Method, c.Periods, c.EveryMonths = schedule.Seasonal, 0, 0
	c.Dues = []schedule.Due{{Date: day("2023-11-05"), Principal: yuan("200000")}, {Date: day("2024-10-05"), Principal: yuan("300000")}}
	c.PaidTo, c.Balance = day("2023-11-05"), yuan("300000")
	bad := c
	bad.Periods, bad.Head = 5, w.head("2024-02-29")
	w.refused(officer, "loan.TakeOn", bad, "LOAN_DUES", "periods", "2", "5")
	w.Must(book, officer, "loan.TakeOn", c)
	w.Must(book, approver, "loan.ConfirmTakeOn", w.confirm("T1", "2024-02-29"))
	require.Equal(t, "2024-10-05", w.show("T1", "2024-02-29").Account.Maturity.String())
	extend := func(dates ...string) loan.ExtendContent {
		x := loan.ExtendContent{Head: w.head("2024-06-01"), Loan: loanRef("T1"), Voucher: voucher}
		for _, d := range dates {
			x.Dues = append(x.Dues, schedule.Due{Date: day(d), Principal: yuan("300000") / money.Fen(len(dates))})
		}
		return x
	}
	w.refused(approver, "loan.Extend", extend("2024-10-05", "2025-04-06"), "LOAN_EXTENSION_LIMIT", "periods", "2025-04-05", "2025-04-06")
	byPeriods := extend("2024-10-05", "2025-04-05")
	byPeriods.Periods = 18
	w.refused(approver, "loan.Extend", byPeriods, "LOAN_EXTENSION_METHOD", "periods", "", "18")
	w.Must(book, approver, "loan.Extend", extend("2024-10-05", "2025-04-05"))
	require.Equal(t, "150000.00", w.show("T1", "2024-10-06").Account.OverduePrincipal.String())
}
