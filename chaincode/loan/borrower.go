package loan

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// BorrowerQuery names loans by contract number, 1 to 2000.
type BorrowerQuery struct {
	Loans []string `json:"loans"`
}

// BorrowerAnswer is in the order asked.
type BorrowerAnswer struct {
	Borrowers []BorrowerSheet `json:"borrowers"`
}

// BorrowerSheet opens the seal that a loan keeps of its borrower. Both parts
// are empty where the book has no such loan, or one that was taken on, which
// has no seal.
type BorrowerSheet struct {
	Loan     string `json:"loan"`
	Identity string `json:"identity,omitempty"` // USCC:… or RID:…
	Blind    string `json:"blind,omitempty"`    // hex
}

// Borrower 借款人身份凭据: what a bank shows C, P and F of a borrower when it
// files the loan, and nothing of others. Only the bank's and the Commission's
// peers can tell.
var Borrower = command.Query[BorrowerQuery, *BorrowerAnswer]{
	QuerySpec: query("loan.Borrower", "借款人身份凭据", "what opens the loans' seals of their borrowers",
		[]command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}, {Party: command.Commission, Role: "operator"}}, command.Person, command.Loan),
	Answer: func(ctx *command.Context, q BorrowerQuery) (*BorrowerAnswer, error) {
		if n := len(q.Loans); n < 1 || n > 2000 {
			return nil, command.Malformed.At("loans", "1..2000", n)
		}
		ids, err := Kind.LocateAll(ctx.View, q.Loans)
		if err != nil {
			return nil, err
		}
		refs := make([]ledgerstate.Want, len(ids))
		for i, id := range ids {
			refs[i] = ledgerstate.Want{Kind: Kind, Ref: ledgerstate.Ref{ID: id, No: q.Loans[i]}}
		}
		if err := ctx.Prefetch(refs); err != nil {
			return nil, err
		}
		a := &BorrowerAnswer{}
		for i, id := range ids {
			s := BorrowerSheet{Loan: q.Loans[i]}
			if !id.IsZero() {
				r, err := Kind.Get(ctx.View, "loan", refs[i].Ref)
				if err != nil {
					return nil, err
				}
				if len(r.State.Borrower) > 0 {
					o, err := subject.OpenedAt(ctx, r.State.Subject)
					if err != nil {
						return nil, err
					}
					s.Identity, s.Blind = o.Identity, hex.EncodeToString(o.Blind)
				}
			}
			a.Borrowers = append(a.Borrowers, s)
		}
		return a, nil
	},
}
