package evidencelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
	"golang.org/x/mod/sumdb/note"
)

// drillRounds is how often a drill harms a log: QXL_DRILL times, else what CI can bear.
func drillRounds(t *testing.T, usual int) int {
	if text := os.Getenv("QXL_DRILL"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return usual
}

// drillLog is a closed log with everything in it: several tiles, a key
// rotation, corrections, an erasure, heartbeats, anchors, an unanchored end.
func drillLog(t testing.TB) (dir string, expect Expect) {
	ctx := context.Background()
	l, dir := newLog(t)
	add := func(entries ...Entry) []Receipt {
		receipts, err := l.Append(ctx, entries)
		require.NoError(t, err)
		return receipts
	}
	add(records(0, 600, 17)...)
	add(Entry{Kind: KindHeartbeat})
	first := add(records(600, 40, 17)...)
	require.NoError(t, l.Anchored(first[0].Checkpoint, Anchor{"credit", "tx1", 3}))
	_, err := l.Rotate(ctx)
	require.NoError(t, err)
	erasure := Entry{Kind: KindErasure, Subject: subjectOf(1), Erasure: &Erasure{First: 1, Last: 2, Basis: "pipl-47", Request: "r-1", Key: [16]byte{1}, Approvals: [][32]byte{{1}, {2}}}}
	correction := records(0, 1, 17)[0]
	correction.Kind = KindCorrection
	second := add(erasure, correction)
	require.NoError(t, l.Anchored(second[0].Checkpoint, Anchor{"credit", "tx2", 5}))
	expect.Size = second[0].Size
	expect.Root, err = l.rootAt(expect.Size)
	require.NoError(t, err)
	expect.Keys = keysOf(t, l)
	add(records(640, 100, 17)...)
	require.NoError(t, l.Close())
	return dir, expect
}

// keysOf are all keys that a log has had, oldest first.
func keysOf(t testing.TB, l *Log) (list []note.Verifier) {
	for _, key := range l.head.keys {
		v, err := verifier(l.name, key)
		require.NoError(t, err)
		list = append(list, v)
	}
	return list
}

// copyOf copies a log, so that it can be harmed.
func copyOf(t testing.TB, dir string) string {
	to := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	keys, err := filepath.Glob(filepath.Join(to, "key-*"))
	require.NoError(t, err)
	for _, key := range keys {
		require.NoError(t, os.Chmod(key, 0o600)) // CopyFS makes files for everybody
	}
	return to
}

func inDatabase(t testing.TB, dir string, do func(db *leveldb.DB)) {
	db, err := leveldb.OpenFile(filepath.Join(dir, databaseFolder), databaseOptions())
	require.NoError(t, err)
	do(db)
	require.NoError(t, db.Close())
}

func rawLeaf(t testing.TB, db *leveldb.DB, seq uint64) (found []byte) {
	require.NoError(t, eachLeaf(db, seq, seq+1, func(_ uint64, raw []byte) error {
		found = bytes.Clone(raw)
		return nil
	}))
	return found
}

// changeLeaf puts other bytes in the place of a leaf, or takes it out.
func changeLeaf(t testing.TB, db *leveldb.DB, seq uint64, change func([]byte) []byte) {
	walk := db.NewIterator(util.BytesPrefix([]byte(prefixEntry)), nil)
	defer walk.Release()
	require.True(t, seekBefore(walk, entryKey(seq+1)))
	var chunk []byte
	at, ok := seqOf(walk.Key())
	require.True(t, ok)
	for rest := walk.Value(); len(rest) > 0; at++ {
		var raw []byte
		raw, rest, ok = cutLeaf(rest)
		require.True(t, ok)
		if raw = bytes.Clone(raw); at == seq {
			raw = change(raw)
		}
		if raw != nil {
			chunk = appendLeaf(chunk, raw)
		}
	}
	require.NoError(t, db.Put(walk.Key(), chunk, nil))
}

func auditOf(t testing.TB, dir string, expect Expect) *Report {
	r, err := Audit(context.Background(), dir, expect)
	require.NoError(t, err)
	return r
}

func TestACleanLogHasNoFaults(t *testing.T) {
	dir, expect := drillLog(t)
	var visited uint64
	expect.Visit = func(l Leaf, h Hash) error {
		require.Equal(t, visited, l.Seq)
		require.Equal(t, l.Hash(), h)
		visited++
		return nil
	}
	r := auditOf(t, dir, expect)
	require.True(t, r.Clean(), "%+v", r)
	require.Equal(t, []Finding{{Verdict: Unanchored, Place: "leaf", First: expect.Size, Last: r.Size - 1, Zh: "尚未上链", En: "newer than what was anchored"}}, r.Findings)
	require.Equal(t, r.Size, r.Good)
	require.Equal(t, r.Size, visited)
	require.Equal(t, 2, r.Keys)

	l := reopen(t, nil, dir)
	c, _ := l.Checkpoint()
	r, err := l.Verify(context.Background(), Expect{Size: c.Size, Root: c.Root})
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	require.Equal(t, c.Root, r.Root)
	stop := errors.New("enough")
	_, err = l.Verify(context.Background(), Expect{Visit: func(Leaf, Hash) error { return stop }})
	require.ErrorIs(t, err, stop)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = l.Verify(cancelled, Expect{})
	require.ErrorIs(t, err, context.Canceled)

	empty, _ := newLog(t)
	r, err = empty.Verify(context.Background(), Expect{})
	require.NoError(t, err)
	require.Empty(t, r.Findings)
}

// Each kind of harm gets its verdict, at its place, and no other.
func TestVerdicts(t *testing.T) {
	dir, expect := drillLog(t)
	flip := func(key []byte, at int) func(*leveldb.DB) {
		return func(db *leveldb.DB) {
			raw, err := db.Get(key, nil)
			require.NoError(t, err)
			if at < 0 {
				at += len(raw)
			}
			raw[at] ^= 4
			require.NoError(t, db.Put(key, raw, nil))
		}
	}
	swap := func(a, b []byte) func(*leveldb.DB) {
		return func(db *leveldb.DB) {
			x, err := db.Get(a, nil)
			require.NoError(t, err)
			y, err := db.Get(b, nil)
			require.NoError(t, err)
			require.NoError(t, errors.Join(db.Put(a, y, nil), db.Put(b, x, nil)))
		}
	}
	drop := func(keys ...[]byte) func(*leveldb.DB) {
		return func(db *leveldb.DB) {
			for _, key := range keys {
				require.NoError(t, db.Delete(key, nil))
			}
		}
	}
	put := func(key []byte, value string) func(*leveldb.DB) {
		return func(db *leveldb.DB) { require.NoError(t, db.Put(key, []byte(value), nil)) }
	}
	index := appendSubjectKey(nil, subjectOf(3), 1) // leaves 3, 20, 37, …
	leaf := func(seq uint64, change func([]byte) []byte) func(*leveldb.DB) {
		return func(db *leveldb.DB) { changeLeaf(t, db, seq, change) }
	}
	flipLeaf := func(seq uint64, at int) func(*leveldb.DB) {
		return leaf(seq, func(raw []byte) []byte { raw[at] ^= 4; return raw })
	}
	type at struct {
		verdict     Verdict
		place       string
		first, last uint64
	}
	indexedLeaves := func(first uint64) (all []at) {
		for seq := first; seq < 600; seq += 17 {
			all = append(all, at{Tampered, "index", seq, seq})
		}
		return all
	}
	for name, c := range map[string]struct {
		harm func(*leveldb.DB)
		want []at
	}{
		"leaf flipped":             {flipLeaf(5, 70), []at{{Tampered, "leaf", 5, 5}}},
		"leaf's place flipped":     {flipLeaf(5, 12), []at{{Reordered, "leaf", 5, 5}}},
		"leaf of the edge flipped": {flipLeaf(700, 70), []at{{Tampered, "leaf", 700, 700}}},
		"leaf cut":                 {leaf(300, func([]byte) []byte { return []byte("short") }), []at{{Tampered, "leaf", 300, 300}}},
		"leaves swapped": {func(db *leveldb.DB) {
			a := rawLeaf(t, db, 10)
			changeLeaf(t, db, 10, func([]byte) []byte { return rawLeaf(t, db, 400) })
			changeLeaf(t, db, 400, func([]byte) []byte { return a })
		}, []at{{Reordered, "leaf", 10, 10}, {Reordered, "leaf", 400, 400}}},
		"leaf doubled":           {func(db *leveldb.DB) { changeLeaf(t, db, 9, func([]byte) []byte { return rawLeaf(t, db, 8) }) }, []at{{Reordered, "leaf", 9, 9}}},
		"leaf taken out":         {leaf(77, func([]byte) []byte { return nil }), []at{{Reordered, "leaf", 77, 94}, {Missing, "leaf", 95, 95}}},
		"last leaf taken out":    {leaf(743, func([]byte) []byte { return nil }), []at{{Missing, "leaf", 743, 743}}},
		"length flipped":         {flip(entryKey(64), 0), []at{{Tampered, "leaf", 64, 95}}},
		"lengths flipped":        {func(db *leveldb.DB) { flip(entryKey(224), 0)(db); flip(entryKey(256), 0)(db) }, []at{{Tampered, "leaf", 224, 287}}},
		"chunk dropped":          {drop(entryKey(64)), []at{{Missing, "leaf", 64, 95}}},
		"chunks dropped":         {drop(entryKey(224), entryKey(256)), []at{{Missing, "leaf", 224, 287}}},
		"first chunk dropped":    {drop(entryKey(0)), []at{{Missing, "leaf", 0, 31}}},
		"last chunks dropped":    {drop(entryKey(708), entryKey(740)), []at{{Missing, "leaf", 708, 743}}},
		"chunks swapped":         {swap(entryKey(64), entryKey(128)), []at{{Reordered, "leaf", 64, 95}, {Reordered, "leaf", 128, 159}}},
		"chunk of another shape": {put(entryKey(64), "x"), []at{{Tampered, "leaf", 64, 95}}},
		"leaf beyond the end":    {put(entryKey(800), "x"), []at{{Tampered, "leaf", 744, 744}}},
		"leaf stored twice": {func(db *leveldb.DB) {
			raw, err := db.Get(entryKey(0), nil)
			require.NoError(t, err)
			put(entryKey(0), string(appendLeaf(raw, rawLeaf(t, db, 32))))(db)
		}, []at{{Tampered, "database", 32, 32}}},
		"tile flipped":               {flip(tileKey(tileID{0, 1}), 100), []at{{Tampered, "tile 0/1", 0, 0}}},
		"tile of the edge flipped":   {flip(tileKey(tileID{0, 2}), 100), []at{{Tampered, "tile 0/2", 0, 0}}},
		"upper tile flipped":         {flip(tileKey(tileID{1, 0}), 40), []at{{Tampered, "tile 1/0", 0, 0}}},
		"tile cut":                   {put(tileKey(tileID{0, 0}), "short"), []at{{Tampered, "tile 0/0", 0, 0}}},
		"tile dropped":               {drop(tileKey(tileID{0, 1})), []at{{Missing, "tile 0/1", 0, 0}}},
		"upper tile dropped":         {drop(tileKey(tileID{1, 0})), []at{{Missing, "tile 1/0", 0, 0}}},
		"tiles swapped":              {swap(tileKey(tileID{0, 0}), tileKey(tileID{0, 1})), []at{{Tampered, "tile 0/0", 0, 0}, {Tampered, "tile 0/1", 0, 0}}},
		"tile too many":              {put(tileKey(tileID{2, 0}), "x"), []at{{Tampered, "database", 0, 0}}},
		"index flipped":              {flip(index, 7), []at{{Tampered, "index", 3, 3}, {Tampered, "index", 7, 7}}},
		"index dropped":              {drop(index), indexedLeaves(3)},
		"index too many":             {put(appendSubjectKey(nil, subjectOf(99), 1), "\x00\x00\x00\x00\x00\x00\x00\x05"), []at{{Tampered, "index", 5, 5}}},
		"index of another shape":     {put([]byte("s/x"), "x"), []at{{Tampered, "index", 0, 0}}},
		"checkpoint's root flipped":  {flip(keyHead, -150), []at{{Tampered, "head", 0, 0}}},
		"signature flipped":          {flip(keyHead, -20), []at{{Tampered, "head", 0, 0}}},
		"head dropped":               {drop(keyHead), []at{{Missing, "head", 0, 0}}},
		"name changed":               {put(keyLog, "1 qxl/BankBMSP/1"), []at{{Tampered, "head", 0, 0}}},
		"anchor flipped":             {flip(anchorKey(641), 40), []at{{Tampered, "anchor 641", 0, 0}, {Tampered, "anchors", 0, 0}}},
		"anchor dropped":             {drop(anchorKey(641)), []at{{Tampered, "anchors", 0, 0}}},
		"foreign key":                {put([]byte("zz"), "x"), []at{{Tampered, "database", 0, 0}}},
		"leaf and its tile together": {consistently(t, false), []at{{Tampered, "leaf", 0, 255}, {Reordered, "leaf", 22, 22}}},
		"leaf and all above it":      {consistently(t, true), []at{{Tampered, "head", 0, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			harmed := copyOf(t, dir)
			inDatabase(t, harmed, c.harm)
			r := auditOf(t, harmed, expect)
			var got []at
			for _, f := range r.Findings {
				if f.Verdict != Unanchored {
					got = append(got, at{f.Verdict, f.Place, f.First, f.Last})
				}
			}
			require.ElementsMatch(t, c.want, got, "%+v", r.Findings)
			require.False(t, r.Clean())
		})
	}
}

// consistently changes leaf 5 and what follows from it, as far as one can
// without the log's key.
func consistently(t *testing.T, up bool) func(*leveldb.DB) {
	return func(db *leveldb.DB) {
		leaf, err := DecodeLeaf(rawLeaf(t, db, 5))
		require.NoError(t, err)
		leaf.FieldRoot[0] ^= 1
		raw, err := leaf.Encode()
		require.NoError(t, err)
		changeLeaf(t, db, 5, func([]byte) []byte { return raw })
		tile := func(id tileID, at int, h Hash) Hash {
			raw, err := db.Get(tileKey(id), nil)
			require.NoError(t, err)
			hashes, err := decodeTile(raw)
			require.NoError(t, err)
			hashes[at] = h
			require.NoError(t, db.Put(tileKey(id), encodeTile(hashes), nil))
			if len(hashes) < tileWidth {
				return Hash{}
			}
			return subtree(hashes)
		}
		h := tile(tileID{0, 0}, 5, hashLeaf(raw))
		if up {
			// The subject's chain is broken by it; mend that too, to the end.
			tile(tileID{1, 0}, 0, h)
			mend(t, db)
		}
	}
}

// mend rebuilds all chains and tiles over the leaves as they are.
func mend(t *testing.T, db *leveldb.DB) {
	tr, ends := tree{}, map[[32]byte]Hash{}
	put := func(id tileID, hashes []Hash) { require.NoError(t, db.Put(tileKey(id), encodeTile(hashes), nil)) }
	for seq := range uint64(744) {
		leaf, err := DecodeLeaf(rawLeaf(t, db, seq))
		require.NoError(t, err)
		if leaf.SubjectSeq > 0 {
			leaf.SubjectPrev = ends[leaf.Subject]
		}
		raw, err := leaf.Encode()
		require.NoError(t, err)
		changeLeaf(t, db, seq, func([]byte) []byte { return raw })
		ends[leaf.Subject] = hashLeaf(raw)
		tr.append(hashLeaf(raw), put)
	}
	for level, hashes := range tr.edge {
		if len(hashes) > 0 {
			put(tileID{uint8(level), tr.size >> (tileHeight * uint(level+1))}, hashes)
		}
	}
}

// Yesterday's copy, and a log that its owner signed anew from a point on, are
// told by the ledger's head; the owner's own marks of anchors tell too.
func TestRollbackAndFork(t *testing.T) {
	ctx := context.Background()
	l, dir := newLog(t)
	_, err := l.Append(ctx, records(0, 300, 9))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	yesterday, forked := copyOf(t, dir), copyOf(t, dir)
	l = reopen(t, nil, dir)
	today, err := l.Append(ctx, records(300, 50, 9))
	require.NoError(t, err)
	c, _ := l.Checkpoint()
	expect := Expect{Size: c.Size, Root: c.Root}
	require.NoError(t, l.Close())

	r := auditOf(t, yesterday, expect)
	require.Equal(t, 1, r.Faults)
	require.Equal(t, RolledBack, r.Findings[0].Verdict)
	require.Equal(t, []uint64{300, 349}, []uint64{r.Findings[0].First, r.Findings[0].Last})

	f := reopen(t, nil, forked)
	_, err = f.Append(ctx, records(1300, 60, 9))
	require.NoError(t, err)
	require.ErrorContains(t, f.Anchored(today[0].Checkpoint, Anchor{"credit", "tx", 1}), "forked")
	require.NoError(t, f.Close())
	r = auditOf(t, forked, expect)
	require.Equal(t, 1, r.Faults)
	require.True(t, r.Has(Fork), "%+v", r)
	require.Equal(t, uint64(360), r.Good)

	// A mark of an anchor beside it says the same without the ledger.
	inDatabase(t, forked, func(db *leveldb.DB) {
		l = reopen(t, nil, dir)
		require.NoError(t, l.Anchored(today[0].Checkpoint, Anchor{"credit", "tx", 1}))
		mark, err := l.db.Get(anchorKey(350), nil)
		require.NoError(t, err)
		sum, err := l.db.Get(keyAnchors, nil)
		require.NoError(t, err)
		require.NoError(t, errors.Join(db.Put(anchorKey(350), mark, nil), db.Put(keyAnchors, sum, nil)))
	})
	r = auditOf(t, forked, Expect{})
	require.True(t, r.Has(Fork), "%+v", r)

	// Another key than the ledger's.
	other, otherDir := newLog(t)
	v, _ := other.Verifier()
	require.NoError(t, other.Close())
	require.NotEmpty(t, otherDir)
	require.True(t, auditOf(t, yesterday, Expect{Keys: []note.Verifier{v}}).Has(Tampered))
}

// A subject's chain that its owner signed with a gap is told, though every
// hash is right.
func TestAnOmissionThatWasSignedIsTold(t *testing.T) {
	l, dir := newLog(t)
	_, err := l.Append(context.Background(), records(0, 10, 2))
	require.NoError(t, err)
	l.tails.set(subjectOf(0), tail{7, Hash{1}})
	_, err = l.Append(context.Background(), records(10, 6, 2))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	r := auditOf(t, dir, Expect{})
	require.Equal(t, 1, r.Faults)
	require.Equal(t, Finding{Verdict: Reordered, Place: "leaf", First: 10, Last: 10, Zh: "主体的存证链断裂", En: "the subject's chain of leaves is broken here"}, r.Findings[0])
}

// A head that claims more leaves than there are, or more than there can be,
// does not keep the audit busy.
func TestAForgedSizeEndsTheAudit(t *testing.T) {
	for _, size := range []uint64{745, 5000, 1 << 40, 1<<63 - 1} {
		dir, _ := drillLog(t)
		l := reopen(t, nil, dir)
		signed, err := Checkpoint{testLog, size, Hash{1}}.sign(l.signer)
		require.NoError(t, err)
		h := l.head
		h.checkpoint = signed
		require.NoError(t, l.db.Put(keyHead, h.encode(), nil))
		require.NoError(t, l.Close())
		r := auditOf(t, dir, Expect{})
		require.True(t, r.Has(Missing), "%d: %+v", size, r)
		_, err = Open(dir, testOptions())
		var damaged *DamagedError
		require.ErrorAs(t, err, &damaged)
	}
}

// A drill: values changed, cut, doubled, dropped, swapped at random. Every
// harm is found, and what is said of leaves is said of those harmed.
func TestDrillOfValues(t *testing.T) {
	dir, expect := drillLog(t)
	before := exported(t, dir)
	var keys [][]byte
	inDatabase(t, copyOf(t, dir), func(db *leveldb.DB) {
		walk := db.NewIterator(nil, nil)
		defer walk.Release()
		for walk.Next() {
			keys = append(keys, bytes.Clone(walk.Key()))
		}
	})
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range drillRounds(t, 80) {
		harmed := copyOf(t, dir)
		var what string
		var touched [][]byte
		inDatabase(t, harmed, func(db *leveldb.DB) {
			key, other := keys[rng.IntN(len(keys))], keys[rng.IntN(len(keys))]
			value, err := db.Get(key, nil)
			require.NoError(t, err)
			otherValue, err := db.Get(other, nil)
			require.NoError(t, err)
			sync := &opt.WriteOptions{Sync: true}
			touched = [][]byte{key}
			switch kind := rng.IntN(6); kind {
			case 0, 1:
				what = "flip"
				value[rng.IntN(len(value))] ^= 1 << rng.IntN(8)
				err = db.Put(key, value, sync)
			case 2:
				what = "drop"
				err = db.Delete(key, sync)
			case 3:
				what = "cut"
				err = db.Put(key, value[:rng.IntN(len(value))], sync)
			case 4:
				what = "swap"
				touched = append(touched, other)
				err = errors.Join(db.Put(key, otherValue, sync), db.Put(other, value, sync))
			case 5:
				what = "double"
				err = db.Put(key, otherValue, sync)
			}
			require.NoError(t, err)
		})
		r := auditOf(t, harmed, expect)
		if r.Clean() {
			require.Equal(t, before, exported(t, harmed), "%d: %s of %q was not found and shows", i, what, touched)
			continue
		}
		for _, f := range r.Findings {
			if f.Place != "leaf" || f.Verdict == Unanchored {
				continue
			}
			for _, seq := range []uint64{f.First, f.Last} {
				require.True(t, slices.ContainsFunc(touched, func(key []byte) bool {
					first, ok := seqOf(key)
					return ok && bytes.HasPrefix(key, []byte(prefixEntry)) && first <= seq && seq < first+chunkLeaves
				}), "%d: %s of %q: %+v", i, what, touched, f)
			}
		}
	}
}

// A drill on files: bytes of the database's files changed, files cut, dropped,
// replaced by one another. The audit ends, and finds it or nothing is amiss.
func TestDrillOfFiles(t *testing.T) {
	dir, expect := drillLog(t)
	inDatabase(t, dir, func(db *leveldb.DB) { // so that tables are hit, not the journal alone
		require.NoError(t, db.CompactRange(util.Range{}))
	})
	before := exported(t, dir)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range drillRounds(t, 25) {
		harmed := copyOf(t, dir)
		files, err := filepath.Glob(filepath.Join(harmed, databaseFolder, "*"))
		require.NoError(t, err)
		file := files[rng.IntN(len(files))]
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		kind := rng.IntN(4)
		switch {
		case kind == 0 || len(raw) == 0:
			require.NoError(t, os.Remove(file))
		case kind == 1:
			require.NoError(t, os.Truncate(file, int64(rng.IntN(len(raw)))))
		default:
			raw[rng.IntN(len(raw))] ^= 1 << rng.IntN(8)
			require.NoError(t, os.WriteFile(file, raw, 0o600))
		}
		if r := auditOf(t, harmed, expect); r.Clean() {
			require.Equal(t, before, exported(t, harmed), "%d: harm %d of %s was not found and shows", i, kind, filepath.Base(file))
		}
	}
}

// exported is every logical value of a log: its static export, receipts and
// lists by subject.
func exported(t testing.TB, dir string) map[string]string {
	l, err := Open(dir, Options{})
	require.NoError(t, err)
	defer l.Close()
	to := t.TempDir()
	c, err := l.Export(context.Background(), to)
	require.NoError(t, err)
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		out[path[len(to):]] = string(raw)
		return err
	}))
	for seq := uint64(0); seq < c.Size; seq += 37 {
		r, err := l.Prove(seq)
		require.NoError(t, err)
		text, err := r.MarshalText()
		require.NoError(t, err)
		out[fmt.Sprint("receipt ", seq)] = string(text)
	}
	for n := range 17 {
		seqs, err := l.Subject(subjectOf(n))
		require.NoError(t, err)
		out[fmt.Sprint("subject ", n)] = fmt.Sprint(seqs)
	}
	return out
}
