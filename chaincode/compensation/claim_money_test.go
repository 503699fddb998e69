package compensation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func (w *world) docket() []compensation.Payable {
	w.t.Helper()
	var d compensation.Docket
	require.NoError(w.t, w.Ask(book, "Finance/auditor", "comp.Docket", struct{}{}, &d))
	return d.Payables
}

// Approved claims stand on the docket in the order of their approval until the
// last part is paid.
func TestTheDocketHoldsWhatWaitsForItsPayment(t *testing.T) {
	w := newWorld(t)
	require.Empty(t, w.docket())
	for _, x := range []struct{ no, approved string }{{"L3", "2024-06-13"}, {"L2", "2024-06-12"}, {"L1", "2024-06-13"}} {
		w.until(x.no, compensation.Publicised)
		w.Must(book, approver, "comp.Approve", w.claim(x.no, x.approved))
	}
	names := func() (list []string) {
		for _, p := range w.docket() {
			list = append(list, p.Claim)
		}
		return list
	}
	require.Equal(t, []string{"C-L2", "C-L1", "C-L3"}, names())
	p := w.docket()[0]
	require.Equal(t, "RC-QH-v2", p.Pack)
	require.Equal(t, yuan("225000"), p.Entitlement)
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-14", "100000", "200000", false))
	require.Equal(t, yuan("100000"), w.docket()[1].Paid)
	require.Equal(t, compensation.Approved, w.show("L1").Status)
	w.Must(book, approver, "test.Stop", w.stop("L2", "2024-06-14"))
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-17", "100000", "200000", true))
	require.Equal(t, []string{"C-L3"}, names())
	require.Equal(t, compensation.Paid, w.show("L1").Status)
	// Stopped, looked into, approved again: it is back, behind the others.
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L2", "2024-06-18", false))
	w.Must(book, approver, "comp.Approve", w.claim("L2", "2024-06-19"))
	require.Equal(t, []string{"C-L3", "C-L2"}, names())
}

// Trap 20, the claim's side: parts add up to what was allocated to the fen, and
// no part is less than nothing or more than what is left.
func TestTrap20PartsAddUpExactly(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Approved)
	for _, x := range []struct {
		amount, allocated string
		last              bool
		code, limit       string
	}{
		{"0", "100.01", false, "CLAIM_AMOUNT", "above 0.00"},
		{"-0.01", "100.01", false, "CLAIM_AMOUNT", "above 0.00"},
		{"100.02", "100.01", true, "CLAIM_ABOVE_AWARD", "100.01"},
		{"100.00", "100.01", true, "CLAIM_AMOUNT", "100.01"},
		{"225000.01", "225000.01", true, "CLAIM_ABOVE_AWARD", "225000.00"},
		{"0", "100.01", true, "CLAIM_AMOUNT", "above 0.00"},
	} {
		r := w.Refused(x.code, book, approver, "test.Pay", w.pay("L1", "2024-06-14", x.amount, x.allocated, x.last))
		require.Equal(t, x.limit, r.Refusal.Limit)
	}
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-14", "33.34", "100.01", false))
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-15", "33.34", "100.01", false))
	w.refused(approver, "test.Pay", w.pay("L1", "2024-06-16", "33.34", "100.01", true), "CLAIM_ABOVE_AWARD", "amount", "33.33", "33.34")
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-16", "33.33", "100.01", true))
	s := w.show("L1")
	require.Equal(t, compensation.Paid, s.Status)
	require.Equal(t, yuan("100.01"), s.Award.Paid)
	require.Len(t, s.Award.Parts, 3)

	// A claim for which the pool had nothing is closed, and was not paid.
	w.until("L2", compensation.Approved)
	c := w.pay("L2", "2024-06-14", "0", "0", true)
	c.Decision.Allocated.Binding = "pool"
	w.Must(book, approver, "test.Pay", c)
	s = w.show("L2")
	require.Equal(t, compensation.Closed, s.Status)
	require.Equal(t, "E05", s.Reason)
	require.Equal(t, "pool", s.Award.Limb)
	require.Empty(t, w.docket())
	w.Refused("CLAIM_STATE", book, officer, "comp.RecordRecovery", w.claim("L2", "2024-07-01"))
	w.Refused("CLAIM_NOT_PAID", book, approver, "comp.OrderClawback", w.reason("L2", "2024-07-01", "B01"))
}

