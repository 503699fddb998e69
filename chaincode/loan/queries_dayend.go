package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// PositionsQuery asks for what an end of day needs to know of loans: page by
// page of the whole book, in no meaningful order, or of those named.
type PositionsQuery struct {
	After string           `json:"after,omitempty"`
	Limit int              `json:"limit,omitempty"` // loans, 1 to 2000; default 500; the answer ends with a whole page
	IDs   []ledgerstate.ID `json:"ids,omitempty"`   // only these, in this order; at most 2000
	At    calendar.Date    `json:"at,omitempty"`    // end of this day; left out: of the open business day
	Since calendar.Date    `json:"since,omitempty"` // an earlier day whose end is compared with
}

// PositionsAnswer is a part of the positions.
type PositionsAnswer struct {
	At        calendar.Date `json:"at"`
	Open      calendar.Date `json:"open"` // business day
	Positions []Position    `json:"positions"`
	Next      string        `json:"next,omitempty"`
}

// Position is a disbursed loan at the end of a day.
type Position struct {
	Loan             string          `json:"loan"`
	ID               ledgerstate.ID  `json:"id"`
	Debtor           string          `json:"debtor"`           // pseudonym in this book
	Retail           bool            `json:"retail,omitempty"` // the debtor's loans are classified each by itself
	Status           Status          `json:"status"`
	Outstanding      money.Fen       `json:"outstanding"`
	OverduePrincipal money.Fen       `json:"overdue_principal"`
	OverdueInterest  money.Fen       `json:"overdue_interest"`
	Accrued          money.Fen       `json:"accrued"` // of the period that runs, with unpaid penalty and compound interest
	DaysPastDue      int             `json:"days_past_due"`
	Floor            account.Class   `json:"floor"`             // that the ledger's own facts force
	Why              string          `json:"why,omitempty"`     // they do: a code of ClassReasons
	Given            account.Class   `json:"given"`             // by the bank, possibly before the facts forced a worse one
	Reasons          []string        `json:"reasons,omitempty"` // that the bank gave
	Own              account.Class   `json:"own"`               // the class without what the debtor's other loans did to it: what weighs on them
	Rate             money.Rate      `json:"rate"`              // in force
	Resets           []calendar.Date `json:"resets,omitempty"`  // reset days of a floating rate that have come and await their reset
	// New: the loan was not disbursed by the end of the earlier day.
	New bool `json:"new,omitempty"`
	// Was is the loan at the end of the earlier day where something of this
	// differs.
	Was *Earlier `json:"was,omitempty"`
}

// Class is the class of the loan: no better than its floor.
func (p *Position) Class() account.Class { return max(p.Floor, p.Given) }

// Earlier is what of an earlier position a change is told by.
type Earlier struct {
	DaysPastDue int           `json:"days_past_due"`
	Class       account.Class `json:"class"`
	Rate        money.Rate    `json:"rate"`
}

// Positions 日终头寸.
var Positions = command.Query[PositionsQuery, *PositionsAnswer]{
	QuerySpec: query("loan.Positions", "日终头寸", "arrears, classes, rates and accrued interest of disbursed loans at the end of a day", staff, command.Loan),
	Answer: func(ctx *command.Context, q PositionsQuery) (*PositionsAnswer, error) {
		open := ctx.Reference.OpenDay()
		if q.At.IsZero() {
			q.At = open
		}
		a := &PositionsAnswer{At: q.At, Open: open, Positions: []Position{}, Next: q.After}
		add := func(id ledgerstate.ID, r *ledgerstate.Record[Loan]) error {
			p, ok, err := position(ctx, id, r, &q)
			if ok {
				a.Positions = append(a.Positions, p)
			}
			return err
		}
		if len(q.IDs) > 0 {
			return a, q.named(ctx, add)
		}
		next, err := Kind.Scan(ctx.View, q.After, bounded(q.Limit), add)
		a.Next = next
		return a, err
	},
}

