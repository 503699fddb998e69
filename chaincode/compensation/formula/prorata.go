package formula

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/money"
)

// ProRata 按比例拨付: what each claim of a batch gets. A pool that suffices pays
// all in full. Else each gets its part of the pool in proportion to its
// entitlement, rounded down, and the fen left over go one each to the largest
// remainders 最大余额法, on a tie to the earlier claim. The parts add up to the
// pool exactly, and none exceeds its entitlement.
func ProRata(entitlements []money.Fen, available money.Fen) ([]money.Fen, error) {
	if err := amount("pool_available", available); err != nil {
		return nil, err
	}
	sum := new(big.Int)
	for i, e := range entitlements {
		if err := amount("entitlements["+strconv.Itoa(i)+"]", e); err != nil {
			return nil, err
		}
		sum.Add(sum, big.NewInt(int64(e)))
	}
	pool := big.NewInt(int64(available))
	if sum.Cmp(pool) <= 0 {
		return slices.Clone(entitlements), nil
	}
	paid := make([]money.Fen, len(entitlements))
	remainders := make([]*big.Int, len(entitlements))
	order := make([]int, len(entitlements))
	left := available
	for i, e := range entitlements {
		part, rest := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(int64(e)), pool), sum, new(big.Int))
		paid[i], remainders[i], order[i] = money.Fen(part.Int64()), rest, i
		left -= paid[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return remainders[b].Cmp(remainders[a]) })
	for _, i := range order[:left] { // fewer than there are claims with a remainder
		paid[i]++
	}
	return paid, nil
}
