package evidencelog

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/oneprocess"
	"github.com/qingxinlian/qxl/client/wallet"
)

const testLog = "qxl/BankAMSP/1"

func testOptions() Options {
	return Options{
		Passphrase: func() ([]byte, error) { return []byte("a passphrase of these tests"), nil },
		WorkFactor: 1,   // what is tested is not scrypt
		indexEvery: 200, // so that small logs have an index
	}
}

func newLog(t testing.TB) (*Log, string) {
	dir := filepath.Join(t.TempDir(), "log")
	require.NoError(t, Create(dir, testLog, testOptions()))
	return reopen(t, nil, dir), dir
}

func reopen(t testing.TB, l *Log, dir string) *Log {
	if l != nil {
		require.NoError(t, l.Close())
	}
	l, err := Open(dir, testOptions())
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func subjectOf(n int) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("subject"), uint64(n)))
}

// records makes entries of n records, each of the next of so many subjects.
func records(first, n, subjects int) []Entry {
	entries := make([]Entry, n)
	for i := range entries {
		no := binary.BigEndian.AppendUint64(nil, uint64(first+i))
		entries[i] = Entry{Kind: KindRecord, Subject: subjectOf((first + i) % subjects), CID: cidOf(string(no)), FieldRoot: sha256.Sum256(no), Schema: "contract/1"}
	}
	return entries
}

// model is the tree as golang.org/x/mod/sumdb/tlog computes it.
type model struct {
	size   int64
	stored []tlog.Hash
}

func (m *model) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, m.stored[i])
	}
	return out, nil
}

func (m *model) add(t require.TestingT, leaf []byte) {
	hashes, err := tlog.StoredHashes(m.size, leaf, m)
	require.NoError(t, err)
	m.stored = append(m.stored, hashes...)
	m.size++
}

func (m *model) root(t require.TestingT, size int64) Hash {
	h, err := tlog.TreeHash(size, m)
	require.NoError(t, err)
	return Hash(h)
}

// The tree, its proofs and its checkpoints are those of another program's
// tlog, for batches of any sizes and reopenings in between.
func TestTheTreeIsThatOfSumdb(t *testing.T) {
	ctx := context.Background()
	l, dir := newLog(t)
	m := &model{}
	var history []Checkpoint
	first := 0
	for _, n := range []int{1, 1, 2, 250, 1, 1, 1, 255, 256, 257, 1000, 3, 60000, 70000 - 62028} {
		receipts, err := l.Append(ctx, records(first, n, 50))
		require.NoError(t, err)
		require.Len(t, receipts, n)
		first += n
		for i, r := range receipts {
			m.add(t, r.Leaf)
			require.Equal(t, uint64(first-n+i), r.Seq)
			require.Equal(t, uint64(first), r.Size)
			require.Equal(t, Sequenced, r.State)
		}
		l = reopen(t, l, dir)
		c, signed := l.Checkpoint()
		require.Equal(t, uint64(first), c.Size)
		require.Equal(t, m.root(t, int64(first)), c.Root)
		require.Equal(t, receipts[0].Checkpoint, signed)
		v, _ := l.Verifier()
		n, err := note.Open(signed, note.VerifierList(v))
		require.NoError(t, err)
		require.Equal(t, c.body(), n.Text)
		history = append(history, c)
	}
	last := history[len(history)-1]
	for _, seq := range []uint64{0, 1, 255, 256, 511, 65535, 65536, 69999, 43210} {
		r, err := l.Prove(seq)
		require.NoError(t, err)
		var p tlog.RecordProof
		for _, h := range r.Proof {
			p = append(p, tlog.Hash(h))
		}
		require.NoError(t, tlog.CheckRecord(p, int64(last.Size), tlog.Hash(last.Root), int64(seq), tlog.RecordHash(r.Leaf)))
		leaf, hash, err := l.Leaf(seq)
		require.NoError(t, err)
		require.Equal(t, seq, leaf.Seq)
		require.Equal(t, hash, r.LeafHash)
	}
	for i, old := range history {
		for _, new := range history[i:] {
			hashes, err := l.Consistency(old.Size, new.Size)
			require.NoError(t, err)
			require.NoError(t, VerifyConsistency(old, new, hashes))
			var p tlog.TreeProof
			for _, h := range hashes {
				p = append(p, tlog.Hash(h))
			}
			require.NoError(t, tlog.CheckTree(p, int64(new.Size), tlog.Hash(new.Root), int64(old.Size), tlog.Hash(old.Root)))
			root, err := l.rootAt(old.Size)
			require.NoError(t, err)
			require.Equal(t, old.Root, root)
		}
	}
	_, err := l.Prove(last.Size)
	var wrong *invalid.Error
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "below 70000", wrong.Limit)
	_, err = l.Consistency(5, last.Size+1)
	require.ErrorAs(t, err, &wrong)
}

