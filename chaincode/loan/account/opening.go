package account

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Opening 期初余额 is where a loan stood when it was taken on 接续. Its contract
// keeps its own first day and principal; what was paid before is not on record.
type Opening struct {
	On      calendar.Date
	PaidTo  calendar.Date // 已结息日: the last due date on or before On, or the first day
	Balance money.Fen     // principal that is not due yet
	Each    money.Fen     // EQI: the equal instalment, EQP: the equal principal, as the bank has it;
	// 0: the balance over the instalments that remain
	Arrears []Arrear // in order
}

// Arrear 欠款 is what of an earlier instalment was unpaid. Its pieces begin
// anew on the day of the take-on; what they bore before is given.
type Arrear struct {
	Instalment int // its number, from 1
	Principal  money.Fen
	Interest   money.Fen
	Penalty    money.Fen
	Compound   money.Fen
}

// Outstanding is the principal that was unpaid.
func (o *Opening) Outstanding() money.Fen {
	sum := o.Balance
	for _, x := range o.Arrears {
		sum += x.Principal
	}
	return sum
}

func (o *Opening) arrear(i int) (Arrear, bool) {
	n, found := slices.BinarySearchFunc(o.Arrears, i+1, func(x Arrear, n int) int { return x.Instalment - n })
	if !found {
		return Arrear{}, false
	}
	return o.Arrears[n], true
}

// rows is the plan with, of each instalment due by then, what was unpaid.
func (o *Opening) rows(plan []schedule.Instalment) []schedule.Instalment {
	rows := slices.Clone(plan)
	balance := o.Outstanding()
	for i := range rows {
		if rows[i].Due > o.PaidTo {
			break
		}
		x, _ := o.arrear(i)
		balance -= x.Principal
		rows[i] = schedule.Instalment{N: i + 1, Due: rows[i].Due, Principal: x.Principal, Interest: x.Interest, Total: x.Principal + x.Interest, Balance: balance}
	}
	return rows
}

// carry gives an arrear what it bore before.
func (o *Opening) carry(i int, p *Partly) {
	if x, ok := o.arrear(i); ok {
		p.PrincipalSince, p.InterestSince, p.Penalty, p.Compound = o.On, o.On, x.Penalty, x.Compound
	}
}

// takeOn opens the account with a loan's balances.
func (f *folio) takeOn(o Opening) *refusal.Refusal {
	if f.s.Instalment != 0 || f.s.Partly.Touched || f.s.Advance+f.s.Fee+f.s.Paid.Sum() != 0 || f.s.Amended != nil {
		return TakeOnFirst.At("date", nil, o.On)
	}
	t := &f.contract.Terms
	k := f.running(o.On)
	start := t.From
	if k > 0 {
		start = f.rows[k-1].Due
	}
	if o.PaidTo != start {
		return TakeOnPaidTo.At("paid_to", start, o.PaidTo)
	}
	last := 0
	sum := o.Balance
	for _, x := range o.Arrears {
		if x.Instalment <= last || x.Instalment > k || min(x.Principal, x.Interest, x.Penalty, x.Compound) < 0 || max(x.Principal, x.Interest, x.Penalty, x.Compound) > MaxPrincipal {
			return TakeOnArrears.At("arrears.instalment", k, x.Instalment)
		}
		last = x.Instalment
		sum += x.Principal
	}
	switch {
	case o.Balance < 0 || o.Balance > t.Principal || k == len(f.rows) && o.Balance != 0:
		return TakeOnBalances.At("balance", t.Principal, o.Balance)
	case sum > t.Principal:
		return TakeOnBalances.At("outstanding", t.Principal, sum)
	case o.Each < 0 || o.Each > MaxPrincipal || o.Each > 0 && !f.fixed():
		return TakeOnBalances.At("each", nil, o.Each)
	}
	o.Arrears = slices.Clone(o.Arrears)
	f.s.amended().Opening = &o
	f.rows = o.rows(f.rows)
	if k == len(f.rows) {
		return nil
	}
	leg := Leg{First: k, Start: start, Balance: o.Balance, Each: o.Each, Count: len(f.rows)}
	if o.Balance == 0 {
		leg.Count = k
	} else if o.Each == 0 {
		f.divide(&leg)
	}
	if !f.relay(leg) {
		return PlanGrows.At("each", nil, o.Each)
	}
	return nil
}
