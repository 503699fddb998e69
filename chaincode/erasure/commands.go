package erasure

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
)

// Commands of the room, all in a bank's book.
var Commands = []command.Definition{Make, Approve, Withdraw, Comp, Loan, Intake, Person, StopUse, Close, Acknowledge, Expire}

var (
	requesters = []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.CentralBank, Role: "officer"}, {Party: command.Bank, Role: "officer"}}
	approvers  = []command.Allow{{Party: command.Commission, Role: "reviewer"}, {Party: command.CentralBank, Role: "approver"}, {Party: command.Finance, Role: "approver"}}
)

// mostErased bounds one transaction's records; mostLoans an order's loans.
const (
	mostErased = 1000
	mostLoans  = 200
)

var orderNumber = regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`)

// numbered gives the order that a command means; its ID follows from the number.
func numbered(number string) error {
	if !orderNumber.MatchString(number) {
		return NumberForm.At("order", "A-Z a-z 0-9 -", nil)
	}
	return nil
}

// OrderContent orders an erasure, or that a subject's records are used no more.
type OrderContent struct {
	command.Head
	Order   string            `json:"order"`   // 删除令编号, opaque: it names nobody
	Subject string            `json:"subject"` // pseudonym in this book
	Scope   string            `json:"scope"`
	Basis   string            `json:"basis"`
	Loans   []ledgerstate.Ref `json:"loans,omitempty"` // all of the subject's loans here; the order does not keep them
}

// Make 提出删除.
var Make = command.Command[OrderContent]{
	Spec: command.Spec{Name: "erasure.Order", Zh: "提出删除", En: "order an erasure", Source: "个人信息保护法 47", Lane: command.ErasureLane, Access: requesters},
	Wants: func(c OrderContent) []ledgerstate.Want {
		wants := []ledgerstate.Want{{Kind: OrderKind, Ref: OrderRef(c.Order), Birth: true}}
		for _, l := range c.Loans {
			wants = append(wants, ledgerstate.Want{Kind: loan.Kind, Ref: l})
		}
		return wants
	},
	Valid: func(c OrderContent) error {
		if err := numbered(c.Order); err != nil {
			return err
		}
		switch {
		case c.Subject == "" || len(c.Subject) > ledgerstate.MaxPageName:
			return OtherSubject.At("subject", "a pseudonym", nil)
		case !listed(Scopes, c.Scope):
			return ScopeUnknown.At("scope", names(Scopes), c.Scope)
		case !listed(Bases, c.Basis):
			return BasisUnknown.At("basis", names(Bases), c.Basis)
		case len(c.Loans) > mostLoans:
			return TooMany.At("loans", mostLoans, len(c.Loans))
		}
		return nil
	},
	Decide: func(ctx *command.Context, c OrderContent) ([]ledgerstate.Change, error) {
		if c.Scope == Subject {
			for _, ref := range c.Loans {
				if _, err := erasable(ctx, c.Subject, ref, c.Date); err != nil {
					return nil, err
				}
			}
		}
		return []ledgerstate.Change{OrderKind.Born(OrderRef(c.Order), OrderMade{Date: c.Date, Scope: c.Scope, Basis: c.Basis, Subject: c.Subject, By: signed(ctx)})}, nil
	},
}

func listed(list []Code, code string) bool {
	for _, c := range list {
		if c.Code == code {
			return true
		}
	}
	return false
}

// StepContent is a step of an order.
type StepContent struct {
	command.Head
	Order string `json:"order"`
}

func stepWants(c StepContent) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: OrderKind, Ref: OrderRef(c.Order)}}
}

func stepValid(c StepContent) error { return numbered(c.Order) }

// at finds an order in a state.
func at(ctx *command.Context, number string, status Status) (*Order, error) {
	r, err := OrderKind.Get(ctx.View, "order", OrderRef(number))
	if err != nil {
		return nil, err
	}
	if r.State.Status != status {
		return nil, WrongState.At("order", status, r.State.Status)
	}
	return &r.State, nil
}

// Approve 批准删除: another person in another post, by another certificate.
var Approve = command.Command[StepContent]{
	Spec:  command.Spec{Name: "erasure.Approve", Zh: "批准删除", En: "approve an erasure", Source: "个人信息保护法 47", Lane: command.ErasureLane, Access: approvers},
	Wants: stepWants, Valid: stepValid,
	Decide: func(ctx *command.Context, c StepContent) ([]ledgerstate.Change, error) {
		o, err := at(ctx, c.Order, Ordered)
		if err != nil {
			return nil, err
		}
		me := signed(ctx)
		switch {
		case bytes.Equal(me.By, o.Requester.By), me.Party == o.Requester.Party && bytes.Equal(me.Name, o.Requester.Name):
			return nil, SamePerson.At("identity", nil, nil)
		case me.Party == o.Requester.Party && me.Post == o.Requester.Post:
			return nil, SamePost.At("identity", "another post than "+o.Requester.Post, me.Post)
		}
		return []ledgerstate.Change{OrderKind.Happened(OrderRef(c.Order), OrderApproved{Date: c.Date, By: me})}, nil
	},
}

// Withdraw 撤回删除申请 before anybody has approved it. The order forgets whom
// it was about.
var Withdraw = command.Command[StepContent]{
	Spec:  command.Spec{Name: "erasure.Withdraw", Zh: "撤回删除申请", En: "withdraw an order that is not approved", Lane: command.ErasureLane, Access: requesters},
	Wants: stepWants, Valid: stepValid,
	Decide: func(ctx *command.Context, c StepContent) ([]ledgerstate.Change, error) {
		o, err := at(ctx, c.Order, Ordered)
		if err != nil {
			return nil, err
		}
		return ended(c, o, OrderWithdrawn{c.Date}), nil
	},
}

// ended are the changes by which an order ends and forgets. That erases too,
// and leaves its trace: the order's 0th.
func ended(c StepContent, o *Order, e ledgerstate.Event[Order]) []ledgerstate.Change {
	ref := OrderRef(c.Order)
	trace := Trace{Order: c.Order, Basis: o.Basis, Date: c.Date, Counts: []Count{{OrderKind.Code, 1}}, Requester: o.Requester, Approver: o.Approver}
	return []ledgerstate.Change{OrderKind.Happened(ref, e), OrderKind.Redacted(ref, forgetting), IntakeTraces.Born(TraceRef(c.Order, 0), Traced{trace})}
}

// Close 办结: once the collections' traces are there. Who cannot read person
// cannot see that collection's, so it counts as told by whoever closes.
var Close = command.Command[StepContent]{
	Spec: command.Spec{Name: "erasure.Close", Zh: "办结删除", En: "close an order that was carried out", Lane: command.ErasureLane, Access: requesters},
	Wants: func(c StepContent) []ledgerstate.Want {
		first := TraceRef(c.Order, 1)
		return append(stepWants(c), ledgerstate.Want{Kind: IntakeTraces, Ref: TraceRef(c.Order, 0)}, ledgerstate.Want{Kind: CompTraces, Ref: first}, ledgerstate.Want{Kind: LoanTraces, Ref: first}, ledgerstate.Want{Kind: IntakeTraces, Ref: first})
	},
	Valid: stepValid,
	Decide: func(ctx *command.Context, c StepContent) ([]ledgerstate.Change, error) {
		o, err := at(ctx, c.Order, Approved)
		if err != nil {
			return nil, err
		}
		before := []part{compPart, loanPart, intakePart}
		if o.Scope == Stop {
			before = before[2:]
		}
		if err := done(ctx, c.Order, before...); err != nil {
			return nil, err
		}
		return ended(c, o, OrderClosed{c.Date}), nil
	},
}

// AcknowledgeContent is a recipient's word that it has deleted its copies.
type AcknowledgeContent struct {
	command.Head
	Order       string             `json:"order"`
	Certificate authorization.Hash `json:"certificate"` // SHA-256 of the certificate of deletion 删除证明
}

// Acknowledge 回执删除: who held a grant of the erased subject, or copies of
// its records, says that they are deleted.
var Acknowledge = command.Command[AcknowledgeContent]{
	Spec: command.Spec{Name: "erasure.Acknowledge", Zh: "回执删除", En: "acknowledge that one's copies are deleted", Source: "个人信息保护法 47", Lane: command.ErasureLane,
		Access: append([]command.Allow{{Party: command.Finance, Role: "officer"}}, requesters...)},
	Wants: func(c AcknowledgeContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: OrderKind, Ref: OrderRef(c.Order)}, {Kind: IntakeTraces, Ref: TraceRef(c.Order, 1)}}
	},
	Valid: func(c AcknowledgeContent) error {
		if len(c.Certificate) == 0 {
			return NothingOwed.At("certificate", "64 hex digits", nil)
		}
		return numbered(c.Order)
	},
	Decide: func(ctx *command.Context, c AcknowledgeContent) ([]ledgerstate.Change, error) {
		r, err := OrderKind.Get(ctx.View, "order", OrderRef(c.Order))
		if err != nil {
			return nil, err
		}
		owing, err := owing(ctx, c.Order, &r.State)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(owing, ctx.Actor.MSP) {
			return nil, NothingOwed.At("order", nil, ctx.Actor.MSP)
		}
		return []ledgerstate.Change{OrderKind.Happened(OrderRef(c.Order), OrderAcknowledged{Acknowledged{ctx.Actor.MSP, c.Date, c.Certificate}})}, nil
	},
}

// owing are the recipients that have not acknowledged.
func owing(ctx *command.Context, order string, o *Order) ([]string, error) {
	list, err := traced(ctx, IntakeTraces, order)
	if err != nil {
		return nil, err
	}
	var owing []string
	for _, t := range list {
		for _, msp := range t.Recipients {
			if !slices.Contains(owing, msp) && !slices.ContainsFunc(o.Acknowledged, func(a Acknowledged) bool { return a.MSP == msp }) {
				owing = append(owing, msp)
			}
		}
	}
	return owing, nil
}

// done refuses where a collection has not been erased.
func done(ctx *command.Context, order string, before ...part) error {
	for _, p := range before {
		r, err := p.traces.At(ctx.View, TraceRef(order, 1).ID)
		if err != nil {
			return err
		}
		if r == nil {
			return OutOfOrder.At("order", p.collection, nil)
		}
	}
	return nil
}

// mentions reports whether a receipt concerns a subject: it sent the commands
// itself, or a refusal names it or one of its numbers.
func mentions(r *command.Receipt, needles []string) bool {
	for _, needle := range needles {
		if r.Actor.Pseudonym == needle {
			return true
		}
		for _, x := range r.Refusals {
			if strings.Contains(x.Actual, needle) || strings.Contains(x.Limit, needle) {
				return true
			}
		}
	}
	return false
}
