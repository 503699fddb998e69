package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// answer is what became of one entry of a batch.
type answer struct {
	result book.Result
	err    error
	// found are the ledger's IDs of births that an earlier run had applied.
	found map[*aggregate]ledgerstate.ID
}

// send takes a batch to the ledger, whatever it takes, and settles its
// entries.
func (p *Pipeline) send(b *batch) {
	defer p.senders.Done()
	answers := make([]answer, len(b.list))
	envelopes := p.encode(b, answers)
	p.deliver(b, envelopes, answers, 0, len(b.list))
	p.confirm(b, answers)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(b)
	p.settle(b, answers)
	p.report()
	p.kick()
}

// encode fills the IDs in and encodes the commands.
func (p *Pipeline) encode(b *batch, answers []answer) []command.Envelope {
	// Aggregates of a batch in flight do not change: IDs are read without
	// the lock only for those that no locate and no other batch touches.
	p.mu.Lock()
	for _, e := range b.list {
		for _, u := range e.uses {
			if u.own() {
				u.at.ID = u.agg.id
			}
		}
	}
	p.mu.Unlock()
	envelopes := make([]command.Envelope, len(b.list))
	for i, e := range b.list {
		raw, err := json.Marshal(e.item.Content)
		if err != nil {
			answers[i].err = fmt.Errorf("content of %s: %w", e.item.Command, err)
		}
		envelopes[i] = command.Envelope{Name: e.item.Command, Content: raw}
	}
	return envelopes
}

// poisonous are the codes of a whole transaction's failure that one of its
// commands may have caused: a batch is divided until that one stands alone.
var poisonous = map[string]bool{
	"CHAINCODE_PANIC": true, "CHAINCODE_REFUSED": true, "STATE_CORRUPT": true, "SCHEMA_UNKNOWN": true,
	"SLOT_RANGE": true, "MALFORMED": true, "OTHER": true, "JOINT_FACTS_CHANGED": true, "JOINT_REFUSED_LATE": true,
}

// deliver posts the entries from..to as one transaction, or as more if one of
// them makes the whole fail. Entries with an error already, and later ones on
// the same aggregate, are left out.
func (p *Pipeline) deliver(b *batch, envelopes []command.Envelope, answers []answer, from, to int) {
	var which []int
	var list []command.Envelope
	failed := map[*aggregate]error{}
	for i := 0; i < to; i++ {
		e := b.list[i]
		if err := failed[e.acts]; err != nil && e.acts != nil && answers[i].err == nil {
			answers[i].err = fmt.Errorf("not sent, since an earlier command on the same record was not decided: %w", err)
		}
		if err := answers[i].err; err != nil {
			if failed[e.acts] == nil {
				failed[e.acts] = err
			}
			continue
		}
		if i >= from {
			which, list = append(which, i), append(list, envelopes[i])
		}
	}
	if len(which) == 0 {
		return
	}
	results, err := p.o.Writer.Deliver(p.ctx, book.Batch{Chaincode: p.o.Chaincode, Lane: b.lane, Commands: list},
		book.Delivery{Patience: book.Forever, Settle: p.o.Settle, Notice: p.trouble})
	var unsettled *book.UnsettledError
	if err != nil && len(which) > 1 && poisonous[ledger.CodeOf(err)] && !errors.As(err, &unsettled) && p.ctx.Err() == nil {
		half := which[len(which)/2]
		p.deliver(b, envelopes, answers, which[0], half)
		p.deliver(b, envelopes, answers, half, to)
		return
	}
	for n, i := range which {
		if err != nil {
			answers[i].err = err
		} else {
			answers[i].result = results[n]
		}
	}
}

