package fund_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
)

// payable is a world in which BankA's account for compensation is agreed.
func payable(t *testing.T) *world {
	w := newWorld(t)
	w.workingDays()
	w.both("fund.AgreeAccount", w.agree(fund.ForPayout, "", bankA, receiverA))
	return w
}

func TestClaimsAreAllocatedAndPaid(t *testing.T) {
	w := payable(t)
	w.no("FUND_NOTHING_TO_ALLOCATE", clerk, "fund.Allocate", w.allocation(start, 0))
	w.approved(bankA, "C1", "2024-08-01", "600000.00", "ratio")
	w.approved(bankA, "C2", "2024-07-30", "300000.00", "per_loan_cap")
	w.approved(bankB, "C1", "2024-07-31", "100000.00", "stack")
	p := w.preview()
	require.Equal(t, []fund.ShareLine{
		{Bank: bankA, Claim: "C2", Approved: day("2024-07-30"), Entitlement: fen("300000.00"), Amount: fen("300000.00"), Binding: "per_loan_cap"},
		{Bank: bankB, Claim: "C1", Approved: day("2024-07-31"), Entitlement: fen("100000.00"), Amount: fen("100000.00"), Binding: "stack"},
		{Bank: bankA, Claim: "C1", Approved: day("2024-08-01"), Entitlement: fen("600000.00"), Amount: fen("600000.00"), Binding: "ratio"},
	}, p.Shares)
	w.no("FUND_TOTAL", clerk, "fund.Allocate", w.allocation(start, p.Total-1))
	few := w.allocation(start, p.Total)
	few.Pages = nil
	w.no("FUND_LIST", clerk, "fund.Allocate", few)
	c := w.allocation(start, p.Total)
	w.Must("commons", clerk, "fund.Allocate", c)
	again := c
	again.Pages = w.allocation(start, p.Total).Pages
	r, err := w.Submit("commons", clerk, "fund.Allocate", again)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome, "proposed pages are no content")
	w.no("FUND_NOTHING_TO_ALLOCATE", clerk, "fund.Allocate", w.allocation(start, 0))
	s := w.statement("")
	require.Equal(t, fen("1000000.00"), s.Reserved)
	require.Equal(t, fen("9000000.00"), s.Available)
	require.Equal(t, []fund.BankLine{{Bank: bankA, Name: "甲银行", Allocated: fen("900000.00")}, {Bank: bankB, Name: "乙银行", Allocated: fen("100000.00")}}, s.Allocated)

	// In parts: C1 in two, C2 whole.
	w.enter("fund.OrderPayout", w.order(start, "O1", line("C1", "200000.00"), line("C2", "300000.00")))
	results, err := w.Batch(bookA, director, "settle", chaincodetest.Step{Name: "fund.Payout", Content: w.payout(start, "O1", "C1")}, chaincodetest.Step{Name: "fund.Payout", Content: w.payout(start, "O1", "C2")})
	require.NoError(t, err)
	for _, r := range results {
		require.Equal(t, "accepted", r.Outcome, "%v", r.Refusal)
	}
	require.Equal(t, "APPROVED", w.status(bankA, "C1"))
	require.Equal(t, "PAID", w.status(bankA, "C2"))
	s = w.statement("")
	require.Equal(t, fen("500000.00"), s.Totals.Payouts)
	require.Equal(t, fen("9500000.00"), s.Balance)
	require.Equal(t, fen("500000.00"), s.Reserved)
	require.Equal(t, fen("7500000.00"), s.Deposits[0].Balance)
	paid := w.payout(start, "O1", "C1")
	w.Refused("FUND_LINE_PAID", bookA, director, "fund.Payout", paid)
	w.enter("fund.OrderPayout", w.order(start, "O2", line("C1", "400000.00")))
	last := w.payout(start, "O2", "C1")
	w.Must(bookA, director, "fund.Payout", last)
	r, err = w.Submit(bookA, director, "fund.Payout", last)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	require.Equal(t, "PAID", w.status(bankA, "C1"))
	require.Equal(t, fen("9100000.00"), w.statement("").Balance, "what was paid is paid once")
	require.Equal(t, fen("100000.00"), w.statement("").Reserved)

	// A claim that is paid whole waits for nothing: not even nothing is paid on it.
	for claim, live := range map[string]bool{bankA + "/C1": false, bankA + "/C2": false, bankB + "/C1": true} {
		require.Equal(t, live, w.allocations()[claim].Live, claim)
	}
	var live fund.AllocationsAnswer
	require.NoError(t, w.Ask("commons", "Audit/auditor", "fund.Allocations", fund.AllocationsQuery{Live: true}, &live))
	require.Len(t, live.Allocations, 1)
	w.no("FUND_NOT_ALLOCATED", clerk, "fund.OrderPayout", w.order(start, "O3", line("C1", "0.00")))

	var sheet fund.OrderSheet
	require.NoError(t, w.Ask("commons", "Audit/auditor", "fund.ShowOrder", fund.OrderQuery{Number: "O1"}, &sheet))
	require.Equal(t, fen("500000.00"), sheet.Total)
	require.Equal(t, fen("500000.00"), sheet.Paid)
	require.Equal(t, "3003", sheet.Account)
	var journal fund.JournalAnswer
	require.NoError(t, w.Ask("commons", clerk, "fund.Journal", fund.JournalQuery{}, &journal))
	require.Equal(t, "PAYOUT", journal.Lines[len(journal.Lines)-1].Act.String())
	require.Equal(t, "FK-O2", journal.Lines[len(journal.Lines)-1].Voucher)
}

