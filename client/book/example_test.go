package book_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// disbursed is a ledger on which one disbursement is accepted.
func disbursed() ledger.Ledger {
	return &script{submit: func(int, ledger.Call) (*ledger.Commit, error) {
		return &ledger.Commit{TxID: "4c1f", Block: 12, Response: summary(1, 0, 0)}, nil
	}}
}

// Post sends one command as a transaction of its own.
func ExampleClient_Post() {
	client := book.New(disbursed(), members, "BankAMSP")
	content := &loan.DisburseContent{}
	content.Number = "D20240801-000017"
	result, err := client.Post(context.Background(), "book-banka", loan.Disburse, content)
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(result.Outcome, "in transaction", result.TxID, "of block", result.Block)
	// Output: accepted in transaction 4c1f of block 12
}

// A refusal of a command is a result, each error says what may be done.
func ExampleClient_Submit_errors() {
	client := book.New(disbursed(), members, "BankAMSP")
	envelope, err := book.Envelope("loan.Disburse", &loan.DisburseContent{})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	results, err := client.Submit(context.Background(), "book-banka", "loan", envelope)
	var unsettled *book.UnsettledError
	var failed *ledger.Error
	switch {
	case errors.As(err, &unsettled):
		fmt.Println("may be on the ledger: send the same commands again;", unsettled.TxIDs)
	case errors.As(err, &failed) && failed.Retry:
		fmt.Println("nothing was recorded; the ledger does not answer now:", failed.Message)
	case err != nil:
		fmt.Println("nothing was recorded, and trying again will not help:", err)
	default:
		for _, r := range results {
			if r.Refusal != nil {
				zh, en := r.Refusal.Texts()
				fmt.Println(r.Refusal.Code, zh, en, "limit", r.Refusal.Limit, "actual", r.Refusal.Actual)
				continue
			}
			fmt.Println(r.Outcome)
		}
	}
	// Output: accepted
}

// Deliver waits through outages, as an import does.
func ExampleClient_Deliver() {
	client := book.New(disbursed(), members, "BankAMSP")
	results, err := client.Deliver(context.Background(),
		book.Batch{Chaincode: "book-banka", Lane: "loan", Commands: []command.Envelope{{Name: "loan.Disburse", Content: []byte("{}")}}},
		book.Delivery{Patience: book.Forever, Notice: func(t book.Trouble) {
			if t.Err != nil {
				fmt.Fprintln(os.Stderr, "the ledger does not answer since", t.Since, t.Err)
			}
		}})
	fmt.Println(results[0].Outcome, err)
	// Output: accepted <nil>
}

// A query that a rule refuses says which rule.
func ExampleClient_Ask_refused() {
	client := book.New(&script{evaluate: func(ledger.Call) ([]byte, error) {
		return nil, &ledger.Error{Stage: ledger.StageEvaluate, Code: "ACCESS_DENIED", Message: `{"code":"ACCESS_DENIED","field":"identity","limit":"B/officer","actual":"/officer"}`}
	}}, members, "BankBMSP")
	err := client.Ask(context.Background(), "book-banka", "loan.Show", nil, &struct{}{})
	var r *refusal.Refusal
	if errors.As(err, &r) {
		fmt.Println(r.Code, r.Field, "limit", r.Limit)
	}
	// Output: ACCESS_DENIED identity limit B/officer
}
