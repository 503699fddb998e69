package loan

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// EnteredDetail is an entry of the account and, where it brought money, where
// that went on its day.
type EnteredDetail struct {
	Amount    money.Fen `json:"amount,omitempty"`
	Effect    string    `json:"effect,omitempty"`
	Percent   *int      `json:"percent,omitempty"`
	Periods   int       `json:"periods,omitempty"`
	Guarantor string    `json:"guarantor,omitempty"`
	Voucher   string    `json:"voucher,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	*account.Allocation
}

// ReversalDetail names the entry that falls, or is asked to.
type ReversalDetail struct {
	Entry  string `json:"entry"`
	Reason string `json:"reason"`
}

// TakenOnDetail is what a loan is taken on with.
type TakenOnDetail struct {
	Profile   subject.Type   `json:"type"`
	Product   string         `json:"product"`
	Guarantee string         `json:"guarantee"`
	Contract  *ContractSheet `json:"contract"`
	*TakenOnSheet
}

// ConfirmedDetail says from which day the loan goes on.
type ConfirmedDetail struct {
	On          calendar.Date `json:"on"`
	Outstanding money.Fen     `json:"outstanding"`
}

func describeServicing(log chronicle, i int, to *account.Allocation) (command.Spec, any) {
	switch x := log[i].Event.(type) {
	case LoanEntered:
		return entered(x, to)
	case ReversalRequested:
		return RequestReversal.Spec, ReversalDetail{Entry: x.Request.Entry, Reason: x.Request.Reason}
	case LoanReversed:
		return Reverse.Spec, ReversalDetail{Entry: x.Entry, Reason: x.Reason}
	case LoanTakenOn:
		l := x.Evolve(Loan{})
		spec := TakeOn.Spec
		if i > 0 {
			spec = AmendTakeOn.Spec
		}
		return spec, TakenOnDetail{Profile: x.Profile.Type, Product: x.Product, Guarantee: x.Guarantee, Contract: contractSheet(l.Contract), TakenOnSheet: takenOnSheet(&x.TakenOn)}
	case TakeOnConfirmed:
		d := ConfirmedDetail{}
		for _, e := range log[:i] {
			if t, ok := e.Event.(LoanTakenOn); ok {
				d = ConfirmedDetail{On: t.TakenOn.Opening.On, Outstanding: t.TakenOn.Opening.Outstanding()}
			}
		}
		return ConfirmTakeOn.Spec, d
	}
	return describeRates(log[i].Event)
}

func entered(x LoanEntered, to *account.Allocation) (command.Spec, any) {
	e := &x.Entry
	d := EnteredDetail{Amount: e.Amount, Voucher: hex.EncodeToString(x.Voucher), Guarantor: hex.EncodeToString(x.Guarantor), Reason: x.Reason}
	switch e.Type {
	case account.Repay:
		d.Allocation = to
		return GuaranteePay.Spec, d
	case account.Recover:
		d.Allocation = to
		return Recover.Spec, d
	case account.Prepay:
		d.Effect, d.Allocation = e.Effect.String(), to
		return Prepay.Spec, d
	case account.Misuse:
		d.Percent = &e.Percent
		return Misuse.Spec, d
	case account.Refund:
		return Refund.Spec, d
	case account.Extend:
		d.Periods = e.Periods
		return Extend.Spec, d
	case account.WriteOff:
		return WriteOff.Spec, d
	}
	return command.Spec{Name: "?"}, nil
}

// booked is how an event came onto the ledger.
func booked(e ledgerstate.Event[Loan]) Booking {
	if x, ok := e.(interface{ booked() Booking }); ok {
		return x.booked()
	}
	if x, ok := e.(TakeOnConfirmed); ok {
		return Booking{Recorded: x.Recorded}
	}
	return Booking{}
}

// booked gives what an event that embeds a Booking carries.
func (b Booking) booked() Booking { return b }

// reversal is the business number of the reversal that stands of an entry.
func (log chronicle) reversal(stands []bool, i int) string {
	for j, e := range log {
		if x, ok := e.Event.(LoanReversed); ok && stands[j] && x.Of == i {
			return e.Number
		}
	}
	return ""
}

// adjusted are the months of which the loan's late entries are adjustments, in
// order of arrival, each once. Reversed ones and their reversals count: both
// stand in the figures of the months in which they were recorded.
func adjusted(ctx *command.Context, id ledgerstate.ID, r *ledgerstate.Record[Loan]) ([]Month, error) {
	log, err := Kind.Log(ctx.View, id, r)
	if err != nil {
		return nil, err
	}
	var months []Month
	for _, e := range log {
		m := booked(e.Event).Recorded
		if m != 0 && (len(months) == 0 || months[len(months)-1] != m) {
			months = append(months, m)
		}
	}
	return months, nil
}