// Trap 3: claims above what is available are paid in part, and the reason is
// named.
func TestTrap3ClaimsAboveTheAvailableBalance(t *testing.T) {
	w := payable(t)
	w.approved(bankA, "C0", start, "1999999.99", "ratio")
	w.allocate(start)
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
	w.both("fund.RefundToTreasury", w.refund(start, "A-1", treasury, "7000000.00")) // 3,000,000 left, 1,000,000.01 available
	w.no("FUND_ABOVE_AVAILABLE", clerk, "fund.RefundToTreasury", w.refund(start, "B-1", treasury, "1000000.02"))
	w.approved(bankA, "C1", "2024-08-01", "0.01", "ratio") // of the bank's year a fen is left
	w.approved(bankB, "C2", "2024-08-01", "1000000.00", "ratio")
	w.approved(bankB, "C3", "2024-07-31", "999999.99", "ratio")
	p := w.allocate(start)
	require.Equal(t, fen("1000000.01"), p.Total, "all of it, to the fen")
	require.Equal(t, "C3", p.Shares[0].Claim)
	for _, s := range p.Shares {
		if s.Claim != "C1" || s.Amount < s.Entitlement {
			require.Equal(t, "pool", s.Binding, s.Claim)
		}
	}
	require.Zero(t, w.statement("").Available)
}

func TestABankGetsItsYearOnly(t *testing.T) {
	w := payable(t) // a fifth of 10,000,000 by the pack
	w.approved(bankA, "C1", "2024-07-30", "1500000.00", "per_loan_cap")
	w.approved(bankA, "C2", "2024-07-31", "600000.00", "ratio")
	w.approved(bankA, "C3", "2024-08-01", "1.00", "ratio")
	p := w.allocate(start)
	require.Equal(t, []string{"1500000.00 per_loan_cap", "500000.00 bank_year", "0.00 bank_year"},
		[]string{p.Shares[0].Amount.String() + " " + p.Shares[0].Binding, p.Shares[1].Amount.String() + " " + p.Shares[1].Binding, p.Shares[2].Amount.String() + " " + p.Shares[2].Binding})
	// What is allocated nothing is closed by a line of nothing.
	w.no("FUND_AMOUNT", clerk, "fund.OrderPayout", w.order(start, "O0", line("C2", "0.00")))
	w.enter("fund.OrderPayout", w.order(start, "O1", line("C2", "500000.00"), line("C3", "0.00")))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O1", "C3"))
	require.Equal(t, "CLOSED", w.status(bankA, "C3"))
	// A new year is a new fifth.
	w.openDay("2025-01-02")
	w.both("fund.SettleYear", fund.YearContent{Head: w.head("2025-01-02"), Year: 2025})
	require.Equal(t, fen("2000000.00"), w.statement("").Reserved, "what was reserved stays reserved")
	w.approved(bankA, "C4", "2025-01-02", "300000.00", "ratio")
	require.Equal(t, fen("300000.00"), w.allocate("2025-01-02").Total)
}

