package account_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// worked is a figure as somebody with a calculator works it out from what it
// states.
func worked(x account.Figure) (money.Fen, error) {
	sum := new(big.Rat)
	for _, s := range x.Steps {
		r := big.NewRat(int64(s.Rate), int64(money.One))
		r.Mul(r, big.NewRat(int64(s.Percent), 10_000))
		sum.Add(sum, r.Mul(r, big.NewRat(s.Num, s.Den)))
	}
	return x.Rounding.Rat(sum.Mul(sum, new(big.Rat).SetInt64(int64(x.Base))))
}

// explainFault checks every figure against its steps, and their sums against
// what the account shows.
func (j *journal) explainFault() string {
	rows := j.a.Rows(j.state, j.last)
	penalty, compound := map[int]money.Fen{}, map[int]money.Fen{}
	seen := 0
	for _, x := range j.a.Explain(j.state, j.last) {
		if len(x.Steps) > 0 {
			amount, err := worked(x)
			if err != nil || amount != x.Amount {
				return fmt.Sprintf("a figure's steps give %s: %+v", amount, x)
			}
			if from, to := x.Steps[0].From, x.Steps[len(x.Steps)-1].To; from != x.From || to != x.To {
				return fmt.Sprintf("steps do not cover the period: %+v", x)
			}
		}
		switch {
		case x.What == "interest":
			seen++
			if row := rows[x.Instalment-1]; row.Interest != x.Amount || row.Due != x.To {
				return fmt.Sprintf("explained %+v, planned %+v", x, row)
			}
		case x.What == "accrued":
			if whole := rows[x.Instalment-1].Interest; x.Amount > whole || x.Amount != j.a.Accrued(j.state, j.last) {
				return fmt.Sprintf("accrued %+v of %s", x, whole)
			}
		case x.What == "penalty" || x.Of == "penalty":
			penalty[x.Instalment] += x.Amount
		case x.What == "compound" || x.Of == "compound":
			compound[x.Instalment] += x.Amount
		}
	}
	for i, row := range rows {
		if row.Penalty != penalty[i+1] || row.Compound != compound[i+1] {
			return fmt.Sprintf("explained %s and %s of %+v", penalty[i+1], compound[i+1], row)
		}
		if row.Due <= j.last && i >= seen {
			return fmt.Sprintf("not explained: %+v", row)
		}
	}
	return ""
}

// quoteFault compares a quote with the prepayment.
func (j *journal) quoteFault(r *rand.Rand) string {
	full, err := j.a.Quote(j.state, j.last, 0, account.Reduce)
	if err != nil {
		if account.PrepayNothing.Is(err) {
			return ""
		}
		return err.Error()
	}
	effect := account.Effect(r.IntN(2))
	amounts := []money.Fen{full.Amount, full.Amount + 1, full.Amount - full.Repaid, full.Amount - full.Repaid + 1 + money.Fen(r.Int64N(int64(full.Repaid)))}
	for _, amount := range amounts {
		if amount == 0 { // nothing is due: the quote would be of all
			continue
		}
		q, refused := j.a.Quote(j.state, j.last, amount, effect)
		s, to, err := j.a.Apply(j.state, account.Entry{Date: j.last, Type: account.Prepay, Amount: amount, Effect: effect})
		if fmt.Sprint(refused) != fmt.Sprint(err) {
			return fmt.Sprintf("quoted %v, paid %v", refused, err)
		}
		if err != nil {
			continue
		}
		want := q.Due
		want.Fee, want.Interest, want.Principal = want.Fee+q.Fee, want.Interest+q.Interest, want.Principal+q.Repaid
		after := j.a.Planned(s)
		if want != to.Parts || q.Balance+j.a.At(s, j.last).OverduePrincipal != j.a.At(s, j.last).Outstanding || len(q.Plan) > 0 && !reflect.DeepEqual(q.Plan, after[len(after)-len(q.Plan):]) {
			return fmt.Sprintf("quoted %+v, paid %+v", q, to)
		}
		for _, x := range q.Figures {
			if got, err := worked(x); len(x.Steps) > 0 && (err != nil || got != x.Amount) {
				return fmt.Sprintf("a figure's steps give %s: %+v", got, x)
			}
		}
	}
	return ""
}

