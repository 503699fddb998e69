package chaincodetest

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ApproveContent makes a claim that is approved, or approves one again whose
// payment was stopped.
type ApproveContent struct {
	command.Head
	Claim       ledgerstate.Ref `json:"claim"`
	Entitlement money.Fen       `json:"entitlement"`
	Binding     string          `json:"binding"`
	Again       bool            `json:"again"`
}

// TurnContent makes a paid claim owe something.
type TurnContent struct {
	command.Head
	Claim    ledgerstate.Ref `json:"claim"`
	Due      money.Fen       `json:"due"`
	Clawback money.Fen       `json:"clawback"`
	Pays     money.Fen       `json:"pays"` // behind the fund's back
}

// ApproveClaim puts an approved claim on a book by the claim's own events,
// without the steps that lead there, for tests of what comes after. A test adds
// it to chaincode.BookCommands.
var ApproveClaim = command.Command[ApproveContent]{
	Spec: command.Spec{Name: "test.Approve", Access: []command.Allow{{Party: command.Finance, Role: "approver"}}, Lane: command.CompLane},
	Wants: func(c ApproveContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: compensation.ClaimKind, Ref: c.Claim, Birth: !c.Again}}
	},
	Decide: func(ctx *command.Context, c ApproveContent) ([]ledgerstate.Change, error) {
		act := compensation.Act{Date: c.Date, By: ctx.Actor.By()}
		approved := compensation.ClaimApproved{Act: act, Entitlement: c.Entitlement, Binding: c.Binding}
		payable := compensation.Payable{Claim: c.Claim.No, ID: c.Claim.ID, Pack: "RC-QH-v2", Approved: c.Date, Entitlement: c.Entitlement, Binding: c.Binding}
		docket := compensation.DocketKind.Happened
		if r, err := compensation.DocketKind.At(ctx.View, compensation.DocketRef.ID); err != nil {
			return nil, err
		} else if r == nil {
			docket = compensation.DocketKind.Born
		}
		if c.Again {
			r, err := compensation.ClaimKind.Get(ctx.View, "claim", c.Claim)
			if err != nil {
				return nil, err
			}
			payable.Paid = r.State.Award.Paid
			return []ledgerstate.Change{compensation.ClaimKind.Happened(c.Claim, approved), docket(compensation.DocketRef, compensation.DocketChanged{Payable: payable})}, nil
		}
		contract := "HT" + c.Claim.No
		filing := ledgerstate.Ref{ID: ledgerstate.ID{Page: "f" + c.Claim.ID.Page}, No: contract}
		figures := compensation.Figures{Statement: make([]byte, 32)}
		figures.Sum.NetLoss, figures.Sum.Entitlement = 4*c.Entitlement, c.Entitlement
		return []ledgerstate.Change{
			compensation.ClaimKind.Born(c.Claim, compensation.ClaimNotified{Act: act, Contract: contract, Filing: filing.ID, Pack: "RC-QH-v2"}),
			compensation.ClaimKind.Happened(c.Claim, compensation.ClaimSubmitted{Act: act, Figures: figures}),
			compensation.ClaimKind.Happened(c.Claim, approved),
			compensation.FilingKind.Born(filing, compensation.ClaimOpened{Claim: c.Claim.No}),
			docket(compensation.DocketRef, compensation.DocketChanged{Payable: payable}),
		}, nil
	},
}

// TurnClaim makes a paid claim owe the fund something.
var TurnClaim = command.Command[TurnContent]{
	Spec: command.Spec{Name: "test.Turn", Access: []command.Allow{{Party: command.Finance, Role: "approver"}}, Lane: command.CompLane},
	Wants: func(c TurnContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: compensation.ClaimKind, Ref: c.Claim}}
	},
	Decide: func(ctx *command.Context, c TurnContent) ([]ledgerstate.Change, error) {
		act := compensation.Act{Date: c.Date, By: ctx.Actor.By()}
		if c.Pays > 0 {
			return []ledgerstate.Change{compensation.ClaimKind.Happened(c.Claim, compensation.ClaimPaid{Act: act, Amount: c.Pays, Voucher: "x"})}, nil
		}
		if c.Clawback > 0 {
			return []ledgerstate.Change{compensation.ClaimKind.Happened(c.Claim, compensation.ClawbackOrdered{Act: act, Reason: "B01", Amount: c.Clawback})}, nil
		}
		return []ledgerstate.Change{compensation.ClaimKind.Happened(c.Claim, compensation.RecoveryRecorded{Act: act, Due: c.Due, Received: c.Date, ReturnBy: c.Date + 14})}, nil
	},
}
