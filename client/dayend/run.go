package dayend

import (
	"context"
	"fmt"
	"slices"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// Ledger is what an end of day reads and writes through; *book.Client is one.
type Ledger interface {
	pipeline.Writer
	Ask(ctx context.Context, chaincode, query string, content, answer any) error
}

// Options of a run. BatchSize and InFlight are the pipeline's.
type Options struct {
	Ledger    Ledger
	Chaincode string // the bank's book
	Day       calendar.Date

	BatchSize int
	InFlight  int
	Progress  func(Progress)        // now and then, never twice at once; may be nil
	Notice    func(pipeline.Notice) // pauses and their end; may be nil
}

// Stage is what a run is at.
type Stage uint8

const (
	Looking Stage = iota // 扫描: loans looked at
	Sending              // 报送: commands decided, of Total
)

// Progress of a run. Total is 0 where it is not known.
type Progress struct {
	Stage       Stage
	Done, Total int
}

// Report is what an end of day found and did.
type Report struct {
	Day      calendar.Date        `json:"date"`
	Since    calendar.Date        `json:"since,omitzero"` // the day closed before; none on the first
	Closed   string               `json:"closed"`         // outcome of loan.CloseDay; "" where something was refused before
	TxID     string               `json:"transaction,omitempty"`
	Figures  loan.CloseDayContent `json:"figures"`
	Resets   Count                `json:"resets"`
	Classes  Count                `json:"classes"`
	Refusals []Refusal            `json:"refused"`
	Changes  []Change             `json:"changes"`
}

// Count is what became of commands of one sort.
type Count struct {
	Accepted int `json:"accepted"`
	Already  int `json:"already"`
	Refused  int `json:"refused"`
}

// Refusal is a command that the ledger refused.
type Refusal struct {
	Loan    string           `json:"loan,omitempty"`
	Command string           `json:"command"`
	Because *refusal.Refusal `json:"because"`
}

// pageOfLoans is how many loans a query is asked for.
const pageOfLoans = 2000

// Run does a bank's end of day. It may be run again at any time: what is done
// is not done twice. A day other than the open business day is refused; what
// the ledger refuses of the rest stands in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	r := &running{Options: o, report: Report{Day: o.Day, Refusals: []Refusal{}}}
	if err := r.since(ctx); err != nil {
		return nil, err
	}
	if err := r.look(ctx); err != nil {
		return nil, err
	}
	touched, err := r.send(ctx, deeds(r.positions, o.Day))
	if err != nil {
		return nil, err
	}
	if err := r.lookAgain(ctx, touched); err != nil {
		return nil, err
	}
	r.report.Figures = figures(r.positions, o.Day)
	r.report.Changes = changes(r.positions, r.report.Since.IsZero())
	if len(r.report.Refusals) == 0 {
		err = r.close(ctx)
	}
	return &r.report, err
}

type running struct {
	Options
	report    Report
	positions []loan.Position
}

// since finds the day that was closed before this one.
func (r *running) since(ctx context.Context) error {
	var a loan.DaysAnswer
	if err := r.Ledger.Ask(ctx, r.Chaincode, loan.ShowDays.Name, loan.DaysQuery{To: r.Day}, &a); err != nil {
		return err
	}
	for _, d := range a.Days {
		if d.Date < r.Day {
			r.report.Since = max(r.report.Since, d.Date)
		}
	}
	return nil
}

// look reads the positions of the whole book.
func (r *running) look(ctx context.Context) error {
	q := loan.PositionsQuery{Limit: pageOfLoans, At: r.Day, Since: r.report.Since}
	for {
		var a loan.PositionsAnswer
		if err := r.Ledger.Ask(ctx, r.Chaincode, loan.Positions.Name, q, &a); err != nil {
			return err
		}
		if a.Open != r.Day {
			return loan.DayNotOpen.At("date", a.Open, r.Day)
		}
		r.positions = append(r.positions, a.Positions...)
		r.progress(Progress{Stage: Looking, Done: len(r.positions)})
		if q.After = a.Next; q.After == "" {
			return nil
		}
	}
}

