package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/test-network/sample"
)

// The commands that a year prints can be run one after another: files, ends
// of day, balances. A file with lines that the ledger refuses on purpose exits
// with 1, all else with 0.
func TestAYearsCommandsCanBeRun(t *testing.T) {
	d := newDesk(t)
	dir := filepath.Join(d.dir, "year")
	code, text, stderr := d.qxl("sample", "--year", "--rhythm", "monthly", "--loans", "60", "--dir", dir)
	require.Equal(t, exitDone, code, stderr)
	m, err := sample.ReadYear(dir)
	require.NoError(t, err)
	refused := map[string]bool{}
	commands := 0
	for _, day := range m.Days {
		commands += len(day.Files) + len(day.EndOfDay) + len(day.Balances)
		for _, f := range day.Files {
			refused[filepath.Join(dir, f.Name)] = len(f.Refused) > 0
		}
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, commands)
	done := map[string]int{}
	for _, line := range lines {
		words := strings.Fields(line)
		require.Equal(t, "qxl", words[0])
		if words[1] == "eod" {
			if words[2] > "2025-01-31" {
				break // two days will do
			}
			words = append(words, "--dir", d.dir)
		}
		code, _, stderr := d.qxl(words[1:]...)
		want := exitDone
		if refused[words[2]] {
			want = exitRefused
		}
		require.Equal(t, want, code, "%s: %s", line, stderr)
		done[words[1]]++
	}
	require.Equal(t, 4, done["eod"])
	require.Equal(t, 2, done["reconcile"])
	require.Greater(t, done["import"], 20)

	code, text, stderr = d.qxl("sample", "--year", "--rhythm", "monthly", "--loans", "60", "--dir", dir, "--json")
	require.Equal(t, exitDone, code, stderr)
	var again sample.YearManifest
	require.NoError(t, json.Unmarshal([]byte(text), &again))
	require.Equal(t, m.Banks, again.Banks)
}
