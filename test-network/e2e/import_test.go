package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/test-network/sample"
)

// summary is the last line of qxl run --check.
type summary struct {
	Engine string
	Height uint64
	Digest string
	Banks  []bankTotals
}

type bankTotals struct {
	MSP             string `json:"msp"`
	Organization    string `json:"organization"`
	Loans           int    `json:"loans"`
	Disbursed       string `json:"disbursed"`
	PrincipalRepaid string `json:"principal_repaid"`
	Outstanding     string `json:"outstanding"`
}

func (b bankTotals) figures() []string {
	return []string{strconv.Itoa(b.Loans), b.Disbursed, b.PrincipalRepaid, b.Outstanding}
}

// check runs the main job and gives its last line and the directory of its
// day files.
func check(t *testing.T, args ...string) (s summary, files string, took time.Duration) {
	t.Helper()
	bin, err := build("")
	require.NoError(t, err)
	files = t.TempDir()
	p := &program{bin: bin, state: t.TempDir(), env: []string{"QXL_CHECK_DIR=" + files}}
	begun := time.Now()
	r := p.run(t, append([]string{"run", "--check"}, args...)...)
	require.Zero(t, r.code, "%s\n%s", r.stdout, r.stderr)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &s))
	return s, files, time.Since(begun)
}

func fenOf(t *testing.T, yuan string) int64 {
	t.Helper()
	whole, part, ok := strings.Cut(yuan, ".")
	require.True(t, ok && len(part) == 2, yuan)
	n, err := strconv.ParseInt(whole+part, 10, 64)
	require.NoError(t, err)
	return n
}

// TestOneDigestOnBothEngines imports the files of two banks on both engines
// and in other batches: one digest, and each bank's totals are what a program
// that shares no code with ours finds in the day files alone.
func TestOneDigestOnBothEngines(t *testing.T) {
	loans := pick(400, sample.FullSize)
	size := []string{"--loans", strconv.Itoa(loans)}
	runs := [][]string{size, append(size, "--batch", "37"), append(size, "--fabric", "--batch", "120")}
	if full {
		runs = append(runs, append(size, "--fabric"))
	}
	var first summary
	for i, args := range runs {
		s, files, took := check(t, args...)
		var m sample.Manifest
		raw, err := os.ReadFile(files + "/" + sample.ManifestName)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &m))
		events, lines := 0, 0
		for _, b := range m.Banks {
			events += b.Events
		}
		for _, f := range m.Files {
			lines += f.Lines
		}
		fmt.Printf("qxl run --check %s: %s, height %d, digest %s, %d lines (%d of the banks), %.1f s\n",
			strings.Join(args, " "), s.Engine, s.Height, s.Digest, lines, events, took.Seconds())
		if i == 0 {
			first = s
		}
		require.Equal(t, first.Digest, s.Digest, "qxl run --check %s", strings.Join(args, " "))
		require.Equal(t, first.Banks, s.Banks)
		if full {
			require.GreaterOrEqual(t, events, 20_000)
		}

		out, err := exec.Command("go", "run", "../recompute", files).Output()
		require.NoError(t, err)
		var recomputed []bankTotals
		require.NoError(t, json.Unmarshal(out, &recomputed))
		require.Len(t, recomputed, len(s.Banks))
		total := 0
		for j, b := range s.Banks {
			require.Equal(t, b.MSP, recomputed[j].Organization+"MSP")
			require.Equal(t, recomputed[j].figures(), b.figures(), b.MSP)
			require.Equal(t, fenOf(t, b.Outstanding), fenOf(t, b.Disbursed)-fenOf(t, b.PrincipalRepaid), b.MSP)
			total += b.Loans
		}
		require.Equal(t, loans, total)
	}
}

