package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// What tells of arrears is in no field that could be emptied: it follows from
// the plan and the days of the repayments. So that nothing tells of them once
// their five years are over, the loan's log up to their end is replaced by one
// entry that says where the loan stood then (AdverseErased). What came later
// stays, entry by entry; a loan that was settled by then is told as lent, paid
// and settled.

// AdverseErased 不良信息到期删除 begins a loan's log where its beginning is
// erased.
type AdverseErased struct {
	Loan   Loan     // as it stood at the end of the entry's day, without what told of arrears
	Grants []string // that the loan rests on
}

// Evolve implements ledgerstate.Event.
func (e AdverseErased) Evolve(Loan) Loan { return e.Loan }

// DigestEvent leaves out what differs between ledgers.
func (e AdverseErased) DigestEvent() any { return []any{e.Loan.digested(), e.Grants} }

// NothingExpired is refused where no arrears of a loan have been over for as
// long as they are kept.
var NothingExpired = refusal.New("LOAN_NO_ADVERSE_EXPIRED", "该贷款没有保存期限已满的不良信息", "no arrears of this loan have been over for as long as the law keeps them", "征信业管理条例 16")

// Expired are the arrears of a person's loan that may not be told any more on
// a day.
func Expired(ctx *command.Context, id ledgerstate.ID, r *ledgerstate.Record[Loan], on calendar.Date) ([]Adverse, error) {
	l := &r.State
	if !l.retail() || !l.disbursed() {
		return nil, nil
	}
	// What began so few years ago is not over for longer.
	if keptUntil(l.begin(), consortium.Of(ctx).Rules.YearsKept()) >= on {
		return nil, nil
	}
	all, err := l.adverse(ctx, ledgerstate.Ref{ID: id, No: r.Natural}, on)
	if err != nil {
		return nil, err
	}
	n := 0
	for n < len(all) && all[n].Ended != 0 && all[n].Keep < on {
		n++
	}
	return all[:n], nil
}

// Forgotten is what no total loses when a loan's arrears are erased, though
// the loan does not tell it any more: what was paid for being late.
type Forgotten struct {
	Penalty  money.Fen
	Compound money.Fen
	Fee      money.Fen
}

// Forget erases the arrears of a loan that are expired on a day.
func Forget(ctx *command.Context, ref ledgerstate.Ref, on calendar.Date) (ledgerstate.Change, Forgotten, error) {
	var told Forgotten
	r, err := Kind.Get(ctx.View, "loan", ref)
	if err != nil {
		return nil, told, err
	}
	expired, err := Expired(ctx, ref.ID, r, on)
	if err != nil {
		return nil, told, err
	}
	if len(expired) == 0 {
		return nil, told, NothingExpired.At("loan", on, ref.No)
	}
	var log chronicle
	if log, err = Kind.Log(ctx.View, ref.ID, r); err != nil {
		return nil, told, err
	}
	cut, err := log.forgettable(expired[len(expired)-1].Ended, ctx.Reference.Earliest())
	if err != nil {
		return nil, told, err
	}
	anew, told, err := log.without(cut)
	if err != nil {
		return nil, told, err
	}
	return Kind.Redacted(ref, func([]ledgerstate.Entry[Loan]) ([]ledgerstate.Entry[Loan], error) { return anew, nil }), told, nil
}

// forgettable is the day up to which the log is replaced: that on which the
// arrears ended, or on which the class that they had forced was lifted. An
// entry that may still be sent again is never forgotten.
func (log chronicle) forgettable(ended, earliest calendar.Date) (calendar.Date, error) {
	stands, err := log.standing()
	if err != nil {
		return 0, err
	}
	cut, bad := ended, false
	for i, e := range log {
		c, ok := e.Event.(LoanClassified)
		if !ok || !stands[i] {
			continue
		}
		switch {
		case e.Date <= ended:
			bad = c.Class > account.Pass
		case bad && c.Class == account.Pass && e.Date < earliest:
			cut, bad = e.Date, false
		}
	}
	return cut, nil
}

