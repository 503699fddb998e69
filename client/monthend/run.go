package monthend

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/client/book"
)

// refreshBatch is how many buckets of a bank one transaction refreshes: each is
// a question to the bank's book.
const refreshBatch = 16

// page is how many claims one query looks at.
const page = 1000

// Client is what the run needs of a book.Client.
type Client interface {
	Submit(ctx context.Context, chaincode, lane string, commands ...command.Envelope) ([]book.Result, error)
	Ask(ctx context.Context, chaincode, query string, content, answer any) error
}

// Bank is a bank of the scheme.
type Bank struct{ MSP, Book string }

// Run is a month-end run by one person.
type Run struct {
	Client
	Today  calendar.Date // the open business day
	Number string        // prefix of the business numbers: the same again repeats nothing
}

// Sheet 月末处理表 is what a run found.
type Sheet struct {
	Day   calendar.Date         `json:"day"`
	Banks []BankSheet           `json:"banks"`
	Pool  *fund.StatementAnswer `json:"pool"` // breaker, expectation, top-up notices
}

// BankSheet is a bank's part.
type BankSheet struct {
	Breaker    *registry.BankSheet           `json:"breaker"`
	Recomputed int                           `json:"claims_recomputed"`
	Differ     []compensation.RecomputedLine `json:"differences"`
	Missing    []compensation.RefusedLine    `json:"no_longer_claimable"`
	Late       []compensation.OverdueStep    `json:"late"`
}

// Do runs a month's end for these banks.
func (r *Run) Do(ctx context.Context, banks []Bank, day calendar.Date) (*Sheet, error) {
	s := &Sheet{Day: day, Banks: make([]BankSheet, len(banks)), Pool: &fund.StatementAnswer{}}
	for i, b := range banks {
		var err error
		if s.Banks[i].Breaker, err = r.Judge(ctx, b.MSP, day); err != nil {
			return nil, err
		}
	}
	// What follows only reads, each bank its own book.
	g, ctx := errgroup.WithContext(ctx)
	for i, b := range banks {
		g.Go(func() error { return r.recompute(ctx, b.Book, &s.Banks[i]) })
		g.Go(func() error { return r.late(ctx, b.Book, day, &s.Banks[i]) })
	}
	g.Go(func() error {
		return r.Ask(ctx, command.CommonsName, fund.Statement.Name, fund.StatementQuery{At: day}, s.Pool)
	})
	return s, g.Wait()
}

func (r *Run) recompute(ctx context.Context, chaincode string, s *BankSheet) error {
	s.Differ, s.Missing = []compensation.RecomputedLine{}, []compensation.RefusedLine{}
	for q := (compensation.RecomputeQuery{Limit: page}); ; {
		var a compensation.RecomputeAnswer
		if err := r.Ask(ctx, chaincode, compensation.Recompute.Name, q, &a); err != nil {
			return err
		}
		s.Recomputed += a.Claims
		s.Differ, s.Missing = append(s.Differ, a.Differ...), append(s.Missing, a.Missing...)
		if q.After = a.Next; q.After == "" {
			return nil
		}
	}
}

func (r *Run) late(ctx context.Context, chaincode string, day calendar.Date, s *BankSheet) error {
	s.Late = []compensation.OverdueStep{}
	for q := (compensation.OverdueQuery{At: day, Limit: page}); ; {
		var a compensation.OverdueAnswer
		if err := r.Ask(ctx, chaincode, compensation.Overdue.Name, q, &a); err != nil {
			return err
		}
		s.Late = append(s.Late, a.Steps...)
		if q.After = a.Next; q.After == "" {
			return nil
		}
	}
}

// Refresh refreshes all buckets of a bank as of a day.
func (r *Run) Refresh(ctx context.Context, msp string, day calendar.Date) error {
	var list []command.Envelope
	for n := 1; n <= registry.Buckets; n++ {
		e, err := book.Envelope(registry.Refresh.Name, registry.RefreshContent{Head: command.Head{Number: r.Number, Date: r.Today}, Bank: msp, Bucket: n, Day: day})
		if err != nil {
			return err
		}
		list = append(list, e)
	}
	for len(list) > 0 {
		n := min(len(list), refreshBatch)
		if err := r.accepted(ctx, registry.Refresh.Lane.Name, list[:n]...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// accepted submits commands to commons; the first refusal is the error.
func (r *Run) accepted(ctx context.Context, lane string, list ...command.Envelope) error {
	results, err := r.Submit(ctx, command.CommonsName, lane, list...)
	if err != nil {
		return err
	}
	for _, x := range results {
		if x.Refusal != nil {
			return x.Refusal
		}
	}
	return nil
}

// Judge refreshes and judges a bank at a month's end. One that was judged
// already is shown as it is.
func (r *Run) Judge(ctx context.Context, msp string, day calendar.Date) (*registry.BankSheet, error) {
	s := &registry.BankSheet{}
	show := func() error {
		return r.Ask(ctx, command.CommonsName, registry.ShowBank.Name, registry.BankQuery{Bank: msp}, s)
	}
	if err := show(); err != nil || s.Month >= day.String()[:7] {
		return s, err
	}
	if err := r.Refresh(ctx, msp, day); err != nil {
		return nil, err
	}
	e, err := book.Envelope(registry.Judge.Name, registry.JudgeContent{Head: command.Head{Number: "judge-" + day.String()[:7], Date: r.Today}, Bank: msp, Day: day})
	if err != nil {
		return nil, err
	}
	if err := r.accepted(ctx, registry.Judge.Lane.Name, e); err != nil {
		return nil, err
	}
	*s = registry.BankSheet{}
	return s, show()
}
