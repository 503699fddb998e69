package command

import (
	"fmt"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Rehearsal runs commands on views that stay open, one after the other: the
// runner's own steps for each (who may, whether it was applied before, its
// date, what the book says, the rule, what happens), and no transaction
// around them. So a history of commands costs what its rules cost, and a
// hundred thousand of them take minutes. Tests have one; no chaincode has.
type Rehearsal struct {
	Commons, Book *Environment
	Reference     Reference
	Views         map[string]*ledgerstate.View // by chaincode name
	Time          time.Time
}

// Submit runs a command, whose content is a pointer as its definition's New
// gives it. The outcome is as in a receipt.
func (r *Rehearsal) Submit(cc string, actor Actor, name string, content any) (Outcome, *refusal.Refusal, error) {
	def, env := r.Commons.Definitions[name], r.Commons
	if cc != CommonsName && (def == nil || !def.Describe().Lane.Joint()) {
		env = r.Book
		def = env.Definitions[name]
	}
	if def == nil {
		return 0, nil, fmt.Errorf("no command %s", name)
	}
	it := item{name: name, def: def, content: content}
	if err := def.Check(content); err != nil {
		it.refused = asRefusal(err)
	} else {
		it.wants = def.wants(content)
	}
	if def.Describe().Lane.Joint() {
		return r.jointly(cc, actor, it)
	}
	ctx := r.Context(cc, actor)
	if err := ctx.Prefetch(it.wants); err != nil {
		return 0, nil, err
	}
	return env.one(ctx, &it)
}

// jointly is what commons and a book do with a joint command.
func (r *Rehearsal) jointly(book string, actor Actor, it item) (Outcome, *refusal.Refusal, error) {
	here, there := r.Context(CommonsName, actor), r.Context(book, actor)
	here.Book, here.Owner = book, there.Owner
	if no := r.Commons.turnedAway(here, &it); no != nil {
		return Refused, no, nil
	}
	if err := there.Prefetch(it.wants); err != nil {
		return 0, nil, err
	}
	outcome, no, err := r.Book.ready(there, &it, map[string]bool{})
	if err != nil || outcome != undecided {
		return outcome, no, err
	}
	facts, err := it.def.(joint).ask(there, it.content)
	if no, ok := refusal.As(err); ok {
		return Refused, no, nil
	}
	if err != nil {
		return 0, nil, err
	}
	verdicts := []verdict{{Facts: facts}}
	if err := r.Commons.rules(here, []item{it}, verdicts); err != nil {
		return 0, nil, err
	}
	v := verdicts[0]
	if v.Outcome != Accepted {
		return v.Outcome, v.refusal(), nil
	}
	return Accepted, nil, r.Book.conclude(there, &it, v)
}

// Context is what a rule or a query of a chaincode sees.
func (r *Rehearsal) Context(cc string, actor Actor) *Context {
	ctx := &Context{View: r.Views[cc], Actor: actor, Reference: r.Reference, Time: r.Time, Transient: func(string) []byte { return nil }}
	env := r.Commons
	if cc != CommonsName {
		env, ctx.Owner = r.Book, r.Reference.Owner(cc)
	} else {
		ctx.call = r.asks(actor)
	}
	ctx.Actor.Party = env.party(ctx, actor.MSP)
	return ctx
}

// asks answers what commons asks a book.
func (r *Rehearsal) asks(actor Actor) func(string, [][]byte, string) *peer.Response {
	return func(book string, args [][]byte, _ string) *peer.Response {
		m, err := handed[questioning]("question", args[2])
		if err != nil {
			return shim.Error(err.Error())
		}
		for _, q := range r.Book.Questions {
			if name, _ := q.describe(); name != m.Name {
				continue
			}
			raw, err := q.answer(r.Context(book, actor), m.Content)
			a := answering{Answer: raw}
			if no, ok := refusal.As(err); ok {
				a = answering{Refusal: refused(no).Refusal}
			} else if err != nil {
				return shim.Error(err.Error())
			}
			if raw, err = ledgerstate.Encode(&a); err != nil {
				return shim.Error(err.Error())
			}
			return shim.Success(raw)
		}
		return shim.Error("no question " + m.Name)
	}
}
