package loan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// A ledger knows a command again by its content. What contents had before there
// were floating rates and replacements is still encoded as it was.
func TestContentsAreEncodedAsBefore(t *testing.T) {
	head := command.Head{Number: "n", Date: calendar.MustParse("2024-01-05")}
	ref := ledgerstate.Ref{ID: ledgerstate.ID{Page: "p", Slot: 3}, No: "L1"}
	percent := 30
	pay := []Payment{{Payee: "a", Amount: 5, Entrusted: true}}
	for _, c := range []struct{ before, now any }{
		{&struct {
			command.Head
			Loan   ledgerstate.Ref
			Amount money.Fen
		}{head, ref, 7}, &RepayContent{Head: head, Loan: ref, Amount: 7}},
		{&struct {
			command.Head
			Loan    ledgerstate.Ref
			Amount  money.Fen
			Voucher string
		}{head, ref, 7, "v"}, &ChargeContent{Head: head, Loan: ref, Amount: 7, Voucher: "v"}},
		{&struct {
			command.Head
			Loan     ledgerstate.Ref
			Amount   money.Fen
			Voucher  string
			Payments []Payment
		}{head, ref, 5, "v", pay}, &DisburseContent{Head: head, Loan: ref, Amount: 5, Voucher: "v", Payments: pay}},
		{&struct {
			command.Head
			Loan           ledgerstate.Ref
			Amount         money.Fen
			Rate           money.Rate
			Method         schedule.Method
			Periods        int
			EveryMonths    int
			DayCount       calendar.DayCount
			Rounding       money.Rounding
			MonthEnd       calendar.MonthEnd
			Multiple       money.Fen
			PenaltyPercent *int
			GraceDays      int
		}{head, ref, 7, 4, schedule.Bullet, 12, 1, calendar.Actual365, money.HalfEven, calendar.Roll, 100, &percent, 3},
			&SignContent{Head: head, Loan: ref, Amount: 7, Rate: 4, Method: schedule.Bullet, Periods: 12, EveryMonths: 1, DayCount: calendar.Actual365,
				Rounding: money.HalfEven, MonthEnd: calendar.Roll, Multiple: 100, PenaltyPercent: &percent, GraceDays: 3}},
	} {
		want, err := ledgerstate.Encode(c.before)
		require.NoError(t, err)
		got, err := ledgerstate.Encode(c.now)
		require.NoError(t, err)
		require.Equal(t, want, got, "%T", c.now)
	}
	// What is new tells contents apart.
	plain, err := ledgerstate.Encode(&SignContent{Head: head, Loan: ref})
	require.NoError(t, err)
	for _, c := range []SignContent{{Reprice: January}, {Spread: new(money.Rate)}, {Cap: new(money.Rate)}, {Floor: new(money.Rate)}, {ActualRate: new(money.Rate)}, {Dues: []schedule.Due{{Date: 1}}}} {
		c.Head, c.Loan = head, ref
		other, err := ledgerstate.Encode(&c)
		require.NoError(t, err)
		require.NotEqual(t, plain, other)
	}
}
