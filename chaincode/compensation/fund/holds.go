package fund

import (
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Holds is the pool's identity 资金池恒等式: what the year's events give is the
// balance, the balance is what lies at the banks, and nothing is negative. It
// gives what is broken, nil if all holds. Every rule asks it of the pool as it
// would be.
func (p Pool) Holds() *refusal.Refusal {
	t := p.Totals
	for _, x := range []struct {
		field  string
		amount money.Fen
	}{
		{"opening", t.Opening}, {"injections", t.Injections}, {"interest", t.Interest}, {"returns", t.Returns},
		{"clawbacks", t.Clawbacks}, {"payouts", t.Payouts}, {"refunds", t.Refunds}, {"balance", p.Balance}, {"reserved", p.Reserved},
	} {
		if x.amount < 0 {
			return Negative.At(x.field, money.Fen(0), x.amount)
		}
		if x.amount > money.Max {
			return TooLarge.At(x.field, money.Max, x.amount)
		}
	}
	var lies money.Fen
	for _, d := range p.Deposits {
		if d.Balance < 0 {
			return Negative.At(d.Code, money.Fen(0), d.Balance)
		}
		lies += d.Balance // each is at most the balance if the sum is
		if lies > money.Max {
			return TooLarge.At("deposits", money.Max, lies)
		}
	}
	for _, b := range p.Banks {
		if b.Allocated < 0 {
			return Negative.At(b.Bank, money.Fen(0), b.Allocated)
		}
	}
	switch {
	case t.Net() != p.Balance:
		return Identity.At("balance", t.Net(), p.Balance)
	case lies != p.Balance:
		return Identity.At("deposits", p.Balance, lies)
	case p.Reserved > p.Balance:
		return Unavailable.At("reserved", p.Balance, p.Reserved)
	}
	return nil
}