// Small trees of every size: roots and proofs.
func TestEverySmallTree(t *testing.T) {
	m, tr := &model{}, tree{}
	require.Equal(t, m.root(t, 0), tr.root())
	for size := int64(1); size <= 700; size++ {
		leaf := binary.BigEndian.AppendUint64(nil, uint64(size))
		m.add(t, leaf)
		tr.append(hashLeaf(leaf), nil)
		require.Equal(t, m.root(t, size), tr.root())
	}
}

// Each subject's leaves are chained by number and hash, across batches,
// reopenings, and more subjects than are remembered.
func TestSubjectsAreChained(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, dir := newLog(t)
		l.o.indexEvery = 7
		want := map[[32]byte][]Leaf{}
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			var entries []Entry
			for _, s := range rapid.SliceOfN(rapid.IntRange(0, 4), 1, 8).Draw(rt, "subjects") {
				entries = append(entries, records(s, 1, 5)[0])
			}
			receipts, err := l.Append(context.Background(), entries)
			require.NoError(rt, err)
			for _, r := range receipts {
				leaf, err := DecodeLeaf(r.Leaf)
				require.NoError(rt, err)
				want[leaf.Subject] = append(want[leaf.Subject], leaf)
			}
			if rapid.Bool().Draw(rt, "forget") {
				l.tails = tails{} // as after many more subjects
				require.NoError(rt, l.readPending())
			}
			if rapid.Bool().Draw(rt, "reopen") {
				l = reopen(t, l, dir)
				l.o.indexEvery = 7
			}
		}
		for subject, leaves := range want {
			seqs, err := l.Subject(subject)
			require.NoError(rt, err)
			require.Len(rt, seqs, len(leaves))
			prev := Hash{}
			for i, leaf := range leaves {
				require.Equal(rt, leaf.Seq, seqs[i])
				require.Equal(rt, uint64(i+1), leaf.SubjectSeq)
				require.Equal(rt, prev, leaf.SubjectPrev)
				prev = leaf.Hash()
			}
		}
		require.NoError(rt, l.Close())
	})
}

func TestForgottenTailsAreReadAgain(t *testing.T) {
	l, _ := newLog(t)
	ctx := context.Background()
	_, err := l.Append(ctx, records(0, 300, 3))
	require.NoError(t, err)
	l.tails = tails{}
	require.NoError(t, l.readPending())
	receipts, err := l.Append(ctx, append(records(1, 1, 3), records(1, 2, 3)...))
	require.NoError(t, err)
	for i, want := range []uint64{101, 102, 101} {
		leaf, err := DecodeLeaf(receipts[i].Leaf)
		require.NoError(t, err)
		require.Equal(t, want, leaf.SubjectSeq, "%d", i)
	}
}