// The fund's share of what came in is due ten working days after the bank had
// it: what was paid of each yuan of the loss.
func TestTheFundsShareOfARecovery(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Paid)
	w.refused(officer, "comp.RecordRecovery", w.claim("L1", "2024-07-01"), "CLAIM_RECOVERY_NONE", "loan", "", "L1")
	w.Must(book, officer, "loan.Charge", loan.ChargeContent{Head: w.head("2024-06-20"), Loan: loanRef("L1"), Amount: yuan("500"), Voucher: voucher})
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-07-01", "20000"))
	w.Must(book, officer, "comp.RecordRecovery", w.claim("L1", "2024-07-03"))
	s := w.show("L1")
	require.Equal(t, yuan("8775"), s.Dues[0].Amount, "(20,000 − 500) × 225,000 / 500,000")
	require.Equal(t, "2024-07-01", s.Dues[0].Received.String())
	require.Equal(t, "2024-07-15", s.Dues[0].By.String())
	require.Equal(t, "return", s.Next.Step.String())
	w.refused(clerk, "comp.Close", w.reason("L1", "2024-07-03", "E03"), "CLAIM_STILL_DUE", "claim", "0.00", "8775.00")
	w.refused(officer, "comp.RecordRecovery", w.claim("L1", "2024-07-04"), "CLAIM_RECOVERY_NONE", "loan", "", "L1")

	// In time: no interest.
	w.refused(approver, "test.Return", w.back("L1", "2024-07-15", "8775.01", "0"), "CLAIM_ABOVE_DUE", "amount", "8775.00", "8775.01")
	w.refused(approver, "test.Return", w.back("L1", "2024-07-15", "8775", "0.01"), "CLAIM_ABOVE_DUE", "interest", "0.00", "0.01")
	w.Must(book, approver, "test.Return", w.back("L1", "2024-07-15", "5000", "0"))
	require.Equal(t, yuan("3775"), w.show("L1").Award.DueBack)

	// Late: interest at the one-year LPR, 3.45 % until 21 July, 3.35 % from the
	// 22nd on: 3,775 × (6 × 3.45 + 10 × 3.35) % / 360 = 5.68.
	require.Equal(t, &compensation.Owed{Amount: yuan("3775"), Interest: yuan("5.68")}, w.shown("L1", "2024-07-31").Owed, "what Finance's clerk enters")
	w.refused(approver, "test.Return", w.back("L1", "2024-07-31", "3775", "5.69"), "CLAIM_ABOVE_DUE", "interest", "5.68", "5.69")
	w.Must(book, approver, "test.Return", w.back("L1", "2024-07-31", "3775", "5.68"))
	require.Nil(t, w.shown("L1", "2024-08-31").Owed, "nothing is owed any more")
	s = w.show("L1")
	require.Zero(t, s.Award.DueBack)
	require.Equal(t, yuan("8775"), s.Award.Back)
	require.Equal(t, yuan("5.68"), s.Award.Interest)
	require.Nil(t, s.Next)
	w.Must(book, clerk, "comp.Close", w.reason("L1", "2024-08-01", "E03"))
}

// Trap 8: more came in after the payment than was lost. The bank returns what
// it was paid, and not more.
func TestTrap8RecoveredBeyondPaid(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Paid)
	var l loan.Sheet
	require.NoError(t, w.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: "L1", At: day("2024-07-01")}, &l))
	all := l.Account.Due + l.Account.Coming
	require.Greater(t, all, yuan("500000"), "with interest it is more than the loss")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-07-01", all.String()))
	w.Must(book, officer, "comp.RecordRecovery", w.claim("L1", "2024-07-03"))
	s := w.show("L1")
	require.Equal(t, yuan("225000"), s.Dues[0].Amount)
	w.Must(book, approver, "test.Return", w.back("L1", "2024-07-10", "225000", "0"))
	require.Equal(t, s.Award.Paid, w.show("L1").Award.Back)
	w.refused(approver, "test.Return", w.back("L1", "2024-07-11", "0.01", "0"), "CLAIM_ABOVE_DUE", "amount", "0.00", "0.01")
	w.Refused("CLAIM_NOTHING_TO_CLAW_BACK", book, approver, "comp.OrderClawback", w.reason("L1", "2024-07-11", "B01"))
	w.Must(book, clerk, "comp.Close", w.reason("L1", "2024-07-11", "E02"))
}

