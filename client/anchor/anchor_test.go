package anchor_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/ledger"
)

func TestWhatIsNewIsAnchoredAndMarked(t *testing.T) {
	w := newWorld(t)
	log, _ := w.log("BankA")
	a := anchorer(w.client("BankA", nil))
	for n, step := range []int{3, 1, 400} {
		seq := grow(t, log, step)[0].Seq
		r, err := log.Prove(seq)
		require.NoError(t, err)
		require.Equal(t, evidencelog.Sequenced, r.State)
		h, err := a.Anchor(t.Context(), log, false)
		require.NoError(t, err)
		require.True(t, h.New)
		require.EqualValues(t, n+1, h.Sequence)
		r, err = log.Prove(seq)
		require.NoError(t, err)
		require.Equal(t, evidencelog.Anchored, r.State)
		require.Equal(t, &h.Anchor, r.Anchor)
		require.Equal(t, channel, r.Anchor.Channel)
		tx, err := w.person("BankA").Transaction(t.Context(), r.Anchor.TxID)
		require.NoError(t, err)
		require.Equal(t, tx.Block, r.Anchor.Block)
		require.Equal(t, "evidence.Anchor:Submit", tx.Function)
		require.Empty(t, tx.Args)

		again, err := a.Anchor(t.Context(), log, false)
		require.NoError(t, err)
		require.False(t, again.New, "nothing is new")
		require.Equal(t, h.Anchor, again.Anchor)
	}
	s := w.sheet(log.Name())
	now, note := log.Checkpoint()
	require.Equal(t, now.Size, s.Size)
	require.Equal(t, string(note), s.Note)
}

// Five organizations anchor at once, and none is in another's way: nothing is
// sent twice.
func TestOrganizationsAnchorAtOnce(t *testing.T) {
	w := newWorld(t)
	const rounds = 10
	var group sync.WaitGroup
	for _, o := range organizations {
		log, _ := w.log(o.org)
		d := &disturbed{}
		a := anchorer(w.client(o.org, func(l ledger.Ledger) ledger.Ledger { d.Ledger = l; return d }))
		group.Go(func() {
			for range rounds {
				grow(t, log, 7)
				if _, err := a.Anchor(t.Context(), log, false); err != nil {
					t.Error(err)
				}
			}
			if d.submitted != rounds {
				t.Errorf("%s submitted %d times, not %d", o.org, d.submitted, rounds)
			}
		})
	}
	group.Wait()
	for _, o := range organizations {
		s := w.sheet(evidence.Origin(o.org+"MSP", 1))
		require.EqualValues(t, rounds, s.Sequence)
		require.EqualValues(t, 7*rounds, s.Size)
	}
}

// Wherever an anchoring process dies, the next one finds out where the ledger
// stands: nothing is anchored twice, and what was anchored is marked.
func TestAnAnchorerThatDiesIsFollowed(t *testing.T) {
	for name, lose := range map[string]func(int) (bool, bool){
		"before it sends":      func(int) (bool, bool) { return true, false },
		"after it was applied": func(int) (bool, bool) { return false, true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			log, dir := w.log("BankA")
			grow(t, log, 5)
			_, err := anchorer(w.client("BankA", nil)).Anchor(t.Context(), log, false)
			require.NoError(t, err)
			grow(t, log, 3)
			_, err = anchorer(w.client("BankA", func(l ledger.Ledger) ledger.Ledger { return &disturbed{Ledger: l, lose: lose} })).Anchor(t.Context(), log, false)
			require.ErrorIs(t, err, errDead)
			r, err := log.Prove(7)
			require.NoError(t, err)
			require.Equal(t, evidencelog.Sequenced, r.State)

			require.NoError(t, log.Close())
			log = open(t, dir)
			h, err := anchorer(w.client("BankA", nil)).Anchor(t.Context(), log, false)
			require.NoError(t, err)
			require.EqualValues(t, 2, h.Sequence)
			require.EqualValues(t, 8, h.Size)
			require.Equal(t, name == "before it sends", h.New)
			r, err = log.Prove(7)
			require.NoError(t, err)
			require.Equal(t, evidencelog.Anchored, r.State)
			require.Equal(t, w.sheet(log.Name()).TxID, r.Anchor.TxID)
		})
	}
}

// Two processes that anchor one log, which they should not, disturb nothing
// but each other.
func TestAnotherAnchoredMeanwhile(t *testing.T) {
	w := newWorld(t)
	log, _ := w.log("BankA")
	one, two := anchorer(w.client("BankA", nil)), anchorer(w.client("BankA", nil))
	for n, a := range []*anchor.Anchorer{one, two, two, one, two} {
		grow(t, log, 2)
		h, err := a.Anchor(t.Context(), log, false)
		require.NoError(t, err)
		require.EqualValues(t, n+1, h.Sequence)
	}
}

func copyLog(t *testing.T, from string) string {
	to := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	require.NoError(t, filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	}))
	return to
}

