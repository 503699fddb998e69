package actusfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// casesDir is where the public cases lie: beside a checkout, or where
// QXL_ACTUS_CASES says. They are not part of this repository (their licence is
// another), so a lone clone cannot run them and says so.
func casesDir(t *testing.T) string {
	dir, set := os.LookupEnv("QXL_ACTUS_CASES")
	if !set {
		dir = filepath.Join("..", "..", "..", "shared", "actus")
	}
	if _, err := os.Stat(dir); err != nil {
		_, beside := os.Stat(filepath.Dir(dir))
		if set || beside == nil {
			t.Fatalf("the ACTUS reference cases should be at %s: %v", dir, err)
		}
		t.Skipf("NOT RUN: the ACTUS reference cases are not at %s; set QXL_ACTUS_CASES to their folder", dir)
	}
	return dir
}

type expectation struct {
	Terms   map[string]json.RawMessage
	Results []map[string]json.RawMessage
}

func TestReferenceCases(t *testing.T) {
	dir := casesDir(t)
	for _, kind := range []struct {
		name  string
		cases int
	}{{"pam", 13}, {"lam", 16}, {"nam", 11}, {"ann", 16}} {
		raw, err := os.ReadFile(filepath.Join(dir, "actus-tests-"+kind.name+".json"))
		require.NoError(t, err)
		var expected map[string]expectation
		require.NoError(t, json.Unmarshal(raw, &expected))
		require.Len(t, expected, kind.cases)
		for _, scale := range []int64{1, 1_000_000} {
			cases, err := Read(bytes.NewReader(scaled(t, raw, scale)))
			require.NoError(t, err)
			require.Len(t, cases, kind.cases)
			for _, c := range cases {
				t.Run(fmt.Sprintf("%s×%d", c.ID, scale), func(t *testing.T) { compare(t, c, expected[c.ID], scale) })
			}
		}
	}
}

// amounts are the terms that are sums of money.
var amounts = map[string]bool{"notionalPrincipal": true, "premiumDiscountAtIED": true, "accruedInterest": true, "nextPrincipalRedemptionPayment": true,
	"interestCalculationBaseAmount": true, "priceAtPurchaseDate": true, "priceAtTerminationDate": true, "feeAccrued": true}

func scaled(t *testing.T, raw []byte, scale int64) []byte {
	var file map[string]map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &file))
	for _, c := range file {
		var terms map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(c["terms"], &terms))
		for name, value := range terms {
			if amounts[name] {
				n := new(big.Rat).Mul(decimalOf(t, value), big.NewRat(scale, 1))
				terms[name] = json.RawMessage(`"` + n.FloatString(20) + `"`)
			}
		}
		text, err := json.Marshal(terms)
		require.NoError(t, err)
		c["terms"] = text
		delete(c, "results")
	}
	text, err := json.Marshal(file)
	require.NoError(t, err)
	return text
}

func decimalOf(t *testing.T, raw json.RawMessage) *big.Rat {
	n, ok := new(big.Rat).SetString(strings.Trim(string(raw), "\" "))
	require.True(t, ok, "%s", raw)
	return n
}

func compare(t *testing.T, c Case, want expectation, scale int64) {
	events, err := c.Events()
	require.NoError(t, err)
	rows := c.Rows(events)
	notional := decimalOf(t, want.Terms["notionalPrincipal"])
	tolerance := new(big.Rat).Mul(notional, big.NewRat(1, 1e11)) // the files have about ten decimals
	var got, expected []string
	for _, row := range rows {
		got = append(got, moment(row.EventDate)+" "+row.EventType)
	}
	for _, row := range want.Results {
		expected = append(expected, moment(text(row["eventDate"]))+" "+text(row["eventType"]))
	}
	require.Equal(t, expected, got)
	for i, row := range rows {
		for name, shown := range map[string]string{"payoff": row.Payoff, "notionalPrincipal": row.NotionalPrincipal, "accruedInterest": row.AccruedInterest} {
			n, ok := new(big.Rat).SetString(shown)
			require.True(t, ok)
			difference := new(big.Rat).Sub(n.Mul(n, big.NewRat(1, scale)), decimalOf(t, want.Results[i][name]))
			require.LessOrEqual(t, difference.Abs(difference).Cmp(tolerance), 0, "%s: %s of %v, want %s", got[i], name, row, want.Results[i][name])
		}
		rate, ok := new(big.Rat).SetString(row.NominalInterestRate)
		require.True(t, ok)
		rate.Sub(rate, decimalOf(t, want.Results[i]["nominalInterestRate"]))
		require.LessOrEqual(t, rate.Abs(rate).Cmp(big.NewRat(1, 1e10)), 0, "%s: rate %s, want %s", got[i], row.NominalInterestRate, want.Results[i]["nominalInterestRate"])
		require.Equal(t, text(want.Results[i]["currency"]), row.Currency)
	}
}

func text(raw json.RawMessage) string { return strings.Trim(string(raw), "\" ") }

// moment writes T00:00 and T00:00:00 alike.
func moment(date string) string {
	if strings.HasSuffix(date, "T00:00") {
		return date + ":00"
	}
	return date
}