// What was reversed on the loan after it was counted is taken back: less is
// due, and what was returned is not asked for twice.
func TestAReversedReceiptIsTakenBack(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Paid)
	wrong := w.repay("L1", "2024-07-01", "20000")
	w.Must(book, officer, "loan.Repay", wrong)
	w.Must(book, officer, "comp.RecordRecovery", w.claim("L1", "2024-07-03"))
	require.Equal(t, yuan("9000"), w.show("L1").Award.DueBack)
	w.Must(book, approver, "test.Return", w.back("L1", "2024-07-04", "4000", "0"))
	w.Must(book, officer, "loan.RequestReversal", loan.RequestReversalContent{Head: w.head("2024-07-05"), Loan: loanRef("L1"), Entry: wrong.Number, Reason: "串户"})
	w.Must(book, "BankA/approver", "loan.Reverse", loan.ReverseContent{Head: w.head("2024-07-05"), Loan: loanRef("L1"), Entry: wrong.Number, Reason: "核对无误"})
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-07-06", "6000"))
	w.Must(book, clerk, "comp.RecordRecovery", w.claim("L1", "2024-07-08"))
	s := w.show("L1")
	require.Zero(t, s.Award.DueBack, "2,700 of 6,000 are due, 4,000 were returned")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-07-09", "10000"))
	w.Must(book, officer, "comp.RecordRecovery", w.claim("L1", "2024-07-10"))
	require.Equal(t, yuan("3200"), w.show("L1").Award.DueBack, "7,200 of 16,000")
}

// What was paid in advance and given back is no recovery.
func TestWhatIsRefundedIsNoRecovery(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Paid)
	var l loan.Sheet
	require.NoError(t, w.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: "L1", At: day("2024-07-01")}, &l))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-07-01", (l.Account.Due+yuan("5000")).String()))
	w.Must(book, officer, "loan.Refund", loan.RefundContent{Head: w.head("2024-07-02"), Loan: loanRef("L1"), Amount: yuan("5000"), Voucher: voucher})
	w.Must(book, officer, "comp.RecordRecovery", w.claim("L1", "2024-07-03"))
	share, err := l.Account.Due.MulDiv(225000, 500000, money.HalfUp)
	require.NoError(t, err)
	s := w.show("L1")
	require.Equal(t, share, s.Dues[0].Amount, "of what was due alone")
	require.Equal(t, yuan("-5000"), s.Recovered[1].Amount)
}

// What came in between the acceptance and the payment is a recovery too, due
// from the payment on.
func TestReceivedBeforeItWasPaid(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Accepted)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-05-27", "10000"))
	for _, s := range w.way(compensation.Paid)[3:] {
		w.Must(book, s.who, s.command, s.content("L1"))
	}
	w.Must(book, officer, "comp.RecordRecovery", w.claim("L1", "2024-06-17"))
	s := w.show("L1")
	require.Equal(t, yuan("4500"), s.Dues[0].Amount)
	require.Equal(t, "2024-06-14", s.Dues[0].Received.String(), "the day on which the fund had paid")
	require.Equal(t, "2024-06-28", s.Dues[0].By.String())
}

func TestAClawbackBearsInterest(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Recovering) // 9,000 due since 1 July
	w.Must(book, approver, "test.Return", w.back("L1", "2024-07-04", "9000", "0"))
	w.Must(book, approver, "comp.OrderClawback", w.reason("L1", "2024-07-05", "B01"))
	s := w.show("L1")
	require.Equal(t, yuan("216000"), s.Clawback.Amount, "what was paid and not returned")
	require.Equal(t, "clawback", s.Next.Step.String())
	require.Empty(t, s.Dues)
	// 225,000 for 20 days, then 216,000 for 6, at 3.45 % / 360: 431.25 + 124.20.
	w.refused(approver, "test.Clawback", w.back("L1", "2024-07-10", "216000", "555.46"), "CLAIM_ABOVE_DUE", "interest", "555.45", "555.46")
	w.Must(book, approver, "test.Clawback", w.back("L1", "2024-07-10", "100000", "555.45"))
	require.Equal(t, compensation.Clawback, w.show("L1").Status)
	// 116,000 for ten days more.
	require.Equal(t, &compensation.Owed{Amount: yuan("116000"), Interest: yuan("111.17")}, w.shown("L1", "2024-07-20").Owed, "what Finance's clerk enters")
	w.refused(approver, "test.Clawback", w.back("L1", "2024-07-20", "116000", "111.18"), "CLAIM_ABOVE_DUE", "interest", "111.17", "111.18")
	w.Must(book, approver, "test.Clawback", w.back("L1", "2024-07-20", "116000", "111.17"))
	s = w.show("L1")
	require.Equal(t, compensation.ClawedBack, s.Status)
	require.Equal(t, s.Award.Paid, s.Award.Back)
	require.Equal(t, yuan("666.62"), s.Award.Interest)
	require.Nil(t, s.Next)

	w.until("L2", compensation.Paid)
	w.refused(approver, "comp.OrderClawback", w.reason("L2", "2024-07-05", ""), "CLAIM_REASON", "reason", "B01 B02 B03 B04", "")
}

