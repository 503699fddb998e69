package fund_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
)

func TestThePoolOpensByTwoPeople(t *testing.T) {
	w := empty(t)
	open := w.open()
	w.no("FUND_NOT_OPEN", clerk, "fund.Inject", w.receipt(start, "A-1", "1.00"))
	w.no("ACCESS_DENIED", director, "fund.Open", open)
	w.enter("fund.Open", open)
	require.Zero(t, w.statement("").Balance, "what nobody confirmed does not count")
	w.no("FUND_NOT_OPEN", clerk, "fund.Inject", w.receipt(start, "A-1", "1.00"))
	w.no("ACCESS_DENIED", clerk, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: open.Number})
	w.confirm(open.Number, open.Date)
	s := w.statement("")
	require.Equal(t, fen("10000000.00"), s.Balance)
	require.Equal(t, fen("10000000.00"), s.Available)
	require.Equal(t, 2024, s.Year)
	require.Equal(t, []fund.BankSheet{{Bank: "BankAMSP", Name: "甲银行", Balance: fen("8000000.00"), Share: "80.00"}, {Bank: "BankBMSP", Name: "乙银行", Balance: fen("2000000.00"), Share: "20.00"}}, s.Banks)
	again := w.open()
	w.no("FUND_POOL_EXISTS", clerk, "fund.Open", again)
	r, err := w.Submit("commons", clerk, "fund.Open", open)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
}

func TestOpeningRefused(t *testing.T) {
	w := empty(t)
	change := func(f func(*fund.OpenContent)) fund.OpenContent {
		c := w.open()
		f(&c)
		return c
	}
	w.no("FUND_LIST", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts = nil }))
	w.no("FUND_DEPOSIT_CODE", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts[0].Code = "甲" }))
	w.no("FUND_ACCOUNT_FORM", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts[0].Account = "6217 0000" }))
	w.no("FUND_AMOUNT", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts[0].Balance = -1 }))
	w.no("FUND_VOUCHER", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Voucher = "" }))
	w.no("FUND_BANK_UNKNOWN", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts[0].Bank = "FinanceMSP" }))
	w.no("FUND_YEAR", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Year = 2023 }))
	w.no("FUND_DEPOSIT_TAKEN", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts[1].Code = "A-1" }))
	w.no("FUND_DEPOSIT_TAKEN", clerk, "fund.Open", change(func(c *fund.OpenContent) { c.Accounts[1].Account = accountA }))
}

func TestMoneyMovesByTwoPeople(t *testing.T) {
	w := newWorld(t)
	both := "Finance/officer,approver" // a person with both roles
	c := w.receipt(start, "A-1", "500000.00")
	w.Must("commons", both, "fund.Inject", c)
	w.no("SAME_PERSON", both, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: c.Number})
	w.no("FUND_NO_ENTRY", director, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: "none"})
	w.confirm(c.Number, c.Date)
	w.no("FUND_NO_ENTRY", director, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: c.Number})
	w.both("fund.Interest", w.receipt(start, "B-1", "1234.56"))
	w.both("fund.Transfer", w.transfer(start, "A-1", "B-1", accountB, "100000.00"))
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
	w.both("fund.RefundToTreasury", w.refund(start, "B-1", treasury, "200000.00"))
	s := w.statement("")
	require.Equal(t, fund.Totals{Opening: fen("10000000.00"), Injections: fen("500000.00"), Interest: fen("1234.56"), Refunds: fen("200000.00")}, s.Totals)
	require.Equal(t, fen("10301234.56"), s.Balance)
	require.Equal(t, fen("8400000.00"), s.Deposits[0].Balance)
	require.Equal(t, fen("1901234.56"), s.Deposits[1].Balance)
	dropped := w.receipt(start, "A-1", "7.00")
	w.enter("fund.Inject", dropped)
	require.Len(t, w.statement("").Pending, 1)
	w.no("FUND_TEXT", director, "fund.Drop", fund.DropContent{Head: w.head(start), Entry: dropped.Number})
	w.no("FUND_NO_ENTRY", director, "fund.Drop", fund.DropContent{Head: w.head(start), Entry: "none", Reason: "x"})
	w.Must("commons", director, "fund.Drop", fund.DropContent{Head: w.head(start), Entry: dropped.Number, Reason: "金额有误"})
	require.Empty(t, w.statement("").Pending)
	require.Equal(t, s.Balance, w.statement("").Balance)
}

