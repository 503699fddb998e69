package erasure

import (
	"bytes"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// PlanQuery asks what a book holds of a subject: of an order's, or of one by
// its pseudonym.
type PlanQuery struct {
	Order   string `json:"order,omitempty"`
	Subject string `json:"subject,omitempty"`
}

// PlanAnswer is what is to be erased, collection by collection.
type PlanAnswer struct {
	Subject string             `json:"subject"`
	Comp    PartPlan           `json:"comp"`
	Loan    PartPlan           `json:"loan"`
	Intake  PartPlan           `json:"intake"`
	Blocked []*refusal.Refusal `json:"blocked"` // why not
}

// PartPlan is what one collection holds.
type PartPlan struct {
	Items    []Item   `json:"items"`
	Receipts []string `json:"receipts"` // keys
}

// Numbers are the natural keys of the plan, each once: what must be found
// nowhere afterwards.
func (a *PlanAnswer) Numbers() []string {
	list := []string{a.Subject}
	for _, p := range []*PartPlan{&a.Comp, &a.Loan, &a.Intake} {
		for _, x := range p.Items {
			if !slices.Contains(list, x.Ref.No) {
				list = append(list, x.Ref.No)
			}
		}
	}
	return list
}

func who(ctx *command.Context, q PlanQuery) (string, error) {
	if q.Order == "" {
		return q.Subject, nil
	}
	r, err := OrderKind.Get(ctx.View, "order", OrderRef(q.Order))
	if err != nil {
		return "", err
	}
	return r.State.Subject, nil
}

// Plan 删除范围.
var Plan = command.Query[PlanQuery, *PlanAnswer]{
	QuerySpec: query("erasure.Plan", "删除范围", "what the book holds of a subject, and why it may not be erased", readers, command.Intake, command.Loan, command.Comp),
	Answer: func(ctx *command.Context, q PlanQuery) (*PlanAnswer, error) {
		s, err := who(ctx, q)
		if err != nil {
			return nil, err
		}
		a := &PlanAnswer{Subject: s, Blocked: []*refusal.Refusal{}}
		if s == "" {
			return a, nil
		}
		if err := a.find(ctx); err != nil {
			return nil, err
		}
		for collection, p := range map[string]*PartPlan{compPart.collection: &a.Comp, loanPart.collection: &a.Loan, intakePart.collection: &a.Intake} {
			if p.Receipts, err = receipts(ctx, collection, a.Texts()); err != nil {
				return nil, err
			}
		}
		return a, nil
	},
}

// Texts are the numbers that are long enough to be looked for.
func (a *PlanAnswer) Texts() []string {
	return slices.DeleteFunc(a.Numbers(), func(no string) bool { return len(no) < ShortestText })
}

// find looks through the collections.
func (a *PlanAnswer) find(ctx *command.Context) error {
	contracts := map[string]bool{}
	if err := each(ctx, loan.Kind, func(id ledgerstate.ID, r *ledgerstate.Record[loan.Loan]) {
		if r.State.Subject == a.Subject {
			contracts[r.Natural] = true
			a.Loan.Items = append(a.Loan.Items, Item{loan.Kind.Code, ledgerstate.Ref{ID: id, No: r.Natural}})
		}
	}); err != nil {
		return err
	}
	for _, x := range a.Loan.Items {
		_, err := erasable(ctx, a.Subject, x.Ref, ctx.Reference.OpenDay())
		if no, ok := refusal.As(err); ok {
			a.Blocked = append(a.Blocked, no)
		} else if err != nil {
			return err
		}
	}
	item := func(p *PartPlan, kind ledgerstate.Any, id ledgerstate.ID, no string) {
		p.Items = append(p.Items, Item{kind.KindCode(), ledgerstate.Ref{ID: id, No: no}})
	}
	err := each(ctx, loan.AcceptanceKind, func(id ledgerstate.ID, r *ledgerstate.Record[loan.Acceptance]) {
		if contracts[r.State.Contract] {
			item(&a.Loan, loan.AcceptanceKind, id, r.Natural)
		}
	})
	if err == nil {
		err = each(ctx, loan.PapersKind, func(id ledgerstate.ID, r *ledgerstate.Record[loan.Papers]) {
			if contracts[r.Natural] {
				item(&a.Loan, loan.PapersKind, id, r.Natural)
			}
		})
	}
	if err == nil {
		err = each(ctx, compensation.FilingKind, func(id ledgerstate.ID, r *ledgerstate.Record[compensation.Filing]) {
			if contracts[r.Natural] {
				item(&a.Comp, compensation.FilingKind, id, r.Natural)
			}
		})
	}
	if err == nil {
		err = each(ctx, compensation.ClaimKind, func(id ledgerstate.ID, r *ledgerstate.Record[compensation.Claim]) {
			if contracts[r.State.Contract] {
				item(&a.Comp, compensation.ClaimKind, id, r.Natural)
			}
		})
	}
	if err == nil {
		err = each(ctx, authorization.Kind, func(id ledgerstate.ID, r *ledgerstate.Record[authorization.Grant]) {
			if r.State.Terms.Subject == a.Subject {
				item(&a.Intake, authorization.Kind, id, r.Natural)
			}
		})
	}
	if err == nil {
		err = each(ctx, authorization.Revocations, func(id ledgerstate.ID, r *ledgerstate.Record[authorization.Marker]) {
			if authorization.RevokerOf(r.Natural) == a.Subject {
				item(&a.Intake, authorization.Revocations, id, r.Natural)
			}
		})
	}
	if err == nil {
		err = each(ctx, loan.ApplicationKind, func(id ledgerstate.ID, r *ledgerstate.Record[loan.Application]) {
			if r.State.Subject == a.Subject {
				item(&a.Intake, loan.ApplicationKind, id, r.Natural)
			}
		})
	}
	if err == nil {
		err = each(ctx, disclosure.Kind, func(id ledgerstate.ID, r *ledgerstate.Record[disclosure.Request]) {
			if r.State.Terms.Subject == a.Subject || r.State.Also == a.Subject {
				item(&a.Intake, disclosure.Kind, id, r.Natural)
			}
		})
	}
	return err
}

// each visits all aggregates of a kind.
func each[S any](ctx *command.Context, k *ledgerstate.Kind[S], visit func(ledgerstate.ID, *ledgerstate.Record[S])) error {
	for after := ""; ; {
		next, err := k.Scan(ctx.View, after, 1000, func(id ledgerstate.ID, r *ledgerstate.Record[S]) error { visit(id, r); return nil })
		if after = next; err != nil || next == "" {
			return err
		}
	}
}

// values visits all values of a collection.
func values(ctx *command.Context, collection string, visit func(ledgerstate.Fact) error) error {
	const most = 8 << 20
	for after := ""; ; {
		facts, next, err := ctx.View.Facts(collection, after, most)
		if err != nil {
			return err
		}
		for _, f := range facts {
			if err := visit(f); err != nil {
				return err
			}
		}
		if after = next; next == "" {
			return nil
		}
	}
}

// receipts are the keys of a collection's receipts that concern a subject.
func receipts(ctx *command.Context, collection string, needles []string) (keys []string, err error) {
	return keys, values(ctx, collection, func(f ledgerstate.Fact) error {
		if !strings.HasPrefix(f.Key, ledgerstate.ReceiptPrefix) {
			return nil
		}
		var r command.Receipt
		if err := ledgerstate.DecodeReceipt(f.Value, &r); err != nil {
			return err
		}
		if mentions(&r, needles) {
			keys = append(keys, f.Key)
		}
		return nil
	})
}

// PersonPlan is what person holds of a subject.
type PersonPlan struct {
	PartPlan
	Done int `json:"done"` // traces of the order there
}

// PlanPerson 删除范围：主体身份.
var PlanPerson = command.Query[PlanQuery, *PersonPlan]{
	QuerySpec: query("erasure.PlanPerson", "删除范围：主体身份", "what person holds of a subject", identityReaders, command.Person, command.Intake),
	Answer: func(ctx *command.Context, q PlanQuery) (*PersonPlan, error) {
		s, err := who(ctx, q)
		if err != nil {
			return nil, err
		}
		a := &PersonPlan{}
		if q.Order != "" {
			list, err := traced(ctx, PersonTraces, q.Order)
			if err != nil {
				return nil, err
			}
			a.Done = len(list)
		}
		if s == "" {
			return a, nil
		}
		id := ledgerstate.ID{Page: s}
		r, err := subject.Kind.At(ctx.View, id)
		if err != nil {
			return nil, err
		}
		needles := []string{s}
		if r != nil {
			a.Items = []Item{{subject.Kind.Code, ledgerstate.Ref{ID: id, No: r.Natural}}}
			needles = append(needles, r.Natural)
		}
		a.Receipts, err = receipts(ctx, command.Person.Name, needles)
		return a, err
	},
}

// ShortestText is how short a text may be that is looked for: a shorter one is
// found in anything.
const ShortestText = 6

// LeftQuery asks where texts are still found.
type LeftQuery struct {
	Texts []string `json:"texts"` // 1 to 1000, of ShortestText bytes or more each
}

// LeftAnswer names the values that hold one of them, orders apart.
type LeftAnswer struct {
	Values []Found `json:"values"`
}

// Found is a value that holds a text.
type Found struct {
	Collection string `json:"collection"`
	Key        string `json:"key"`
}

func left(ctx *command.Context, q LeftQuery, collections ...command.Collection) (*LeftAnswer, error) {
	if n := len(q.Texts); n < 1 || n > mostErased {
		return nil, command.Malformed.At("texts", mostErased, n)
	}
	for _, text := range q.Texts {
		if len(text) < ShortestText {
			return nil, command.Malformed.At("texts", ShortestText, len(text))
		}
	}
	a := &LeftAnswer{Values: []Found{}}
	for _, c := range collections {
		if err := values(ctx, c.Name, func(f ledgerstate.Fact) error {
			if ledgerstate.PageKind(f.Key) == OrderKind.Code {
				return nil
			}
			for _, text := range q.Texts {
				if bytes.Contains(f.Value, []byte(text)) || strings.Contains(f.Key, text) {
					a.Values = append(a.Values, Found{c.Name, f.Key})
					break
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Left 残留检查: where an erased subject's pseudonym or numbers are still found.
var Left = command.Query[LeftQuery, *LeftAnswer]{
	QuerySpec: query("erasure.Left", "残留检查", "values in which a text is still found", readers, command.Intake, command.Loan, command.Comp),
	Answer: func(ctx *command.Context, q LeftQuery) (*LeftAnswer, error) {
		return left(ctx, q, command.Intake, command.Loan, command.Comp)
	},
}

// LeftPerson 残留检查：主体身份.
var LeftPerson = command.Query[LeftQuery, *LeftAnswer]{
	QuerySpec: query("erasure.LeftPerson", "残留检查：主体身份", "values of person in which a text is still found", identityReaders, command.Person),
	Answer: func(ctx *command.Context, q LeftQuery) (*LeftAnswer, error) {
		return left(ctx, q, command.Person)
	},
}
