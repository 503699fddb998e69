package erasure

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// RunContent erases records from one collection.
type RunContent struct {
	command.Head
	Order    string   `json:"order"`
	Part     int      `json:"part"` // 1; more for what came to light later
	Items    []Item   `json:"items"`
	Receipts []string `json:"receipts,omitempty"` // keys, as query erasure.Plan gives them
	Numbers  []string `json:"numbers,omitempty"`  // of the subject's records elsewhere, which receipts may name; none is kept
}

// Item is a record to erase.
type Item struct {
	Kind string          `json:"kind"`
	Ref  ledgerstate.Ref `json:"ref"`
}

// part is what of an order one collection takes.
type part struct {
	collection string
	lane       command.Lane
	traces     *ledgerstate.Kind[Trace]
	after      []string // collections that come before it
	pieces     []piece
}

// piece is a kind of a part.
type piece struct {
	kind ledgerstate.Any
	// belongs refuses what is not the subject's or must stay, and adds to the
	// trace what totals need.
	belongs func(*command.Context, *erasing, ledgerstate.Ref) error
	erased  func(ledgerstate.Ref) ledgerstate.Change
}

// erasing is a run under way.
type erasing struct {
	subject string
	date    calendar.Date
	trace   *Trace
	items   []Item
}

var (
	compPart = part{collection: "comp", lane: command.CompLane, traces: CompTraces, pieces: []piece{
		{compensation.FilingKind, belongsFiling, compensation.FilingKind.Erased},
		{compensation.ClaimKind, belongsClaim, compensation.ClaimKind.Erased},
	}}
	loanPart = part{collection: "loan", lane: command.EraseLoanLane, traces: LoanTraces, after: []string{"comp"}, pieces: []piece{
		{loan.Kind, belongsLoan, loan.Kind.Erased},
		{loan.PapersKind, belongsPapers, loan.PapersKind.Erased},
		{loan.AcceptanceKind, belongsAcceptance, loan.AcceptanceKind.Erased},
	}}
	intakePart = part{collection: "intake", lane: command.ErasureLane, traces: IntakeTraces, after: []string{"comp", "loan"}, pieces: []piece{
		{authorization.Kind, belongsGrant, authorization.Kind.Erased},
		{authorization.Revocations, belongsRevocation, authorization.Revocations.Erased},
		{loan.ApplicationKind, belongsApplication, loan.ApplicationKind.Erased},
		{disclosure.Kind, belongsRequest, disclosure.Kind.Erased},
	}}
	personPart = part{collection: "person", lane: command.ErasePersonLane, traces: PersonTraces, after: []string{"comp", "loan", "intake"}, pieces: []piece{
		{subject.Kind, belongsPerson, subject.Kind.Erased},
	}}
)

var parts = map[string]part{"comp": compPart, "loan": loanPart, "intake": intakePart, "person": personPart}

// Comp, Loan, Intake and Person carry an approved order out in one collection
// each, in this order: what a loan is needed for to be recognised as the
// subject's is erased before it.
var (
	Comp   = run("erasure.Comp", "删除风险补偿记录", "erase a subject's records from comp", compPart)
	Loan   = run("erasure.Loan", "删除信贷记录", "erase a subject's records from loan", loanPart)
	Intake = run("erasure.Intake", "删除申请与授权记录", "erase a subject's records from intake", intakePart)
	Person = run("erasure.Person", "删除主体身份", "erase a subject's identity from person", personPart)
)

func run(name, zh, en string, p part) command.Command[RunContent] {
	return command.Command[RunContent]{
		Spec: command.Spec{Name: name, Zh: zh, En: en, Source: "个人信息保护法 47", Lane: p.lane, Access: requesters},
		Wants: func(c RunContent) []ledgerstate.Want {
			wants := []ledgerstate.Want{{Kind: p.traces, Ref: TraceRef(c.Order, c.Part), Birth: true}, {Kind: OrderKind, Ref: OrderRef(c.Order)}}
			for _, x := range c.Items {
				if at := p.piece(x.Kind); at != nil {
					wants = append(wants, ledgerstate.Want{Kind: at.kind, Ref: x.Ref})
				}
			}
			return wants
		},
		Valid: func(c RunContent) error {
			if err := numbered(c.Order); err != nil {
				return err
			}
			if n := len(c.Items) + len(c.Receipts) + len(c.Numbers); n > mostErased {
				return TooMany.At("items", mostErased, n)
			}
			if c.Part < 1 || c.Part > mostErased {
				return TooMany.At("part", mostErased, c.Part)
			}
			for _, x := range c.Items {
				if p.piece(x.Kind) == nil {
					return KindUnknown.At("items", nil, x.Kind)
				}
			}
			return nil
		},
		Decide: func(ctx *command.Context, c RunContent) ([]ledgerstate.Change, error) {
			o, err := at(ctx, c.Order, Approved)
			if err != nil {
				return nil, err
			}
			if o.Scope != Subject {
				return nil, ScopeUnknown.At("order", Subject, o.Scope)
			}
			for _, before := range p.after {
				if err := done(ctx, c.Order, parts[before]); err != nil {
					return nil, err
				}
			}
			e := &erasing{subject: o.Subject, date: c.Date, items: c.Items,
				trace: &Trace{Order: c.Order, Basis: o.Basis, Date: c.Date, Receipts: len(c.Receipts), Requester: o.Requester, Approver: o.Approver}}
			for _, no := range c.Numbers {
				if err := e.mayName(ctx, no); err != nil {
					return nil, err
				}
			}
			return e.changes(ctx, p, TraceRef(c.Order, c.Part), c.Receipts, c.Numbers)
		},
	}
}

