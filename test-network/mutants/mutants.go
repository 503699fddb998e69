// Package mutants holds the tests of a package to its rules: docs/mutants.md
// lists, under the path of each package, changes of one line that break a rule,
// and each must make a test of that package fail.
//
// A package calls Fit and Caught from a test of its own. It guarantees that no
// file is touched: a mutant is compiled by `go test -overlay`. It must be
// imported by tests only.
package mutants

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "pgregory.net/rapid" // so that each package's tests take its flag
)

// Mutant is a row of docs/mutants.md.
type Mutant struct{ Number, What, File, From, To string }

var (
	row     = regexp.MustCompile("^\\| (\\d+) \\| (.+?) \\| (\\w+\\.go) \\| `(.+)` \\| `(.+)` \\|$")
	heading = regexp.MustCompile("^## `?([\\w/.-]+)`?$")
)

// Of are the mutants of the package whose test runs, at least so many.
func Of(t *testing.T, least int) (list []Mutant) {
	root, here := module(t)
	raw, err := os.ReadFile(filepath.Join(root, "docs", "mutants.md"))
	require.NoError(t, err)
	section := ""
	for _, line := range strings.Split(string(raw), "\n") {
		if m := heading.FindStringSubmatch(line); m != nil {
			section = m[1]
		} else if m := row.FindStringSubmatch(line); m == nil {
			require.NotRegexp(t, `^\| \d`, line, "a row that is not read")
		} else if section == here {
			list = append(list, Mutant{m[1], m[2], m[3], strings.ReplaceAll(m[4], `\|`, "|"), strings.ReplaceAll(m[5], `\|`, "|")})
		}
	}
	require.GreaterOrEqual(t, len(list), least, "mutants of %s in docs/mutants.md", here)
	return list
}

// module is the folder of go.mod, and the way from there to the test's own.
func module(t *testing.T) (root, here string) {
	dir, err := os.Getwd()
	require.NoError(t, err)
	for root = dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, root, filepath.Dir(root), "no go.mod above %s", dir)
	}
	here, err = filepath.Rel(root, dir)
	require.NoError(t, err)
	return root, filepath.ToSlash(here)
}

func (m Mutant) source(t *testing.T) string {
	raw, err := os.ReadFile(m.File)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(raw), m.From), "mutant %s: %s in %s", m.Number, m.From, m.File)
	return strings.Replace(string(raw), m.From, m.To, 1)
}

// Fit holds the table to the code: what a mutant replaces stands in its file
// exactly once.
func Fit(t *testing.T, least int) {
	for _, m := range Of(t, least) {
		m.source(t)
	}
}

// Caught runs the package's tests on each mutant when scripts/mutants says
// so; that takes minutes. Tests whose names begin with TestMutants are left
// out.
func Caught(t *testing.T, least int) {
	if os.Getenv("QXL_MUTANTS") == "" {
		t.Skip("ON DEMAND: scripts/mutants runs the mutants")
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	for _, m := range Of(t, least) {
		t.Run(m.Number, func(t *testing.T) {
			dir := t.TempDir()
			changed, overlay := filepath.Join(dir, m.File), filepath.Join(dir, "overlay.json")
			require.NoError(t, os.WriteFile(changed, []byte(m.source(t)), 0o600))
			raw, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, m.File): changed}})
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(overlay, raw, 0o600))
			test := exec.Command("go", "test", "-overlay", overlay, "-count", "1", "-failfast", "-vet", "off", "-timeout", "5m", "-skip", "^TestMutants", ".", "-rapid.nofailfile")
			test.Env = append(os.Environ(), "QXL_MUTANTS=")
			out, err := test.CombinedOutput()
			require.NotContains(t, string(out), "[build failed]", m.What)
			require.NotContains(t, string(out), "[setup failed]", m.What)
			require.Error(t, err, "survived: %s", m.What)
			by := regexp.MustCompile(`--- FAIL: (\w+)|panic: (.*)`).FindString(string(out))
			require.NotEmpty(t, by, "%s", out)
			t.Logf("%s: %s", m.What, by)
		})
	}
}
