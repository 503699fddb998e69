package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// entering is an entry of the account that a command wants to make.
type entering struct {
	command  string
	head     command.Head
	loan     ledgerstate.Ref
	entry    account.Entry
	replaces string
	inOrder  bool              // it must not be dated before other entries
	also     func(*Loan) error // what the command asks of the loan as it is; may be nil
	leaves   func(*Loan) error // what it asks of the loan as the entry leaves it; may be nil
	event    func(Booking) ledgerstate.Event[Loan]
}

// enter decides an entry. One in order of dates costs no more for the entries
// before it; one that is dated before others folds the whole log, and its
// event carries what then stands.
func enter(ctx *command.Context, x entering) ([]ledgerstate.Change, error) {
	r, err := Kind.Get(ctx.View, "loan", x.loan)
	if err != nil {
		return nil, err
	}
	l := r.State
	if no := check(Loans, x.command, l.Status); no != nil {
		return nil, no
	}
	if no := inOrder(l.Last, x.entry.Date); no != nil && x.inOrder {
		return nil, no
	}
	late := x.entry.Date < l.Last || l.More != nil && x.entry.Date < l.More.Reopened
	if x.also != nil {
		if err := x.also(&l); err != nil {
			return nil, err
		}
	}
	b := Booking{Recorded: recorded(ctx, x.entry.Date), Replaces: x.replaces}
	var log chronicle
	if late || x.replaces != "" {
		if log, err = Kind.Log(ctx.View, x.loan.ID, r); err != nil {
			return nil, err
		}
		if err := log.replaced(x.replaces); err != nil {
			return nil, err
		}
	}
	if late {
		b.Rebuilt, err = log.with(ledgerstate.Entry[Loan]{Number: x.head.Number, Date: x.entry.Date, Event: x.event(b)})
	} else {
		err = l.takes(x.event(b))
	}
	if err != nil {
		return nil, err
	}
	event := x.event(b)
	if x.leaves != nil {
		after := event.Evolve(l)
		if err := x.leaves(&after); err != nil {
			return nil, err
		}
	}
	return []ledgerstate.Change{Kind.Happened(x.loan, event)}, nil
}

// recorded is the open day's month where the month of an entry is closed: then
// its figure there stays as it was published, and the entry is an adjustment
// of the month in which it is recorded 跨期补记. Else it is none.
func recorded(ctx *command.Context, date calendar.Date) Month {
	if open := MonthOf(ctx.Reference.OpenDay()); MonthOf(date) < open {
		return open
	}
	return 0
}

// mayReplace is replaced for an event that needs the log for nothing else.
func mayReplace(ctx *command.Context, ref ledgerstate.Ref, number string) error {
	if number == "" {
		return nil
	}
	x, err := ExtractOf(ctx, "loan", ref)
	if err != nil {
		return err
	}
	return x.log.replaced(number)
}

// replaced refuses to stand for an entry that is not reversed.
func (log chronicle) replaced(number string) error {
	if number == "" {
		return nil
	}
	i := log.find(number)
	if i < 0 {
		return EntryMissing.At("replaces", nil, number)
	}
	stands, err := log.standing()
	if err == nil && stands[i] {
		return ReplacesStanding.At("replaces", nil, number)
	}
	return err
}

// takes refuses an event that the loan, as it is, does not allow. Repayments
// and charges have no other rules than the room's own, so their entry is
// applied once, when the event evolves.
func (l *Loan) takes(event ledgerstate.Event[Loan]) error {
	e := event.(posting).entry()
	a := l.open()
	if plain := e.Payer == account.Borrower && (e.Type == account.Repay || e.Type == account.Charge); plain && e.Date >= l.begin() {
		return asError(l.permits(a, &e))
	}
	after := *l
	_, no := after.post(a, event)
	return asError(no)
}

// begin is the first day on which the account takes entries.
func (l *Loan) begin() calendar.Date {
	if l.Redacted != 0 {
		return l.Redacted
	}
	if l.IsTakenOn() {
		return l.More.TakenOn.Opening.On
	}
	return l.Contract.Account.Terms.From
}

func asError(r *refusal.Refusal) error {
	if r == nil {
		return nil
	}
	return r
}

// post makes an event's entry in order of dates.
func (l *Loan) post(a *account.Account, event ledgerstate.Event[Loan]) (account.Allocation, *refusal.Refusal) {
	e := event.(posting).entry()
	if e.Date < l.begin() {
		return account.Allocation{}, account.EntryEarly.At("date", l.begin(), e.Date)
	}
	if no := l.permits(a, &e); no != nil {
		return account.Allocation{}, no
	}
	s, to, err := a.Apply(l.Account, e)
	if err != nil {
		no, ok := refusal.As(err)
		if !ok {
			panic(err) // Apply refuses, and does nothing else
		}
		return to, no
	}
	if c, ok := event.(concluding); ok {
		if no := c.concludes(a, s); no != nil {
			return to, no
		}
	}
	l.Account, l.Last = s, e.Date
	if m, ok := event.(marker); ok {
		m.marks(l)
	}
	return to, nil
}

// permits is what the room asks of an entry besides what the account does.
func (l *Loan) permits(a *account.Account, e *account.Entry) *refusal.Refusal {
	off := l.Account.Amended != nil && l.Account.Amended.WrittenOff != nil
	switch e.Type {
	case account.Repay, account.Recover:
		if off && e.Type == account.Repay && e.Payer == account.Borrower {
			return account.OffAlready.At("loan", nil, l.Account.Amended.WrittenOff.On)
		}
		if e.Payer == account.Guarantor {
			return nil // the account asks for less
		}
		f := a.At(l.Account, e.Date)
		if most := f.Due + f.Coming; e.Amount > most {
			return AboveOwed.At("amount", most, e.Amount)
		}
	case account.Charge:
		if a.PastDue(l.Account, e.Date) == 0 {
			return NotOverdue.At("date", nil, e.Date)
		}
		if most := account.MaxPrincipal - l.Account.Fee; e.Amount > most {
			return AmountRange.At("amount", most, e.Amount)
		}
	case account.Prepay, account.Extend, account.Misuse, account.Reprice:
		if off {
			return account.OffAlready.At("loan", nil, l.Account.Amended.WrittenOff.On)
		}
	}
	return nil
}

// within refuses a loan that is extended beyond the limits of the day on which
// that is entered. What was within them once stands, whatever becomes of them:
// a rebuild does not ask again.
func (l *Loan) within(rules consortium.Parameters) error {
	a := l.open()
	if most, last := l.latest(a, rules), a.LastDue(l.Account); last > most {
		return ExtendLimit.At("periods", most, last)
	}
	return nil
}

// latest is the day to which a loan may be extended in all.
func (l *Loan) latest(a *account.Account, rules consortium.Parameters) calendar.Date {
	t := &l.Contract.Account.Terms
	original := 1
	for ; original < maxMonths; original++ {
		if end, err := t.From.AddMonths(original, t.MonthEnd); err != nil || end >= a.Maturity() {
			break
		}
	}
	end, err := t.From.AddMonths(original+rules.MostExtended(original), t.MonthEnd)
	if err != nil {
		return calendar.Last
	}
	return end
}
