package fund

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/vmihailenco/msgpack/v5"
)

// Points are millionths of a point of the 100 that a tender has. They are
// what is shown; offers are ranked by the exact fractions.
type Points int64

const pointsUnit = 1_000_000

func (p Points) String() string {
	s := strconv.FormatInt(int64(p/pointsUnit), 10)
	if rest := int64(p % pointsUnit); rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(pointsUnit+rest, 10)[1:], "0")
	}
	return s
}

// MarshalText writes points as a decimal.
func (p Points) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Points) UnmarshalText(text []byte) error {
	whole, rest, _ := strings.Cut(string(text), ".")
	n, err := strconv.ParseInt(whole+(rest + "000000")[:6], 10, 64)
	if err != nil || len(rest) > 6 {
		return CodeUnknown.At("points", "a decimal with up to 6 digits", nil)
	}
	*p = Points(n)
	return nil
}

// EncodeMsgpack writes the number.
func (p Points) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeInt(int64(p)) }

// DecodeMsgpack reads the number.
func (p *Points) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := dec.DecodeInt64()
	*p = Points(n)
	return err
}

// Score is how an offer came out.
type Score struct {
	Bank        string `json:"bank"`
	Rank        int    `json:"rank"`
	Growth      Points `json:"growth"`
	Balance     Points `json:"balance"`
	LoanRate    Points `json:"loan_rate"`
	Inclusive   Points `json:"inclusive"`
	Performing  Points `json:"performing"`
	DepositRate Points `json:"deposit_rate"`
	Total       Points `json:"total"`
}

// contender is an opened offer with its bank's facts.
type contender struct {
	Offer
	facts BankFacts
}

// criterion is one column of the scores.
type criterion struct {
	weight func(Weights) int
	value  func(contender) *big.Rat // never negative; nil: there is nothing to judge by
	lower  bool                     // the lower the better
	to     func(*Score) *Points
}

var criteria = []criterion{
	{func(w Weights) int { return w.Growth }, func(c contender) *big.Rat {
		return amount(int64(max(0, c.facts.Credit-c.facts.CreditBefore)))
	}, false, func(s *Score) *Points { return &s.Growth }},
	{func(w Weights) int { return w.Balance }, func(c contender) *big.Rat { return amount(int64(c.facts.Balance)) }, false, func(s *Score) *Points { return &s.Balance }},
	{func(w Weights) int { return w.LoanRate }, func(c contender) *big.Rat {
		if c.facts.Lent == 0 {
			return nil
		}
		return amount(int64(c.facts.LoanRate))
	}, true, func(s *Score) *Points { return &s.LoanRate }},
	{func(w Weights) int { return w.Inclusive }, func(c contender) *big.Rat { return part(int64(c.facts.Inclusive), int64(c.facts.Lent)) }, false, func(s *Score) *Points { return &s.Inclusive }},
	{func(w Weights) int { return w.Performing }, func(c contender) *big.Rat { return part(int64(c.facts.NonPerforming), int64(c.facts.Balance)) }, true, func(s *Score) *Points { return &s.Performing }},
	{func(w Weights) int { return w.DepositRate }, func(c contender) *big.Rat { return amount(int64(c.Rate)) }, false, func(s *Score) *Points { return &s.DepositRate }},
}

func amount(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// part is a share; of nothing there is none.
func part(n, of int64) *big.Rat {
	if of == 0 {
		return nil
	}
	return big.NewRat(n, of)
}

func (k criterion) better(a, b *big.Rat) bool {
	if k.lower {
		return a.Cmp(b) < 0
	}
	return a.Cmp(b) > 0
}

// scores ranks offers 综合评分法: of each criterion the best offer gets all its
// points, the others in proportion to it (where less is better, the best's
// value in proportion to theirs). Who lent nothing gets none for its rate, and
// whose loans are nothing none for their quality. Exact; ties go to the higher deposit rate,
// then to the bank whose name comes first.
func (w Weights) scores(list []contender) []Score {
	totals := make([]*big.Rat, len(list))
	scores := make([]Score, len(list))
	for i, c := range list {
		totals[i], scores[i].Bank = new(big.Rat), c.Bank
	}
	for _, k := range criteria {
		var best *big.Rat
		for _, c := range list {
			if v := k.value(c); v != nil && (best == nil || k.better(v, best)) {
				best = v
			}
		}
		for i, c := range list {
			p := new(big.Rat).SetInt64(int64(k.weight(w)))
			p.Mul(p, proportion(k.value(c), best, k.lower))
			totals[i].Add(totals[i], p)
			*k.to(&scores[i]) = floor(p)
		}
	}
	order := make([]int, len(list))
	for i := range order {
		order[i], scores[i].Total = i, floor(totals[i])
	}
	slices.SortFunc(order, func(a, b int) int {
		if by := totals[b].Cmp(totals[a]); by != 0 {
			return by
		}
		if list[a].Rate != list[b].Rate {
			return int(list[b].Rate - list[a].Rate)
		}
		return compare(list[a].Bank, list[b].Bank)
	})
	ranked := make([]Score, len(list))
	for rank, i := range order {
		ranked[rank] = scores[i]
		ranked[rank].Rank = rank + 1
	}
	return ranked
}

// proportion is what part of a criterion's points a value gets.
func proportion(v, best *big.Rat, lower bool) *big.Rat {
	switch {
	case v == nil, v.Sign() == 0 && !lower:
		return new(big.Rat)
	case v.Cmp(best) == 0:
		return new(big.Rat).SetInt64(1)
	case lower:
		return new(big.Rat).Quo(best, v)
	}
	return new(big.Rat).Quo(v, best)
}

// floor are points without what is less than a millionth.
func floor(p *big.Rat) Points {
	n := new(big.Int).Mul(p.Num(), big.NewInt(pointsUnit))
	return Points(n.Quo(n, p.Denom()).Int64())
}
