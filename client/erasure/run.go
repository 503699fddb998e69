package erasure

import (
	"context"
	"fmt"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/book"
)

// Ledger is what the package reads and writes through; *book.Client is one.
type Ledger interface {
	Ask(ctx context.Context, chaincode, query string, content, answer any) error
	Post(ctx context.Context, chaincode string, def command.Definition, content any) (book.Result, error)
}

// Desk is where somebody works on one bank's book on a day.
type Desk struct {
	Ledger
	Book string
	Date calendar.Date
	// Step is told after each transaction; may be nil.
	Step func(what string)

	texts []string // pseudonym and numbers of the subject whose order is carried out
}

// Report is what a run did.
type Report struct {
	Order  string          `json:"order"`
	Status string          `json:"status"`
	Done   []Done          `json:"done"`
	Left   []erasure.Found `json:"left"` // values in which one of the subject's numbers is still found
}

// Done is a transaction of a run.
type Done struct {
	Collection  string `json:"collection"`
	Records     int    `json:"records"`
	Receipts    int    `json:"receipts"`
	Outcome     string `json:"outcome"`
	Transaction string `json:"transaction"`
}

// rounds bounds how often a collection is looked through again: what others
// write meanwhile comes to light in the next.
const rounds = 5

// Order makes an order: the loans are found by a look through the book.
func (d *Desk) Order(ctx context.Context, number, subject, scope, basis string) (book.Result, *erasure.PlanAnswer, error) {
	plan := &erasure.PlanAnswer{}
	if err := d.Ask(ctx, d.Book, erasure.Plan.Name, erasure.PlanQuery{Subject: subject}, plan); err != nil {
		return book.Result{}, nil, err
	}
	c := &erasure.OrderContent{Head: d.head(number, "order"), Order: number, Subject: subject, Scope: scope, Basis: basis}
	for _, x := range plan.Loan.Items {
		if x.Kind == loan.Kind.Code {
			c.Loans = append(c.Loans, x.Ref)
		}
	}
	r, err := d.Post(ctx, d.Book, erasure.Make, c)
	return r, plan, err
}

// Step of an order: approve, withdraw, close.
func (d *Desk) step(ctx context.Context, number, what string, def command.Definition) (book.Result, error) {
	return d.Post(ctx, d.Book, def, &erasure.StepContent{Head: d.head(number, what), Order: number})
}

// Approve approves an order, after a look at this person's own peer at what it
// means: what is blocked is not approved.
func (d *Desk) Approve(ctx context.Context, number string) (book.Result, *erasure.PlanAnswer, error) {
	plan, sheet, err := d.look(ctx, number)
	if err != nil {
		return book.Result{}, nil, err
	}
	if sheet.Scope == erasure.Subject && len(plan.Blocked) > 0 {
		return book.Result{Result: command.Result{Outcome: command.Refused.String(), Refusal: plan.Blocked[0]}}, plan, nil
	}
	r, err := d.step(ctx, number, "approve", erasure.Approve)
	return r, plan, err
}

// Withdraw takes an order back.
func (d *Desk) Withdraw(ctx context.Context, number string) (book.Result, error) {
	return d.step(ctx, number, "withdraw", erasure.Withdraw)
}

// Show gives an order.
func (d *Desk) Show(ctx context.Context, number string) (*erasure.Sheet, error) {
	s := &erasure.Sheet{}
	return s, d.Ask(ctx, d.Book, erasure.Show.Name, erasure.ShowQuery{Order: number}, s)
}

