package fund_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const (
	clerk    = "Finance/officer"
	director = "Finance/approver"
	start    = "2024-08-01"

	// Numbers of accounts, invented.
	accountA  = "6217000000000001001"
	accountB  = "6217000000000002002"
	treasury  = "2600000000000009009"
	receiverA = "6217000000000003003"
	elsewhere = "6217000000000004004"
)

func day(text string) calendar.Date { return calendar.MustParse(text) }

func fen(text string) money.Fen { return money.MustFen(text) }

// world is a consortium whose pool is open: 8,000,000 yuan at A, 2,000,000
// at B.
type world struct {
	*chaincodetest.Ledger
	t *testing.T
	n int
}

func empty(t *testing.T) *world { return &world{Ledger: chaincodetest.New(t, start), t: t} }

func newWorld(t *testing.T) *world {
	w := empty(t)
	w.both("fund.Open", w.open())
	return w
}

func (w *world) open() fund.OpenContent {
	return fund.OpenContent{Head: w.head(start), Year: 2024, Voucher: "建账-1", Accounts: []fund.OpeningAccount{
		{Code: "A-1", Bank: "BankAMSP", Account: accountA, Balance: fen("8000000.00")},
		{Code: "B-1", Bank: "BankBMSP", Account: accountB, Balance: fen("2000000.00")},
	}}
}

func (w *world) head(date string) command.Head {
	w.n++
	return command.Head{Number: "N" + strconv.Itoa(w.n), Date: day(date)}
}

func (w *world) enter(name string, content any) {
	w.t.Helper()
	w.Must("commons", clerk, name, content)
}

func (w *world) no(code, who, name string, content any) {
	w.t.Helper()
	w.Refused(code, "commons", who, name, content)
}

// both enters something and has it confirmed on the same day; it gives the
// entry's number.
func (w *world) both(name string, content interface{ Header() command.Head }) string {
	w.t.Helper()
	w.enter(name, content)
	h := content.Header()
	w.confirm(h.Number, h.Date)
	return h.Number
}

func (w *world) confirm(number string, date calendar.Date) {
	w.t.Helper()
	h := w.head(date.String())
	w.Must("commons", director, "fund.Confirm", fund.ConfirmContent{Head: h, Entry: number})
}

func (w *world) statement(at string) *fund.StatementAnswer {
	w.t.Helper()
	var a fund.StatementAnswer
	q := fund.StatementQuery{}
	if at != "" {
		q.At = day(at)
	}
	require.NoError(w.t, w.Ask("commons", "Audit/auditor", "fund.Statement", q, &a))
	return &a
}

func (w *world) receipt(date, to, amount string) fund.ReceiptContent {
	return fund.ReceiptContent{Head: w.head(date), To: to, Amount: fen(amount), Value: day(date), Voucher: "PZ-" + strconv.Itoa(w.n)}
}

func (w *world) refund(date, from, account, amount string) fund.RefundContent {
	return fund.RefundContent{Head: w.head(date), From: from, Account: account, Amount: fen(amount), Value: day(date), Voucher: "PZ-" + strconv.Itoa(w.n)}
}

func (w *world) transfer(date, from, to, account, amount string) fund.TransferContent {
	return fund.TransferContent{Head: w.head(date), From: from, To: to, Account: account, Amount: fen(amount), Value: day(date), Voucher: "PZ-" + strconv.Itoa(w.n)}
}

func (w *world) agree(use fund.Use, code, holder, account string) fund.AgreeContent {
	return fund.AgreeContent{Head: w.head(start), Use: use, Code: code, Holder: holder, Account: account, Note: "协议 2024-1"}
}

func (w *world) openDay(date string) {
	w.t.Helper()
	w.Must("commons", "CentralBank/officer", "consortium.OpenDay", map[string]any{"number": "day" + date, "date": date})
}

// workingDays enters the calendar that a claim's deadlines need.
func (w *world) workingDays() {
	w.t.Helper()
	w.Calendar(2024, 2025, []calendar.Date{day("2024-10-01"), day("2024-10-02"), day("2025-01-01")})
}