func TestExplainShowsTheWorking(t *testing.T) {
	a, paid := paidTwice(t, schedule.EqualInstalment)
	s := after(t, a, append(paid, reprice("2024-03-11", "3.45"))...)
	var third, accrued account.Figure
	for _, x := range a.Explain(s, day("2024-03-21")) {
		if x.Instalment == 3 && x.What == "interest" {
			third = x
		}
		if x.What == "accrued" {
			accrued = x
		}
	}
	require.Equal(t, account.Figure{What: "interest", Instalment: 3, From: day("2024-03-01"), To: day("2024-04-01"), Base: yuan("417995.62"), DayCount: "months/12",
		Steps: []account.Step{{From: day("2024-03-01"), To: day("2024-03-11"), Days: 10, Rate: percent("3.85"), Percent: 10000, Num: 10, Den: 360},
			{From: day("2024-03-11"), To: day("2024-04-01"), Days: 21, Rate: percent("3.45"), Percent: 10000, Num: 20, Den: 360}},
		Exact: "1248.18136527", Amount: yuan("1248.18")}, third)
	require.Equal(t, "847.60", accrued.Amount.String(), "447.02 and ten days at 3.45 %%, rounded once: %s", accrued.Exact)
	require.Equal(t, accrued.Amount, a.Accrued(s, day("2024-03-21")))
	require.Zero(t, a.Accrued(s, day("2024-03-01")), "nothing on the first day")
	require.Zero(t, a.Accrued(s, day("2025-01-01")), "no period runs")
}

func TestExplainOfArrears(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	s := after(t, a, repay("2024-02-11", "20000"), account.Entry{Date: day("2024-02-20"), Type: account.Misuse, Percent: 70})
	var told []string
	for _, x := range a.Explain(s, day("2025-01-11")) {
		if x.Instalment == 1 && x.What != "interest" {
			told = append(told, fmt.Sprintf("%s %s %s..%s %s = %s (%d steps, %s)", x.What, x.Of, x.From, x.To, x.Base, x.Amount, len(x.Steps), x.DayCount))
		}
	}
	require.Equal(t, []string{
		"penalty  2024-02-11..2025-01-01 22608.08 = 1331.49 (2 steps, ACT/360)",
		"penalty  2025-01-01..2025-01-11 22608.08 = 41.10 (1 steps, ACT/360)",
	}, told)
	taken := after(t, a, takeOnOn("2024-03-10", account.Opening{PaidTo: day("2024-03-01"), Balance: yuan("417995.62"), Arrears: []account.Arrear{{Instalment: 2, Interest: yuan("100"), Compound: yuan("2")}}}))
	for _, x := range a.Explain(taken, day("2024-03-20")) {
		if x.Instalment < 3 && x.What == "interest" {
			require.Equal(t, "take_on", x.Of)
			require.Empty(t, x.Steps)
		}
		if x.What == "carried" {
			require.Equal(t, "2.00", x.Amount.String())
			require.Equal(t, "compound", x.Of)
		}
	}
}

func TestQuoteSaysWhatAPrepaymentCosts(t *testing.T) {
	a, paid := paidTwice(t, schedule.EqualInstalment)
	s := after(t, a, paid...)
	q, err := a.Quote(s, day("2024-03-11"), 0, account.Reduce)
	require.NoError(t, err)
	require.Equal(t, "418442.64", q.Amount.String())
	require.Equal(t, "full", q.Effect)
	require.Empty(t, q.Plan)
	require.Equal(t, "6964.30", q.Saved.String(), "10,488.32 less 1,604.17, 1,472.83 and 447.02")
	require.Equal(t, "prepayment", q.Figures[0].What)
	require.Equal(t, "447.02309361", q.Figures[0].Exact)
	q, err = a.Quote(s, day("2024-03-11"), yuan("100447.02"), account.Shorten)
	require.NoError(t, err)
	require.Equal(t, "shorten", q.Effect)
	require.Len(t, q.Plan, 8)
	require.Equal(t, "317995.62", q.Balance.String())
	require.Equal(t, "100000.00", q.Repaid.String())
	require.Equal(t, "2869.37", q.Saved.String(), "7,411.32 less 447.02 and 4,094.93")
	_, err = a.Quote(s, day("2024-03-11"), 1, account.Reduce)
	require.Equal(t, "LOAN_PREPAY_NOT_BEYOND_DUE", reasonOf(err))
	_, err = a.Quote(s, day("2025-01-01"), 0, account.Reduce)
	require.Equal(t, "LOAN_PREPAY_NOTHING_LEFT", reasonOf(err))
}
