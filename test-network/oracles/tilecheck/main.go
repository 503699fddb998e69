// Command tilecheck is what others' tools say of an exported evidence log: a
// folder of C2SP tlog-tiles. It knows nothing of what our leaves hold.
//
//	tilecheck prove DIR KEY      tessera's client builds proofs from the tiles, golang.org/x/mod/sumdb
//	                             checks them, the checkpoint's note and the tiles themselves
//	tilecheck fsck DIR KEY       tessera's fsck, ended once it has found something:
//	                             by itself it may wait for ever then (tessera#1098)
//	tilecheck receipt FILE KEY   sumdb checks a C2SP tlog-proof; the leaf's bytes are on standard input
//	tilecheck bench N BYTES      tessera's POSIX driver on N records, in batches of 256 and of 1,024
//
// KEY is a verifier key of C2SP signed-note. What is in order prints one line,
// of JSON for bench; what is not ends with exit code 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/klog/v2"
)

func main() {
	klog.InitFlags(nil)
	_ = flag.Set("logtostderr", "false") // what is wrong comes back as an error
	_ = flag.Set("stderrthreshold", "FATAL")
	klog.SetOutput(io.Discard)
	ctx := context.Background()
	err := errors.New("usage: tilecheck prove|fsck DIR KEY | receipt FILE KEY | bench N BYTES")
	if a := os.Args[1:]; len(a) == 3 {
		switch a[0] {
		case "prove":
			err = prove(ctx, a[1], a[2])
		case "fsck":
			err = check(ctx, a[1], a[2])
		case "receipt":
			err = receipt(a[1], a[2])
		case "bench":
			err = bench(ctx, a[1], a[2])
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tilecheck:", err)
		os.Exit(1)
	}
}