func TestNothingIsConfirmedBeforeItWasEntered(t *testing.T) {
	w := newWorld(t)
	w.openDay("2024-08-05")
	c := w.receipt("2024-08-05", "A-1", "1.00")
	w.enter("fund.Inject", c)
	w.no("FUND_DATE_ORDER", director, "fund.Confirm", fund.ConfirmContent{Head: w.head("2024-08-03"), Entry: c.Number})
	w.confirm(c.Number, c.Date)
}

func TestEntriesRefused(t *testing.T) {
	w := newWorld(t)
	in := func(f func(*fund.ReceiptContent)) fund.ReceiptContent {
		c := w.receipt(start, "A-1", "1.00")
		f(&c)
		return c
	}
	w.no("FUND_AMOUNT", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Amount = 0 }))
	w.no("FUND_VOUCHER", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Voucher = strings.Repeat("x", 65) }))
	w.no("FUND_VALUE_DATE", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Value = 0 }))
	w.no("FUND_VALUE_DATE", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Value = day("2024-08-02") }))
	w.no("FUND_NO_DEPOSIT", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.To = "C-1" }))
	w.no("FUND_TEXT", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Note = strings.Repeat("x", 201) }))
	w.no("FUND_DATE_ORDER", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Date, c.Value = day("2024-07-31"), day("2024-07-31") }))
	w.no("FUND_YEAR_NOT_OPEN", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Date, c.Value = day("2023-12-31"), day("2023-12-31") }))
	w.no("FUND_TOO_LARGE", clerk, "fund.Inject", in(func(c *fund.ReceiptContent) { c.Amount = fen("10000000000000.00") }))
	for range 64 {
		w.enter("fund.Inject", w.receipt(start, "A-1", "1.00"))
	}
	w.no("FUND_PENDING_FULL", clerk, "fund.Inject", w.receipt(start, "A-1", "1.00"))
}

func TestMoneyGoesToAgreedAccountsOnly(t *testing.T) {
	w := newWorld(t)
	w.no("FUND_NO_PAYEE", clerk, "fund.RefundToTreasury", w.refund(start, "A-1", treasury, "1.00"))
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
	r := w.Refused("FUND_ACCOUNT_OTHER", "commons", clerk, "fund.RefundToTreasury", w.refund(start, "A-1", elsewhere, "1.00"))
	require.Equal(t, "****9009", r.Refusal.Limit)
	require.Equal(t, "****4004", r.Refusal.Actual)
	w.no("FUND_ACCOUNT_OTHER", clerk, "fund.Transfer", w.transfer(start, "A-1", "B-1", elsewhere, "1.00"))
	// What was agreed otherwise in between stops the confirmation.
	c := w.refund(start, "A-1", treasury, "1.00")
	w.enter("fund.RefundToTreasury", c)
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", elsewhere))
	w.no("FUND_ACCOUNT_OTHER", director, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: c.Number})
	w.both("fund.RefundToTreasury", w.refund(start, "A-1", elsewhere, "1.00"))
}

