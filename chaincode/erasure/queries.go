package erasure

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Queries of the room.
var Queries = []command.QueryDefinition{Show, List, Plan, PlanPerson, Left, LeftPerson, Due,
	command.Export(command.Book, command.Intake, OrderKind, readers...),
	command.Export(command.Book, command.Person, PersonTraces, identityReaders...),
	command.Export(command.Book, command.Intake, IntakeTraces, readers...),
	command.Export(command.Book, command.Loan, LoanTraces, readers...),
	command.Export(command.Book, command.Comp, CompTraces, readers...),
}

var readers = []command.Allow{
	{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}, {Party: command.Bank, Role: "approver"}, {Party: command.Bank, Role: "auditor"},
	{Party: command.Commission, Role: "operator"}, {Party: command.Commission, Role: "reviewer"}, {Party: command.Commission, Role: "auditor"},
	{Party: command.CentralBank, Role: "officer"}, {Party: command.CentralBank, Role: "approver"}, {Party: command.CentralBank, Role: "auditor"},
	{Party: command.Finance, Role: "officer"}, {Party: command.Finance, Role: "reviewer"}, {Party: command.Finance, Role: "approver"}, {Party: command.Finance, Role: "auditor"},
}

// identityReaders are those whose organizations hold person.
var identityReaders = []command.Allow{
	{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}, {Party: command.Bank, Role: "approver"}, {Party: command.Bank, Role: "auditor"},
	{Party: command.Commission, Role: "operator"}, {Party: command.Commission, Role: "reviewer"}, {Party: command.Commission, Role: "auditor"},
}

func query(name, zh, en string, access []command.Allow, collections ...command.Collection) command.QuerySpec {
	return command.QuerySpec{Name: name, Zh: zh, En: en, Access: access, Chaincode: command.Book, Collections: collections}
}

// ShowQuery names an order.
type ShowQuery struct {
	Order string `json:"order"`
}

// Sheet is an order as people read it.
type Sheet struct {
	Order     string        `json:"order"`
	Status    string        `json:"status"`
	StatusZh  string        `json:"status_zh"`
	Scope     string        `json:"scope"`
	Basis     string        `json:"basis"`
	Ordered   calendar.Date `json:"ordered"`
	Requester string        `json:"requester"` // party and post
	Approved  calendar.Date `json:"approved,omitempty"`
	Approver  string        `json:"approver,omitempty"`
	Closed    calendar.Date `json:"closed,omitempty"`
	Traces    []TraceSheet  `json:"traces"`

	Acknowledged []Acknowledged `json:"acknowledged,omitempty"`
	Owing        []string       `json:"owing,omitempty"` // recipients asked to acknowledge that have not
}

// TraceSheet is what was erased from a collection.
type TraceSheet struct {
	Collection string        `json:"collection"`
	Order      string        `json:"order,omitempty"`
	Basis      string        `json:"basis"`
	Date       calendar.Date `json:"date"`
	Counts     []Count       `json:"counts"`
	Receipts   int           `json:"receipts"`
	Recipients []string      `json:"recipients,omitempty"` // who owe an acknowledgement
	Lent       money.Fen     `json:"lent,omitempty"`
	Filed      money.Fen     `json:"filed,omitempty"`
	Penalty    money.Fen     `json:"penalty,omitempty"`
	Compound   money.Fen     `json:"compound,omitempty"`
	Fee        money.Fen     `json:"fee,omitempty"`
}

func post(s Signature) string {
	if s.Party == "" {
		return ""
	}
	return string(s.Party) + "/" + s.Post
}

func sheet(number string, o *Order) *Sheet {
	return &Sheet{Order: number, Status: o.Status.String(), StatusZh: o.Status.Zh(), Scope: o.Scope, Basis: o.Basis, Ordered: o.Ordered, Requester: post(o.Requester),
		Approved: o.Approved, Approver: post(o.Approver), Closed: o.Closed, Traces: []TraceSheet{}, Acknowledged: o.Acknowledged}
}

func traceSheet(collection string, t *Trace) TraceSheet {
	return TraceSheet{Collection: collection, Order: t.Order, Basis: t.Basis, Date: t.Date, Counts: t.Counts, Receipts: t.Receipts, Recipients: t.Recipients,
		Lent: t.Lent, Filed: t.Filed, Penalty: t.Penalty, Compound: t.Compound, Fee: t.Fee}
}