// lookAgain reads the positions on which something was decided.
func (r *running) lookAgain(ctx context.Context, touched []int) error {
	for chunk := range slices.Chunk(touched, pageOfLoans) {
		q := loan.PositionsQuery{At: r.Day, Since: r.report.Since}
		for _, i := range chunk {
			q.IDs = append(q.IDs, r.positions[i].ID)
		}
		var a loan.PositionsAnswer
		if err := r.Ledger.Ask(ctx, r.Chaincode, loan.Positions.Name, q, &a); err != nil {
			return err
		}
		at := map[ledgerstate.ID]*loan.Position{}
		for i := range a.Positions {
			at[a.Positions[i].ID] = &a.Positions[i]
		}
		for _, i := range chunk {
			if p := at[r.positions[i].ID]; p != nil {
				r.positions[i] = *p
			}
		}
	}
	return nil
}

// send posts the deeds and tells on which positions something was decided.
func (r *running) send(ctx context.Context, list []deed) ([]int, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithCancel(ctx) // ends the pipeline where Close does not
	defer cancel()
	pipe, err := pipeline.New(ctx, pipeline.Options{Writer: r.Ledger, Chaincode: r.Chaincode, BatchSize: r.BatchSize, InFlight: r.InFlight, Notice: r.Notice,
		Progress: func(p pipeline.Progress) { r.progress(Progress{Sending, p.Decided, len(list)}) }})
	if err != nil {
		return nil, err
	}
	futures := make([]*pipeline.Future, len(list))
	for i, d := range list {
		item, err := pipeline.ItemOf(definitionOf(d.name), d.content)
		if err == nil {
			futures[i], err = pipe.Add(ctx, item)
		}
		if err != nil {
			return nil, fmt.Errorf("%s of loan %s: %w", d.name, r.positions[d.at].Loan, err)
		}
	}
	if err := pipe.Close(ctx); err != nil {
		return nil, err
	}
	var touched []int
	for i, d := range list {
		result, err := futures[i].Wait(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s of loan %s: %w", d.name, r.positions[d.at].Loan, err)
		}
		count := &r.report.Classes
		if d.name == loan.Reset.Name {
			count = &r.report.Resets
		}
		switch result.Outcome {
		case command.Accepted.String():
			count.Accepted++
			touched = append(touched, d.at)
		case command.AlreadyApplied.String():
			count.Already++
			touched = append(touched, d.at)
		default:
			count.Refused++
			r.report.Refusals = append(r.report.Refusals, Refusal{r.positions[d.at].Loan, d.name, result.Refusal})
		}
	}
	slices.Sort(touched)
	return slices.Compact(touched), nil
}

func (r *running) close(ctx context.Context) error {
	e, err := book.Envelope(loan.CloseDay.Name, r.report.Figures)
	if err != nil {
		return err
	}
	results, err := r.Ledger.Deliver(ctx, book.Batch{Chaincode: r.Chaincode, Lane: loan.CloseDay.Lane.Name, Commands: []command.Envelope{e}}, book.Delivery{})
	if err != nil {
		return err
	}
	r.report.Closed, r.report.TxID = results[0].Outcome, results[0].TxID
	if no := results[0].Refusal; no != nil {
		if ledgerstate.DuplicateNumber.Is(no) { // with other figures: entries came after it was closed
			no = loan.DayClosedAlready.At("date", "after "+r.Day.String(), r.Day)
		}
		r.report.Refusals = append(r.report.Refusals, Refusal{Command: loan.CloseDay.Name, Because: no})
	}
	return nil
}

func (r *running) progress(p Progress) {
	if r.Progress != nil {
		r.Progress(p)
	}
}

// figures are what the day is closed with.
func figures(positions []loan.Position, day calendar.Date) loan.CloseDayContent {
	c := loan.CloseDayContent{Head: command.Head{Number: Number(day, "CLOSE"), Date: day}}
	for i := range positions {
		p := &positions[i]
		if p.Status != loan.Disbursed {
			continue
		}
		c.Loans++
		if p.DaysPastDue > 0 {
			c.OverdueLoans++
		}
		switch p.Class() {
		case account.Pass:
			c.Normal += p.Outstanding
		case account.SpecialMention:
			c.SpecialMention += p.Outstanding
		case account.Substandard:
			c.Substandard += p.Outstanding
		case account.Doubtful:
			c.Doubtful += p.Outstanding
		case account.Loss:
			c.Loss += p.Outstanding
		}
		c.OverduePrincipal += p.OverduePrincipal
		c.OverdueInterest += p.OverdueInterest
		c.Accrued += p.Accrued
	}
	return c
}

func definitionOf(name string) command.Definition {
	i := slices.IndexFunc(chaincode.BookCommands, func(d command.Definition) bool { return d.Describe().Name == name })
	return chaincode.BookCommands[i]
}
