package pipeline_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// writer posts to a ledger of the tests; a program uses a *book.Client on a
// connection of client/ledger/fabric or client/ledger/embedded.
func writer() pipeline.Writer { return book.New(newModel(1, 0), modelMembers, "BankAMSP") }

// Items are added in business order; each future tells what became of its
// item. With a room's definitions, ItemOf makes the item.
func Example() {
	ctx := context.Background()
	p, err := pipeline.New(ctx, pipeline.Options{Writer: writer(), Chaincode: "book-banka"})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	var futures []*pipeline.Future
	for _, s := range []step{
		{Number: "1", Target: ledgerstate.Ref{No: "loan-1"}, Birth: true},
		{Number: "2", Target: ledgerstate.Ref{No: "loan-1"}},
		{Number: "3", Target: ledgerstate.Ref{No: "loan-2"}}, // there is none
	} {
		f, err := p.Add(ctx, itemOf(s))
		if err != nil {
			fmt.Println("error:", err)
			return
		}
		futures = append(futures, f)
	}
	if err := p.Close(ctx); err != nil {
		fmt.Println("error:", err)
		return
	}
	for _, f := range futures {
		r, err := f.Wait(ctx)
		switch {
		case err != nil:
			fmt.Println("not decided:", err)
		case r.Refusal != nil:
			fmt.Println("refused:", r.Refusal.Code)
		default:
			fmt.Println(r.Outcome)
		}
	}
	// Output:
	// accepted
	// accepted
	// refused: UNKNOWN
}

// A server that must not wait turns its caller away.
func ExamplePipeline_TryAdd() {
	ctx := context.Background()
	p, err := pipeline.New(ctx, pipeline.Options{Writer: writer(), Chaincode: "book-banka", Pushback: 1})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	for i := range 2 {
		_, err := p.TryAdd(itemOf(step{Number: "1", Target: ledgerstate.Ref{No: fmt.Sprintf("loan-%d", i)}, Birth: true}))
		fmt.Println(errors.Is(err, pipeline.ErrPushback))
	}
	fmt.Println(p.Close(ctx))
	// Output:
	// false
	// true
	// <nil>
}

// What is not decided when the context ends may be sent again, by anybody.
func ExampleFuture_Wait() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p, err := pipeline.New(ctx, pipeline.Options{Writer: writer(), Chaincode: "book-banka"})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	f, err := p.Add(ctx, itemOf(step{Number: "1", Target: ledgerstate.Ref{No: "loan-1"}, Birth: true}))
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	cancel()
	_, err = f.Wait(context.Background())
	var unsettled *book.UnsettledError
	switch {
	case errors.As(err, &unsettled):
		fmt.Println("may be on the ledger")
	case err != nil:
		fmt.Println("nothing is recorded:", err)
	}
	// Output: nothing is recorded: context canceled
}
