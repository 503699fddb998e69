package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

const (
	recordBytes = 300
	batch       = 1000 // records acknowledged together
	perSubject  = 50   // records
	proofs      = 2000 // made and verified, spread over the log
	logName     = "qxl/BenchMSP/1"
)

func passphrase() ([]byte, error) { return []byte("bench"), nil }

// record writes the i-th record; the same for all that are compared.
func record(b []byte, i int) { binary.BigEndian.PutUint64(b, uint64(i)) }

// sha is SHA-256 of n records on one thread: records a second.
func sha(n int) float64 {
	b := make([]byte, recordBytes)
	var all [sha256.Size]byte
	start := time.Now()
	for i := range n {
		record(b, i)
		sum := sha256.Sum256(b)
		all[i%len(all)] ^= sum[0]
	}
	rate := float64(n) / time.Since(start).Seconds()
	if sha256.Sum256(all[:]) == [sha256.Size]byte{} { // so that nothing of it is left out
		panic("a hash of zeros")
	}
	return rate
}

func run(ctx context.Context, n int, tilecheck string, pipeline bool) (r Report, err error) {
	r = Report{Records: n, RecordBytes: recordBytes, Batch: batch}
	dir, err := os.MkdirTemp("", "qxl-evidencebench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	var shas []float64
	measured := func(what string, f func() error) {
		if err != nil {
			return
		}
		shas = append(shas, sha(n))
		fmt.Fprintln(os.Stderr, what)
		if err = f(); err != nil {
			err = fmt.Errorf("%s: %w", what, err)
		}
	}
	measured("log", func() error { return r.log(ctx, filepath.Join(dir, "log"), n) })
	if tilecheck != "" {
		measured("tessera", func() error { return r.tessera(ctx, tilecheck, n) })
	}
	if pipeline {
		measured("pipeline", func() error { return r.pipeline(ctx, dir, n) })
	}
	shas = append(shas, sha(n))
	r.SHA256Spans = [2]float64{shas[0], shas[0]}
	for _, s := range shas {
		r.SHA256 += s / float64(len(shas))
		r.SHA256Spans = [2]float64{min(r.SHA256Spans[0], s), max(r.SHA256Spans[1], s)}
	}
	r.compare()
	return r, err
}

// entries are of records whose blobs and fields are somebody else's work.
func entries(first, n, subjects int) ([]evidencelog.Entry, error) {
	out := make([]evidencelog.Entry, n)
	b := make([]byte, recordBytes)
	for i := range out {
		record(b, first+i)
		digest := sha256.Sum256(b)
		mh, err := multihash.Encode(digest[:], multihash.SHA2_256)
		if err != nil {
			return nil, err
		}
		subject := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64((first+i)%subjects)))
		out[i] = evidencelog.Entry{Kind: evidencelog.KindRecord, Subject: subject, CID: cid.NewCidV1(cid.Raw, mh), FieldRoot: digest, Schema: "contract/1"}
	}
	return out, nil
}

func openLog(dir string) (*evidencelog.Log, error) {
	o := evidencelog.Options{WorkFactor: 1, Passphrase: passphrase}
	if err := evidencelog.Create(dir, logName, o); err != nil {
		return nil, err
	}
	return evidencelog.Open(dir, o)
}

// log measures appending, proofs and the audit of one log.
func (r *Report) log(ctx context.Context, dir string, n int) (err error) {
	l, err := openLog(dir)
	if err != nil {
		return err
	}
	defer func() {
		if c := l.Close(); err == nil {
			err = c
		}
	}()
	var took time.Duration
	for first := 0; first < n; first += batch {
		made, err := entries(first, min(batch, n-first), max(1, n/perSubject))
		if err != nil {
			return err
		}
		start := time.Now()
		if _, err := l.Append(ctx, made); err != nil {
			return err
		}
		took += time.Since(start)
	}
	r.Append = float64(n) / took.Seconds()
	c, signed := l.Checkpoint()
	start := time.Now()
	report, err := l.Verify(ctx, evidencelog.Expect{Size: c.Size, Root: c.Root})
	if err != nil {
		return err
	}
	r.Audit = float64(n) / time.Since(start).Seconds()
	if len(report.Findings) > 0 {
		return fmt.Errorf("the audit found %d things in a log just written", len(report.Findings))
	}
	return r.prove(l, c, signed)
}

func (r *Report) prove(l *evidencelog.Log, c evidencelog.Checkpoint, signed []byte) error {
	made := make([]evidencelog.Receipt, proofs)
	start := time.Now()
	for i := range made {
		var err error
		if made[i], err = l.Prove(uint64(i) * 7919 % c.Size); err != nil {
			return err
		}
	}
	r.Proof.Make = float64(time.Since(start).Microseconds()) / proofs
	start = time.Now()
	for i := range made {
		if err := evidencelog.VerifyInclusion(c, made[i].Seq, made[i].LeafHash, made[i].Proof); err != nil {
			return err
		}
		r.Proof.Hashes = max(r.Proof.Hashes, len(made[i].Proof))
	}
	r.Proof.Verify = float64(time.Since(start).Nanoseconds()) / proofs / 1000
	return nil
}

func (r *Report) tessera(ctx context.Context, program string, n int) error {
	cmd := exec.CommandContext(ctx, program, "bench", strconv.Itoa(n), strconv.Itoa(recordBytes))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	return json.Unmarshal(out, &r.Tessera)
}
