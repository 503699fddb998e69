package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// supervisor is who signs what an officer may not decide alone.
var supervisor = []command.Allow{{Party: command.Bank, Role: "approver"}}

// Reset 重定价: on each reset day of a floating rate, LPR as published last and
// the contract's spread, within its cap and floor. The cap of law is asked for
// where parties agree on a rate, at the decision, the contract and a change;
// a reset follows what they agreed.
var Reset = command.Command[ResetContent]{
	Spec:  command.Spec{Name: "loan.Reset", Zh: "浮动利率重定价", En: "reset a floating rate", Source: "中国人民银行公告〔2019〕第15号", Lane: command.LoanLane, Access: officer},
	Wants: func(c ResetContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Decide: func(ctx *command.Context, c ResetContent) ([]ledgerstate.Change, error) {
		l, err := asItStood(ctx, "loan.Reset", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		e, err := l.reset(consortium.Of(ctx), c.Date)
		if err != nil {
			return nil, err
		}
		return enter(ctx, entering{command: "loan.Reset", head: c.Head, loan: c.Loan, entry: e.entry(), replaces: c.Replaces,
			event: func(b Booking) ledgerstate.Event[Loan] { e.Booking = b; return e }})
	},
}

// asItStood finds a loan that the command may act on, as it stood at the end of
// a day: an entry may be dated before others.
func asItStood(ctx *command.Context, name string, ref ledgerstate.Ref, on calendar.Date) (*Loan, error) {
	r, err := Kind.Get(ctx.View, "loan", ref)
	if err != nil {
		return nil, err
	}
	if no := check(Loans, name, r.State.Status); no != nil {
		return nil, no
	}
	if first := r.State.begin(); on < first {
		return nil, account.EntryEarly.At("date", first, on)
	}
	l, err := asOf(ctx.View, ref.ID, r, on)
	return &l, err
}

// reset is what a reset on a day makes of the rate.
func (l *Loan) reset(tables *consortium.Tables, on calendar.Date) (LoanReset, error) {
	last := l.open().LastDue(l.Account)
	if next, ok := l.Contract.nextReset(on-1, last); !ok || next != on {
		return LoanReset{}, ResetNotDue.At("date", next, on)
	}
	lpr, base, since, ok := fixing(tables, on, l.Contract.months())
	if !ok {
		return LoanReset{}, ResetNoLPR.At("date", "after "+since.String(), lpr.Published)
	}
	rate := l.Contract.Floating.rate(base)
	if l.pricedOn(on, rate) {
		next, _ := l.Contract.nextReset(on, last)
		return LoanReset{}, ResetNotDue.At("date", next, on)
	}
	return LoanReset{Date: on, Rate: rate, LPRDate: lpr.Published, LPR: base}, nil
}

// pricedOn reports whether a rate came into force on that very day: there the
// reset has been made, or would change nothing.
func (l *Loan) pricedOn(on calendar.Date, rate money.Rate) bool {
	if l.Account.Amended == nil {
		return false
	}
	for _, p := range l.Account.Amended.Prices {
		if p.From == on {
			return p.Rate == rate
		}
	}
	return false
}

// Reprice 协议调整利率: a rate that the parties agreed on, within the cap of the
// day. A floating rate takes up its LPR and spread again on the next reset day.
var Reprice = command.Command[RepriceContent]{
	Spec:  command.Spec{Name: "loan.Reprice", Zh: "协议调整利率", En: "change the rate by agreement", Source: "民法典第543条", Lane: command.LoanLane, Access: supervisor},
	Wants: func(c RepriceContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Valid: func(c RepriceContent) error {
		return first(rated("rate", c.Rate), coded("reason", RepriceReasons, c.Reason))
	},
	Decide: func(ctx *command.Context, c RepriceContent) ([]ledgerstate.Change, error) {
		l, err := asItStood(ctx, "loan.Reprice", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := apart(ctx, l.AcceptedBy); no != nil {
			return nil, no
		}
		if last := l.open().LastDue(l.Account); c.Date >= last {
			return nil, RepriceLate.At("date", last, c.Date)
		}
		lpr, base, err := capped(ctx, c.Date, l.Contract.months(), c.Rate)
		if err != nil {
			return nil, err
		}
		e := LoanRepriced{Date: c.Date, Rate: c.Rate, LPRDate: lpr.Published, LPR: base, Reason: c.Reason}
		return enter(ctx, entering{command: "loan.Reprice", head: c.Head, loan: c.Loan, entry: e.entry(), replaces: c.Replaces,
			event: func(b Booking) ledgerstate.Event[Loan] { e.Booking = b; return e }})
	},
}
