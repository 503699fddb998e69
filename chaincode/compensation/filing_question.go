package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// FilingQuestions are what commons may ask a book of filings.
var FilingQuestions = []command.QuestionDefinition{Standings, Opens}

// StandingsQuery names filings and a day.
type StandingsQuery struct {
	Filings []ledgerstate.ID
	Day     calendar.Date
}

// Standing is where a filed loan stands at the end of the day.
type Standing struct {
	Contract    string
	Filed       bool // by that day; else nothing but the contract is given
	Lent        money.Fen
	Outstanding money.Fen
	Class       account.Class
	Settled     calendar.Date // 结清日; zero: open
	Compensated money.Fen     // less what was returned; as of now
	Owing       bool          // compensated, and not all of it returned
}

// Standings 备案贷款现状: what the registry's caps and breakers go by.
var Standings = command.Question[StandingsQuery, []Standing]{
	Name: "comp.Standings", Collections: []command.Collection{command.Comp, command.Loan},
	Answer: func(ctx *command.Context, q StandingsQuery) ([]Standing, error) {
		wants := make([]ledgerstate.Want, len(q.Filings))
		for i, id := range q.Filings {
			wants[i] = ledgerstate.Want{Kind: FilingKind, Ref: ledgerstate.Ref{ID: id}}
		}
		if err := ctx.Prefetch(wants); err != nil {
			return nil, err
		}
		filings := make([]*Filing, len(q.Filings))
		wants = wants[:0]
		for i, id := range q.Filings {
			r, err := FilingKind.At(ctx.View, id)
			if err != nil {
				return nil, err
			}
			if r == nil {
				return nil, ledgerstate.Errorf("STATE_CORRUPT", "the registry counts a filing that the book of %s does not have", ctx.Owner)
			}
			filings[i] = &r.State
			wants = append(wants, ledgerstate.Want{Kind: loan.Kind, Ref: ledgerstate.Ref{ID: r.State.Loan}})
		}
		if err := ctx.Prefetch(wants); err != nil {
			return nil, err
		}
		list := make([]Standing, len(filings))
		for i, f := range filings {
			list[i] = Standing{Contract: f.Contract}
			if f.Date.IsZero() || f.Date > q.Day {
				continue
			}
			s, lent, err := loan.StandingAt(ctx, f.Loan, q.Day)
			if err != nil {
				return nil, err
			}
			if !lent { // its disbursement was reversed
				continue
			}
			list[i] = Standing{Contract: f.Contract, Filed: true, Lent: s.Lent, Outstanding: s.Outstanding, Class: s.Class, Settled: s.Settled,
				Compensated: f.Compensated - f.Returned, Owing: f.Compensated > f.Returned}
		}
		return list, nil
	},
}