func TestOrdersRefused(t *testing.T) {
	w := newWorld(t)
	w.approved(bankA, "C1", start, "100.00", "ratio")
	w.approved(bankB, "D1", start, "100.00", "ratio")
	one := func(f func(*fund.OrderContent)) fund.OrderContent {
		c := w.order(start, fmt.Sprint("X", w.n), line("C1", "100.00"))
		f(&c)
		return c
	}
	same := func(*fund.OrderContent) {}
	w.no("FUND_NOT_ALLOCATED", clerk, "fund.OrderPayout", one(same))
	w.allocate(start)
	w.no("FUND_NO_PAYEE", clerk, "fund.OrderPayout", one(same))
	w.both("fund.AgreeAccount", w.agree(fund.ForPayout, "", bankA, receiverA))
	w.no("FUND_ACCOUNT_OTHER", clerk, "fund.OrderPayout", one(func(c *fund.OrderContent) { c.Account = elsewhere }))
	w.no("FUND_LIST", clerk, "fund.OrderPayout", one(func(c *fund.OrderContent) { c.Lines = nil }))
	w.no("FUND_LIST", clerk, "fund.OrderPayout", one(func(c *fund.OrderContent) { c.Lines = append(c.Lines, c.Lines[0]) }))
	w.no("FUND_ABOVE_ALLOCATED", clerk, "fund.OrderPayout", one(func(c *fund.OrderContent) { c.Lines[0].Amount++ }))
	w.no("FUND_NO_DEPOSIT", clerk, "fund.OrderPayout", one(func(c *fund.OrderContent) { c.From = "C-1" }))
	w.no("FUND_NOT_ALLOCATED", clerk, "fund.OrderPayout", one(func(c *fund.OrderContent) { c.Lines[0].Claim = "D1" }))
	w.no("ACCESS_DENIED", director, "fund.OrderPayout", one(same))

	w.enter("fund.OrderPayout", w.order(start, "O1", line("C1", "60.00")))
	w.Refused("FUND_NO_ORDER", bookA, director, "fund.Payout", w.payout(start, "none", "C1"))
	w.Refused("ACCESS_DENIED", bookA, clerk, "fund.Payout", w.payout(start, "O1", "C1"))
	w.Refused("FUND_ORDER_BANK", bookB, director, "fund.Payout", w.payout(start, "O1", "D1"))
	w.Refused("UNKNOWN", bookA, director, "fund.Payout", w.payout(start, "O1", "C9"))
	w.approved(bankA, "C2", start, "5.00", "ratio")
	w.Refused("FUND_NO_LINE", bookA, director, "fund.Payout", w.payout(start, "O1", "C2"))
	both := "Finance/officer,approver"
	w.Must("commons", both, "fund.OrderPayout", w.order(start, "O2", line("C1", "40.00")))
	w.Refused("SAME_PERSON", bookA, both, "fund.Payout", w.payout(start, "O2", "C1"))

	// An order that was dropped pays nothing; one that is paid is not dropped.
	drop := func(order string) fund.DropOrderContent {
		return fund.DropOrderContent{Head: w.head(start), Payment: w.order(start, order).Payment, Reason: "信息有误"}
	}
	w.Must("commons", director, "fund.DropOrder", drop("O2"))
	w.no("FUND_ORDER_DROPPED", clerk, "fund.DropOrder", drop("O2"))
	w.Refused("FUND_ORDER_DROPPED", bookA, director, "fund.Payout", w.payout(start, "O2", "C1"))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O1", "C1"))
	w.no("FUND_ORDER_PAID", clerk, "fund.DropOrder", drop("O1"))

	// Two orders for the same money: the second is not paid.
	w.enter("fund.OrderPayout", w.order(start, "O3", line("C1", "40.00")))
	w.enter("fund.OrderPayout", w.order(start, "O4", line("C1", "40.00")))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O3", "C1"))
	w.Refused("CLAIM_STATE", bookA, director, "fund.Payout", w.payout(start, "O4", "C1"))
}

