package schedule

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func packed(t require.TestingT, v any) []byte {
	raw, err := msgpack.Marshal(v)
	require.NoError(t, err)
	return raw
}

func unpack(t require.TestingT, raw []byte, into any) {
	require.NoError(t, msgpack.Unmarshal(raw, into))
}

func actual(t require.TestingT, terms Terms) money.Rate {
	rate, err := ActualRate(terms.Principal, terms.From, build(t, terms).Instalments)
	require.NoError(t, err)
	return rate
}

// Values computed in another language with decimals of 60 digits, from the
// plans' rules.
func TestActualRateVectors(t *testing.T) {
	// One year of 365 days: interest over principal, exactly.
	one := Terms{Method: Bullet, Principal: yuan("100000"), Rate: percent("5"), Periods: 12, EveryMonths: 1, From: calendar.MustParse("2023-01-01"), DayCount: calendar.Actual365}
	require.Equal(t, "5", actual(t, one).String())
	one.DayCount = calendar.Actual360
	require.Equal(t, "5.06944", actual(t, one).String(), "5069.44 on 100000")
	for method, want := range map[Method]string{EqualInstalment: "3.9162147", EqualPrincipal: "3.916276", InterestOnly: "3.9740545", Bullet: "3.9032655", FlatInterest: "7.2590159"} {
		require.Equal(t, want, actual(t, standard(method)).String(), method)
	}
}

// Equal principal and equal interest cost nearly twice the rate they name.
func TestActualRateOfFlatInterest(t *testing.T) {
	for _, rate := range []string{"3.85", "6", "10"} {
		terms := standard(FlatInterest)
		terms.Rate = percent(rate)
		got := actual(t, terms)
		require.Greater(t, 10*got, 18*terms.Rate, rate)
		require.Less(t, 10*got, 20*terms.Rate, rate)
	}
}

func TestActualRateRefusals(t *testing.T) {
	day := calendar.MustParse("2024-01-01")
	row := func(days int, total money.Fen) Instalment {
		return Instalment{Due: day + calendar.Date(days), Total: total}
	}
	for name, c := range map[string]struct {
		received money.Fen
		rows     []Instalment
	}{
		"nothing lent": {0, []Instalment{row(30, 100)}}, "less repaid": {100, []Instalment{row(30, 99)}}, "on the first day": {100, []Instalment{row(0, 100)}},
		"out of order": {100, []Instalment{row(30, 60), row(20, 60)}}, "negative": {100, []Instalment{row(20, -1), row(30, 160)}}, "usury": {100, []Instalment{row(1, 200)}}, "no rows": {100, nil},
	} {
		_, err := ActualRate(c.received, day, c.rows)
		var e *Error
		require.ErrorAs(t, err, &e, name)
	}
	rate, err := ActualRate(100, day, []Instalment{row(400, 100)})
	require.NoError(t, err)
	require.Zero(t, rate)
}

// At the rate, what is paid is worth what was received: at half a billionth
// less it is worth more, at half a billionth more it is worth less. Checked in
// fractions on plans whose dates are whole years of 365 days apart.
func TestActualRateIsTheRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := calendar.MustParse("2001-01-01")
		n := rapid.IntRange(1, 12).Draw(t, "years")
		received := money.Fen(rapid.Int64Range(100, 1e12).Draw(t, "received"))
		rows, left := make([]Instalment, n), received
		for k := range rows {
			rows[k].Due = day + calendar.Date(365*(k+1))
			rows[k].Total = money.Fen(rapid.Int64Range(0, int64(received)).Draw(t, "paid"))
			left -= rows[k].Total
		}
		rows[n-1].Total += max(left, 0)
		rate, err := ActualRate(received, day, rows)
		if err != nil {
			require.ErrorContains(t, err, "no annualized rate")
			return
		}
		worth := func(half int64) int {
			v := new(big.Rat).Inv(big.NewRat(2*int64(money.One)+2*int64(rate)+half, 2*int64(money.One)))
			sum, factor := new(big.Rat), big.NewRat(1, 1)
			for _, row := range rows {
				factor.Mul(factor, v)
				sum.Add(sum, new(big.Rat).Mul(factor, big.NewRat(int64(row.Total), 1)))
			}
			return sum.Cmp(big.NewRat(int64(received), 1))
		}
		require.GreaterOrEqual(t, worth(-1), 0)
		require.LessOrEqual(t, worth(1), 0)
	})
}

func BenchmarkActualRate360(b *testing.B) {
	terms := standard(EqualInstalment)
	terms.Periods = 360
	rows := build(b, terms).Instalments
	for b.Loop() {
		if _, err := ActualRate(terms.Principal, terms.From, rows); err != nil {
			b.Fatal(err)
		}
	}
}
