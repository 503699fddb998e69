package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Sum 补偿测算 is what a claim comes to, over the limbs that need no pool. The
// fund adds two: what is left for the bank in the year, and what the pool has.
type Sum struct {
	Principal   money.Fen // of the outstanding principal, what was filed
	Recovered   money.Fen // of what was received, the same part
	Other       money.Fen // other government money
	NetLoss     money.Fen // 净损失
	Ratio       money.Fen // limbs
	PerLoanCap  money.Fen
	Stack       money.Fen
	Entitlement money.Fen // the least of them
	Binding     string    // which: ratio, per_loan_cap, stack
}

// sum works the claim out by the pack that judges the filing.
func (n *Figures) sum(f *Filing, pack *consortium.RulePack, others []Government) (Sum, error) {
	row, ok := pack.Ratio(f.Guarantee)
	if !ok {
		return Sum{}, NoPack.At("guarantee", pack.ID, f.Guarantee)
	}
	var s Sum
	var err error
	if s.Principal, err = n.counted(n.Outstanding); err != nil {
		return s, err
	}
	for _, r := range n.Received {
		part, err := n.counted(r.Amount)
		if err != nil {
			return s, err
		}
		s.Recovered += part
	}
	for _, g := range others {
		if s.Other, err = s.Other.Add(g.Amount); err != nil {
			return s, err
		}
	}
	s.NetLoss = max(0, s.Principal-s.Recovered)
	ratio := row.Ratio
	if f.FirstLoan {
		ratio += row.FirstLoanPoints
	}
	s.PerLoanCap = pack.Sum.PerLoanCap
	if s.Ratio, err = s.NetLoss.MulDiv(int64(ratio), int64(money.One), money.HalfUp); err != nil {
		return s, err
	}
	s.Stack = money.Fen(int64(s.NetLoss) * int64(pack.Sum.Stack/money.BasisPoint) / int64(money.One/money.BasisPoint))
	s.Stack = max(0, s.Stack-s.Other)
	s.Entitlement, s.Binding = s.Ratio, "ratio"
	if s.PerLoanCap < s.Entitlement {
		s.Entitlement, s.Binding = s.PerLoanCap, "per_loan_cap"
	}
	if s.Stack < s.Entitlement {
		s.Entitlement, s.Binding = s.Stack, "stack"
	}
	return s, nil
}