// A call is all or nothing: one bad entry, and the log is as it was.
func TestABadEntryLeavesTheLogAsItWas(t *testing.T) {
	l, dir := newLog(t)
	ctx := context.Background()
	_, err := l.Append(ctx, records(0, 3, 3))
	require.NoError(t, err)
	before, signed := l.Checkpoint()
	good := records(3, 1, 3)[0]
	correct := func(seq uint64, subject int) Entry {
		e := records(subject, 1, 3)[0]
		e.Kind, e.Corrects = KindCorrection, seq
		return e
	}
	erase := func(last uint64) Entry {
		return Entry{Kind: KindErasure, Subject: subjectOf(0), Erasure: &Erasure{First: 1, Last: last, Basis: "pipl-47", Request: "r-1", Key: [16]byte{1}, Approvals: [][32]byte{{1}, {2}}}}
	}
	for field, bad := range map[string]Entry{
		"schema":       {Kind: KindRecord, Subject: subjectOf(0), CID: cidOf("x")},
		"kind":         {Kind: KindKeyRotate},
		"corrects":     correct(1, 0),
		"erasure.last": erase(3),
	} {
		_, err := l.Append(ctx, []Entry{good, bad})
		var wrong *invalid.Error
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, field, wrong.Field)
		require.ErrorContains(t, err, "entry 1: ")
		after, again := l.Checkpoint()
		require.Equal(t, before, after)
		require.Equal(t, signed, again)
	}
	_, err = l.Append(ctx, make([]Entry, MaxBatch+1))
	require.Error(t, err)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = l.Append(cancelled, []Entry{good})
	require.ErrorIs(t, err, context.Canceled)
	l = reopen(t, l, dir)
	// What was refused beside them goes in by itself; corrections may name an entry of their own call.
	_, err = l.Append(ctx, []Entry{good, correct(3, 0), erase(2), correct(4, 0)})
	require.NoError(t, err)
	_, err = l.Append(ctx, []Entry{correct(5, 0)})
	require.Error(t, err, "an erasure is nothing to correct")
}

func TestOneWriterAtATime(t *testing.T) {
	l, dir := newLog(t)
	_, err := Open(dir, testOptions())
	var locked *oneprocess.HeldError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, os.Getpid(), locked.PID)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = l.Append(context.Background(), records(0, 1, 1))
	require.ErrorIs(t, err, ErrClosed)
}

func TestCreateAndOpenRefuse(t *testing.T) {
	_, dir := newLog(t)
	var exists *ExistsError
	require.ErrorAs(t, Create(dir, testLog, testOptions()), &exists)
	var wrong *invalid.Error
	for _, name := range []string{"", "qxl/BankAMSP", "qxl/BankAMSP/1\n", "qxl/Bank A/1", "qxl/BankA+MSP/1", "other/BankAMSP/1", "qxl/../1"} {
		require.ErrorAs(t, Create(filepath.Join(t.TempDir(), "log"), name, testOptions()), &wrong, name)
	}
	_, err := Open(t.TempDir(), testOptions())
	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	require.ErrorIs(t, Create(filepath.Join(t.TempDir(), "log"), testLog, Options{}), ErrReadOnly)
}

// Without the passphrase a log can be read and nothing be appended; with a
// wrong one it is not opened; a key that others can read is not used.
func TestTheKeyIsSealed(t *testing.T) {
	l, dir := newLog(t)
	_, err := l.Append(context.Background(), records(0, 1, 1))
	require.NoError(t, err)
	key := keyPath(dir, l.head.key())
	require.NoError(t, l.Close())
	info, err := os.Stat(key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	sealed, err := os.ReadFile(key)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "PRIVATE KEY")

	o := testOptions()
	o.Passphrase = func() ([]byte, error) { return []byte("another"), nil }
	_, err = Open(dir, o)
	require.ErrorIs(t, err, wallet.ErrPassphrase)

	l, err = Open(dir, Options{})
	require.NoError(t, err)
	_, err = l.Append(context.Background(), records(1, 1, 1))
	require.ErrorIs(t, err, ErrReadOnly)
	_, err = l.Prove(0)
	require.NoError(t, err)
	require.NoError(t, l.Close())

	require.NoError(t, os.Chmod(key, 0o640))
	_, err = Open(dir, testOptions())
	var bad *KeyError
	require.ErrorAs(t, err, &bad)
	require.ErrorContains(t, err, "0640")
}