// without is the log with its entries up to a day replaced by where the loan
// stood at the end of it.
func (log chronicle) without(cut calendar.Date) (chronicle, Forgotten, error) {
	stands, err := log.standing()
	if err != nil {
		return nil, Forgotten{}, err
	}
	l, _, err := log.rebuild(stands, cut)
	if err != nil {
		return nil, Forgotten{}, err
	}
	told := l.forget(cut)
	x := Extract{log: log, stands: stands}
	anew := chronicle{{Party: log[0].Party, Date: cut, Event: AdverseErased{Loan: l, Grants: x.Grants()}}}
	now := map[int]int{} // positions of what stays
	for i, e := range log {
		switch ev := e.Event.(type) {
		case LoanSettled, posting:
			if e.Date <= cut {
				continue
			}
		case ReversalRequested:
			if j := log.find(ev.Request.Entry); j < 0 || now[j] == 0 {
				continue
			}
		case LoanReversed:
			if now[ev.Of] == 0 { // of what is forgotten, and so forgotten itself
				continue
			}
			ev.Of = now[ev.Of]
			e.Event = ev
		default:
			continue
		}
		if b := booked(e.Event); b.Rebuilt != nil {
			if e.Event, err = anew.rebooked(e); err != nil {
				return nil, told, err
			}
		}
		now[i] = len(anew)
		anew = append(anew, e)
	}
	return anew, told, nil
}

// rebooked is an entry's event with what stands after it in this log.
func (log chronicle) rebooked(e ledgerstate.Entry[Loan]) (ledgerstate.Event[Loan], error) {
	r, err := log.with(e)
	if err != nil {
		return nil, err
	}
	switch x := e.Event.(type) {
	case LoanRepaid:
		x.Rebuilt = r
		return x, nil
	case LoanCharged:
		x.Rebuilt = r
		return x, nil
	case LoanEntered:
		x.Rebuilt = r
		return x, nil
	case LoanReset:
		x.Rebuilt = r
		return x, nil
	case LoanRepriced:
		x.Rebuilt = r
		return x, nil
	case LoanClassified:
		x.Rebuilt = r
		return x, nil
	case LoanReversed:
		x.Rebuilt = r
		return x, nil
	}
	return e.Event, nil
}

// forget takes out of a loan what tells of arrears that are over.
func (l *Loan) forget(cut calendar.Date) Forgotten {
	l.Redacted = cut
	a := l.open()
	paid := a.Advanced(l.Account, cut).Paid
	told := Forgotten{Penalty: paid.Penalty, Compound: paid.Compound, Fee: paid.Fee}
	late := paid.Penalty + paid.Compound + paid.Fee
	if l.More != nil {
		l.more().Requests = nil
		if t := l.More.TakenOn; t != nil {
			o := *t
			o.Opening = plain(o.Opening)
			l.more().TakenOn = &o
		}
		*l = l.tidy()
	}
	if l.Status == Settled {
		l.Account = account.Settled(a, l.Account)
		l.Account.Paid.Interest += late
		return told
	}
	l.Account.Paid.Interest += late
	l.Account.Paid.Penalty, l.Account.Paid.Compound, l.Account.Paid.Fee = 0, 0, 0
	if m := l.Account.Amended; m != nil {
		x := *m
		if x.Guarantor = (account.Parts{}); x.Classed != nil && x.Classed.Class == account.Pass {
			x.Classed = nil
		}
		l.Account.Amended = &x
	}
	return told
}

// plain is an opening of the same sum without arrears.
func plain(o account.Opening) account.Opening {
	o.Balance, o.Arrears = o.Outstanding(), nil
	return o
}

// origin is the account before the entries that the log has.
func (log chronicle) origin() account.State {
	if len(log) > 0 {
		if e, ok := log[0].Event.(AdverseErased); ok {
			return e.Loan.Account
		}
	}
	return account.State{}
}
