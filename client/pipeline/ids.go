package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// pageNameLength: 13 characters of 36 are 67 random bits, so that no two
// pages of a book meet, and nothing can be read from a name.
const pageNameLength = 13

const nameAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// newPageName draws a page name.
func newPageName() string {
	name := make([]byte, 0, pageNameLength)
	var random [2 * pageNameLength]byte
	for len(name) < pageNameLength {
		rand.Read(random[:]) // never fails
		for _, b := range random {
			// 252 is the largest multiple of 36: every letter is as likely.
			if b < 252 && len(name) < pageNameLength {
				name = append(name, nameAlphabet[b%36])
			}
		}
	}
	return string(name)
}

// openPage is the page that a kind's next births go to, those in the company
// of one other page.
type openPage struct {
	name string
	next int
}

// opener names an open page.
type opener struct {
	kind    string
	company pageKey
}

// propose draws an ID for a birth: the next slot of an open page, or the first
// one of a new page, which belongs to the next partition in turn. So what is
// born together lies together, and births keep all partitions busy.
func (p *Pipeline) propose(k Kind, company pageKey) ledgerstate.ID {
	of := opener{k.Code, company}
	o := p.open[of]
	if o == nil {
		o = &openPage{next: k.Slots}
		p.open[of] = o
	}
	if o.next >= k.Slots {
		o.name, o.next = newPageName(), 0
		for p.partitionOf(pageKey{k.Code, o.name}).index != p.turn[k.Code] {
			o.name = newPageName()
		}
		p.turn[k.Code] = (p.turn[k.Code] + 1) % len(p.partitions)
	}
	id := ledgerstate.ID{Page: o.name, Slot: uint8(o.next)}
	if o.next++; o.next >= k.Slots && company != (pageKey{}) {
		delete(p.open, of) // one that has company fills once
	}
	return id
}

// lookup is the natural keys of one kind that wait to be located.
type lookup struct {
	list  []*aggregate
	since time.Time
}

// locating is how many lookups run at once.
const locating = 2

// wantID puts an aggregate on the list of those to be located.
func (p *Pipeline) wantID(agg *aggregate) {
	l := p.lookups[agg.key.Kind]
	if l == nil {
		l = &lookup{}
		p.lookups[agg.key.Kind] = l
		p.lookupOrder = append(p.lookupOrder, agg.key.Kind)
	}
	if len(l.list) == 0 {
		l.since = time.Now()
		p.wakeAt(l.since.Add(p.lookupAge()))
	}
	l.list = append(l.list, agg)
	if len(l.list) == book.LocateChunk {
		p.kick()
	}
}

// lookupAge is what a lookup waits for company.
func (p *Pipeline) lookupAge() time.Duration { return p.o.MaxAge / 4 }

// startLookups asks the ledger for IDs, a thousand a call.
func (p *Pipeline) startLookups(now time.Time) {
	for _, kind := range p.lookupOrder {
		l := p.lookups[kind]
		for len(l.list) > 0 && p.locating < locating {
			if len(l.list) < book.LocateChunk && !p.flushing() && now.Sub(l.since) < p.lookupAge() {
				p.wakeAt(l.since.Add(p.lookupAge()))
				break
			}
			n := min(len(l.list), book.LocateChunk)
			chunk := l.list[:n:n]
			l.list, l.since = l.list[n:], now
			p.locating++
			p.senders.Add(1)
			go p.locate(kind, chunk)
		}
	}
}

func (p *Pipeline) locate(kind string, chunk []*aggregate) {
	defer p.senders.Done()
	numbers := make([]string, len(chunk))
	for i, agg := range chunk {
		numbers[i] = agg.key.No
	}
	ids, err := p.find(kind, numbers)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.locating--
	for i, agg := range chunk {
		waiting := agg.waiting
		agg.waiting = nil
		if err == nil {
			agg.located = true
			if agg.id.IsZero() {
				agg.id = ids[i]
			}
		}
		for _, e := range waiting {
			if err != nil && e.poison == nil {
				e.poison = err
			}
			p.release(e)
		}
	}
	p.kick()
}

// find asks the ledger for IDs until it answers.
func (p *Pipeline) find(kind string, numbers []string) (ids []ledgerstate.ID, err error) {
	err = p.Patiently(func(ctx context.Context) (err error) {
		ids, err = p.o.Writer.Locate(ctx, p.o.Chaincode, kind, numbers)
		return err
	})
	return ids, err
}

// Patiently asks the ledger something and bears one that does not answer as
// the pipeline does: it says so, and goes on by itself.
func (p *Pipeline) Patiently(ask func(context.Context) error) error {
	pause := book.RetryPause
	var since time.Time
	for {
		err := ask(p.ctx)
		if err == nil {
			if !since.IsZero() {
				p.trouble(book.Trouble{})
			}
			return nil
		}
		var e *ledger.Error
		if !errors.As(err, &e) || !e.Retry || p.ctx.Err() != nil {
			return err
		}
		if since.IsZero() {
			since = time.Now()
		}
		p.trouble(book.Trouble{Err: err, Since: since, Next: pause})
		if err := pauseFor(p.ctx, pause); err != nil {
			return err
		}
		pause = min(pause*3/2, book.MaxRetryPause)
	}
}

func pauseFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
