package fund

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/money"
)

func banks(scores []Score) (list []string) {
	for _, s := range scores {
		list = append(list, s.Bank)
	}
	return list
}

func TestScoresOfBanksThatLendNothing(t *testing.T) {
	even := Weights{Growth: 20, Balance: 20, LoanRate: 20, Inclusive: 20, Performing: 10, DepositRate: 10}
	lends := contender{Offer{Bank: "A", Rate: 10_000_000}, BankFacts{Lent: 100, Credit: 50, CreditBefore: 60, LoanRate: 40_000_000, Balance: 1000}}
	idle := contender{Offer{Bank: "B", Rate: 20_000_000}, BankFacts{}}
	scores := even.scores([]contender{idle, lends})
	require.Equal(t, Score{Bank: "A", Rank: 1, Balance: 20e6, LoanRate: 20e6, Performing: 10e6, DepositRate: 5e6, Total: 55e6}, scores[0], "credit that shrank is no growth; no bad loan is the best")
	require.Equal(t, Score{Bank: "B", Rank: 2, DepositRate: 10e6, Total: 10e6}, scores[1], "who lends nothing has no rate and no quality")
	bad := lends
	bad.Bank, bad.facts.NonPerforming = "C", 1
	require.Zero(t, even.scores([]contender{lends, bad})[1].Performing, "beside a bank without bad loans")
}

func TestTiesGoToTheHigherDepositRateThenByName(t *testing.T) {
	only := Weights{Balance: 100}
	of := func(bank string, rate money.Rate) contender {
		return contender{Offer{Bank: bank, Rate: rate}, BankFacts{Balance: 7}}
	}
	require.Equal(t, []string{"C", "A", "B"}, banks(only.scores([]contender{of("B", 1), of("A", 1), of("C", 2)})))
}

// Scores are those of exact fractions, whatever the order of the offers, and
// points never exceed their weight.
func TestScoresAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Weights{Growth: rapid.IntRange(0, 40).Draw(t, "growth"), Balance: rapid.IntRange(0, 30).Draw(t, "balance"), DepositRate: rapid.IntRange(0, 30).Draw(t, "rate")}
		w.Performing = 100 - w.Growth - w.Balance - w.DepositRate
		amounts := rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, int64(money.Max)))
		var list []contender
		for i := range rapid.IntRange(1, 5).Draw(t, "banks") {
			balance := amounts.Draw(t, "loans")
			list = append(list, contender{Offer{Bank: string(rune('A' + i)), Rate: money.Rate(rapid.Int64Range(0, 50_000_000).Draw(t, "bid"))},
				BankFacts{Credit: money.Fen(amounts.Draw(t, "credit")), CreditBefore: money.Fen(amounts.Draw(t, "before")), Balance: money.Fen(balance), NonPerforming: money.Fen(rapid.Int64Range(0, balance).Draw(t, "bad"))}})
		}
		scores := w.scores(list)
		require.Equal(t, scores, w.scores(rapid.Permutation(list).Draw(t, "order")))
		// The same by another way: integers only, each over its own denominator.
		most := func(f func(contender) int64) (best int64) {
			for _, c := range list {
				best = max(best, f(c))
			}
			return best
		}
		growth := func(c contender) int64 { return max(0, int64(c.facts.Credit-c.facts.CreditBefore)) }
		balance := func(c contender) int64 { return int64(c.facts.Balance) }
		rate := func(c contender) int64 { return int64(c.Rate) }
		share := func(weight int, v, best int64) *big.Int {
			n := new(big.Int).Mul(big.NewInt(int64(weight)*pointsUnit), big.NewInt(v))
			if best == 0 {
				return new(big.Int)
			}
			return n.Quo(n, big.NewInt(best))
		}
		for _, s := range scores {
			for _, c := range list {
				if c.Bank != s.Bank {
					continue
				}
				require.Equal(t, share(w.Growth, growth(c), most(growth)).Int64(), int64(s.Growth))
				require.Equal(t, share(w.Balance, balance(c), most(balance)).Int64(), int64(s.Balance))
				require.Equal(t, share(w.DepositRate, rate(c), most(rate)).Int64(), int64(s.DepositRate))
			}
			require.LessOrEqual(t, int64(s.Performing), int64(w.Performing)*pointsUnit)
			sum := s.Growth + s.Balance + s.DepositRate + s.Performing
			require.True(t, s.Total >= sum && s.Total <= sum+3, "rounded once")
		}
		for i := 1; i < len(scores); i++ {
			require.GreaterOrEqual(t, scores[i-1].Total, scores[i].Total)
			require.Equal(t, i+1, scores[i].Rank)
		}
	})
}

func TestPointsAreWrittenAsDecimals(t *testing.T) {
	for p, text := range map[Points]string{0: "0", 87333333: "87.333333", 35e6: "35", 100: "0.0001", 500000: "0.5"} {
		require.Equal(t, text, p.String())
		var back Points
		require.NoError(t, back.UnmarshalText([]byte(text)))
		require.Equal(t, p, back)
	}
	var p Points
	require.Error(t, p.UnmarshalText([]byte("1.2345678")))
	require.Error(t, p.UnmarshalText([]byte("x")))
}
