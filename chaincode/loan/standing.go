package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Standing is where a loan stands at the end of a day: the least that whoever
// looks at very many loans needs.
type Standing struct {
	Lent        money.Fen
	Outstanding money.Fen // principal
	Class       account.Class
	Settled     calendar.Date // 结清日; zero: open
}

// StandingAt finds a loan by its ID alone; false where it was not disbursed by
// then. The log is read only where something was entered after the day.
func StandingAt(ctx *command.Context, id ledgerstate.ID, day calendar.Date) (Standing, bool, error) {
	r, err := Kind.At(ctx.View, id)
	if err != nil || r == nil {
		return Standing{}, false, err
	}
	l, err := asOf(ctx.View, id, r, day)
	if err != nil || !l.disbursed() || l.begin() > day {
		return Standing{}, false, err
	}
	a := l.open()
	now := a.At(l.Account, day)
	s := Standing{Lent: a.Lent(l.Account), Outstanding: now.Outstanding, Class: l.class(a, day)}
	if l.Status == Settled {
		s.Settled = l.Last
	}
	return s, true, nil
}

// Renews is the contract number of the loan that this one renewed without
// repayment; "" where it is no renewal.
func (l *Loan) Renews() string {
	if r := l.renewal(); r != nil {
		return r.Of
	}
	return ""
}

// Lent is the principal that a disbursed loan began with.
func (l *Loan) Lent() money.Fen { return l.open().Lent(l.Account) }