// A payment that is stopped after a part: the rest is paid once the claim was
// looked into and approved again, or is rejected.
func TestAPaymentStoppedAfterAPart(t *testing.T) {
	w := newWorld(t)
	for _, no := range []string{"L1", "L2"} {
		w.until(no, compensation.Approved)
		w.Must(book, approver, "test.Pay", w.pay(no, "2024-06-14", "100000", "225000", false))
		w.Must(book, approver, "test.Stop", w.stop(no, "2024-06-17"))
		require.Equal(t, compensation.ReReview, w.show(no).Status)
		require.Equal(t, "收到举报", w.show(no).Stopped)
		w.Refused("CLAIM_STATE", book, approver, "test.Pay", w.pay(no, "2024-06-18", "125000", "225000", true))
	}
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L1", "2024-06-18", false))
	w.Must(book, approver, "comp.Approve", w.claim("L1", "2024-06-19"))
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-20", "125000", "225000", true))
	require.Equal(t, yuan("225000"), w.show("L1").Award.Paid)

	w.Must(book, reviewer, "comp.ReReview", w.reReview("L2", "2024-06-18", true))
	w.Must(book, approver, "comp.Reject", w.reason("L2", "2024-06-19", "X03"))
	s := w.show("L2")
	require.Equal(t, compensation.Paid, s.Status, "with the part that it got")
	require.Equal(t, yuan("100000"), s.Award.Paid)
	again := w.notify("L2", "2024-07-01")
	again.Claim = ref("again", 0, "C-AGAIN")
	w.refused(officer, "comp.Notify", again, "CLAIM_FILING_TAKEN", "filing", "", "C-L2") // no loan is compensated twice
	w.Must(book, approver, "comp.OrderClawback", w.reason("L2", "2024-07-01", "B02"))
}

// A loan that was compensated is never claimed for again, also after the claim
// was closed or clawed back.
func TestNoLoanIsCompensatedTwice(t *testing.T) {
	w := newWorld(t)
	for no, status := range map[string]compensation.ClaimStatus{"L1": compensation.Closed, "L2": compensation.ClawedBack, "L3": compensation.Approved} {
		w.until(no, status)
		again := w.notify(no, "2024-08-01")
		again.Claim = ref("again"+no[1:], 0, "C-AGAIN"+no)
		w.refused(officer, "comp.Notify", again, "CLAIM_FILING_TAKEN", "filing", "", "C-"+no)
	}
}

// A claim whose payment was stopped is not approved again for less than it
// was paid already: nothing could be allocated to it, and no payment would end
// it. The rest is rejected, and what is too much clawed back.
func TestNoApprovalBelowWhatWasPaid(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Approved)
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-06-14", "100000", "225000", false))
	w.Must(book, approver, "test.Stop", w.stop("L1", "2024-06-17"))
	others := func(amount string) *[]compensation.Government {
		return &[]compensation.Government{{From: "市级", Amount: yuan(amount), CID: cidOf("city")}}
	}
	adjusted := func(date, amount string) {
		c := w.adjust("L1", date)
		c.Others = others(amount)
		w.Must(book, reviewer, "comp.ProposeAdjustment", c)
		w.Must(book, approver, "comp.SignAdjustment", w.signs("L1", date, c.Number))
		w.Must(book, clerk, "comp.Publicise", w.publicise("L1", date))
	}
	adjusted("2024-06-18", "300000.01") // of 80 percent, 99,999.99 are left
	approve := w.claim("L1", "2024-06-27")
	w.refused(approver, "comp.Approve", approve, "CLAIM_BELOW_PAID", "entitlement", "100000.00", "99999.99")
	require.Equal(t, compensation.Publicised, w.show("L1").Status)
	require.Empty(t, w.docket())

	// For just what was paid it is approved, and a payment of nothing ends it.
	adjusted("2024-06-28", "300000")
	w.Must(book, approver, "comp.Approve", w.claim("L1", "2024-07-09"))
	w.Must(book, approver, "test.Pay", w.pay("L1", "2024-07-10", "0", "100000", true))
	require.Equal(t, compensation.Paid, w.show("L1").Status)

	// Below, the rest is rejected.
	w.until("L2", compensation.Approved)
	w.Must(book, approver, "test.Pay", w.pay("L2", "2024-06-14", "225000", "225000", false))
	w.Must(book, approver, "test.Stop", w.stop("L2", "2024-06-17"))
	w.Must(book, approver, "comp.Reject", w.reason("L2", "2024-06-18", "X99"))
	require.Equal(t, compensation.Paid, w.show("L2").Status)
}
