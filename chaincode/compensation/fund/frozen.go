package fund

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Frozen reports whether the pool takes new filings 资金池熔断: not once so much
// of what it held at the year's opening is paid. A pool that is not open yet
// stops nobody.
func Frozen(ctx *command.Context, pack consortium.RulePack) (bool, error) {
	r, err := Kind.At(ctx.View, Ref.ID)
	if err != nil || r == nil {
		return false, err
	}
	return r.State.frozen(pack), nil
}

func (p Pool) frozen(pack consortium.RulePack) bool {
	if p.Year == 0 {
		return false
	}
	status, _ := formula.PoolBreaker(pack.Pool, p.Totals.Opening, p.Totals.Payouts, p.Available(), 0)
	return !status.Files()
}
