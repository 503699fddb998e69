package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// RecomputeQuery asks for the sums of claims to be worked out again: of all,
// page by page, or of those that are named. Each needs its filing and its loan,
// which share their pages with others: claims that are named in the order of
// their filings cost a sixteenth of what they cost in any other.
type RecomputeQuery struct {
	After  string           `json:"after,omitempty"`
	Limit  int              `json:"limit,omitempty"`  // claims, 1 to 1000; default 200
	Claims []ledgerstate.ID `json:"claims,omitempty"` // only these, at most 1000; nothing follows
}

// RecomputeAnswer is a part of the claims whose sum is no longer what the
// ledger gives.
type RecomputeAnswer struct {
	Bank    string           `json:"bank"` // MSP
	Claims  int              `json:"claims"`
	Differ  []RecomputedLine `json:"differences"`
	Missing []RefusedLine    `json:"no_longer_claimable,omitempty"`
	Next    string           `json:"next,omitempty"`
}

// RecomputedLine is a claim whose sum differs: an entry of the loan was
// corrected since. Its sum is adjusted by two signatures, or stays.
type RecomputedLine struct {
	Claim   string        `json:"claim"`
	Status  ClaimStatus   `json:"status"`
	At      calendar.Date `json:"at"`
	Sum     money.Fen     `json:"sum"`
	Now     money.Fen     `json:"recomputed"`
	Binding string        `json:"binding"`
}

// RefusedLine is a claim that could not be made any more.
type RefusedLine struct {
	Claim string `json:"claim"`
	Code  string `json:"code"`
	Zh    string `json:"zh"`
	Limit string `json:"limit,omitempty"`
	Now   string `json:"actual,omitempty"`
}

// Recompute 重新核算: every claim's sum again, from the loan's entries that stand
// now, as of the day on which it was worked out.
var Recompute = command.Query[RecomputeQuery, *RecomputeAnswer]{
	QuerySpec: compQuery("comp.Recompute", "重新核算补偿金额", "claims whose sum is no longer what the ledger gives", command.Loan),
	Answer: func(ctx *command.Context, q RecomputeQuery) (*RecomputeAnswer, error) {
		a := &RecomputeAnswer{Bank: ctx.Owner, Differ: []RecomputedLine{}}
		claims, err := q.claims(ctx, a)
		if err != nil {
			return nil, err
		}
		var wants []ledgerstate.Want
		for _, r := range claims {
			c := &r.State
			wants = append(wants, ledgerstate.Want{Kind: FilingKind, Ref: c.filing()}, ledgerstate.Want{Kind: loan.Kind, Ref: ledgerstate.Ref{ID: c.Loan, No: c.Contract}})
		}
		if err := ctx.Prefetch(wants); err != nil {
			return nil, err
		}
		for _, r := range claims {
			if err := a.again(ctx, r); err != nil {
				return nil, err
			}
		}
		return a, nil
	},
}

// claims are those that have a sum, of the part of the book that is asked for.
func (q RecomputeQuery) claims(ctx *command.Context, a *RecomputeAnswer) (list []*ledgerstate.Record[Claim], err error) {
	keep := func(_ ledgerstate.ID, r *ledgerstate.Record[Claim]) error {
		if r.State.Figures != nil {
			list = append(list, r)
		}
		return nil
	}
	if len(q.Claims) == 0 {
		a.Next, err = ClaimKind.Scan(ctx.View, q.After, limited(q.Limit), keep)
		return list, err
	}
	if n := len(q.Claims); n > mostAtOnce {
		return nil, ClaimList.At("claims", mostAtOnce, n)
	}
	wants := make([]ledgerstate.Want, len(q.Claims))
	for i, id := range q.Claims {
		wants[i] = ledgerstate.Want{Kind: ClaimKind, Ref: ledgerstate.Ref{ID: id}}
	}
	if err := ctx.Prefetch(wants); err != nil {
		return nil, err
	}
	for _, id := range q.Claims {
		r, err := ClaimKind.At(ctx.View, id)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return nil, ledgerstate.Unknown.At("claims", nil, id)
		}
		if err := keep(id, r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// again works a claim's sum out again.
func (a *RecomputeAnswer) again(ctx *command.Context, r *ledgerstate.Record[Claim]) error {
	c := &r.State
	a.Claims++
	f, err := FilingKind.Get(ctx.View, "filing", c.filing())
	if err != nil {
		return err
	}
	n, err := claimable(ctx, &f.State, c.Evidence.On, c.Others, c.Figures.At)
	if no, ok := refusal.As(err); ok {
		zh, _ := no.Texts()
		a.Missing = append(a.Missing, RefusedLine{Claim: r.Natural, Code: no.Code, Zh: zh, Limit: no.Limit, Now: no.Actual})
		return nil
	}
	if err != nil {
		return err
	}
	if n.Sum != c.Figures.Sum {
		a.Differ = append(a.Differ, RecomputedLine{Claim: r.Natural, Status: c.Status, At: c.Figures.At, Sum: c.Figures.Sum.Entitlement, Now: n.Sum.Entitlement, Binding: n.Sum.Binding})
	}
	return nil
}
