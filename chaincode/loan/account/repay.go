package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Repay allocates a payment of a day. Payments come in order of their days.
func (a *Account) Repay(s State, on calendar.Date, amount money.Fen) (State, Allocation) {
	s = a.Advanced(s, on)
	order := Normal
	if n := a.contract.NonPerforming; n > 0 && a.PastDue(s, on) > n {
		order = PrincipalFirst
	}
	var to Allocation
	to.Fee = min(s.Fee, amount)
	s.Fee -= to.Fee
	s.Paid.Fee += to.Fee
	rest := amount - to.Fee
	for rest > 0 && a.isDue(s.Instalment, on) {
		var paid Parts
		s, paid = a.pay(s, on, rest, order)
		to.Parts = to.plus(paid)
		rest -= paid.Sum()
	}
	s.Advance += rest
	to.Advance = rest
	return s, to
}

// Charge adds costs of recovery 实现债权费用: what waits pays them at once, else
// the next payment does before all else.
func (a *Account) Charge(s State, on calendar.Date, amount money.Fen) State {
	s = a.Advanced(s, on)
	paid := min(s.Advance, amount)
	s.Advance -= paid
	s.Paid.Fee += paid
	s.Fee += amount - paid
	return s
}

// Advanced is the state at the end of a day: what waited has paid the
// instalments that fell due, each on its due date.
func (a *Account) Advanced(s State, on calendar.Date) State {
	for s.Advance > 0 && a.isDue(s.Instalment, on) {
		var paid Parts
		s, paid = a.pay(s, a.plan.Instalments[s.Instalment].Due, s.Advance, Normal)
		s.Advance -= paid.Sum()
	}
	return s
}

func (a *Account) isDue(instalment int, on calendar.Date) bool {
	return instalment < len(a.plan.Instalments) && a.plan.Instalments[instalment].Due <= on
}

// pay pays the first unpaid instalment, at most all that it owes, and goes on
// to the next once it owes nothing.
func (a *Account) pay(s State, on calendar.Date, amount money.Fen, order Order) (State, Parts) {
	row := &a.plan.Instalments[s.Instalment]
	p := s.partly(row)
	borne := a.borne(p, row.Due, on)
	var paid Parts
	for _, part := range order {
		switch part {
		case Penalty:
			x := min(amount, borne.penalty())
			borne.penaltyNet -= x
			paid.Penalty, amount = x, amount-x
		case Compound:
			x := min(amount, borne.compound())
			borne.compoundNet -= x
			paid.Compound, amount = x, amount-x
		case Interest:
			x := min(amount, p.Interest)
			if x > 0 {
				borne.endInterest(&p, on)
			}
			p.Interest -= x
			paid.Interest, amount = x, amount-x
		case Principal:
			x := min(amount, p.Principal)
			if x > 0 {
				borne.endPrincipal(&p, on)
			}
			p.Principal -= x
			paid.Principal, amount = x, amount-x
		}
	}
	p.Penalty, p.Compound = borne.penaltyNet, borne.compoundNet
	s.Paid = s.Paid.plus(paid)
	if p.Principal == 0 && p.Interest == 0 && borne.penalty() == 0 && borne.compound() == 0 {
		s.Instalment++
		p = Partly{}
	}
	s.Partly = p
	return s, paid
}

// partly is what of the first unpaid instalment is unpaid.
func (s State) partly(row *schedule.Instalment) Partly {
	if s.Partly.Touched {
		return s.Partly
	}
	return Partly{Touched: true, Principal: row.Principal, Interest: row.Interest, PrincipalSince: row.Due, InterestSince: row.Due}
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

func (a *Account) borne(p Partly, due, on calendar.Date) burden {
	b := burden{penaltyNet: p.Penalty, compoundNet: p.Compound}
	if due.DaysUntil(on) <= a.contract.GraceDays {
		b.grace = true
		return b
	}
	penalized := 100 + a.contract.PenaltyPercent
	b.penaltyRuns = a.piece(p.Principal, p.PrincipalSince, on, penalized, penalized)
	b.compoundRuns = a.piece(p.Interest, p.InterestSince, on, 100, penalized)
	return b
}

// piece is what an unpaid sum bears from a day up to another at so many
// percent of the rate; the loan's last due date ends a piece.
func (a *Account) piece(unpaid money.Fen, from, to calendar.Date, before, after int) money.Fen {
	if unpaid == 0 || from >= to {
		return 0
	}
	if from < a.maturity && a.maturity < to {
		return a.interest(unpaid, from, a.maturity, before) + a.interest(unpaid, a.maturity, to, after)
	}
	if from >= a.maturity {
		before = after
	}
	return a.interest(unpaid, from, to, before)
}

func (a *Account) interest(unpaid money.Fen, from, to calendar.Date, percent int) money.Fen {
	// It fits: Open checked the limits.
	n, _ := money.Interest(unpaid, a.contract.Terms.Rate, int64(from.DaysUntil(to))*int64(percent), 360*100, a.contract.Terms.Rounding)
	return n
}
