package recount_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// quoted is an answer of qxl comp quote; which fields it has tells the form.
type quoted struct {
	NetLoss     string            `json:"net_loss"`
	Limbs       map[string]string `json:"limbs"`
	Binding     string            `json:"binding"`
	Entitlement string            `json:"entitlement"`
	Paid        []string          `json:"paid"`
}

// TestEntitlementVectors holds the recomputation to sums worked by hand.
func TestEntitlementVectors(t *testing.T) {
	out, err := python(t, "entitlement.py", "check").Output()
	require.NoError(t, err, "%s", out)
}

// TestEntitlementsAgree compares qxl comp quote with entitlement.py on 10,000
// seeded cases: each answer is the same, and each way to come to it occurs.
func TestEntitlementsAgree(t *testing.T) {
	const want = 10_000
	cases, err := python(t, "entitlement.py", "generate", "10000", setting("QXL_RECOUNT_SEED", "1")).Output()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "cases.json")
	require.NoError(t, os.WriteFile(file, cases, 0o600))
	recounted, err := python(t, "entitlement.py", "answer", file).Output()
	require.NoError(t, err)
	answers, err := exec.Command(build(t), "comp", "quote", file, "--json").Output()
	require.NoError(t, err)

	var ours, theirs []quoted
	require.NoError(t, json.Unmarshal(answers, &ours))
	require.NoError(t, json.Unmarshal(recounted, &theirs))
	var asked []struct {
		Entitlements []string `json:"entitlements"`
	}
	require.NoError(t, json.Unmarshal(cases, &asked))
	require.Len(t, ours, want)
	require.Len(t, theirs, want)
	seen := map[string]int{}
	for i := range theirs {
		require.Equal(t, theirs[i], ours[i], "case %d", i)
		switch x := theirs[i]; {
		case x.Paid == nil:
			seen[x.Binding]++
			least := 0
			for _, amount := range x.Limbs {
				if amount == x.Entitlement {
					least++
				}
			}
			if least > 1 {
				seen["tie"]++
			}
		case len(x.Paid) > 0 && !equal(x.Paid, asked[i].Entitlements):
			seen["short"]++
		default:
			seen["suffices"]++
		}
	}
	for _, kind := range []string{"ratio", "per_loan_cap", "bank_year", "pool", "stack", "tie", "short", "suffices"} {
		require.Greater(t, seen[kind], 200, "cases of the kind %q", kind)
	}
	t.Logf("%d cases, 0 differ: %v", want, seen)
}

func equal(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}
