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
// page by page, of those that are named, or of cases as comp.Overdue gave
// them. Each needs its filing and its loan, which share their pages with
// others: cases in the order of their filings cost a sixteenth of what they
// cost in any other, and a case's own page is not read again.
type RecomputeQuery struct {
	After  string           `json:"after,omitempty"`
	Limit  int              `json:"limit,omitempty"`  // claims, 1 to 1000; default 200
	Claims []ledgerstate.ID `json:"claims,omitempty"` // only these, at most 1000; nothing follows
	Cases  []Case           `json:"cases,omitempty"`  // only these, at most 1000; nothing follows
}

// Case is a claim's place, its filing's, and what of it decides its sum with
// the sum that it has, encoded: a client only sorts cases and hands them back.
type Case struct {
	ID     ledgerstate.ID `json:"id"`
	Filing ledgerstate.ID `json:"filing"`
	Of     []byte         `json:"of"`
}

// casework is what Case.Of holds.
type casework struct {
	Claim      string
	Status     ClaimStatus
	Contract   string
	Loan       ledgerstate.ID
	At         calendar.Date // as of the end of this day
	EvidenceOn calendar.Date
	Others     []Government
	Sum        Sum

	id     ledgerstate.ID
	filing ledgerstate.ID
}

func caseworkOf(id ledgerstate.ID, r *ledgerstate.Record[Claim]) casework {
	c := &r.State
	return casework{Claim: r.Natural, Status: c.Status, Contract: c.Contract, Loan: c.Loan,
		At: c.Figures.At, EvidenceOn: c.Evidence.On, Others: c.Others, Sum: c.Figures.Sum, id: id, filing: c.Filing}
}

func caseOf(id ledgerstate.ID, r *ledgerstate.Record[Claim]) (Case, error) {
	w := caseworkOf(id, r)
	of, err := ledgerstate.Encode(&w)
	return Case{ID: id, Filing: w.filing, Of: of}, err
}

func (c *casework) ref() ledgerstate.Ref { return ledgerstate.Ref{ID: c.filing, No: c.Contract} }

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
	ID      ledgerstate.ID `json:"id"`
	Claim   string         `json:"claim"`
	Status  ClaimStatus    `json:"status"`
	At      calendar.Date  `json:"at"`
	Sum     money.Fen      `json:"sum"`
	Now     money.Fen      `json:"recomputed"`
	Binding string         `json:"binding"`
}

// RefusedLine is a claim that could not be made any more.
type RefusedLine struct {
	ID    ledgerstate.ID `json:"id"`
	Claim string         `json:"claim"`
	Code  string         `json:"code"`
	Zh    string         `json:"zh"`
	Limit string         `json:"limit,omitempty"`
	Now   string         `json:"actual,omitempty"`
}

// Recompute 重新核算: every claim's sum again, from the loan's entries that stand
// now, as of the day on which it was worked out.
var Recompute = command.Query[RecomputeQuery, *RecomputeAnswer]{
	QuerySpec: compQuery("comp.Recompute", "重新核算补偿金额", "claims whose sum is no longer what the ledger gives", command.Loan),
	Answer: func(ctx *command.Context, q RecomputeQuery) (*RecomputeAnswer, error) {
		a := &RecomputeAnswer{Bank: ctx.Owner, Differ: []RecomputedLine{}}
		cases, err := q.cases(ctx, a)
		if err != nil {
			return nil, err
		}
		var wants []ledgerstate.Want
		for i := range cases {
			c := &cases[i]
			wants = append(wants, ledgerstate.Want{Kind: FilingKind, Ref: c.ref()}, ledgerstate.Want{Kind: loan.Kind, Ref: ledgerstate.Ref{ID: c.Loan, No: c.Contract}})
		}
		if err := ctx.Prefetch(wants); err != nil {
			return nil, err
		}
		for i := range cases {
			if err := a.again(ctx, &cases[i]); err != nil {
				return nil, err
			}
		}
		return a, nil
	},
}

// cases are the claims that have a sum, of the part of the book that is asked for.
func (q RecomputeQuery) cases(ctx *command.Context, a *RecomputeAnswer) (list []casework, err error) {
	keep := func(id ledgerstate.ID, r *ledgerstate.Record[Claim]) error {
		if r.State.Figures != nil {
			list = append(list, caseworkOf(id, r))
		}
		return nil
	}
	if n := len(q.Cases); n > mostAtOnce {
		return nil, ClaimList.At("cases", mostAtOnce, n)
	} else if n > 0 {
		list = make([]casework, n)
		for i, c := range q.Cases {
			if err := ledgerstate.Decode(c.Of, &list[i]); err != nil {
				return nil, ClaimList.At("cases", "comp.Overdue", c.ID)
			}
			list[i].id, list[i].filing = c.ID, c.Filing
		}
		return list, nil
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
func (a *RecomputeAnswer) again(ctx *command.Context, c *casework) error {
	a.Claims++
	f, err := FilingKind.Get(ctx.View, "filing", c.ref())
	if err != nil {
		return err
	}
	n, err := claimable(ctx, &f.State, c.EvidenceOn, c.Others, c.At)
	if no, ok := refusal.As(err); ok {
		zh, _ := no.Texts()
		a.Missing = append(a.Missing, RefusedLine{ID: c.id, Claim: c.Claim, Code: no.Code, Zh: zh, Limit: no.Limit, Now: no.Actual})
		return nil
	}
	if err != nil {
		return err
	}
	if n.Sum != c.Sum {
		a.Differ = append(a.Differ, RecomputedLine{ID: c.id, Claim: c.Claim, Status: c.Status, At: c.At, Sum: c.Sum.Entitlement, Now: n.Sum.Entitlement, Binding: n.Sum.Binding})
	}
	return nil
}
