package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// proven bounds how many leaves of a large log are looked at; they are spread
// over it, first and last among them.
const proven = 600

// prove has tessera's client build proofs and sumdb check them.
func prove(ctx context.Context, dir, key string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	f := client.FileFetcher{Root: dir}
	c, _, signed, err := client.FetchCheckpoint(ctx, f.ReadCheckpoint, v, v.Name())
	if err != nil {
		return err
	}
	if len(signed.Sigs) == 0 || c.Size == 0 {
		return fmt.Errorf("checkpoint of %d leaves with %d signatures", c.Size, len(signed.Sigs))
	}
	size, root := int64(c.Size), tlog.Hash(c.Hash)
	tree := tlog.Tree{N: size, Hash: root}
	// sumdb reads no tile that does not lead to the checkpoint's root.
	hashes := tlog.TileHashReader(tree, tiles{ctx, f})
	b, err := client.NewProofBuilder(ctx, c.Size, f.ReadTile)
	if err != nil {
		return err
	}
	seen := 0
	for i := uint64(0); i < c.Size; {
		bundle, err := client.GetEntryBundle(ctx, f.ReadEntryBundle, i/layout.EntryBundleWidth, c.Size)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(bundle.Entries[i%layout.EntryBundleWidth])
		built, err := b.InclusionProof(ctx, i)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(hashesOf(built), size, root, int64(i), leaf); err != nil {
			return fmt.Errorf("tessera's proof of leaf %d: %w", i, err)
		}
		own, err := tlog.ProveRecord(size, int64(i), hashes)
		if err != nil {
			return fmt.Errorf("sumdb's proof of leaf %d: %w", i, err)
		}
		if err := tlog.CheckRecord(own, size, root, int64(i), leaf); err != nil {
			return fmt.Errorf("sumdb's proof of leaf %d: %w", i, err)
		}
		old, err := tlog.TreeHash(int64(i+1), hashes)
		if err != nil {
			return err
		}
		grown, err := b.ConsistencyProof(ctx, i+1, c.Size)
		if err != nil {
			return err
		}
		if i+1 < c.Size {
			if err := tlog.CheckTree(tlog.TreeProof(hashesOf(grown)), size, root, int64(i+1), old); err != nil {
				return fmt.Errorf("tessera's proof of growth from %d: %w", i+1, err)
			}
		}
		seen++
		if i == c.Size-1 {
			break
		}
		i = min(i+1+c.Size/proven, c.Size-1)
	}
	fmt.Printf("%s: %d leaves, %d of them proven\n", v.Name(), c.Size, seen)
	return nil
}

func hashesOf(raw [][]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(raw))
	for i := range raw {
		out[i] = tlog.Hash(raw[i])
	}
	return out
}

// tiles gives sumdb the same tiles.
type tiles struct {
	ctx context.Context
	f   client.FileFetcher
}

func (tiles) Height() int { return layout.TileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(wanted))
	for i, w := range wanted {
		raw, err := t.f.ReadTile(t.ctx, uint64(w.L), uint64(w.N), uint8(w.W)) // 256 is 0: full
		if err != nil {
			return nil, err
		}
		if len(raw) < w.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %s has %d bytes", w.Path(), len(raw))
		}
		out[i] = raw[:w.W*tlog.HashSize]
	}
	return out, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// receipt reads a tlog-proof by its specification.
func receipt(path, key string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	leaf, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, checkpoint, _ := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("%s begins with %q", path, lines[0])
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") { // nothing that is authenticated
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return fmt.Errorf("%s has no index", path)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return fmt.Errorf("%s: %q is no hash", path, line)
		}
		proof = append(proof, tlog.Hash(h))
	}
	c, _, _, err := client.FetchCheckpoint(context.Background(), func(context.Context) ([]byte, error) { return checkpoint, nil }, v, v.Name())
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, int64(c.Size), tlog.Hash(c.Hash), index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	fmt.Printf("%s: leaf %d of %d, %d hashes\n", v.Name(), index, c.Size, len(proof))
	return nil
}
