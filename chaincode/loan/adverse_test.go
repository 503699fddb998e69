package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
)

// adverse are a loan's times of arrears: from, end, kept until.
func (w *world) adverse(no, at string) (list [][3]string) {
	for _, x := range w.show(no, at).Adverse {
		list = append(list, [3]string{x.From.String(), x.Ended.String(), x.Keep.String()})
	}
	return list
}

// Domain trap 19. Instalments of 42,540.69 yuan are due on the fifth of each
// month from February 2024 on.
func TestTrap19AdverseInformationIsKeptFromItsEnd(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Signed)
	w.Must(book, officer, "loan.Disburse", w.disburse("L1", "2024-01-05", "500000"))
	require.Empty(t, w.adverse("L1", "2024-02-05"), "due, and not past due")
	require.Equal(t, [][3]string{{"2024-02-06", "", ""}}, w.adverse("L1", "2024-02-06"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-04-10", "42540.69"))
	require.Equal(t, [][3]string{{"2024-02-06", "", ""}}, w.adverse("L1", "2024-04-10"), "two instalments are behind: it goes on")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-09-10", w.show("L1", "2024-09-10").Account.Due.String()))
	first := [3]string{"2024-02-06", "2024-09-10", "2029-09-10"}
	require.Equal(t, [][3]string{first}, w.adverse("L1", "2024-09-10"))
	require.Equal(t, [][3]string{{"2024-02-06", "", ""}}, w.adverse("L1", "2024-09-09"), "as it was on the day before")

	// Another time has a term of its own, and ends when all is paid.
	end := w.repay("L1", "2025-06-20", w.show("L1", "2025-06-20").Account.Due.String())
	w.Must(book, officer, "loan.Repay", end)
	w.Must(book, officer, "loan.Settle", w.settle("L1", "2025-06-25"))
	require.Equal(t, [][3]string{first, {"2024-10-06", "2025-06-20", "2030-06-20"}}, w.adverse("L1", ""))
	// A payment that never came ended nothing.
	w.undo("L1", "2025-06-26", end.Number)
	require.Equal(t, [][3]string{first, {"2024-10-06", "", ""}}, w.adverse("L1", ""))
}

// What is paid within the days of grace is paid as agreed.
func TestDaysOfGraceAreNoArrears(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Credited)
	s := w.sign("L1", "2024-01-04")
	s.GraceDays = 3
	w.Must(book, officer, "loan.Sign", s)
	w.Must(book, officer, "loan.Disburse", w.disburse("L1", "2024-01-05", "500000"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-08", "42540.69"))
	require.Empty(t, w.adverse("L1", "2024-03-08"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-03-09", w.show("L1", "2024-03-09").Account.Due.String()))
	require.Equal(t, [][3]string{{"2024-03-06", "2024-03-09", "2029-03-09"}}, w.adverse("L1", "2024-03-10"))
}

// Before a loan was taken on the ledger knew of no payment, and of none that
// was missing.
func TestArrearsThatWereTakenOn(t *testing.T) {
	w := newWorld(t, "2024-06-30")
	c := w.taken("T1", "2024-02-28")
	c.Arrears = []loan.TakenArrears{{Instalment: 5, Interest: yuan("10")}} // due on 5 February
	w.Must(book, officer, "loan.TakeOn", c)
	w.Must(book, approver, "loan.ConfirmTakeOn", w.confirm("T1", "2024-02-28"))
	require.Equal(t, [][3]string{{"2024-02-06", "", ""}}, w.adverse("T1", "2024-02-28"))
	w.Must(book, officer, "loan.Repay", w.repay("T1", "2024-02-29", "11"))
	require.Equal(t, [][3]string{{"2024-02-06", "2024-02-29", "2029-02-28"}}, w.adverse("T1", "2024-02-29"), "no 29 February in 2029")
}

// The law keeps it of persons.
func TestNoAdverseInformationOfEnterprises(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.cooperative("500000")
	require.Positive(t, w.show("C1", "").Account.DaysPastDue)
	require.Empty(t, w.adverse("C1", ""))
}
