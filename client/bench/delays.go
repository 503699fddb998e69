package bench

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// delays collects what each transaction took from sending to commit on the
// sender's peer, retries included: the delay of each of its commands.
type delays struct {
	mu sync.Mutex
	collected
}

type collected struct {
	each      []delay
	commands  int // accepted
	refused   int
	lastBlock uint64
}

type delay struct {
	took     time.Duration
	commands int
}

func (d *delays) add(took time.Duration, results []book.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	accepted := 0
	for _, r := range results {
		switch r.Outcome {
		case command.Accepted.String():
			accepted++
		case command.Refused.String():
			d.refused++
		}
		d.lastBlock = max(d.lastBlock, r.Block)
	}
	d.commands += accepted
	d.each = append(d.each, delay{took, len(results)})
}

// count adds a transaction that stands for so many.
func (d *delays) count(took time.Duration, commands int, block uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commands += commands
	d.each = append(d.each, delay{took, commands})
	d.lastBlock = max(d.lastBlock, block)
}

func (d *delays) all() collected {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortFunc(d.each, func(a, b delay) int { return int(a.took - b.took) })
	return d.collected
}

// percentile gives the delay in milliseconds that p percent of the commands
// did not exceed. each is sorted.
func (c collected) percentile(p int) float64 {
	total := 0
	for _, d := range c.each {
		total += d.commands
	}
	seen := 0
	for _, d := range c.each {
		if seen += d.commands; seen*100 >= total*p {
			return float64(d.took.Microseconds()) / 1000
		}
	}
	return 0
}

// timed is a writer whose deliveries are timed.
type timed struct {
	*book.Client
	delays *delays
}

var _ pipeline.Writer = timed{}

func (t timed) Deliver(ctx context.Context, b book.Batch, how book.Delivery) ([]book.Result, error) {
	begun := time.Now()
	results, err := t.Client.Deliver(ctx, b, how)
	if err == nil {
		t.delays.add(time.Since(begun), results)
	}
	return results, err
}

// Submit is Deliver with nothing said of how.
func (t timed) Submit(ctx context.Context, chaincode, lane string, commands ...command.Envelope) ([]book.Result, error) {
	return t.Deliver(ctx, book.Batch{Chaincode: chaincode, Lane: lane, Commands: commands}, book.Delivery{})
}

func (t timed) Locate(ctx context.Context, chaincode, kind string, numbers []string) ([]ledgerstate.ID, error) {
	return t.Client.Locate(ctx, chaincode, kind, numbers)
}
