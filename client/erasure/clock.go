package erasure

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Due are the loans whose arrears may not be told any more on the desk's day.
func (d *Desk) Due(ctx context.Context) ([]erasure.DueLoan, error) {
	all := []erasure.DueLoan{}
	q := erasure.DueQuery{At: d.Date, Limit: 2000}
	for {
		var a erasure.DueAnswer
		if err := d.Ask(ctx, d.Book, erasure.Due.Name, q, &a); err != nil {
			return nil, err
		}
		all = append(all, a.Loans...)
		if q.After = a.Next; q.After == "" {
			slices.SortFunc(all, func(x, y erasure.DueLoan) int { return strings.Compare(x.Loan, y.Loan) })
			return all, nil
		}
	}
}

// Expired is what a run of the clock did.
type Expired struct {
	Loans   int       `json:"loans"`
	Done    []Done    `json:"done"`
	Refused []Refused `json:"refused"`
}

// Refused is a loan that the ledger did not let expire.
type Refused struct {
	Loan    string           `json:"loan"`
	Because *refusal.Refusal `json:"because"`
}

// together is how many loans one transaction takes: their pages and log pages
// are all written anew.
const together = 50

// Expire erases the arrears of the loans that are due. Run again, it finds
// nothing.
func (d *Desk) Expire(ctx context.Context, due []erasure.DueLoan) (*Expired, error) {
	e := &Expired{Done: []Done{}, Refused: []Refused{}}
	for chunk := range slices.Chunk(due, together) {
		no, err := d.expire(ctx, chunk, e)
		if err != nil {
			return e, err
		}
		if no == nil {
			continue
		}
		for i := range chunk { // one that is refused holds the others up no longer
			if no, err = d.expire(ctx, chunk[i:i+1], e); err != nil {
				return e, err
			}
			if no != nil {
				e.Refused = append(e.Refused, Refused{chunk[i].Loan, no})
			}
		}
	}
	return e, nil
}

func (d *Desk) expire(ctx context.Context, loans []erasure.DueLoan, e *Expired) (*refusal.Refusal, error) {
	// The number is no contract's: it stays.
	c := &erasure.ExpireContent{Head: command.Head{Number: d.Date.String() + "-" + strings.ToLower(rand.Text()[:10]), Date: d.Date}}
	for _, x := range loans {
		c.Loans = append(c.Loans, ledgerstate.Ref{ID: x.ID, No: x.Loan})
	}
	result, err := d.Post(ctx, d.Book, erasure.Expire, c)
	if err != nil || result.Refusal != nil {
		return result.Refusal, err
	}
	e.Loans += len(loans)
	e.Done = append(e.Done, Done{"loan", len(loans), 0, result.Outcome, result.TxID})
	d.tell("expired")
	return nil, nil
}