func (d *Desk) look(ctx context.Context, number string) (*erasure.PlanAnswer, *erasure.Sheet, error) {
	sheet, err := d.Show(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	plan := &erasure.PlanAnswer{}
	return plan, sheet, d.Ask(ctx, d.Book, erasure.Plan.Name, erasure.PlanQuery{Order: number}, plan)
}

func (d *Desk) head(number, what string) command.Head {
	return command.Head{Number: number + "/" + what, Date: d.Date}
}

// Run carries an approved order out, or goes on with it.
func (d *Desk) Run(ctx context.Context, number string) (*Report, error) {
	plan, sheet, err := d.look(ctx, number)
	if err != nil {
		return nil, err
	}
	r := &Report{Order: number, Status: sheet.Status, Done: []Done{}, Left: []erasure.Found{}}
	if sheet.Status == erasure.Closed.String() {
		return r, nil
	}
	d.texts = plan.Texts()
	if sheet.Scope == erasure.Stop {
		err = d.stop(ctx, number, sheet, plan, r)
	} else {
		err = d.erase(ctx, number, sheet, plan, r)
	}
	if err != nil {
		return r, err
	}
	if sheet.Scope == erasure.Subject {
		if r.Left, err = d.left(ctx, d.texts); err != nil {
			return r, err
		}
		own, err := d.left(ctx, plan.Texts()[:1])
		if err != nil {
			return r, err
		}
		if len(own) > 0 {
			return r, fmt.Errorf("order %s: the subject's pseudonym is still found in %d values, the first in %s (hint: run it again)", number, len(own), own[0].Collection)
		}
	}
	closed, err := d.step(ctx, number, "close", erasure.Close)
	if err != nil {
		return r, err
	}
	if closed.Refusal != nil {
		return r, closed.Refusal
	}
	d.tell("closed")
	r.Status = erasure.Closed.String()
	return r, nil
}

func (d *Desk) tell(what string) {
	if d.Step != nil {
		d.Step(what)
	}
}

// steps of an order, in their order.
var steps = []struct {
	collection string
	def        command.Definition
	of         func(*erasure.PlanAnswer) *erasure.PartPlan
}{
	{"comp", erasure.Comp, func(p *erasure.PlanAnswer) *erasure.PartPlan { return &p.Comp }},
	{"loan", erasure.Loan, func(p *erasure.PlanAnswer) *erasure.PartPlan { return &p.Loan }},
	{"intake", erasure.Intake, func(p *erasure.PlanAnswer) *erasure.PartPlan { return &p.Intake }},
}

func (d *Desk) erase(ctx context.Context, number string, sheet *erasure.Sheet, plan *erasure.PlanAnswer, r *Report) error {
	traces := map[string]int{}
	for _, t := range sheet.Traces {
		traces[t.Collection]++
	}
	for round := 0; ; round++ {
		wrote := false
		for _, s := range steps {
			did, err := d.part(ctx, number, s.collection, s.def, s.of(plan), traces[s.collection], r)
			if err != nil {
				return err
			}
			if did {
				traces[s.collection]++
				wrote = true
			}
		}
		if !wrote {
			break
		}
		if round == rounds {
			return fmt.Errorf("order %s: after %d rounds something of the subject is still written (hint: run it again when nothing of it is)", number, rounds)
		}
		plan = &erasure.PlanAnswer{}
		if err := d.Ask(ctx, d.Book, erasure.Plan.Name, erasure.PlanQuery{Order: number}, plan); err != nil {
			return err
		}
	}
	var person erasure.PersonPlan
	if err := d.Ask(ctx, d.Book, erasure.PlanPerson.Name, erasure.PlanQuery{Order: number}, &person); err != nil {
		return err
	}
	_, err := d.part(ctx, number, "person", erasure.Person, &person.PartPlan, person.Done, r)
	return err
}

// part erases from a collection what there is, unless nothing is left and that
// has been told.
func (d *Desk) part(ctx context.Context, number, collection string, def command.Definition, p *erasure.PartPlan, traces int, r *Report) (bool, error) {
	if traces > 0 && len(p.Items)+len(p.Receipts) == 0 {
		return false, nil
	}
	c := &erasure.RunContent{Head: d.head(number, collection+"-"+strconv.Itoa(traces+1)), Order: number, Part: traces + 1, Items: p.Items, Receipts: p.Receipts}
	if len(p.Receipts) > 0 {
		c.Numbers = d.texts[1:]
	}
	if c.Items == nil {
		c.Items = []erasure.Item{}
	}
	result, err := d.Post(ctx, d.Book, def, c)
	if err != nil {
		return false, fmt.Errorf("%s: %w", collection, err)
	}
	if result.Refusal != nil {
		return false, result.Refusal
	}
	r.Done = append(r.Done, Done{collection, len(p.Items), len(p.Receipts), result.Outcome, result.TxID})
	d.tell(collection)
	return true, nil
}

func (d *Desk) stop(ctx context.Context, number string, sheet *erasure.Sheet, plan *erasure.PlanAnswer, r *Report) error {
	if len(sheet.Traces) > 0 {
		return nil
	}
	c := &erasure.StopContent{Head: d.head(number, "stop"), Order: number, Grants: []ledgerstate.Ref{}}
	for _, x := range plan.Intake.Items {
		if x.Kind == "grant" {
			c.Grants = append(c.Grants, x.Ref)
		}
	}
	result, err := d.Post(ctx, d.Book, erasure.StopUse, c)
	if err != nil {
		return err
	}
	if result.Refusal != nil {
		return result.Refusal
	}
	r.Done = append(r.Done, Done{"intake", len(c.Grants), 0, result.Outcome, result.TxID})
	d.tell("stop")
	return nil
}

// left are the values in which one of the texts is still found.
func (d *Desk) left(ctx context.Context, texts []string) ([]erasure.Found, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	q := erasure.LeftQuery{Texts: texts}
	all := []erasure.Found{}
	for _, query := range []string{erasure.Left.Name, erasure.LeftPerson.Name} {
		var a erasure.LeftAnswer
		if err := d.Ask(ctx, d.Book, query, q, &a); err != nil {
			return nil, err
		}
		all = append(all, a.Values...)
	}
	return all, nil
}
