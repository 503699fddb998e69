package loan

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Purposes of the grants that the room asks for.
const (
	beforeLoan = "01" // 贷前审查
	decision   = "02" // 贷中审批
)

var officer = []command.Allow{{Party: command.Bank, Role: "officer"}}

// load finds a loan that the command may act on: its state allows it and the
// date is not before the last entry's.
func load(ctx *command.Context, name string, ref ledgerstate.Ref, date calendar.Date) (*Loan, error) {
	r, err := Kind.Get(ctx.View, "loan", ref)
	if err != nil {
		return nil, err
	}
	if no := check(Loans, name, r.State.Status); no != nil {
		return nil, no
	}
	if no := inOrder(r.State.Last, date); no != nil {
		return nil, no
	}
	return &r.State, nil
}

// Accept 受理: an officer of the bank takes a routed application up. The
// borrower's profile of the day is copied from person, which no other command
// of the room reads; who signed the grant is checked there too.
var Accept = command.Command[AcceptContent]{
	Spec: command.Spec{Name: "loan.Accept", Zh: "受理申请", En: "accept a routed application", Source: "征信业管理条例第18、28条", Lane: command.AcceptLane, Access: officer},
	Wants: func(c AcceptContent) []ledgerstate.Want {
		return append([]ledgerstate.Want{
			{Kind: Kind, Ref: c.Loan, Birth: true},
			{Kind: ApplicationKind, Ref: c.Application},
			{Kind: AcceptanceKind, Ref: c.Application, Birth: true},
			{Kind: subject.Kind, Ref: c.Subject},
		}, authorization.Wants(c.Grant, c.Subject.ID.Page)...)
	},
	Valid: func(c AcceptContent) error {
		return first(numbered("loan", c.Loan), numbered("application", c.Application), numbered("grant", c.Grant))
	},
	Decide: func(ctx *command.Context, c AcceptContent) ([]ledgerstate.Change, error) {
		r, err := ApplicationKind.Get(ctx.View, "application", c.Application)
		if err != nil {
			return nil, err
		}
		a := &r.State
		if a.Status != Routed {
			return nil, WrongState.At("application", Routed, a.Status.String()+" → "+Accepted.String())
		}
		if no := inOrder(a.Routed, c.Date); no != nil {
			return nil, no
		}
		if a.Subject != c.Subject.ID.Page {
			return nil, SubjectDiffers.At("subject", nil, nil)
		}
		used, err := AcceptanceKind.At(ctx.View, c.Application.ID)
		if err != nil {
			return nil, err
		}
		if used != nil {
			return nil, ApplicationUsed.At("application", nil, c.Application.No)
		}
		if _, err := open(ctx, a.Product, c.Date); err != nil {
			return nil, err
		}
		profile, err := consenting(ctx, c.Grant, c.Subject, beforeLoan, c.Date)
		if err != nil {
			return nil, err
		}
		sealed, err := subject.SealOf(ctx, a.Subject)
		if err != nil {
			return nil, err
		}
		e := LoanAccepted{Date: c.Date, Subject: a.Subject, Application: c.Application.No, Product: a.Product, Deadline: a.Deadline, Grant: c.Grant.No,
			Profile: profile, By: ctx.Actor.By(), Borrower: sealed}
		return []ledgerstate.Change{Kind.Born(c.Loan, e), AcceptanceKind.Born(c.Application, ApplicationAccepted{Contract: c.Loan.No})}, nil
	},
}

// consenting copies the borrower's profile of a day, who has consented: a live
// grant of the purpose, signed by somebody who could sign for the subject.
func consenting(ctx *command.Context, grant, who ledgerstate.Ref, purpose string, day calendar.Date) (Profile, error) {
	if err := authorization.Live(ctx, grant, authorization.Need{Subject: who.ID.Page, Purposes: []string{purpose}, Day: day}); err != nil {
		return Profile{}, err
	}
	if err := authorization.Signatory(ctx, grant, who); err != nil {
		return Profile{}, err
	}
	p, err := subject.ProfileAt(ctx, who, day)
	return Profile{Type: p.Type, Region: p.Region, Industry: p.Industry, Size: p.Size, Date: p.At}, err
}