// named visits the loans that the query names.
func (q *PositionsQuery) named(ctx *command.Context, visit func(ledgerstate.ID, *ledgerstate.Record[Loan]) error) error {
	const most = 2000
	if len(q.IDs) > most {
		return command.Malformed.At("ids", most, len(q.IDs))
	}
	wants := make([]ledgerstate.Want, len(q.IDs))
	for i, id := range q.IDs {
		wants[i] = ledgerstate.Want{Kind: Kind, Ref: ledgerstate.Ref{ID: id}}
	}
	if err := ctx.Prefetch(wants); err != nil {
		return err
	}
	for _, id := range q.IDs {
		r, err := Kind.At(ctx.View, id)
		switch {
		case err != nil:
			return err
		case r == nil:
			return ledgerstate.Unknown.At("ids", nil, id)
		}
		if err := visit(id, r); err != nil {
			return err
		}
	}
	return nil
}

// position is a loan's position; false for one that has none: it is not
// disbursed, or was settled before the days that are compared.
func position(ctx *command.Context, id ledgerstate.ID, r *ledgerstate.Record[Loan], q *PositionsQuery) (Position, bool, error) {
	since := q.Since
	if since.IsZero() {
		since = q.At
	}
	if !r.State.disbursed() || r.State.Status == Settled && r.State.Last <= since {
		return Position{}, false, nil
	}
	l, err := asOf(ctx.View, id, r, q.At)
	if err != nil || !l.disbursed() {
		return Position{}, false, err
	}
	a := l.open()
	f := a.At(l.Account, q.At)
	p := Position{Loan: r.Natural, ID: id, Debtor: l.Subject, Retail: l.retail(), Status: l.Status, Outstanding: f.Outstanding,
		OverduePrincipal: f.OverduePrincipal, OverdueInterest: f.OverdueInterest, Accrued: f.Penalty + f.Compound,
		DaysPastDue: f.DaysPastDue, Rate: a.PriceOn(l.Account, q.At).Rate, Resets: l.resetsDue(ctx, q.At)}
	if p.Floor, p.Why = l.floor(a, q.At); p.Floor == account.Pass {
		p.Why = ""
	}
	if p.Given = l.given(); p.Given > account.Pass {
		p.Reasons = l.Account.Amended.Classed.Reasons
	}
	p.Own = l.own(a, q.At)
	if f.Outstanding > 0 {
		p.Accrued += a.Accrued(l.Account, q.At)
	}
	if !q.Since.IsZero() {
		err = p.compare(ctx, id, r, &l, q.Since)
	}
	return p, true, err
}

// compare fills in what the loan was at the end of an earlier day. Without
// entries in between only days can have passed.
func (p *Position) compare(ctx *command.Context, id ledgerstate.ID, r *ledgerstate.Record[Loan], l *Loan, since calendar.Date) error {
	switch {
	case r.State.Last > since:
		before, err := asOf(ctx.View, id, r, since)
		if err != nil {
			return err
		}
		if p.New = !before.disbursed(); p.New {
			return nil
		}
		l = &before
	case p.DaysPastDue == 0:
		return nil
	}
	a := l.open()
	was := Earlier{DaysPastDue: a.PastDue(l.Account, since), Class: l.class(a, since), Rate: a.PriceOn(l.Account, since).Rate}
	if was != (Earlier{p.DaysPastDue, p.Class(), p.Rate}) {
		p.Was = &was
	}
	return nil
}

// given is the class that the bank gave last 银行认定; pass where it gave none.
func (l *Loan) given() account.Class {
	if m := l.Account.Amended; m != nil && m.Classed != nil {
		return m.Classed.Class
	}
	return account.Pass
}

// resetsDue are the reset days up to a day, after the last one on which the
// rate was reset, whose reset has not been made.
func (l *Loan) resetsDue(ctx *command.Context, at calendar.Date) []calendar.Date {
	if l.Contract.Floating == nil || l.Status != Disbursed {
		return nil
	}
	var due []calendar.Date
	tables, last := consortium.Of(ctx), l.open().LastDue(l.Account)
	for day, ok := l.Contract.nextReset(0, last); ok && day <= at; day, ok = l.Contract.nextReset(day, last) {
		due = append(due, day)
		if _, err := l.reset(tables, day); ResetNotDue.Is(err) {
			due = nil
		}
	}
	return due
}
