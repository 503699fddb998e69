package actus

import (
	"math/big"
)

// Rationals are values here: no function changes its arguments.

func add(a, b *big.Rat) *big.Rat      { return new(big.Rat).Add(a, b) }
func subtract(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func multiply(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func absolute(a *big.Rat) *big.Rat    { return new(big.Rat).Abs(a) }

func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

func greatest(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

func zero() *big.Rat { return new(big.Rat) }
func one() *big.Rat  { return big.NewRat(1, 1) }

const (
	exactBits = 512 // of a denominator that is kept as it is
	fineBits  = 160 // of the fraction that is kept of others
)

// trimmed keeps the denominators of a long life from growing without bound:
// 2^-160 of a unit is 10^30 times finer than what anyone compares.
func trimmed(a *big.Rat) *big.Rat {
	if a.Denom().BitLen() <= exactBits {
		return a
	}
	n := new(big.Int).Lsh(a.Num(), fineBits+1)
	n.Add(n, a.Denom()).Div(n, new(big.Int).Lsh(a.Denom(), 1)) // ⌊x + 1/2⌋: Div is Euclidean
	return new(big.Rat).SetFrac(n, new(big.Int).Lsh(big.NewInt(1), fineBits))
}

// ceiling is the smallest whole number not below a.
func ceiling(a *big.Rat) *big.Int {
	n := new(big.Int).Neg(a.Num())
	n.Div(n, a.Denom())
	return n.Neg(n)
}
