package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Figures are an account at the end of a day.
type Figures struct {
	Outstanding      money.Fen `json:"outstanding_principal"` // 贷款余额
	OverduePrincipal money.Fen `json:"overdue_principal"`     // 逾期本金
	OverdueInterest  money.Fen `json:"overdue_interest"`      // 欠息
	Penalty          money.Fen `json:"penalty"`               // accrued and unpaid
	Compound         money.Fen `json:"compound"`
	Fee              money.Fen `json:"fee"`
	Advance          money.Fen `json:"advance"`
	DaysPastDue      int       `json:"days_past_due"`
	Class            Class     `json:"class"` // the floor

	Due    money.Fen `json:"due"`    // all that is to be paid on or before the day
	Coming money.Fen `json:"coming"` // scheduled after the day, less the advance
}

// At gives the figures at the end of a day.
func (a *Account) At(s State, on calendar.Date) Figures {
	f := a.open(s)
	f.advance(on)
	return f.figures(on)
}

func (f *folio) figures(on calendar.Date) Figures {
	s := &f.s
	x := Figures{Outstanding: f.lent() - s.Paid.Principal, Advance: s.Advance, Fee: s.Fee, Due: s.Fee, Coming: -s.Advance}
	for i := s.Instalment; i < len(f.rows); i++ {
		row := &f.rows[i]
		if row.Due > on {
			x.Coming += row.Total
			continue
		}
		p := f.unpaid(i)
		b := f.borne(p, row.Due, on)
		x.Penalty += b.penalty()
		x.Compound += b.compound()
		x.Due += p.Principal + p.Interest
		if row.Due < on {
			x.OverduePrincipal += p.Principal
			x.OverdueInterest += p.Interest
		}
	}
	x.Due += x.Penalty + x.Compound
	x.DaysPastDue = f.pastDue(on)
	x.Class = Floor(x.DaysPastDue)
	return x
}

// due is all that is to be paid on or before a day.
func (f *folio) due(on calendar.Date) money.Fen {
	sum := f.s.Fee
	for i := f.s.Instalment; f.isDue(i, on); i++ {
		p := f.unpaid(i)
		b := f.borne(p, f.rows[i].Due, on)
		sum += p.Principal + p.Interest + b.penalty() + b.compound()
	}
	return sum
}

// PastDue is the number of days past due 逾期天数 at the end of a day: from the
// earliest due date of which principal or interest is unpaid.
func (a *Account) PastDue(s State, on calendar.Date) int {
	f := a.open(s)
	f.advance(on)
	return f.pastDue(on)
}

// Class is the class at the end of a day: what the bank gave, and never better
// than the floor.
func (a *Account) Class(s State, on calendar.Date) Class {
	class := Floor(a.PastDue(s, on))
	if m := s.Amended; m != nil && m.Classed != nil {
		class = max(class, m.Classed.Class)
	}
	return class
}

// Planned is the plan in force.
func (a *Account) Planned(s State) []schedule.Instalment { f := a.open(s); return f.rows }

// LastDue is the last due date of the plan in force.
func (a *Account) LastDue(s State) calendar.Date { f := a.open(s); return f.lastDue }

// PriceOn is the rate in force on a day.
func (a *Account) PriceOn(s State, on calendar.Date) Price { f := a.open(s); return f.price(on) }

// Lent is the principal that the account began with: what was disbursed, or
// was outstanding when the loan was taken on.
func (a *Account) Lent(s State) money.Fen { f := a.open(s); return f.lent() }

// Row is an instalment with what of it is paid at the end of a day.
type Row struct {
	N               int           `json:"n"`
	Due             calendar.Date `json:"due"`
	Principal       money.Fen     `json:"principal"`
	Interest        money.Fen     `json:"interest"`
	Total           money.Fen     `json:"total"`
	Balance         money.Fen     `json:"balance"`
	UnpaidPrincipal money.Fen     `json:"unpaid_principal"`
	UnpaidInterest  money.Fen     `json:"unpaid_interest"`
	Penalty         money.Fen     `json:"penalty"` // accrued and unpaid
	Compound        money.Fen     `json:"compound"`
}

// Rows is the plan in force with what is unpaid at the end of a day.
func (a *Account) Rows(s State, on calendar.Date) []Row {
	f := a.open(s)
	f.advance(on)
	rows := make([]Row, len(f.rows))
	for i := range rows {
		row := &f.rows[i]
		rows[i] = Row{N: row.N, Due: row.Due, Principal: row.Principal, Interest: row.Interest, Total: row.Total, Balance: row.Balance}
		if i < f.s.Instalment {
			continue
		}
		p := f.unpaid(i)
		rows[i].UnpaidPrincipal, rows[i].UnpaidInterest = p.Principal, p.Interest
		if row.Due <= on {
			b := f.borne(p, row.Due, on)
			rows[i].Penalty, rows[i].Compound = b.penalty(), b.compound()
		}
	}
	return rows
}

// Cleared reports whether nothing is owed any more, nor waits, at the end of a
// day.
func (a *Account) Cleared(s State, on calendar.Date) bool {
	x := a.At(s, on)
	return x.Outstanding == 0 && x.Due == 0 && x.Coming == 0 && x.Advance == 0
}
