package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// valueSize is what part a writes: the least that a command could.
const valueSize = 300

// Empty is part a: single commands of a rule that writes one private value,
// with the endorsers of the lane of loans.
func (b *Bench) Empty(ctx context.Context, d time.Duration) (Run, error) {
	c := b.clients[b.Bank.Lends]
	value := make([]byte, valueSize)
	rand.Read(value) // never fails
	return b.single(ctx, "a", d, func(ctx context.Context, _ int) ([]book.Result, error) {
		endorsers, err := c.Endorsers(b.Bank.Book, command.LoanLane.Name)
		if err != nil {
			return nil, err
		}
		for pause := book.MismatchPause; ; pause = min(2*pause, book.MaxRetryPause) {
			seed := make([]byte, ledgerstate.SeedSize)
			rand.Read(seed)
			commit, err := c.Ledger().Submit(ctx, ledger.Call{Chaincode: b.Bank.Book, Function: writeFunction,
				Transient: map[string][]byte{"seed": seed, "value": value}, Endorsers: endorsers})
			if err == nil {
				return []book.Result{{Result: command.Result{Command: writeFunction, Outcome: command.Accepted.String()}, TxID: commit.TxID, Block: commit.Block}}, nil
			}
			if code := ledger.CodeOf(err); code != ledger.CodeMismatch && code != ledger.CodeOverloaded {
				return nil, err
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	})
}

// Single is part b: single repayments, each of a loan of its own. Loans that
// share a page are as far apart as can be, as they are when people pay.
func (b *Bench) Single(ctx context.Context, d time.Duration) (Run, error) {
	c := b.clients[b.Bank.Lends]
	b.round++
	round := b.round
	order := apart(b.loans)
	def := definition("loan.Repay")
	return b.single(ctx, "b", d, func(ctx context.Context, i int) ([]book.Result, error) {
		if i >= len(order) {
			return nil, errEnough
		}
		l := b.loans[order[i]]
		r, err := c.Post(ctx, b.Bank.Book, def, repayment(round, order[i], ledgerstate.Ref{ID: l.id, No: l.no}))
		if err == nil && r.Outcome != command.Accepted.String() {
			err = fmt.Errorf("repayment of %s was %s: %v", l.no, r.Outcome, r.Refusal)
		}
		return []book.Result{r}, err
	})
}

// apart orders loans so that those of one page do not follow each other.
func apart(loans []loanAt) []int {
	order := make([]int, len(loans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(loans[i].id.Slot) - int(loans[j].id.Slot) })
	return order
}

type enough struct{}

func (enough) Error() string { return "no more loans" }

var errEnough error = enough{}

// single posts commands one by one from many workers until d is over.
func (b *Bench) single(ctx context.Context, part string, d time.Duration, post func(ctx context.Context, i int) ([]book.Result, error)) (Run, error) {
	m, err := b.start(part)
	if err != nil {
		return Run{}, err
	}
	var next atomic.Int64
	until := time.Now().Add(d)
	g, gctx := errgroup.WithContext(ctx)
	for range b.Workers {
		g.Go(func() error {
			for time.Now().Before(until) {
				begun := time.Now()
				results, err := post(gctx, int(next.Add(1)-1))
				if err == errEnough {
					return nil
				}
				if err != nil {
					return fmt.Errorf("part %s: %w", part, err)
				}
				m.delays.add(time.Since(begun), results)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Run{}, err
	}
	return m.stop(ctx)
}
