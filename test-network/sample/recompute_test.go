package sample_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/test-network/sample"
)

// The totals that the generator computed with the ledger's own arithmetic
// come out of the day files alone, by a program that shares no code with us.
func TestTotalsFromTheDayFilesAlone(t *testing.T) {
	for _, seed := range []uint64{1, 24} {
		dir := t.TempDir()
		m, err := sample.Generate(sample.Options{Seed: seed, Loans: 600, Banks: []string{"BankA", "BankB", "BankC"}, Dir: dir})
		require.NoError(t, err)
		banks := recompute(t, dir)
		require.Len(t, banks, len(m.Banks))
		refused := map[string]int{}
		for _, f := range m.Files {
			if strings.Contains(f.Name, "-loans") {
				refused[strings.Split(f.As, "/")[0]] += len(f.Refused)
			}
		}
		for i, b := range banks {
			want := m.Banks[i]
			require.Equal(t, want.Organization, b.Organization)
			require.Equal(t, want.Loans, b.Loans)
			require.Equal(t, want.Disbursed.String(), b.Disbursed)
			require.Equal(t, want.PrincipalRepaid.String(), b.PrincipalRepaid)
			require.Equal(t, want.Outstanding.String(), b.Outstanding)
			require.Equal(t, refused[b.Organization], b.LeftOut, "lines about money that the ledger refuses")
		}
	}
}

func TestRecomputeImportsTheStandardLibraryAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{join .Deps "\n"}}`, "../recompute").Output()
	require.NoError(t, err)
	for _, dep := range strings.Fields(string(out)) {
		first, _, _ := strings.Cut(dep, "/")
		require.NotContains(t, first, ".", dep)
	}
}
