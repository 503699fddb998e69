package recount_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// line is what recount.py says of one loan and day.
type line struct {
	File    string          `json:"file"`
	AsOf    string          `json:"as_of"`
	Result  json.RawMessage `json:"result"`
	Refused *refusal        `json:"refused"`
}

type refusal struct {
	Code    string `json:"code"`
	Command int    `json:"command"`
}

// codes are qxl's names for what recount.py refuses.
var codes = map[string]string{
	"AMOUNT":                    "LOAN_ENTRY_AMOUNT",
	"BEFORE_DISBURSEMENT":       "LOAN_ENTRY_BEFORE_LOAN",
	"EXTEND_AFTER_MATURITY":     "LOAN_EXTENSION_AFTER_MATURITY",
	"EXTEND_DUES":               "LOAN_EXTENSION_DUES",
	"EXTEND_METHOD":             "LOAN_EXTENSION_METHOD",
	"EXTEND_NOT_LONGER":         "LOAN_EXTENSION_NOT_LONGER",
	"FLAT":                      "LOAN_PLAN_FLAT",
	"INSTALMENT_BELOW_INTEREST": "LOAN_PLAN_GROWING",
	"NOTHING_OWED":              "LOAN_NOTHING_OWED",
	"NOTHING_TO_PREPAY":         "LOAN_PREPAY_NOTHING_LEFT",
	"PREPAY_BELOW_DUE":          "LOAN_PREPAY_NOT_BEYOND_DUE",
	"PREPAY_ABOVE_BALANCE":      "LOAN_PREPAY_ABOVE_BALANCE",
	"REVERSE_TWICE":             "LOAN_REVERSED_ALREADY",
	"REVERSE_UNKNOWN":           "LOAN_REVERSAL_UNKNOWN",
}

func python(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Fatal("python3 is not installed (apt-get install python3), so nothing can recompute these loans")
	}
	cmd := exec.Command("python3", args...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stderr = os.Stderr
	return cmd
}

// TestVectors holds the recomputation to known answers: two programs can be
// wrong together.
func TestVectors(t *testing.T) {
	out, err := python(t, "vectors.py").Output()
	require.NoError(t, err, "%s", out)
}

// TestCompare runs generated loans through qxl loan simulate and recount.py
// and compares every field, each entry and each instalment.
func TestCompare(t *testing.T) {
	days := setting("QXL_RECOUNT_DAYS", "events")
	want, err := strconv.Atoi(setting("QXL_RECOUNT_LOANS", "70"))
	require.NoError(t, err, "QXL_RECOUNT_LOANS")

	dir := t.TempDir()
	require.NoError(t, python(t, "generate.py", dir, "--loans", strconv.Itoa(want),
		"--seed", setting("QXL_RECOUNT_SEED", "1"), "--from", setting("QXL_RECOUNT_FROM", "1")).Run())
	files, err := filepath.Glob(filepath.Join(dir, "loan-*.json"))
	require.NoError(t, err)
	require.Len(t, files, want)
	qxl := build(t)

	recount := python(t, append([]string{"recount.py", "--days", days}, files...)...)
	out, err := recount.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, recount.Start())
	defer func() { _ = recount.Process.Kill() }()

	var seen tally
	kinds := kinds{}
	err = eachLoan(out, func(lines []line) {
		seen.loans++
		kinds.add(t, lines[0].File)
		seen.days += len(lines)
		answers := simulate(t, qxl, lines)
		require.Len(t, answers, len(lines))
		for i, l := range lines {
			seen.compare(t, l, answers[i])
		}
	})
	require.NoError(t, err)
	require.NoError(t, recount.Wait())
	require.Equal(t, want, seen.loans, "loans that recount.py answered for")
	kinds.report(t, want)
	t.Logf("%d loans on %d loan days: %d differ, on %d days; %d end in a refusal of both",
		seen.loans, seen.days, len(seen.differ), seen.differences, seen.refused)
}

func setting(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// eachLoan hands on the lines of one file together.
func eachLoan(r io.Reader, use func([]line)) error {
	dec := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	var group []line
	for {
		var l line
		err := dec.Decode(&l)
		if err != nil && err != io.EOF {
			return err
		}
		if len(group) > 0 && (err == io.EOF || group[0].File != l.File) {
			use(group)
			group = nil
		}
		if err == io.EOF {
			return nil
		}
		group = append(group, l)
	}
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "qxl")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	out, err := exec.Command("go", "build", "-trimpath", "-o", bin, "../../cmd/qxl").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return bin
}

// simulate asks qxl for one loan on many days in one run.
func simulate(t *testing.T, qxl string, lines []line) []json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile(lines[0].File)
	require.NoError(t, err)
	var file struct {
		Terms    json.RawMessage `json:"terms"`
		Commands json.RawMessage `json:"commands"`
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	var asked bytes.Buffer
	for i, l := range lines {
		fmt.Fprintf(&asked, `%c{"terms":%s,"commands":%s,"as_of":"%s"}`, "[,"[min(i, 1)], file.Terms, file.Commands, l.AsOf)
	}
	asked.WriteByte(']')
	path := lines[0].File + ".days"
	require.NoError(t, os.WriteFile(path, asked.Bytes(), 0o600))
	defer os.Remove(path)

	var stdout, stderr bytes.Buffer
	cmd := exec.Command(qxl, "loan", "simulate", path, "--json")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var answers []json.RawMessage
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &answers), "%s: %v\n%s", lines[0].File, err, stderr.String())
	return answers
}

