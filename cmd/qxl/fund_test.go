package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
)

func init() { chaincode.BookCommands = append(chaincode.BookCommands, chaincodetest.ApproveClaim) }

const (
	fundDay   = "2024-12-27"
	fundA     = "6217000000000001001"
	fundB     = "6217000000000002002"
	receiverA = "6217000000000003003"
	treasury  = "2600000000000009009"
)

// fundDesk is a desk at which the pool is open: 8,000,000 yuan at A, 2,000,000 at B.
type fundDesk struct {
	desk
	n int
}

func newFundDesk(t *testing.T) *fundDesk {
	d := &fundDesk{desk: newDesk(t)}
	d.both("open", "--year", "2024", "--voucher", "JZ-1", "--accounts", fmt.Sprintf(`[{"code":"A-1","bank":"BankA","account":"%s","balance":"8000000.00"},{"code":"B-1","bank":"BankB","account":"%s","balance":"2000000.00"}]`, fundA, fundB))
	return d
}

// number is the next business number.
func (d *fundDesk) number() string {
	d.n++
	return fmt.Sprint("ZJ-", d.n)
}

func (d *fundDesk) fund(want int, args ...string) (string, string) {
	d.t.Helper()
	code, out, errs := d.qxl(append([]string{"fund"}, args...)...)
	require.Equal(d.t, want, code, "%v\n%s%s", args, out, errs)
	return out, errs
}

// as runs a verb of the fund with the head that every command has.
func (d *fundDesk) as(want int, who, date, verb string, args ...string) (number, said string) {
	d.t.Helper()
	number = d.number()
	out, errs := d.fund(want, append([]string{verb, "--as", who, "--number", number, "--date", date, "--json"}, args...)...)
	return number, out + errs
}

// both enters something and has another person confirm it.
func (d *fundDesk) both(verb string, args ...string) string {
	d.t.Helper()
	number, _ := d.as(exitDone, "Finance/officer1", fundDay, verb, args...)
	d.as(exitDone, "Finance/approver1", fundDay, "confirm", "--entry", number)
	return number
}

func (d *fundDesk) statement() fund.StatementAnswer {
	d.t.Helper()
	out, _ := d.fund(exitDone, "statement", "--as", "Audit/auditor1", "--json")
	var s fund.StatementAnswer
	require.NoError(d.t, json.Unmarshal([]byte(out), &s))
	return s
}

// approved puts an approved claim on a bank's book.
func (d *fundDesk) approved(bank, no, entitlement string) {
	d.t.Helper()
	a := &app{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, json: true, stateDir: filepath.Join(d.dir, "state")}
	require.NoError(d.t, a.withClient(d.t.Context(), "Finance/approver1", bank, func(ctx context.Context, _ *session, c *book.Client, own string) error {
		f, err := money.ParseFen(entitlement)
		require.NoError(d.t, err)
		content := &chaincodetest.ApproveContent{Head: command.Head{Number: "approve" + no, Date: calendar.MustParse(fundDay)}, Claim: ledgerstate.Ref{ID: ledgerstate.ID{Page: "c" + strings.ToLower(no)}, No: no}, Entitlement: f, Binding: "ratio"}
		r, err := c.Post(ctx, own, chaincodetest.ApproveClaim, content)
		require.NoError(d.t, err)
		require.Equal(d.t, "accepted", r.Outcome, "%v", r.Refusal)
		return nil
	}))
}

