// Command qxl-fabsdk posts commands to the ledger and asks it, for members
// whose systems hold a connection profile of fabric-sdk-go. It is a program
// apart from qxl because fabric-sdk-go and the gateway's client register the
// same protobuf messages and cannot share a binary: see client/fabsdk.
//
// Standard output carries results only; everything else goes to standard
// error. With --json, at any position, standard output is one JSON document.
// Exit codes: 0 done, 1 refused by a rule, 2 wrong usage or input,
// 3 infrastructure.
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
