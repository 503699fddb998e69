package formula

import (
	"math/big"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Return 追偿返还 is the fund's share of what a bank recovers after it was paid:
// (gross − allowed cost) × paid ÷ net loss, half-up, and never more than what of
// the payment has not been returned yet.
func Return(gross, cost, paid, netLoss, returned money.Fen) (money.Fen, error) {
	for _, x := range []struct {
		field  string
		amount money.Fen
	}{{"gross", gross}, {"cost", cost}, {"paid", paid}, {"net_loss", netLoss}, {"returned", returned}} {
		if err := amount(x.field, x.amount); err != nil {
			return 0, err
		}
	}
	if paid > netLoss {
		return 0, &Error{Code: "PAID_ABOVE_LOSS", Field: "paid", Limit: netLoss.String(), Value: paid.String(),
			Zh: "已拨付金额超过净损失", En: "more was paid than was lost", Hint: "check the claim"}
	}
	if gross <= cost || returned >= paid { // covers a claim that was paid nothing
		return 0, nil
	}
	share := whole(new(big.Int).Mul(big.NewInt(int64(gross-cost)), big.NewInt(int64(paid))), big.NewInt(int64(netLoss)), halfUp)
	return min(share, paid-returned), nil
}

// Flow is money that moved on a day.
type Flow struct {
	Date   calendar.Date
	Amount money.Fen
}

// Clawback 追回 is what a bank pays back on a day: the share of what was paid and
// not returned that the pack claims back, and interest on it for each day that
// the bank had it, from the day of payment to the day before it is paid back
// (算头不算尾). A day's interest is at the one-year LPR last published by that day,
// of a year of so many days; the sum is rounded once, half-up.
func Clawback(payments, returns []Flow, on calendar.Date, rules consortium.RecoveryRules, lpr []consortium.LPR) (principal, interest money.Fen, err error) {
	if rules.Clawback < 0 || rules.Clawback > money.One {
		return 0, 0, &Error{Code: "PERCENT_RANGE", Field: "clawback_percent", Limit: "0..100", Value: rules.Clawback.String(),
			Zh: "百分比须在 0 至 100 之间", En: "a percentage lies between 0 and 100", Hint: "write 100 for all of it"}
	}
	var left money.Fen
	exact := new(big.Int)
	moves, err := inOrder(payments, returns)
	if err != nil {
		return 0, 0, err
	}
	for i, m := range moves {
		if left, err = left.Add(m.Amount); err != nil {
			return 0, 0, err
		}
		if left < 0 {
			return 0, 0, &Error{Code: "RETURNED_ABOVE_PAID", Field: "returned", Value: m.Date.String(),
				Zh: "返还金额超过已拨付金额", En: "more was returned by that day than was paid", Hint: "check the claim"}
		}
		until := on
		if i+1 < len(moves) {
			until = moves[i+1].Date
		}
		days, err := rateDays(m.Date, until, lpr)
		if err != nil {
			return 0, 0, err
		}
		exact.Add(exact, days.Mul(days, big.NewInt(int64(left))))
	}
	share := big.NewInt(int64(rules.Clawback))
	scale := new(big.Int).Mul(big.NewInt(int64(money.One)), big.NewInt(int64(money.One)))
	interest, err = perYear(exact.Mul(exact, share), scale, rules.YearBasis)
	return of(left, rules.Clawback, halfUp), interest, err
}

// inOrder lists payments and returns, the latter negative, by date; on one day
// what was paid comes first.
func inOrder(payments, returns []Flow) ([]Flow, error) {
	moves := make([]Flow, 0, len(payments)+len(returns))
	for i, list := range [][]Flow{payments, returns} {
		for _, f := range list {
			if err := amount("amount", f.Amount); err != nil {
				return nil, err
			}
			if i == 1 {
				f.Amount = -f.Amount
			}
			moves = append(moves, f)
		}
	}
	slices.SortStableFunc(moves, func(a, b Flow) int { return int(a.Date) - int(b.Date) })
	return moves, nil
}

// LateInterest 逾期返还利息 is interest on a return that came late: for each day
// from the one after it was due to the day it came, at the one-year LPR last
// published by that day; rounded once, half-up. A return in time bears none.
func LateInterest(f money.Fen, due, came calendar.Date, rules consortium.RecoveryRules, lpr []consortium.LPR) (money.Fen, error) {
	if err := amount("amount", f); err != nil {
		return 0, err
	}
	if came <= due {
		return 0, nil
	}
	exact, err := rateDays(due+1, came+1, lpr)
	if err != nil {
		return 0, err
	}
	return perYear(exact.Mul(exact, big.NewInt(int64(f))), big.NewInt(int64(money.One)), rules.YearBasis)
}

func perYear(exact, scale *big.Int, yearDays int) (money.Fen, error) {
	if yearDays < 360 || yearDays > 366 {
		return 0, &Error{Code: "YEAR_BASIS", Field: "interest_year_days", Limit: "360, 365", Zh: "年计息天数不对", En: "no such year of interest days", Hint: "check the rule pack"}
	}
	return fits(exact, scale.Mul(scale, big.NewInt(int64(yearDays))))
}

func fits(num, den *big.Int) (money.Fen, error) {
	q := money.HalfUp.Div(num, den)
	if !q.IsInt64() {
		return 0, &Error{Code: "AMOUNT_OVERFLOW", Zh: "结果超出可表示的范围", En: "the result does not fit", Hint: "check amounts and dates"}
	}
	return money.Fen(q.Int64()), nil
}

// rateDays is the sum, over the days from one to before another, of the
// one-year LPR that held on each, in billionths. lpr is in order of dates.
func rateDays(from, to calendar.Date, lpr []consortium.LPR) (*big.Int, error) {
	sum := new(big.Int)
	if !from.Valid() || !to.Valid() || to < from {
		return nil, &Error{Code: "PERIOD_REVERSED", Field: "date", Limit: "from " + from.String(), Value: to.String(),
			Zh: "计息期的止期早于起期", En: "the period ends before it begins", Hint: "check the dates"}
	}
	if from < to && (len(lpr) == 0 || lpr[0].Published > from) {
		return nil, &Error{Code: "LPR_MISSING", Field: "date", Value: from.String(), Zh: "该日之前没有公布的LPR", En: "no LPR was published by that day", Hint: "enter the LPR of the period"}
	}
	for i, l := range lpr {
		until := to
		if i+1 < len(lpr) {
			until = min(to, lpr[i+1].Published)
		}
		if days := int64(until) - int64(max(from, l.Published)); days > 0 {
			sum.Add(sum, new(big.Int).Mul(big.NewInt(days), big.NewInt(int64(l.OneYear))))
		}
	}
	return sum, nil
}