func (p *part) piece(code string) *piece {
	for i := range p.pieces {
		if p.pieces[i].kind.KindCode() == code {
			return &p.pieces[i]
		}
	}
	return nil
}

// changes are the trace and the erasures that it tells of.
func (e *erasing) changes(ctx *command.Context, p part, trace ledgerstate.Ref, receipts, numbers []string) ([]ledgerstate.Change, error) {
	var list []ledgerstate.Change
	counts := map[string]int{}
	needles := append([]string{e.subject}, numbers...)
	for _, x := range e.items {
		at := p.piece(x.Kind)
		if err := at.belongs(ctx, e, x.Ref); err != nil {
			return nil, err
		}
		list = append(list, at.erased(x.Ref))
		counts[x.Kind]++
		needles = append(needles, x.Ref.No)
	}
	for _, key := range receipts {
		var r command.Receipt
		found, err := ctx.ReceiptAt(p.collection, key, &r)
		if err != nil {
			return nil, err
		}
		if !found || !mentions(&r, needles) {
			return nil, ReceiptOther.At("receipts", nil, nil)
		}
		list = append(list, ledgerstate.ReceiptErased(p.collection, key))
	}
	for i := range p.pieces {
		code := p.pieces[i].kind.KindCode()
		if n := counts[code]; n > 0 {
			e.trace.Counts = append(e.trace.Counts, Count{code, n})
		}
	}
	return append([]ledgerstate.Change{p.traces.Born(trace, Traced{*e.trace})}, list...), nil
}

// mayName refuses a number that belongs to somebody else's record. One that
// nothing has any more was erased before.
func (e *erasing) mayName(ctx *command.Context, no string) error {
	if len(no) < ShortestText {
		return ReceiptOther.At("numbers", ShortestText, len(no))
	}
	if id, err := loan.Kind.Locate(ctx.View, no); err != nil || !id.IsZero() {
		r, err := loan.Kind.At(ctx.View, id)
		if err != nil || r != nil && r.State.Subject != e.subject {
			return others(err)
		}
	}
	if id, err := loan.ApplicationKind.Locate(ctx.View, no); err != nil || !id.IsZero() {
		r, err := loan.ApplicationKind.At(ctx.View, id)
		if err != nil || r != nil && r.State.Subject != e.subject {
			return others(err)
		}
	}
	if id, err := authorization.Kind.Locate(ctx.View, no); err != nil || !id.IsZero() {
		r, err := authorization.Kind.At(ctx.View, id)
		if err != nil || r != nil && r.State.Terms.Subject != e.subject {
			return others(err)
		}
	}
	return nil
}

func others(err error) error {
	if err == nil {
		err = OtherSubject.At("numbers", nil, nil)
	}
	return err
}

// erasable is a subject's loan that may be erased on a day.
func erasable(ctx *command.Context, who string, ref ledgerstate.Ref, day calendar.Date) (*loan.Loan, error) {
	r, err := loan.Kind.Get(ctx.View, "loan", ref)
	if err != nil {
		return nil, err
	}
	l := &r.State
	if l.Subject != who {
		return nil, OtherSubject.At("loan", nil, ref.No)
	}
	switch l.Status {
	case loan.Rejected:
		return l, nil
	case loan.Settled:
	default:
		return nil, LiveLoan.At("loan", "SETTLED REJECTED", l.Status.String()+" "+ref.No)
	}
	until, err := l.Last.AddMonths(12*consortium.Of(ctx).Rules.YearsRetained(), calendar.Clamp)
	if err != nil {
		until = calendar.Last
	}
	if day <= until {
		return nil, Retained.At("loan", until, day.String()+" "+ref.No)
	}
	id, err := compensation.FilingKind.Locate(ctx.View, ref.No)
	if err != nil || id.IsZero() {
		return l, err
	}
	f, err := compensation.FilingKind.Get(ctx.View, "filing", ledgerstate.Ref{ID: id, No: ref.No})
	if err != nil {
		return nil, err
	}
	return l, unpaid(&f.State)
}

