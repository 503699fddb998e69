package pipeline

import (
	"hash/fnv"
	"sort"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// pageKey names a page of aggregates.
type pageKey struct{ kind, page string }

// sharedIndex begins what stands for a shared index key among pages, whose
// names have letters and digits only.
const sharedIndex = "#"

// partition is a set of pages that take their turn together.
type partition struct {
	index int
	lanes []*queue // in order of first use
}

// queue is what of a partition waits to be sent on one lane.
type queue struct {
	lane   string
	groups map[pageKey]*group
	order  []*group // first in, first out
	count  int
	since  time.Time // when the oldest of them was queued
}

// group is the queued entries of one page, in order of Add.
type group struct {
	key   pageKey
	queue *queue
	list  []*entry
}

// usage is how transactions in flight use a page.
type usage struct {
	writers int // at most one, by the rules of forming a batch
	readers int
}

func (p *Pipeline) partitionOf(k pageKey) *partition {
	h := fnv.New32a()
	h.Write([]byte(k.kind))
	h.Write([]byte{0})
	h.Write([]byte(k.page))
	return p.partitions[int(h.Sum32())%len(p.partitions)]
}

func (pt *partition) queue(lane string) *queue {
	for _, q := range pt.lanes {
		if q.lane == lane {
			return q
		}
	}
	q := &queue{lane: lane, groups: map[pageKey]*group{}}
	pt.lanes = append(pt.lanes, q)
	return q
}

// page is where an entry's aggregate lives, or where it would be sought.
func (e *entry) page() pageKey {
	switch {
	case e.acts == nil:
		return pageKey{}
	case e.acts.id.IsZero():
		return pageKey{e.acts.key.Kind, "?" + e.acts.key.No}
	}
	return pageKey{e.acts.key.Kind, e.acts.id.Page}
}

// enqueue makes an entry ready to be sent. Births get their IDs here, so in
// the order in which they can be sent.
func (p *Pipeline) enqueue(e *entry) {
	for _, u := range e.uses {
		if u.birth && u.own() && u.agg.id.IsZero() {
			u.agg.id, u.agg.proposed = p.propose(u.agg.kind, e.company()), true
		}
	}
	key := e.page()
	q := p.partitionOf(key).queue(e.item.Lane)
	g := q.groups[key]
	if g == nil {
		g = &group{key: key, queue: q}
		q.groups[key] = g
		q.order = append(q.order, g)
	}
	at := len(g.list)
	for at > 0 && g.list[at-1].seq > e.seq {
		at--
	}
	g.list = append(g.list, nil)
	copy(g.list[at+1:], g.list[at:])
	g.list[at] = e
	e.group = g
	if q.count == 0 {
		q.since = time.Now()
		p.wakeAt(q.since.Add(p.o.MaxAge))
	}
	q.count++
	if q.count == p.o.BatchSize {
		p.kick()
	}
	if !e.queued {
		e.queued = true
		followers := e.followers
		e.followers = nil
		for _, f := range followers {
			p.release(f)
		}
	}
}

// company is the page on which the entry writes beside its births: a page of
// theirs is then used by the same transactions as that one.
func (e *entry) company() pageKey {
	for _, u := range e.uses {
		if u.birth && u.with != nil {
			return pageKey{u.with.key.Kind, u.with.id.Page}
		}
	}
	return pageKey{}
}

// pull takes the queued entries that act on an aggregate out of its group.
func (p *Pipeline) pull(agg *aggregate, g *group) []*entry {
	var pulled []*entry
	kept := g.list[:0]
	for _, e := range g.list {
		if e.acts == agg {
			e.group = nil
			pulled = append(pulled, e)
		} else {
			kept = append(kept, e)
		}
	}
	g.list = kept
	g.queue.count -= len(pulled)
	return pulled
}

// batch is a transaction being formed or in flight.
type batch struct {
	lane       string
	list       []*entry
	partitions []*partition
	writes     map[pageKey]bool
	reads      map[pageKey]bool
}

// fits reports whether an entry's pages are free of other transactions, and
// the index keys that its births share with others.
func (p *Pipeline) fits(e *entry) bool {
	for _, u := range e.uses {
		if u.index != (pageKey{}) && p.inUse[u.index] != nil {
			return false
		}
		if u.id().IsZero() {
			continue
		}
		in := p.inUse[pageKey{u.agg.key.Kind, u.id().Page}]
		if in != nil && (in.writers > 0 || (!u.reads && in.readers > 0)) {
			return false
		}
	}
	return true
}

func (b *batch) add(e *entry) {
	b.list = append(b.list, e)
	for _, u := range e.uses {
		if u.index != (pageKey{}) {
			b.writes[u.index] = true
		}
		if u.id().IsZero() {
			continue
		}
		k := pageKey{u.agg.key.Kind, u.id().Page}
		if u.reads {
			b.reads[k] = true
		} else {
			b.writes[k] = true
		}
	}
}

// take moves entries of a partition's lane into the batch until it holds n or
// more, whole pages: a page written costs more than a command. It cuts a page
// only where a batch cannot be half full otherwise.
func (p *Pipeline) take(b *batch, q *queue, n int) int {
	taken := 0
	order := q.order[:0]
	for _, g := range q.order {
		k := 0
		for len(b.list) < n && k < len(g.list) && p.fits(g.list[k]) {
			k++
		}
		if room := p.o.BatchSize - len(b.list); k > room {
			if k = 0; room > p.o.BatchSize/2 {
				k = room
			}
		}
		for _, e := range g.list[:k] {
			e.group = nil
			b.add(e)
		}
		taken += k
		if k == len(g.list) {
			delete(q.groups, g.key)
			continue
		}
		if k > 0 {
			g.list = append(g.list[:0:0], g.list[k:]...)
		}
		order = append(order, g)
	}
	clear(q.order[len(order):])
	q.order = order
	q.count -= taken
	return taken
}

// fitting counts, up to n, the entries that take would move.
func (p *Pipeline) fitting(q *queue, n int) int {
	fit := 0
	for _, g := range q.order {
		for _, e := range g.list {
			if fit == n {
				return fit
			}
			if !p.fits(e) {
				break
			}
			fit++
		}
	}
	return fit
}

// schedule sends what can be sent. The lock is held.
func (p *Pipeline) schedule() {
	now := time.Now()
	p.startLookups(now)
	for p.inFlight < p.o.InFlight {
		b := p.full()
		if b == nil {
			b = p.aged(now)
		}
		if b == nil {
			return
		}
		p.start(b)
	}
}

// alone reports whether a lane's transactions go one at a time, with one
// command on an aggregate in each. Those of joint lanes do: they all write the
// same few records of commons, which no client can tell, and commons decides
// between two looks at the book.
func alone(lane string) bool { return joint[lane] }

var joint = func() map[string]bool {
	m := map[string]bool{}
	for _, l := range command.Commons.Lanes() {
		m[l.Name] = l.Joint()
	}
	return m
}()

// waits reports whether a lane's next transaction waits for its last.
func (p *Pipeline) waits(lane string) bool { return p.flying[lane] > 0 && alone(lane) }

// full forms a batch of full size from the partition that has rested longest.
func (p *Pipeline) full() *batch {
	for _, pt := range p.ring {
		var best *queue
		for _, q := range pt.lanes {
			if p.waits(q.lane) {
				continue
			}
			// Where other transactions use most of its pages, it had better
			// wait than send little.
			if q.count >= p.o.BatchSize && (best == nil || q.since.Before(best.since)) && p.fitting(q, p.o.BatchSize) > p.o.BatchSize/2 {
				best = q
			}
		}
		if best != nil {
			b := newBatch(best.lane)
			p.take(b, best, p.o.BatchSize)
			best.since = time.Now()
			b.partitions = []*partition{pt}
			return b
		}
	}
	return nil
}

// age is what an entry waits for company. At the end nobody is to come but
// those whom the transactions in flight release.
func (p *Pipeline) age() time.Duration {
	switch {
	case !p.flushing():
		return p.o.MaxAge
	case p.inFlight == 0 && p.locating == 0:
		return 0
	}
	return p.o.MaxAge / 4
}

// patience, times MaxAge, is what a small batch waits while others are in
// flight: their end frees pages and brings followers.
const patience = 10

// ready counts, up to n, the entries of a lane that a batch could take now.
func (p *Pipeline) ready(lane string, n int) int {
	count := 0
	for _, pt := range p.ring {
		if count >= n {
			break
		}
		for _, q := range pt.lanes {
			if q.lane == lane {
				count += p.fitting(q, n-count)
			}
		}
	}
	return count
}

// aged forms a batch around the entry that has waited longest, if it has
// waited long enough. Partitions of the same lane share such a batch.
func (p *Pipeline) aged(now time.Time) *batch {
	type candidate struct {
		pt *partition
		q  *queue
	}
	var due []candidate
	total := map[string]int{}
	for _, pt := range p.ring {
		for _, q := range pt.lanes {
			if q.count == 0 || p.waits(q.lane) {
				continue
			}
			total[q.lane] += q.count
			if age := p.age(); now.Sub(q.since) < age {
				p.wakeAt(q.since.Add(age))
				continue
			}
			due = append(due, candidate{pt, q})
		}
	}
	sort.SliceStable(due, func(i, j int) bool { return due[i].q.since.Before(due[j].q.since) })
	for _, c := range due {
		share := p.share(total[c.q.lane])
		if until := c.q.since.Add(patience * p.o.MaxAge); p.inFlight > 0 && now.Before(until) && p.ready(c.q.lane, share) < share/2 {
			p.wakeAt(until)
			continue
		}
		b := newBatch(c.q.lane)
		if p.take(b, c.q, share) == 0 {
			continue
		}
		c.q.since = now
		b.partitions = []*partition{c.pt}
		for _, pt := range p.ring {
			if len(b.list) >= share {
				break
			}
			if pt == c.pt {
				continue
			}
			if q := pt.queue(c.q.lane); q.count > 0 && p.take(b, q, share) > 0 {
				q.since = now
				b.partitions = append(b.partitions, pt)
			}
		}
		return b
	}
	return nil
}

// share is how many of the entries that wait a batch takes: as few batches as
// hold them all, equally full. A small transaction costs the ledger as much as
// a full one, and those that bear into the same index keys go one after
// another however many there are.
func (p *Pipeline) share(waiting int) int {
	batches := max(1, (waiting+p.o.BatchSize-1)/p.o.BatchSize)
	return max(1, (waiting+batches-1)/batches)
}

func newBatch(lane string) *batch {
	return &batch{lane: lane, writes: map[pageKey]bool{}, reads: map[pageKey]bool{}}
}

// start sends a batch: its pages and partitions are in use until it ends.
func (p *Pipeline) start(b *batch) {
	for k := range b.writes {
		p.usage(k).writers++
	}
	for k := range b.reads {
		p.usage(k).readers++
	}
	// Page by page, within a page in order of Add.
	sort.SliceStable(b.list, func(i, j int) bool {
		a, c := b.list[i].page(), b.list[j].page()
		if a != c {
			return a.kind < c.kind || (a.kind == c.kind && a.page < c.page)
		}
		return b.list[i].seq < b.list[j].seq
	})
	p.inFlight++
	p.flying[b.lane]++
	p.senders.Add(1)
	go p.send(b)
}

func (p *Pipeline) usage(k pageKey) *usage {
	u := p.inUse[k]
	if u == nil {
		u = &usage{}
		p.inUse[k] = u
	}
	return u
}

// end frees a batch's pages and sends its partitions to the end of the ring.
func (p *Pipeline) end(b *batch) {
	drop := func(k pageKey, writer bool) {
		u := p.inUse[k]
		if writer {
			u.writers--
		} else {
			u.readers--
		}
		if u.writers == 0 && u.readers == 0 {
			delete(p.inUse, k)
		}
	}
	for k := range b.writes {
		drop(k, true)
	}
	for k := range b.reads {
		drop(k, false)
	}
	ring := p.ring[:0:0]
	for _, pt := range p.ring {
		if !contains(b.partitions, pt) {
			ring = append(ring, pt)
		}
	}
	p.ring = append(ring, b.partitions...)
	p.inFlight--
	p.flying[b.lane]--
}

func contains(list []*partition, pt *partition) bool {
	for _, x := range list {
		if x == pt {
			return true
		}
	}
	return false
}
