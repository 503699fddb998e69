package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
)

// Defaults. On a network of 4 orderers and 6 peers they gave 7,400 commands a
// second on two cores without a mismatch (docs/performance.md).
const (
	// DefaultBatchSize: a transaction costs about 50 ms of CPU over all
	// processes besides its commands, so that 1,000 commands in one cost a
	// tenth less than in two; above, latency grows and not throughput.
	DefaultBatchSize = 1000
	// DefaultMaxAge is what a lone command may wait for company: short beside
	// a commit.
	DefaultMaxAge = 100 * time.Millisecond
	// DefaultPartitions times pages is what can be in flight at once; three
	// times InFlight, so that a partition rests two commits before it is
	// asked again.
	DefaultPartitions = 12
	// DefaultInFlight keeps endorsers, orderers and committers busy at once.
	DefaultInFlight = 4
	// DefaultPushback is how far Add may run ahead of the ledger. Enough for
	// full pages: a file in no order of loans finds its pages' companions
	// within it.
	DefaultPushback = 32768
)

// Writer is what the pipeline writes through; *book.Client is one.
type Writer interface {
	Deliver(ctx context.Context, b book.Batch, how book.Delivery) ([]book.Result, error)
	Locate(ctx context.Context, chaincode, kind string, numbers []string) ([]ledgerstate.ID, error)
}

// Options configure a pipeline. Zero values are the defaults.
type Options struct {
	Writer    Writer
	Chaincode string // "commons" or "book-<bank>", the book for joint lanes too

	BatchSize  int           // commands in a transaction
	MaxAge     time.Duration // how long a command waits for company
	Partitions int
	InFlight   int // transactions at once
	Pushback   int // items added and not yet decided

	// Settle is how long a transaction of unknown fate is looked up before it
	// is sent again; 0 is book.SettleTime.
	Settle time.Duration
	// Progress is called after each transaction, never twice at once. It may
	// be nil and must not call the pipeline.
	Progress func(Progress)
	// Notice is called when the pipeline pauses because the ledger does not
	// answer, and when it goes on. The same conditions hold.
	Notice func(Notice)
}

func (o *Options) complete() error {
	set := func(name string, v *int, standard, most int) error {
		if *v == 0 {
			*v = standard
		}
		if *v < 1 || *v > most {
			return fmt.Errorf("pipeline: %s is %d, limit 1 to %d", name, *v, most)
		}
		return nil
	}
	if o.Writer == nil || o.Chaincode == "" {
		return fmt.Errorf("pipeline: writer or chaincode is missing")
	}
	if o.MaxAge == 0 {
		o.MaxAge = DefaultMaxAge
	}
	for _, err := range []error{
		set("batch size", &o.BatchSize, DefaultBatchSize, command.MaxBatch),
		set("partitions", &o.Partitions, DefaultPartitions, 1024),
		set("in flight", &o.InFlight, DefaultInFlight, 256),
		set("pushback", &o.Pushback, DefaultPushback, 1<<24),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Progress counts items and transactions.
type Progress struct {
	Added        int
	Decided      int // have a result or an error
	Accepted     int
	Already      int // already applied by an earlier run
	Refused      int
	Failed       int // the ledger has not decided them
	Transactions int // committed
	InFlight     int // now
	Retried      int // attempts that failed and were repeated
	Mismatches   int // of these: endorsers disagreed for a moment
}

// Notice tells that the pipeline pauses or goes on.
type Notice struct {
	Paused bool
	Since  time.Time
	Err    error // what the ledger last said; nil when it goes on
	Zh, En string
}
