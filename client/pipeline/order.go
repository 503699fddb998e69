package pipeline

import (
	"fmt"
	"sort"
	"time"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// entry is an item inside the pipeline.
type entry struct {
	seq    uint64
	item   Item
	added  time.Time
	acts   *aggregate // of Refs[0]; nil for an item without references
	uses   []use      // aggregates of Refs
	future *Future

	waits      int      // what must happen before it may be queued
	dependents []*entry // wait until this is decided
	followers  []*entry // wait until this is queued: same aggregate, same lane
	group      *group   // where it is queued; nil when not queued
	queued     bool     // it has been queued: followers need not wait
	decided    bool
	tries      int   // IDs proposed in vain
	poison     error // an earlier item on the same aggregate was not decided
}

// use is an aggregate of an entry.
type use struct {
	agg   *aggregate
	at    *ledgerstate.Ref
	reads bool
	birth bool
	fixed bool       // the ID is the caller's
	wish  bool       // but may give way to another
	with  *aggregate // whose ID this one shares; nil for its own
	index pageKey    // the index key that a birth shares, as if it were a page; zero for one of its own
}

// id is where the aggregate lives; zero if that is not known.
func (u use) id() ledgerstate.ID {
	if u.with != nil {
		return u.with.id
	}
	return u.agg.id
}

// own reports whether the pipeline finds or proposes the ID.
func (u use) own() bool { return u.with == nil && !u.fixed }

// aggregate is what the pipeline knows of an aggregate while items that name
// it are on their way, and its ID for longer.
type aggregate struct {
	key      Key
	kind     Kind
	id       ledgerstate.ID
	located  bool // the ledger was asked, or the caller knows
	proposed bool // the ID was drawn here and is not known to be the ledger's

	writer  *entry   // the last one added that acts on it
	readers []*entry // those added since that read it
	users   int      // undecided entries
	waiting []*entry // for the ID
}

// check finds what the caller forgot.
func check(item Item) error {
	for i, r := range item.Refs {
		if r.At == nil || r.Kind.Code == "" || r.At.No == "" {
			return fmt.Errorf("pipeline: reference %d of %s: kind, place in the content or natural key is missing", i, item.Command)
		}
		if r.With != nil && !names(item.Refs[:i], r.With) {
			return fmt.Errorf("pipeline: reference %d of %s shares the ID of none before it", i, item.Command)
		}
		if r.Birth && r.With == nil && r.At.ID.IsZero() && (r.Kind.Slots < 1 || r.Kind.Slots > 256) {
			return fmt.Errorf("pipeline: kind %s has %d slots a page, limit 1 to 256", r.Kind.Code, r.Kind.Slots)
		}
	}
	return nil
}

func names(refs []Ref, at *ledgerstate.Ref) bool {
	for _, r := range refs {
		if r.At == at && r.With == nil {
			return true
		}
	}
	return false
}

// register puts a new entry behind those that it depends on. The pipeline's
// lock is held.
func (p *Pipeline) register(e *entry) {
	for i, r := range e.item.Refs {
		agg := p.aggregate(Key{r.Kind.Code, r.At.No})
		agg.kind = r.Kind
		u := use{agg: agg, at: r.At, reads: r.Reads && i > 0, birth: r.Birth, fixed: !r.At.ID.IsZero(), wish: r.Prefers}
		for j := range e.uses {
			if r.With != nil && e.uses[j].at == r.With {
				u.with, u.fixed = e.uses[j].agg, false
			}
		}
		if r.Birth && r.Kind.Tail > 0 {
			u.index = pageKey{r.Kind.Code, sharedIndex + ledgerstate.Head(r.At.No, r.Kind.Tail)}
		}
		if u.fixed && agg.id.IsZero() {
			agg.id, agg.located, agg.proposed = r.At.ID, true, r.Birth
		}
		e.uses = append(e.uses, u)
		if i == 0 {
			e.acts = agg
		}
		p.follow(e, agg, u.reads)
		agg.users++
		if !agg.located && u.own() {
			e.waits++
			agg.waiting = append(agg.waiting, e)
			if len(agg.waiting) == 1 {
				p.wantID(agg)
			}
		}
	}
	for _, k := range e.item.After {
		if agg := p.aggregates[k]; agg != nil {
			p.dependOn(e, agg.writer)
			for _, r := range agg.readers {
				p.dependOn(e, r)
			}
		}
	}
}

// follow makes e wait for the undecided entries that touch agg in another
// way than reading beside it.
func (p *Pipeline) follow(e *entry, agg *aggregate, reads bool) {
	if w := agg.writer; w != nil && w != e {
		if !reads && agg == e.acts && w.acts == agg && w.item.Lane == e.item.Lane && !alone(e.item.Lane) {
			if !w.queued { // one batch may hold both, in order
				e.waits++
				w.followers = append(w.followers, e)
			}
		} else {
			p.dependOn(e, w)
		}
	}
	if reads {
		agg.readers = append(agg.readers, e)
		return
	}
	for _, r := range agg.readers {
		p.dependOn(e, r)
	}
	agg.writer, agg.readers = e, nil
}

func (p *Pipeline) dependOn(e, earlier *entry) {
	if earlier == nil || earlier == e || earlier.decided {
		return
	}
	e.waits++
	earlier.dependents = append(earlier.dependents, e)
}

// release takes one reason to wait away.
func (p *Pipeline) release(e *entry) {
	e.waits--
	if e.waits > 0 || e.decided {
		return
	}
	if e.poison != nil {
		p.decide(e, Result{}, e.poison)
		return
	}
	p.enqueue(e)
}

// decide ends an entry and releases what waited for it.
func (p *Pipeline) decide(e *entry, r Result, err error) {
	if e.decided {
		return
	}
	e.decided = true
	delete(p.undecided, e)
	p.count(r, err)
	e.future.result, e.future.err = r, err
	close(e.future.done)
	var poison error
	if err != nil {
		poison = fmt.Errorf("not sent, since an earlier command on the same record was not decided: %w", err)
	}
	waiting := append(e.followers, e.dependents...)
	e.followers, e.dependents = nil, nil
	for _, w := range waiting {
		if poison != nil && w.poison == nil {
			w.poison = poison
		}
	}
	for _, u := range e.uses {
		u.agg.users--
		if u.agg.writer == e {
			u.agg.writer = nil
		}
		for i, r := range u.agg.readers {
			if r == e {
				u.agg.readers = append(u.agg.readers[:i:i], u.agg.readers[i+1:]...)
				break
			}
		}
		p.forget(u.agg)
	}
	for _, w := range waiting {
		p.release(w)
	}
	p.room.Broadcast()
}

// keptIDs bounds the IDs that are remembered of aggregates nobody uses now.
const keptIDs = 1 << 19

// forget drops what is not needed any more. That an aggregate does not exist
// is not remembered: somebody else may bring it into being.
func (p *Pipeline) forget(agg *aggregate) {
	if agg.users > 0 || p.aggregates[agg.key] != agg {
		return
	}
	if agg.id.IsZero() || agg.proposed || len(p.aggregates) > keptIDs {
		delete(p.aggregates, agg.key)
	}
}

func (p *Pipeline) aggregate(k Key) *aggregate {
	agg := p.aggregates[k]
	if agg == nil {
		agg = &aggregate{key: k}
		p.aggregates[k] = agg
	}
	return agg
}

func bySeq(list []*entry) {
	sort.Slice(list, func(i, j int) bool { return list[i].seq < list[j].seq })
}
