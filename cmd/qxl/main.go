// Command qxl is the one program of the Qingxinlian 青信链 credit ledger: it
// starts the consortium, takes banks' day files, shows loans, and is itself
// the chaincode process that endorses. One file holds one verb.
//
// Standard output carries results only; everything else goes to standard
// error. With --json, at any position, standard output is one JSON document.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
