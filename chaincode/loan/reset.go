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
		l, err := load(ctx, "loan.Reset", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		e, err := l.reset(consortium.Of(ctx), c.Date)
		if err != nil {
			return nil, err
		}
		if _, _, err := l.open().Apply(l.Account, e.entry()); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, e)}, nil
	},
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
		l, err := load(ctx, "loan.Reprice", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := apart(ctx, l.AcceptedBy); no != nil {
			return nil, no
		}
		a := l.open()
		if last := a.LastDue(l.Account); c.Date >= last {
			return nil, RepriceLate.At("date", last, c.Date)
		}
		lpr, base, err := capped(ctx, c.Date, l.Contract.months(), c.Rate)
		if err != nil {
			return nil, err
		}
		e := LoanRepriced{Date: c.Date, Rate: c.Rate, LPRDate: lpr.Published, LPR: base, Reason: c.Reason}
		if _, _, err := a.Apply(l.Account, e.entry()); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, e)}, nil
	},
}

// LoanReset sets a floating rate anew.
type LoanReset struct {
	Date    calendar.Date
	Rate    money.Rate
	LPRDate calendar.Date // publication that counted
	LPR     money.Rate    // of the loan's tenor
}

func (e LoanReset) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Reprice, Rate: e.Rate}
}

// Evolve implements ledgerstate.Event.
func (e LoanReset) Evolve(l Loan) Loan {
	l.Account, l.Last = l.entered(e.entry()), e.Date
	return l
}

// LoanRepriced brings an agreed rate into force.
type LoanRepriced struct {
	Date    calendar.Date
	Rate    money.Rate
	LPRDate calendar.Date // publication that the rate was compared with
	LPR     money.Rate
	Reason  string
}

func (e LoanRepriced) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Reprice, Rate: e.Rate}
}

// Evolve implements ledgerstate.Event.
func (e LoanRepriced) Evolve(l Loan) Loan {
	l.Account, l.Last = l.entered(e.entry()), e.Date
	return l
}

// entered is the account after an entry that was decided.
func (l *Loan) entered(e account.Entry) account.State {
	s, _, err := l.open().Apply(l.Account, e)
	if err != nil {
		panic("an entry that was decided does not apply: " + err.Error())
	}
	return s
}

// floats checks the terms of a floating rate as far as that goes without a
// ledger; nil for a fixed rate.
func (c SignContent) floats() (*Floating, *refusal.Refusal) {
	if c.Reprice == Fixed {
		if c.Spread != nil || c.Cap != nil || c.Floor != nil {
			return nil, FloatTerms.At("reprice", Anniversary.String()+" "+January.String(), c.Reprice)
		}
		return nil, nil
	}
	if int(c.Reprice) >= len(repricingNames) {
		return nil, CodeUnknown.At("reprice", knownRepricings, c.Reprice)
	}
	f := &Floating{Repricing: c.Reprice}
	if c.Spread == nil {
		return nil, FloatTerms.At("spread", "percent above LPR", nil)
	}
	f.Spread = *c.Spread
	if f.Spread < -account.MaxRate || f.Spread > account.MaxRate {
		return nil, FloatTerms.At("spread", "-"+account.MaxRate.String()+".."+account.MaxRate.String(), f.Spread)
	}
	if c.Cap != nil {
		if f.Cap = *c.Cap; f.Cap < c.Rate || f.Cap <= 0 || f.Cap > account.MaxRate {
			return nil, FloatTerms.At("cap", c.Rate.String()+".."+account.MaxRate.String(), f.Cap)
		}
	}
	if c.Floor != nil {
		if f.Floor = *c.Floor; f.Floor < 0 || f.Floor > c.Rate {
			return nil, FloatTerms.At("floor", "0.."+c.Rate.String(), f.Floor)
		}
	}
	return f, nil
}
