package erasure

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
)

// ExpireContent names loans whose arrears have been over for as long as they
// are kept.
type ExpireContent struct {
	command.Head
	Loans []ledgerstate.Ref `json:"loans"` // 1 to 200
}

// Expire 不良信息到期删除: the arrears of the loans, on the day of the command,
// are erased. The loans stay.
var Expire = command.Command[ExpireContent]{
	Spec: command.Spec{Name: "erasure.Expire", Zh: "不良信息到期删除", En: "erase arrears whose years are over", Source: "征信业管理条例 16", Lane: command.EraseLoanLane, Access: requesters},
	Wants: func(c ExpireContent) []ledgerstate.Want {
		wants := []ledgerstate.Want{{Kind: LoanTraces, Ref: clockRef(c.Number), Birth: true}}
		for _, l := range c.Loans {
			wants = append(wants, ledgerstate.Want{Kind: loan.Kind, Ref: l})
		}
		return wants
	},
	Valid: func(c ExpireContent) error {
		if n := len(c.Loans); n < 1 || n > mostLoans {
			return TooMany.At("loans", mostLoans, n)
		}
		if !orderNumber.MatchString(c.Number) { // it stays on the ledger: no contract number
			return NumberForm.At("number", "A-Z a-z 0-9 -", nil)
		}
		seen := map[string]bool{}
		for _, l := range c.Loans {
			if seen[l.No] {
				return TooMany.At("loans", "each once", l.No)
			}
			seen[l.No] = true
		}
		return nil
	},
	Decide: func(ctx *command.Context, c ExpireContent) ([]ledgerstate.Change, error) {
		t := Trace{Basis: ByClock, Date: c.Date, Counts: []Count{{loan.Kind.Code, len(c.Loans)}}, Requester: signed(ctx)}
		var list []ledgerstate.Change
		for _, ref := range c.Loans {
			change, told, err := loan.Forget(ctx, ref, c.Date)
			if err != nil {
				return nil, err
			}
			t.Penalty += told.Penalty
			t.Compound += told.Compound
			t.Fee += told.Fee
			list = append(list, change)
		}
		return append([]ledgerstate.Change{LoanTraces.Born(clockRef(c.Number), Traced{t})}, list...), nil
	},
}

// StopContent names the subject's grants that are not revoked.
type StopContent struct {
	command.Head
	Order  string            `json:"order"`
	Grants []ledgerstate.Ref `json:"grants"`
}

// StopUse 停止处理: the subject's grants are revoked, so that nothing is
// disclosed or queried any more; what the law keeps is stored and no more.
var StopUse = command.Command[StopContent]{
	Spec: command.Spec{Name: "erasure.Stop", Zh: "停止处理", En: "stop the use of a subject's records", Source: "个人信息保护法 47", Lane: command.ErasureLane, Access: requesters},
	Wants: func(c StopContent) []ledgerstate.Want {
		wants := []ledgerstate.Want{{Kind: IntakeTraces, Ref: TraceRef(c.Order, 1), Birth: true}, {Kind: OrderKind, Ref: OrderRef(c.Order)}}
		for _, g := range c.Grants {
			wants = append(wants, ledgerstate.Want{Kind: authorization.Kind, Ref: g})
		}
		return wants
	},
	Valid: func(c StopContent) error {
		if n := len(c.Grants); n > mostErased {
			return TooMany.At("grants", mostErased, n)
		}
		return numbered(c.Order)
	},
	Decide: func(ctx *command.Context, c StopContent) ([]ledgerstate.Change, error) {
		o, err := at(ctx, c.Order, Approved)
		if err != nil {
			return nil, err
		}
		if o.Scope != Stop {
			return nil, ScopeUnknown.At("order", Stop, o.Scope)
		}
		e := &erasing{subject: o.Subject, date: c.Date, trace: &Trace{Order: c.Order, Basis: o.Basis, Date: c.Date, Requester: o.Requester, Approver: o.Approver}}
		var list []ledgerstate.Change
		for _, g := range c.Grants {
			if err := belongsGrant(ctx, e, g); err != nil {
				return nil, err
			}
			marker := authorization.MarkerRef(g.No, o.Subject)
			was, err := authorization.Revocations.At(ctx.View, marker.ID)
			if err != nil {
				return nil, err
			}
			if was == nil {
				list = append(list, authorization.Revocations.Born(marker, authorization.Revoked{Marker: authorization.Marker{Day: c.Date, Channel: "PAPER", Reason: c.Order, Delete: true}}))
			}
		}
		if n := len(list); n > 0 {
			e.trace.Counts = []Count{{authorization.Revocations.Code, n}}
		}
		return append([]ledgerstate.Change{IntakeTraces.Born(TraceRef(c.Order, 1), Traced{*e.trace})}, list...), nil
	},
}
