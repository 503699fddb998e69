package loan

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// RequestReversal 冲正申请: an officer asks, another person signs. Nothing falls
// by it.
var RequestReversal = command.Command[RequestReversalContent]{
	Spec:  command.Spec{Name: "loan.RequestReversal", Zh: "冲正申请", En: "ask that an entry be reversed", Lane: command.LoanLane, Access: officer},
	Wants: func(c RequestReversalContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c RequestReversalContent) error { return reversal(c.Entry, c.Reason) },
	Decide: func(ctx *command.Context, c RequestReversalContent) ([]ledgerstate.Change, error) {
		l, _, _, err := reversible(ctx, "loan.RequestReversal", c.Loan, c.Entry, c.Date)
		if err != nil {
			return nil, err
		}
		if l.request(c.Entry) != nil {
			return nil, Requested.At("entry", nil, c.Entry)
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, ReversalRequested{Date: c.Date,
			Request: ReversalRequest{Entry: c.Entry, Reason: c.Reason, By: ctx.Actor.By()}})}, nil
	},
}

// Reverse 冲正: with a supervisor's signature the entry falls, and what follows
// it is made anew. An entry of any sort that moves the account can fall, the
// disbursement and a reversal too: a reversed reversal lets its entry stand
// again. Where a later entry could not stand any more, the reversal is refused
// and names it.
var Reverse = command.Command[ReverseContent]{
	Spec:  command.Spec{Name: "loan.Reverse", Zh: "冲正", En: "reverse an entry", Lane: command.LoanLane, Access: supervisor},
	Wants: func(c ReverseContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c ReverseContent) error { return reversal(c.Entry, c.Reason) },
	Decide: func(ctx *command.Context, c ReverseContent) ([]ledgerstate.Change, error) {
		l, log, at, err := reversible(ctx, "loan.Reverse", c.Loan, c.Entry, c.Date)
		if err != nil {
			return nil, err
		}
		request := l.request(c.Entry)
		if request == nil {
			return nil, SecondSignature.At("entry", "loan.RequestReversal", c.Entry)
		}
		if slices.Equal(request.By, ctx.Actor.By()) || log.madeBy(at, ctx.Actor.By()) {
			return nil, SecondSignature.At("identity", nil, nil)
		}
		e := LoanReversed{Date: c.Date, Of: at, Entry: c.Entry, Reason: c.Reason}
		e.Recorded = recorded(ctx, log.counts(at))
		if e.Rebuilt, err = log.with(ledgerstate.Entry[Loan]{Number: c.Number, Date: c.Date, Event: e}); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, e)}, nil
	},
}

// madeBy reports whether a certificate made an entry. A reversal has two
// signatures already, so who signed it may sign its own reversal, which another
// person asks for.
func (log chronicle) madeBy(i int, by []byte) bool {
	_, reversal := log[i].Event.(LoanReversed)
	return !reversal && slices.Equal(log[i].By, by)
}

func reversal(entry, reason string) error {
	if entry == "" {
		return NumberForm.At("entry", "1..64", 0)
	}
	return first(optionalNumber("entry", entry), written("reason", reason))
}

// reversible finds an entry that stands and may be reversed on a day.
func reversible(ctx *command.Context, name string, ref ledgerstate.Ref, number string, date calendar.Date) (*Loan, chronicle, int, error) {
	r, err := Kind.Get(ctx.View, "loan", ref)
	if err != nil {
		return nil, nil, 0, err
	}
	if no := check(Loans, name, r.State.Status); no != nil {
		return nil, nil, 0, no
	}
	var log chronicle
	if log, err = Kind.Log(ctx.View, ref.ID, r); err != nil {
		return nil, nil, 0, err
	}
	at := log.find(number)
	if at < 0 {
		return nil, nil, 0, EntryMissing.At("entry", nil, number)
	}
	switch e := log[at].Event.(type) {
	case LoanDisbursed, TakeOnConfirmed, LoanSettled, LoanReversed:
	case posting:
		if _, bound := e.(binding); bound {
			return nil, nil, 0, NotReversible.At("entry", nil, number)
		}
	default:
		return nil, nil, 0, NotReversible.At("entry", nil, number)
	}
	if no := inOrder(log[at].Date, date); no != nil {
		return nil, nil, 0, no
	}
	stands, err := log.standing()
	if err == nil && !stands[at] {
		err = account.ReversedAlready.At("entry", nil, number)
	}
	return &r.State, log, at, err
}

// binding is a posting that cannot be reversed, since another loan follows
// from it.
type binding interface {
	binds()
}

// counts is the day of which an entry changes the figures: that of what a
// reversal is of, at whatever depth.
func (log chronicle) counts(i int) calendar.Date {
	for {
		switch e := log[i].Event.(type) {
		case LoanReversed:
			i = e.Of
			continue
		case TakeOnConfirmed:
			for j := i; j >= 0; j-- {
				if t, ok := log[j].Event.(LoanTakenOn); ok {
					return t.TakenOn.Opening.On
				}
			}
		}
		return log[i].Date
	}
}

func (l *Loan) request(number string) *ReversalRequest {
	if l.More == nil {
		return nil
	}
	for i := range l.More.Requests {
		if l.More.Requests[i].Entry == number {
			return &l.More.Requests[i]
		}
	}
	return nil
}
