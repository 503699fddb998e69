package compensation

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

var (
	bankOfficer        = []command.Allow{{Party: command.Bank, Role: "officer"}}
	commissionOperator = []command.Allow{{Party: command.Commission, Role: "operator"}}
	commissionReviewer = []command.Allow{{Party: command.Commission, Role: "reviewer"}}
	financeOfficer     = []command.Allow{{Party: command.Finance, Role: "officer"}}
	financeApprover    = []command.Allow{{Party: command.Finance, Role: "approver"}}
)

// acting is a claim that a command may act on, with its filing and rule pack.
type acting struct {
	*command.Context
	*Claim
	ref   ledgerstate.Ref
	file  *Filing
	pack  consortium.RulePack
	terms formula.Deadlines
	date  calendar.Date
}

// act finds a claim that a command may act on: its state allows it and the
// date is not before the last step's.
func act(ctx *command.Context, name string, ref ledgerstate.Ref, date calendar.Date) (*acting, error) {
	r, err := ClaimKind.Get(ctx.View, "claim", ref)
	if err != nil {
		return nil, err
	}
	c := r.State
	if no := c.may(name); no != nil {
		return nil, no
	}
	if date < c.Last {
		return nil, ClaimOrder.At("date", c.Last, date)
	}
	f, err := FilingKind.Get(ctx.View, "filing", c.filing())
	if err != nil {
		return nil, err
	}
	a := &acting{Context: ctx, Claim: &c, ref: ref, file: &f.State, date: date}
	var ok bool
	if a.pack, ok = consortium.Of(ctx).Pack(c.Pack); !ok {
		return nil, NoPack.At("pack", nil, c.Pack)
	}
	a.terms = termsOf(ctx, a.pack)
	return a, nil
}

// termsOf are the deadlines of a pack by the ledger's calendar.
func termsOf(ctx *command.Context, pack consortium.RulePack) formula.Deadlines {
	return formula.Deadlines{Pack: pack, Calendar: consortium.Of(ctx).Calendar}
}

// filing is where the claim's filing is.
func (c *Claim) filing() ledgerstate.Ref { return ledgerstate.Ref{ID: c.Filing, No: c.Contract} }

// happened is an event of the claim.
func (a *acting) happened(e ledgerstate.Event[Claim]) ledgerstate.Change {
	return ClaimKind.Happened(a.ref, e)
}

// act is what the event of this step carries.
func (a *acting) act(next Deadline) Act {
	return Act{Date: a.date, By: a.Actor.By(), Deadline: next}
}

// apart refuses who took one of the other steps.
func (a *acting) apart(others ...[]byte) *refusal.Refusal {
	for _, other := range others {
		if len(other) > 0 && string(other) == string(a.Actor.By()) {
			return SamePerson.At("identity", nil, nil)
		}
	}
	return nil
}

func wantsClaim(ref ledgerstate.Ref) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: ClaimKind, Ref: ref}}
}

// Notify 不良通知: the bank gives notice that a filed loan went bad. A notice
// after its last day is accepted and shows: the review weighs it.
var Notify = command.Command[NotifyContent]{
	Spec: command.Spec{Name: "comp.Notify", Zh: "不良通知", En: "give notice that a filed loan is non-performing", Lane: command.CompLane, Access: bankOfficer},
	Wants: func(c NotifyContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: ClaimKind, Ref: c.Claim, Birth: true}, {Kind: FilingKind, Ref: c.Filing}}
	},
	Valid: func(c NotifyContent) error {
		return firstOf(numberedClaim("claim", c.Claim), numberedClaim("filing", c.Filing))
	},
	Decide: func(ctx *command.Context, c NotifyContent) ([]ledgerstate.Change, error) {
		r, err := FilingKind.Get(ctx.View, "filing", c.Filing)
		if err != nil {
			return nil, err
		}
		f := &r.State
		switch {
		case f.Claim != "":
			return nil, FilingTaken.At("filing", nil, f.Claim)
		case f.Status != FilingFiled && f.Status != FilingEffective:
			return nil, FilingState.At("filing", FilingFiled.String()+" "+FilingEffective.String(), f.Status)
		}
		n, err := claimable(ctx, f, 0, nil, c.Date)
		if err != nil {
			return nil, err
		}
		terms := termsOf(ctx, n.pack)
		due, err := terms.Notice(n.Since)
		if err != nil {
			return nil, figureRefused(err)
		}
		next, err := by(StepSubmit, terms.Submission, n.Since)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{
			ClaimKind.Born(c.Claim, ClaimNotified{Act: Act{Date: c.Date, By: ctx.Actor.By(), Deadline: next},
				Contract: c.Filing.No, Loan: f.Loan, Filing: c.Filing.ID, Pack: f.Pack,
				Notice: Notice{On: c.Date, Since: n.Since, DaysPastDue: n.now.DaysPastDue, Class: n.now.Class, Due: due}}),
			FilingKind.Happened(c.Filing, ClaimOpened{Claim: c.Claim.No}),
		}, nil
	},
}

