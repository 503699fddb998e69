package formula_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// The vectors of docs/compensation.md, each worked by hand there.
func TestProRataVectors(t *testing.T) {
	for name, c := range map[string]struct {
		entitlements []money.Fen
		pool         money.Fen
		want         []money.Fen
	}{
		"the pool suffices":         {[]money.Fen{300, 200}, 500, []money.Fen{300, 200}},
		"one fen short":             {[]money.Fen{300, 200}, 499, []money.Fen{299, 200}}, // 299.4, 199.6
		"a tie: the earlier claim":  {[]money.Fen{100, 100, 100}, 100, []money.Fen{34, 33, 33}},
		"two fen over, three alike": {[]money.Fen{100, 100, 100}, 200, []money.Fen{67, 67, 66}},
		"largest remainder":         {[]money.Fen{500, 300, 200}, 333, []money.Fen{166, 100, 67}}, // 166.5, 99.9, 66.6
		"a tie after a larger one":  {[]money.Fen{10, 10, 20, 5}, 17, []money.Fen{4, 4, 7, 2}},    // 3 35/45, 3 35/45, 7 25/45, 1 40/45
		"an empty pool":             {[]money.Fen{300, 200}, 0, []money.Fen{0, 0}},
		"nothing to pay":            {[]money.Fen{0, 0}, 0, []money.Fen{0, 0}},
		"no claim":                  {[]money.Fen{}, 5, []money.Fen{}},
		"a claim to nothing":        {[]money.Fen{0, 7, 7}, 7, []money.Fen{0, 4, 3}},
		"largest amounts":           {[]money.Fen{money.Max, money.Max, money.Max}, money.Max, []money.Fen{333333333333334, 333333333333333, 333333333333333}},
	} {
		got, err := formula.ProRata(c.entitlements, c.pool)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	_, err := formula.ProRata([]money.Fen{1, -1}, 1)
	require.Equal(t, "AMOUNT_RANGE", code(t, err))
	_, err = formula.ProRata([]money.Fen{1}, -1) // trap 20: there is no negative pool to share
	require.Equal(t, "AMOUNT_RANGE", code(t, err))
}

// Trap 3: a batch above the pool is paid in part; the parts add up to the pool
// exactly, none is above its entitlement, and each is less than a fen from its
// share. Trap 20: what is left is never below nothing.
func TestProRataSharesThePoolExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]money.Fen, rapid.IntRange(0, 12).Draw(t, "claims"))
		sum := new(big.Int)
		for i := range list {
			list[i] = fen(t, "entitlement")
			sum.Add(sum, big.NewInt(int64(list[i])))
		}
		pool := fen(t, "pool")
		before := slices.Clone(list)
		paid, err := formula.ProRata(list, pool)
		require.NoError(t, err)
		require.Equal(t, before, list, "what came in stays as it was")
		total := new(big.Int)
		for i := range paid {
			require.GreaterOrEqual(t, paid[i], money.Fen(0))
			require.LessOrEqual(t, paid[i], list[i])
			total.Add(total, big.NewInt(int64(paid[i])))
		}
		short := sum.Cmp(big.NewInt(int64(pool))) > 0
		if !short {
			require.Equal(t, list, paid)
			return
		}
		require.Equal(t, big.NewInt(int64(pool)).String(), total.String())
		for i := range paid {
			share := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(list[i])), big.NewInt(int64(pool))), sum)
			off := new(big.Rat).Sub(share, big.NewRat(int64(paid[i]), 1))
			require.Negative(t, new(big.Rat).Abs(off).Cmp(big.NewRat(1, 1)), "within a fen of its share")
			for j := range paid[:i] { // the same claim comes out the same, or a fen better if it is earlier
				if list[j] == list[i] {
					require.GreaterOrEqual(t, paid[j], paid[i])
					require.LessOrEqual(t, paid[j]-paid[i], money.Fen(1))
				}
			}
		}
	})
}

// A fuller pool pays nobody less, but for the one fen by which largest
// remainders may change hands.
func TestProRataGrowsWithThePool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]money.Fen, rapid.IntRange(1, 8).Draw(t, "claims"))
		for i := range list {
			list[i] = fen(t, "entitlement")
		}
		pool := fen(t, "pool")
		less, err := formula.ProRata(list, pool)
		require.NoError(t, err)
		more, err := formula.ProRata(list, larger(t, pool))
		require.NoError(t, err)
		for i := range list {
			require.GreaterOrEqual(t, more[i], less[i]-1)
		}
	})
}
