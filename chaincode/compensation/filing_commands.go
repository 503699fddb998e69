package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// FilingCommands are the commands of filings that need the book alone. Those
// that touch a cap are the registry's.
var FilingCommands = []command.Definition{Fulfil}

// Fulfil 条件满足: the Commission has seen what the filing waited for.
var Fulfil = command.Command[FulfilContent]{
	Spec:  command.Spec{Name: "comp.Fulfil", Zh: "附条件备案生效", En: "a conditional filing's condition is met", Lane: command.CompLane, Access: commissionOperator},
	Wants: func(c FulfilContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: FilingKind, Ref: c.Filing}} },
	Valid: func(c FulfilContent) error {
		return firstOf(numberedClaim("filing", c.Filing), addressed("cid", c.CID))
	},
	Decide: func(ctx *command.Context, c FulfilContent) ([]ledgerstate.Change, error) {
		r, err := FilingKind.Get(ctx.View, "filing", c.Filing)
		if err != nil {
			return nil, err
		}
		f := &r.State
		switch {
		case f.Status != FilingConditional:
			return nil, FilingWrong.At("filing", FilingConditional.String(), f.Status)
		case c.Date < f.Date:
			return nil, FilingOrder.At("date", f.Date, c.Date)
		case c.Date > f.Condition.By:
			return nil, ConditionLate.At("date", f.Condition.By, c.Date)
		}
		return []ledgerstate.Change{FilingKind.Happened(c.Filing, ConditionMet{Date: c.Date, CID: c.CID})}, nil
	},
}
