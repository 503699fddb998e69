package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
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
	Class            Class     `json:"class"`

	Due    money.Fen `json:"due"`    // all that is to be paid on or before the day
	Coming money.Fen `json:"coming"` // scheduled after the day, less the advance
}

// At gives the figures at the end of a day.
func (a *Account) At(s State, on calendar.Date) Figures {
	s = a.Advanced(s, on)
	f := Figures{Outstanding: a.contract.Terms.Principal - s.Paid.Principal, Advance: s.Advance, Fee: s.Fee, Due: s.Fee, Coming: -s.Advance}
	for i := s.Instalment; i < len(a.plan.Instalments); i++ {
		row := &a.plan.Instalments[i]
		if row.Due > on {
			f.Coming += row.Total
			continue
		}
		p := Partly{Principal: row.Principal, Interest: row.Interest, PrincipalSince: row.Due, InterestSince: row.Due}
		if i == s.Instalment {
			p = s.partly(row)
		}
		b := a.borne(p, row.Due, on)
		f.Penalty += b.penalty()
		f.Compound += b.compound()
		f.Due += p.Principal + p.Interest
		if row.Due < on {
			f.OverduePrincipal += p.Principal
			f.OverdueInterest += p.Interest
		}
	}
	f.Due += f.Penalty + f.Compound
	f.DaysPastDue = a.PastDue(s, on)
	f.Class = Floor(f.DaysPastDue)
	return f
}

// PastDue is the number of days past due 逾期天数 at the end of a day: from the
// earliest due date of which principal or interest is unpaid.
func (a *Account) PastDue(s State, on calendar.Date) int {
	s = a.Advanced(s, on)
	for i := s.Instalment; a.isDue(i, on); i++ {
		row := &a.plan.Instalments[i]
		if i == s.Instalment && s.Partly.Touched {
			if s.Partly.Principal+s.Partly.Interest == 0 {
				continue
			}
		} else if row.Total == 0 {
			continue
		}
		return row.Due.DaysUntil(on)
	}
	return 0
}

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

// Rows is the plan with what is unpaid at the end of a day.
func (a *Account) Rows(s State, on calendar.Date) []Row {
	s = a.Advanced(s, on)
	rows := make([]Row, len(a.plan.Instalments))
	for i := range rows {
		row := &a.plan.Instalments[i]
		rows[i] = Row{N: row.N, Due: row.Due, Principal: row.Principal, Interest: row.Interest, Total: row.Total, Balance: row.Balance}
		if i < s.Instalment {
			continue
		}
		p := Partly{Principal: row.Principal, Interest: row.Interest, PrincipalSince: row.Due, InterestSince: row.Due}
		if i == s.Instalment {
			p = s.partly(row)
		}
		rows[i].UnpaidPrincipal, rows[i].UnpaidInterest = p.Principal, p.Interest
		if row.Due <= on {
			b := a.borne(p, row.Due, on)
			rows[i].Penalty, rows[i].Compound = b.penalty(), b.compound()
		}
	}
	return rows
}

// Cleared reports whether nothing is owed any more, nor waits, at the end of a
// day.
func (a *Account) Cleared(s State, on calendar.Date) bool {
	f := a.At(s, on)
	return f.Outstanding == 0 && f.Due == 0 && f.Coming == 0 && f.Advance == 0
}
