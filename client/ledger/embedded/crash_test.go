package embedded

import (
	"bufio"
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/ledger"
)

// The crash test runs this test binary again as a child, which commits until
// it is killed.
const (
	crashDir   = "QXL_TEST_CRASH_DIR"
	crashSeed  = "QXL_TEST_CRASH_SEED"
	crashPoint = "QXL_TEST_CRASH_POINT" // name of a step, prefix
	crashAfter = "QXL_TEST_CRASH_AFTER" // how many such steps pass before
)

const crashWorkers = 4

// fromOutside is no step: the parent kills the child whatever it does, once it
// has acknowledged enough.
const fromOutside = "from outside"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := crashChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crashChild commits from several workers and prints what was acknowledged.
// At its crash point it kills itself, without any chance to tidy up.
func crashChild(dir string) error {
	seed, _ := strconv.ParseInt(os.Getenv(crashSeed), 10, 64)
	point := os.Getenv(crashPoint)
	after, _ := strconv.ParseInt(os.Getenv(crashAfter), 10, 64)
	var calls, steps atomic.Int64
	e, err := Open(dir, consortium(&calls))
	if err != nil {
		return err
	}
	e.step = func(s string) {
		if strings.HasPrefix(s, point) && steps.Add(1) > after {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	fmt.Printf("open %d\n", e.Height())
	creator, err := os.ReadFile(os.Getenv(crashDir) + "/creator")
	if err != nil {
		return err
	}
	l, err := e.Connect(Person{Creator: creator, Sign: func([]byte) ([]byte, error) { return []byte("unsigned"), nil }})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make(chan error, crashWorkers)
	for w := range crashWorkers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs <- crashWorker(l, w, rand.New(rand.NewSource(seed+int64(w))))
		}()
	}
	wg.Wait()
	for range crashWorkers {
		if err := <-errs; err != nil {
			return err
		}
	}
	return e.Close()
}

// crashWorker writes one number to all its keys in each transaction, so that
// a torn transaction would show, and deletes and purges now and then.
func crashWorker(l ledger.Ledger, w int, rng *rand.Rand) error {
	for n := 1; n <= 400; n++ {
		value := fmt.Sprintf("%d-%d-%d", w, n, rng.Int63())
		ops := []op{{Do: "put", Key: fmt.Sprint("public", w), Value: value}}
		for k := range 3 {
			ops = append(ops, op{Do: "put", Coll: "loan", Key: fmt.Sprintf("k%d-%d", w, k), Value: value + strings.Repeat("x", rng.Intn(4000))})
		}
		last := op{Do: "put", Coll: "person", Key: fmt.Sprint("p", w), Value: value}
		switch rng.Intn(4) {
		case 0:
			last = op{Do: "del", Coll: "person", Key: last.Key}
		case 1:
			last = op{Do: "purge", Coll: "person", Key: last.Key}
		}
		commit, err := l.Submit(context.Background(), scripted(bookA, append(ops, last), forAll...))
		if err != nil {
			return err
		}
		person := value
		if last.Do != "put" {
			person = gone
		}
		fmt.Printf("ack %d %s %s %s %d\n", w, value, person, commit.TxID, commit.Block)
	}
	return nil
}

// gone is how a child prints a deleted value.
const gone = "-"

// acked is the last that a worker was told.
type acked struct {
	value, person, txID string
	block               uint64
}

// TestKilledInTheMiddleOfCommits kills a committing process at seeded points,
// opens what it left, compares it with what was acknowledged, and goes on
// with the same ledger.
func TestKilledInTheMiddleOfCommits(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/creator", person(t, "BankAMSP", nil).Creator, 0o600))
	rng := rand.New(rand.NewSource(20240301))
	points := []string{"values of BankAMSP", "values of FinanceMSP", "values of", "block", "retired of CommissionMSP", "retired of", fromOutside}
	known := map[int]acked{}
	height := uint64(0)
	for round := range 21 {
		point, after := points[round%len(points)], 2+rng.Intn(25)
		t.Logf("round %d: killed after %d × %q", round, after, point)
		runCrashChild(t, dir, int64(round), point, after, known)

		r := startIn(t, dir, nil)
		require.NoError(t, r.Verify())
		require.GreaterOrEqual(t, r.Height(), height)
		height = r.Height()
		for w := range crashWorkers {
			checkWorker(t, r, w, known)
		}
		require.NoError(t, r.Close())
	}
	require.Greater(t, height, uint64(100), "the children committed")
}

// runCrashChild runs a child until it is dead and notes what it
// acknowledged.
func runCrashChild(t *testing.T, dir string, seed int64, point string, after int, known map[int]acked) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, fmt.Sprintf("%s=%d", crashSeed, seed), crashPoint+"="+point, fmt.Sprintf("%s=%d", crashAfter, after))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if point == fromOutside && n == after {
			require.NoError(t, cmd.Process.Kill())
		}
		var w int
		var a acked
		if n, _ := fmt.Sscanf(lines.Text(), "ack %d %s %s %s %d", &w, &a.value, &a.person, &a.txID, &a.block); n == 5 {
			known[w] = a
		}
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), "the child was killed, it did not end")
}

// checkWorker compares the state with the last acknowledgement: it is that
// or the transaction after it, which was under way, and it is whole.
func checkWorker(t *testing.T, r *rig, w int, known map[int]acked) {
	t.Helper()
	get := func(msp, coll, key string) string {
		return r.mustAsk(msp, bookA, op{Do: "get", Coll: coll, Key: key})[0]
	}
	public := get("BankBMSP", "", fmt.Sprint("public", w))
	a, acknowledged := known[w]
	if acknowledged {
		tx, err := r.as("BankAMSP").Transaction(context.Background(), a.txID)
		require.NoError(t, err, "an acknowledged transaction is there")
		require.Equal(t, codeValid, tx.Validation)
		require.Equal(t, a.block, tx.Block)
	}
	if public == "" {
		require.False(t, acknowledged, "worker %d was told of %s", w, a.value)
		return
	}
	for _, msp := range forAll {
		for k := range 3 {
			require.Equal(t, public, strings.TrimRight(get(msp, "loan", fmt.Sprintf("k%d-%d", w, k)), "x"), "%s holds all of the transaction", msp)
		}
	}
	person := get("CommissionMSP", "person", fmt.Sprint("p", w))
	require.Equal(t, person, get("BankAMSP", "person", fmt.Sprint("p", w)))
	require.Contains(t, []string{"", public}, person)
	if public == a.value {
		if a.person == gone {
			a.person = ""
		}
		require.Equal(t, a.person, person)
		return
	}
	// What a worker was not told is exactly the next of its transactions, or
	// the first of a new child that was killed before it could print.
	var lastN, n, worker int
	_, err := fmt.Sscanf(public, "%d-%d-", &worker, &n)
	require.NoError(t, err)
	require.Equal(t, w, worker)
	if acknowledged {
		_, err = fmt.Sscanf(a.value, "%d-%d-", &worker, &lastN)
		require.NoError(t, err)
	}
	require.Contains(t, []int{lastN + 1, 1}, n, "nothing acknowledged is lost: told %s, found %s", a.value, public)
}
