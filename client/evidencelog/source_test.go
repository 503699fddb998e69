package evidencelog

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// exportedLog is the drill's log as its owner exports it.
func exportedLog(t testing.TB) (dir string, expect Expect) {
	from, expect := drillLog(t)
	l := reopen(t, nil, from)
	dir = filepath.Join(t.TempDir(), "tiles")
	_, err := l.Export(context.Background(), dir)
	require.NoError(t, err)
	expect.Before = []Tree{{600, rootOf(t, l, 600)}, {256, rootOf(t, l, 256)}, {1, rootOf(t, l, 1)}}
	require.NoError(t, l.Close())
	return dir, expect
}

func rootOf(t testing.TB, l *Log, size uint64) Hash {
	root, err := l.rootAt(size)
	require.NoError(t, err)
	return root
}

func auditTiles(t testing.TB, dir string, expect Expect) *Report {
	s, err := ReadTiles(dir)
	require.NoError(t, err)
	r, err := s.Verify(context.Background(), expect)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	return r
}

// What an owner exports is audited as the log itself is, and single leaves of
// both are proven to be in the anchored tree.
func TestExportedTilesAreAudited(t *testing.T) {
	tiles, expect := exportedLog(t)
	r := auditTiles(t, tiles, expect)
	require.True(t, r.Clean(), "%+v", r.Findings)
	require.EqualValues(t, 744, r.Good)
	require.True(t, r.Has(Unanchored))

	log, other := drillLog(t)
	for _, open := range []func() (*Source, Expect, error){
		func() (*Source, Expect, error) { s, err := ReadTiles(tiles); return s, expect, err },
		func() (*Source, Expect, error) { s, err := ReadFolder(log); return s, other, err },
	} {
		s, expect, err := open()
		require.NoError(t, err)
		root, err := s.Verify(context.Background(), expect)
		require.NoError(t, err)
		for _, seq := range []uint64{0, 255, 256, 511, 512, 642} {
			leaf, found := s.Leaf(seq, Tree{root.Size, root.Root})
			require.Nil(t, found, "%+v", found)
			require.Equal(t, seq, leaf.Seq)
		}
		_, found := s.Leaf(5, Tree{root.Size, Hash{1}})
		require.Equal(t, Tampered, found.Verdict)
		require.NoError(t, s.Close())
	}
	_, err := ReadTiles(t.TempDir())
	require.ErrorAs(t, err, new(*MissingError))
}

// A log with a history of its own is told at the first tree that differs.
func TestAForkIsDated(t *testing.T) {
	dir, expect := drillLog(t)
	l := reopen(t, nil, dir)
	expect.Before = []Tree{{600, rootOf(t, l, 600)}, {300, Hash{9}}, {700, Hash{8}}, {20, rootOf(t, l, 20)}}
	require.NoError(t, l.Close())
	r := auditOf(t, dir, expect)
	require.Equal(t, 1, r.Faults)
	require.Equal(t, Fork, r.Findings[0].Verdict)
	require.Equal(t, []uint64{20, 299}, []uint64{r.Findings[0].First, r.Findings[0].Last})

	// A receipt that somebody holds is a promise too: it tells what the ledger cannot yet.
	expect.Before = []Tree{{900, Hash{1}}}
	r = auditOf(t, dir, expect)
	require.Equal(t, 1, r.Faults)
	require.Equal(t, RolledBack, r.Findings[0].Verdict)
	require.Equal(t, []uint64{744, 899}, []uint64{r.Findings[0].First, r.Findings[0].Last})
}

