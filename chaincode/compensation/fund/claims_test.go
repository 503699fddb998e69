package fund_test

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func init() {
	chaincode.BookCommands = append(chaincode.BookCommands, chaincodetest.ApproveClaim, chaincodetest.TurnClaim)
}

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
	w.Must(bookOf(bank), director, "test.Approve", chaincodetest.ApproveContent{Head: w.head(date), Claim: claimRef(no), Entitlement: fen(entitlement), Binding: binding})
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
	return fund.BackEntryContent{Head: w.head(date), Bank: bankA, Claim: claim, To: "A-1", Amount: fen(amount), Interest: fen(interest), Value: day(date), Voucher: "SK-" + strconv.Itoa(w.n)}
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