// Submit 提交补偿申请. The bank gives what the ledger cannot know; the sum is the
// ledger's.
var Submit = command.Command[SubmitContent]{
	Spec:  command.Spec{Name: "comp.Submit", Zh: "提交补偿申请", En: "submit a claim", Lane: command.CompLane, Access: bankOfficer},
	Wants: func(c SubmitContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: SubmitContent.valid,
	Decide: func(ctx *command.Context, c SubmitContent) ([]ledgerstate.Change, error) {
		return submit(ctx, "comp.Submit", c)
	},
}

// Resubmit 补正后重新提交, within the time for the correction.
var Resubmit = command.Command[SubmitContent]{
	Spec:  command.Spec{Name: "comp.Resubmit", Zh: "补正后重新提交", En: "submit a returned claim again", Lane: command.CompLane, Access: bankOfficer},
	Wants: func(c SubmitContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: SubmitContent.valid,
	Decide: func(ctx *command.Context, c SubmitContent) ([]ledgerstate.Change, error) {
		return submit(ctx, "comp.Resubmit", c)
	},
}

func (c SubmitContent) valid() error {
	if c.Evidence != "" && !termKnown(consortium.Evidence, c.Evidence) {
		return ClaimCode.At("evidence", termCodes(consortium.Evidence), c.Evidence)
	}
	return firstOf(documents(c.Documents), governments(c.Others))
}

func submit(ctx *command.Context, name string, c SubmitContent) ([]ledgerstate.Change, error) {
	a, err := act(ctx, name, c.Claim, c.Date)
	if err != nil {
		return nil, err
	}
	if a.Status == Returned && c.Date > a.Deadline.On {
		return nil, CureLate.At("date", a.Deadline.On, c.Date)
	}
	e := ClaimSubmitted{Evidence: a.Evidence, Others: a.Others, Documents: merged(a.Documents, c.Documents)}
	if c.Evidence != "" {
		e.Evidence = Evidence{Code: c.Evidence, On: c.EvidenceOn}
	}
	if c.Others != nil {
		e.Others = *c.Others
	}
	allowed := a.pack.Recognition.Evidence
	if !slices.Contains(allowed, e.Evidence.Code) {
		return nil, ClaimCode.At("evidence", strings.Join(allowed, " "), e.Evidence.Code)
	}
	if names := missing(a.file, e.Documents); names != "" {
		return nil, DossierMissing.At("documents", names, nil)
	}
	if len(e.Documents) > maxDocuments {
		return nil, ClaimList.At("documents", maxDocuments, len(e.Documents))
	}
	if e.Figures, err = a.assess(e.Evidence, e.Others); err != nil {
		return nil, err
	}
	if c.Sum != nil && *c.Sum != e.Figures.Sum.Entitlement {
		return nil, SumDiffers.At("sum", e.Figures.Sum.Entitlement.String()+" ("+e.Figures.Sum.Binding+")", *c.Sum)
	}
	next, err := by(StepCompleteness, a.terms.Completeness, c.Date)
	if err != nil {
		return nil, err
	}
	e.Act = a.act(next)
	return []ledgerstate.Change{a.happened(e)}, nil
}

// assess works the sum out on the day of the command, within the time that a
// claim has.
func (a *acting) assess(evidence Evidence, others []Government) (Figures, error) {
	if evidence.On == 0 {
		return Figures{}, EvidenceBad.At("evidence_on", "a date", nil)
	}
	n, err := claimable(a.Context, a.file, evidence.On, others, a.date)
	if err != nil {
		return Figures{}, err
	}
	if a.Status == Notified {
		last, err := a.terms.Submission(n.Recognised)
		if err != nil {
			return Figures{}, figureRefused(err)
		}
		if a.date > last {
			return Figures{}, WindowOver.At("date", last, a.date)
		}
	}
	return n.Figures, nil
}

// Withdraw 撤回 ends a claim that is not accepted yet. The filing is free, and
// another claim may follow.
var Withdraw = command.Command[ClaimContent]{
	Spec:  command.Spec{Name: "comp.Withdraw", Zh: "撤回补偿申请", En: "withdraw a claim", Lane: command.CompLane, Access: bankOfficer},
	Wants: func(c ClaimContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ClaimContent) error { return said("note", c.Note) },
	Decide: func(ctx *command.Context, c ClaimContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.Withdraw", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{a.happened(ClaimWithdrawn{Act: a.act(Deadline{}), Note: c.Note}), a.released()}, nil
	},
}

// released frees the claim's filing.
func (a *acting) released() ledgerstate.Change {
	return FilingKind.Happened(a.filing(), ClaimReleased{})
}