func TestALogThatIsNotWhatWasAnchored(t *testing.T) {
	w := newWorld(t)
	log, dir := w.log("BankA")
	grow(t, log, 5)
	require.NoError(t, log.Close())
	yesterday := copyLog(t, dir)
	log = open(t, dir)
	grow(t, log, 3)
	_, err := anchorer(w.client("BankA", nil)).Anchor(t.Context(), log, false)
	require.NoError(t, err)

	old := open(t, yesterday)
	var back *anchor.RolledBackError
	_, err = anchorer(w.client("BankA", nil)).Anchor(t.Context(), old, false)
	require.ErrorAs(t, err, &back)
	require.EqualValues(t, 5, back.Size)
	require.EqualValues(t, 8, back.Anchored)

	_, err = old.Append(t.Context(), []evidencelog.Entry{{Kind: evidencelog.KindHeartbeat}, {Kind: evidencelog.KindHeartbeat}, {Kind: evidencelog.KindHeartbeat}, {Kind: evidencelog.KindHeartbeat}})
	require.NoError(t, err)
	var fork *anchor.ForkedError
	_, err = anchorer(w.client("BankA", nil)).Anchor(t.Context(), old, false)
	require.ErrorAs(t, err, &fork)
	require.EqualValues(t, 8, fork.Anchored)
	require.EqualValues(t, 1, w.sheet(log.Name()).Sequence)
}

// A key that was rotated in the log is rotated on the ledger by the statement
// of its leaf; in between the checkpoint bears both signatures.
func TestARotatedKeyAnchors(t *testing.T) {
	w := newWorld(t)
	log, _ := w.log("BankA")
	a := anchorer(w.client("BankA", nil))
	grow(t, log, 2)
	_, err := a.Anchor(t.Context(), log, false)
	require.NoError(t, err)
	r, err := log.Rotate(t.Context())
	require.NoError(t, err)
	_, err = a.Anchor(t.Context(), log, false)
	require.NoError(t, err)
	leaf, _, err := log.Leaf(r.Seq)
	require.NoError(t, err)
	_, key := log.Verifier()
	w.post("BankA", evidence.RotateKey, &evidence.RotateContent{Head: w.head(), Key: key, Seq: r.Seq, OldSignature: leaf.Rotation.OldSig, NewSignature: leaf.Rotation.NewSig})
	grow(t, log, 2)
	h, err := a.Anchor(t.Context(), log, false)
	require.NoError(t, err)
	require.EqualValues(t, 5, h.Size)
}

// quiet is a log that appends no heartbeat of its own: it is lent read-only.
type quiet struct{ anchor.Log }

func TestAWatchedLogIsNeverSilent(t *testing.T) {
	w := newWorld(t)
	log, _ := w.log("BankA")
	grow(t, log, 4)
	_, err := anchorer(w.client("BankA", nil)).Anchor(t.Context(), log, false)
	require.NoError(t, err)
	// watch runs until it has told something, or looked often enough.
	watch := func(ago time.Duration) (told []anchor.Head) {
		ctx, end := context.WithCancel(t.Context())
		defer end()
		c := w.client("BankA", func(l ledger.Ledger) ledger.Ledger { return &disturbed{Ledger: l, ago: ago} })
		looked := 0
		source := func(context.Context) (anchor.Log, func() error, error) {
			if looked++; looked > 5 {
				end()
			}
			return quiet{log}, func() error { return nil }, nil
		}
		require.NoError(t, anchorer(c).Watch(ctx, source, time.Millisecond, func(h anchor.Head) { told = append(told, h) }))
		return told
	}
	require.Empty(t, watch(0))
	told := watch(anchor.Silence)
	require.Len(t, told, 1, "the heartbeat is the last anchor, and it is young")
	require.EqualValues(t, 2, told[0].Sequence)
	require.EqualValues(t, 4, told[0].Size)
}

// A log that is open elsewhere is asked for again; one that is damaged ends
// the watch.
func TestAWatchWaitsForTheLog(t *testing.T) {
	w := newWorld(t)
	log, dir := w.log("BankA")
	grow(t, log, 4)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	tries := 0
	source := func(context.Context) (anchor.Log, func() error, error) {
		if tries++; tries == 3 {
			require.NoError(t, log.Close())
		}
		l, err := evidencelog.Open(dir, evidencelog.Options{})
		if err != nil {
			return nil, nil, err
		}
		return l, l.Close, nil
	}
	var told []anchor.Head
	require.NoError(t, anchorer(w.client("BankA", nil)).Watch(ctx, source, time.Millisecond, func(h anchor.Head) { told = append(told, h); end() }))
	require.Len(t, told, 1)
	require.EqualValues(t, 4, told[0].Size)
	require.NoError(t, os.RemoveAll(dir))
	var missing *evidencelog.MissingError
	require.ErrorAs(t, anchorer(w.client("BankA", nil)).Watch(t.Context(), source, time.Millisecond, nil), &missing)
}
