package fund_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Claims come onto the ledger by their own events, without the steps that
// lead there: those are tested in their room.

// approveContent makes a claim that is approved, or approves one again whose
// payment was stopped.
type approveContent struct {
	command.Head
	Claim       ledgerstate.Ref `json:"claim"`
	Entitlement money.Fen       `json:"entitlement"`
	Binding     string          `json:"binding"`
	Again       bool            `json:"again"`
}

// turnContent makes a paid claim owe something.
type turnContent struct {
	command.Head
	Claim    ledgerstate.Ref `json:"claim"`
	Due      money.Fen       `json:"due"`
	Clawback money.Fen       `json:"clawback"`
	Pays     money.Fen       `json:"pays"` // behind the fund's back
}

var testApprove = command.Command[approveContent]{
	Spec: command.Spec{Name: "test.Approve", Access: []command.Allow{{Party: command.Finance, Role: "approver"}}, Lane: command.CompLane},
	Wants: func(c approveContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: compensation.ClaimKind, Ref: c.Claim, Birth: !c.Again}}
	},
	Decide: func(ctx *command.Context, c approveContent) ([]ledgerstate.Change, error) {
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

var testTurn = command.Command[turnContent]{
	Spec: command.Spec{Name: "test.Turn", Access: []command.Allow{{Party: command.Finance, Role: "approver"}}, Lane: command.CompLane},
	Wants: func(c turnContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: compensation.ClaimKind, Ref: c.Claim}}
	},
	Decide: func(ctx *command.Context, c turnContent) ([]ledgerstate.Change, error) {
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

func init() { chaincode.BookCommands = append(chaincode.BookCommands, testApprove, testTurn) }

const (
	bookA = chaincodetest.BookA
	bookB = chaincodetest.BookB
	bankA = "BankAMSP"
	bankB = "BankBMSP"
)

func bookOf(bank string) string { return map[string]string{bankA: bookA, bankB: bookB}[bank] }

func claimRef(no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID("c"+strings.ToLower(no), 0), No: no}
}

// approved puts an approved claim of a bank onto the ledger.
func (w *world) approved(bank, no, date, entitlement, binding string) {
	w.t.Helper()
	w.Must(bookOf(bank), director, "test.Approve", approveContent{Head: w.head(date), Claim: claimRef(no), Entitlement: fen(entitlement), Binding: binding})
}

func (w *world) preview() *fund.PreviewAnswer {
	w.t.Helper()
	var a fund.PreviewAnswer
	require.NoError(w.t, w.Ask("commons", clerk, "fund.Preview", struct{}{}, &a))
	return &a
}

func (w *world) allocation(date string, total money.Fen) fund.AllocateContent {
	h := w.head(date)
	c := fund.AllocateContent{Head: h, Total: total}
	for i := range 4 {
		c.Pages = append(c.Pages, chaincodetest.ID("p"+strings.ToLower(h.Number)+string(rune('a'+i)), 0))
	}
	return c
}

// allocate allocates what the preview says.
func (w *world) allocate(date string) *fund.PreviewAnswer {
	w.t.Helper()
	p := w.preview()
	w.Must("commons", clerk, "fund.Allocate", w.allocation(date, p.Total))
	return p
}

func (w *world) allocations() map[string]fund.AllocationLine {
	w.t.Helper()
	m := map[string]fund.AllocationLine{}
	var q fund.AllocationsQuery
	for {
		var a fund.AllocationsAnswer
		require.NoError(w.t, w.Ask("commons", "Audit/auditor", "fund.Allocations", q, &a))
		for _, l := range a.Allocations {
			m[l.Bank+"/"+l.Claim] = l
		}
		if q.After = a.Next; q.After == "" {
			return m
		}
	}
}

// order writes a payment order for the claims of BankA out of account A-1.
func (w *world) order(date, no string, lines ...fund.OrderLine) fund.OrderContent {
	return fund.OrderContent{Head: w.head(date), Payment: ledgerstate.Ref{ID: chaincodetest.ID("o"+strings.ToLower(no), 0), No: no}, Bank: bankA, From: "A-1", Account: receiverA, Voucher: "FK-" + no, Lines: lines}
}

func line(claim, amount string) fund.OrderLine {
	return fund.OrderLine{Claim: claim, Amount: fen(amount)}
}

func (w *world) payout(date, order, claim string) compensation.PayoutContent {
	return compensation.PayoutContent{Head: w.head(date), Claim: claimRef(claim), Order: order}
}

func (w *world) stop(date, claim string) compensation.StopContent {
	return compensation.StopContent{Head: w.head(date), Claim: claimRef(claim), Why: "收到举报"}
}

func (w *world) back(date, claim, amount, interest string) fund.BackEntryContent {
	return fund.BackEntryContent{Head: w.head(date), Bank: bankA, Claim: claim, To: "A-1", Amount: fen(amount), Interest: fen(interest), Value: day(date), Voucher: "SK-" + claim}
}

func (w *world) receives(date, claim, entry string) compensation.BackContent {
	return compensation.BackContent{Head: w.head(date), Claim: claimRef(claim), Entry: entry}
}

// paid approves, allocates and pays one claim of BankA.
func (w *world) paid(no, amount string) {
	w.t.Helper()
	w.approved(bankA, no, start, amount, "ratio")
	w.allocate(start)
	w.enter("fund.OrderPayout", w.order(start, "O"+no, line(no, amount)))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O"+no, no))
}

// status is where a claim stands in its book.
func (w *world) status(bank, no string) string {
	w.t.Helper()
	var s compensation.ClaimSheet
	require.NoError(w.t, w.Ask(bookOf(bank), clerk, "comp.Show", compensation.ClaimQuery{Claim: no}, &s))
	return s.Status.String()
}
