package anchor_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	fnote "github.com/transparency-dev/formats/note"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// witness registers BankB's witness.
func (w *world) witness() (*anchor.Witness, string, string) {
	secret, key, err := anchor.NewWitnessKey("BankBMSP")
	require.NoError(w.t, err)
	w.post("BankB", evidence.RegisterWitness, &evidence.RegisterContent{Head: w.head(), Key: key})
	dir := w.t.TempDir()
	x, err := anchor.OpenWitness(dir, "BankBMSP", secret)
	require.NoError(w.t, err)
	return x, dir, key
}

func (w *world) cosigned(origin string) *evidence.CheckpointSheet {
	var s evidence.CheckpointSheet
	require.NoError(w.t, w.client("Finance", nil).Ask(w.t.Context(), command.CommonsName, evidence.ShowCheckpoint.Name, evidence.CheckpointQuery{Origin: origin}, &s))
	return &s
}

// counted proves from a log and counts how often it was asked.
type counted struct {
	anchor.Prover
	asked int
}

func (c *counted) Consistency(from, to evidencelog.Checkpoint) ([]evidencelog.Hash, error) {
	c.asked++
	return c.Prover.Consistency(from, to)
}

func TestAWitnessCosignsWhatFollows(t *testing.T) {
	w := newWorld(t)
	log, dir := w.log("BankA")
	x, seen, key := w.witness()
	a, c := anchorer(w.client("BankA", nil)), w.client("BankB", nil)
	p := &counted{Prover: anchor.Copy{Log: log}}
	cosign := func() (anchor.Cosigned, error) { return x.Cosign(t.Context(), c, log.Name(), p, book.Delivery{}) }
	verifier, err := fnote.NewVerifierForCosignatureV1(key)
	require.NoError(t, err)
	for n, step := range []int{3, 300, 1} {
		grow(t, log, step)
		_, err := a.Anchor(t.Context(), log, false)
		require.NoError(t, err)
		done, err := cosign()
		require.NoError(t, err)
		require.True(t, done.New)
		require.Equal(t, n, p.asked, "the first is trusted, each other one proven")
		opened, err := note.Open([]byte(w.cosigned(log.Name()).Cosigned), note.VerifierList(verifier))
		require.NoError(t, err)
		require.Len(t, opened.Sigs, 1)
		done, err = cosign()
		require.NoError(t, err)
		require.False(t, done.New, "once is enough")
	}

	// Another tree than the one signed last: nothing is signed, and what was
	// signed last stays written down.
	grow(t, log, 5)
	_, err = a.Anchor(t.Context(), log, false)
	require.NoError(t, err)
	file := filepath.Join(seen, "qxl_BankAMSP_1.json")
	good, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, p := range map[string]anchor.Prover{"no proof": nil, "a wrong proof": wrong{}, "another log's": anchor.Tiles{FS: os.DirFS(dir)}} {
		var no *anchor.WitnessError
		_, err := x.Cosign(t.Context(), c, log.Name(), p, book.Delivery{})
		require.ErrorAs(t, err, &no, name)
		require.EqualValues(t, 304, no.Before.Size)
		require.EqualValues(t, 309, no.Now.Size)
	}
	for name, written := range map[string]string{
		"a longer one":    `{"origin":"qxl/BankAMSP/1","sequence":9,"size":310,"root":"` + evidencelog.Hash{1}.String() + `","note":"x"}`,
		"another root":    `{"origin":"qxl/BankAMSP/1","sequence":4,"size":309,"root":"` + evidencelog.Hash{1}.String() + `","note":"x"}`,
		"another tree":    `{"origin":"qxl/BankAMSP/1","sequence":3,"size":304,"root":"` + evidencelog.Hash{1}.String() + `","note":"x"}`,
		"another log":     `{"origin":"qxl/BankAMSP/2","size":304}`,
		"nothing legible": `{`,
	} {
		require.NoError(t, os.WriteFile(file, []byte(written), 0o600))
		_, err := cosign()
		require.Error(t, err, name)
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, written, string(after), name)
	}
	require.Empty(t, w.cosigned(log.Name()).Cosignatures)
	require.NoError(t, os.WriteFile(file, good, 0o600))
	done, err := cosign()
	require.NoError(t, err)
	require.True(t, done.New)
}

// wrong gives a proof of something else.
type wrong struct{}

func (wrong) Consistency(_, _ evidencelog.Checkpoint) ([]evidencelog.Hash, error) {
	return []evidencelog.Hash{{1}, {2}, {3}}, nil
}