func TestHeartbeats(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	now := time.Unix(1_800_000_000, 0)
	o := testOptions()
	o.Now = func() time.Time { return now }
	require.NoError(t, Create(dir, testLog, o))
	l, err := Open(dir, o)
	require.NoError(t, err)
	defer func() { l.Close() }()
	ctx := context.Background()
	beat := func() bool {
		_, did, err := l.Beat(ctx)
		require.NoError(t, err)
		return did
	}
	require.False(t, beat())
	now = now.Add(HeartbeatEvery - 1)
	require.False(t, beat())
	now = now.Add(1)
	require.True(t, beat())
	require.False(t, beat())
	now = now.Add(30 * time.Second)
	_, err = l.Append(ctx, records(0, 1, 1))
	require.NoError(t, err)
	now = now.Add(59 * time.Second)
	require.NoError(t, l.Close())
	l, err = Open(dir, o)
	require.NoError(t, err)
	require.False(t, beat(), "an entry counts, also after a restart")
	now = now.Add(time.Second)
	require.True(t, beat())
	now = now.Add(-time.Hour)
	require.True(t, beat(), "a clock that was set back")
	leaf, _, err := l.Leaf(0)
	require.NoError(t, err)
	require.Equal(t, Leaf{Entry: Entry{Kind: KindHeartbeat}}, leaf)
}

// After a rotation the new key signs, the file of the old one is gone, and
// the checkpoint in between is good for whoever knows either.
func TestKeyRotation(t *testing.T) {
	l, dir := newLog(t)
	ctx := context.Background()
	_, err := l.Append(ctx, records(0, 2, 2))
	require.NoError(t, err)
	old, _ := l.Verifier()
	r, err := l.Rotate(ctx)
	require.NoError(t, err)
	next, _ := l.Verifier()
	require.NotEqual(t, old.KeyHash(), next.KeyHash())
	for _, v := range []note.Verifier{old, next} {
		c, err := OpenCheckpoint(r.Checkpoint, v)
		require.NoError(t, err)
		require.Equal(t, uint64(3), c.Size)
	}
	leaf, err := DecodeLeaf(r.Leaf)
	require.NoError(t, err)
	require.NoError(t, leaf.Rotation.Check(testLog, 2))
	require.Error(t, leaf.Rotation.Check(testLog, 3))
	require.Error(t, leaf.Rotation.Check("qxl/BankBMSP/1", 2))
	files, err := filepath.Glob(filepath.Join(dir, "key-*"))
	require.NoError(t, err)
	require.Len(t, files, 1)

	l = reopen(t, l, dir)
	receipts, err := l.Append(ctx, records(2, 1, 2))
	require.NoError(t, err)
	_, err = OpenCheckpoint(receipts[0].Checkpoint, next)
	require.NoError(t, err)
	_, err = OpenCheckpoint(receipts[0].Checkpoint, old)
	require.Error(t, err)
	// An anchor of before the rotation may come in late.
	require.NoError(t, l.Anchored(r.Checkpoint, Anchor{"credit", "tx", 7}))
}