// confirm finds the true IDs of aggregates whose births an earlier run had
// applied after this one had looked: the proposed IDs are not theirs.
func (p *Pipeline) confirm(b *batch, answers []answer) {
	byKind := map[string][]int{}
	var kinds []string
	for i, e := range b.list {
		if answers[i].err != nil || answers[i].result.Outcome != command.AlreadyApplied.String() {
			continue
		}
		if e.acts != nil && e.uses[0].birth && e.acts.proposed {
			kind := e.acts.key.Kind
			if byKind[kind] == nil {
				kinds = append(kinds, kind)
			}
			byKind[kind] = append(byKind[kind], i)
		}
	}
	for _, kind := range kinds {
		numbers := make([]string, len(byKind[kind]))
		for n, i := range byKind[kind] {
			numbers[n] = b.list[i].acts.key.No
		}
		ids, err := p.find(kind, numbers)
		for n, i := range byKind[kind] {
			if err != nil {
				continue // the outcome stands; who needs the ID asks again
			}
			answers[i].found = map[*aggregate]ledgerstate.ID{b.list[i].acts: ids[n]}
		}
	}
}

// settle gives each entry its result, or sends it on its way again.
func (p *Pipeline) settle(b *batch, answers []answer) {
	again := map[*aggregate]bool{} // sent with an ID that is not theirs
	var requeue []*entry
	for i, e := range b.list {
		a := answers[i]
		if a.err != nil {
			p.fail(e, a.err)
			continue
		}
		switch a.result.Outcome {
		case command.Retry.String():
			if p.redraw(e) {
				again[e.acts] = true
				requeue = append(requeue, e)
				continue
			}
		case command.Refused.String():
			if again[e.acts] {
				requeue = append(requeue, e)
				continue
			}
		case command.AlreadyApplied.String():
			for agg, id := range a.found {
				again[agg] = again[agg] || agg.id != id
				agg.id, agg.proposed = id, false
			}
			if e.acts != nil && a.found == nil && !e.uses[0].birth {
				e.acts.proposed = false
			}
		case command.Accepted.String():
			for i, u := range e.uses {
				if (i == 0 || u.birth) && u.with == nil {
					u.agg.proposed = false
				}
			}
		}
		r := Result{Result: a.result}
		if e.acts != nil && !e.acts.proposed {
			r.ID = e.acts.id
		}
		p.decide(e, r, nil)
	}
	p.progress.Transactions++
	if len(again) == 0 {
		return
	}
	for _, pt := range b.partitions {
		q := pt.queue(b.lane)
		for _, g := range q.order {
			for agg := range again {
				requeue = append(requeue, p.pull(agg, g)...)
			}
		}
		q.tidy()
	}
	bySeq(requeue)
	for _, e := range requeue {
		p.enqueue(e)
	}
}

// redraw gives up the IDs that were proposed for an entry's births, so that
// others are; false where there is nothing to redraw.
func (p *Pipeline) redraw(e *entry) bool {
	if e.tries++; e.tries > 10 {
		return false
	}
	any := false
	for i := range e.uses {
		u := &e.uses[i]
		if u.wish {
			u.fixed = false
		}
		if u.birth && u.agg.proposed && u.own() {
			u.agg.id = ledgerstate.ID{}
			any = true
		}
	}
	return any
}

// fail ends an entry without a result, and those behind it on its aggregate:
// order is kept or nothing is sent.
func (p *Pipeline) fail(e *entry, err error) {
	if e.acts != nil {
		g := p.partitionOf(e.page()).queue(e.item.Lane).groups[e.page()]
		if g != nil {
			behind := p.pull(e.acts, g)
			g.queue.tidy()
			for _, f := range behind {
				p.decide(f, Result{}, fmt.Errorf("not sent, since an earlier command on the same record was not decided: %w", err))
			}
		}
	}
	p.decide(e, Result{}, err)
}

// tidy drops groups that have become empty.
func (q *queue) tidy() {
	order := q.order[:0]
	for _, g := range q.order {
		if len(g.list) == 0 {
			delete(q.groups, g.key)
			continue
		}
		order = append(order, g)
	}
	clear(q.order[len(order):])
	q.order = order
}
