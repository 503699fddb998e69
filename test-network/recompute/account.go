package main

import (
	"math/big"
	"time"
)

// account is a disbursed loan.
type account struct {
	terms
	rows            []*instalment
	maturity        time.Time
	advance, fee    int64
	repaidPrincipal int64
}

func open(t terms, principal int64, from time.Time) *account {
	a := &account{terms: t, rows: t.plan(principal, from)}
	a.maturity = a.rows[len(a.rows)-1].due
	return a
}

// interestOn is what a sum bears over days at so many percent of the rate.
func (a *account) interestOn(sum int64, from, to time.Time, percent int) int64 {
	x := new(big.Rat).Mul(new(big.Rat).SetInt64(sum), a.rate)
	return a.round(x.Mul(x, big.NewRat(days(from, to)*int64(percent), 36000)))
}

// piece is what an unpaid sum bears since it last changed; the loan's last
// due date ends a piece.
func (a *account) piece(sum int64, from, to time.Time, before, after int) int64 {
	switch {
	case sum == 0 || !from.Before(to):
		return 0
	case !from.Before(a.maturity):
		return a.interestOn(sum, from, to, after)
	case to.After(a.maturity):
		return a.interestOn(sum, from, a.maturity, before) + a.interestOn(sum, a.maturity, to, after)
	}
	return a.interestOn(sum, from, to, before)
}

// late are penalty and compound interest that run on an instalment; none
// within the days of grace.
func (a *account) late(row *instalment, on time.Time) (penalty, compound int64) {
	if days(row.due, on) <= int64(a.grace) {
		return 0, 0
	}
	high := 100 + a.penalty
	return a.piece(row.principal, row.principalSince, on, high, high), a.piece(row.interest, row.interestSince, on, 100, high)
}

func (a *account) owed(row *instalment, on time.Time) int64 {
	p, c := a.late(row, on)
	return row.principal + row.interest + row.penalty + p + row.compound + c
}

// until pays, on each due date up to a day, what waits in advance.
func (a *account) until(on time.Time) {
	for a.advance > 0 {
		row := a.firstOwing(on)
		if row == nil {
			return
		}
		a.advance -= a.pay(row, row.due, a.advance, false)
	}
}

// firstOwing is the oldest instalment due by a day of which anything is owed
// on that day.
func (a *account) firstOwing(on time.Time) *instalment {
	for _, row := range a.rows {
		if row.due.After(on) {
			return nil
		}
		if a.owed(row, on) != 0 {
			return row
		}
	}
	return nil
}

// pay pays on one instalment and gives what it took.
func (a *account) pay(row *instalment, on time.Time, amount int64, principalFirst bool) int64 {
	start := amount
	runningPenalty, runningCompound := a.late(row, on)
	grace := days(row.due, on) <= int64(a.grace)
	take := func(most int64) int64 {
		x := min(amount, most)
		amount -= x
		return x
	}
	late := func() {
		row.penalty -= take(row.penalty + runningPenalty)
		row.compound -= take(row.compound + runningCompound)
	}
	interest := func() {
		x := take(row.interest)
		if x > 0 && !grace { // the piece ends
			row.compound, runningCompound = row.compound+runningCompound, 0
			row.interestSince = on
		}
		row.interest -= x
	}
	principal := func() {
		x := take(row.principal)
		if x > 0 && !grace {
			row.penalty, runningPenalty = row.penalty+runningPenalty, 0
			row.principalSince = on
		}
		row.principal -= x
		a.repaidPrincipal += x
	}
	if principalFirst {
		principal()
		interest()
		late()
	} else {
		late()
		interest()
		principal()
	}
	return start - amount
}

// pastDue counts the days from the earliest due date of which principal or
// interest is unpaid.
func (a *account) pastDue(on time.Time) int64 {
	a.until(on)
	for _, row := range a.rows {
		if !row.due.After(on) && row.principal+row.interest != 0 {
			return days(row.due, on)
		}
	}
	return 0
}

func (a *account) repay(on time.Time, amount int64) {
	a.until(on)
	principalFirst := a.pastDue(on) > nonPerforming
	x := min(a.fee, amount)
	a.fee, amount = a.fee-x, amount-x
	for amount > 0 {
		row := a.firstOwing(on)
		if row == nil {
			break
		}
		amount -= a.pay(row, on, amount, principalFirst)
	}
	a.advance += amount
}

func (a *account) charge(on time.Time, amount int64) {
	a.until(on)
	x := min(a.advance, amount)
	a.advance -= x
	a.fee += amount - x
}

// askable is all that the contract can still ask for on a day.
func (a *account) askable(on time.Time) int64 {
	a.until(on)
	sum := a.fee - a.advance
	for _, row := range a.rows {
		if row.due.After(on) {
			sum += row.principal + row.interest
		} else {
			sum += a.owed(row, on)
		}
	}
	return sum
}
