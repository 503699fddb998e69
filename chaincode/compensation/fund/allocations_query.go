package fund

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// PreviewAnswer is what an allocation would come to now.
type PreviewAnswer struct {
	Available money.Fen   `json:"available"`
	Total     money.Fen   `json:"total"`
	New       int         `json:"new"` // allocations that would be born: a page of IDs holds sixteen
	Shares    []ShareLine `json:"shares"`
}

// ShareLine is what a claim would get.
type ShareLine struct {
	Bank        string        `json:"bank"`
	Claim       string        `json:"claim"`
	Approved    calendar.Date `json:"approved"`
	Entitlement money.Fen     `json:"entitlement"`
	Amount      money.Fen     `json:"amount"`
	Binding     string        `json:"binding"`
}

// Preview 分配预览.
var Preview = command.Query[struct{}, *PreviewAnswer]{
	QuerySpec: query("Preview", "分配预览", "what an allocation over all approved claims would come to now", readersOfClaims),
	Answer: func(ctx *command.Context, _ struct{}) (*PreviewAnswer, error) {
		p, err := State(ctx)
		if err != nil {
			return nil, err
		}
		claims, ids, err := waiting(ctx)
		if err != nil {
			return nil, err
		}
		shares, err := p.Allocate(claims)
		if err != nil {
			return nil, err
		}
		a := &PreviewAnswer{Available: p.Available(), Shares: []ShareLine{}}
		for _, s := range shares {
			a.Total += s.Amount
			a.Shares = append(a.Shares, ShareLine{Bank: s.Bank, Claim: s.Claim.Claim, Approved: s.Claim.Approved, Entitlement: s.Claim.Entitlement, Amount: s.Amount, Binding: s.Binding})
		}
		for _, id := range ids {
			if id.IsZero() {
				a.New++
			}
		}
		return a, nil
	},
}

// AllocationsQuery asks for allocations page by page, in no meaningful order.
type AllocationsQuery struct {
	Bank  string `json:"bank,omitempty"` // MSP; left out: of all banks
	Live  bool   `json:"live,omitempty"` // only what waits for payment
	After string `json:"after,omitempty"`
	Limit int    `json:"limit,omitempty"` // 1 to 2000; default 500; the answer ends with a whole page
}

// AllocationsAnswer is a part of the allocations.
type AllocationsAnswer struct {
	Allocations []AllocationLine `json:"allocations"`
	Next        string           `json:"next,omitempty"`
}

// AllocationLine is an allocation as people read it.
type AllocationLine struct {
	Bank        string        `json:"bank"`
	Claim       string        `json:"claim"`
	Approved    calendar.Date `json:"approved"`
	Pack        string        `json:"pack"`
	Batch       string        `json:"batch"`
	On          calendar.Date `json:"on"`
	Entitlement money.Fen     `json:"entitlement"`
	Amount      money.Fen     `json:"amount"`
	Binding     string        `json:"binding"`
	Paid        money.Fen     `json:"paid"`
	Unpaid      money.Fen     `json:"unpaid"`
	Back        money.Fen     `json:"back"`
	Interest    money.Fen     `json:"interest"`
	Live        bool          `json:"live"`
}

// Allocations 分配清单.
var Allocations = command.Query[AllocationsQuery, *AllocationsAnswer]{
	QuerySpec: query("Allocations", "分配清单", "what the fund allocated to claims, paid, and got back", readers),
	Answer: func(ctx *command.Context, q AllocationsQuery) (*AllocationsAnswer, error) {
		a := &AllocationsAnswer{Allocations: []AllocationLine{}, Next: q.After}
		limit := bounded(q.Limit)
		for {
			next, err := AllocationKind.Scan(ctx.View, a.Next, limit-len(a.Allocations), func(_ ledgerstate.ID, r *ledgerstate.Record[Allocation]) error {
				if x := r.State; (q.Bank == "" || q.Bank == x.Bank) && (!q.Live || x.Live) {
					a.Allocations = append(a.Allocations, x.line())
				}
				return nil
			})
			if a.Next = next; err != nil || next == "" || len(a.Allocations) >= limit {
				return a, err
			}
		}
	},
}

func (a Allocation) line() AllocationLine {
	return AllocationLine{Bank: a.Bank, Claim: a.Claim, Approved: a.Approved, Pack: a.Pack, Batch: a.Batch, On: a.On, Entitlement: a.Entitlement,
		Amount: a.Amount, Binding: a.Binding, Paid: a.Paid, Unpaid: a.Unpaid(), Back: a.Back, Interest: a.Interest, Live: a.Live}
}

// OrderQuery names a payment order.
type OrderQuery struct {
	Number string `json:"number"`
}

// OrderSheet is a payment order as people read it.
type OrderSheet struct {
	Number  string        `json:"number"`
	Bank    string        `json:"bank"`
	From    string        `json:"from"`
	Account string        `json:"account"` // last four digits
	Voucher string        `json:"voucher"`
	Ordered calendar.Date `json:"ordered"`
	Dropped string        `json:"dropped,omitempty"`
	Total   money.Fen     `json:"total"`
	Paid    money.Fen     `json:"paid"`
	Lines   []OrderRow    `json:"lines"`
	By      string        `json:"by"`
}

// OrderRow is a line of it, with what the claim was allocated.
type OrderRow struct {
	Claim       string        `json:"claim"`
	Approved    calendar.Date `json:"approved"`
	Entitlement money.Fen     `json:"entitlement"`
	Allocated   money.Fen     `json:"allocated"`
	Binding     string        `json:"binding"`
	Before      money.Fen     `json:"before"` // paid by other orders
	Amount      money.Fen     `json:"amount"`
	Paid        calendar.Date `json:"paid,omitempty"`
}

// ShowOrder 查询付款单.
var ShowOrder = command.Query[OrderQuery, *OrderSheet]{
	QuerySpec: query("ShowOrder", "查询付款单", "a payment order", readers),
	Answer: func(ctx *command.Context, q OrderQuery) (*OrderSheet, error) {
		_, o, err := order(ctx, q.Number)
		if err != nil {
			return nil, err
		}
		s := &OrderSheet{Number: q.Number, Bank: o.Bank, From: o.From, Account: o.Account.LastFour, Voucher: o.Voucher, Ordered: o.Ordered, Dropped: o.Dropped, Lines: []OrderRow{}, By: short(o.By)}
		s.Total, s.Paid = o.Total()
		for _, l := range o.Lines {
			a, err := allocationAt(ctx, l.ID)
			if err != nil {
				return nil, err
			}
			row := OrderRow{Claim: l.Claim, Approved: a.Approved, Entitlement: a.Entitlement, Allocated: a.Amount, Binding: a.Binding, Before: a.Paid, Amount: l.Amount, Paid: l.Paid}
			if !l.Paid.IsZero() {
				row.Before -= l.Amount
			}
			s.Lines = append(s.Lines, row)
		}
		return s, nil
	},
}
