package loan_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

func (w *world) positions(q loan.PositionsQuery) map[string]loan.Position {
	w.t.Helper()
	all := map[string]loan.Position{}
	for {
		var a loan.PositionsAnswer
		require.NoError(w.t, w.Ask(book, "BankA/auditor", "loan.Positions", q, &a))
		for _, p := range a.Positions {
			require.NotContains(w.t, all, p.Loan)
			all[p.Loan] = p
		}
		if q.After = a.Next; q.After == "" {
			return all
		}
	}
}

func TestPositionsOfADay(t *testing.T) {
	w := newWorld(t, "2024-05-10")
	w.until(loan.Disbursed)
	w.apply("A2", person, "2024-01-01")
	w.Must(book, officer, "loan.Accept", w.accept("L2", "A2", "2024-01-02")) // accepted only: no position
	p := w.positions(loan.PositionsQuery{At: day("2024-02-06")})
	require.Len(t, p, 1)
	l := p["L1"]
	require.Equal(t, loan.Position{Loan: "L1", ID: loanRef("L1").ID, Debtor: person, Retail: true, Status: loan.Disbursed, Outstanding: yuan("500000"),
		OverduePrincipal: yuan("40936.52"), OverdueInterest: yuan("1604.17"), Accrued: l.Accrued, DaysPastDue: 1, Floor: account.SpecialMention, Why: "K01", Own: account.SpecialMention, Rate: percent("3.85")}, l)
	// One day of the second period, months/12 with days 30/360: 459,063.48 is
	// not what bears: the balance as scheduled is. Penalty of a day: 40,936.52
	// × 3.85 % × 1.5 / 360 = 6.57; compound 1,604.17 × 3.85 % / 360 = 0.17.
	require.Equal(t, yuan("49.09")+yuan("6.57")+yuan("0.17"), l.Accrued)
	require.Empty(t, w.positions(loan.PositionsQuery{At: day("2024-01-04")}), "before the disbursement")

	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-10", "43000"))
	p = w.positions(loan.PositionsQuery{At: day("2024-02-10"), Since: day("2024-02-09")})
	require.Equal(t, &loan.Earlier{DaysPastDue: 4, Class: account.SpecialMention, Rate: percent("3.85")}, p["L1"].Was)
	require.Zero(t, p["L1"].DaysPastDue)
	require.Nil(t, w.positions(loan.PositionsQuery{At: day("2024-02-20"), Since: day("2024-02-10")})["L1"].Was, "nothing changes by days alone while nothing is past due")
	p = w.positions(loan.PositionsQuery{At: day("2024-03-06"), Since: day("2024-03-05")})
	require.Equal(t, &loan.Earlier{Class: account.Pass, Rate: percent("3.85")}, p["L1"].Was, "days alone made it past due")
	require.True(t, w.positions(loan.PositionsQuery{At: day("2024-01-05"), Since: day("2024-01-04")})["L1"].New)

	w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-03-08", "substandard", "K05"))
	l = w.positions(loan.PositionsQuery{At: day("2024-03-08"), Since: day("2024-03-07")})["L1"]
	require.Equal(t, account.Substandard, l.Given)
	require.Equal(t, []string{"K05"}, l.Reasons)
	require.Equal(t, account.SpecialMention, l.Floor)
	require.Equal(t, account.SpecialMention, l.Was.Class)

	only := w.positions(loan.PositionsQuery{IDs: []ledgerstate.ID{loanRef("L1").ID}})
	require.Equal(t, w.positions(loan.PositionsQuery{}), only, "of the open day, by name")
	var a any
	require.ErrorContains(t, w.Ask(book, officer, "loan.Positions", loan.PositionsQuery{IDs: []ledgerstate.ID{loanRef("L9").ID}}, &a), "qxl UNKNOWN")
	require.ErrorContains(t, w.Ask(book, "BankB/officer", "loan.Positions", loan.PositionsQuery{}, &a), "qxl ACCESS_DENIED")
}

func TestPositionsPageByPage(t *testing.T) {
	w := newWorld(t, "2024-06-30")
	w.everyMethod()
	for i := range 5 {
		w.lend(fmt.Sprintf("L%d", i+1), nil)
	}
	var a loan.PositionsAnswer
	require.NoError(t, w.Ask(book, officer, "loan.Positions", loan.PositionsQuery{Limit: 2}, &a))
	require.Len(t, a.Positions, 2)
	require.Equal(t, day("2024-06-30"), a.Open)
	require.Len(t, w.positions(loan.PositionsQuery{Limit: 2}), 5)
}

// Reset days that have come are told until their reset is made, those before
// the last one made no more.
func TestResetsThatAwait(t *testing.T) {
	w := newWorld(t, "2026-01-10")
	w.everyMethod()
	w.publish("2025-05-20", "3", "3.5")
	w.lend("L1", floating(loan.Anniversary))
	w.lend("L2", floating(loan.January))
	w.lend("L3", nil)
	resets := func(at string) map[string][]calendar.Date {
		all := map[string][]calendar.Date{}
		for no, p := range w.positions(loan.PositionsQuery{At: day(at)}) {
			if len(p.Resets) > 0 {
				all[no] = p.Resets
			}
		}
		return all
	}
	require.Empty(t, resets("2024-12-31"))
	require.Equal(t, map[string][]calendar.Date{"L2": {day("2025-01-01")}}, resets("2025-01-04"))
	both := map[string][]calendar.Date{"L1": {day("2025-01-05"), day("2026-01-05")}, "L2": {day("2025-01-01"), day("2026-01-01")}}
	require.Equal(t, both, resets("2026-01-10"))
	w.Must(book, officer, "loan.Reset", w.reset("L1", "2025-01-05"))
	require.Equal(t, []calendar.Date{day("2026-01-05")}, resets("2026-01-10")["L1"])
	w.Must(book, officer, "loan.Reset", w.reset("L2", "2026-01-01"))
	require.Empty(t, resets("2026-01-10")["L2"], "a later reset takes the place of one that was missed")
	w.Must(book, officer, "loan.Reset", w.reset("L1", "2026-01-05"))
	require.Empty(t, resets("2026-01-10"))
	p := w.positions(loan.PositionsQuery{At: day("2026-01-05"), Since: day("2026-01-04")})["L1"]
	require.Equal(t, percent("4"), p.Rate)
	require.Equal(t, percent("4.35"), p.Was.Rate)
}

