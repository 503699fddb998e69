package money

import (
	"math/big"
	"math/bits"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Rounding is how a result between two integers becomes one of them. The
// zero value is HalfUp.
type Rounding uint8

const (
	// HalfUp 四舍五入: to the nearest, a half away from zero.
	HalfUp Rounding = iota
	// HalfEven 四舍六入五成双: to the nearest, a half to the even one.
	HalfEven
)

var roundingNames = [...]string{HalfUp: "half-up", HalfEven: "half-even"}

// ParseRounding reads half-up or half-even.
func ParseRounding(text string) (Rounding, error) {
	for mode, name := range roundingNames {
		if name == text {
			return Rounding(mode), nil
		}
	}
	return 0, &Error{Code: "ROUNDING_UNKNOWN", Limit: "half-up, half-even", Value: invalid.Shown(text),
		Zh: "舍入方式未知", En: "unknown rounding", Hint: "choose half-up or half-even"}
}

// Valid reports whether r is one of the declared modes.
func (r Rounding) Valid() bool { return int(r) < len(roundingNames) }

func (r Rounding) String() string {
	if !r.Valid() {
		return "unknown"
	}
	return roundingNames[r]
}

// up says whether a quotient must be raised, given how its remainder compares
// with half the divisor and whether it is odd. Magnitudes only.
func (r Rounding) up(comparedWithHalf int, odd bool) bool {
	return comparedWithHalf > 0 || comparedWithHalf == 0 && (r == HalfUp || odd)
}

// MulDiv is a·b/c rounded once, exactly, however large a·b. It fails when the
// result does not fit or c is zero.
func MulDiv(a, b, c int64, mode Rounding) (int64, error) {
	negative := (a < 0) != (b < 0) != (c < 0)
	q, ok := mulDiv(magnitude(a), magnitude(b), magnitude(c), mode)
	if !ok || q > 1<<63 || q == 1<<63 && !negative {
		return 0, notRepresentable(c == 0)
	}
	if negative {
		q = -q
	}
	return int64(q), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// mulDiv is the unsigned MulDiv over a 128-bit product; false on overflow.
func mulDiv(a, b, c uint64, mode Rounding) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	if hi >= c { // covers c == 0: the quotient would need more than 64 bits
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, c)
	compared := 1
	switch rest := c - rem; { // rem compared with c/2 without doubling
	case rem < rest:
		compared = -1
	case rem == rest:
		compared = 0
	}
	if mode.up(compared, q&1 == 1) {
		q++
		if q == 0 {
			return 0, false
		}
	}
	return q, true
}

// Div is num/den rounded. It panics when den is zero, as big.Int does.
func (r Rounding) Div(num, den *big.Int) *big.Int {
	q, rem := new(big.Int).QuoRem(num, den, new(big.Int)) // toward zero
	if rem.Sign() == 0 {
		return q
	}
	rem.Lsh(rem.Abs(rem), 1)
	if r.up(rem.CmpAbs(den), q.Bit(0) == 1) {
		if num.Sign() == den.Sign() {
			q.Add(q, big.NewInt(1))
		} else {
			q.Sub(q, big.NewInt(1))
		}
	}
	return q
}

// Rat is an exact number of fen rounded to a whole one.
func (r Rounding) Rat(exact *big.Rat) (Fen, error) {
	q := r.Div(exact.Num(), exact.Denom())
	if !q.IsInt64() {
		return 0, notRepresentable(false)
	}
	return Fen(q.Int64()), nil
}

// MulDiv is f·num/den rounded once.
func (f Fen) MulDiv(num, den int64, mode Rounding) (Fen, error) {
	n, err := MulDiv(int64(f), num, den, mode)
	return Fen(n), err
}

// Interest is balance × rate × num/den, rounded once, where num/den is a year
// fraction such as 31/360.
func Interest(balance Fen, rate Rate, num, den int64, mode Rounding) (Fen, error) {
	top, err := MulDiv(int64(rate), num, 1, mode)
	if err == nil {
		var bottom int64
		if bottom, err = MulDiv(int64(One), den, 1, mode); err == nil && bottom != 0 {
			return balance.MulDiv(top, bottom, mode)
		}
	}
	exact := new(big.Int).Mul(big.NewInt(int64(balance)), big.NewInt(int64(rate)))
	exact.Mul(exact, big.NewInt(num))
	divisor := new(big.Int).Mul(big.NewInt(int64(One)), big.NewInt(den))
	if divisor.Sign() == 0 {
		return 0, notRepresentable(true)
	}
	q := mode.Div(exact, divisor)
	if !q.IsInt64() {
		return 0, notRepresentable(false)
	}
	return Fen(q.Int64()), nil
}

func notRepresentable(zero bool) *Error {
	if zero {
		return &Error{Code: "DIVISION_BY_ZERO", Zh: "除数为零", En: "division by zero", Hint: "check the period"}
	}
	return &Error{Code: "AMOUNT_OVERFLOW", Zh: "结果超出可表示的范围", En: "the result does not fit", Hint: "check the amounts"}
}
