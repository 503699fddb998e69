package main

import (
	"math/big"
	"time"
)

// terms are a contract's.
type terms struct {
	method   string
	rate     *big.Rat // a year
	periods  int
	months   int // of a period
	count    string
	even     bool // half-even
	roll     bool
	multiple int64
	penalty  int // percent
	grace    int
}

// instalment is one row of a plan; principal and interest are what of it is
// unpaid.
type instalment struct {
	due                 time.Time
	principal, interest int64
	principalSince      time.Time
	interestSince       time.Time
	penalty, compound   int64 // of ended pieces, less what was paid
}

func (t terms) round(x *big.Rat) int64 {
	twice := new(big.Rat).Add(x, x)
	shifted := twice.Add(twice, big.NewRat(1, 1)) // 2x+1, so that ⌊(2x+1)/2⌋ is half up
	n := new(big.Int).Div(shifted.Num(), new(big.Int).Mul(shifted.Denom(), big.NewInt(2)))
	half := new(big.Rat).Sub(x, new(big.Rat).SetInt(n))
	if t.even && half.Cmp(big.NewRat(-1, 2)) == 0 && n.Bit(0) == 1 {
		n.Sub(n, big.NewInt(1))
	}
	return n.Int64()
}

// due is from + k months; a missing day is the month's last, or rolls.
func (t terms) due(from time.Time, months int) time.Time {
	day := time.Date(from.Year(), from.Month()+time.Month(months), from.Day(), 0, 0, 0, 0, time.UTC)
	if day.Day() == from.Day() {
		return day
	}
	first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	if t.roll {
		return first
	}
	return first.AddDate(0, 0, -1)
}

func days(from, to time.Time) int64 { return int64(to.Sub(from).Hours() / 24) }

// year is the part of a year from one due date to the next.
func (t terms) year(from, to time.Time, months int) *big.Rat {
	count := t.count
	if count == "" {
		if t.method == "EQI" || t.method == "EQP" {
			return big.NewRat(int64(months), 12)
		}
		count = "ACT/360"
	}
	switch count {
	case "30/360":
		ordinal := func(d time.Time) int64 {
			return 360*int64(d.Year()) + 30*int64(d.Month()) + int64(min(d.Day(), 30))
		}
		return big.NewRat(ordinal(to)-ordinal(from), 360)
	case "ACT/360":
		return big.NewRat(days(from, to), 360)
	case "ACT/365":
		return big.NewRat(days(from, to), 365)
	}
	sum := new(big.Rat)
	for from.Before(to) { // year by year
		end := time.Date(from.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
		if end.After(to) {
			end = to
		}
		length := int64(365)
		if y := from.Year(); y%4 == 0 && y%100 != 0 || y%400 == 0 {
			length = 366
		}
		sum.Add(sum, big.NewRat(days(from, end), length))
		from = end
	}
	return sum
}

// plan is the repayment plan of a principal from a day.
func (t terms) plan(principal int64, from time.Time) []*instalment {
	periods, months := t.periods, t.months
	if t.method == "BUL" {
		periods, months = 1, t.periods*t.months
	}
	rows := make([]*instalment, periods)
	factors := make([]*big.Rat, periods)
	before := from
	for k := range rows {
		due := t.due(from, (k+1)*months)
		factors[k] = new(big.Rat).Mul(t.rate, t.year(before, due, months))
		rows[k] = &instalment{due: due, principalSince: due, interestSince: due}
		before = due
	}
	equal := t.equal(principal, factors)
	share := t.round(big.NewRat(principal, int64(periods)))
	balance := principal
	for k, row := range rows {
		row.interest = t.round(new(big.Rat).Mul(new(big.Rat).SetInt64(balance), factors[k]))
		switch {
		case k == periods-1:
			row.principal = balance
		case t.method == "EQI":
			row.principal = min(equal-row.interest, balance)
		case t.method == "EQP":
			row.principal = min(share, balance)
		}
		balance -= row.principal
	}
	return rows
}

// equal is the instalment A = P·Π(1+f) / Σ_k Π_{j>k}(1+f_j), rounded.
func (t terms) equal(principal int64, factors []*big.Rat) int64 {
	if t.method != "EQI" {
		return 0
	}
	product, sum := big.NewRat(1, 1), new(big.Rat)
	for k := len(factors) - 1; k >= 0; k-- {
		sum.Add(sum, product) // Π_{j>k}
		product = new(big.Rat).Mul(product, new(big.Rat).Add(factors[k], big.NewRat(1, 1)))
	}
	a := product.Mul(product, new(big.Rat).SetInt64(principal))
	a.Quo(a, sum)
	unit := max(t.multiple, 1)
	return t.round(a.Quo(a, new(big.Rat).SetInt64(unit))) * unit
}