// unpaid refuses a filing that is more than a record.
func unpaid(f *compensation.Filing) error {
	switch {
	case f.Compensated > 0:
		return FundRecord.At("filing", nil, f.Contract)
	case f.Claim != "":
		return ClaimLives.At("filing", nil, f.Contract)
	}
	return nil
}

func belongsFiling(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	f, err := compensation.FilingKind.Get(ctx.View, "filing", ref)
	if err != nil {
		return err
	}
	id, err := loan.Kind.Locate(ctx.View, ref.No)
	if err != nil {
		return err
	}
	if _, err := erasable(ctx, e.subject, ledgerstate.Ref{ID: id, No: ref.No}, e.date); err != nil {
		return err
	}
	e.trace.Filed += f.State.Amount
	return unpaid(&f.State)
}

func belongsClaim(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	c, err := compensation.ClaimKind.Get(ctx.View, "claim", ref)
	if err != nil {
		return err
	}
	if s := c.State.Status; s != compensation.Rejected && s != compensation.Withdrawn {
		return ClaimLives.At("claim", "REJECTED WITHDRAWN", s.String()+" "+ref.No)
	}
	id, err := loan.Kind.Locate(ctx.View, c.State.Contract)
	if err != nil {
		return err
	}
	_, err = erasable(ctx, e.subject, ledgerstate.Ref{ID: id, No: c.State.Contract}, e.date)
	return err
}

func belongsLoan(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	l, err := erasable(ctx, e.subject, ref, e.date)
	if err == nil && l.Status == loan.Settled {
		e.trace.Lent += l.Lent()
	}
	return err
}

// belongsPapers asks for their loan in the same transaction.
func belongsPapers(_ *command.Context, e *erasing, ref ledgerstate.Ref) error {
	for _, x := range e.items {
		if x.Kind == loan.Kind.Code && x.Ref == ref {
			return nil
		}
	}
	return OtherSubject.At("papers", nil, ref.No)
}

// belongsAcceptance asks for a loan of the same transaction: an acceptance
// says which loan came of an application, and nothing else.
func belongsAcceptance(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	r, err := loan.AcceptanceKind.Get(ctx.View, "acceptance", ref)
	if err != nil {
		return err
	}
	for _, x := range e.items {
		if x.Kind == loan.Kind.Code && x.Ref.No == r.State.Contract {
			return nil
		}
	}
	return OtherSubject.At("acceptance", nil, ref.No)
}

func belongsGrant(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	r, err := authorization.Kind.Get(ctx.View, "grant", ref)
	if err != nil {
		return err
	}
	if r.State.Terms.Subject != e.subject {
		return OtherSubject.At("grant", nil, ref.No)
	}
	e.owes(r.State.Terms.Grantee)
	return nil
}

// owes notes who held a grant, each once and in order of the items.
func (e *erasing) owes(msp string) {
	for _, x := range e.trace.Recipients {
		if x == msp {
			return
		}
	}
	e.trace.Recipients = append(e.trace.Recipients, msp)
}

func belongsRevocation(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	if _, err := authorization.Revocations.Get(ctx.View, "revocation", ref); err != nil {
		return err
	}
	if authorization.RevokerOf(ref.No) != e.subject {
		return OtherSubject.At("revocation", nil, ref.No)
	}
	return nil
}

func belongsApplication(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	r, err := loan.ApplicationKind.Get(ctx.View, "application", ref)
	if err != nil {
		return err
	}
	if r.State.Subject != e.subject {
		return OtherSubject.At("application", nil, ref.No)
	}
	return nil
}

// belongsRequest: whoever still has a copy of what was disclosed owes an
// acknowledgement. It cannot hold the erasure up by not giving it.
func belongsRequest(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	r, err := disclosure.Kind.Get(ctx.View, "disclosure", ref)
	if err != nil {
		return err
	}
	if r.State.Terms.Subject != e.subject && r.State.Also != e.subject {
		return OtherSubject.At("disclosure", nil, ref.No)
	}
	if s := r.State.Status(); s == disclosure.Delivered || s == disclosure.Received {
		e.owes(r.State.User.MSP)
	}
	return nil
}

func belongsPerson(ctx *command.Context, e *erasing, ref ledgerstate.Ref) error {
	if ref.ID.Page != e.subject {
		return OtherSubject.At("subject", nil, nil)
	}
	_, err := subject.Kind.Get(ctx.View, "subject", ref)
	return err
}
