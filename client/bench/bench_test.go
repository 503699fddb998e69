package bench

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
)

func TestParseStatSkipsANameWithBrackets(t *testing.T) {
	d, err := parseStat("4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 120 30 0 0 20 0 9")
	require.NoError(t, err)
	require.Equal(t, 1500*time.Millisecond, d)
	_, err = parseStat("4711 (a) S 1 2")
	require.ErrorContains(t, err, "fields")
}

func TestParseMachineLeavesIdleAndWaitingOut(t *testing.T) {
	d, err := parseMachine("cpu  100 20 30 9999 888 4 6 0 0 0\ncpu0 1 1 1 1 1 1 1\n")
	require.NoError(t, err)
	require.Equal(t, 1600*time.Millisecond, d)
	_, err = parseMachine("intr 5")
	require.Error(t, err)
}

func results(outcome command.Outcome, n int, block uint64) []book.Result {
	list := make([]book.Result, n)
	for i := range list {
		list[i] = book.Result{Result: command.Result{Outcome: outcome.String()}, Block: block}
	}
	return list
}

// A transaction's delay is that of each of its commands; what is refused
// counts for the delay and not for the rate.
func TestDelaysAreWeightedByCommands(t *testing.T) {
	var d delays
	d.add(300*time.Millisecond, results(command.Accepted, 1, 9))
	d.add(100*time.Millisecond, results(command.Accepted, 90, 7))
	d.add(200*time.Millisecond, append(results(command.Accepted, 5, 8), results(command.Refused, 4, 8)...))
	c := d.all()
	require.Equal(t, 96, c.commands)
	require.Equal(t, 4, c.refused)
	require.Equal(t, uint64(9), c.lastBlock)
	require.Equal(t, 100.0, c.percentile(50))
	require.Equal(t, 100.0, c.percentile(90))
	require.Equal(t, 200.0, c.percentile(99))
	require.Equal(t, 300.0, c.percentile(100))
}

func TestCompareTakesMediansAndNamesWhatIsMissed(t *testing.T) {
	r := Report{Engine: "fabric", Runs: []Run{{Part: "c", CommandsPerSecond: 5000}, {Part: "d", CommandsPerSecond: 9000}, {Part: "d", CommandsPerSecond: 2900},
		{Part: "d", CommandsPerSecond: 3500}, {Part: "e", CommandsPerSecond: 3000}, {Part: "f", CommandsPerSecond: 2000}}}
	r.Compare()
	require.Equal(t, []Ratio{{"(d)/(c)", 0.7, 0.6, true}, {"(d) commands/s", 3500, 3000, true}, {"(e) commands/s", 3000, 3000, true},
		{"(f)/(e)", 2000.0 / 3000, 0.9, false}}, r.Ratios)
	var text bytes.Buffer
	r.Write(&text)
	require.Contains(t, text.String(), "MISSED")
}

func TestApartSeparatesLoansOfOnePage(t *testing.T) {
	var loans []loanAt
	for i := range 64 {
		loans = append(loans, loanAt{id: ledgerstate.ID{Page: string(rune('a' + i/16)), Slot: uint8(i % 16)}})
	}
	seen := map[int]bool{}
	last := map[string]int{}
	for at, i := range apart(loans) {
		page := loans[i].id.Page
		if before, ok := last[page]; ok {
			require.GreaterOrEqual(t, at-before, 4, "four pages take turns")
		}
		last[page], seen[i] = at, true
	}
	require.Len(t, seen, 64)
}

// The population's people are different and their codes would be accepted.
func TestPopulationsPeopleAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for i := range 2_000 {
		no := residentID(i)
		check := identifier.CheckResidentID(no)
		require.True(t, check.Valid, "%s: %v", no, check.Errors)
		require.False(t, seen[no], "the %d-th is another's", i)
		seen[no] = true
	}
}
