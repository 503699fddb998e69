package account

import (
	"slices"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Effect is what becomes of the instalments after a prepayment in part.
type Effect uint8

const (
	Reduce  Effect = iota // 减少每期还款额: as many instalments, each smaller
	Shorten               // 缩短期限: instalments as large, fewer
)

var effectNames = [...]string{"reduce", "shorten"}

// ParseEffect reads reduce or shorten.
func ParseEffect(text string) (Effect, error) {
	for e, name := range effectNames {
		if name == text {
			return Effect(e), nil
		}
	}
	return 0, unknown("EFFECT_UNKNOWN", "effect", effectNames[:], text, "提前还款方式未知", "unknown effect of a prepayment")
}

func (e Effect) String() string {
	if int(e) >= len(effectNames) {
		return "unknown"
	}
	return effectNames[e]
}

// prepayment is what a prepayment on a day would meet.
type prepayment struct {
	due      money.Fen // all that is due, fees too
	interest money.Fen // from the last due date to the day
	balance  money.Fen // principal that is not due yet
	running  int       // index of the instalment whose period runs
}

// beforehand works out what a prepayment meets, once what waited has paid.
func (f *folio) beforehand(on calendar.Date) prepayment {
	p := prepayment{due: f.due(on), running: f.running(on)}
	if p.running == len(f.rows) {
		return p
	}
	start, _, balance := f.period(p.running)
	p.balance = balance
	p.interest = f.interestTo(f.bearing(balance), start, on)
	return p
}

// interestTo is what a balance bears to the day of a prepayment: actual days
// / 360 (民法典 677), whatever the contract counts.
func (f *folio) interestTo(balance money.Fen, start, on calendar.Date) money.Fen {
	var weight int64
	f.eachPrice(start, on, func(p Price, from, to calendar.Date) {
		weight += int64(p.Rate) * int64(wholePercent+p.Misuse) * int64(from.DaysUntil(to))
	})
	n, _ := balance.MulDiv(weight, int64(money.One)*wholePercent*360, f.contract.Terms.Rounding)
	return n
}

// prepay pays what is due, interest to the day and then principal. What waits
// goes on waiting for the next due date; when there is none any more, the bank
// gives it back.
func (f *folio) prepay(on calendar.Date, amount money.Fen, effect Effect) (Allocation, *refusal.Refusal) {
	f.advance(on)
	p := f.beforehand(on)
	switch {
	case p.balance == 0:
		return Allocation{}, PrepayNothing.At("date", f.lastDue, on)
	case amount > p.due+p.interest+p.balance:
		return Allocation{}, PrepayAbove.At("amount", p.due+p.interest+p.balance, amount)
	case amount <= p.due+p.interest:
		return Allocation{}, PrepaySmall.At("amount", p.due+p.interest, amount)
	}
	to := Allocation{Parts: f.settle(on, amount)}
	principal := amount - p.due - p.interest
	to.Interest += p.interest
	to.Principal += principal
	f.s.Paid.Interest += p.interest
	f.s.Paid.Principal += principal
	f.s.amended().Prepaid += principal

	start, broken, _ := f.period(p.running)
	leg := Leg{First: p.running, Start: on, Broken: broken || on != start, Balance: p.balance - principal, Count: len(f.rows)}
	switch {
	case leg.Balance == 0:
		leg.Count = p.running
	case f.contract.Terms.Method == schedule.FlatInterest:
		return Allocation{}, PlanFlat.At("amount", p.due+p.interest+p.balance, amount)
	case effect == Shorten && f.fixed():
		leg.Each = f.each()
	case effect == Shorten && f.contract.Terms.Method == schedule.Seasonal:
		leg.Dues = f.dues(p.running)
	default:
		f.divide(&leg)
	}
	if !f.relay(leg) {
		return Allocation{}, PlanGrows.At("amount", nil, amount)
	}
	if leg.Balance > 0 && effect == Shorten {
		f.curtail()
	}
	return to, nil
}

// fixed reports whether the plan's instalments are fixed to an amount.
func (f *folio) fixed() bool {
	m := f.contract.Terms.Method
	return m == schedule.EqualInstalment || m == schedule.EqualPrincipal || m == schedule.FlatInterest
}

// dues are the days and the principal of a seasonal plan from an instalment
// on; none of another plan.
func (f *folio) dues(k int) []schedule.Due {
	if f.contract.Terms.Method != schedule.Seasonal {
		return nil
	}
	list := make([]schedule.Due, 0, len(f.rows)-k)
	for _, row := range f.rows[k:] {
		list = append(list, schedule.Due{Date: row.Due, Principal: row.Principal})
	}
	return list
}

// divide fixes a leg's instalments, so that they repay its balance.
func (f *folio) divide(l *Leg) {
	t := &f.contract.Terms
	switch t.Method {
	case schedule.EqualInstalment:
		l.Each = f.equal(l)
	case schedule.EqualPrincipal, schedule.FlatInterest:
		l.Each, _ = l.Balance.MulDiv(1, int64(l.Count-l.First), t.Rounding) // no larger than the balance
	case schedule.Seasonal:
		l.Dues = f.dues(l.First)
		var before, sum money.Fen // of the old principal and of the new, up to an instalment
		whole := money.Fen(0)
		for _, due := range l.Dues {
			whole += due.Principal
		}
		for i := range l.Dues {
			before += l.Dues[i].Principal
			upTo, _ := before.MulDiv(int64(l.Balance), int64(whole), t.Rounding) // no larger than the balance
			l.Dues[i].Principal, sum = upTo-sum, upTo
		}
	}
}

// relay makes the plan anew from a leg on; false when it grows.
func (f *folio) relay(l Leg) bool {
	m := f.s.amended()
	legs := m.Legs
	if n := len(legs); n > 0 && legs[n-1].First == l.First { // nothing of it is left
		legs = legs[:n-1]
	}
	m.Legs = append(slices.Clone(legs), l)
	f.rows = slices.Clone(f.rows[:l.First])
	fits := f.lay(&l, l.Count)
	f.lastDue = l.Start
	if n := len(f.rows); n > 0 {
		f.lastDue = f.rows[n-1].Due
	}
	return fits
}

// curtail lets the instalments fall away for which nothing is left.
func (f *folio) curtail() {
	m := f.s.amended()
	l := m.Legs[len(m.Legs)-1]
	n := len(f.rows)
	for n > l.First && f.rows[n-1].Total == 0 {
		n--
	}
	l.Count = n
	if l.Dues != nil {
		l.Dues = f.dues(l.First)[:n-l.First]
	}
	m.Legs = append(slices.Clone(m.Legs[:len(m.Legs)-1]), l)
	f.rows, f.lastDue = f.rows[:n], f.rows[n-1].Due
}

// reprice brings a rate, or percent for misuse, into force: the interest of
// the period that runs splits on the day, and the instalments after it are
// made anew. On a due date that is the period which begins there.
func (f *folio) reprice(p Price) bool {
	f.advance(p.From)
	m := f.s.amended()
	prices := m.Prices
	for len(prices) > 0 && prices[len(prices)-1].From >= p.From {
		prices = prices[:len(prices)-1]
	}
	m.Prices = append(slices.Clone(prices), p)
	k := f.running(p.From)
	if k == len(f.rows) {
		return true
	}
	start, broken, balance := f.period(k)
	if f.bearing(balance) == 0 {
		return true
	}
	leg := Leg{First: k, Start: start, Broken: broken, Balance: balance, Each: f.each(), Count: len(f.rows)}
	if f.contract.Terms.Method == schedule.EqualInstalment {
		leg.Each = f.equal(&leg)
	}
	leg.Dues = f.dues(k)
	return f.relay(leg)
}

// extend lengthens the term to so many periods, or that of a seasonal plan by
// the days agreed, and makes the plan of the principal that is not due yet
// anew. What is in arrears stays so.
func (f *folio) extend(e *Entry) *refusal.Refusal {
	on, t := e.Date, f.contract.Terms
	f.advance(on)
	k := f.running(on)
	if k == len(f.rows) {
		return ExtendLate.At("date", f.lastDue, on)
	}
	start, broken, balance := f.period(k)
	if balance == 0 {
		return NothingOwed.At("loan", nil, balance)
	}
	leg := Leg{First: k, Start: start, Broken: broken, Balance: balance}
	var last calendar.Date
	switch t.Method {
	case schedule.FlatInterest:
		return PlanFlat.At("periods", nil, e.Periods)
	case schedule.Seasonal:
		if e.Periods != 0 {
			return ExtendMethod.At("periods", nil, e.Periods)
		}
		var refused *refusal.Refusal
		if last, refused = agreed(e.Dues, on, balance); refused != nil {
			return refused
		}
		t.Periods = k + len(e.Dues)
		leg.Dues = slices.Clone(e.Dues)
	default:
		if n := len(e.Dues); n > 0 { // agreed on, so they must not be left out silently
			return ExtendMethod.At("dues", nil, n)
		}
		var err error
		t.Periods = e.Periods
		if last, err = t.Maturity(); err != nil || e.Periods < 1 || e.Periods > schedule.MaxPeriods {
			return ExtendTerm.At("periods", calendar.Last, e.Periods)
		}
	}
	if last <= f.lastDue {
		return ExtendShorter.At("periods", f.lastDue, last)
	}
	leg.Count, f.s.amended().Periods = t.Periods, t.Periods
	if atMaturity(t.Method) {
		leg.Count = 1
	}
	if leg.Dues == nil {
		f.divide(&leg)
	}
	if !f.relay(leg) {
		return PlanGrows.At("periods", nil, e.Periods)
	}
	return nil
}

// agreed checks the days and amounts that are to repay a balance, and gives
// the last.
func agreed(dues []schedule.Due, on calendar.Date, balance money.Fen) (calendar.Date, *refusal.Refusal) {
	if len(dues) == 0 || len(dues) > schedule.MaxPeriods {
		return 0, ExtendDues.At("dues", "1.."+strconv.Itoa(schedule.MaxPeriods), len(dues))
	}
	last, left := on, balance
	for _, due := range dues {
		if due.Date <= last || due.Date > calendar.Last {
			return 0, ExtendDues.At("dues.due", last, due.Date)
		}
		if due.Principal < 0 || due.Principal > left {
			return 0, ExtendDues.At("dues.principal", left, due.Principal)
		}
		last, left = due.Date, left-due.Principal
	}
	if left != 0 {
		return 0, ExtendDues.At("dues.principal", balance, balance-left)
	}
	return last, nil
}
