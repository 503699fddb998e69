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

// A ledger knows a command again by its content, so nothing of a contract may
// be left out of it.
func TestEveryTermTellsContractsApart(t *testing.T) {
	head := command.Head{Number: "n", Date: calendar.MustParse("2024-01-05")}
	seen := map[string]int{}
	zero := 0
	for i, c := range []SignContent{{}, {Amount: 1}, {Rate: 1}, {Method: schedule.Bullet}, {Periods: 1}, {EveryMonths: 1}, {DayCount: calendar.Actual365}, {Rounding: money.HalfEven},
		{MonthEnd: calendar.Roll}, {Multiple: 1}, {PenaltyPercent: &zero}, {GraceDays: 1}, {Dues: []schedule.Due{{Date: 1}}}, {Reprice: January},
		{Spread: new(money.Rate)}, {Cap: new(money.Rate)}, {Floor: new(money.Rate)}, {ActualRate: new(money.Rate)}} {
		c.Head = head
		raw, err := ledgerstate.Encode(&c)
		require.NoError(t, err)
		require.NotContains(t, seen, string(raw), "contracts %d and %d", i, seen[string(raw)])
		seen[string(raw)] = i
	}
}
