package e2e

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// full asks for the sizes of the task: 2,000 loans, 20 kills. Without it the
// same tests run on a smaller sample.
var full = os.Getenv("QXL_FULL") == "1"

func pick[T any](small, large T) T {
	if full {
		return large
	}
	return small
}

const sampleSeed = 24

// province is the sample's files and what must come of them.
type province struct {
	*sample.Manifest
	dir string
}

func newProvince(t *testing.T, loans int) province {
	t.Helper()
	dir := t.TempDir()
	m, err := sample.Generate(sample.Options{Seed: sampleSeed, Loans: loans, Banks: []string{"BankA", "BankB"}, Dir: dir})
	require.NoError(t, err)
	return province{m, dir}
}

func (v province) path(f sample.File) string { return filepath.Join(v.dir, f.Name) }

// file finds the file whose name ends so.
func (v province) file(t *testing.T, end string) sample.File {
	t.Helper()
	for _, f := range v.Files {
		if strings.HasSuffix(f.Name, end+".csv") {
			return f
		}
	}
	t.Fatalf("the sample has no file %s", end)
	return sample.File{}
}

// receipt is a receipt file as read back.
type receipt struct {
	cid                               string
	lines                             [][]string // cells of the receipt's lines, record type left out
	total, accepted, already, refused int
}

// readReceipt reads a receipt and sees that it is whole: its trailer agrees,
// every line of the file has one outcome, and what the sample spoiled, no
// more, is refused for the reason that the manifest names.
func readReceipt(t *testing.T, path string, f sample.File) receipt {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	if f.Encoding == string(dayfile.GB18030) {
		raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		require.NoError(t, err)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff")))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	var got receipt
	number := func(cell string) int {
		n, err := strconv.Atoi(cell)
		require.NoError(t, err)
		return n
	}
	var refused []sample.Refusal
	last := 0
	for _, row := range rows {
		switch row[0] {
		case "回执头":
			got.cid = row[3]
		case "回执":
			line := row[1:]
			require.Greater(t, number(line[0]), last, "%s: lines in their order, each once", path)
			last = number(line[0])
			got.lines = append(got.lines, line)
			if line[3] == "拒绝" {
				refused = append(refused, sample.Refusal{Line: number(line[0]), Number: line[2], Code: line[4]})
			}
		case "回执尾":
			got.total, got.accepted, got.already, got.refused = number(row[1]), number(row[2]), number(row[3]), number(row[4])
		}
	}
	require.Equal(t, f.Lines, got.total, path)
	require.Len(t, got.lines, f.Lines, path)
	require.Equal(t, f.Lines, got.accepted+got.already+got.refused, path)
	require.Equal(t, f.Refused, refused, path)
	return got
}

// requireSame sees that two receipts say the same of every line, but for what
// differs between a first run and a later one: accepted or already applied,
// and the transaction.
func requireSame(t *testing.T, want, got receipt, name string) {
	t.Helper()
	require.Equal(t, want.cid, got.cid, name)
	require.Len(t, got.lines, len(want.lines), name)
	for i := range want.lines {
		require.Equal(t, told(want.lines[i]), told(got.lines[i]), "%s, receipt line %d", name, i+1)
	}
}

// told is a receipt's line without what may differ.
func told(line []string) []string {
	line = append([]string(nil), line[:len(line)-1]...)
	if line[3] == "已登记过" {
		line[3] = "已受理"
	}
	return line
}

// receiptPath is where a pass keeps the receipt of a file.
func receiptPath(dir string, f sample.File) string {
	return filepath.Join(dir, strings.TrimSuffix(f.Name, ".csv")+".receipt.csv")
}

// exitOf is the exit code of an import that ends: 1 if lines were refused.
func exitOf(f sample.File) int {
	if len(f.Refused) > 0 {
		return 1
	}
	return 0
}

func importArgs(v province, f sample.File, receipts string, more ...string) []string {
	return append([]string{"import", v.path(f), "--as", f.As, "--receipt", receiptPath(receipts, f), "--json"}, more...)
}

// send imports a file and reads its receipt.
func (p *program) send(t *testing.T, v province, f sample.File, receipts string, more ...string) receipt {
	t.Helper()
	r := p.run(t, importArgs(v, f, receipts, more...)...)
	require.Equal(t, exitOf(f), r.code, "%s\n%s\n%s", f.Name, r.stdout, r.stderr)
	got := readReceipt(t, receiptPath(receipts, f), f)
	var document struct{ Lines, Accepted, Already, Refused int }
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &document))
	require.Equal(t, []int{got.total, got.accepted, got.already, got.refused},
		[]int{document.Lines, document.Accepted, document.Already, document.Refused}, f.Name)
	return got
}

// sendAll imports all files in their order.
func (p *program) sendAll(t *testing.T, v province, more ...string) map[string]receipt {
	t.Helper()
	dir := t.TempDir()
	all := map[string]receipt{}
	for _, f := range v.Files {
		all[f.Name] = p.send(t, v, f, dir, more...)
	}
	return all
}

// digest is the state digest as the Commission sees it.
func (p *program) digest(t *testing.T) string {
	t.Helper()
	var d struct{ Digest string }
	p.must(t, &d, "digest")
	require.Len(t, d.Digest, 64)
	return d.Digest
}

// embedded is the program on a new embedded ledger of its own.
func embedded(t *testing.T) *program {
	t.Helper()
	bin, err := build("")
	require.NoError(t, err)
	return &program{bin: bin, state: t.TempDir()}
}

// ownNetwork is a Fabric network of the test's own, new and founded, for
// tests that compare whole ledgers or kill its processes.
func ownNetwork(t *testing.T) *program { return ownNetworkOf(t) }

// ownNetworkOf is ownNetwork with a changed environment.
func ownNetworkOf(t *testing.T, env ...string) *program {
	t.Helper()
	bin, err := build("")
	require.NoError(t, err)
	state, err := os.MkdirTemp(workDir, "own-")
	require.NoError(t, err)
	p := &program{bin: bin, state: state, env: env}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		out, err := p.command(ctx, "down").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Empty(t, processes(state), "processes left behind")
		if !t.Failed() {
			require.NoError(t, os.RemoveAll(state))
		}
	})
	out, err := p.command(ctx, "up", "--fabric", "--free-ports").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return p
}

func jsonOf(text string, v any) error { return json.Unmarshal([]byte(text), v) }