func TestAccountsRefused(t *testing.T) {
	w := newWorld(t)
	w.no("FUND_CODE", clerk, "fund.AgreeAccount", map[string]any{"number": "x", "date": start, "account": accountA, "note": "n"})
	w.no("FUND_DEPOSIT_CODE", clerk, "fund.AgreeAccount", w.agree(fund.ForDeposit, "", "BankAMSP", elsewhere))
	w.no("FUND_DEPOSIT_CODE", clerk, "fund.AgreeAccount", w.agree(fund.ForPayout, "A-2", "BankAMSP", elsewhere))
	w.no("FUND_DEPOSIT_TAKEN", clerk, "fund.AgreeAccount", w.agree(fund.ForDeposit, "A-1", "BankAMSP", elsewhere))
	w.no("FUND_DEPOSIT_TAKEN", clerk, "fund.AgreeAccount", w.agree(fund.ForDeposit, "A-2", "BankAMSP", accountA))
	w.no("FUND_DEPOSIT_TAKEN", clerk, "fund.AgreeAccount", w.agree(fund.ForPayout, "", "BankAMSP", accountA))
	w.no("FUND_BANK_UNKNOWN", clerk, "fund.AgreeAccount", w.agree(fund.ForPayout, "", "AuditMSP", elsewhere))
	w.no("FUND_BANK_UNKNOWN", clerk, "fund.AgreeAccount", w.agree(fund.ForTreasury, "", "BankAMSP", treasury))
	w.no("FUND_ACCOUNT_FORM", clerk, "fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", "123"))
	w.both("fund.AgreeAccount", w.agree(fund.ForPayout, "", "BankAMSP", receiverA))
	w.no("FUND_DEPOSIT_TAKEN", clerk, "fund.AgreeAccount", w.agree(fund.ForPayout, "", "BankBMSP", receiverA))
	w.both("fund.AgreeAccount", w.agree(fund.ForDeposit, "A-2", "BankAMSP", elsewhere))
	require.Zero(t, w.statement("").Deposits[1].Balance)
}

func TestNothingBelowZero(t *testing.T) {
	w := newWorld(t)
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
	w.no("FUND_DEPOSIT_SHORT", clerk, "fund.RefundToTreasury", w.refund(start, "B-1", treasury, "2000000.01"))
	w.no("FUND_DEPOSIT_SHORT", clerk, "fund.Transfer", w.transfer(start, "B-1", "A-1", accountA, "2000000.01"))
	w.no("FUND_SAME_DEPOSIT", clerk, "fund.Transfer", w.transfer(start, "A-1", "A-1", accountA, "1.00"))
	a, b := w.refund(start, "B-1", treasury, "1500000.00"), w.refund(start, "B-1", treasury, "1500000.00")
	w.enter("fund.RefundToTreasury", a)
	w.enter("fund.RefundToTreasury", b)
	w.confirm(a.Number, a.Date)
	w.no("FUND_DEPOSIT_SHORT", director, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: b.Number})
}

func TestReversalByTwoPeople(t *testing.T) {
	w := newWorld(t)
	injected := w.both("fund.Inject", w.receipt(start, "A-1", "500000.00"))
	ask := func(entry string) fund.ReversalContent {
		return fund.ReversalContent{Head: w.head(start), Entry: entry, Value: day(start), Voucher: "CZ-" + strconv.Itoa(w.n), Reason: "重复登记"}
	}
	w.no("FUND_NO_ENTRY", clerk, "fund.RequestReversal", ask("none"))
	w.no("FUND_NOT_REVERSIBLE", clerk, "fund.RequestReversal", ask("N1"))
	c := ask(injected)
	w.enter("fund.RequestReversal", c)
	w.no("FUND_REVERSED", clerk, "fund.RequestReversal", ask(injected))
	require.Equal(t, fen("10500000.00"), w.statement("").Balance)
	w.confirm(c.Number, c.Date)
	s := w.statement("")
	require.Equal(t, fen("10000000.00"), s.Balance)
	require.Zero(t, s.Totals.Injections)
	w.no("FUND_REVERSED", clerk, "fund.RequestReversal", ask(injected))
	w.no("FUND_NOT_REVERSIBLE", clerk, "fund.RequestReversal", ask(c.Number))

	// Who entered does not sign the reversal either.
	both := "Finance/officer,approver"
	in := w.receipt(start, "A-1", "10.00")
	w.Must("commons", both, "fund.Inject", in)
	w.confirm(in.Number, in.Date)
	r := ask(in.Number)
	w.enter("fund.RequestReversal", r)
	w.no("SAME_PERSON", both, "fund.Confirm", fund.ConfirmContent{Head: w.head(start), Entry: r.Number})

	// What was spent meanwhile cannot be taken back.
	big := w.both("fund.Inject", w.receipt(start, "B-1", "100.00"))
	w.both("fund.Transfer", w.transfer(start, "B-1", "A-1", accountA, "2000100.00"))
	w.no("FUND_DEPOSIT_SHORT", clerk, "fund.RequestReversal", ask(big))

	var journal fund.JournalAnswer
	require.NoError(t, w.Ask("commons", "CentralBank/auditor", "fund.Journal", fund.JournalQuery{}, &journal))
	acts := []string{}
	for _, l := range journal.Lines {
		acts = append(acts, l.Act.String()+" "+l.Amount.String()+" "+l.Undone)
	}
	require.Equal(t, []string{"OPENING 10000000.00 ", "INJECTION 500000.00 " + c.Number, "REVERSAL -500000.00 ", "INJECTION 10.00 ", "INJECTION 100.00 ", "TRANSFER 2000100.00 "}, acts)
	var part fund.JournalAnswer
	require.NoError(t, w.Ask("commons", clerk, "fund.Journal", fund.JournalQuery{Limit: 2, Skip: 2}, &part))
	require.Equal(t, journal.Lines[2:4], part.Lines)
	require.Equal(t, 4, part.Next)
}

