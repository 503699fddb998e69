package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Errors of Add.
var (
	// ErrPushback: as many items as allowed wait for the ledger. Try again
	// later, or use Add, which waits.
	ErrPushback = errors.New("pipeline: the ledger is behind, try again later")
	// ErrClosed: the pipeline takes no more items.
	ErrClosed = errors.New("pipeline: closed")
)

// Pipeline posts items to one chaincode as one person. All methods may be
// used concurrently.
type Pipeline struct {
	o       Options
	ctx     context.Context
	stop    context.CancelFunc
	wake    chan struct{}
	senders sync.WaitGroup
	ended   chan struct{}

	mu          sync.Mutex
	room        *sync.Cond // an item was decided
	seq         uint64
	closing     bool
	flush       int // callers of Flush waiting
	aggregates  map[Key]*aggregate
	open        map[opener]*openPage
	turn        map[string]int // of a kind: partition of its next page
	lookups     map[string]*lookup
	lookupOrder []string
	locating    int
	partitions  []*partition
	ring        []*partition // the one that has rested longest first
	inUse       map[pageKey]*usage
	inFlight    int
	flying      map[string]int // of a lane
	undecided   map[*entry]struct{}
	deadline    time.Time // when the scheduler wakes by itself
	progress    Progress

	watch watch
}

// New starts a pipeline. It works until Close, or until ctx ends: then items
// that are not decided get an error that says so.
func New(ctx context.Context, o Options) (*Pipeline, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	p := &Pipeline{o: o, wake: make(chan struct{}, 1), ended: make(chan struct{}),
		aggregates: map[Key]*aggregate{}, open: map[opener]*openPage{}, turn: map[string]int{}, lookups: map[string]*lookup{},
		inUse: map[pageKey]*usage{}, flying: map[string]int{}, undecided: map[*entry]struct{}{}}
	p.ctx, p.stop = context.WithCancel(ctx)
	p.room = sync.NewCond(&p.mu)
	for i := range o.Partitions {
		p.partitions = append(p.partitions, &partition{index: i})
	}
	p.ring = append(p.ring, p.partitions...)
	go p.run()
	return p, nil
}

// Add puts an item on its way and returns at once, or as soon as fewer than
// Pushback items are undecided.
//
//   - Content and its references MUST NOT be used by the caller before the
//     future is done: the pipeline sets IDs in it.
//   - Each Ref.At MUST point into this item's Content, and MUST NOT be shared
//     by two items.
//   - Items whose order matters MUST be added in that order, by one goroutine
//     or by several that agree; items that share no aggregate MUST NOT count
//     on any order unless the later one names it in After.
//   - An item MUST NOT be taken for recorded before its future says so. After
//     an error the same item may be added again, also by another process.
func (p *Pipeline) Add(ctx context.Context, item Item) (*Future, error) {
	return p.add(ctx, item, true)
}

// TryAdd is Add that gives ErrPushback instead of waiting.
func (p *Pipeline) TryAdd(item Item) (*Future, error) {
	return p.add(context.Background(), item, false)
}

func (p *Pipeline) add(ctx context.Context, item Item, wait bool) (*Future, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait && len(p.undecided) >= p.o.Pushback {
		stop := context.AfterFunc(ctx, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.room.Broadcast()
		})
		defer stop()
	}
	for len(p.undecided) >= p.o.Pushback && !p.closing && p.ctx.Err() == nil && ctx.Err() == nil {
		if !wait {
			return nil, ErrPushback
		}
		p.room.Wait()
	}
	switch {
	case p.closing:
		return nil, ErrClosed
	case p.ctx.Err() != nil:
		return nil, p.ctx.Err()
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	p.seq++
	// waits starts at one, so that nothing is queued before all is known.
	e := &entry{seq: p.seq, item: item, added: time.Now(), future: &Future{done: make(chan struct{})}, waits: 1}
	if err := check(item); err != nil {
		return nil, err
	}
	p.undecided[e] = struct{}{}
	p.progress.Added++
	p.register(e)
	p.release(e)
	return e.future, nil
}

// Flush sends what waits for company and returns when everything added
// before is decided.
func (p *Pipeline) Flush(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.room.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flush++
	defer func() { p.flush-- }()
	p.kick()
	last := p.seq
	for p.oldest() <= last && ctx.Err() == nil {
		p.room.Wait()
	}
	return ctx.Err()
}

// oldest is the number of the oldest undecided item.
func (p *Pipeline) oldest() uint64 {
	oldest := p.seq + 1
	for e := range p.undecided {
		oldest = min(oldest, e.seq)
	}
	return oldest
}

// flushing reports whether somebody waits for everything.
func (p *Pipeline) flushing() bool { return p.closing || p.flush > 0 }

// Close takes no more items and returns when all are decided, or when ctx
// ends, after which the rest gets an error.
func (p *Pipeline) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closing = true
	p.room.Broadcast()
	p.mu.Unlock()
	err := errors.Join(p.Flush(ctx), p.ctx.Err())
	p.stop()
	<-p.ended
	return err
}

// Progress gives the counts of now.
func (p *Pipeline) Progress() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts()
}

func (p *Pipeline) counts() Progress {
	c := p.progress
	c.InFlight = p.inFlight
	c.Retried, c.Mismatches = p.watch.counts()
	return c
}

// kick wakes the scheduler.
func (p *Pipeline) kick() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// wakeAt makes the scheduler look again at a time.
func (p *Pipeline) wakeAt(t time.Time) {
	if p.deadline.IsZero() || t.Before(p.deadline) {
		p.deadline = t
		p.kick()
	}
}

// run is the scheduler.
func (p *Pipeline) run() {
	defer close(p.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-p.wake:
		case <-timer.C:
		case <-p.ctx.Done():
			p.senders.Wait()
			p.abandon()
			return
		}
		p.mu.Lock()
		now := time.Now()
		if !p.deadline.IsZero() && !p.deadline.After(now) {
			p.deadline = time.Time{}
		}
		if p.ctx.Err() == nil {
			p.schedule()
		}
		next := time.Hour
		if !p.deadline.IsZero() {
			next = max(time.Until(p.deadline), 0)
		}
		p.mu.Unlock()
		timer.Reset(next)
	}
}

// abandon decides what is left after the end.
func (p *Pipeline) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest := make([]*entry, 0, len(p.undecided))
	for e := range p.undecided {
		rest = append(rest, e)
	}
	bySeq(rest)
	for _, e := range rest {
		p.decide(e, Result{}, p.ctx.Err())
	}
	p.room.Broadcast()
}
