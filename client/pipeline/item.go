package pipeline

import (
	"context"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
)

// Kind is a sort of aggregate, as far as IDs go.
type Kind struct {
	Code  string
	Slots int // aggregates per page
	// Tail is how many last characters of natural keys may differ where births
	// write one index key; 0: each birth writes its own.
	Tail int
}

// KindOf is the Kind of a room's kind.
func KindOf[S any](k *ledgerstate.Kind[S]) Kind { return Kind{k.Code, k.Slots, k.SharedTail()} }

// Key names an aggregate by its natural key.
type Key struct {
	Kind string
	No   string
}

// Ref is an aggregate that a command names.
type Ref struct {
	Kind Kind
	// At is the reference inside the item's content. Its No is set by the
	// caller. Its ID is set by the pipeline, unless the caller has set it: a
	// subject's ID is its pseudonym.
	At *ledgerstate.Ref
	// With is for an aggregate that has no place of its own in the content:
	// it lives under the ID of this other reference of the item, and At holds
	// its No only. It cannot be the first.
	With *ledgerstate.Ref
	// Birth: the command brings the aggregate into being.
	Birth bool
	// Prefers: the ID that the caller has set for a birth is a wish. Where
	// something lives there already, another is drawn.
	Prefers bool
	// Reads: the command only reads the aggregate. The first reference of an
	// item is the one it acts on, whatever this says.
	Reads bool
}

// Item is one command on its way to the ledger.
type Item struct {
	Lane    string
	Command string
	// Content is a pointer to the command's content.
	Content any
	// Refs are the aggregates that Content names, the one it acts on first.
	Refs []Ref
	// After names further aggregates: the item waits until what was added
	// before and touches them is on the ledger.
	After []Key
}

// Result is what became of an item.
type Result struct {
	book.Result
	// ID is the opaque ID of the aggregate the item acted on; zero where the
	// ledger knows none.
	ID ledgerstate.ID
}

// Future is the result of an item to come.
type Future struct {
	done   chan struct{}
	result Result
	err    error
}

// Done is closed when the result is there.
func (f *Future) Done() <-chan struct{} { return f.done }

// Wait waits for the result. An error says that the ledger has not decided
// the item: nothing of it is applied, or (*book.UnsettledError) that is not
// known. A refusal is a result.
func (f *Future) Wait(ctx context.Context) (Result, error) {
	select {
	case <-f.done:
		return f.result, f.err
	default:
	}
	select {
	case <-f.done:
		return f.result, f.err
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}
