package fundstatement

import (
	"fmt"
	"io"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/client/form"
)

// Order is a payment order with what the table says of it besides.
type Order struct {
	fund.OrderSheet
	Payer string // 付款单位
	Payee string // name of the bank
	On    calendar.Date
}

// WriteOrder writes a payment order as a workbook in official form 付款清单. Sums
// are formulas: what was paid in all, what is left, the totals, and the total
// in units of ten thousand yuan 万元.
func WriteOrder(out io.Writer, o *Order) error {
	rows := make([][]any, len(o.Lines))
	for i, l := range o.Lines {
		rows[i] = []any{i + 1, l.Claim, l.Approved, l.Entitlement, l.Allocated, limbZh(l.Binding), l.Before, l.Amount, form.Formula("G{row}+H{row}"), form.Formula("E{row}-I{row}"), l.Paid}
	}
	sum := func(column string) form.Formula {
		return form.Formula(fmt.Sprintf("SUM(%s{first}:%s{last})", column, column))
	}
	last := 4 + len(rows) // title, two lines, header, rows; the totals stand below
	return form.Table{
		Sheet: "付款清单", Title: "信贷风险补偿资金付款清单",
		Above: []string{
			fmt.Sprintf("付款单号：%s    付款单位：%s    付款账户：%s    凭证号：%s", o.Number, o.Payer, o.From, o.Voucher),
			fmt.Sprintf("收款银行：%s    收款账号尾号：%s    制表日期：%s    单位：元", o.Payee, o.Account, o.On),
		},
		Columns: []form.Column{{Head: "序号", Kind: form.Number, Width: 6}, {Head: "补偿申请编号", Kind: form.Text, Width: 26}, {Head: "批准日期", Kind: form.Date, Width: 12},
			{Head: "核定补偿额", Kind: form.Amount, Width: 16}, {Head: "分配额", Kind: form.Amount, Width: 16}, {Head: "限制因素", Kind: form.Text, Width: 18},
			{Head: "此前已付", Kind: form.Amount, Width: 16}, {Head: "本次支付", Kind: form.Amount, Width: 16}, {Head: "累计已付", Kind: form.Amount, Width: 16}, {Head: "未付", Kind: form.Amount, Width: 16}, {Head: "入账日期", Kind: form.Date, Width: 12}},
		Rows:  rows,
		Total: []any{nil, "合计（元）", nil, sum("D"), sum("E"), "本次支付合计（万元）", sum("G"), sum("H"), sum("I"), sum("J"), form.Formula(fmt.Sprintf(`TEXT(ROUND(H%d/10000,6),"0.00####")`, last+1))},
		Below: []string{"制表：                    复核：                    负责人："},
	}.Write(out)
}

func limbZh(code string) string {
	var l formula.Limb
	if l.UnmarshalText([]byte(code)) != nil {
		return code
	}
	return l.Zh()
}
