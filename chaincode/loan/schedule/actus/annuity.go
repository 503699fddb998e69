package actus

import (
	"math/big"
	"strconv"
)

// maxRedemptions bounds the exact annuity, whose numbers grow with every
// period; maxFixed bounds how often one contract may ask for it, counted in
// periods. Ten years of daily payments, and fifty years of monthly ones with a
// monthly reset, are within them.
const (
	maxRedemptions = 4000
	maxFixed       = 400_000
)

// annuity is the equal payment that, at a rate, repays a balance and the
// interest accrued on the given days: the balance grown to the first of them
// and that interest, times Π(1+f_i) / (1+Σ_i Π_{j≥i}(1+f_j))
// over the periods between them. The products are multiplied out over integers;
// one reduction at the end is enough.
func (t *Terms) annuity(balance, accrued, rate *big.Rat, at Time, dates []Time) (*big.Rat, error) {
	if len(dates) == 0 {
		return nil, contradictory("cycleOfPrincipalRedemption", "a redemption after "+at.String(), "none")
	}
	if len(dates) > maxRedemptions {
		return nil, outOfRange("cycleOfPrincipalRedemption", strconv.Itoa(maxRedemptions)+" redemptions of an annuity", strconv.Itoa(len(dates)))
	}
	f, err := t.fraction(at.Day(), dates[0].Day())
	if err != nil {
		return nil, err
	}
	grown := add(accrued, multiply(balance, add(one(), multiply(rate, f))))
	// product = N/D over all periods; sum = S/D over the same denominator.
	num, den, sum := big.NewInt(1), big.NewInt(1), big.NewInt(1)
	for i := 1; i < len(dates); i++ {
		f, err := t.fraction(dates[i-1].Day(), dates[i].Day())
		if err != nil {
			return nil, err
		}
		factor := add(one(), multiply(rate, f))
		// 1 + Σ: each earlier term grows by the factor, and one more begins.
		num.Mul(num, factor.Num())
		den.Mul(den, factor.Denom())
		sum.Mul(sum, factor.Num()).Add(sum, den)
	}
	if sum.Sign() <= 0 || num.Sign() <= 0 {
		return nil, outOfRange("nominalInterestRate", "above -100 percent a period", rate.FloatString(6))
	}
	return trimmed(multiply(grown, new(big.Rat).SetFrac(num, sum))), nil
}
