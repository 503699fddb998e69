package schedule

import (
	"math/big"
	"time"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// This file computes plans a second time, from the rules' wording and not
// from the code: big.Rat throughout, the standard library's dates, year
// fractions day by day, and the equal instalment as the root of the final
// balance, which is linear in it.

func oracle(t Terms) (rows []Instalment, equal money.Fen, totalInterest money.Fen) {
	y, m, d := t.From.Civil()
	periods, months := t.Periods, t.EveryMonths
	if t.Method == Bullet || t.Method == Revolving {
		periods, months = 1, periods*months
	}
	count := t.DayCount.String()
	if count == "" && t.Method != EqualInstalment && t.Method != EqualPrincipal && t.Method != FlatInterest {
		count = "ACT/360"
	}
	from := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	dues := []time.Time{from}
	var factors []*big.Rat
	for k := 1; k <= periods; k++ {
		due := time.Date(y, time.Month(m+k*months), d, 0, 0, 0, 0, time.UTC)
		if due.Day() != d { // the library went on into the next month
			if t.MonthEnd == calendar.Clamp {
				due = due.AddDate(0, 0, -due.Day())
			} else {
				due = due.AddDate(0, 0, 1-due.Day())
			}
		}
		if t.Method == Seasonal {
			y, m, d := t.Dues[k-1].Date.Civil()
			due = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		}
		dues = append(dues, due)
		f := yearFraction(count, dues[k-1], due, months)
		factors = append(factors, f.Mul(f, big.NewRat(int64(t.Rate), 1_000_000_000)))
	}

	unit := max(t.Multiple, 1)
	if t.Method == EqualInstalment {
		constant, slope := new(big.Rat).SetInt64(int64(t.Principal)), new(big.Rat)
		for _, f := range factors {
			grow := new(big.Rat).Add(f, big.NewRat(1, 1))
			constant.Mul(constant, grow)
			slope.Mul(slope, grow).Sub(slope, big.NewRat(1, 1))
		}
		root := constant.Quo(constant, slope.Neg(slope))
		equal = unit * money.Fen(round(root.Quo(root, big.NewRat(int64(unit), 1)), t.Rounding))
	}
	share := money.Fen(round(big.NewRat(int64(t.Principal), int64(periods)), t.Rounding))

	balance := t.Principal
	for k, f := range factors {
		base := balance
		if t.Method == FlatInterest {
			base = t.Principal
		}
		exact := new(big.Rat).Mul(f, new(big.Rat).SetInt64(int64(base)))
		row := Instalment{N: k + 1, Due: calendar.MustParse(dues[k+1].Format(time.DateOnly)), Interest: money.Fen(round(exact, t.Rounding))}
		switch {
		case k == periods-1:
			row.Principal = balance
		case t.Method == EqualInstalment:
			row.Principal = equal - row.Interest
		case t.Method == EqualPrincipal, t.Method == FlatInterest:
			row.Principal = share
		case t.Method == Seasonal:
			row.Principal = t.Dues[k].Principal
		}
		if row.Principal > balance {
			row.Principal = balance
		}
		balance -= row.Principal
		row.Balance, row.Total = balance, row.Principal+row.Interest
		totalInterest += row.Interest
		rows = append(rows, row)
	}
	return rows, equal, totalInterest
}

func yearFraction(count string, from, to time.Time, months int) *big.Rat {
	switch count {
	case "":
		return big.NewRat(int64(months), 12)
	case "30/360":
		thirtieths := func(at time.Time) int64 {
			return int64(at.Year())*360 + int64(at.Month())*30 + int64(min(at.Day(), 30))
		}
		return big.NewRat(thirtieths(to)-thirtieths(from), 360)
	}
	var common, leap int64
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		if time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay() == 366 {
			leap++
		} else {
			common++
		}
	}
	switch count {
	case "ACT/360":
		return big.NewRat(common+leap, 360)
	case "ACT/365":
		return big.NewRat(common+leap, 365)
	}
	return new(big.Rat).Add(big.NewRat(common, 365), big.NewRat(leap, 366))
}

// round is ⌊x + ½⌋ for what is never negative, and for half-even one less
// when x lay exactly between and that is odd.
func round(x *big.Rat, mode money.Rounding) int64 {
	shifted := new(big.Rat).Add(x, big.NewRat(1, 2))
	n := new(big.Int).Quo(shifted.Num(), shifted.Denom()).Int64()
	if mode == money.HalfEven && shifted.IsInt() && n%2 == 1 {
		n--
	}
	return n
}
