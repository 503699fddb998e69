package main

import (
	"context"
	"fmt"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

// check runs tessera's fsck. One that has found a tile to be wrong may wait for
// ever to say so, but shows it among its ranges.
func check(ctx context.Context, dir, key string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	f := fsck.New(v.Name(), v, &client.FileFetcher{Root: dir}, leafHashes, fsck.Opts{N: 2})
	ended := make(chan error, 1)
	go func() { ended <- f.Check(ctx) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if err == nil {
				fmt.Println("Successfully fsck'd")
			}
			return err
		case <-tick.C:
			if s := f.Status(); wrong(s) {
				return fmt.Errorf("fsck found:\n%s", s)
			}
		}
	}
}

func wrong(s fsck.Status) bool {
	for _, level := range append(s.TileRanges, s.EntryRanges) {
		for _, r := range level {
			if r.State == fsck.Invalid || r.State == fsck.FetchError {
				return true
			}
		}
	}
	return false
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, len(b.Entries))
	for i, e := range b.Entries {
		hashes[i] = rfc6962.DefaultHasher.HashLeaf(e)
	}
	return hashes, nil
}
