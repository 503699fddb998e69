package command

import (
	"encoding/json"
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Joint is the definition of a command that concerns a bank's book and the
// commons at once: a filing against caps of all banks, a payment out of the
// fund. One transaction of commons asks the book, decides over what commons
// keeps, and calls the book once to write; either all of it is committed or
// nothing.
//
// C is the content, F the facts that the book gives, D what commons hands to
// the book with its decision. F and D pass between two chaincodes of one
// endorser and are stored nowhere. They are encoded as state is: a
// ledgerstate.Ref in them arrives without its ID.
type Joint[C, F, D any] struct {
	Spec // the lane is a joint one
	// Wants lists the aggregates of the book that the command reads, the one
	// it acts on first: its log is where a repeated business number is found.
	Wants func(C) []ledgerstate.Want
	// Valid is as a Command's.
	Valid func(C) error
	// Ask is the book's part before the decision: pure, from what the book
	// holds to the facts that deciding needs, or a refusal. It is asked again
	// in Apply, and must not depend on what other commands of the batch do to
	// the book.
	Ask func(*Context, C) (F, error)
	// Needs lists the aggregates of commons that Decide reads, so that a whole
	// batch is read at once. May be nil.
	Needs func(*Context, C, F) ([]ledgerstate.Want, error)
	// Decide is the rule of commons: what happens there and what the book is
	// told, or a refusal.
	Decide func(*Context, C, F) (D, []ledgerstate.Change, error)
	// Apply is the book's part after the decision: what happens in the book.
	// It may not refuse, since commons has decided.
	Apply func(*Context, C, F, D) ([]ledgerstate.Change, error)
}

// OneAtATime is refused where a batch holds two commands of a joint lane on
// one record of the book: commons decides between asking and telling, so the
// second would be decided on what the first has changed.
var OneAtATime = refusal.New("ONE_AT_A_TIME", "同一记录的两笔业务不能同批办理", "two of these commands on one record go into two transactions, one after the other", "")

// joint is a Joint whatever its content, facts and decision.
type joint interface {
	Definition
	ask(ctx *Context, content any) (facts []byte, err error)
	needs(ctx *Context, content any, facts []byte) ([]ledgerstate.Want, error)
	rule(ctx *Context, content any, facts []byte) (decision []byte, changes []ledgerstate.Change, err error)
	apply(ctx *Context, content any, facts, decision []byte) ([]ledgerstate.Change, error)
}

// command is what a joint definition has in common with every other.
func (j Joint[C, F, D]) command() Command[C] {
	return Command[C]{Spec: j.Spec, Wants: j.Wants, Valid: j.Valid}
}

// Describe implements Definition.
func (j Joint[C, F, D]) Describe() Spec { return j.Spec }

// New implements Definition.
func (j Joint[C, F, D]) New() any { return new(C) }

// Decode implements Definition.
func (j Joint[C, F, D]) Decode(raw json.RawMessage) (any, error) { return j.command().Decode(raw) }

// Check implements Definition.
func (j Joint[C, F, D]) Check(content any) error { return j.command().Check(content) }

func (j Joint[C, F, D]) wants(content any) []ledgerstate.Want { return j.command().wants(content) }

func (j Joint[C, F, D]) decide(*Context, any) ([]ledgerstate.Change, error) {
	return nil, fmt.Errorf("%s: a joint command is not decided by one chaincode", j.Name)
}

func (j Joint[C, F, D]) ask(ctx *Context, content any) ([]byte, error) {
	facts, err := j.Ask(ctx, *content.(*C))
	if err != nil {
		return nil, err
	}
	return ledgerstate.Encode(&facts)
}

func (j Joint[C, F, D]) needs(ctx *Context, content any, facts []byte) ([]ledgerstate.Want, error) {
	if j.Needs == nil {
		return nil, nil
	}
	f, err := handed[F](j.Name, facts)
	if err != nil {
		return nil, err
	}
	return j.Needs(ctx, *content.(*C), f)
}

func (j Joint[C, F, D]) rule(ctx *Context, content any, facts []byte) ([]byte, []ledgerstate.Change, error) {
	f, err := handed[F](j.Name, facts)
	if err != nil {
		return nil, nil, err
	}
	d, changes, err := j.Decide(ctx, *content.(*C), f)
	if err != nil {
		return nil, nil, err
	}
	decision, err := ledgerstate.Encode(&d)
	return decision, changes, err
}

func (j Joint[C, F, D]) apply(ctx *Context, content any, facts, decision []byte) ([]ledgerstate.Change, error) {
	f, err := handed[F](j.Name, facts)
	if err != nil {
		return nil, err
	}
	d, err := handed[D](j.Name, decision)
	if err != nil {
		return nil, err
	}
	return j.Apply(ctx, *content.(*C), f, d)
}

// handed reads what the other chaincode handed over.
func handed[T any](name string, raw []byte) (T, error) {
	var v T
	if err := ledgerstate.Decode(raw, &v); err != nil {
		return v, ledgerstate.Errorf("CALL_UNREADABLE", "%s: what the other chaincode handed over cannot be read: %v", name, err)
	}
	return v, nil
}

// jointly is the contract of one joint command in commons: "….File:Submit",
// with the book's chaincode name as its argument, which is public.
type jointly struct {
	contractapi.Contract
	env  *Environment
	spec Spec
}

// Contract implements Definition.
func (j Joint[C, F, D]) Contract(env *Environment) contractapi.ContractInterface {
	c := &jointly{env: env, spec: j.Spec}
	c.Name = j.Name
	c.Info.Title, c.Info.Description = j.Zh, j.En
	return c
}

// Submit runs the command as a batch of one.
func (c *jointly) Submit(ctx contractapi.TransactionContextInterface, book string) (*Summary, error) {
	transient, err := ctx.GetStub().GetTransient()
	if err != nil {
		return nil, ledgerstate.Errorf("TRANSIENT_MISSING", "the transaction's transient map cannot be read")
	}
	return c.env.runJointly(ctx.GetStub(), c.spec.Lane, book, []Envelope{{c.spec.Name, transient["command"]}}, true)
}

// SubmitFor is Submit for a lane that concerns a bank's book: its arguments,
// which are public, are the lane's name, the number of commands and the
// book's chaincode name.
func (b *batch) SubmitFor(ctx contractapi.TransactionContextInterface, lane, count, book string) (*Summary, error) {
	l, envelopes, err := b.read(ctx, lane, count)
	if err != nil {
		return nil, err
	}
	return b.env.runJointly(ctx.GetStub(), l, book, envelopes, false)
}
