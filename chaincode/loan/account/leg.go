package account

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Leg 计划段 is the plan from one instalment on, as an entry made it anew: its
// first period is the one that ran on the day of the entry. A later leg takes
// over from its own first instalment.
type Leg struct {
	First   int           // index of its first instalment
	Start   calendar.Date // first day of its first period: a due date, or the day of a prepayment
	Broken  bool          // its first period begins inside one of the contract's: actual days / 360
	Balance money.Fen     // principal that its instalments repay
	Each    money.Fen     // EQI: the equal instalment; EQP: the equal principal
	Count   int           // instalments of the whole plan, those before First too

	Dues []schedule.Due // SEA: when what principal of it is due
}

// rebuild makes the plan in force.
func (f *folio) rebuild() {
	m := f.s.Amended
	before := f.rows
	if m.Opening != nil {
		before = m.Opening.rows(before)
	}
	f.rows = before
	if len(m.Legs) == 0 {
		return
	}
	last := &m.Legs[len(m.Legs)-1]
	f.rows = append(make([]schedule.Instalment, 0, max(last.Count, len(before))), before[:m.Legs[0].First]...)
	for i := range m.Legs {
		until := m.Legs[i].Count
		if i+1 < len(m.Legs) {
			until = m.Legs[i+1].First
		}
		f.lay(&m.Legs[i], until)
	}
	f.lastDue = last.Start
	if n := len(f.rows); n > 0 {
		f.lastDue = f.rows[n-1].Due
	}
}

// lay adds a leg's instalments up to an index to those before it. It reports
// false when one of them is smaller than its interest.
func (f *folio) lay(l *Leg, until int) bool {
	t := &f.contract.Terms
	balance, start, grows := l.Balance, l.Start, false
	for k := l.First; k < until; k++ {
		due := f.dueDate(l, k)
		num, den := f.factor(start, due, l.Broken && k == l.First)
		interest, _ := f.bearing(balance).MulDiv(num, den, t.Rounding) // it fits: Open and Apply checked the limits
		var principal money.Fen
		switch {
		case k == l.Count-1:
			principal = balance
		case t.Method == schedule.EqualInstalment:
			principal = min(l.Each-interest, balance)
			grows = grows || principal < 0
		case t.Method == schedule.EqualPrincipal, t.Method == schedule.FlatInterest:
			principal = min(l.Each, balance)
		case t.Method == schedule.Seasonal:
			principal = min(l.Dues[k-l.First].Principal, balance)
		}
		balance -= principal
		f.rows = append(f.rows, schedule.Instalment{N: k + 1, Due: due, Principal: principal, Interest: interest, Total: principal + interest, Balance: balance})
		start = due
	}
	return !grows
}

// atMaturity: one instalment, at the end.
func atMaturity(m schedule.Method) bool { return m == schedule.Bullet || m == schedule.Revolving }

// bearing is what bears interest where a balance is unpaid: with flat interest
// all that was lent.
func (f *folio) bearing(balance money.Fen) money.Fen {
	if f.contract.Terms.Method == schedule.FlatInterest {
		return f.contract.Terms.Principal
	}
	return balance
}

// dueDate is the due date of a leg's instalment, of an extended term too.
func (f *folio) dueDate(l *Leg, k int) calendar.Date {
	t := &f.contract.Terms
	switch {
	case t.Method == schedule.Seasonal:
		return l.Dues[k-l.First].Date
	case atMaturity(t.Method):
		due, _ := t.From.AddMonths(f.periods()*t.EveryMonths, t.MonthEnd) // extend checked it
		return due
	}
	if k < len(f.plan.Instalments) {
		return f.plan.Instalments[k].Due
	}
	due, _ := t.From.AddMonths((k+1)*t.EveryMonths, t.MonthEnd)
	return due
}

// periods is the number of periods of the term in force.
func (f *folio) periods() int {
	if m := f.s.Amended; m != nil && m.Periods > 0 {
		return m.Periods
	}
	return f.contract.Terms.Periods
}