func TestAYearIsSettled(t *testing.T) {
	w := newWorld(t)
	old := w.both("fund.Inject", w.receipt(start, "A-1", "500000.00"))
	other := w.both("fund.Interest", w.receipt(start, "A-1", "0.05"))
	waiting := fund.ReversalContent{Head: w.head(start), Entry: other, Value: day(start), Voucher: "CZ-0", Reason: "x"}
	w.enter("fund.RequestReversal", waiting)
	year := func(date string, n int) fund.YearContent { return fund.YearContent{Head: w.head(date), Year: n} }
	w.no("FUND_YEAR", clerk, "fund.SettleYear", year(start, 2025))
	w.openDay("2025-01-02")
	w.no("FUND_YEAR_NOT_OPEN", clerk, "fund.Inject", w.receipt("2025-01-02", "A-1", "1.00"))
	w.no("FUND_YEAR", clerk, "fund.SettleYear", year("2025-01-02", 2026))
	w.both("fund.SettleYear", year("2025-01-02", 2025))
	s := w.statement("")
	require.Equal(t, fund.Totals{Opening: fen("10500000.05")}, s.Totals)
	require.Equal(t, 2025, s.Year)
	require.Equal(t, fen("500000.00"), w.statement("2024-12-31").Totals.Injections, "the settled year stays")
	w.no("FUND_YEAR_SETTLED", clerk, "fund.RequestReversal", fund.ReversalContent{Head: w.head("2025-01-02"), Entry: old, Value: day("2025-01-02"), Voucher: "CZ-1", Reason: "x"})
	w.no("FUND_YEAR_SETTLED", director, "fund.Confirm", fund.ConfirmContent{Head: w.head("2025-01-02"), Entry: waiting.Number}) // though it was asked for before
	w.both("fund.Inject", w.receipt("2025-01-02", "A-1", "1.00"))
	w.no("FUND_YEAR_NOT_OPEN", clerk, "fund.Inject", w.receipt("2024-12-31", "A-1", "1.00"))
	w.openDay("2027-01-04")
	w.no("FUND_YEAR", clerk, "fund.SettleYear", year("2027-01-04", 2027)) // 2026 would be left out
}

// No number of an account comes out of the ledger, and none is in its state.
func TestAccountNumbersStayOff(t *testing.T) {
	w := newWorld(t)
	w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
	w.enter("fund.RefundToTreasury", w.refund(start, "A-1", treasury, "1.00"))
	for _, q := range []string{"fund.Statement", "fund.Journal"} {
		var answer json.RawMessage
		require.NoError(t, w.Ask("commons", clerk, q, struct{}{}, &answer))
		for _, number := range []string{accountA, accountB, treasury} {
			require.NotContains(t, string(answer), number)
			require.Contains(t, string(answer), number[len(number)-4:])
		}
	}
	require.Empty(t, w.Holding(accountA, accountB, treasury))
}

// The digest says nothing that another run of the same commands would not.
func TestDigestIsThatOfAnyRun(t *testing.T) {
	digests := map[string]bool{}
	for range 2 {
		w := newWorld(t)
		w.both("fund.AgreeAccount", w.agree(fund.ForTreasury, "", "", treasury))
		w.enter("fund.RefundToTreasury", w.refund(start, "A-1", treasury, "1.00"))
		digests[w.Digests("commons", "pool")["pool"]] = true
	}
	require.Len(t, digests, 1)
}
