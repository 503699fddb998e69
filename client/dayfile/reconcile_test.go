package dayfile_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// book answers with balances, two at a time.
type balances []loan.Balance

func (b balances) Ask(_ context.Context, _, _ string, content, answer any) error {
	q := content.(loan.BalancesQuery)
	a := answer.(*loan.BalancesAnswer)
	start := 0
	if q.After != "" {
		start = len(q.After)
	}
	end := min(start+2, len(b))
	a.At, a.Balances = q.At, b[start:end]
	if end < len(b) {
		a.Next = string(bytes.Repeat([]byte("x"), end))
	}
	return nil
}

func balanceFile(t *testing.T, total *dayfile.Total, lines ...dayfile.Balance) *dayfile.File {
	var b bytes.Buffer
	w, err := dayfile.NewWriter(&b, dayfile.UTF8, dayfile.Head{Organization: "BankA", Date: calendar.MustParse("2024-12-31")})
	require.NoError(t, err)
	records := map[string]*dayfile.Record{}
	for _, r := range dayfile.Records() {
		records[r.Type] = r
	}
	for i := range lines {
		lines[i].Date = calendar.MustParse("2024-12-31")
		require.NoError(t, w.Write(records["余额"], &lines[i]))
	}
	if total != nil {
		total.Date = calendar.MustParse("2024-12-31")
		require.NoError(t, w.Write(records["总账余额"], total))
	}
	require.NoError(t, w.Close())
	f, err := dayfile.Check("balances.csv", bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	return f
}

func reconcile(t *testing.T, f *dayfile.File, b balances) []string {
	r, err := dayfile.Reconcile(context.Background(), f, b, "book-banka")
	require.NoError(t, err)
	var list []string
	for _, d := range r.Differences {
		list = append(list, d.String())
	}
	return list
}

func TestBooksThatAgree(t *testing.T) {
	b := balances{{Loan: "A1", Outstanding: 100}, {Loan: "A2", Outstanding: 250}, {Loan: "A3", Outstanding: 0}}
	f := balanceFile(t, &dayfile.Total{Count: 2, Outstanding: 350}, dayfile.Balance{Loan: "A1", Outstanding: 100}, dayfile.Balance{Loan: "A2", Outstanding: 250})
	require.Empty(t, reconcile(t, f, b))
	// A line of a loan that is wholly repaid, and no total, agree as well.
	f = balanceFile(t, nil, dayfile.Balance{Loan: "A1", Outstanding: 100}, dayfile.Balance{Loan: "A2", Outstanding: 250}, dayfile.Balance{Loan: "A3"})
	require.Empty(t, reconcile(t, f, b))
	// The total alone may be compared.
	require.Len(t, reconcile(t, balanceFile(t, &dayfile.Total{Count: 2, Outstanding: 351}), b), 1)
}

func TestEachDifferenceIsNamed(t *testing.T) {
	b := balances{{Loan: "A1", Outstanding: 100}, {Loan: "A2", Outstanding: 250}, {Loan: "A4", Outstanding: 70}}
	f := balanceFile(t, &dayfile.Total{Count: 4, Outstanding: 9_999}, dayfile.Balance{Loan: "A1", Outstanding: 101}, dayfile.Balance{Loan: "A2", Outstanding: 250}, dayfile.Balance{Loan: "A3", Outstanding: 5})
	require.Equal(t, []string{
		"第 4 行: 余额不符 A1 / AMOUNT_DIFFERS: 本行 own 1.01, 账本 ledger 1.00",
		"第 6 行: 文件有余额,账本无此贷款 A3 / MISSING_IN_LEDGER: 本行 own 0.05, 账本 ledger —",
		"文件缺少,账本有余额 A4 / MISSING_IN_FILE: 本行 own —, 账本 ledger 0.70",
		"第 8 行: 总账笔数与文件明细不符 / FILE_COUNT: 本行 own 4, 账本 ledger 3",
		"第 8 行: 总账余额与文件明细合计不符 / FILE_TOTAL: 本行 own 99.99, 账本 ledger 3.56",
		"第 8 行: 笔数与账本不符 / LEDGER_COUNT: 本行 own 4, 账本 ledger 3",
		"第 8 行: 合计与账本不符 / LEDGER_TOTAL: 本行 own 99.99, 账本 ledger 4.20",
	}, reconcile(t, f, b))
}

func TestFilesThatCannotBeReconciled(t *testing.T) {
	for code, f := range map[string]*dayfile.File{
		"BALANCE_TWICE": balanceFile(t, nil, dayfile.Balance{Loan: "A1", Outstanding: money.Yuan}, dayfile.Balance{Loan: "A1", Outstanding: money.Yuan}),
		"BALANCE_NONE":  balanceFile(t, nil),
		"RECORD_NOT_BALANCE": func() *dayfile.File {
			f, err := check(t, small)
			require.NoError(t, err)
			return f
		}(),
	} {
		_, err := dayfile.Reconcile(context.Background(), f, balances{}, "book-banka")
		var bad *dayfile.FileError
		require.ErrorAs(t, err, &bad, code)
		require.Equal(t, code, bad.Problems[0].Code)
	}
}
