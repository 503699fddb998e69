package fundstatement_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/fundstatement"
)

func fen(text string) money.Fen {
	f, err := money.ParseSignedFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

func day(text string) calendar.Date { return calendar.MustParse(text) }

// books answers as the ledger does, the journal two lines at a time.
type books struct {
	statement fund.StatementAnswer
	journal   []fund.JournalLine
}

func (b *books) Ask(_ context.Context, _, query string, content, answer any) error {
	switch query {
	case "fund.Statement":
		*answer.(*fund.StatementAnswer) = b.statement
	case "fund.Journal":
		q := content.(fund.JournalQuery)
		a := answer.(*fund.JournalAnswer)
		end := min(q.Skip+2, len(b.journal))
		*a = fund.JournalAnswer{Lines: b.journal[q.Skip:end]}
		if end < len(b.journal) {
			a.Next = end
		}
	default:
		return errors.New(query)
	}
	return nil
}

func entry(act fund.Act, date, voucher, amount, from, to string) fund.JournalLine {
	return fund.JournalLine{Number: voucher, Act: act, Posted: day(date), Value: day(date), Amount: fen(amount), From: from, To: to, Voucher: voucher}
}

// fundBooks: A-1 opens with 1,000.00, receives 500.00, pays 300.00 in two
// lines of one voucher, receives interest that is undone.
func fundBooks() *books {
	b := &books{statement: fund.StatementAnswer{Deposits: []fund.DepositLine{
		{Code: "A-1", Bank: "BankAMSP", Account: "1001", Balance: fen("1200.00")}, {Code: "A-2", Bank: "BankAMSP", Account: "1002"}, {Code: "B-1", Bank: "BankBMSP", Account: "2002"}},
		Pending: []fund.JournalLine{entry(fund.ActInterest, "2024-08-20", "LX-9", "1.11", "", "A-1")}}}
	opening := entry(fund.ActOpening, "2024-08-01", "建账-1", "1000.00", "", "")
	opening.Value, opening.Opening = 0, []fund.DepositLine{{Code: "A-1", Balance: fen("1000.00")}}
	undone := entry(fund.ActInterest, "2024-08-16", "LX-1", "5.00", "", "A-1")
	undo := entry(fund.ActReversal, "2024-08-17", "CZ-1", "-5.00", "", "A-1")
	b.journal = []fund.JournalLine{opening, entry(fund.ActInjection, "2024-08-05", "BR-1", "500.00", "", "A-1"),
		entry(fund.ActPayout, "2024-08-14", "FK-1", "200.00", "A-1", ""), entry(fund.ActPayout, "2024-08-14", "FK-1", "100.00", "A-1", ""), undone, undo,
		{Act: fund.ActAccount, Number: "agree", Posted: day("2024-08-18"), To: "A-2"}}
	return b
}

const good = `记录类型,格式版本,报送机构,报送日期
文件头,1,BankA,2024-08-31
记录类型,账户代码,账号末四位,起始日期,截止日期,期初余额,期末余额
对账单,A-1,1001,2024-08-02,2024-08-31,1000.00,1200.00
记录类型,账户代码,记账日期,凭证号,收入金额,支出金额,账户余额,摘要
对账明细,A-1,2024-08-05,BR-1,500.00,,1500.00,财政拨款
对账明细,A-1,2024-08-14,FK-1,,300.00,1200.00,补偿支付
对账明细,A-1,2024-08-16,LX-1,5.00,,1205.00,
对账明细,A-1,2024-08-17,CZ-1,,5.00,1200.00,冲正
记录类型,账户代码,账号末四位,起始日期,截止日期,期初余额,期末余额
对账单,A-2,1002,2024-08-02,2024-08-31,0.00,0.00
记录类型,总笔数,总金额
文件尾,6,1200.00
`

func open(t *testing.T, text string) *dayfile.File {
	t.Helper()
	f, err := dayfile.Check("statement.csv", bytes.NewReader([]byte(text)))
	require.NoError(t, err)
	return f
}

func reconcile(t *testing.T, text string) *fundstatement.Reconciliation {
	t.Helper()
	r, err := fundstatement.Reconcile(t.Context(), open(t, text), fundBooks(), "BankAMSP")
	require.NoError(t, err)
	return r
}

func TestStatementsThatAgree(t *testing.T) {
	r := reconcile(t, good)
	require.Empty(t, r.Differences)
	require.Equal(t, fundstatement.AccountSheet{Code: "A-1", From: day("2024-08-02"), To: day("2024-08-31"), Opening: fen("1000.00"), LedgerOpening: fen("1000.00"), Closing: fen("1200.00"), LedgerClosing: fen("1200.00"), Movements: 4}, r.Accounts[0])
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(good)
	require.NoError(t, err)
	require.Empty(t, reconcile(t, gb).Differences, "GB18030, as office programs save it")
}

func TestEachDifferenceOfAStatementIsNamed(t *testing.T) {
	for _, x := range []struct {
		name    string
		changes []string
		want    []string
	}{
		{"a payment of other money", []string{",,300.00,1200.00,", ",,301.00,1199.00,", ",1205.00", ",1204.00", ",,5.00,1200.00,", ",,5.00,1199.00,", "1000.00,1200.00", "1000.00,1199.00", "6,1200.00", "6,1199.00"},
			[]string{"AMOUNT_DIFFERS A-1 7 FK-1 -301.00 -300.00", "CLOSING_DIFFERS A-1 4  1199.00 1200.00"}},
		{"another day", []string{"2024-08-05,BR-1", "2024-08-06,BR-1"}, []string{"DATE_DIFFERS A-1 6 BR-1 2024-08-06 2024-08-05"}},
		{"another voucher", []string{"BR-1", "BR-2"}, []string{"MISSING_IN_LEDGER A-1 6 BR-2 500.00 —", "MISSING_IN_STATEMENT A-1 0 BR-1 — 500.00"}},
		{"an entry that waits", []string{"冲正\n", "冲正\n对账明细,A-1,2024-08-20,LX-9,1.11,,1201.11,利息\n", "1000.00,1200.00", "1000.00,1201.11", "6,1200.00", "7,1201.11"},
			[]string{"WAITS_IN_LEDGER A-1 10 LX-9 1.11 1.11", "CLOSING_DIFFERS A-1 4  1201.11 1200.00"}},
		{"an account that ends otherwise", []string{"A-1,1001", "A-1,1009"}, []string{"ACCOUNT_OTHER A-1 4  1009 1001"}},
		{"an account that the fund lacks", []string{"对账单,A-2,1002", "对账单,A-3,1003"}, []string{"ACCOUNT_UNKNOWN A-3 11  0.00 —", "ACCOUNT_NOT_STATED A-2 0  — 0.00"}},
		{"a statement that begins later", []string{"2024-08-02,2024-08-31,1000.00", "2024-08-06,2024-08-31,1000.00", "2024-08-05,BR-1", "2024-08-06,BR-1"},
			[]string{"OPENING_DIFFERS A-1 4  1000.00 1500.00", "MISSING_IN_LEDGER A-1 6 BR-1 500.00 —"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			text := good
			for i := 0; i < len(x.changes); i += 2 {
				require.Contains(t, text, x.changes[i])
				text = strings.Replace(text, x.changes[i], x.changes[i+1], 1)
			}
			var got []string
			for _, d := range reconcile(t, text).Differences {
				got = append(got, fmt.Sprint(d.Kind, " ", d.Code, " ", d.Line, " ", d.Voucher, " ", d.Bank, " ", d.Ledger))
				require.Contains(t, d.String(), d.Kind.Zh())
				require.NotEmpty(t, d.Kind.Zh())
			}
			require.Equal(t, x.want, got)
		})
	}
}

// A statement that does not add up by itself is refused, with line and column.
func TestStatementsThatDoNotAddUp(t *testing.T) {
	for _, x := range []struct {
		code, column string
		line         int
		changes      []string
	}{
		{"STATEMENT_BALANCE", "账户余额", 7, []string{",,300.00,1200.00,", ",,300.00,1200.01,"}},
		{"STATEMENT_CLOSING", "期末余额", 4, []string{"1000.00,1200.00", "1000.00,1200.01", "6,1200.00", "6,1200.01"}},
		{"STATEMENT_BALANCE", "账户余额", 6, []string{"31,1000.00,1200.00", "31,1000.01,1200.00"}},
		{"STATEMENT_IN_OR_OUT", "收入金额", 6, []string{"BR-1,500.00,,", "BR-1,500.00,0.01,"}},
		{"STATEMENT_IN_OR_OUT", "收入金额", 6, []string{"BR-1,500.00,,", "BR-1,,,"}},
		{"STATEMENT_DATE", "记账日期", 7, []string{"2024-08-14,FK-1", "2024-08-04,FK-1"}},
		{"STATEMENT_DATE", "记账日期", 6, []string{"2024-08-05,BR-1", "2024-08-01,BR-1"}},
		{"STATEMENT_DATE", "记账日期", 9, []string{"2024-08-17,CZ-1", "2024-09-01,CZ-1"}},
		{"STATEMENT_TWICE", "账户代码", 11, []string{"对账单,A-2,1002", "对账单,A-1,1001"}},
		{"STATEMENT_MISSING", "账户代码", 6, []string{"对账明细,A-1,2024-08-05", "对账明细,A-2,2024-08-05"}},
		{"PERIOD_REVERSED", "截止日期", 11, []string{"A-2,1002,2024-08-02,2024-08-31", "A-2,1002,2024-08-02,2024-08-01"}},
		{"RECORD_NOT_STATEMENT", "记录类型", 11, []string{"记录类型,账户代码,账号末四位,起始日期,截止日期,期初余额,期末余额\n对账单,A-2,1002,2024-08-02,2024-08-31,0.00,0.00\n", "记录类型,合同编号,余额日期,贷款余额\n余额,HT1,2024-08-31,0.00\n"}},
	} {
		text := good
		for i := 0; i < len(x.changes); i += 2 {
			require.Contains(t, text, x.changes[i])
			n := 1
			if x.code == "RECORD_NOT_STATEMENT" {
				n = -1
			}
			text = strings.Replace(text, x.changes[i], x.changes[i+1], n)
		}
		_, err := fundstatement.Reconcile(t.Context(), open(t, text), fundBooks(), "BankAMSP")
		var bad *dayfile.FileError
		require.ErrorAs(t, err, &bad, "%s", x.code)
		require.Equal(t, []any{x.code, x.column, x.line}, []any{bad.Problems[0].Code, bad.Problems[0].Column, bad.Problems[0].Line}, "%v", err)
	}
	none := "记录类型,格式版本,报送机构,报送日期\n文件头,1,BankA,2024-08-31\n记录类型,总笔数,总金额\n文件尾,0,0.00\n"
	_, err := fundstatement.Reconcile(t.Context(), open(t, none), fundBooks(), "BankAMSP")
	require.ErrorContains(t, err, "no statement")
}