// What is signed is written down before: a witness that dies in between has
// bound itself all the same, and does it again after.
func TestAWitnessWritesBeforeItSigns(t *testing.T) {
	w := newWorld(t)
	log, _ := w.log("BankA")
	x, dir, _ := w.witness()
	grow(t, log, 3)
	_, err := anchorer(w.client("BankA", nil)).Anchor(t.Context(), log, false)
	require.NoError(t, err)
	for _, after := range []bool{false, true} {
		d := &disturbed{Ledger: w.person("BankB"), lose: func(int) (bool, bool) { return !after, after }}
		c, err := book.Open(t.Context(), d, "BankBMSP")
		require.NoError(t, err)
		_, err = x.Cosign(t.Context(), c, log.Name(), anchor.Copy{Log: log}, book.Delivery{})
		require.ErrorIs(t, err, errDead)
		raw, err := os.ReadFile(filepath.Join(dir, "qxl_BankAMSP_1.json"))
		require.NoError(t, err)
		require.Contains(t, string(raw), `"size": 3`)
	}
	done, err := x.Cosign(t.Context(), w.client("BankB", nil), log.Name(), anchor.Copy{Log: log}, book.Delivery{})
	require.NoError(t, err)
	require.False(t, done.New, "it was committed though the answer was lost")
	require.Len(t, w.cosigned(log.Name()).Cosignatures, 1)

	// Where nothing can be written, nothing is signed.
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	grow(t, log, 1)
	_, err = anchorer(w.client("BankA", nil)).Anchor(t.Context(), log, false)
	require.NoError(t, err)
	d := &disturbed{Ledger: w.person("BankB")}
	c, err := book.Open(t.Context(), d, "BankBMSP")
	require.NoError(t, err)
	_, err = x.Cosign(t.Context(), c, log.Name(), anchor.Copy{Log: log}, book.Delivery{})
	require.Error(t, err)
	require.Zero(t, d.submitted)
}

func TestWhoIsNoWitness(t *testing.T) {
	w := newWorld(t)
	_, _ = w.log("BankB")
	x, _, _ := w.witness()
	c := w.client("BankB", nil)
	_, err := x.Cosign(t.Context(), c, "qxl/BankBMSP/1", nil, book.Delivery{})
	require.True(t, evidence.CosignOwn.Is(err), "%v", err)
	_, err = x.Cosign(t.Context(), c, "qxl/BankBMSP", nil, book.Delivery{})
	require.True(t, evidence.OriginForm.Is(err), "%v", err)
	_, err = x.Cosign(t.Context(), c, "qxl/BankAMSP/1", nil, book.Delivery{})
	require.True(t, evidence.NoLog.Is(err), "%v", err)
	secret, _, err := anchor.NewWitnessKey("BankAMSP")
	require.NoError(t, err)
	_, err = anchor.OpenWitness(t.TempDir(), "BankBMSP", secret)
	require.Error(t, err)
	sealed, err := anchor.SealKey(secret, []byte("test"), 4)
	require.NoError(t, err)
	again, err := anchor.OpenKey(sealed, []byte("test"))
	require.NoError(t, err)
	require.Equal(t, secret, again)
	_, err = anchor.OpenKey(sealed, []byte("wrong"))
	require.Error(t, err)
}

// Proofs from published tiles are those of the log, whatever has been
// published since.
func TestTilesProveWhatTheLogProves(t *testing.T) {
	w := newWorld(t)
	log, _ := w.log("BankA")
	out := t.TempDir()
	var points []evidencelog.Checkpoint
	for _, n := range []int{1, 5, 250, 1, 43, 700, 1} {
		grow(t, log, n)
		c, err := log.Export(t.Context(), out)
		require.NoError(t, err)
		points = append(points, c)
	}
	tiles := anchor.Tiles{FS: os.DirFS(out)}
	for i, to := range points {
		for _, from := range points[:i] {
			want, err := log.Consistency(from.Size, to.Size)
			require.NoError(t, err)
			got, err := tiles.Consistency(from, to)
			require.NoError(t, err)
			require.NoError(t, evidencelog.VerifyConsistency(from, to, got))
			require.Equal(t, want, got, "%d to %d", from.Size, to.Size)
		}
	}
	to := points[len(points)-1]
	to.Root[0] ^= 1
	_, err := tiles.Consistency(points[0], to)
	require.Error(t, err, "tiles of another tree")
	_, err = tiles.Consistency(points[2], points[1])
	require.Error(t, err)
	require.NoError(t, os.RemoveAll(filepath.Join(out, "tile", "0", "000")))
	_, err = tiles.Consistency(points[0], points[len(points)-1])
	require.True(t, errors.Is(err, os.ErrNotExist), "%v", err)
}