func TestAStoppedPaymentIsFreeAgain(t *testing.T) {
	w := payable(t)
	w.approved(bankA, "C1", start, "100.00", "ratio")
	w.approved(bankA, "C2", start, "50.00", "ratio")
	w.Must(bookA, clerk, "fund.StopPayment", w.stop(start, "C2")) // before it is allocated
	require.Equal(t, "RE_REVIEW", w.status(bankA, "C2"))
	w.allocate(start)
	w.enter("fund.OrderPayout", w.order(start, "O1", line("C1", "30.00")))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O1", "C1"))
	w.enter("fund.OrderPayout", w.order(start, "O2", line("C1", "70.00")))
	_, err := w.Submit(bookA, "BankA/officer", "fund.StopPayment", w.stop(start, "C1"))
	require.ErrorContains(t, err, "qxl ACCESS_DENIED", "a bank stops nothing")
	w.Must(bookA, clerk, "fund.StopPayment", w.stop(start, "C1"))
	require.Zero(t, w.statement("").Reserved)
	require.Equal(t, fen("30.00"), w.statement("").Allocated[0].Allocated)
	w.Refused("CLAIM_STATE", bookA, director, "fund.Payout", w.payout(start, "O2", "C1"))
	w.Refused("CLAIM_STATE", bookA, clerk, "fund.StopPayment", w.stop(start, "C1"))

	// Approved again for less: the rest is allocated anew, and the old order holds.
	w.Must(bookA, director, "test.Approve", chaincodetest.ApproveContent{Head: w.head(start), Claim: claimRef("C1"), Entitlement: fen("80.00"), Binding: "ratio", Again: true})
	require.Equal(t, fen("50.00"), w.allocate(start).Total)
	a := w.allocations()[bankA+"/C1"]
	require.Equal(t, []string{"80.00", "30.00", "50.00"}, []string{a.Amount.String(), a.Paid.String(), a.Unpaid.String()})
	w.Refused("FUND_ABOVE_ALLOCATED", bookA, director, "fund.Payout", w.payout(start, "O2", "C1"))
	w.enter("fund.OrderPayout", w.order(start, "O3", line("C1", "50.00")))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O3", "C1"))
	require.Equal(t, "PAID", w.status(bankA, "C1"))
	require.Zero(t, w.statement("").Reserved)
}

func TestMoneyComesBackByTwoPeople(t *testing.T) {
	w := payable(t)
	w.paid("C1", "100.00")
	w.paid("C2", "70.00")
	w.Must(bookA, director, "test.Turn", chaincodetest.TurnContent{Head: w.head(start), Claim: claimRef("C1"), Due: fen("60.00")})
	w.no("FUND_INTEREST_PART", clerk, "fund.EnterReturn", w.back(start, "C1", "5.00", "6.00"))
	w.no("FUND_ABOVE_PAID", clerk, "fund.EnterReturn", w.back(start, "C1", "100.01", "0.00"))
	w.no("FUND_ABOVE_PAID", clerk, "fund.EnterReturn", w.back(start, "C9", "1.00", "0.00"))
	c := w.back(start, "C1", "60.00", "0.00")
	w.enter("fund.EnterReturn", c)
	w.no("FUND_OTHER_COMMAND", director, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: c.Number})
	w.Refused("FUND_NO_ENTRY", bookA, director, "fund.ReceiveReturn", w.receives(start, "C1", "none"))
	w.Must(bookA, director, "test.Turn", chaincodetest.TurnContent{Head: w.head(start), Claim: claimRef("C2"), Due: fen("60.00")})
	w.Refused("FUND_ENTRY_OTHER", bookA, director, "fund.ReceiveReturn", w.receives(start, "C2", c.Number))
	w.Refused("ACCESS_DENIED", bookA, clerk, "fund.ReceiveReturn", w.receives(start, "C1", c.Number))
	both := "Finance/officer,approver"
	more := w.back(start, "C1", "1.00", "0.00")
	w.Must("commons", both, "fund.EnterReturn", more)
	w.Refused("SAME_PERSON", bookA, both, "fund.ReceiveReturn", w.receives(start, "C1", more.Number))
	w.Must(bookA, director, "fund.ReceiveReturn", w.receives(start, "C1", c.Number))
	w.Refused("CLAIM_ABOVE_DUE", bookA, director, "fund.ReceiveReturn", w.receives(start, "C1", more.Number))
	s := w.statement("")
	require.Equal(t, fen("60.00"), s.Totals.Returns)
	require.Equal(t, fen("9999890.00"), s.Balance)
	require.Equal(t, fen("60.00"), w.allocations()[bankA+"/C1"].Back)
	w.no("FUND_ABOVE_PAID", clerk, "fund.EnterReturn", w.back(start, "C1", "40.01", "0.00"))

	// A clawback comes with interest, which is no part of what was paid.
	w.openDay("2024-08-31")
	w.Must(bookA, director, "test.Turn", chaincodetest.TurnContent{Head: w.head(start), Claim: claimRef("C1"), Clawback: fen("40.00")})
	k := w.back("2024-08-31", "C1", "40.11", "0.11")
	w.enter("fund.EnterClawback", k)
	w.Refused("CLAIM_STATE", bookA, director, "fund.ReceiveReturn", w.receives("2024-08-31", "C1", k.Number))
	w.Must(bookA, director, "fund.ReceiveClawback", w.receives("2024-08-31", "C1", k.Number))
	s = w.statement("")
	require.Equal(t, fen("40.11"), s.Totals.Clawbacks)
	a := w.allocations()[bankA+"/C1"]
	require.Equal(t, []string{"100.00", "100.00", "0.11"}, []string{a.Paid.String(), a.Back.String(), a.Interest.String()})
	w.no("FUND_ABOVE_PAID", clerk, "fund.EnterClawback", w.back("2024-08-31", "C1", "0.12", "0.11"))
	w.no("FUND_NOT_REVERSIBLE", clerk, "fund.RequestReversal", fund.ReversalContent{Head: w.head("2024-08-31"), Entry: k.Number, Value: day("2024-08-31"), Voucher: "CZ", Reason: "x"})
}

