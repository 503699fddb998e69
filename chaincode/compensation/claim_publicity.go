package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Publicise 公示 runs from the day on to the end of so many working days after
// it, the pack's at least: holidays do not count.
var Publicise = command.Command[PubliciseContent]{
	Spec:  command.Spec{Name: "comp.Publicise", Zh: "公示", En: "publicise a claim", Lane: command.CompLane, Access: financeOfficer},
	Wants: func(c PubliciseContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c PubliciseContent) error {
		const most = 60
		if c.Days < 0 || c.Days > most {
			return PublicityDays.At("days", most, c.Days)
		}
		return nil
	},
	Decide: func(ctx *command.Context, c PubliciseContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Publicise", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if a.Adjustment != nil {
			return nil, AdjustStands.At("adjustment", nil, a.Adjustment.Number)
		}
		days := a.pack.Days.Publicity
		if c.Days != 0 {
			if c.Days < days {
				return nil, PublicityDays.At("days", days, c.Days)
			}
			days = c.Days
		}
		to, err := workingDay(ctx, c.Date, days)
		if err != nil {
			return nil, err
		}
		next, err := by(StepDecision, a.terms.Decision, to)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(ClaimPublicised{Act: a.act(next), To: to})}, nil
	},
}

// Object 提出异议: whoever takes an objection down enters it, in the publicity
// period. The claim stands still until it is decided.
var Object = command.Command[ObjectContent]{
	Spec: command.Spec{Name: "comp.Object", Zh: "登记异议", En: "enter an objection to a claim", Lane: command.CompLane,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.Finance, Role: "officer"}}},
	Wants: func(c ObjectContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ObjectContent) error {
		return firstOf(termed("objector", Objectors, c.Objector), written("text", c.Text), optionalCID("cid", c.CID))
	},
	Decide: func(ctx *command.Context, c ObjectContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Object", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		left := a.Publicity.Left
		if a.Status == Publicised {
			if c.Date > a.Publicity.To {
				return nil, PublicityOver.At("date", a.Publicity.To, c.Date)
			}
			if left, err = workingDaysLeft(ctx, c.Date, a.Publicity.To); err != nil {
				return nil, err
			}
		}
		const most = 20
		if n := len(a.Objections); n >= most {
			return nil, ClaimList.At("objections", most, n)
		}
		// Answer and decision share one term, counted from the last objection.
		next, err := by(StepAnswer, a.terms.Objection, c.Date)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(ClaimObjected{Act: a.act(next), Objector: c.Objector, Text: c.Text, CID: c.CID, Left: left})}, nil
	},
}

// AnswerObjection 答复异议: the bank answers one. Once all are answered the
// Commission looks into it.
var AnswerObjection = command.Command[AnswerContent]{
	Spec:  command.Spec{Name: "comp.AnswerObjection", Zh: "答复异议", En: "answer an objection", Lane: command.CompLane, Access: bankOfficer},
	Wants: func(c AnswerContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c AnswerContent) error {
		return firstOf(written("text", c.Text), optionalCID("cid", c.CID))
	},
	Decide: func(ctx *command.Context, c AnswerContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.AnswerObjection", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		n := len(a.Objections)
		if c.Objection < 1 || c.Objection > n || !a.Objections[c.Objection-1].Open() || a.Objections[c.Objection-1].Answered != 0 {
			return nil, ObjectionNone.At("objection", n, c.Objection)
		}
		waiting := 0
		for _, o := range a.Objections {
			if o.Open() && o.Answered == 0 {
				waiting++
			}
		}
		next := a.Deadline
		if waiting == 1 { // this one
			next.Step = StepReReview
		}
		return []ledgerstate.Change{a.happened(ObjectionAnswered{Act: a.act(next), N: c.Objection, Text: c.Text, CID: c.CID})}, nil
	},
}

// ReReviewClaim 异议复核 decides on all that is open: objections, or a stopped
// payment. What is not upheld lets the publicity go on for the days that were
// left; what is upheld must be followed by an adjustment or a rejection. An
// objection that the bank has not answered in time is decided without.
var ReReviewClaim = command.Command[ReReviewContent]{
	Spec:  command.Spec{Name: "comp.ReReview", Zh: "异议复核", En: "decide on objections or on a stopped payment", Lane: command.CompLane, Access: commissionReviewer},
	Wants: func(c ReReviewContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ReReviewContent) error { return written("note", c.Note) },
	Decide: func(ctx *command.Context, c ReReviewContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.ReReview", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if no := a.apart(a.People.Submitted, a.People.Accepted); no != nil {
			return nil, no
		}
		if a.Status == Objected && c.Date <= a.Deadline.On {
			return nil, AnswerWaits.At("date", "after "+a.Deadline.On.String(), c.Date)
		}
		if !a.marked() && (a.Stopped == "" || a.Upheld) {
			return nil, UpheldAlready.At("claim", nil, nil)
		}
		e := ClaimReReviewed{Upheld: c.Upheld, Note: c.Note, To: a.Publicity.To}
		if left := a.Publicity.Left; left > 0 {
			if e.To, err = workingDay(ctx, c.Date, left); err != nil {
				return nil, err
			}
		}
		next, err := by(StepDecision, a.terms.Decision, max(c.Date, e.To))
		if err != nil {
			return nil, err
		}
		e.Act = a.act(next)
		return []ledgerstate.Change{a.happened(e)}, nil
	},
}