// A year of the fund at the desk: entries by two people, claims paid in one
// transaction a bank, the workbook, and the bank's statement.
func TestTheFundAtTheDesk(t *testing.T) {
	d := newFundDesk(t)
	d.both("agree-account", "--use", "PAYOUT", "--holder", "BankA", "--account", receiverA, "--note", "合作协议 2024-1")
	d.both("inject", "--to", "A-1", "--amount", "500000.00", "--value", fundDay, "--voucher", "BR-1")
	number, errs := d.as(exitRefused, "Finance/officer1", fundDay, "refund-to-treasury", "--from", "A-1", "--account", treasury, "--amount", "1.00", "--value", fundDay, "--voucher", "TK-1")
	require.Contains(t, errs, "FUND_NO_PAYEE", number)
	require.Contains(t, errs, "收款账户未事先约定")
	entered, _ := d.as(exitDone, "Finance/officer1", fundDay, "interest", "--to", "B-1", "--amount", "12.34", "--value", fundDay, "--voucher", "LX-1")
	_, errs = d.as(exitRefused, "Finance/officer1", fundDay, "confirm", "--entry", entered)
	require.Contains(t, errs, "ACCESS_DENIED")

	d.approved("BankA", "BC1", "600000.00")
	d.approved("BankA", "BC2", "0.07")
	d.approved("BankB", "BC1", "100000.00")
	out, _ := d.fund(exitDone, "preview", "--as", "Finance/officer1")
	require.Contains(t, out, "分配合计 total 700,000.07 元（70.000007 万元）")
	_, errs = d.as(exitRefused, "Finance/officer1", fundDay, "allocate", "--total", "700000.06")
	require.Contains(t, errs, "FUND_TOTAL")
	d.as(exitDone, "Finance/officer1", fundDay, "allocate")
	require.Equal(t, "700000.07", d.statement().Reserved.String())

	_, errs = d.as(exitRefused, "Finance/officer1", fundDay, "order", "--bank", "BankA", "--payment", "FKD-0", "--from", "A-1", "--account", fundB, "--voucher", "FK-1")
	require.Contains(t, errs, "FUND_ACCOUNT_OTHER")
	require.Contains(t, errs, "****3003")
	d.as(exitDone, "Finance/officer1", fundDay, "order", "--bank", "BankA", "--payment", "FKD-1", "--from", "A-1", "--account", receiverA, "--voucher", "FK-1")
	out, _ = d.fund(exitDone, "pay", "FKD-1", "--as", "Finance/approver1", "--date", fundDay, "--json")
	var paid payDocument
	require.NoError(t, json.Unmarshal([]byte(out), &paid))
	require.Len(t, paid.Lines, 2)
	for _, l := range paid.Lines {
		require.Equal(t, "accepted", l.Outcome, l.Code)
	}
	out, _ = d.fund(exitRefused, "pay", "FKD-1", "--as", "Finance/approver1", "--date", fundDay, "--json")
	require.Contains(t, out, "FUND_ORDER_PAID")
	code, out, errs := d.qxl("tx", "show", paid.Transaction, "--as", "Finance/officer1")
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, out, "settle")
	for _, msp := range []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"} {
		require.Contains(t, out, "endorser      "+msp, "all three authorities endorse a payment")
	}
	s := d.statement()
	require.Equal(t, []string{"9899999.93", "100000.00", "600000.07"}, []string{s.Balance.String(), s.Reserved.String(), s.Totals.Payouts.String()})
	require.Len(t, s.Pending, 1)
	out, _ = d.fund(exitDone, "statement", "--as", "CentralBank/officer1")
	require.Contains(t, out, "9,899,999.93")
	require.Contains(t, out, "989.999993")
	require.Contains(t, out, "甲银行青海分行")
	require.Contains(t, out, "breaker: 正常 OK；预计支出 expected: 175,000.02 元") // three months of the 700,000.07 allocated
	require.NotContains(t, out, "top up")

	list := filepath.Join(d.dir, "order.xlsx")
	d.fund(exitDone, "payment-list", "FKD-1", "--as", "Finance/officer1", "--out", list)
	book, err := excelize.OpenFile(list)
	require.NoError(t, err)
	defer book.Close()
	total, err := book.CalcCellValue("付款清单", "H7")
	require.NoError(t, err)
	require.Equal(t, "600,000.07", total)
	_, errs = d.fund(exitUsage, "payment-list", "FKD-1", "--as", "Finance/officer1", "--out", list)
	require.Contains(t, errs, "文件已存在")

	statement := filepath.Join(d.dir, "statement.csv")
	lines := []string{"记录类型,格式版本,报送机构,报送日期", "文件头,1,BankA," + fundDay,
		"记录类型,账户代码,账号末四位,起始日期,截止日期,期初余额,期末余额", "对账单,A-1,1001,2024-12-27,2024-12-31,8000000.00,7899999.93",
		"记录类型,账户代码,记账日期,凭证号,收入金额,支出金额,账户余额", "对账明细,A-1,2024-12-27,BR-1,500000.00,,8500000.00", "对账明细,A-1,2024-12-27,FK-1,,600000.07,7899999.93",
		"记录类型,总笔数,总金额", "文件尾,3,7899999.93"}
	require.NoError(t, os.WriteFile(statement, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	// The ledger's opening balance is of the same day, under its own voucher.
	out, _ = d.fund(exitRefused, "reconcile", statement, "--as", "Finance/officer1")
	require.Contains(t, out, "OPENING_DIFFERS")
	require.Contains(t, out, "JZ-1")
	require.NotContains(t, out, "FK-1")
	d.spoil(statement, "600000.07,7899999.93", "600000.08,7899999.93")
	_, errs = d.fund(exitUsage, "reconcile", statement, "--as", "Finance/officer1")
	require.Contains(t, errs, "第 7 行「账户余额」")
}

// A tender at the desks of Finance, the central bank and two banks.
func TestATenderAtTheDesks(t *testing.T) {
	d := newFundDesk(t)
	terms := []string{"--tender", "ZB-1", "--amount", "1000000.00", "--months", "6", "--deadline", "2024-12-28", "--reveal", "2024-12-29", "--from", "2024-07-01", "--to", "2024-12-26",
		"--weights", `{"growth":35,"balance":20,"loan_rate":15,"inclusive":10,"performing":10,"deposit_rate":10}`}
	d.as(exitDone, "Finance/officer1", fundDay, "announce-tender", terms...)
	bid := func(bank, rate string) string {
		file := filepath.Join(d.dir, bank+".bid")
		d.as(exitDone, bank+"/approver1", fundDay, "bid", "--tender", "ZB-1", "--rate", rate, "--amount", "700000.00", "--out", file)
		return file
	}
	a, b := bid("BankA", "1.5"), bid("BankB", "1.6")
	_, errs := d.as(exitUsage, "BankA/approver1", fundDay, "bid", "--tender", "ZB-1", "--rate", "2", "--amount", "1.00", "--out", a)
	require.Contains(t, errs, "FILE_EXISTS")
	out, _ := d.fund(exitDone, "show-tender", "--as", "BankB/officer1", "--number", "ZB-1", "--json")
	require.NotContains(t, out, "BankAMSP", "a rival sees nothing")
	_, errs = d.as(exitRefused, "BankA/approver1", fundDay, "reveal", a)
	require.Contains(t, errs, "FUND_BID_SEALED")
	d.openDay("2024-12-29")
	_, errs = d.as(exitRefused, "BankB/approver1", "2024-12-29", "bid", "--tender", "ZB-1", "--rate", "3", "--amount", "1.00", "--out", filepath.Join(d.dir, "late.bid"))
	require.Contains(t, errs, "FUND_BID_LATE")
	d.spoil(b, `"1.6"`, `"1.7"`)
	_, errs = d.as(exitRefused, "BankB/approver1", "2024-12-29", "reveal", b)
	require.Contains(t, errs, "FUND_COMMITMENT")
	d.spoil(b, `"1.7"`, `"1.6"`)
	d.as(exitDone, "BankA/approver1", "2024-12-29", "reveal", a)
	d.as(exitDone, "BankB/approver1", "2024-12-29", "reveal", b)
	out, _ = d.fund(exitDone, "facts", "--as", "BankA/officer1", "--tender", "ZB-1")
	require.Contains(t, out, "平台发放 lent")
	for _, bank := range []string{"BankA", "BankB"} {
		d.as(exitDone, "CentralBank/officer1", "2024-12-29", "facts", "--tender", "ZB-1", "--bank", bank, "--attest")
	}
	d.openDay("2024-12-30")
	d.as(exitDone, "Finance/officer1", "2024-12-30", "score-tender", "--tender", "ZB-1")
	d.as(exitDone, "Finance/approver1", "2024-12-30", "award-tender", "--tender", "ZB-1")
	out, _ = d.fund(exitDone, "show-tender", "--as", "BankA/officer1", "--number", "ZB-1")
	require.Contains(t, out, "已定标")
	var sheet fund.TenderSheet
	out, _ = d.fund(exitDone, "show-tender", "--as", "Audit/auditor1", "--number", "ZB-1", "--json")
	require.NoError(t, json.Unmarshal([]byte(out), &sheet))
	require.Equal(t, "BankBMSP", sheet.Awards[0].Bank, "nobody lent: the higher deposit rate wins")
	require.Equal(t, []string{"700000.00", "300000.00"}, []string{sheet.Awards[0].Amount.String(), sheet.Awards[1].Amount.String()})
}

// A pool that needs money says so at the desk.
func TestTheStatementAsksForMoney(t *testing.T) {
	var b strings.Builder
	writeFundStatement(&b, &fund.StatementAnswer{Breaker: "WARN", Expected: 250000, TopUp: true, Available: 100001,
		Notices: []fund.NoticeLine{{Since: calendar.MustParse("2024-03-01"), Met: calendar.MustParse("2024-04-01"), Expected: 90000}, {Since: calendar.MustParse("2024-08-01"), Expected: 250000, Available: 100001}}})
	require.Contains(t, b.String(), "breaker: 预警 WARN")
	require.Contains(t, b.String(), "差 short by 1,499.99 元")
	require.Contains(t, b.String(), "2024-03-01 起 since，预计 expected 900.00，可用 available 0.00，解除 met 2024-04-01")
	require.Contains(t, b.String(), "2024-08-01 起 since，预计 expected 2,500.00，可用 available 1,000.01，仍有效 stands")
}

// The month's end at the desk: judged once, and run again it repeats nothing.
func TestTheMonthsEndAtTheDesk(t *testing.T) {
	d := newFundDesk(t)
	run := func(args ...string) string {
		code, out, errs := d.qxl(append([]string{"comp", "month-end", "2024-11-30", "--as", "CentralBank/officer1"}, args...)...)
		require.Equal(t, exitDone, code, errs)
		return out
	}
	first := run("--json")
	require.Contains(t, first, `"day":"2024-11-30"`)
	require.Contains(t, first, `"month":"2024-11"`)
	require.Equal(t, first, run("--json"), "again")
	require.Contains(t, run(), "BankAMSP: 重新核算 worked out again 0")
	code, _, errs := d.qxl("comp", "month-end", "2024-11-29", "--as", "CentralBank/officer1")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "月份的最后一天")
}
