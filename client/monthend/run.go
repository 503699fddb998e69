package monthend

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
)

// refreshBatch is how many buckets of a bank one transaction refreshes: each is
// a question to the bank's book.
const refreshBatch = 16

// page is how many claims one query looks at; abreast, how many such queries
// of a bank are under way.
const (
	page    = 1000
	abreast = 4
)

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
		g.Go(func() error { return r.claims(ctx, b.Book, day, &s.Banks[i]) })
	}
	g.Go(func() error {
		return r.Ask(ctx, command.CommonsName, fund.Statement.Name, fund.StatementQuery{At: day}, s.Pool)
	})
	return s, g.Wait()
}

// claims walks through a book's claims for those that are late, then works out
// every sum again in the order of the filings: a claim needs its filing and its
// loan, sixteen of which share a page, so that a call reads each page once for
// all of them. In any other order it would be read once a claim, the more so
// the larger the book. What differs is asked about once more, from the claim as
// it stands then: it may have been decided in between.
func (r *Run) claims(ctx context.Context, chaincode string, day calendar.Date, s *BankSheet) error {
	s.Late = []compensation.OverdueStep{}
	var cases []compensation.Case
	for q := (compensation.OverdueQuery{At: day, Limit: page, Cases: true}); ; {
		var a compensation.OverdueAnswer
		if err := r.Ask(ctx, chaincode, compensation.Overdue.Name, q, &a); err != nil {
			return err
		}
		s.Late, cases = append(s.Late, a.Steps...), append(cases, a.Cases...)
		if q.After = a.Next; q.After == "" {
			break
		}
	}
	slices.SortFunc(cases, func(a, b compensation.Case) int {
		return cmp.Or(strings.Compare(a.Filing.Page, b.Filing.Page), int(a.Filing.Slot)-int(b.Filing.Slot))
	})
	found := &compensation.RecomputeAnswer{}
	if err := r.recompute(ctx, chaincode, slices.Chunk(cases, page), found); err != nil {
		return err
	}
	s.Recomputed, s.Differ, s.Missing = found.Claims, []compensation.RecomputedLine{}, []compensation.RefusedLine{}
	var unsure []ledgerstate.ID
	for _, x := range found.Differ {
		unsure = append(unsure, x.ID)
	}
	for _, x := range found.Missing {
		unsure = append(unsure, x.ID)
	}
	for part := range slices.Chunk(unsure, page) {
		var a compensation.RecomputeAnswer
		if err := r.Ask(ctx, chaincode, compensation.Recompute.Name, compensation.RecomputeQuery{Claims: part}, &a); err != nil {
			return err
		}
		s.Differ, s.Missing = append(s.Differ, a.Differ...), append(s.Missing, a.Missing...)
	}
	// Filings lie in no order that means anything to people.
	slices.SortFunc(s.Differ, func(a, b compensation.RecomputedLine) int { return strings.Compare(a.Claim, b.Claim) })
	slices.SortFunc(s.Missing, func(a, b compensation.RefusedLine) int { return strings.Compare(a.Claim, b.Claim) })
	slices.SortFunc(s.Late, func(a, b compensation.OverdueStep) int { return strings.Compare(a.Claim, b.Claim) })
	return nil
}

// recompute asks for the sums of parts of a book's cases, a few parts at a time.
func (r *Run) recompute(ctx context.Context, chaincode string, parts iter.Seq[[]compensation.Case], found *compensation.RecomputeAnswer) error {
	var answers []*compensation.RecomputeAnswer
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(abreast)
	for part := range parts {
		a := &compensation.RecomputeAnswer{}
		answers = append(answers, a)
		g.Go(func() error {
			return r.Ask(ctx, chaincode, compensation.Recompute.Name, compensation.RecomputeQuery{Cases: part}, a)
		})
	}
	err := g.Wait()
	for _, a := range answers {
		found.Claims += a.Claims
		found.Differ, found.Missing = append(found.Differ, a.Differ...), append(found.Missing, a.Missing...)
	}
	return err
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