// TestImporterKilledAndRunAgain kills the importing process at seeded points
// and runs it again each time; then imports everything once more. On the
// embedded engine the importer is the ledger too.
func TestImporterKilledAndRunAgain(t *testing.T) {
	v := newProvince(t, pick(200, sample.FullSize))
	undisturbed := embedded(t)
	receipts := undisturbed.sendAll(t, v)
	digest := undisturbed.digest(t)

	for _, c := range []struct {
		engine string
		open   func(*testing.T) *program
		kills  int
		batch  string
		each   time.Duration // what a transaction of that size takes, about
	}{
		{"embedded", embedded, 20, "16", 4 * time.Millisecond},
		{"fabric", ownNetwork, pick(6, 20), pick("24", "100"), 40 * time.Millisecond},
	} {
		t.Run(c.engine, func(t *testing.T) {
			p := c.open(t)
			p.must(t, nil, "digest") // what is made at the first use is not what is killed here
			random := rand.New(rand.NewPCG(sampleSeed, uint64(len(c.engine))))
			dir := t.TempDir()
			killed, lines, cut := 0, 0, 0
			for _, f := range v.Files {
				lines += f.Lines
			}
			done := 0
			begun := time.Now()
			for _, f := range v.Files {
				done += f.Lines
				// As many kills as the lines so far are due.
				for misses := 0; killed < c.kills*done/lines && misses < 20; {
					if p.killImport(t, v, f, dir, c.batch, c.each, random, misses) {
						killed++
					} else {
						misses++ // it ended first; sent again, its lines are decided faster
					}
				}
				last := p.send(t, v, f, dir, "--batch", c.batch)
				requireSame(t, receipts[f.Name], last, f.Name)
				if last.already > 0 && last.accepted > 0 {
					cut++
				}
			}
			fmt.Printf("importer killed -9 at %d points on %s, run again each time: %.1f s, %d lines; in %d of %d files the last run found a part applied\n",
				killed, c.engine, time.Since(begun).Seconds(), lines, cut, len(v.Files))
			require.Positive(t, cut, "no kill fell between the first and the last transaction of a file")
			require.GreaterOrEqual(t, killed, c.kills)
			require.Equal(t, digest, p.digest(t))

			for name, r := range p.sendAll(t, v) {
				require.Zero(t, r.accepted, "%s: everything was applied before", name)
				require.Equal(t, receipts[name].accepted, r.already, name)
				requireSame(t, receipts[name], r, name)
			}
			require.Equal(t, digest, p.digest(t), "the same files again change nothing")
		})
	}
}

// killImport starts an import and kills it -9 at a random moment after it has
// begun to send; false if it had ended by then.
func (p *program) killImport(t *testing.T, v province, f sample.File, receipts, batch string, each time.Duration, random *rand.Rand, misses int) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	unfinished := receiptPath(receipts, f) + ".part" // there once the file is checked and the ledger open
	err := os.Remove(unfinished)
	require.True(t, err == nil || errors.Is(err, os.ErrNotExist), "%v", err)
	cmd := p.command(ctx, importArgs(v, f, receipts, "--batch", batch)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	n, err := strconv.Atoi(batch)
	require.NoError(t, err)
	span := int64(each) * int64(f.Lines/n+1)
	after := time.Duration(random.Int64N(span)) >> min(misses, 6) // earlier after a miss
	for begun := time.Now(); !exists(unfinished) && time.Since(begun) < time.Minute; time.Sleep(time.Millisecond) {
		if len(ended) > 0 {
			break
		}
	}
	select {
	case <-ended:
		require.Equal(t, exitOf(f), cmd.ProcessState.ExitCode(), "%s\n%s", f.Name, out.String())
		return false
	case <-time.After(after):
	}
	_ = cmd.Process.Kill() // it may have ended at this very moment
	<-ended
	if cmd.ProcessState.Exited() {
		return false
	}
	if path := receiptPath(receipts, f); exists(path) {
		readReceipt(t, path, f) // of an earlier run, and whole
	}
	return true
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
