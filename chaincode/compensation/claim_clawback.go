package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// OrderClawback 追回: fraud, a false filing or a loan outside the scheme makes
// the fund ask back all that was paid and not returned, with interest from the
// day of each payment.
var OrderClawback = command.Command[ReasonContent]{
	Spec:  command.Spec{Name: "comp.OrderClawback", Zh: "决定追回", En: "order a clawback", Lane: command.CompLane, Access: financeApprover},
	Wants: func(c ReasonContent) []ledgerstate.Want { return wantsClaim(c.Claim) },
	Valid: func(c ReasonContent) error {
		return firstOf(termed("reason", ClawbackReasons, c.Reason), written("note", c.Note))
	},
	Decide: func(ctx *command.Context, c ReasonContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.OrderClawback", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		if a.Award == nil || a.Award.Paid == 0 {
			return nil, NotPaidOut.At("claim", nil, nil)
		}
		left := a.Award.Paid - a.Award.Back
		amount, err := left.MulDiv(int64(a.pack.Recovery.Clawback), int64(money.One), money.HalfUp)
		if err != nil {
			return nil, err
		}
		if amount <= 0 {
			return nil, ClawedAlready.At("claim", "0.01", amount)
		}
		next, no := within(ctx, StepClawback, c.Date, a.pack.Days.Return)
		if no != nil {
			return nil, no
		}
		return []ledgerstate.Change{a.happened(ClawbackOrdered{Act: a.act(next), Reason: c.Reason, Note: c.Note, Amount: amount})}, nil
	},
}

// ClawbackOrdered asks the fund's money back.
type ClawbackOrdered struct {
	Act
	Reason string
	Note   string
	Amount money.Fen
}

// Evolve implements ledgerstate.Event. What was due as a return is part of it.
func (e ClawbackOrdered) Evolve(c Claim) Claim {
	c.Clawed, c.Reason, c.Dues = &ClawbackDue{On: e.Date, Reason: e.Reason, Amount: e.Amount}, e.Reason, nil
	return e.onto(c, Clawback)
}

// DigestEvent leaves the certificate out.
func (e ClawbackOrdered) DigestEvent() any { e.Act = e.anonymous(); return e }

// owedClawback is what is to be paid back at the end of the day.
func (a *acting) owedClawback() (Owed, error) {
	k := a.Clawed
	o := Owed{Amount: k.Amount - k.Received}
	bore := k.Interest
	// Before the first money back, what was paid bears from its payment on;
	// then what is left, from the day of the last.
	if k.Until == 0 {
		left := k.Amount
		for i := len(a.Award.Parts) - 1; i >= 0 && left > 0; i-- { // what came back was of the first parts
			p := a.Award.Parts[i]
			part := min(left, p.Amount)
			x, err := interest(a.Context, &a.pack, part, p.On, a.date)
			if err != nil {
				return o, err
			}
			bore += x
			left -= part
		}
	} else {
		x, err := interest(a.Context, &a.pack, o.Amount, k.Until, a.date)
		if err != nil {
			return o, err
		}
		bore += x
	}
	o.Interest = bore - k.InterestPaid
	return o, nil
}
