package compensation_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
)

func (w *world) overdue(party, at string) []compensation.OverdueStep {
	w.t.Helper()
	var a compensation.OverdueAnswer
	require.NoError(w.t, w.Ask(book, "Commission/auditor", "comp.Overdue", compensation.OverdueQuery{Party: party, At: day(at)}, &a))
	return a.Steps
}

// Each state that waits for somebody says for whom, for what and until when;
// from the day after it shows as late, in the list of that organization alone.
func TestEachStepHasItsDeadline(t *testing.T) {
	w := newWorld(t)
	for i, x := range []struct {
		status   compensation.ClaimStatus
		step     string
		party    string
		deadline string
	}{
		{compensation.Notified, "submit", "B", "2024-11-06"},        // six months after 6 May
		{compensation.Submitted, "completeness", "C", "2024-05-29"}, // 5 working days after 22 May
		{compensation.Returned, "cure", "B", "2024-06-07"},          // 10 after 24 May
		{compensation.Accepted, "review", "C", "2024-06-14"},        // 15 after 24 May
		{compensation.Reviewed, "opinion", "P", "2024-06-14"},       // one term with the review
		{compensation.Opinioned, "publish", "F", "2024-06-06"},      // 5 after 30 May
		{compensation.Publicised, "decision", "F", "2024-06-24"},    // 10 after 10 June
		{compensation.Objected, "answer", "B", "2024-06-19"},        // 10 after 5 June
		{compensation.ReReview, "re_review", "C", "2024-06-19"},     // one term with the answer
		{compensation.Approved, "payment", "F", "2024-06-24"},       // 10 after 10 June
		{compensation.Recovering, "return", "B", "2024-07-15"},      // 10 after 1 July
		{compensation.Clawback, "clawback", "B", "2024-07-19"},      // 10 after 5 July
	} {
		no := fmt.Sprintf("L%d", i)
		w.until(no, x.status)
		s := w.shown(no, x.deadline)
		require.Equal(t, x.step, s.Next.Step.String(), x.status)
		require.Equal(t, x.party, s.Next.Party, x.status)
		require.Equal(t, x.deadline, s.Next.By.String(), x.status)
		require.False(t, s.Next.Late, "%s on its last day", x.status)
		for _, party := range []string{"B", "C", "P", "F", ""} {
			late := func(at string) (found bool) {
				for _, o := range w.overdue(party, at) {
					found = found || o.Claim == s.Claim
				}
				return found
			}
			next := day(x.deadline) + 1
			require.False(t, late(x.deadline), "%s for %q", x.status, party)
			require.Equal(t, party == "" || party == x.party, late(next.String()), "%s for %q", x.status, party)
		}
	}
	for i, status := range []compensation.ClaimStatus{compensation.Paid, compensation.Closed, compensation.ClawedBack, compensation.Rejected, compensation.Withdrawn} {
		no := fmt.Sprintf("E%d", i)
		w.until(no, status)
		require.Nil(t, w.show(no).Next, status)
	}
}

// Without the calendar of a year nobody can tell a deadline, and nothing goes
// on by guess.
func TestNoDeadlineWithoutACalendar(t *testing.T) {
	w := &world{Ledger: chaincodetest.New(t, "2026-06-30"), t: t}
	w.lent(lending{No: "L1"})
	w.refused(officer, "comp.Notify", w.notify("L1", "2024-05-08"), "CLAIM_CALENDAR_MISSING", "date", "", "2024")
}

// What could be claimed for, before and after notice was given.
func TestLoansThatCouldBeClaimedFor(t *testing.T) {
	w := newWorld(t)
	eligible := func(at string) map[string]compensation.EligibleLoan {
		list := map[string]compensation.EligibleLoan{}
		for after := ""; ; {
			var a compensation.EligibleAnswer
			require.NoError(t, w.Ask(book, officer, "comp.Eligible", compensation.EligibleQuery{At: day(at), After: after, Limit: 2}, &a))
			for _, l := range a.Loans {
				list[l.Contract] = l
			}
			if after = a.Next; after == "" {
				return list
			}
		}
	}
	for i := range 5 {
		w.lent(lending{No: fmt.Sprintf("L%d", i)})
	}
	w.lent(lending{No: "R", Status: compensation.FilingRevoked})
	require.Empty(t, eligible("2024-05-05"))
	w.Must(book, officer, "loan.Repay", w.repay("L0", "2024-04-30", "200000"))
	w.on("L1", compensation.Notified)
	w.on("L2", compensation.Submitted)
	list := eligible("2024-05-22")
	require.Len(t, list, 3)
	require.Equal(t, "C-L1", list["L1"].Claim)
	require.Equal(t, yuan("200000"), list["L3"].Sum)
	require.Equal(t, "ratio", list["L3"].Binding)
	require.Equal(t, 107, list["L3"].DaysPastDue)
	require.Equal(t, "2024-05-20", list["L3"].NoticeDue.String())
}

