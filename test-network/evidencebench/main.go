// Command evidencebench measures what an organization does with evidence in its own house, beside SHA-256 of the same
// records on one thread and tessera's POSIX driver, on one machine in one run: the log by itself, its proofs and its full
// audit, and the way of a record through the vault by stage. scripts/evidence-bench builds and runs it.
//
//	evidencebench [--records N] [--tilecheck PROGRAM] [--json] [--skip pipeline]
//
// Exit code 1 when a target of issue 6 is missed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	records := flag.Int("records", 1_000_000, "how many records")
	tilecheck := flag.String("tilecheck", "", "program of test-network/oracles that measures tessera; empty: left out")
	asJSON := flag.Bool("json", false, "print JSON")
	skip := flag.String("skip", "", "\"pipeline\": the log alone")
	flag.Parse()
	r, err := run(context.Background(), *records, *tilecheck, *skip != "pipeline")
	if err != nil {
		fmt.Fprintln(os.Stderr, "evidencebench:", err)
		os.Exit(1)
	}
	if *asJSON {
		err = json.NewEncoder(os.Stdout).Encode(r)
	} else {
		r.table(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "evidencebench:", err)
		os.Exit(1)
	}
	if missed := r.missed(); len(missed) > 0 {
		fmt.Fprintln(os.Stderr, "missed:", strings.Join(missed, "; "))
		os.Exit(1)
	}
}