// A batch of a bank's payments is one transaction; what is refused of it does
// not stop the others.
func TestOnePayoutTransactionForABank(t *testing.T) {
	w := payable(t)
	var lines []fund.OrderLine
	var steps []chaincodetest.Step
	for i := range 40 {
		no := fmt.Sprintf("C%02d", i)
		w.approved(bankA, no, start, "1000.00", "ratio")
		lines = append(lines, line(no, "1000.00"))
	}
	w.allocate(start)
	w.Must(bookA, clerk, "fund.StopPayment", w.stop(start, "C07"))
	w.no("FUND_NOT_ALLOCATED", clerk, "fund.OrderPayout", w.order(start, "O", lines...))
	w.enter("fund.OrderPayout", w.order(start, "O1", append(lines[:7:7], lines[8:]...)...))
	for _, l := range lines {
		steps = append(steps, chaincodetest.Step{Name: "fund.Payout", Content: w.payout(start, "O1", l.Claim)})
	}
	results, err := w.Batch(bookA, director, "settle", steps...)
	require.NoError(t, err)
	for i, r := range results {
		if i == 7 {
			require.Equal(t, "CLAIM_STATE", r.Refusal.Code)
			continue
		}
		require.Equal(t, "accepted", r.Outcome, "%d %v", i, r.Refusal)
	}
	require.Equal(t, fen("39000.00"), w.statement("").Totals.Payouts)
	require.Zero(t, w.statement("").Reserved)
}

// Where the bank's book and the fund's differ, nothing is paid.
func TestBooksThatDiffer(t *testing.T) {
	w := payable(t)
	w.approved(bankA, "C1", start, "100.00", "ratio")
	w.allocate(start)
	w.enter("fund.OrderPayout", w.order(start, "O1", line("C1", "100.00")))
	w.Must(bookA, director, "test.Turn", chaincodetest.TurnContent{Head: w.head(start), Claim: claimRef("C1"), Pays: fen("1.00")})
	w.Refused("FUND_BOOKS_DIFFER", bookA, director, "fund.Payout", w.payout(start, "O1", "C1"))
}

func TestAllocationInTheOpenYearOnly(t *testing.T) {
	w := payable(t)
	w.approved(bankA, "C1", start, "100.00", "ratio")
	w.openDay("2025-01-02")
	w.no("FUND_YEAR_NOT_OPEN", clerk, "fund.Allocate", w.allocation("2025-01-02", fen("100.00")))
	early := w.allocation("2024-07-31", fen("100.00"))
	w.no("FUND_DATE_ORDER", clerk, "fund.Allocate", early)
}

