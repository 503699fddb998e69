package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// ReturnForCorrection 退回补正: the operator says which items are missing or
// wrong.
var ReturnForCorrection = command.Command[CorrectionContent]{
	Spec:  command.Spec{Name: "comp.ReturnForCorrection", Zh: "退回补正", En: "return a claim for correction", Lane: command.CompLane, Access: commissionOperator},
	Wants: func(c CorrectionContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c CorrectionContent) error {
		if n := len(c.Items); n > len(Dossier) {
			return ClaimList.At("items", len(Dossier), n)
		}
		for _, code := range c.Items {
			if _, ok := itemOf(code); !ok {
				return ClaimCode.At("items", "D01..D13", code)
			}
		}
		return written("note", c.Note)
	},
	Decide: func(ctx *command.Context, c CorrectionContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.ReturnForCorrection", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if a.Returns >= a.pack.Days.Cures {
			return nil, ReturnedOut.At("claim", a.pack.Days.Cures, a.Returns)
		}
		next, err := by(StepCure, a.terms.Cure, c.Date)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(ClaimReturned{Act: a.act(next), Items: c.Items, Note: c.Note})}, nil
	},
}

// AcceptComplete 受理: the dossier is complete. The sum is worked out once more,
// by what the ledger says on the day, and frozen.
var AcceptComplete = command.Command[ClaimContent]{
	Spec:  command.Spec{Name: "comp.AcceptComplete", Zh: "受理(材料齐全)", En: "accept a complete claim", Lane: command.CompLane, Access: commissionOperator},
	Wants: func(c ClaimContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ClaimContent) error { return said("note", c.Note) },
	Decide: func(ctx *command.Context, c ClaimContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.AcceptComplete", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if no := a.apart(a.People.Submitted); no != nil {
			return nil, no
		}
		figures, err := a.assess(a.Evidence, a.Others)
		if err != nil {
			return nil, err
		}
		next, err := by(StepReview, a.terms.Review, c.Date)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(ClaimAccepted{Act: a.act(next), Figures: figures})}, nil
	},
}

// Review 审核: the Commission's reviewer has examined the claim and lets it go
// on. Who finds against it rejects it.
var Review = command.Command[ClaimContent]{
	Spec:  command.Spec{Name: "comp.Review", Zh: "审核", En: "review a claim", Lane: command.CompLane, Access: commissionReviewer},
	Wants: func(c ClaimContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ClaimContent) error { return said("note", c.Note) },
	Decide: func(ctx *command.Context, c ClaimContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Review", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if no := a.apart(a.People.Submitted, a.People.Accepted); no != nil {
			return nil, no
		}
		// Review and opinion share one term.
		return []ledgerstate.Change{a.happened(ClaimReviewed{Act: a.act(Deadline{StepOpinion, a.Deadline.On}), Note: c.Note})}, nil
	},
}

// Opine 出具意见: the central bank agrees or not. Finance decides.
var Opine = command.Command[OpineContent]{
	Spec: command.Spec{Name: "comp.Opine", Zh: "出具意见", En: "give the central bank's opinion on a claim", Lane: command.CompLane,
		Access: []command.Allow{{Party: command.CentralBank, Role: "reviewer"}, {Party: command.CentralBank, Role: "approver"}}},
	Wants: func(c OpineContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c OpineContent) error {
		if !c.Agrees {
			return written("note", c.Note)
		}
		return said("note", c.Note)
	},
	Decide: func(ctx *command.Context, c OpineContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Opine", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		next, err := by(StepPublish, a.terms.Publish, c.Date)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(ClaimOpined{Act: a.act(next), Opinion: Opinion{Agrees: c.Agrees, Note: c.Note}})}, nil
	},
}
