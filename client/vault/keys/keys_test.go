package keys

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newStore(t *testing.T) (*Store, string) {
	dir := t.TempDir()
	require.NoError(t, Create(dir, []byte("p"), 2))
	return again(t, dir), dir
}

func again(t *testing.T, dir string) *Store {
	s, err := Open(dir, []byte("p"))
	require.NoError(t, err)
	return s
}

func files(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(filepath.Join(dir, subjectsDir))
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
		info, err := e.Info()
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), e.Name())
	}
	return names
}

func TestASubjectsLife(t *testing.T) {
	s, dir := newStore(t)
	_, err := s.Subject("甲")
	require.ErrorIs(t, err, ErrUnknown)
	a, err := s.Ensure("甲", time.Now())
	require.NoError(t, err)
	same, err := again(t, dir).Ensure("甲", time.Now())
	require.NoError(t, err)
	require.Equal(t, a, same)
	require.NotEqual(t, a.Pseudonym("l/1"), a.Pseudonym("l/2"))
	wrapped, err := a.Wrap([]byte("dek"), []byte("record 1"))
	require.NoError(t, err)
	_, err = a.Unwrap(wrapped, []byte("record 2"))
	require.ErrorIs(t, err, ErrWrapped)
	for i := range wrapped {
		wrapped[i] ^= 1
		_, err := a.Unwrap(wrapped, []byte("record 1"))
		require.ErrorIs(t, err, ErrWrapped)
		wrapped[i] ^= 1
	}

	b, err := s.Renew(a.ID)
	require.NoError(t, err)
	require.False(t, b.Wraps(wrapped))
	twice, err := again(t, dir).Renew(a.ID)
	require.NoError(t, err)
	require.Equal(t, b, twice)
	dek, err := b.Unwrap(wrapped, []byte("record 1"))
	require.NoError(t, err)
	require.Equal(t, "dek", string(dek))
	c, err := again(t, dir).Settle(a.ID)
	require.NoError(t, err)
	require.Equal(t, a.Pseudonym("l/1"), c.Pseudonym("l/1"))
	_, err = c.Unwrap(wrapped, []byte("record 1"))
	require.ErrorIs(t, err, ErrWrapped)
	require.Len(t, files(t, dir), 1)

	s = again(t, dir)
	require.NoError(t, s.Destroy(a.ID))
	require.NoError(t, s.Destroy(a.ID), "it stays destroyed")
	for _, s := range []*Store{s, again(t, dir)} {
		_, err = s.ByID(a.ID)
		require.ErrorIs(t, err, ErrDestroyed)
		_, err = s.Subject("甲")
		require.ErrorIs(t, err, ErrUnknown)
	}
	require.Empty(t, files(t, dir))
	names, err := os.ReadDir(filepath.Join(dir, namesDir))
	require.NoError(t, err)
	require.Empty(t, names)
}

// Every state between two steps of renewing and destroying, as a crash leaves
// it, ends as before or as after when the store is opened.
func TestInterrupted(t *testing.T) {
	make := func() (dir string, a, b *Subject, old, renewed []byte) {
		s, dir := newStore(t)
		a, err := s.Ensure("甲", time.Now())
		require.NoError(t, err)
		old, err = os.ReadFile(s.path(a.ID, live))
		require.NoError(t, err)
		b, err = s.Renew(a.ID)
		require.NoError(t, err)
		renewed, err = os.ReadFile(s.path(a.ID, live))
		require.NoError(t, err)
		return dir, a, b, old, renewed
	}
	for name, c := range map[string]struct {
		live, next, past, dead string // o: the old file, n: the renewed, h: half of the renewed, x: noise
		want                   string
	}{
		"next half written":            {live: "o", next: "h", want: "o"},
		"next written":                 {live: "o", next: "n", want: "o"},
		"between the renamings":        {next: "n", past: "o", want: "n"},
		"not written over yet":         {live: "n", past: "o", want: "n"},
		"half written over":            {live: "n", past: "x", want: "n"},
		"destroyed, not written over":  {dead: "o"},
		"destroyed, half written over": {dead: "x"},
		"destroyed while one was next": {dead: "o", next: "n"},
		"destroyed, one past":          {live: "n", past: "o", dead: "x", want: "n"},
	} {
		dir, a, b, old, renewed := make()
		s := again(t, dir)
		require.NoError(t, os.Remove(s.path(a.ID, live)))
		content := map[string][]byte{"o": old, "n": renewed, "h": renewed[:len(renewed)/2], "x": noise(len(old))}
		for suffix, what := range map[string]string{live: c.live, next: c.next, past: c.past, dead: c.dead} {
			if what != "" {
				require.NoError(t, os.WriteFile(s.path(a.ID, suffix), content[what], 0o600))
			}
		}
		s = again(t, dir)
		got, err := s.ByID(a.ID)
		switch c.want {
		case "o":
			require.NoError(t, err, name)
			require.Equal(t, a.Secrets(), got.Secrets(), name)
		case "n":
			require.NoError(t, err, name)
			require.Equal(t, b.Secrets(), got.Secrets(), name)
		default:
			require.ErrorIs(t, err, ErrDestroyed, name)
		}
		for _, f := range files(t, dir) {
			require.True(t, strings.HasSuffix(f, live), "%s: %s is left", name, f)
		}
	}
}

func noise(n int) []byte { return binary.BigEndian.AppendUint64(make([]byte, n-8), 7) }

// Files of one store, or of one subject, do not open as another's.
func TestFilesAreBound(t *testing.T) {
	s, _ := newStore(t)
	a, err := s.Ensure("甲", time.Now())
	require.NoError(t, err)
	b, err := s.Ensure("乙", time.Now())
	require.NoError(t, err)
	raw, err := os.ReadFile(s.path(a.ID, live))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path(b.ID, live), raw, 0o600))
	clear(s.cache)
	_, err = s.ByID(b.ID)
	var damaged *DamagedError
	require.ErrorAs(t, err, &damaged)
	// A damaged key is destroyed all the same.
	require.NoError(t, s.Destroy(b.ID))
	_, err = s.ByID(b.ID)
	require.ErrorIs(t, err, ErrDestroyed)
	other, dir := newStore(t)
	require.NoError(t, os.WriteFile(other.path(a.ID, live), raw, 0o600))
	_, err = other.ByID(a.ID)
	require.ErrorAs(t, err, &damaged)
	_, err = Open(dir, []byte("q"))
	require.Error(t, err)
	require.Error(t, Create(dir, []byte("p"), 2), "not over one that is there")
}

func FuzzSubject(f *testing.F) {
	f.Add(newSubject("91630100MA75ABCD12", time.Unix(1, 0)).encode())
	two := newSubject("甲", time.Now())
	two.wraps = append(two.wraps, newWrap())
	f.Add(two.encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := decodeSubject(raw)
		if err == nil {
			require.Equal(t, raw, s.encode(), "one encoding only")
		}
	})
}

func FuzzKeyFile(f *testing.F) {
	aead, err := newGCM(make([]byte, 32))
	require.NoError(f, err)
	f.Add(sealFile(aead, subjectMagic, []byte("id"), []byte("x")))
	f.Add([]byte(subjectMagic))
	whole := sealFile(aead, subjectMagic, []byte("id"), []byte("x"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if plain, err := openFile(aead, subjectMagic, []byte("id"), raw); err == nil {
			require.Equal(t, "x", string(plain))
			require.NotEmpty(t, whole)
		}
	})
}
