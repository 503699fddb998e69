package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func (w *world) closing(date string) loan.CloseDayContent {
	return loan.CloseDayContent{Head: w.head(date), Loans: 2, OverdueLoans: 1, Normal: yuan("100"), Substandard: yuan("50.01"),
		OverduePrincipal: yuan("20"), OverdueInterest: yuan("1.5"), Accrued: yuan("3")}
}

func TestADayIsClosedOnce(t *testing.T) {
	w := newWorld(t, "2024-06-30")
	w.refused(officer, "loan.CloseDay", w.closing("2024-06-29"), "LOAN_DAY_NOT_OPEN", "date", "2024-06-30", "2024-06-29")
	first := w.closing("2024-06-30")
	w.Must(book, officer, "loan.CloseDay", first)
	again, err := w.Submit(book, officer, "loan.CloseDay", first)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	w.refused(officer, "loan.CloseDay", w.closing("2024-06-30"), "LOAN_DAY_CLOSED", "date", "after 2024-06-30", "2024-06-30")
	other := first
	other.Loans = 3
	w.Refused("DUPLICATE_NUMBER", book, officer, "loan.CloseDay", other)

	w.Must("commons", "CentralBank/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: w.head("2024-07-02")})
	w.refused(officer, "loan.CloseDay", w.closing("2024-06-30"), "LOAN_DAY_NOT_OPEN", "date", "2024-07-02", "2024-06-30")
	second := w.closing("2024-07-02")
	second.Loss = yuan("7")
	w.Must(book, officer, "loan.CloseDay", second)

	var a loan.DaysAnswer
	require.NoError(t, w.Ask(book, "CentralBank/auditor", "loan.Days", loan.DaysQuery{}, &a))
	require.Equal(t, "BankAMSP", a.MSP)
	require.Len(t, a.Days, 2)
	zero := money.Fen(0)
	require.Equal(t, loan.DaySheet{Date: day("2024-07-02"), Loans: 2, OverdueLoans: 1, Outstanding: yuan("157.01"),
		ByClass:          map[string]money.Fen{"normal": yuan("100"), "special_mention": zero, "substandard": yuan("50.01"), "doubtful": zero, "loss": yuan("7")},
		OverduePrincipal: yuan("20"), OverdueInterest: yuan("1.5"), Accrued: yuan("3"), Number: second.Number}, a.Days[1])
	require.NoError(t, w.Ask(book, officer, "loan.Days", loan.DaysQuery{From: day("2024-07-01"), To: day("2024-07-31")}, &a))
	require.Len(t, a.Days, 1)
	require.NoError(t, w.Ask("book-bankb", "BankB/officer", "loan.Days", loan.DaysQuery{}, &a))
	require.Empty(t, a.Days, "each bank closes its own days")
	require.Len(t, w.Digests(book, "dayend"), 1)
}

func TestFiguresOfADayRefused(t *testing.T) {
	w := newWorld(t, "2024-06-30")
	for _, c := range []struct {
		field, limit, actual string
		change               func(*loan.CloseDayContent)
	}{
		{"loans", "0..", "-1", func(c *loan.CloseDayContent) { c.Loans = -1 }},
		{"overdue_loans", "2", "3", func(c *loan.CloseDayContent) { c.OverdueLoans = 3 }},
		{"special_mention", "0.." + money.Max.String(), "-0.01", func(c *loan.CloseDayContent) { c.SpecialMention = -1 }},
		{"overdue_principal", "150.01", "150.02", func(c *loan.CloseDayContent) { c.OverduePrincipal = yuan("150.02") }},
		{"overdue_interest", "0.." + money.Max.String(), "-0.01", func(c *loan.CloseDayContent) { c.OverdueInterest = -1 }},
		{"accrued", "0.." + money.Max.String(), "-0.01", func(c *loan.CloseDayContent) { c.Accrued = -1 }},
	} {
		x := w.closing("2024-06-30")
		c.change(&x)
		w.refused(officer, "loan.CloseDay", x, "LOAN_DAY_FIGURE", c.field, c.limit, c.actual)
	}
	w.refused(approver, "loan.CloseDay", w.closing("2024-06-30"), "ACCESS_DENIED", "identity", "B/officer", "B/approver")
}
