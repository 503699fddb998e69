package compensation

import (
	"errors"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
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
	terms, ok := formula.TermsOf(*pack, f.Guarantee, f.FirstLoan)
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
		s.Other += g.Amount // twenty of at most 10^15 fen
	}
	r, err := formula.Entitle(terms, formula.Loss{Principal: s.Principal, Recoveries: []money.Fen{max(0, s.Recovered)}, OtherGovernment: min(s.Other, money.Max)}, formula.Open, formula.Open)
	if err != nil {
		return s, figureRefused(err)
	}
	s.NetLoss, s.Entitlement, s.Binding = r.NetLoss, r.Entitlement, r.Binding.String()
	s.Ratio, s.PerLoanCap, s.Stack = r.Limbs.Ratio, r.Limbs.PerLoanCap, r.Limbs.Stack
	return s, nil
}

// figureRefused makes a refusal of why the formula gives no figure.
func figureRefused(err error) error {
	var e *invalid.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Code == "CALENDAR_YEAR_MISSING":
		return NoCalendar.At("date", nil, e.Value)
	}
	return FigureRange.At(e.Field, e.Limit, e.Value)
}
