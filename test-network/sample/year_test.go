package sample_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/dayend"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/sample"
)

func year(t testing.TB, rhythm sample.Rhythm, loans int) (string, *sample.YearManifest) {
	dir := t.TempDir()
	m, err := sample.Year(sample.YearOptions{Seed: 24, Loans: loans, Banks: []string{"BankA", "BankB"}, Rhythm: rhythm, Dir: dir})
	require.NoError(t, err)
	return dir, m
}

// live imports a year's files day by day, each with its end of day.
func (w *world) live(t testing.TB, dir string, m *sample.YearManifest) {
	for _, day := range m.Days {
		for _, f := range day.Files {
			r := w.send(filepath.Join(dir, f.Name), f.As, dayfile.Options{})
			lines := receipt(t, dir, f)
			want := map[int]string{}
			for _, x := range f.Refused {
				want[x.Line] = x.Code
			}
			for n, row := range lines {
				if code, refused := want[n]; refused {
					require.Equal(t, []string{"拒绝", code}, row[4:6], "%s line %d: %v", f.Name, n, row)
				} else {
					require.Equal(t, "已受理", row[4], "%s line %d: %v", f.Name, n, row)
				}
			}
			require.Equal(t, f.Lines, r.Total)
		}
		for _, as := range day.EndOfDay {
			w.closeDay(t, as, day.Date)
		}
		for _, f := range day.Balances {
			bank, _, _ := strings.Cut(f.As, "/")
			file, err := dayfile.Open(filepath.Join(dir, f.Name))
			require.NoError(t, err)
			r, err := dayfile.Reconcile(context.Background(), file, w.client(f.As), w.books[bank])
			require.NoError(t, err)
			require.Empty(t, r.Differences, "%s", f.Name)
			require.NoError(t, file.Close())
		}
	}
}

func (w *world) closeDay(t testing.TB, as string, day calendar.Date) *dayend.Report {
	bank, _, _ := strings.Cut(as, "/")
	r, err := dayend.Run(context.Background(), dayend.Options{Ledger: w.client(as), Chaincode: w.books[bank], Day: day})
	require.NoError(t, err)
	require.Empty(t, r.Refusals, "%s %s", as, day)
	return r
}

func TestAYearMonthByMonth(t *testing.T) {
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir, m := year(t, sample.Monthly, sample.LeastYear)
	w := openWorld(t, t.TempDir())
	defer w.close()
	w.live(t, dir, m)
	for _, b := range m.Banks {
		got := w.totals(b.Organization)
		require.Equal(t, b.Loans, got.Loans)
		require.Equal(t, b.Disbursed, got.Disbursed)
		require.Equal(t, b.PrincipalRepaid, got.PrincipalRepaid)
		require.Equal(t, b.Outstanding, got.Outstanding)
		require.Equal(t, b.Overdue, got.OverdueLoans)
	}
	t.Run("ten loans explained", func(t *testing.T) { w.explained(t, dir, m) })
}

// explained has docs/explained-loans.md worked out again from the day files,
// by a program that shares no code with ours, beside what the ledger explains.
func (w *world) explained(t *testing.T, dir string, m *sample.YearManifest) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Fatal("python3 is not installed (apt-get install python3), so nothing can work these loans out by hand")
	}
	answers := t.TempDir()
	for _, told := range m.Told {
		if told.Bank != "BankA" {
			continue
		}
		var a loan.ExplainAnswer
		require.NoError(t, w.client("BankA/officer2").Ask(context.Background(), w.books["BankA"], "loan.Explain", loan.LoanQuery{Loan: told.Contract, At: m.Last}, &a))
		raw, err := json.Marshal(a)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(answers, told.Contract+".json"), raw, 0o600))
	}
	out, err := exec.Command("python3", "../recount/explained.py", dir, answers, "../reference/lpr.csv").Output()
	require.NoError(t, err)
	page := "../../docs/explained-loans.md"
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		require.NoError(t, os.WriteFile(page, out, 0o644))
	}
	want, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(want), string(out), "run again with UPDATE_GOLDEN=1")
}

// TestAYearIsTheSameForTheSameSeed: bytes, not sense.
func TestAYearIsTheSameForTheSameSeed(t *testing.T) {
	one, m := year(t, sample.Weekly, sample.LeastYear)
	two, _ := year(t, sample.Weekly, sample.LeastYear)
	for _, day := range m.Days {
		for _, f := range append(day.Files, day.Balances...) {
			a, err := os.ReadFile(filepath.Join(one, f.Name))
			require.NoError(t, err)
			b, err := os.ReadFile(filepath.Join(two, f.Name))
			require.NoError(t, err)
			require.Equal(t, string(a), string(b), f.Name)
		}
	}
}