// traced are an order's traces in a collection.
func traced(ctx *command.Context, k *ledgerstate.Kind[Trace], order string) (list []TraceSheet, err error) {
	for n := 1; ; n++ {
		r, err := k.At(ctx.View, TraceRef(order, n).ID)
		if err != nil || r == nil {
			return list, err
		}
		list = append(list, traceSheet(k.Collection, &r.State))
	}
}

// Show 查询删除令. Traces of person are seen by those who hold it: see
// PlanPerson.
var Show = command.Query[ShowQuery, *Sheet]{
	QuerySpec: query("erasure.Show", "查询删除令", "an order to erase and what was done", readers, command.Intake, command.Loan, command.Comp),
	Answer: func(ctx *command.Context, q ShowQuery) (*Sheet, error) {
		r, err := OrderKind.Get(ctx.View, "order", OrderRef(q.Order))
		if err != nil {
			return nil, err
		}
		s := sheet(q.Order, &r.State)
		for _, k := range []*ledgerstate.Kind[Trace]{CompTraces, LoanTraces, IntakeTraces} {
			list, err := traced(ctx, k, q.Order)
			if err != nil {
				return nil, err
			}
			s.Traces = append(s.Traces, list...)
		}
		s.Owing, err = owing(ctx, q.Order, &r.State)
		return s, err
	},
}

// ListAnswer are all orders, in no meaningful order, and what expired.
type ListAnswer struct {
	Orders []*Sheet     `json:"orders"`
	Clock  []TraceSheet `json:"clock"` // what was erased because its time was over
}

// List 删除令清单.
var List = command.Query[struct{}, *ListAnswer]{
	QuerySpec: query("erasure.List", "删除令清单", "all orders to erase, and what expired", readers, command.Intake, command.Loan),
	Answer: func(ctx *command.Context, _ struct{}) (*ListAnswer, error) {
		a := &ListAnswer{Orders: []*Sheet{}, Clock: []TraceSheet{}}
		err := each(ctx, OrderKind, func(_ ledgerstate.ID, r *ledgerstate.Record[Order]) {
			a.Orders = append(a.Orders, sheet(r.Natural, &r.State))
		})
		if err == nil {
			err = each(ctx, LoanTraces, func(_ ledgerstate.ID, r *ledgerstate.Record[Trace]) {
				if r.State.Basis == ByClock {
					a.Clock = append(a.Clock, traceSheet(LoanTraces.Collection, &r.State))
				}
			})
		}
		return a, err
	},
}

// DueQuery asks for loans page by page, in no meaningful order.
type DueQuery struct {
	After string        `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"` // loans looked at, 1 to 2000; default 500
	At    calendar.Date `json:"at,omitempty"`    // left out: the open business day
}

// DueAnswer are loans whose arrears may not be told any more.
type DueAnswer struct {
	At    calendar.Date `json:"at"`
	Loans []DueLoan     `json:"loans"`
	Next  string        `json:"next,omitempty"`
}

// DueLoan is one of them.
type DueLoan struct {
	Loan    string         `json:"loan"`
	ID      ledgerstate.ID `json:"id"`
	Adverse []loan.Adverse `json:"adverse"`
}

// Due 到期不良信息.
var Due = command.Query[DueQuery, *DueAnswer]{
	QuerySpec: query("erasure.Due", "到期不良信息", "loans whose arrears have been over for as long as they are kept", readers, command.Loan),
	Answer: func(ctx *command.Context, q DueQuery) (*DueAnswer, error) {
		if q.At.IsZero() {
			q.At = ctx.Reference.OpenDay()
		}
		if q.Limit < 1 || q.Limit > 2000 {
			q.Limit = 500
		}
		a := &DueAnswer{At: q.At, Loans: []DueLoan{}}
		next, err := loan.Kind.Scan(ctx.View, q.After, q.Limit, func(id ledgerstate.ID, r *ledgerstate.Record[loan.Loan]) error {
			list, err := loan.Expired(ctx, id, r, q.At)
			if err == nil && len(list) > 0 {
				a.Loans = append(a.Loans, DueLoan{r.Natural, id, list})
			}
			return err
		})
		a.Next = next
		return a, err
	},
}