// A pool that does not cover what is to be expected says so, in its state, its
// statement and its year, until it does.
func TestAPoolThatNeedsMoneySaysSo(t *testing.T) {
	w := payable(t)
	s := w.statement("")
	require.Equal(t, []any{"OK", "0.00", false}, []any{s.Breaker, s.Expected.String(), s.TopUp})
	require.Empty(t, s.Notices)
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
	w.both("fund.RefundToTreasury", w.refund(start, "A-1", treasury, "7600000.00"))
	w.approved(bankA, "C1", start, "2000000.00", "per_loan_cap")
	w.allocate(start)
	s = w.statement("")
	require.Equal(t, []any{"500000.00", "400000.00", true}, []any{s.Expected.String(), s.Available.String(), s.TopUp}, "three months at the pace of twelve")
	require.Equal(t, []fund.NoticeLine{{Since: day(start), Expected: fen("500000.00"), Available: fen("400000.00")}}, s.Notices)
	w.both("fund.Interest", w.receipt(start, "B-1", "99999.99"))
	require.True(t, w.statement("").TopUp, "a fen short")
	w.both("fund.Interest", w.receipt(start, "B-1", "0.01"))
	s = w.statement("")
	require.False(t, s.TopUp)
	require.Equal(t, []fund.NoticeLine{{Since: day(start), Met: day(start), Expected: fen("500000.00"), Available: fen("400000.00")}}, s.Notices)
}

// One paper is entered once: whatever it is the voucher of.
func TestAVoucherIsEnteredOnce(t *testing.T) {
	w := payable(t)
	in := func(voucher string) fund.ReceiptContent {
		c := w.receipt(start, "A-1", "1.00")
		c.Voucher = voucher
		return c
	}
	first := in("V-1")
	w.enter("fund.Inject", first)
	r := w.Refused("FUND_VOUCHER_TWICE", "commons", clerk, "fund.Inject", in("V-1"))
	require.Equal(t, []string{"voucher", "", "V-1"}, []string{r.Refusal.Field, r.Refusal.Limit, r.Refusal.Actual})
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.Interest", in("V-1"))
	w.confirm(first.Number, first.Date)
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.Inject", in("V-1"))
	undo := fund.ReversalContent{Head: w.head(start), Entry: first.Number, Value: day(start), Voucher: "V-1", Reason: "x"}
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.RequestReversal", undo)

	// What was dropped before it counted leaves the number free.
	slip := in("V-2")
	w.enter("fund.Inject", slip)
	w.Must("commons", director, "fund.Drop", fund.DropContent{Head: w.head(start), Entry: slip.Number, Reason: "x"})
	w.enter("fund.Inject", in("V-2"))
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.Inject", in("V-2"))

	// So does an order of which nothing was paid.
	w.approved(bankA, "C1", start, "10.00", "ratio")
	w.allocate(start)
	order := func(no, voucher, amount string) fund.OrderContent {
		o := w.order(start, no, line("C1", amount))
		o.Voucher = voucher
		return o
	}
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.OrderPayout", order("O0", "V-1", "4.00"))
	w.enter("fund.OrderPayout", order("O1", "V-3", "4.00"))
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.OrderPayout", order("O2", "V-3", "4.00"))
	w.Must("commons", clerk, "fund.DropOrder", fund.DropOrderContent{Head: w.head(start), Payment: order("O1", "", "0").Payment, Reason: "x"})
	w.enter("fund.OrderPayout", order("O3", "V-3", "4.00"))
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O3", "C1"))
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.OrderPayout", order("O4", "V-3", "6.00"))

	// An order of which a part was paid keeps its number when the rest is dropped.
	w.approved(bankA, "C2", start, "10.00", "ratio")
	w.allocate(start)
	part := w.order(start, "O5", line("C1", "2.00"), line("C2", "10.00"))
	part.Voucher = "V-5"
	w.enter("fund.OrderPayout", part)
	w.Must(bookA, director, "fund.Payout", w.payout(start, "O5", "C2"))
	w.Must("commons", clerk, "fund.DropOrder", fund.DropOrderContent{Head: w.head(start), Payment: part.Payment, Reason: "x"})
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.OrderPayout", order("O6", "V-5", "2.00"))
	w.no("FUND_VOUCHER_TWICE", clerk, "fund.Inject", in("V-5"))
}
