package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// One loan from application to settlement.
func TestALoanFromApplicationToSettlement(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	s := w.show("L1", "2024-02-05")
	require.Equal(t, loan.Disbursed, s.Status)
	require.Equal(t, person, s.Subject)
	require.Equal(t, loan.Profile{Type: "HERDER", Region: "630121", Industry: s.Profile.Industry, Date: day("2024-01-02")}, s.Profile)
	require.Contains(t, s.Profile.Industry, "0314")
	require.Equal(t, "2024-01-15", s.Deadline.String(), "ten working days from 1 January 2024, a Monday")
	require.False(t, s.Late)
	require.Equal(t, "3.45", s.Credit.LPR.String())
	require.Equal(t, "2023-08-21", s.Credit.LPRDate.String())
	require.Equal(t, "1.5", s.Credit.Spread.String())
	require.Equal(t, 50, s.Contract.PenaltyPercent)
	require.Equal(t, "42540.69", s.Account.Due.String())
	require.Equal(t, "2025-01-05", s.Account.Maturity.String())

	for i, due := range []string{"2024-02-05", "2024-03-05", "2024-04-05", "2024-05-05", "2024-06-05", "2024-07-05", "2024-08-05", "2024-09-05", "2024-10-05", "2024-11-05", "2024-12-05"} {
		w.Must(book, officer, "loan.Repay", w.repay("L1", due, "42540.69"))
		require.Zero(t, w.show("L1", due).Account.Due, "instalment %d", i+1)
	}
	w.refused(officer, "loan.Settle", w.settle("L1", "2025-01-04"), "LOAN_STILL_OWED", "loan", "0", "42540.73")
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-01-05", "42540.74"), "LOAN_ABOVE_OWED", "amount", "42540.73", "42540.74")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-01-05", "42540.73"))
	w.Must(book, officer, "loan.Settle", w.settle("L1", "2025-01-05"))
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-01-06", "1"), "LOAN_STATE", "status", "DISBURSED", "SETTLED → DISBURSED")
	end := w.show("L1", "")
	require.Equal(t, loan.Settled, end.Status)
	require.Equal(t, "500000.00", end.Account.Paid.Principal.String())
	require.Equal(t, "10488.32", end.Account.Paid.Interest.String())
	require.Equal(t, account.Pass, end.Account.Class)

	var totals loan.TotalsAnswer
	require.NoError(t, w.Ask(book, "CentralBank/officer", "loan.Totals", struct{}{}, &totals))
	require.Equal(t, loan.TotalsAnswer{MSP: "BankAMSP", At: day("2025-06-30"), Loans: 1, Disbursed: yuan("500000"), PrincipalRepaid: yuan("500000"), ByStatus: map[string]int{"SETTLED": 1}}, totals)
}
