package evidencelog

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// crashingEnv makes the test's own program the child of TestKillAtAnyPoint.
const crashingEnv = "QXL_TEST_APPENDS_TO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashingEnv); dir != "" {
		appendUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// appendUntilKilled appends batches of all sizes, rotates the key and marks
// anchors, and tells each acknowledgement on standard output.
func appendUntilKilled(dir string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("FAIL", err)
			os.Exit(1)
		}
	}
	l, err := Open(dir, testOptions())
	fail(err)
	fmt.Println("OPEN")
	for {
		first := int(l.tree.size)
		var receipts []Receipt
		switch rand.IntN(10) {
		case 0:
			var r Receipt
			r, err = l.Rotate(context.Background())
			receipts = []Receipt{r}
		case 1:
			receipts, err = l.Append(context.Background(), records(first, 3000, 40))
		default:
			receipts, err = l.Append(context.Background(), records(first, 1+rand.IntN(40), 40))
		}
		fail(err)
		c, _ := l.Checkpoint()
		var out strings.Builder
		for _, r := range receipts {
			fmt.Fprintln(&out, "LEAF", r.Seq, r.LeafHash)
		}
		fmt.Fprintln(&out, "HEAD", c.Size, c.Root)
		fmt.Print(out.String())
		if rand.IntN(5) == 0 {
			fail(l.Anchored(receipts[0].Checkpoint, Anchor{"credit", fmt.Sprint("tx", c.Size), 1}))
			fmt.Println("ANCHOR", c.Size, "end")
		}
	}
}

// Whenever the process is killed: every acknowledged leaf is there in its
// place, every checkpoint ever told is one of the log's history, the log goes
// on and a full audit finds nothing. QXL_KILLS=200 is for releases (scripts/kills).
func TestKillAtAnyPoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	require.NoError(t, Create(dir, testLog, testOptions()))
	leaves, heads, anchors := map[uint64]string{}, map[uint64]string{}, map[uint64]bool{}
	rounds := 12
	if n := os.Getenv("QXL_KILLS"); n != "" {
		_, err := fmt.Sscan(n, &rounds)
		require.NoError(t, err)
	}
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), crashingEnv+"="+dir)
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		timer := time.NewTimer(time.Hour)
		killed := make(chan struct{})
		go func() {
			<-timer.C
			cmd.Process.Kill()
			close(killed)
		}()
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			var seq uint64
			var hash string
			switch text := lines.Text(); {
			case text == "OPEN":
				timer.Reset(time.Duration(rand.IntN(120_000)) * time.Microsecond)
			case strings.HasPrefix(text, "LEAF "):
				if _, err := fmt.Sscanf(text, "LEAF %d %s", &seq, &hash); err == nil && len(hash) == 64 { // the last line may be cut
					require.Empty(t, leaves[seq], "leaf %d acknowledged twice", seq)
					leaves[seq] = hash
				}
			case strings.HasPrefix(text, "HEAD "):
				if _, err := fmt.Sscanf(text, "HEAD %d %s", &seq, &hash); err == nil && len(hash) == 64 {
					heads[seq] = hash
				}
			case strings.HasPrefix(text, "ANCHOR "):
				if _, err := fmt.Sscanf(text, "ANCHOR %d %s", &seq, &hash); err == nil && hash == "end" {
					anchors[seq] = true
				}
			case strings.HasPrefix(text, "FAIL"):
				require.Fail(t, text)
			}
		}
		<-killed
		require.ErrorContains(t, cmd.Wait(), "killed")

		l, err := Open(dir, testOptions())
		require.NoError(t, err, "round %d", round)
		for seq, hash := range leaves {
			_, got, err := l.Leaf(seq)
			require.NoError(t, err)
			require.Equal(t, hash, got.String())
		}
		for size, root := range heads {
			got, err := l.rootAt(size)
			require.NoError(t, err)
			require.Equal(t, root, got.String())
		}
		for size := range anchors {
			a, err := l.anchorOver(size - 1)
			require.NoError(t, err)
			require.NotNil(t, a)
		}
		_, err = l.Append(context.Background(), records(0, 1, 40))
		require.NoError(t, err)
		c, _ := l.Checkpoint()
		r, err := l.Verify(context.Background(), Expect{Size: c.Size, Root: c.Root})
		require.NoError(t, err)
		require.Empty(t, r.Findings)
		require.NoError(t, l.Close())
	}
	require.Greater(t, len(heads), 20, "the kills left time to append")
}
