package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Repay allocates a payment of a day. Payments come in order of their days.
func (a *Account) Repay(s State, on calendar.Date, amount money.Fen) (State, Allocation) {
	f := a.open(s)
	to := f.repay(on, amount)
	return f.s, to
}

// Charge adds costs of recovery 实现债权费用: what waits pays them at once, else
// the next payment does in its order.
func (a *Account) Charge(s State, on calendar.Date, amount money.Fen) State {
	f := a.open(s)
	f.charge(on, amount)
	return f.s
}

// Advanced is the state at the end of a day: what waited has paid the
// instalments that fell due, each on its due date.
func (a *Account) Advanced(s State, on calendar.Date) State {
	if s.Advance == 0 {
		return s
	}
	f := a.open(s)
	f.advance(on)
	return f.s
}

func (f *folio) repay(on calendar.Date, amount money.Fen) Allocation {
	f.advance(on)
	to := Allocation{Parts: f.settle(on, amount)}
	to.Advance = amount - to.Sum()
	f.s.Advance += to.Advance
	return to
}

// settle pays what is due on a day as far as an amount goes.
func (f *folio) settle(on calendar.Date, amount money.Fen) Parts {
	order := f.order()
	if n := f.contract.NonPerforming; n > 0 && f.pastDue(on) > n {
		order = PrincipalFirst
	}
	var to Parts
	rest := amount
	for rest > 0 && f.owing(on) {
		paid := f.pay(on, rest, order)
		to = to.plus(paid)
		rest -= paid.Sum()
	}
	if fee := min(f.s.Fee, rest); fee > 0 { // no instalment was due
		f.s.Fee -= fee
		f.s.Paid.Fee += fee
		to.Fee += fee
	}
	return to
}

func (f *folio) charge(on calendar.Date, amount money.Fen) {
	f.advance(on)
	paid := min(f.s.Advance, amount)
	f.s.Advance -= paid
	f.s.Paid.Fee += paid
	f.s.Fee += amount - paid
	f.spend(Order{Fee}, Parts{Fee: paid})
}

func (f *folio) advance(on calendar.Date) {
	for f.s.Advance > 0 && f.owing(on) {
		paid := f.pay(f.rows[f.s.Instalment].Due, f.s.Advance, f.order())
		f.s.Advance -= paid.Sum()
		f.spend(f.order(), paid)
	}
}

// owing goes past instalments that owe nothing, and reports whether one that
// is due on the day owes something.
func (f *folio) owing(on calendar.Date) bool {
	for ; f.isDue(f.s.Instalment, on); f.s.Instalment++ {
		if p := f.unpaid(f.s.Instalment); p.Principal != 0 || p.Interest != 0 || p.Penalty != 0 || p.Compound != 0 {
			return true
		}
		f.s.Partly = Partly{}
	}
	return false
}

// spend notes what waiting money paid, in the order in which it did.
func (f *folio) spend(order Order, paid Parts) {
	if f.spent == nil {
		return
	}
	for _, part := range order {
		if x := paid.Of(part); x > 0 {
			*f.spent = append(*f.spent, spending{part, x})
		}
	}
}

// pay pays the first unpaid instalment, at most all that it and the fees owe,
// and goes on to the next once it owes nothing.
func (f *folio) pay(on calendar.Date, amount money.Fen, order Order) Parts {
	p := f.unpaid(f.s.Instalment)
	borne := f.borne(p, f.rows[f.s.Instalment].Due, on)
	var paid Parts
	for _, part := range order {
		var x money.Fen
		switch part {
		case Fee:
			x = min(amount, f.s.Fee)
			f.s.Fee -= x
		case Penalty:
			x = min(amount, borne.penalty())
			borne.penaltyNet -= x
		case Compound:
			x = min(amount, borne.compound())
			borne.compoundNet -= x
		case Interest:
			x = min(amount, p.Interest)
			if x > 0 {
				borne.endInterest(&p, on)
			}
			p.Interest -= x
		case Principal:
			x = min(amount, p.Principal)
			if x > 0 {
				borne.endPrincipal(&p, on)
			}
			p.Principal -= x
		}
		*paid.at(part) = x
		amount -= x
	}
	p.Penalty, p.Compound = borne.penaltyNet, borne.compoundNet
	f.s.Paid = f.s.Paid.plus(paid)
	if p.Principal == 0 && p.Interest == 0 && borne.penalty() == 0 && borne.compound() == 0 {
		f.s.Instalment++
		p = Partly{}
	}
	f.s.Partly = p
	return paid
}

// burden is penalty and compound interest of one instalment on a day: ended
// pieces less what was paid, and the pieces that run.
type burden struct {
	penaltyNet, penaltyRuns   money.Fen
	compoundNet, compoundRuns money.Fen
	grace                     bool
}

func (b *burden) penalty() money.Fen  { return b.penaltyNet + b.penaltyRuns }
func (b *burden) compound() money.Fen { return b.compoundNet + b.compoundRuns }

func (b *burden) endPrincipal(p *Partly, on calendar.Date) {
	if b.grace {
		return
	}
	b.penaltyNet, b.penaltyRuns = b.penaltyNet+b.penaltyRuns, 0
	p.PrincipalSince = on
}

func (b *burden) endInterest(p *Partly, on calendar.Date) {
	if b.grace {
		return
	}
	b.compoundNet, b.compoundRuns = b.compoundNet+b.compoundRuns, 0
	p.InterestSince = on
}

func (f *folio) borne(p Partly, due, on calendar.Date) burden {
	b := burden{penaltyNet: p.Penalty, compoundNet: p.Compound}
	if due.DaysUntil(on) <= f.contract.GraceDays {
		b.grace = true
		return b
	}
	b.penaltyRuns = f.piece(p.Principal, p.PrincipalSince, on, Penalty)
	b.compoundRuns = f.piece(p.Interest, p.InterestSince, on, Compound)
	return b
}
