package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// The pure rules of what the fund pays to a claim and gets back. Those who
// call them bring the claim's side with them.

// paying is a payment order's line on its way.
type paying struct {
	order   string // number of the order
	payment Payment
	claim   string
	bank    string // MSP of the bank whose book is called
	by      []byte // who pays, certificate, short form
	date    calendar.Date
}

// Pay decides whether a line of an order may be paid: by another person than
// who wrote the order, to the agreed account, out of what is reserved for the
// claim, once.
func (p Pool) pay(x paying, a Allocation) (PaidOut, PartPaid, *refusal.Refusal) {
	var none PartPaid
	o := x.payment
	line, found := o.line(x.claim)
	switch {
	case o.Bank != x.bank:
		return PaidOut{}, none, OrderOther.At("order", o.Bank, x.bank)
	case slices.Equal(o.By, x.by):
		return PaidOut{}, none, consortium.SamePerson.At("identity", nil, nil)
	case o.Dropped != "":
		return PaidOut{}, none, OrderDropped.At("order", nil, x.order)
	case !found:
		return PaidOut{}, none, NoLine.At("claim", nil, x.claim)
	case !line.Paid.IsZero():
		return PaidOut{}, none, LineIsPaid.At("claim", nil, line.Paid)
	case x.date < o.Ordered:
		return PaidOut{}, none, DateOrder.At("date", o.Ordered, x.date)
	}
	if no := a.takes(line.Amount); no != nil {
		return PaidOut{}, none, no
	}
	e := PaidOut{Date: x.date, Order: x.order, Bank: x.bank, Claim: x.claim, From: o.From, Voucher: o.Voucher, Amount: line.Amount}
	entry := e.entry()
	entry.Account = o.Account
	if no := p.allows(entry, x.date); no != nil {
		return PaidOut{}, none, no
	}
	return e, PartPaid{Order: x.order, Amount: line.Amount, Last: line.Amount == a.Unpaid()}, nil
}

// takes refuses a part that the claim was not allocated. Nothing at all is
// paid only where nothing was allocated: it closes the claim.
func (a Allocation) takes(part money.Fen) *refusal.Refusal {
	switch left := a.Unpaid(); {
	case !a.Live:
		return NotLive.At("claim", nil, a.Claim)
	case part > left:
		return AboveAllocated.At("amount", left, part)
	case part == 0 && left > 0:
		return AmountRange.At("amount", "0.01.."+left.String(), part)
	}
	return nil
}

// stop decides that what of a claim is not paid is free again. The amount is
// zero for a claim that has no allocation yet.
func (p Pool) stop(a Allocation, why string, date calendar.Date) (Freed, Stopped, *refusal.Refusal) {
	if date < p.Last {
		return Freed{}, Stopped{}, DateOrder.At("date", p.Last, date)
	}
	e := Freed{Date: date, Bank: a.Bank, Amount: a.Unpaid(), Year: a.On.Year()}
	if no := e.Evolve(p).Holds(); no != nil {
		return Freed{}, Stopped{}, no
	}
	return e, Stopped{Why: why}, nil
}

// comeBack decides on money that an entry says came back on a claim.
func (p Pool) comeBack(number, bank, claim string, act Act, a Allocation, by []byte, date calendar.Date) (Confirmed, CameBack, *refusal.Refusal) {
	i, ok := p.pending(number)
	if !ok {
		return Confirmed{}, CameBack{}, NoEntry.At("entry", nil, number)
	}
	e := p.Pending[i]
	if e.Act != act || e.Holder != bank || e.Claim != claim {
		return Confirmed{}, CameBack{}, EntryOther.At("entry", AllocationNo(e.Holder, e.Claim), AllocationNo(bank, claim))
	}
	if no := a.gives(e); no != nil {
		return Confirmed{}, CameBack{}, no
	}
	c, no := p.Confirm(number, by, date, true)
	return c, CameBack{Entry: number, Act: act, Amount: e.Amount - e.Bears, Interest: e.Bears}, no
}

// gives refuses more back than was paid, interest apart.
func (a Allocation) gives(e Entry) *refusal.Refusal {
	if back, left := e.Amount-e.Bears, a.Paid-a.Back; back > left {
		return AbovePaid.At("amount", left, back)
	}
	return nil
}
