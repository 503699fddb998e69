package money

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type wideInt struct{ big.Int }

func (w *wideInt) add(a, b int64) *wideInt { w.Add(big.NewInt(a), big.NewInt(b)); return w }
func (w *wideInt) sub(a, b int64) *wideInt { w.Sub(big.NewInt(a), big.NewInt(b)); return w }

func TestRoundingOfHalves(t *testing.T) {
	for _, c := range []struct{ num, den, up, even int64 }{
		{5, 10, 1, 0}, {15, 10, 2, 2}, {25, 10, 3, 2}, {24, 10, 2, 2}, {26, 10, 3, 3}, {-5, 10, -1, 0}, {-25, 10, -3, -2}, {-26, 10, -3, -3},
		{5, -10, -1, 0}, {-15, -10, 2, 2}, {0, 7, 0, 0}, {1, 3, 0, 0}, {2, 3, 1, 1}, {7, 1, 7, 7},
		{math.MaxInt64, 1, math.MaxInt64, math.MaxInt64}, {math.MinInt64, 1, math.MinInt64, math.MinInt64},
	} {
		for mode, want := range map[Rounding]int64{HalfUp: c.up, HalfEven: c.even} {
			got, err := MulDiv(c.num, 1, c.den, mode)
			require.NoError(t, err)
			require.Equal(t, want, got, "%d/%d %v", c.num, c.den, mode)
			require.Equal(t, want, mode.Div(big.NewInt(c.num), big.NewInt(c.den)).Int64(), "%d/%d %v", c.num, c.den, mode)
		}
	}
}

// Rounding restated from its definition: the nearest integer, and of two
// equally near the one the mode names.
func nearest(exact *big.Rat, mode Rounding) *big.Int {
	floor := new(big.Int).Div(exact.Num(), exact.Denom())
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(floor))
	above := new(big.Int).Add(floor, big.NewInt(1))
	switch rest.Cmp(big.NewRat(1, 2)) {
	case -1:
		return floor
	case 1:
		return above
	}
	if mode == HalfEven && floor.Bit(0) == 0 || mode == HalfUp && exact.Sign() < 0 {
		return floor
	}
	return above
}

func TestMulDivIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-9, 9), rapid.Int64Range(-1e6, 1e6), rapid.Just(int64(math.MinInt64)), rapid.Just(int64(math.MaxInt64)))
		a, b, c := wide.Draw(t, "a"), wide.Draw(t, "b"), wide.Draw(t, "c")
		mode := Rounding(rapid.IntRange(0, 1).Draw(t, "mode"))
		got, err := MulDiv(a, b, c, mode)
		if c == 0 {
			require.Error(t, err)
			return
		}
		product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		want := nearest(new(big.Rat).SetFrac(product, big.NewInt(c)), mode)
		require.Equal(t, want, mode.Div(product, big.NewInt(c)))
		require.Equal(t, want.IsInt64(), err == nil)
		if err == nil {
			require.Equal(t, want.Int64(), got)
		}
	})
}

func TestInterest(t *testing.T) {
	rate, err := ParseRate("3.85")
	require.NoError(t, err)
	for _, c := range []struct {
		balance  string
		rate     Rate
		num, den int64
		want     string
	}{
		{"500000.00", rate, 31, 360, "1657.64"},
		{"500000.00", rate, 1, 12, "1604.17"},
		{"500000.00", rate * 3 / 2, 15, 360, "1203.13"}, // 15 days overdue at half as much again
		{"0.00", rate, 31, 360, "0.00"},
	} {
		balance, err := ParseFen(c.balance)
		require.NoError(t, err)
		got, err := Interest(balance, c.rate, c.num, c.den, HalfUp)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String())
	}
	_, err = Interest(Max, rate, 1, 0, HalfUp)
	require.Equal(t, "DIVISION_BY_ZERO", code(t, err))
	_, err = Interest(math.MaxInt64, MaxRate, 1, 1, HalfUp)
	require.Equal(t, "AMOUNT_OVERFLOW", code(t, err))
}

func TestInterestIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 1e15))
		balance, rate, num, den := wide.Draw(t, "balance"), wide.Draw(t, "rate"), wide.Draw(t, "num"), max(1, wide.Draw(t, "den"))
		mode := Rounding(rapid.IntRange(0, 1).Draw(t, "mode"))
		got, err := Interest(Fen(balance), Rate(rate), num, den, mode)
		exact := new(big.Rat).SetInt64(balance)
		exact.Mul(exact, big.NewRat(rate, int64(One)))
		exact.Mul(exact, big.NewRat(num, den))
		want := nearest(exact, mode)
		require.Equal(t, want.IsInt64(), err == nil)
		if err == nil {
			require.Equal(t, want.Int64(), int64(got))
			rounded, err := mode.Rat(exact)
			require.NoError(t, err)
			require.Equal(t, got, rounded)
		}
	})
	_, err := HalfUp.Rat(new(big.Rat).SetFrac(new(big.Int).Lsh(big.NewInt(1), 70), big.NewInt(3)))
	require.Equal(t, "AMOUNT_OVERFLOW", code(t, err))
}

func TestRoundingNames(t *testing.T) {
	for _, mode := range []Rounding{HalfUp, HalfEven} {
		got, err := ParseRounding(mode.String())
		require.NoError(t, err)
		require.Equal(t, mode, got)
	}
	_, err := ParseRounding("bankers")
	require.Equal(t, "ROUNDING_UNKNOWN", code(t, err))
	require.Equal(t, "unknown", Rounding(9).String())
}

func BenchmarkInterest(b *testing.B) {
	for b.Loop() {
		if _, err := Interest(50_000_000, 38_500_000, 31, 360, HalfUp); err != nil {
			b.Fatal(err)
		}
	}
}
