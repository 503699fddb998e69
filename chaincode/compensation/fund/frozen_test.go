package fund

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func TestPoolFreezesAtItsShare(t *testing.T) {
	pack := consortium.RulePack{Pool: consortium.PoolBreaker{Warn: money.One / 2, Freeze: money.One * 8 / 10, TopUpMonths: 3}}
	p := Pool{Year: 2024, Totals: Totals{Opening: 1000_00, Injections: 500_00, Payouts: 799_99}, Balance: 700_01}
	require.False(t, p.frozen(pack))
	p.Totals.Payouts++
	require.True(t, p.frozen(pack), "of the opening balance, whatever was injected since")
	p.Year = 0
	require.False(t, p.frozen(pack), "a pool that is not open")
}
