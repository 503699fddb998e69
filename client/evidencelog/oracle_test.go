package evidencelog

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestOthersReadOurLog has others' tools judge what we export: tessera's client
// and fsck the tiles, entry bundles and checkpoint, sumdb's note and tlog the
// checkpoints, proofs and receipts. It is a program of a module of its own, so
// that their dependencies are not ours.
func TestOthersReadOurLog(t *testing.T) {
	ctx := context.Background()
	check := buildTilecheck(t)
	for _, n := range []int{1, 300, 66_300} { // one tile, some, three levels
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			l, _ := newLog(t)
			for first := 0; first < n; first += 5000 {
				_, err := l.Append(ctx, records(first, min(5000, n-first), 97))
				require.NoError(t, err)
			}
			if n > 1 { // two signatures over one checkpoint, and a leaf more
				_, err := l.Rotate(ctx)
				require.NoError(t, err)
			}
			dir := filepath.Join(t.TempDir(), "export")
			c, err := l.Export(ctx, dir)
			require.NoError(t, err)
			_, key := l.Verifier()

			said, err := check(nil, "prove", dir, key)
			require.NoError(t, err)
			require.Contains(t, said, fmt.Sprintf("%s: %d leaves", testLog, c.Size))
			said, err = check(nil, "fsck", dir, key)
			require.NoError(t, err)
			require.Contains(t, said, "Successfully fsck'd")

			for _, seq := range []uint64{0, c.Size / 2, c.Size - 1} {
				r, err := l.Prove(seq)
				require.NoError(t, err)
				text, err := r.MarshalText()
				require.NoError(t, err)
				file := filepath.Join(t.TempDir(), "receipt")
				require.NoError(t, os.WriteFile(file, text, 0o600))
				said, err := check(r.Leaf, "receipt", file, key)
				require.NoError(t, err)
				require.Contains(t, said, fmt.Sprintf("leaf %d of %d", seq, c.Size))
				_, err = check(flipped(r.Leaf), "receipt", file, key)
				require.Error(t, err, "a leaf with a bit flipped")
			}
			if n == 1 {
				return
			}
			other, _ := newLog(t)
			_, foreign := other.Verifier()
			_, err = check(nil, "prove", dir, foreign)
			require.Error(t, err, "another log's key")
			for _, file := range []string{"checkpoint", "tile/0/000", "tile/0/*.p/*", "tile/1/*.p/*", "tile/entries/000", "tile/entries/*.p/*"} {
				paths, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(file)))
				require.NoError(t, err)
				require.NotEmpty(t, paths, file)
				good, err := os.ReadFile(paths[0])
				require.NoError(t, err)
				bad := flipped(good)
				if file == "checkpoint" { // of the two signatures the old key's is nobody's business
					body, rest, _ := bytes.Cut(good, []byte("\n\n"))
					bad = slices.Concat(flipped(body), []byte("\n\n"), rest)
				}
				require.NoError(t, os.WriteFile(paths[0], bad, 0o644))
				_, err = check(nil, "fsck", dir, key)
				require.Error(t, err, "fsck of %s with a bit flipped", file)
				require.NoError(t, os.WriteFile(paths[0], good, 0o644))
			}
			_, err = check(nil, "fsck", dir, key)
			require.NoError(t, err)
		})
	}
}

// flipped is a copy with one bit changed.
func flipped(b []byte) []byte {
	b = bytes.Clone(b)
	b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
	return b
}

// buildTilecheck builds the program and gives a way to run it. It is ended
// after a minute, which counts as a finding: fsck is known to wait for ever.
func buildTilecheck(t *testing.T) func(stdin []byte, args ...string) (string, error) {
	program := filepath.Join(t.TempDir(), "tilecheck")
	build := exec.Command("go", "build", "-C", "../../test-network/oracles", "-trimpath", "-o", program, "./tilecheck")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return func(stdin []byte, args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var out, errw bytes.Buffer
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errw
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("%w: %s", err, errw.String())
		}
		return out.String(), nil
	}
}