func TestVerdictsOnTiles(t *testing.T) {
	tiles, expect := exportedLog(t)
	change := func(name string, do func([]byte) []byte) func(string) {
		return func(dir string) {
			path := filepath.Join(dir, name)
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			if raw = do(raw); raw == nil {
				require.NoError(t, os.Remove(path))
				return
			}
			require.NoError(t, os.WriteFile(path, raw, 0o644))
		}
	}
	flip := func(at int) func([]byte) []byte {
		return func(raw []byte) []byte { raw[(at+len(raw))%len(raw)] ^= 4; return raw }
	}
	drop := func([]byte) []byte { return nil }
	double := func(raw []byte) []byte {
		end := 2 + int(binary.BigEndian.Uint16(raw))
		return append(raw, raw[:end]...)
	}
	type at struct {
		verdict     Verdict
		place       string
		first, last uint64
	}
	for name, c := range map[string]struct {
		harm func(string)
		want []at
	}{
		"leaf flipped":         {change("tile/entries/000", flip(100)), []at{{Tampered, "leaf", 0, 0}}},
		"length flipped":       {change("tile/entries/001", flip(0)), []at{{Tampered, "leaf", 256, 511}}},
		"leaves cut":           {change("tile/entries/001", func(raw []byte) []byte { return raw[:len(raw)-1] }), []at{{Tampered, "leaf", 511, 511}}},
		"leaves emptied":       {change("tile/entries/001", func([]byte) []byte { return []byte{} }), []at{{Tampered, "leaf", 256, 511}}},
		"leaves dropped":       {change("tile/entries/001", drop), []at{{Missing, "leaf", 256, 511}}},
		"last leaves dropped":  {change("tile/entries/002.p/232", drop), []at{{Missing, "leaf", 512, 743}}},
		"a leaf doubled":       {change("tile/entries/001", double), []at{{Tampered, "tile/entries/001", 0, 0}}},
		"a last leaf doubled":  {change("tile/entries/002.p/232", double), []at{{Tampered, "tile/entries/002.p/232", 0, 0}}},
		"tile flipped":         {change("tile/0/001", flip(100)), []at{{Tampered, "tile 0/1", 0, 0}}},
		"tile cut":             {change("tile/0/002.p/232", func(raw []byte) []byte { return raw[:64] }), []at{{Tampered, "tile 0/2", 0, 0}}},
		"tile dropped":         {change("tile/1/000.p/2", drop), []at{{Missing, "tile 1/0", 0, 0}}},
		"checkpoint flipped":   {change("checkpoint", flip(20)), []at{{Tampered, "head", 0, 0}}},
		"signature flipped":    {change("checkpoint", flip(-20)), []at{{Tampered, "head", 0, 0}}},
		"checkpoint dropped":   {change("checkpoint", drop), []at{{Missing, "head", 0, 0}}},
		"a pipe for leaves":    {func(dir string) { pipe(t, filepath.Join(dir, "tile/entries/001")) }, []at{{Tampered, "leaf", 256, 511}}},
		"a pipe for the tiles": {func(dir string) { pipe(t, filepath.Join(dir, "tile/0/001")) }, []at{{Tampered, "tile 0/1", 0, 0}}},
		"tiles swapped": {func(dir string) {
			a, b := filepath.Join(dir, "tile/entries/000"), filepath.Join(dir, "tile/entries/001")
			require.NoError(t, os.Rename(a, a+".x"))
			require.NoError(t, os.Rename(b, a))
			require.NoError(t, os.Rename(a+".x", b))
		}, []at{{Reordered, "leaf", 0, 511}}},
	} {
		t.Run(name, func(t *testing.T) {
			harmed := filepath.Join(t.TempDir(), "tiles")
			require.NoError(t, os.CopyFS(harmed, os.DirFS(tiles)))
			c.harm(harmed)
			r := auditTiles(t, harmed, expect)
			var got []at
			for _, f := range r.Findings {
				if f.Verdict != Unanchored && f.Verdict != RolledBack { // without a checkpoint its length is not known
					got = append(got, at{f.Verdict, f.Place, f.First, f.Last})
				}
			}
			require.ElementsMatch(t, c.want, got, "%+v", r.Findings)
		})
	}
}

func pipe(t *testing.T, path string) {
	require.NoError(t, os.Remove(path))
	require.NoError(t, syscall.Mkfifo(path, 0o600))
}

// A pipe in the database's folder would keep a reader waiting for ever.
func TestOnlyFilesAreRead(t *testing.T) {
	dir, expect := drillLog(t)
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, databaseFolder, "000999.ldb"), 0o600))
	r := auditOf(t, dir, expect)
	require.True(t, r.Has(Tampered))
	require.Equal(t, "database", r.Findings[0].Place)
}

// An audit writes nothing into the database that it reads.
func TestAnAuditChangesNothing(t *testing.T) {
	dir, expect := drillLog(t)
	state := func() map[string]string {
		files, err := filepath.Glob(filepath.Join(dir, databaseFolder, "*"))
		require.NoError(t, err)
		out := map[string]string{}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			require.NoError(t, err)
			out[f] = string(raw)
		}
		return out
	}
	before := state()
	require.True(t, auditOf(t, dir, expect).Clean())
	require.Equal(t, before, state())
}
