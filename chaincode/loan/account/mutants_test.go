package account_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mutant is a row of docs/mutants.md.
type mutant struct{ number, what, file, from, to string }

var mutantRow = regexp.MustCompile("^\\| (\\d+) \\| (.+?) \\| (\\w+\\.go) \\| `(.+)` \\| `(.+)` \\|$")

func mutants(t *testing.T) (list []mutant) {
	raw, err := os.ReadFile("../../../docs/mutants.md")
	require.NoError(t, err)
	for _, line := range strings.Split(string(raw), "\n") {
		if m := mutantRow.FindStringSubmatch(line); m != nil {
			list = append(list, mutant{m[1], m[2], m[3], strings.ReplaceAll(m[4], `\|`, "|"), strings.ReplaceAll(m[5], `\|`, "|")})
		} else {
			require.NotRegexp(t, `^\| \d`, line, "a row that is not read")
		}
	}
	require.GreaterOrEqual(t, len(list), 20)
	return list
}

func (m mutant) source(t *testing.T) string {
	raw, err := os.ReadFile(m.file)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(raw), m.from), "mutant %s: %s in %s", m.number, m.from, m.file)
	return strings.Replace(string(raw), m.from, m.to, 1)
}

func TestMutantsFitTheCode(t *testing.T) {
	for _, m := range mutants(t) {
		m.source(t)
	}
}

// TestMutantsAreCaught runs this package's tests on each mutant when
// scripts/mutants says so; it takes some minutes.
func TestMutantsAreCaught(t *testing.T) {
	if os.Getenv("QXL_MUTANTS") == "" {
		t.Skip("mutants are not run: scripts/mutants runs them")
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	for _, m := range mutants(t) {
		t.Run(m.number, func(t *testing.T) {
			dir := t.TempDir()
			changed, overlay := filepath.Join(dir, m.file), filepath.Join(dir, "overlay.json")
			require.NoError(t, os.WriteFile(changed, []byte(m.source(t)), 0o600))
			raw, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, m.file): changed}})
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(overlay, raw, 0o600))
			test := exec.Command("go", "test", "-overlay", overlay, "-count", "1", "-failfast", "-vet", "off", "-timeout", "5m", "-skip", "^TestMutants", ".", "-rapid.nofailfile")
			test.Env = append(os.Environ(), "QXL_MUTANTS=")
			out, err := test.CombinedOutput()
			require.NotContains(t, string(out), "[build failed]", m.what)
			require.NotContains(t, string(out), "[setup failed]", m.what)
			require.Error(t, err, "survived: %s", m.what)
			by := regexp.MustCompile(`--- FAIL: (\w+)|panic: (.*)`).FindString(string(out))
			require.NotEmpty(t, by, "%s", out)
			t.Logf("%s: %s", m.what, by)
		})
	}
}
