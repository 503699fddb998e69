package compensation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
)

func (w *world) year(n int, at string) compensation.YearSheet {
	w.t.Helper()
	var y compensation.YearSheet
	require.NoError(w.t, w.Ask(book, "Finance/auditor", "comp.Year", compensation.YearQuery{Year: n, At: day(at)}, &y))
	return y
}

// A bank's report of a year says what the ledger says, to the fen; then
// Finance reconciles, and the year stands.
func TestAYearIsReportedAndReconciled(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Recovering) // 225,000 paid, 20,000 came in, 9,000 due
	w.Must(book, approver, "test.Return", w.back("L1", "2024-07-10", "9000", "0"))
	w.until("L2", compensation.ClawedBack) // all of it came back, with interest
	interest := w.show("L2").Award.Interest
	require.Positive(t, interest)
	w.until("L3", compensation.Approved)
	w.Must(book, approver, "test.Pay", w.pay("L3", "2025-01-03", "1000", "1000", true)) // of the next year

	y := w.year(2024, "2025-01-31")
	require.Equal(t, compensation.YearMoney{Paid: yuan("450000"), Payments: 2, Recovered: yuan("20000"), Returned: yuan("234000"), Interest: interest}, y.YearMoney)
	require.Equal(t, "2025-01-31", y.ReportBy.String())
	require.Equal(t, "2025-03-31", y.ReconcileBy.String())
	require.False(t, y.ReportLate)
	require.True(t, w.year(2024, "2025-02-01").ReportLate)

	report := func(date string, paid string) compensation.SelfReportContent {
		return compensation.SelfReportContent{Head: w.head(date), Year: 2024, Paid: yuan(paid), Recovered: yuan("20000"), Returned: yuan("234000"), Interest: interest, CID: cidOf("report")}
	}
	reconcile := func(date string) compensation.YearContent {
		return compensation.YearContent{Head: w.head(date), Year: 2024}
	}
	w.refused(officer, "comp.ReportYear", report("2024-12-31", "450000"), "CLAIM_YEAR_RUNS", "year", "2023", "2024")
	w.refused(officer, "comp.ReportYear", report("2025-01-20", "449999.99"), "CLAIM_YEAR_DIFFERS", "paid", "450000.00", "449999.99")
	w.refused(approver, "comp.ReconcileYear", reconcile("2025-01-20"), "CLAIM_YEAR_UNREPORTED", "year", "", "2024")
	sent := report("2025-01-20", "450000")
	w.Must(book, officer, "comp.ReportYear", sent)
	r, err := w.Submit(book, officer, "comp.ReportYear", sent)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	w.Must(book, approver, "comp.ReconcileYear", reconcile("2025-03-20"))
	w.refused(approver, "comp.ReconcileYear", reconcile("2025-03-21"), "CLAIM_YEAR_RECONCILED", "year", "", "2024")
	w.refused(officer, "comp.ReportYear", report("2025-03-21", "450000"), "CLAIM_YEAR_RECONCILED", "year", "", "2024")
	y = w.year(2024, "2026-01-01")
	require.Equal(t, "2025-01-20", y.Reported.String())
	require.Equal(t, "2025-03-20", y.Reconciled.String())
	require.False(t, y.ReportLate || y.ReconcileLate)

	// A year in which nothing was paid is reported too.
	require.False(t, w.year(2023, "2024-01-01").Found)
	w.Must(book, officer, "comp.ReportYear", compensation.SelfReportContent{Head: command.Head{Number: "r-2023", Date: day("2024-01-05")}, Year: 2023, CID: cidOf("nothing")})
	require.True(t, w.year(2023, "2024-02-01").Found)
	require.Equal(t, yuan("1000"), w.year(2025, "2026-01-01").Paid)
}
