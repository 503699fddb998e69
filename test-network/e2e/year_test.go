package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/test-network/sample"
)

// lifeEvents are the events of a loan's life (domain §2.9) and the lines of
// day files that make them. SCHEDULE and OVERDUE are computed, never entered:
// the plan is asked for, arrears are what an end of day tells. FILE 备案 is the
// compensation room's.
var lifeEvents = []struct {
	event string
	lines []string
}{
	{"APPLY", []string{"申请"}}, {"ROUTE", []string{"分派"}}, {"ACCEPT", []string{"受理"}}, {"REJECT", []string{"拒绝"}},
	{"CREDIT", []string{"授信"}}, {"SIGN", []string{"签约"}}, {"DISBURSE", []string{"放款", "接续", "接续更正", "接续确认"}},
	{"REPRICE", []string{"调整利率", "挪用"}}, {"REPAY", []string{"还款", "提前还款", "退还预收", "费用"}}, {"CLASSIFY", []string{"五级分类"}},
	{"EXTEND", []string{"展期"}}, {"RENEW", []string{"续贷"}}, {"GUARANTEE_PAY", []string{"代偿"}}, {"WRITE_OFF", []string{"核销"}},
	{"RECOVER", []string{"核销收回"}}, {"SETTLE", []string{"结清"}}, {"CORRECT", []string{"冲正申请", "冲正"}},
}

// endOfDay is what qxl eod --json tells.
type endOfDay struct {
	Closed          string
	Resets, Classes struct{ Accepted, Already, Refused int }
	Refused         []any
	Changes         []struct{ Kind string }
}

// lived is what became of a year's lines on one engine.
type lived struct {
	digest string
	lines  map[string]int // accepted, by record type
	deeds  map[string]int // of the ends of day
	calls  int
}

// live imports a year day by day, and closes each day of each bank.
func (p *program) live(t *testing.T, dir string, m *sample.YearManifest) lived {
	t.Helper()
	x := lived{lines: map[string]int{}, deeds: map[string]int{}}
	v, receipts, lists := province{dir: dir}, t.TempDir(), t.TempDir()
	for _, day := range m.Days {
		for _, f := range day.Files {
			r := p.send(t, v, f, receipts)
			require.Equal(t, f.Lines-len(f.Refused), r.accepted, f.Name)
			for _, line := range r.lines {
				if line[3] == "已受理" {
					x.lines[line[1]]++
				}
			}
			x.calls++
		}
		for _, as := range day.EndOfDay {
			var e endOfDay
			p.must(t, &e, "eod", day.Date.String(), "--as", as, "--dir", lists)
			require.Equal(t, "accepted", e.Closed, "%s %s", as, day.Date)
			require.Empty(t, e.Refused)
			x.deeds["reset"] += e.Resets.Accepted
			x.deeds["class"] += e.Classes.Accepted
			for _, c := range e.Changes {
				x.deeds[c.Kind]++
			}
			x.calls++
		}
		for _, f := range day.Balances {
			p.must(t, nil, "reconcile", filepath.Join(dir, f.Name), "--as", f.As)
			x.calls++
		}
	}
	x.digest = p.digest(t)
	return x
}

// TestAYearOfABanksLife sends a year of two banks on both engines, closing
// days as it goes: one digest, everything that happens to a loan happens, and
// each quarter the banks' own balances agree with the ledger.
func TestAYearOfABanksLife(t *testing.T) {
	dir := t.TempDir()
	m, err := sample.Year(sample.YearOptions{Seed: sampleSeed, Loans: pick(sample.LeastYear, 120), Banks: []string{"BankA", "BankB"},
		Rhythm: pick(sample.Monthly, sample.Daily), Dir: dir})
	require.NoError(t, err)
	var first lived
	for _, engine := range []struct {
		name string
		open func(*testing.T) *program
	}{{"embedded", embedded}, {"fabric", ownNetwork}} {
		p := engine.open(t)
		begun := time.Now()
		x := p.live(t, dir, m)
		fmt.Printf("a year on %s: %d days closed, %d calls of qxl, %d resets and %d classes by the ends of day, %.1f s, digest %s\n",
			engine.name, len(m.Days), x.calls, x.deeds["reset"], x.deeds["class"], time.Since(begun).Seconds(), x.digest)
		for _, e := range lifeEvents {
			for _, line := range e.lines {
				require.Positive(t, x.lines[line], "%s: no line %s was accepted", e.event, line)
			}
		}
		for _, deed := range []string{"reset", "class", "OVERDUE_BEGINS", "OVERDUE_ENDS", "CLASS_WORSE", "CLASS_BETTER", "RATE_CHANGED"} {
			require.Positive(t, x.deeds[deed], "no end of day told of %s", deed)
		}
		for _, b := range m.Banks {
			var got bankFigures
			p.must(t, &got, "loan", "totals", "--as", b.Organization+"/officer2")
			require.Equal(t, []string{b.Disbursed.String(), b.PrincipalRepaid.String(), b.Outstanding.String()}, []string{got.Disbursed, got.PrincipalRepaid, got.Outstanding})
			require.Equal(t, []int{b.Loans, b.Overdue, b.Settled}, []int{got.Loans, got.OverdueLoans, got.ByStatus["SETTLED"]})
		}
		planned := 0
		for _, told := range m.Told {
			var plan struct{ Instalments []any }
			p.must(t, &plan, "loan", "schedule", "--loan", told.Contract, "--as", told.Bank+"/officer2")
			if len(plan.Instalments) > 0 {
				planned++ // of a loan that was prepaid before its first due date nothing is left
			}
		}
		require.Greater(t, planned, len(m.Told)-5, "SCHEDULE")
		if first.digest == "" {
			first = x
		}
		require.Equal(t, first, x, "both engines did the same")
	}
}

type bankFigures struct {
	bankTotals
	OverdueLoans int            `json:"overdue_loans"`
	ByStatus     map[string]int `json:"by_status"`
}