// tally counts what was compared and says each loan's first difference.
type tally struct {
	loans, days, refused, differences int
	differ                            map[string]bool
}

func (c *tally) compare(t *testing.T, l line, answer json.RawMessage) {
	t.Helper()
	said := difference(l, answer)
	if said == "" {
		if l.Refused != nil {
			c.refused++
		}
		return
	}
	c.differences++
	if !c.differ[l.File] {
		if c.differ == nil {
			c.differ = map[string]bool{}
		}
		c.differ[l.File] = true
		file, _ := os.ReadFile(l.File)
		var compact bytes.Buffer
		_ = json.Compact(&compact, file)
		t.Errorf("%s as of %s: %s\n%s", filepath.Base(l.File), l.AsOf, said, compact.String())
	}
}

// difference names the first field that is not the same; "" when all are.
func difference(l line, answer json.RawMessage) string {
	if len(l.Result) > 0 && bytes.Equal(l.Result, answer) {
		return "" // as nearly always: no need to read them
	}
	var simulated map[string]any
	if err := json.Unmarshal(answer, &simulated); err != nil {
		return "qxl: " + err.Error()
	}
	if l.Refused != nil {
		problem, _ := simulated["error"].(map[string]any)
		code, _ := problem["code"].(string)
		field, _ := problem["field"].(string)
		at := fmt.Sprintf("commands[%d]", l.Refused.Command)
		if code != codes[l.Refused.Code] || !strings.HasPrefix(field, at) {
			return fmt.Sprintf("recount refuses %s with %s, qxl says %v", at, l.Refused.Code, simulated)
		}
		return ""
	}
	var recounted map[string]any
	if err := json.Unmarshal(l.Result, &recounted); err != nil {
		return "recount: " + err.Error()
	}
	return differing("", recounted, simulated)
}

// differing walks two documents to the first value in which they differ.
func differing(path string, recounted, simulated any) string {
	switch r := recounted.(type) {
	case map[string]any:
		if s, ok := simulated.(map[string]any); ok {
			for _, k := range names(r, s) {
				if d := differing(path+"."+k, r[k], s[k]); d != "" {
					return d
				}
			}
			return ""
		}
	case []any:
		if s, ok := simulated.([]any); ok {
			for i := 0; i < len(r) && i < len(s); i++ {
				if d := differing(fmt.Sprintf("%s[%d]", path, i), r[i], s[i]); d != "" {
					return d
				}
			}
			if len(r) == len(s) {
				return ""
			}
			return fmt.Sprintf("%s: recount has %d, qxl %d", path, len(r), len(s))
		}
	}
	if reflect.DeepEqual(recounted, simulated) {
		return ""
	}
	return fmt.Sprintf("%s: recount %v, qxl %v", path, recounted, simulated)
}

func names(documents ...map[string]any) []string {
	all := map[string]bool{}
	for _, d := range documents {
		for k := range d {
			all[k] = true
		}
	}
	sorted := make([]string, 0, len(all))
	for k := range all {
		sorted = append(sorted, k)
	}
	sort.Strings(sorted)
	return sorted
}

// TestDifferenceIsSeen shows that the comparison can fail.
func TestDifferenceIsSeen(t *testing.T) {
	l := line{File: "x", Result: json.RawMessage(`{"advance":"0.00","instalments":[{"n":1,"due":"2024-02-01"}]}`)}
	require.Empty(t, difference(l, l.Result))
	for answer, said := range map[string]string{
		`{"advance":"0.01","instalments":[{"n":1,"due":"2024-02-01"}]}`:               ".advance: recount 0.00, qxl 0.01",
		`{"advance":"0.00","instalments":[{"n":1,"due":"2024-02-02"}]}`:               ".instalments[0].due: recount 2024-02-01, qxl 2024-02-02",
		`{"advance":"0.00","instalments":[]}`:                                         ".instalments: recount has 1, qxl 0",
		`{"advance":"0.00","instalments":[{"n":1,"due":"2024-02-01"}],"more":"0.00"}`: ".more: recount <nil>, qxl 0.00",
		`{"error":{"code":"X"}}`:                                                      ".advance: recount 0.00, qxl <nil>",
	} {
		require.Equal(t, said, difference(l, json.RawMessage(answer)))
	}
	l = line{File: "x", Refused: &refusal{Code: "REVERSE_TWICE", Command: 3}}
	require.Empty(t, difference(l, json.RawMessage(`{"error":{"code":"LOAN_REVERSED_ALREADY","field":"commands[3].of"}}`)))
	require.NotEmpty(t, difference(l, json.RawMessage(`{"error":{"code":"LOAN_REVERSED_ALREADY","field":"commands[2].of"}}`)))
	require.NotEmpty(t, difference(l, json.RawMessage(`{"advance":"0.00"}`)))
	require.NotEmpty(t, difference(line{}, nil), "no answer")
}
