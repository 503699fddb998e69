package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// RecomputeQuery asks for the sums of claims to be worked out again.
type RecomputeQuery struct {
	After string `json:"after,omitempty"`
	Limit int    `json:"limit,omitempty"` // claims, 1 to 1000; default 200
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
		next, err := ClaimKind.Scan(ctx.View, q.After, limited(q.Limit), func(_ ledgerstate.ID, r *ledgerstate.Record[Claim]) error {
			c := &r.State
			if c.Figures == nil {
				return nil
			}
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
		})
		a.Next = next
		return a, err
	},
}
