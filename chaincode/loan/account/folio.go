package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// folio is an account at work: a state with the plan in force.
type folio struct {
	*Account
	s       State
	rows    []schedule.Instalment
	lastDue calendar.Date // of the plan in force
	spent   *[]spending   // what waiting money paid, when somebody asks
}

// spending is a part that waiting money paid.
type spending struct {
	part   Part
	amount money.Fen
}

// refunded is no part of a payment: the money went back.
const refunded Part = 255

func (a *Account) open(s State) folio {
	f := folio{Account: a, s: s, rows: a.plan.Instalments, lastDue: a.maturity}
	if s.Amended != nil {
		f.rebuild()
	}
	return f
}

// lent is the principal that the account began with.
func (f *folio) lent() money.Fen {
	if m := f.s.Amended; m != nil && m.Opening != nil {
		return m.Opening.Outstanding()
	}
	return f.contract.Terms.Principal
}

func (f *folio) isDue(instalment int, on calendar.Date) bool {
	return instalment < len(f.rows) && f.rows[instalment].Due <= on
}

// running is the index of the first instalment that falls due after a day.
func (f *folio) running(on calendar.Date) int {
	i := min(f.s.Instalment, len(f.rows))
	for i > 0 && f.rows[i-1].Due > on {
		i--
	}
	for f.isDue(i, on) {
		i++
	}
	return i
}

// unpaid is what of an instalment, not before the first unpaid one, is unpaid.
func (f *folio) unpaid(i int) Partly {
	if i == f.s.Instalment && f.s.Partly.Touched {
		return f.s.Partly
	}
	row := &f.rows[i]
	p := Partly{Touched: true, Principal: row.Principal, Interest: row.Interest, PrincipalSince: row.Due, InterestSince: row.Due}
	if m := f.s.Amended; m != nil && m.Opening != nil {
		m.Opening.carry(i, &p)
	}
	return p
}

// pastDue is the number of days from the earliest due date of which principal
// or interest is unpaid.
func (f *folio) pastDue(on calendar.Date) int {
	for i := f.s.Instalment; f.isDue(i, on); i++ {
		if p := f.unpaid(i); p.Principal+p.Interest > 0 {
			return f.rows[i].Due.DaysUntil(on)
		}
	}
	return 0
}
