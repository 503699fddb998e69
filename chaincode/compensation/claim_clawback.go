package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
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
		amount, _, err := a.clawback()
		if err != nil {
			return nil, err
		}
		if amount <= 0 {
			return nil, ClawedAlready.At("claim", "0.01", amount)
		}
		next, err := by(StepClawback, a.terms.Return, c.Date)
		if err != nil {
			return nil, err
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

// clawback is what of the payments the pack claims back at the end of the day,
// and the interest that they bore.
func (a *acting) clawback() (amount, interest money.Fen, err error) {
	amount, interest, err = formula.Clawback(flows(a.Award.Parts), flows(a.Award.Backs), a.date, a.pack.Recovery, consortium.Of(a.Context).LPR)
	if err != nil {
		err = figureRefused(err)
	}
	return amount, interest, err
}

func flows(parts []Part) []formula.Flow {
	list := make([]formula.Flow, len(parts))
	for i, p := range parts {
		list[i] = formula.Flow{Date: p.On, Amount: p.Amount}
	}
	return list
}

// owedClawback is what is to be paid back at the end of the day.
func (a *acting) owedClawback() (Owed, error) {
	_, interest, err := a.clawback()
	return Owed{Amount: a.Clawed.Amount - a.Clawed.Received, Interest: interest - a.Clawed.InterestPaid}, err
}
