package fund

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// BookQueries are the room's queries of a bank's book.
var BookQueries = []command.QueryDefinition{AskFacts}

// FactsQuery asks what a book's loans say for a tender, page by page.
type FactsQuery struct {
	From  calendar.Date `json:"from"` // of the lending that counts
	To    calendar.Date `json:"to"`
	After string        `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"` // loans looked at, 1 to 2000; default 500
}

// FactsAnswer is what a part of a book's loans adds to its bank's facts. Parts
// are added up.
type FactsAnswer struct {
	Bank          string    `json:"bank"`
	Loans         int       `json:"loans"` // that counted
	Lent          money.Fen `json:"lent"`
	Credit        money.Fen `json:"credit"`
	CreditBefore  money.Fen `json:"credit_before"`
	Inclusive     money.Fen `json:"inclusive"`
	Weighted      string    `json:"weighted"` // Σ lent × rate, in fen and billionths
	Balance       money.Fen `json:"loan_balance"`
	NonPerforming money.Fen `json:"non_performing_principal"`
	Next          string    `json:"next,omitempty"`
}

// AskFacts 招标统计: platform loans, that is loans that came of an application
// on the ledger. A renewal is no new lending, and an existing loan that was
// taken on none of the platform's. First loans are those that were filed as
// such.
var AskFacts = command.Query[FactsQuery, *FactsAnswer]{
	QuerySpec: command.QuerySpec{Name: "fund.BankFacts", Zh: "招标统计", En: "what a book's loans say for a tender", Chaincode: command.Book,
		Access: append([]command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "approver"}}, readersOfClaims...), Collections: []command.Collection{command.Loan, command.Comp}},
	Answer: func(ctx *command.Context, q FactsQuery) (*FactsAnswer, error) {
		if !q.From.Valid() || q.To < q.From {
			return nil, TenderForm.At("to", q.From, q.To)
		}
		a := &FactsAnswer{Bank: ctx.Owner}
		before := q.From - 1 - calendar.Date(q.From.DaysUntil(q.To)) // first day of the span of equal length before
		weighted := new(big.Int)
		next, err := loan.Kind.Scan(ctx.View, q.After, bounded(q.Limit), func(id ledgerstate.ID, r *ledgerstate.Record[loan.Loan]) error {
			l := &r.State
			if l.IsTakenOn() || l.More != nil && l.More.Renewal != nil && l.More.Renewal.Of != "" {
				return nil
			}
			x, err := loan.ExtractOf(ctx, "loan", ledgerstate.Ref{ID: id, No: r.Natural})
			if err != nil {
				return err
			}
			f, ok, err := x.At(q.To)
			if err != nil || !ok {
				return err
			}
			a.Loans++
			a.Balance += f.Outstanding
			if f.Class >= account.Substandard {
				a.NonPerforming += f.Outstanding
			}
			credit := l.Credit.Guarantee == "C1"
			switch {
			case f.Disbursed >= q.From:
				a.Lent += f.Lent
				weighted.Add(weighted, new(big.Int).Mul(big.NewInt(int64(f.Lent)), big.NewInt(int64(l.Contract.Account.Terms.Rate))))
				if credit {
					a.Credit += f.Lent
				}
				isFirst, err := firstLoan(ctx, r.Natural)
				if err != nil {
					return err
				}
				if isFirst || l.Profile.Type == subject.Herder {
					a.Inclusive += f.Lent
				}
			case f.Disbursed >= before && credit:
				a.CreditBefore += f.Lent
			}
			return nil
		})
		a.Next, a.Weighted = next, weighted.String()
		return a, err
	},
}

// firstLoan reports whether a loan was filed as its borrower's first.
func firstLoan(ctx *command.Context, contract string) (bool, error) {
	id, err := compensation.FilingKind.Locate(ctx.View, contract)
	if err != nil || id.IsZero() {
		return false, err
	}
	r, err := compensation.FilingKind.At(ctx.View, id)
	return err == nil && r != nil && r.State.FirstLoan, err
}

// FactsOf adds the parts of an answer up: the facts that the central bank
// attests.
func FactsOf(parts []*FactsAnswer) (BankFacts, error) {
	var f BankFacts
	weighted := new(big.Int)
	for _, a := range parts {
		f.Bank = a.Bank
		f.Lent += a.Lent
		f.Credit += a.Credit
		f.CreditBefore += a.CreditBefore
		f.Inclusive += a.Inclusive
		f.Balance += a.Balance
		f.NonPerforming += a.NonPerforming
		w, ok := new(big.Int).SetString(a.Weighted, 10)
		if !ok {
			return f, CodeUnknown.At("weighted", "digits", a.Weighted)
		}
		weighted.Add(weighted, w)
	}
	if f.Lent > 0 {
		// A rate has six decimals of a percent: tens of billionths.
		tens := money.HalfUp.Div(weighted, big.NewInt(10*int64(f.Lent)))
		f.LoanRate = money.Rate(tens.Int64() * 10)
	}
	return f, nil
}
