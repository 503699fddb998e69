package bench

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayend"
)

const (
	// overdueOf is one loan of how many that nobody repays: four of a hundred
	// are past due, about what banks report.
	overdueOf = 25
	// ahead and interestAhead are repaid on the others: more than is due in the
	// first year, and less than in the second.
	ahead         = 40_000 * money.Yuan
	interestAhead = 5_000 * money.Yuan
	// yearOn is when all of them are past due again.
	yearOn = 500
)

// EndsOfDay is part g: three ends of day of the whole book. On the first, four
// loans of a hundred have come past due and are classified; on the second, the
// next day, nothing changes; on the third, more than a year later, every loan
// is classified. In their runs, loans stand in the place of commands.
func (b *Bench) EndsOfDay(ctx context.Context) ([]Run, error) {
	var steps []step
	for i, l := range b.loans {
		if i%overdueOf != 0 {
			amount := ahead
			if methodOf(i) == schedule.InterestOnly {
				amount = interestAhead
			}
			steps = append(steps, step{"loan.Repay", &loan.RepayContent{Head: head("HKG", i, lastDay), Loan: named(l.no), Amount: amount}})
		}
	}
	if _, err := b.post(ctx, b.Bank.Lends, steps, &delays{}); err != nil {
		return nil, err
	}
	var tables consortium.Tables
	if err := b.clients[b.Opens].Ask(ctx, command.CommonsName, consortium.Show.Name, nil, &tables); err != nil {
		return nil, err
	}
	var runs []Run
	for i, day := range []calendar.Date{tables.Open, tables.Open + 1, tables.Open + yearOn} {
		if day != tables.Open {
			if err := b.openDay(ctx, day); err != nil {
				return nil, err
			}
		}
		r, err := b.endOfDay(ctx, fmt.Sprintf("g%d", i+1), day)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return runs, nil
}

func (b *Bench) openDay(ctx context.Context, day calendar.Date) error {
	r, err := b.clients[b.Opens].Post(ctx, command.CommonsName, consortium.OpenDay, &consortium.OpenDayContent{Head: command.Head{Number: "BENCH-" + day.String(), Date: day}})
	if err == nil && r.Refusal != nil {
		err = r.Refusal
	}
	return err
}

func (b *Bench) endOfDay(ctx context.Context, part string, day calendar.Date) (Run, error) {
	if err := b.settle(ctx); err != nil {
		return Run{}, err
	}
	m, err := b.start(part)
	if err != nil {
		return Run{}, err
	}
	report, err := dayend.Run(ctx, dayend.Options{Ledger: timed{b.clients[b.Bank.Lends], &m.delays}, Chaincode: b.Bank.Book, Day: day, BatchSize: b.BatchSize, InFlight: b.InFlight})
	if err != nil {
		return Run{}, fmt.Errorf("part %s: %w", part, err)
	}
	if !report.IsClosed() || report.Figures.Loans != len(b.loans) {
		return Run{}, fmt.Errorf("part %s: %d loans of %d, closed: %q, %d refusals", part, report.Figures.Loans, len(b.loans), report.Closed, len(report.Refusals))
	}
	r, err := m.stop(ctx)
	return b.perLoan(r), err
}

// perLoan is a run whose figures are per loan: loans stand in the place of
// commands.
func (b *Bench) perLoan(r Run) Run {
	loans := float64(len(b.loans))
	for kind, used := range r.CPU {
		r.CPU[kind] = used * float64(r.Commands) / loans
	}
	r.DiskPerCommand *= float64(r.Commands) / loans
	r.Sent, r.Commands, r.CommandsPerSecond = r.Commands, len(b.loans), loans/r.Seconds
	return r
}

var _ dayend.Ledger = timed{}

// settle waits until the databases have done with what was written before: an
// end of day comes after the day's files, not in the middle of them.
func (b *Bench) settle(ctx context.Context) error {
	runtime.GC()
	before, err := disk(b.Data)
	for still := 0; err == nil && still < 3; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
		var now int64
		if now, err = disk(b.Data); now == before {
			still++
		} else {
			before, still = now, 0
		}
	}
	return err
}