func TestAQuoteSaysWhatThePrepaymentCosts(t *testing.T) {
	w := newWorld(t, "2024-03-20")
	w.until(loan.Disbursed)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-03-05", "42540.69"))
	ask := func(who string, q loan.QuoteQuery) (a loan.QuoteAnswer, err error) {
		q.Loan = "L1"
		return a, w.Ask(book, who, "loan.Quote", q, &a)
	}
	full, err := ask("Subject/"+person, loan.QuoteQuery{})
	require.NoError(t, err)
	require.Equal(t, "full", full.Effect)
	require.Equal(t, day("2024-03-20"), full.On)
	require.Equal(t, full.Amount, full.Interest+full.Repaid)
	require.Equal(t, w.show("L1", "2024-03-20").Account.Outstanding, full.Repaid)
	require.NotEmpty(t, full.Figures)
	part, err := ask(officer, loan.QuoteQuery{Amount: yuan("100000"), Effect: "shorten"})
	require.NoError(t, err)
	require.Equal(t, yuan("100000"), part.Repaid+part.Interest)

	// The ledger takes exactly what was quoted.
	w.Must(book, officer, "loan.Prepay", loan.PrepayContent{Head: w.head("2024-03-20"), Loan: loanRef("L1"), Amount: yuan("100000"), Effect: "shorten"})
	require.Equal(t, part.Balance, w.show("L1", "2024-03-20").Account.Outstanding)
	var plan loan.PlanAnswer
	require.NoError(t, w.Ask(book, officer, "loan.Schedule", loan.LoanQuery{Loan: "L1"}, &plan))
	require.Equal(t, part.Plan[0].Total, plan.Rows[2].Total)

	_, err = ask(officer, loan.QuoteQuery{At: day("2024-03-19")})
	require.ErrorContains(t, err, "qxl LOAN_QUOTE_PAST")
	_, err = ask(officer, loan.QuoteQuery{Amount: yuan("900000")})
	require.ErrorContains(t, err, "qxl LOAN_PREPAY_ABOVE_BALANCE")
	_, err = ask(officer, loan.QuoteQuery{Effect: "halve"})
	require.ErrorContains(t, err, "qxl LOAN_CODE")
	_, err = ask(officer, loan.QuoteQuery{Amount: -1})
	require.ErrorContains(t, err, "qxl LOAN_AMOUNT")
	_, err = ask("Subject/"+other, loan.QuoteQuery{})
	require.ErrorContains(t, err, "qxl UNKNOWN")
}

func TestNothingToQuoteOrExplainBeforeTheDisbursement(t *testing.T) {
	w := newWorld(t, "2024-03-20")
	w.until(loan.Signed)
	var a any
	require.ErrorContains(t, w.Ask(book, officer, "loan.Quote", loan.QuoteQuery{Loan: "L1"}, &a), "qxl LOAN_STATE")
	require.ErrorContains(t, w.Ask(book, officer, "loan.Explain", loan.LoanQuery{Loan: "L1"}, &a), "qxl LOAN_NO_ACCOUNT")
}

// By hand: 500,000 × 3.85 % / 12 = 1,604.17; a day of 459,063.48 in the second
// period, 30/360: 49.09; on the first instalment, a day past due, 40,936.52 ×
// 3.85 % × 1.5 / 360 = 6.57 and 1,604.17 × 3.85 % / 360 = 0.17.
func TestExplainSaysHowEachFigureCameAbout(t *testing.T) {
	w := newWorld(t, "2024-02-06")
	w.until(loan.Disbursed)
	var a loan.ExplainAnswer
	require.NoError(t, w.Ask(book, "Subject/"+person, "loan.Explain", loan.LoanQuery{Loan: "L1"}, &a))
	var got []string
	for _, f := range a.Figures {
		got = append(got, fmt.Sprint(f.Instalment, " ", f.What, " ", f.From, " ", f.To, " ", f.Base, " ", f.DayCount, " ", f.Exact, " ", f.Amount))
		for _, s := range f.Steps {
			got = append(got, fmt.Sprint("  ", s.Days, " ", s.Rate, " ", s.Percent, " ", s.Num, "/", s.Den))
		}
	}
	require.Equal(t, []string{
		"1 interest 2024-01-05 2024-02-05 500000.00 months/12 1604.16666666 1604.17", "  31 3.85 10000 30/360",
		"2 interest 2024-02-05 2024-03-05 459063.48 months/12 1472.82866500 1472.83", "  29 3.85 10000 30/360",
		"2 accrued 2024-02-05 2024-02-06 459063.48 months/12 49.09428883 49.09", "  1 3.85 10000 1/360",
		"1 penalty 2024-02-05 2024-02-06 40936.52 ACT/360 6.56690008 6.57", "  1 3.85 15000 1/360",
		"1 compound 2024-02-05 2024-02-06 1604.17 ACT/360 0.17155706 0.17", "  1 3.85 10000 1/360",
	}, got)
	raw, err := json.Marshal(a)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"rounding":"half-up"`)
}
