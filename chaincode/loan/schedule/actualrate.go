package schedule

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ActualRate 贷款年化利率 is the yearly rate that a borrower really pays: the
// internal rate of return of what is received on the first day and what is
// paid on the due dates, compounded yearly (复利), a year being 365 days. PBOC
// announcement 公告〔2021〕3号 has lenders show it and names this method.
//
// It is rounded to a billionth. The errors are *Error: nothing is lent, less
// is repaid than was lent, or the rate is above MaxRate.
func ActualRate(received money.Fen, on calendar.Date, payments []Instalment) (money.Rate, error) {
	fail := func(limit, value string) error {
		return &Error{Code: "ACTUAL_RATE", Field: "instalments", Limit: limit, Value: value,
			Zh: "无法计算年化利率", En: "the plan has no annualized rate", Hint: "check principal and instalments"}
	}
	if received <= 0 {
		return 0, fail("principal above zero", received.String())
	}
	var paid money.Fen
	previous := on
	for _, p := range payments {
		if p.Due <= previous || p.Total < 0 {
			return 0, fail("payments after "+previous.String(), p.Total.String()+" on "+p.Due.String())
		}
		previous = p.Due
		var err error
		if paid, err = paid.Add(p.Total); err != nil {
			return 0, err
		}
	}
	if paid < received {
		return 0, fail("at least "+received.String(), paid.String())
	}
	// What is paid, each sum discounted by v a day, is worth what was received
	// for exactly one v up to 1; it grows with v. Halve until v is known to all
	// its bits.
	v, one := newDiscount(), new(big.Int).Lsh(big.NewInt(1), discountBits)
	target := new(big.Int).Mul(big.NewInt(int64(received)), one)
	low, high := new(big.Int), new(big.Int).Add(one, big.NewInt(1))
	for gap := new(big.Int); gap.Sub(high, low).Cmp(big.NewInt(1)) > 0; {
		middle := new(big.Int).Add(low, high)
		middle.Rsh(middle, 1)
		if v.worth(middle, on, payments).Cmp(target) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	// 1 + r = v^-365
	year := v.power(high, 365)
	if year.Sign() == 0 {
		return 0, fail("at most "+money.MaxRate.String()+" percent", "more")
	}
	grown := new(big.Int).Lsh(big.NewInt(int64(money.One)), discountBits)
	rate := money.HalfUp.Div(grown, year)
	rate.Sub(rate, big.NewInt(int64(money.One)))
	if !rate.IsInt64() || money.Rate(rate.Int64()) > money.MaxRate {
		return 0, fail("at most "+money.MaxRate.String()+" percent", "more")
	}
	return max(0, money.Rate(rate.Int64())), nil
}

// discountBits is the fraction of a fixed-point discount factor: each product
// loses less than 2^-192, and a plan is a few thousand products long, so that
// the billionths of the rate stand far above the error.
const discountBits = 192

// discount keeps the powers of one factor: due dates are 28 to 31 days apart.
type discount struct {
	powers map[int]*big.Int // looked up by the days, never ranged over
}

func newDiscount() *discount { return &discount{powers: map[int]*big.Int{}} }

// worth is Σ payment·v^days.
func (x *discount) worth(v *big.Int, on calendar.Date, payments []Instalment) *big.Int {
	clear(x.powers)
	sum, factor := new(big.Int), new(big.Int).Lsh(big.NewInt(1), discountBits)
	term := new(big.Int)
	for _, p := range payments {
		days := on.DaysUntil(p.Due)
		on = p.Due
		step := x.powers[days]
		if step == nil {
			step = x.power(v, days)
			x.powers[days] = step
		}
		factor = times(factor, step)
		sum.Add(sum, term.Mul(factor, big.NewInt(int64(p.Total))))
	}
	return sum
}

// power is v^n by squaring.
func (x *discount) power(v *big.Int, n int) *big.Int {
	result, square := new(big.Int).Lsh(big.NewInt(1), discountBits), v
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = times(result, square)
		}
		square = times(square, square)
	}
	return result
}

func times(a, b *big.Int) *big.Int {
	p := new(big.Int).Mul(a, b)
	return p.Rsh(p, discountBits)
}
