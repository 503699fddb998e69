package blob_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/vault/blob"
)

// TestOthersReadOurBlobs has a program of other people's libraries read our
// exports and compute our CIDs. It is a module of its own, so that their
// dependencies are not ours.
func TestOthersReadOurBlobs(t *testing.T) {
	dir := t.TempDir()
	carcat := filepath.Join(dir, "carcat")
	build := exec.Command("go", "build", "-C", "../../../test-network/oracles", "-trimpath", "-o", carcat, "./carcat")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := func(args ...string) (string, error) {
		var out, errw bytes.Buffer
		cmd := exec.Command(carcat, args...)
		cmd.Stdout, cmd.Stderr = &out, &errw
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("%w: %s", err, errw.String())
		}
		return out.String(), nil
	}
	for _, n := range []int{300, blob.BlockSize, 7*blob.BlockSize + 123} {
		s, root, raw := car(t, n)
		var cipher bytes.Buffer
		for _, c := range s.leaves {
			cipher.Write(s.blocks[c])
		}
		path := filepath.Join(dir, fmt.Sprint(n, ".car"))
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		got, err := run("cat", path)
		require.NoError(t, err)
		require.True(t, got == cipher.String(), "%d bytes: the ciphertext is what others read", n)
		file := filepath.Join(dir, "cipher")
		require.NoError(t, os.WriteFile(file, cipher.Bytes(), 0o600))
		got, err = run("cid", fmt.Sprint(blob.BlockSize), file)
		require.NoError(t, err)
		require.Equal(t, root.String(), strings.TrimSpace(got))
		// And it can fail: a changed block, which we would not export.
		raw[len(raw)-1] ^= 1
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		_, err = run("cat", path)
		require.Error(t, err)
	}
	// Trees of several depths, with leaves of 16 bytes.
	for _, n := range []int{2, 1024, 1025, 2 * 1024, 5000, 1024*1024 + 3} {
		text := random(16 * n)
		var leaves [][]byte
		for i := range n {
			leaves = append(leaves, text[16*i:16*i+16])
		}
		root, err := blob.Tree(leaves, func(blob.Block) error { return context.Background().Err() })
		require.NoError(t, err)
		file := filepath.Join(dir, "leaves")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		got, err := run("cid", "16", file)
		require.NoError(t, err)
		require.Equal(t, root.String(), strings.TrimSpace(got), "%d leaves", n)
	}
}