// period is where the period that runs on a day began, whether inside one of
// the contract's, and the principal that it bears interest on; k is the index
// of the instalment that ends it.
func (f *folio) period(k int) (start calendar.Date, broken bool, balance money.Fen) {
	if m := f.s.Amended; m != nil && len(m.Legs) > 0 {
		if l := &m.Legs[len(m.Legs)-1]; l.First == k {
			return l.Start, l.Broken, l.Balance
		}
	}
	if k == 0 {
		return f.contract.Terms.From, false, f.contract.Terms.Principal
	}
	return f.rows[k-1].Due, false, f.rows[k-1].Balance
}

// each is what the instalments in force are fixed to.
func (f *folio) each() money.Fen {
	if m := f.s.Amended; m != nil && len(m.Legs) > 0 {
		return m.Legs[len(m.Legs)-1].Each
	}
	t := &f.contract.Terms
	if t.Method == schedule.EqualPrincipal || t.Method == schedule.FlatInterest {
		n, _ := t.Principal.MulDiv(1, int64(t.Periods), t.Rounding) // smaller than the principal
		return n
	}
	return f.plan.Equal
}

// countsMonths: without a day count, a period is its months of a year.
func countsMonths(m schedule.Method) bool {
	return m == schedule.EqualInstalment || m == schedule.EqualPrincipal || m == schedule.FlatInterest
}

// elapsed is the fraction of a year from the start of a period to a day in
// it, over a denominator that is the same for all days of the period. Where
// the contract counts whole months, the days inside one are counted as 30/360
// and are never more than the period.
func (f *folio) elapsed(start, due, on calendar.Date, broken bool) (num, den int64) {
	t := &f.contract.Terms
	count := t.DayCount
	switch {
	case broken:
		count = calendar.Actual360
	case count == calendar.Unspecified && !countsMonths(t.Method):
		count = calendar.Actual360
	case count == calendar.Unspecified:
		whole := int64(30 * t.EveryMonths)
		if on >= due {
			return whole, 360
		}
		days, _ := calendar.Thirty360.Fraction(start, on)
		return min(days.Num, whole), 360
	}
	x, _ := count.Fraction(start, on)
	return x.Num, x.Den
}

// factor is what a period's balance is multiplied with: the sum over its rates
// of rate × fraction of a year.
func (f *folio) factor(start, due calendar.Date, broken bool) (num, den int64) {
	_, year := f.elapsed(start, due, due, broken)
	before := int64(0)
	f.eachPrice(start, due, func(p Price, _, to calendar.Date) {
		x, _ := f.elapsed(start, due, to, broken)
		num += int64(p.Rate) * int64(wholePercent+p.Misuse) * (x - before)
		before = x
	})
	return num, int64(money.One) * wholePercent * year
}

// equal is the equal instalment A = P·Π(1+f) / Σ_k Π_{j>k}(1+f_j) of a leg,
// rounded once to the fen or to the contract's multiple. From the last period
// back, Σ_k Π_{j≤k} 1/(1+f_j) is x/y with x ← (x+y)·d and y ← y·(d+n).
func (f *folio) equal(l *Leg) money.Fen {
	x, y, s := new(big.Int), big.NewInt(1), new(big.Int)
	for k := l.Count - 1; k >= l.First; k-- {
		start := l.Start
		if k > l.First {
			start = f.dueDate(l, k-1)
		}
		num, den := f.factor(start, f.dueDate(l, k), l.Broken && k == l.First)
		x.Add(x, y).Mul(x, s.SetInt64(den))
		y.Mul(y, s.SetInt64(den+num))
	}
	t := &f.contract.Terms
	multiple := max(t.Multiple, 1)
	y.Mul(y, s.SetInt64(int64(l.Balance)))
	x.Mul(x, s.SetInt64(int64(multiple)))
	return money.Fen(t.Rounding.Div(y, x).Int64()) * multiple
}
