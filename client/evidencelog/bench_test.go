package evidencelog

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Sizes of what is measured; QXL_BENCH_LEAVES makes it shorter.
const (
	recordBytes  = 300
	perSubject   = 50
	appendsBatch = 1000
)

func benchLeaves(b *testing.B) int {
	if text := os.Getenv("QXL_BENCH_LEAVES"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(b, err)
		return n
	}
	return 1_000_000
}

// baseline is SHA-256 of n records on one thread, in the same run: records/s.
func baseline(n int) float64 {
	record := make([]byte, recordBytes)
	var sink byte
	start := time.Now()
	for i := range n {
		binary.BigEndian.PutUint64(record, uint64(i))
		sum := sha256.Sum256(record)
		sink ^= sum[0]
	}
	took := time.Since(start).Seconds()
	if sink == 1 {
		fmt.Fprint(os.Stderr)
	}
	return float64(n) / took
}

// filled appends n records in batches and gives the time that appending took.
// Entries are made beforehand, batch by batch: they are the caller's.
func filled(b *testing.B, n int) (*Log, time.Duration) {
	l, _ := newLog(b)
	l.o.indexEvery = indexEvery
	var took time.Duration
	for first := 0; first < n; first += appendsBatch {
		entries := records(first, min(appendsBatch, n-first), max(1, n/perSubject))
		start := time.Now()
		_, err := l.Append(context.Background(), entries)
		took += time.Since(start)
		require.NoError(b, err)
	}
	return l, took
}

// BenchmarkLog is the log's own part of issue 6: a million records of 300
// bytes, as prebuilt entries in batches of 1,000, each batch synced and under a
// signed checkpoint; then the full audit. Metrics ending in /sha are ratios to
// SHA-256 of the same records on one thread in the same run.
func BenchmarkLog(b *testing.B) {
	n := benchLeaves(b)
	for b.Loop() {
		sha := baseline(n)
		l, took := filled(b, n)
		rate := float64(n) / took.Seconds()
		c, _ := l.Checkpoint()
		start := time.Now()
		r, err := l.Verify(context.Background(), Expect{Size: c.Size, Root: c.Root})
		audit := float64(n) / time.Since(start).Seconds()
		require.NoError(b, err)
		require.Empty(b, r.Findings)
		after := baseline(n)
		sha = (sha + after) / 2
		b.ReportMetric(sha, "sha256/s")
		b.ReportMetric(rate, "append/s")
		b.ReportMetric(rate/sha, "append/sha")
		b.ReportMetric(audit, "audit/s")
		b.ReportMetric(audit/sha, "audit/sha")
		require.NoError(b, l.Close())
	}
}

// BenchmarkProof is of a log of a million leaves: hashes in a proof of
// inclusion, making one, verifying one; a signature is not among it.
func BenchmarkProof(b *testing.B) {
	n := benchLeaves(b)
	l, _ := filled(b, n)
	c, _ := l.Checkpoint()
	seqs := func(i int) uint64 { return uint64(i) * 7919 % uint64(n) }
	longest := 0
	b.Run("make", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			hashes, err := l.inclusion(seqs(i), c.Size)
			if err != nil {
				b.Fatal(err)
			}
			longest = max(longest, len(hashes))
		}
		b.ReportMetric(float64(longest), "hashes")
	})
	b.Run("verify", func(b *testing.B) {
		type proven struct {
			seq    uint64
			leaf   Hash
			hashes []Hash
		}
		var made []proven
		for i := range 500 {
			seq := seqs(i)
			_, leaf, err := l.readLeaf(seq)
			require.NoError(b, err)
			hashes, err := l.inclusion(seq, c.Size)
			require.NoError(b, err)
			made = append(made, proven{seq, leaf, hashes})
		}
		for i := 0; b.Loop(); i++ {
			p := made[i%len(made)]
			if err := VerifyInclusion(c, p.seq, p.leaf, p.hashes); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("consistency", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := l.Consistency(seqs(i), c.Size); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLeaf(b *testing.B) {
	leaf := Leaf{Entry: records(7, 1, 10)[0], Seq: 7, SubjectSeq: 2, SubjectPrev: Hash{1}}
	raw, err := leaf.Encode()
	require.NoError(b, err)
	b.Logf("%d bytes", len(raw))
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			if _, err := leaf.Encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := DecodeLeaf(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hash", func(b *testing.B) {
		for b.Loop() {
			hashLeaf(raw)
		}
	})
}