// Sums can be worked out again at any time, as of their day; one whose loan was
// corrected since is named.
func TestSumsAreRecomputed(t *testing.T) {
	w := newWorld(t)
	recompute := func() (a compensation.RecomputeAnswer) {
		require.NoError(t, w.Ask(book, "Finance/auditor", "comp.Recompute", compensation.RecomputeQuery{}, &a))
		return a
	}
	paid := w.repay("L1", "2024-05-21", "1000")
	w.lent(lending{No: "L1", First: true})
	w.Must(book, officer, "loan.Repay", paid)
	w.on("L1", compensation.Publicised)
	w.until("L2", compensation.Publicised)
	w.until("L3", compensation.Notified)
	a := recompute()
	require.Equal(t, 2, a.Claims)
	require.Empty(t, a.Differ)
	w.Must(book, officer, "loan.RequestReversal", loan.RequestReversalContent{Head: w.head("2024-07-05"), Loan: loanRef("L1"), Entry: paid.Number, Reason: "串户"})
	w.Must(book, "BankA/approver", "loan.Reverse", loan.ReverseContent{Head: w.head("2024-07-05"), Loan: loanRef("L1"), Entry: paid.Number, Reason: "核对无误"})
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-05-01", "200000")) // back-dated: it was never bad
	a = recompute()
	require.Len(t, a.Differ, 1)
	require.Equal(t, "C-L1", a.Differ[0].Claim)
	require.Equal(t, yuan("225000"), a.Differ[0].Now)
	require.Len(t, a.Missing, 1)
	require.Equal(t, "CLAIM_NOT_NON_PERFORMING", a.Missing[0].Code)

	// The same of claims that are named, and of cases: a walk through the book,
	// a claim a call, gives them.
	ask := func(q compensation.RecomputeQuery) (b compensation.RecomputeAnswer, err error) {
		err = w.Ask(book, "Finance/auditor", "comp.Recompute", q, &b)
		return b, err
	}
	var named, cases compensation.RecomputeQuery
	calls, late := 0, 0
	for q := (compensation.OverdueQuery{At: day("2024-12-31"), Limit: 1, Cases: true}); ; {
		var o compensation.OverdueAnswer
		require.NoError(t, w.Ask(book, "Finance/auditor", "comp.Overdue", q, &o))
		for _, c := range o.Cases {
			require.Contains(t, []ledgerstate.ID{filingRef("L1").ID, filingRef("L2").ID}, c.Filing, "L3 has no sum yet")
			named.Claims = append(named.Claims, c.ID)
			cases.Cases = append(cases.Cases, c)
		}
		calls++
		late += len(o.Steps)
		if q.After = o.Next; q.After == "" {
			break
		}
	}
	require.Equal(t, []int{4, 3}, []int{calls, late}, "three claims, and the end")
	require.Len(t, named.Claims, 2)
	b, err := ask(named)
	require.NoError(t, err)
	require.Equal(t, []any{a.Claims, a.Differ, a.Missing}, []any{b.Claims, b.Differ, b.Missing})
	b, err = ask(cases)
	require.NoError(t, err)
	require.Equal(t, []any{a.Claims, a.Differ, a.Missing}, []any{b.Claims, b.Differ, b.Missing})
	strange := cases.Cases[0]
	strange.Filing = filingRef("L3").ID
	_, err = ask(compensation.RecomputeQuery{Cases: []compensation.Case{strange}})
	require.Error(t, err, "a case names its filing by ID and by contract")
	_, err = ask(compensation.RecomputeQuery{Cases: []compensation.Case{{ID: strange.ID, Of: []byte("?")}}})
	require.ErrorContains(t, err, "CLAIM_LIST")
	_, err = ask(compensation.RecomputeQuery{Cases: make([]compensation.Case, 1001)})
	require.ErrorContains(t, err, "CLAIM_LIST")
	b, err = ask(compensation.RecomputeQuery{Claims: []ledgerstate.ID{claimRef("L1").ID}})
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 0}, []int{b.Claims, len(b.Differ), len(b.Missing)})
	_, err = ask(compensation.RecomputeQuery{Claims: []ledgerstate.ID{claimRef("L9").ID}})
	require.ErrorContains(t, err, "UNKNOWN")
	_, err = ask(compensation.RecomputeQuery{Claims: make([]ledgerstate.ID, 1001)})
	require.ErrorContains(t, err, "CLAIM_LIST")
}