func TestAnchorsAndReceipts(t *testing.T) {
	l, dir := newLog(t)
	ctx := context.Background()
	first, err := l.Append(ctx, records(0, 300, 7))
	require.NoError(t, err)
	second, err := l.Append(ctx, records(300, 5, 7))
	require.NoError(t, err)
	v, _ := l.Verifier()

	r, err := l.Prove(3)
	require.NoError(t, err)
	require.Equal(t, Sequenced, r.State)
	require.Equal(t, uint64(305), r.Size)

	require.NoError(t, l.Anchored(first[0].Checkpoint, Anchor{"credit", "tx1", 8}))
	require.NoError(t, l.Anchored(first[0].Checkpoint, Anchor{"credit", "tx2", 9}), "a second anchor of one size is no error")
	l = reopen(t, l, dir)
	r, err = l.Prove(3)
	require.NoError(t, err)
	require.Equal(t, Anchored, r.State)
	require.Equal(t, &Anchor{"credit", "tx1", 8}, r.Anchor)
	require.Equal(t, uint64(300), r.Size)
	require.NoError(t, r.Verify(v))
	size, err := l.AnchoredSize()
	require.NoError(t, err)
	require.Equal(t, uint64(300), size)
	later, err := l.Prove(300)
	require.NoError(t, err)
	require.Equal(t, Sequenced, later.State)
	require.NoError(t, l.Anchored(second[0].Checkpoint, Anchor{"credit", "tx3", 10}))
	later, err = l.Prove(300)
	require.NoError(t, err)
	require.Equal(t, "tx3", later.Anchor.TxID)

	other, _ := newLog(t)
	strange, err := other.Append(ctx, records(0, 3, 1))
	require.NoError(t, err)
	require.Error(t, l.Anchored(strange[0].Checkpoint, Anchor{"credit", "tx", 1}), "of another key")
	forked, err := Checkpoint{testLog, 200, Hash{1}}.sign(l.signer)
	require.NoError(t, err)
	require.ErrorContains(t, l.Anchored(forked, Anchor{"credit", "tx", 1}), "forked")
	ahead, err := Checkpoint{testLog, 306, Hash{1}}.sign(l.signer)
	require.NoError(t, err)
	require.ErrorContains(t, l.Anchored(ahead, Anchor{"credit", "tx", 1}), "rolled back")
	require.Error(t, l.Anchored(first[0].Checkpoint, Anchor{}))
}

// A receipt's text reads back as it was; every byte that is changed makes it
// fail, but for the anchor, which the ledger must confirm.
func TestEveryByteOfAReceiptCounts(t *testing.T) {
	l, _ := newLog(t)
	receipts, err := l.Append(context.Background(), records(0, 20, 3))
	require.NoError(t, err)
	require.NoError(t, l.Anchored(receipts[0].Checkpoint, Anchor{"credit", "tx1", 8}))
	v, _ := l.Verifier()
	r, err := l.Prove(11)
	require.NoError(t, err)
	text, err := r.MarshalText()
	require.NoError(t, err)
	again, err := ParseReceipt(text)
	require.NoError(t, err)
	require.Equal(t, r, again)
	require.NoError(t, again.Verify(v))
	accepted := 0
	for at := range text {
		for _, bits := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
			changed := append([]byte(nil), text...)
			changed[at] ^= bits
			got, err := ParseReceipt(changed)
			if err != nil || got.Verify(v) != nil {
				continue
			}
			accepted++
			require.NotEqual(t, r.Anchor, got.Anchor, "byte %d (%q for %q) may be changed", at, changed[at], text[at])
			got.Anchor = r.Anchor
			require.Equal(t, r, got, "byte %d", at)
		}
	}
	require.NotZero(t, accepted, "the anchor is not signed, and this test sees changes of it")
	for i := range text {
		got, err := ParseReceipt(text[:i])
		require.True(t, err != nil || got.Verify(v) != nil, "cut at %d", i)
	}
}

func FuzzParseReceipt(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "log")
	if err := errors.Join(Create(dir, testLog, testOptions())); err != nil {
		f.Fatal(err)
	}
	l, err := Open(dir, testOptions())
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	receipts, err := l.Append(context.Background(), records(0, 9, 3))
	if err != nil {
		f.Fatal(err)
	}
	for i := range 9 {
		if i == 5 {
			if err := l.Anchored(receipts[0].Checkpoint, Anchor{"credit", "tx1", 8}); err != nil {
				f.Fatal(err)
			}
		}
		r, err := l.Prove(uint64(i))
		if err != nil {
			f.Fatal(err)
		}
		text, err := r.MarshalText()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseReceipt(text)
		if err != nil {
			return
		}
		again, err := r.MarshalText()
		if err != nil || string(again) != string(text) {
			t.Fatalf("%q is written again as %q: %v", text, again, err)
		}
	})
}
