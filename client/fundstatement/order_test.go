package fundstatement_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/client/form/formtest"
	"github.com/qingxinlian/qxl/client/fundstatement"
)

func order() *fundstatement.Order {
	o := &fundstatement.Order{Payer: "青海省财政厅", Payee: "甲银行青海分行", On: day("2024-08-14")}
	o.OrderSheet = fund.OrderSheet{Number: "FKD-2024-001", Bank: "BankAMSP", From: "A-1", Account: "3003", Voucher: "FK-1", Lines: []fund.OrderRow{
		{Claim: "BC-0001", Approved: day("2024-08-01"), Entitlement: fen("600000.00"), Allocated: fen("500000.01"), Binding: "pool", Before: fen("100000.00"), Amount: fen("400000.01"), Paid: day("2024-08-14")},
		{Claim: "BC-0002", Approved: day("2024-08-02"), Entitlement: fen("0.07"), Allocated: fen("0.07"), Binding: "ratio", Amount: fen("0.03")},
	}}
	return o
}

func TestThePaymentListRecalculates(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, fundstatement.WriteOrder(&b, order()))
	book, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	defer book.Close()
	const sheet = "付款清单"
	require.Equal(t, []string{sheet}, book.GetSheetList())
	text := func(cell string) string {
		v, err := book.GetCellValue(sheet, cell)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, "信贷风险补偿资金付款清单", text("A1"))
	require.Contains(t, text("A3"), "单位：元")
	require.Contains(t, text("A3"), "3003")
	require.Equal(t, "资金池可用余额", text("F5"))
	require.Equal(t, "2024-08-14", text("K5"))
	for cell, formula := range map[string]string{"I5": "G5+H5", "J5": "E5-I5", "J6": "E6-I6", "H7": "SUM(H5:H6)", "D7": "SUM(D5:D6)"} {
		f, err := book.GetCellFormula(sheet, cell)
		require.NoError(t, err)
		require.Equal(t, formula, f)
	}
	for cell, want := range map[string]string{"I5": "500,000.01", "J5": "0.00", "J6": "0.04", "D7": "600,000.07", "E7": "500,000.08", "G7": "100,000.00", "H7": "400,000.04", "J7": "0.04", "K7": "40.000004"} {
		got, err := book.CalcCellValue(sheet, cell)
		require.NoError(t, err)
		require.Equal(t, want, got, cell)
	}
}

// What another program makes of it.
func TestThePaymentListInLibreOffice(t *testing.T) {
	rows := formtest.InLibreOffice(t, func(w io.Writer) error { return fundstatement.WriteOrder(w, order()) })
	require.Equal(t, []string{"500,000.01", "0.00", "2024-08-14"}, rows[4][8:11])
	require.Equal(t, []string{"合计（元）", "", "600,000.07", "500,000.08", "本次支付合计（万元）", "100,000.00", "400,000.04", "500,000.04", "0.04", "40.000004"}, rows[6][1:11])
}
