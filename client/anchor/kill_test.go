package anchor_test

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

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// childEnv makes the test's own program the child of TestKilledWhileAnchoring.
const childEnv = "QXL_ANCHOR_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		fmt.Println("error", appendAndAnchor(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func openLog(dir string) (*evidencelog.Log, error) {
	return evidencelog.Open(filepath.Join(dir, "log"), evidencelog.Options{Passphrase: passphrase, WorkFactor: 4})
}

// appendAndAnchor does so until it is killed, and says what is acknowledged.
func appendAndAnchor(ctx context.Context, dir string) error {
	engine, err := openEngine(dir)
	if err != nil {
		return err
	}
	l, err := openLog(dir)
	if err != nil {
		return err
	}
	person, err := engine.As(ctx, "BankA/one")
	if err != nil {
		return err
	}
	c, err := book.Open(ctx, person, "BankAMSP")
	if err != nil {
		return err
	}
	a := anchorer(c)
	fmt.Println("ready")
	for {
		receipts, err := l.Append(ctx, entries(1+rand.IntN(300)))
		if err != nil {
			return err
		}
		var out strings.Builder
		for _, r := range receipts {
			fmt.Fprintln(&out, "leaf", r.Seq, r.LeafHash)
		}
		fmt.Print(out.String())
		if rand.IntN(3) == 0 {
			continue
		}
		h, err := a.Anchor(ctx, l, rand.IntN(4) == 0)
		if err != nil {
			return err
		}
		fmt.Println("anchored", h.Size, h.Anchor.TxID, "end")
	}
}

// TestKilledWhileAnchoring kills a process that appends to a log and anchors
// it, with the ledger, over and over. Whatever was acknowledged is there: each
// leaf in its place, each anchor on the ledger; every anchored tree is the
// beginning of the log's, and the log is anchored on. QXL_KILLS=200 is for
// releases (scripts/kills).
func TestKilledWhileAnchoring(t *testing.T) {
	dir := t.TempDir()
	w := foundWorld(t, dir)
	origin := evidence.Origin("BankAMSP", 1)
	require.NoError(t, evidencelog.Create(filepath.Join(dir, "log"), origin, evidencelog.Options{Passphrase: passphrase, WorkFactor: 4}))
	l, err := openLog(dir)
	require.NoError(t, err)
	_, key := l.Verifier()
	w.post("BankA", evidence.RegisterLog, &evidence.RegisterContent{Head: w.head(), Key: key})
	require.NoError(t, l.Close())
	require.NoError(t, w.engine.Close())

	rounds := 6
	if n := os.Getenv("QXL_KILLS"); n != "" {
		_, err := fmt.Sscan(n, &rounds)
		require.NoError(t, err)
	}
	s := anchorSurvivor{t: t, dir: dir, origin: origin, leaves: map[uint64]string{}, anchors: map[string]uint64{}}
	for range rounds {
		s.round(time.Duration(rand.IntN(500)) * time.Millisecond)
		s.look()
	}
	require.NotEmpty(t, s.leaves)
	require.NotEmpty(t, s.anchors)
	t.Logf("%d rounds: %d leaves and %d anchors acknowledged; %d anchors were on the ledger and not marked in the log", rounds, len(s.leaves), len(s.anchors), s.unmarked)
}

type anchorSurvivor struct {
	t           *testing.T
	dir, origin string
	leaves      map[uint64]string
	anchors     map[string]uint64 // sizes by transaction
	unmarked    int
}

func (s *anchorSurvivor) round(after time.Duration) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+s.dir)
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	var killer *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var n uint64
		var text string
		switch f := strings.Fields(lines.Text()); {
		case f[0] == "ready":
			killer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		case f[0] == "leaf" && len(f) == 3 && len(f[2]) == 64: // the last line may be cut
			_, err = fmt.Sscan(f[1]+" "+f[2], &n, &text)
			s.leaves[n] = text
		case f[0] == "anchored" && len(f) == 4 && f[3] == "end":
			_, err = fmt.Sscan(f[1]+" "+f[2], &n, &text)
			s.anchors[text] = n
		case f[0] == "error":
			s.t.Fatal(lines.Text())
		}
		require.NoError(s.t, err)
	}
	require.NotNil(s.t, killer, "the process did not begin")
	require.ErrorContains(s.t, cmd.Wait(), "killed")
	killer.Stop()
}

// look opens what is left, and anchors on.
func (s *anchorSurvivor) look() {
	t := s.t
	engine, err := openEngine(s.dir)
	require.NoError(t, err)
	defer engine.Close()
	require.NoError(t, engine.Verify())
	w := &world{t: t, engine: engine}
	l, err := openLog(s.dir)
	require.NoError(t, err)
	defer l.Close()
	for seq, hash := range s.leaves {
		_, got, err := l.Leaf(seq)
		require.NoError(t, err)
		require.Equal(t, hash, got.String(), "leaf %d was acknowledged", seq)
	}
	marked, err := l.AnchoredSize()
	require.NoError(t, err)
	client := w.client("BankA", nil)
	if w.sheet(s.origin).Size > marked {
		s.unmarked++
	}
	_, err = anchorer(client).Anchor(t.Context(), l, false)
	require.NoError(t, err)

	now, _ := l.Checkpoint()
	onLedger := map[string]uint64{}
	for q := (evidence.CheckpointsQuery{Origin: s.origin, Limit: 500}); ; {
		var a evidence.CheckpointsAnswer
		require.NoError(t, client.Ask(t.Context(), command.CommonsName, evidence.Checkpoints.Name, q, &a))
		for _, c := range a.Checkpoints {
			onLedger[c.TxID] = c.Size
			proof, err := l.Consistency(c.Size, now.Size)
			require.NoError(t, err)
			old := evidencelog.Checkpoint{Log: s.origin, Size: c.Size, Root: evidencelog.Hash(c.Root)}
			require.NoError(t, evidencelog.VerifyConsistency(old, now, proof), "anchor %d is of another log", c.Sequence)
		}
		if q.After = a.Next; a.Next == 0 {
			break
		}
	}
	for tx, size := range s.anchors {
		require.Equal(t, size, onLedger[tx], "anchor %s was acknowledged", tx)
		r, err := l.Prove(size - 1)
		require.NoError(t, err)
		require.Equal(t, evidencelog.Anchored, r.State)
	}
	sheet := w.sheet(s.origin)
	require.Equal(t, now.Size, sheet.Size)
	r, err := l.Verify(t.Context(), evidencelog.Expect{Size: sheet.Size, Root: evidencelog.Hash(sheet.Root)})
	require.NoError(t, err)
	require.Empty(t, r.Findings)
}
