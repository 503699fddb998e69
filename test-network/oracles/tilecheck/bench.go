package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// Result is what one setting reached. A record counts when its future says
// where it stands, which the driver does once it is on the disk and in the tree.
type Result struct {
	Batch   uint    `json:"batch"`
	Records int     `json:"records"`
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"records_per_second"`
}

// inFlight is how many batches' futures are waited for at once.
const inFlight = 8

func bench(ctx context.Context, count, length string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	size, err := strconv.Atoi(length)
	if err != nil || size < 8 {
		return strconv.ErrRange
	}
	var results []Result
	for _, s := range []struct {
		batch uint
		age   time.Duration
	}{{256, 50 * time.Millisecond}, {1024, 100 * time.Millisecond}} {
		r, err := fill(ctx, n, size, s.batch, s.age)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	return json.NewEncoder(os.Stdout).Encode(results)
}

func fill(ctx context.Context, n, size int, batch uint, age time.Duration) (Result, error) {
	dir, err := os.MkdirTemp("", "tilecheck-bench-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	private, _, err := note.GenerateKey(rand.Reader, "bench")
	if err != nil {
		return Result{}, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return Result{}, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return Result{}, err
	}
	o := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(batch, age).WithPushback(2 * inFlight * batch).WithCheckpointInterval(time.Second)
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, o)
	if err != nil {
		return Result{}, err
	}
	waiting := make(chan tessera.IndexFuture, inFlight*batch)
	start := time.Now()
	go func() {
		defer close(waiting)
		for i := range n {
			record := make([]byte, size)
			binary.BigEndian.PutUint64(record, uint64(i))
			waiting <- appender.Add(ctx, tessera.NewEntry(record))
		}
	}()
	for f := range waiting {
		if _, err := f(); err != nil {
			return Result{}, err
		}
	}
	took := time.Since(start).Seconds()
	return Result{batch, n, took, float64(n) / took}, shutdown(ctx)
}
