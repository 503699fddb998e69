package schedule

import (
	"math/big"
	"math/bits"

	"github.com/qingxinlian/qxl/chaincode/money"
)

// equalInstalment is A = P·Π(1+f) / Σ_k Π_{j>k}(1+f_j), rounded once to the
// fen or to the nearest multiple.
func (t Terms) equalInstalment(f factors) money.Fen {
	multiple := uint64(max(t.Multiple, 1))
	if t.Rate == 0 {
		q := t.Rounding.Div(big.NewInt(int64(t.Principal)), new(big.Int).SetUint64(uint64(t.Periods)*multiple))
		return money.Fen(q.Uint64() * multiple)
	}
	if a, ok := boundedInstalment(uint64(t.Principal), f, multiple, t.Rounding); ok {
		return money.Fen(a)
	}
	return exactInstalment(t.Principal, f, multiple, t.Rounding)
}

// exactInstalment multiplies the formula out over the factors' common
// denominator D, with f_k = N_k/D:
//
//	A = P·Π(D+N_j) / Σ_k D^k·Π_{j>k}(D+N_j)
func exactInstalment(principal money.Fen, f factors, multiple uint64, mode money.Rounding) money.Fen {
	den := new(big.Int).SetUint64(f.den)
	product, sum, power := big.NewInt(1), new(big.Int), big.NewInt(1)
	grown := new(big.Int)
	for _, row := range f.rows {
		grown.SetUint64(f.den + row.num)
		power.Mul(power, den)
		product.Mul(product, grown)
		sum.Mul(sum, grown).Add(sum, power)
	}
	product.Mul(product, big.NewInt(int64(principal)))
	sum.Mul(sum, grown.SetUint64(multiple))
	return money.Fen(mode.Div(product, sum).Uint64() * multiple)
}

// boundedInstalment finds the rounded instalment from bounds: it is A = P/B
// with the present value B = Σ_k Π_{j≤k} 1/(1+f_j), computed from the last
// period back as B ← (1+B)/(1+f), once rounding everything down and once up,
// in 64-bit fixed point. Rounding is monotone, so where the two bounds of A
// round to the same multiple, A does too; where they do not, the answer is
// false and only exact arithmetic can tell. That is proof, not likelihood.
func boundedInstalment(principal uint64, f factors, multiple uint64, mode money.Rounding) (uint64, bool) {
	scale := 62 - bits.Len(uint(len(f.rows))) // B < n: one bit to spare for 1+B and one for the bounds
	one := uint64(1) << scale
	var low, high uint64 // bounds of B, in units of 2^-scale
	var num, discount uint64
	for k := len(f.rows) - 1; k >= 0; k-- {
		if row := f.rows[k].num; row != num || discount == 0 {
			if row == 0 {
				return 0, false // 1/(1+f) is 1 and needs a 65th bit
			}
			num = row
			// ⌊2^64/(1+f)⌋. One more still fits: f ≥ 1/D > 2^-63.
			discount, _ = bits.Div64(f.den, 0, f.den+num)
		}
		low, _ = bits.Mul64(one+low, discount)
		high, _ = bits.Mul64(one+high, discount+1)
		high++
	}
	if low == 0 {
		return 0, false
	}
	least, ok := roundedQuotient(principal, scale, high, multiple, mode)
	if !ok {
		return 0, false
	}
	most, ok := roundedQuotient(principal, scale, low, multiple, mode)
	return least, ok && least == most
}

// roundedQuotient is principal·2^scale/divisor rounded to a multiple.
func roundedQuotient(principal uint64, scale int, divisor, multiple uint64, mode money.Rounding) (uint64, bool) {
	hi, lo := principal>>(64-scale), principal<<scale
	if hi >= divisor {
		return 0, false
	}
	whole, rem := bits.Div64(hi, lo, divisor) // the quotient is whole + rem/divisor
	q, left := whole/multiple, whole%multiple
	// Compare left + rem/divisor with multiple/2, doubled.
	double, above := 2*left, 0
	switch {
	case double > multiple || double == multiple && rem > 0:
		above = 1
	case double == multiple:
	case double == multiple-1: // rem/divisor against a half
		rest := divisor - rem
		switch {
		case rem > rest:
			above = 1
		case rem < rest:
			above = -1
		}
	default:
		above = -1
	}
	if above > 0 || above == 0 && (mode == money.HalfUp || q&1 == 1) {
		q++
	}
	return q * multiple, true
}
