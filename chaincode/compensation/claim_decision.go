package compensation

import (
	"reflect"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// ProposeAdjustment 提出金额调整: frozen sums are worked out anew, by what the
// ledger says on the day, or with other government money. Nothing changes by
// it.
var ProposeAdjustment = command.Command[AdjustContent]{
	Spec:  command.Spec{Name: "comp.ProposeAdjustment", Zh: "提出金额调整", En: "propose to work a frozen sum out anew", Lane: command.CompLane, Access: commissionReviewer},
	Wants: func(c AdjustContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c AdjustContent) error { return firstOf(written("why", c.Why), governments(c.Others)) },
	Decide: func(ctx *command.Context, c AdjustContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.ProposeAdjustment", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if a.Adjustment != nil {
			return nil, AdjustStands.At("adjustment", nil, a.Adjustment.Number)
		}
		others := a.Others
		if c.Others != nil {
			others = *c.Others
		}
		figures, err := a.assess(a.Evidence, others)
		if err != nil {
			return nil, err
		}
		if figures.Sum == a.Figures.Sum && reflect.DeepEqual(figures.Received, a.Figures.Received) {
			return nil, AdjustNothing.At("claim", nil, a.Figures.Sum.Entitlement)
		}
		e := AdjustmentProposed{Act: a.act(a.Deadline), Adjustment: Adjustment{Number: c.Number, Why: c.Why, Figures: figures, Others: others, By: ctx.Actor.By()}}
		return []ledgerstate.Change{a.happened(e)}, nil
	},
}

// SignAdjustment 签批金额调整: Finance signs second. Once the old sum was made
// public, the new one is too.
var SignAdjustment = command.Command[SignAdjustmentContent]{
	Spec:  command.Spec{Name: "comp.SignAdjustment", Zh: "签批金额调整", En: "sign an adjustment, or drop it", Lane: command.CompLane, Access: financeApprover},
	Wants: func(c SignAdjustmentContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Decide: func(ctx *command.Context, c SignAdjustmentContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.SignAdjustment", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if a.Adjustment == nil || a.Adjustment.Number != c.Adjustment {
			return nil, AdjustMissing.At("adjustment", nil, c.Adjustment)
		}
		if no := a.apart(a.Adjustment.By, a.People.Submitted); no != nil {
			return nil, no
		}
		e := AdjustmentSigned{Dropped: c.Drop}
		next := a.Deadline
		if e.Again = !c.Drop && (a.Status == Publicised || a.Status == ReReview); e.Again {
			d, err := by(StepPublish, a.terms.Publish, c.Date)
			if err != nil {
				return nil, err
			}
			next = d
		}
		e.Act = a.act(next)
		return []ledgerstate.Change{a.happened(e)}, nil
	},
}

// Reject 不予补偿, always with a reason: before the acceptance by the
// Commission, after it by the Commission's reviewer or Finance's approver. The
// filing is free, and another claim may follow within its time. Where a part
// was paid before, the rest is not.
var Reject = command.Command[ReasonContent]{
	Spec: command.Spec{Name: "comp.Reject", Zh: "不予补偿", En: "reject a claim", Lane: command.CompLane,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.Commission, Role: "reviewer"}, {Party: command.Finance, Role: "approver"}}},
	Wants: func(c ReasonContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ReasonContent) error {
		return firstOf(termed("reason", ClaimReasons, c.Reason), said("note", c.Note))
	},
	Decide: func(ctx *command.Context, c ReasonContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Reject", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		early := a.Status == Submitted || a.Status == Returned
		switch {
		case early && ctx.Actor.Party != command.Commission:
			return nil, WhoRejects.At("identity", "C/operator C/reviewer", string(ctx.Actor.Party))
		case !early && ctx.Actor.Party == command.Commission && !ctx.Actor.Has("reviewer"):
			return nil, WhoRejects.At("identity", "C/reviewer F/approver", "C/operator")
		}
		if no := a.apart(a.People.Submitted); no != nil {
			return nil, no
		}
		e := ClaimRejected{Act: a.act(Deadline{}), Reason: c.Reason, Note: c.Note}
		changes := []ledgerstate.Change{a.happened(e)}
		if a.Award == nil || a.Award.Paid == 0 {
			changes = append(changes, a.released())
		}
		return changes, nil
	},
}

// Approve 批准: Finance's approver, who took no other step, once publicity has
// ended and nothing is open. The entitlement stands over the limbs that need no
// pool; what the pool has for it is allocated over all approved claims at once.
var Approve = command.Command[ClaimContent]{
	Spec:  command.Spec{Name: "comp.Approve", Zh: "批准补偿", En: "approve a claim", Lane: command.CompLane, Access: financeApprover},
	Wants: func(c ClaimContent) []ledgerstate.Want { return append(wantsClaim(c.Claim), docketWant) },
	Valid: func(c ClaimContent) error { return said("note", c.Note) },
	Decide: func(ctx *command.Context, c ClaimContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Approve", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		p := &a.People
		if no := a.apart(p.Submitted, p.Accepted, p.Reviewed, p.Opined, p.Publicised); no != nil {
			return nil, no
		}
		switch {
		case c.Date <= a.Publicity.To:
			return nil, PublicityRuns.At("date", "after "+a.Publicity.To.String(), c.Date)
		case a.marked():
			return nil, ObjectionOpen.At("claim", nil, nil)
		case a.Adjustment != nil:
			return nil, AdjustStands.At("adjustment", nil, a.Adjustment.Number)
		case !a.Opinion.Agrees && c.Note == "": // against the central bank's opinion, and not without a word
			return nil, ClaimText.At("note", "1..200", 0)
		}
		sum := &a.Figures.Sum
		if a.Award != nil && sum.Entitlement < a.Award.Paid { // nothing could be allocated to it, and no payment would end it
			return nil, BelowPaid.At("entitlement", a.Award.Paid, sum.Entitlement)
		}
		next, err := by(StepPayment, a.terms.Payment, a.Publicity.To)
		if err != nil {
			return nil, err
		}
		approved := ClaimApproved{Act: a.act(next), Note: c.Note, Entitlement: sum.Entitlement, Binding: sum.Binding}
		docket, err := a.docket(approved.Evolve(*a.Claim))
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(approved), docket}, nil
	},
}

// Close 办结: nothing is due to the fund any more, or will be.
var Close = command.Command[ReasonContent]{
	Spec:  command.Spec{Name: "comp.Close", Zh: "办结", En: "close a paid claim", Lane: command.CompLane, Access: financeOfficer},
	Wants: func(c ReasonContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ReasonContent) error { return termed("reason", CloseReasons, c.Reason) },
	Decide: func(ctx *command.Context, c ReasonContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Close", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if due := a.dueBack(); due > 0 {
			return nil, StillDue.At("claim", "0.00", due)
		}
		return []ledgerstate.Change{a.happened(ClaimClosed{Act: a.act(Deadline{}), Reason: c.Reason})}, nil
	},
}
