package loan_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

func TestHistorySaysWhatWhenAndByWhom(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-10", "50000"))
	var h loan.HistoryAnswer
	require.NoError(t, w.Ask(book, "Subject/"+person, "loan.History", loan.LoanQuery{Loan: "L1"}, &h))
	var commands []string
	for _, e := range h.Entries {
		commands = append(commands, e.Command+" "+e.Date.String())
		require.NotEmpty(t, e.Zh)
	}
	require.Equal(t, []string{"loan.Accept 2024-01-02", "loan.Credit 2024-01-03", "loan.Sign 2024-01-04", "loan.Disburse 2024-01-05", "loan.Repay 2024-02-10"}, commands)
	require.Equal(t, w.Fingerprint(officer)[:16], h.Entries[0].By)
	require.Equal(t, w.Fingerprint(approver)[:16], h.Entries[1].By)
	require.Equal(t, "B", h.Entries[0].Party)
	require.Equal(t, "G01", h.Entries[0].Detail.(map[string]any)["grant"])
	require.Equal(t, "G02", h.Entries[1].Detail.(map[string]any)["grant"])
	require.Equal(t, voucher, h.Entries[3].Detail.(map[string]any)["voucher"])
	d := h.Entries[4].Detail.(map[string]any)
	require.Equal(t, []any{"32.83", "0.86", "1604.17", "40936.52", "7425.62"}, []any{d["penalty"], d["compound"], d["interest"], d["principal"], d["advance"]})
	require.NoError(t, w.Ask(book, officer, "loan.History", loan.LoanQuery{Loan: "L1", At: day("2024-01-03")}, &h))
	require.Len(t, h.Entries, 2, "as of a day, what came later is not there")
}

func TestASubjectSeesItsOwnLoansOnly(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	for _, name := range []string{"loan.Show", "loan.History", "loan.Schedule"} {
		var answer any
		require.NoError(t, w.Ask(book, "Subject/"+person, name, loan.LoanQuery{Loan: "L1"}, &answer), name)
		own := w.Ask(book, "Subject/"+other, name, loan.LoanQuery{Loan: "L1"}, &answer)
		none := w.Ask(book, "Subject/"+other, name, loan.LoanQuery{Loan: "L2"}, &answer)
		require.ErrorContains(t, own, "qxl UNKNOWN", name)
		require.ErrorContains(t, none, "qxl UNKNOWN", "another's loan looks like none")
		require.ErrorContains(t, w.Ask(book, "BankB/officer", name, loan.LoanQuery{Loan: "L1"}, &answer), "qxl ACCESS_DENIED", name)
	}
	for _, name := range []string{"loan.List", "loan.Totals", "loan.Balances", "loan.ListApplications"} {
		var answer any
		require.ErrorContains(t, w.Ask(book, "Subject/"+person, name, struct{}{}, &answer), "qxl ACCESS_DENIED", name)
	}
}

func TestScheduleAsOfADay(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Signed)
	plan := func(at string) loan.PlanAnswer {
		var p loan.PlanAnswer
		require.NoError(t, w.Ask(book, "CentralBank/reviewer", "loan.Schedule", loan.LoanQuery{Loan: "L1", At: day(at)}, &p))
		return p
	}
	require.Empty(t, plan("2024-01-04").Rows, "there is no plan before the disbursement")
	w.Must(book, officer, "loan.Disburse", w.disburse("L1", "2024-01-05", "500000"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	p := plan("2024-02-05")
	require.Len(t, p.Rows, 12)
	require.Equal(t, "10488.32", p.TotalInterest.String())
	require.Equal(t, account.Row{N: 1, Due: day("2024-02-05"), Principal: yuan("40936.52"), Interest: yuan("1604.17"), Total: yuan("42540.69"), Balance: yuan("459063.48")}, p.Rows[0])
	require.Equal(t, p.Rows[1].Total, p.Rows[1].UnpaidPrincipal+p.Rows[1].UnpaidInterest)
	require.Equal(t, "40936.52", plan("2024-02-04").Rows[0].UnpaidPrincipal.String(), "the day before, it was unpaid")
	require.Empty(t, plan("2024-01-04").Rows)
}

func TestListsFilterAndPage(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	for i := 2; i <= 9; i++ {
		app, no := fmt.Sprintf("A%d", i), fmt.Sprintf("L%d", i)
		w.apply(app, person, "2024-01-01")
		if i < 7 {
			w.Must(book, officer, "loan.Accept", w.accept(no, app, "2024-01-02"))
		}
	}
	list := func(q loan.ListQuery) []string {
		var all []string
		for {
			var a loan.ListAnswer
			require.NoError(t, w.Ask(book, "Commission/operator", "loan.List", q, &a))
			for _, x := range a.Loans {
				all = append(all, x.Loan)
			}
			if q.After = a.Next; a.Next == "" {
				return all
			}
		}
	}
	accepted, disbursed := loan.Accepted, loan.Disbursed
	require.ElementsMatch(t, []string{"L1", "L2", "L3", "L4", "L5", "L6"}, list(loan.ListQuery{Limit: 2}))
	require.ElementsMatch(t, []string{"L2", "L3", "L4", "L5", "L6"}, list(loan.ListQuery{Status: &accepted, Limit: 3}))
	require.Equal(t, []string{"L1"}, list(loan.ListQuery{Status: &disbursed}))
	require.Equal(t, []string{"L1"}, list(loan.ListQuery{OverdueAt: day("2024-02-06")}))
	require.Empty(t, list(loan.ListQuery{OverdueAt: day("2024-02-05")}))
	require.Empty(t, list(loan.ListQuery{At: day("2024-01-01")}), "nothing was accepted yet")

	var a loan.ApplicationsAnswer
	require.NoError(t, w.Ask(book, officer, "loan.ListApplications", loan.ApplicationsQuery{Waiting: true}, &a))
	var waiting []string
	for _, x := range a.Applications {
		waiting = append(waiting, x.Application)
		require.Equal(t, loan.Routed, x.Status)
	}
	require.ElementsMatch(t, []string{"A7", "A8", "A9"}, waiting)

	var located command.LocateAnswer
	require.NoError(t, w.Ask(book, officer, "locate.loan", command.LocateQuery{Numbers: []string{"L1", "L7"}}, &located))
	require.Equal(t, loanRef("L1").ID, located.IDs[0])
	require.True(t, located.IDs[1].IsZero())
}

func TestALateDecisionShows(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Accepted)
	require.False(t, w.show("L1", "2024-01-15").Late)
	require.True(t, w.show("L1", "2024-01-16").Late, "nothing decided by the deadline")
	w.Must(book, approver, "loan.Credit", w.credit("L1", "2024-01-16"))
	require.True(t, w.show("L1", "").Late)
}

// Every transition that the tables do not have is refused, every one that they
// have is somebody's command.
func TestTransitionsAreTheCommands(t *testing.T) {
	names := map[string]bool{}
	for _, d := range loan.Commands {
		names[d.Describe().Name] = true
	}
	listed := map[string]bool{}
	for _, tr := range append(append([]loan.Transition(nil), loan.Applications...), loan.Loans...) {
		require.True(t, names[tr.Command], "%s is no command", tr.Command)
		require.NotEmpty(t, tr.From)
		listed[tr.Command] = true
	}
	listed["loan.CloseDay"], listed["loan.Attach"] = true, true // of the book; changes no state
	require.Equal(t, names, listed)
}