// Reject 拒贷, always with a reason.
var Reject = command.Command[RejectContent]{
	Spec: command.Spec{Name: "loan.Reject", Zh: "拒贷", En: "reject an application", Lane: command.LoanLane,
		Access: []command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}, {Party: command.Bank, Role: "approver"}}},
	Wants: func(c RejectContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Valid: func(c RejectContent) error {
		if c.Reason == "" {
			return ReasonMissing.At("reason", listed(RejectReasons), nil)
		}
		return coded("reason", RejectReasons, c.Reason)
	},
	Decide: func(ctx *command.Context, c RejectContent) ([]ledgerstate.Change, error) {
		if _, err := load(ctx, "loan.Reject", c.Loan, c.Date); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, LoanRejected{Date: c.Date, Reason: c.Reason})}, nil
	},
}

// Decide 授信 is the decision on credit, by an approver who did not accept the
// application.
var Decide = command.Command[CreditContent]{
	Spec: command.Spec{Name: "loan.Credit", Zh: "授信", En: "decide on credit", Lane: command.LoanLane,
		Access: []command.Allow{{Party: command.Bank, Role: "approver"}}},
	Wants: func(c CreditContent) []ledgerstate.Want {
		// The marker of a revocation is found by the loan's subject, which
		// the content does not name.
		return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}, {Kind: authorization.Kind, Ref: c.Grant}}
	},
	Valid: func(c CreditContent) error {
		return first(numbered("grant", c.Grant), positive("limit", c.Limit, account.MaxPrincipal), rated("rate", c.Rate), months("months", c.Months),
			method("method", c.Method), coded("guarantee", Guarantees, c.Guarantee))
	},
	Decide: func(ctx *command.Context, c CreditContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Credit", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := apart(ctx, l.AcceptedBy); no != nil {
			return nil, no
		}
		if err := authorization.Live(ctx, c.Grant, authorization.Need{Subject: l.Subject, Purposes: []string{beforeLoan, decision}, Day: c.Date}); err != nil {
			return nil, err
		}
		p, err := open(ctx, l.Product, c.Date)
		switch {
		case err != nil:
			return nil, err
		case c.Limit > p.MaxPrincipal:
			return nil, ProductMost.At("limit", p.MaxPrincipal, c.Limit)
		case c.Months > p.MaxMonths:
			return nil, ProductMonths.At("months", p.MaxMonths, c.Months)
		case !slices.Contains(p.Methods, c.Method.String()):
			return nil, ProductMethod.At("method", p.Methods, c.Method)
		case !slices.Contains(p.Guarantees, c.Guarantee):
			return nil, ProductSecure.At("guarantee", p.Guarantees, c.Guarantee)
		}
		lpr, base, err := capped(ctx, c.Date, c.Months, c.Rate)
		if err != nil {
			return nil, err
		}
		credit := Credit{Date: c.Date, Limit: c.Limit, Rate: c.Rate, Months: c.Months, Method: c.Method, Guarantee: c.Guarantee,
			LPRDate: lpr.Published, Spread: c.Rate - base, By: ctx.Actor.By()}
		return []ledgerstate.Change{Kind.Happened(c.Loan, CreditDecided{Credit: credit, Grant: c.Grant.No})}, nil
	},
}

// capped refuses a rate above the cap of a day: LPR of the matching tenor, as
// last published, plus the spread that the parties agreed on.
func capped(ctx *command.Context, day calendar.Date, months int, rate money.Rate) (consortium.LPR, money.Rate, error) {
	tables := consortium.Of(ctx)
	lpr, base, ok := tables.LPRAt(day, months)
	if !ok {
		return lpr, 0, LPRMissing.At("date", nil, day)
	}
	if most := base + tables.Rules.RateCapSpread; rate > most {
		return lpr, 0, RateCap.At("rate", most, rate)
	}
	return lpr, base, nil
}

func method(field string, m schedule.Method) error {
	if !m.Valid() {
		return CodeUnknown.At(field, "EQI EQP IOB BUL EPI SEA REV", m)
	}
	return nil
}
