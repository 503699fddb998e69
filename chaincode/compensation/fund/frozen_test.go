package fund

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func TestPoolFreezesAtItsShare(t *testing.T) {
	pack := consortium.RulePack{Pool: consortium.PoolBreaker{Warn: money.One / 2, Freeze: money.One * 8 / 10, TopUpMonths: 3}}
	p := Pool{Year: 2024, Totals: Totals{Opening: 1000_00, Injections: 500_00, Payouts: 799_99}, Balance: 700_01}
	frozen := func() bool { return !p.standing(pack, calendar.MustParse("2024-08-01")).Breaker.Files() }
	require.False(t, frozen())
	p.Totals.Payouts++
	require.True(t, frozen(), "of the opening balance, whatever was injected since")
	p.Year = 0
	require.False(t, frozen(), "a pool that is not open")
}

// What the coming three months are expected to take is a quarter of what was
// committed in twelve, and the notice is raised and ended once each.
func TestTheNoticeFollowsThePace(t *testing.T) {
	pack := consortium.RulePack{Pool: consortium.PoolBreaker{Warn: money.One / 2, Freeze: money.One * 8 / 10, TopUpMonths: 3}}
	day := calendar.MustParse
	p := Pool{Year: 2024, Totals: Totals{Opening: 1000}, Balance: 1000}
	on := day("2024-01-31")
	p = Earmarked{Date: on, Banks: []BankYear{{"A", 300}, {"B", 102}}}.Evolve(p)
	require.Equal(t, Standing{Expected: 101}, p.standing(pack, on), "a quarter of 402, half-up")
	require.Nil(t, p.notice(pack, on))
	p = Earmarked{Date: day("2024-02-01"), Banks: []BankYear{{"B", 477}}}.Evolve(p) // 121 are left, 219.75 expected
	asked := p.notice(pack, day("2024-02-01"))
	require.Equal(t, TopUpAsked{TopUp{Since: day("2024-02-01"), Expected: 220, Available: 121}}, asked)
	p = asked.Evolve(p)
	require.Nil(t, p.notice(pack, day("2024-02-02")), "it stands already")
	require.True(t, p.standing(pack, day("2024-12-31")).TopUp, "the twelfth month counts January")
	require.Equal(t, money.Fen(119), p.standing(pack, day("2025-01-01")).Expected, "the thirteenth does not")
	require.Equal(t, TopUpMet{day("2025-01-01")}, p.notice(pack, day("2025-01-01")))
	p = Freed{Date: day("2024-03-05"), Bank: "B", Amount: 477, Year: 2024}.Evolve(p)
	require.Equal(t, money.Fen(101), p.standing(pack, day("2024-03-05")).Expected, "what was freed is not expected")
	met := p.notice(pack, day("2024-03-05"))
	require.Equal(t, TopUpMet{day("2024-03-05")}, met)
	require.Nil(t, met.Evolve(p).TopUp)
	require.Equal(t, []MonthPace{{formula.MonthOf(day("2025-03-01")), 1}}, p.paced(day("2025-03-01"), 1).Pace, "months before the last twelve are forgotten")
}
