package sample_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/pipeline"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// doomed kills its own process, as kill -9 does, at one of the transactions
// that an import sends: before it is sent, or once it is on the ledger and
// before anybody has learned of it.
type doomed struct {
	pipeline.Writer
	left  *atomic.Int64
	after bool
}

func (d doomed) Deliver(ctx context.Context, b book.Batch, how book.Delivery) ([]book.Result, error) {
	last := d.left.Add(-1) == 0
	if last && !d.after {
		die()
	}
	r, err := d.Writer.Deliver(ctx, b, how)
	if last {
		die()
	}
	return r, err
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

const batchSize = 25

// TestImporterProcess is the process that TestImportSurvivesKill9 kills; by
// itself it does nothing.
func TestImporterProcess(t *testing.T) {
	state := os.Getenv("QXL_TEST_STATE")
	if state == "" {
		return
	}
	dir := os.Getenv("QXL_TEST_FILES")
	m, err := sample.ReadManifest(dir)
	require.NoError(t, err)
	at, err := strconv.ParseInt(os.Getenv("QXL_TEST_KILL_AT"), 10, 64)
	require.NoError(t, err)
	left := &atomic.Int64{}
	left.Store(at)
	w := openWorld(t, state)
	defer w.close()
	for _, f := range m.Files {
		file, err := dayfile.Open(filepath.Join(dir, f.Name))
		require.NoError(t, err)
		s := w.sender(f.As)
		s.Writer = doomed{s.Writer, left, os.Getenv("QXL_TEST_KILL_AFTER") == "1"}
		_, err = dayfile.Import(context.Background(), file, s, dayfile.Options{BatchSize: batchSize})
		require.NoError(t, err)
		require.NoError(t, file.Close())
	}
}

func TestImportSurvivesKill9(t *testing.T) {
	const kills = 20
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir, m := generate(t, 60)
	whole := openWorld(t, t.TempDir())
	whole.sendAll(dir, m, dayfile.Options{})
	judge(t, dir, m, "已受理")
	digest, first := whole.digest(), withoutOutcome(t, dir, m)
	whole.close()
	for _, f := range m.Files {
		require.NoError(t, os.Remove(dayfile.ReceiptPath(filepath.Join(dir, f.Name))))
	}

	state := t.TempDir()
	run := func(at int64, after bool) error {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestImporterProcess$")
		cmd.Env = append(os.Environ(), "QXL_TEST_STATE="+state, "QXL_TEST_FILES="+dir, "QXL_TEST_KILL_AT="+strconv.FormatInt(at, 10))
		if after {
			cmd.Env = append(cmd.Env, "QXL_TEST_KILL_AFTER=1")
		}
		out, err := cmd.CombinedOutput()
		if err != nil && !strings.Contains(err.Error(), "killed") {
			t.Log(string(out))
		}
		return err
	}
	fewest := 0 // transactions that any division into batches needs
	for _, f := range m.Files {
		fewest += (f.Lines + batchSize - 1) / batchSize
	}
	r := rand.New(rand.NewPCG(3, 20))
	for n := range kills {
		at := int64(1 + r.IntN(min(6*(n+1), fewest)))
		require.ErrorContains(t, run(at, n%2 == 1), "killed", "kill %d at transaction %d", n, at)
		for _, f := range m.Files { // a receipt is there whole or not at all
			path := dayfile.ReceiptPath(filepath.Join(dir, f.Name))
			if _, err := os.Stat(path); err == nil {
				receipt(t, dir, f)
			}
		}
	}
	require.NoError(t, run(1<<40, false))
	require.Equal(t, first, withoutOutcome(t, dir, m))
	finished := openWorld(t, state)
	defer finished.close()
	require.Equal(t, digest, finished.digest())
	parts, err := filepath.Glob(filepath.Join(dir, "*.part"))
	require.NoError(t, err)
	require.Empty(t, parts)
}
