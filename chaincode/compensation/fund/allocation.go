package fund

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Allocation 分配 is what the fund gave to one claim, and what came of it. It is
// kept as an array: fields are appended only.
type Allocation struct {
	Bank        string // MSP
	Claim       string // number in the bank's book
	Batch       string // business number of the allocation
	On          calendar.Date
	Pack        string        // rule pack of the loan's filing date
	Approved    calendar.Date // 批准日
	Entitlement money.Fen     // over the limbs that need no pool
	Amount      money.Fen     // allocated in all, what is paid included
	Binding     string        // the limb that bound it in the end
	Live        bool          // the claim is approved: what is unpaid is reserved
	Paid        money.Fen
	Back        money.Fen // of what was paid, returned or clawed back
	Interest    money.Fen // that came with it
}

// AllocationKind are the allocations, by bank and claim.
var AllocationKind = ledgerstate.NewKind[Allocation](ledgerstate.Kind[Allocation]{
	Code: "allocation", Collection: command.Fund.Name, Slots: 16, Keep: 4, Schema: 1,
	Zh: "资金分配", En: "what the fund allocated to claims",
}, Allocated{}, PartPaid{}, Stopped{}, CameBack{})

// AllocationNo is the natural key of a claim's allocation.
func AllocationNo(bank, claim string) string { return bank + "/" + claim }

// Unpaid is what is reserved for the claim.
func (a Allocation) Unpaid() money.Fen {
	if !a.Live {
		return 0
	}
	return a.Amount - a.Paid
}

// Allocated gives a claim its part. It is an allocation's first event, and the
// first after a stop.
type Allocated struct {
	Bank, Claim string
	Batch       string
	On          calendar.Date
	Pack        string
	Approved    calendar.Date
	Entitlement money.Fen
	Amount      money.Fen // in all, what was paid before included
	Binding     string
}

// Evolve implements ledgerstate.Event.
func (e Allocated) Evolve(a Allocation) Allocation {
	a.Bank, a.Claim, a.Batch, a.On, a.Pack, a.Approved = e.Bank, e.Claim, e.Batch, e.On, e.Pack, e.Approved
	a.Entitlement, a.Amount, a.Binding, a.Live = e.Entitlement, e.Amount, e.Binding, true
	return a
}

// PartPaid is one payment of it. Nothing is reserved after the last.
type PartPaid struct {
	Order  string
	Amount money.Fen
	Last   bool
}

// Evolve implements ledgerstate.Event.
func (e PartPaid) Evolve(a Allocation) Allocation {
	a.Paid += e.Amount
	a.Live = !e.Last
	return a
}

// Stopped stops what is not paid 中止拨付: it is free again. A claim that is
// approved again is allocated anew.
type Stopped struct{ Why string }

// Evolve implements ledgerstate.Event.
func (e Stopped) Evolve(a Allocation) Allocation {
	a.Amount, a.Live = a.Paid, false
	return a
}

// CameBack is money that a bank returned 返还, or that was clawed back 追回.
type CameBack struct {
	Entry    string // of the pool
	Act      Act
	Amount   money.Fen // of what was paid
	Interest money.Fen
}

// Evolve implements ledgerstate.Event.
func (e CameBack) Evolve(a Allocation) Allocation {
	a.Back += e.Amount
	a.Interest += e.Interest
	return a
}
