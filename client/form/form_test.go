package form_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/form"
)

func table(rows ...[]any) form.Table {
	return form.Table{Sheet: "表", Title: "标题", Above: []string{"单位：元"}, Rows: rows, Total: []any{"合计", form.Formula("SUM(B{first}:B{last})")}, Below: []string{"制表："},
		Columns: []form.Column{{Head: "名称", Width: 20}, {Head: "金额", Kind: form.Amount, Width: 16}, {Head: "利率", Kind: form.Percent, Width: 10}, {Head: "日期", Kind: form.Date, Width: 12}, {Head: "笔数", Kind: form.Number, Width: 8}}}
}

func TestCellsReadBackAsTheyWere(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, table([]any{"=1+1", money.Fen(999999999999999), money.Rate(38_500_000), calendar.MustParse("2024-02-29"), 7}, []any{nil, money.Fen(-1)}).Write(&b))
	book, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	defer book.Close()
	for cell, want := range map[string]string{"A1": "标题", "A2": "单位：元", "B3": "金额", "A4": "=1+1", "B4": "9999999999999.99", "C4": "3.85", "E4": "7", "B5": "-0.01", "A7": "制表："} {
		got, err := book.GetCellValue("表", cell, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		require.Equal(t, want, got, cell)
	}
	formula, err := book.GetCellFormula("表", "A4")
	require.NoError(t, err)
	require.Empty(t, formula, "a text that begins like a formula is none")
	date, err := book.GetCellValue("表", "D4")
	require.NoError(t, err)
	require.Equal(t, "2024-02-29", date)
	formula, err = book.GetCellFormula("表", "B6")
	require.NoError(t, err)
	require.Equal(t, "SUM(B4:B5)", formula)
}

func TestWhatACellCannotHoldIsRefused(t *testing.T) {
	for _, row := range [][]any{{1.5}, {"x", money.Fen(1_000_000_000_000_001)}, {"a", nil, nil, nil, nil, "too many"}} {
		require.Error(t, table(row).Write(io.Discard), "%v", row)
	}
}
