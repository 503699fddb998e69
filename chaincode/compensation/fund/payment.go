package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Payment 付款单 is an order to pay the claims of one bank, or a part of each,
// with one voucher. An officer writes it; it pays nothing until another person
// pays its lines.
type Payment struct {
	Bank    string  // MSP
	From    string  // code of the fund's account
	Account Account // of the bank, as on the order
	Voucher string
	Ordered calendar.Date
	Lines   []PaymentLine
	Dropped string // why; "": it stands
	By      []byte // who ordered, certificate, short form; not in the digest
}

// PaymentLine is what one claim gets.
type PaymentLine struct {
	Claim  string         `json:"claim"`
	ID     ledgerstate.ID `json:"id"` // of its allocation; not in the digest
	Amount money.Fen      `json:"amount"`
	Paid   calendar.Date  `json:"paid,omitempty"`
}

// PaymentKind are the payment orders. Their natural key is the business number
// of the order.
var PaymentKind = ledgerstate.NewKind[Payment](ledgerstate.Kind[Payment]{
	Code: "payment", Collection: command.Fund.Name, Slots: 1, Keep: 2, Schema: 1,
	Zh: "付款单", En: "payment orders",
	Digest: func(p Payment) any { return p.withoutMarks() },
}, PaymentOrdered{}, LinePaid{}, PaymentDropped{})

func (p Payment) withoutMarks() Payment {
	p.By, p.Account.Mark = nil, nil
	p.Lines = slices.Clone(p.Lines)
	for i := range p.Lines {
		p.Lines[i].ID = ledgerstate.ID{}
	}
	return p
}

// Total is the sum of the lines.
func (p Payment) Total() (total, paid money.Fen) {
	for _, l := range p.Lines {
		total += l.Amount
		if !l.Paid.IsZero() {
			paid += l.Amount
		}
	}
	return total, paid
}

// begun reports whether a line was paid.
func (p Payment) begun() bool {
	return slices.ContainsFunc(p.Lines, func(l PaymentLine) bool { return !l.Paid.IsZero() })
}

func (p Payment) line(claim string) (PaymentLine, bool) {
	i := slices.IndexFunc(p.Lines, func(l PaymentLine) bool { return l.Claim == claim })
	if i < 0 {
		return PaymentLine{}, false
	}
	return p.Lines[i], true
}

// PaymentOrdered is an order's first event.
type PaymentOrdered struct{ Payment Payment }

// Evolve implements ledgerstate.Event.
func (e PaymentOrdered) Evolve(Payment) Payment { return e.Payment }

// DigestEvent leaves out what comes from certificates and the secret.
func (e PaymentOrdered) DigestEvent() any { e.Payment = e.Payment.withoutMarks(); return e }

// LinePaid is a line, paid.
type LinePaid struct {
	Claim string
	Date  calendar.Date
}

// Evolve implements ledgerstate.Event.
func (e LinePaid) Evolve(p Payment) Payment {
	p.Lines = slices.Clone(p.Lines)
	for i := range p.Lines {
		if p.Lines[i].Claim == e.Claim {
			p.Lines[i].Paid = e.Date
		}
	}
	return p
}

// PaymentDropped takes back what of an order is not paid.
type PaymentDropped struct{ Reason string }

// Evolve implements ledgerstate.Event.
func (e PaymentDropped) Evolve(p Payment) Payment {
	p.Dropped = e.Reason
	return p
}
