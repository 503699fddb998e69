package sample

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Cells of the lines that serve a loan, in the words of docs/day-files.md.

const (
	renewedHeader = "原合同编号"
	entryHeader   = "被冲正流水号"
	insteadHeader = "补记原流水号"
	voucherHeader = "凭证摘要"
)

var repricingWords = map[loan.Repricing]string{loan.Anniversary: loan.Anniversary.Zh(), loan.January: loan.January.Zh()}

// floats are the cells of a floating rate in a contract.
func floats(cells map[string]string, f *loan.Floating) {
	cells["重定价方式"], cells["LPR加点"] = repricingWords[f.Repricing], f.Spread.String()
	if f.Cap != 0 {
		cells["利率上限"] = f.Cap.String()
	}
	if f.Floor != 0 {
		cells["利率下限"] = f.Floor.String()
	}
}

// seasonal are the cells of a plan by seasons.
func seasonal(cells map[string]string, dues []schedule.Due) {
	delete(cells, "期数")
	delete(cells, "每期月数")
	dueCells(cells, dues)
}

func dueCells(cells map[string]string, dues []schedule.Due) {
	cells["还本日期"] = joined(dues, func(d schedule.Due) string { return d.Date.String() })
	cells["还本金额"] = joined(dues, func(d schedule.Due) string { return d.Principal.String() })
}

// shown is the annualized rate that the borrower was shown, to a hundredth of
// a percent.
func shown(cells map[string]string, rate money.Rate) {
	cells["贷款年化利率"] = ((rate + money.BasisPoint/2) / money.BasisPoint * money.BasisPoint).String()
}

func (l *serviced) voucher() string { return l.b.text(64, hexDigits) }

func (l *serviced) prepay(day calendar.Date, amount money.Fen, effect account.Effect) *entry {
	words := map[account.Effect]string{account.Reduce: "减少每期还款额", account.Shorten: "缩短期限"}
	return l.serve(lendingStage, "提前还款", "TQ", account.Entry{Date: day, Type: account.Prepay, Amount: amount, Effect: effect},
		map[string]string{"还款金额": amount.String(), "提前还款方式": words[effect]})
}

// prepayAll pays all that is owed on a day.
func (l *serviced) prepayAll(day calendar.Date) {
	q, err := l.account.Quote(l.state(day), day, 0, account.Reduce)
	if err != nil {
		panic(err)
	}
	l.prepay(day, q.Amount, account.Reduce)
}

func (l *serviced) guarantor(day calendar.Date, amount money.Fen) *entry {
	return l.serve(lendingStage, "代偿", "DC", account.Entry{Date: day, Type: account.Repay, Payer: account.Guarantor, Amount: amount},
		map[string]string{"代偿金额": amount.String(), "保证人": "青海示例融资担保有限公司（示例）", "保证人证件末四位": l.b.text(4, "0123456789"), voucherHeader: l.voucher()})
}

func (l *serviced) charge(day calendar.Date, amount money.Fen) *entry {
	return l.serve(lendingStage, "费用", "FY", account.Entry{Date: day, Type: account.Charge, Amount: amount},
		map[string]string{"费用金额": amount.String(), voucherHeader: l.voucher()})
}

func (l *serviced) misuse(day calendar.Date, percent int) *entry {
	return l.serve(lendingStage, "挪用", "NY", account.Entry{Date: day, Type: account.Misuse, Percent: percent},
		map[string]string{"加收百分比": strconv.Itoa(percent), voucherHeader: l.voucher()})
}

func (l *serviced) refund(day calendar.Date, amount money.Fen) *entry {
	return l.serve(lendingStage, "退还预收", "TK", account.Entry{Date: day, Type: account.Refund, Amount: amount},
		map[string]string{"退还金额": amount.String(), voucherHeader: l.voucher()})
}

func (l *serviced) recover(day calendar.Date, amount money.Fen) *entry {
	return l.serve(lendingStage, "核销收回", "SH", account.Entry{Date: day, Type: account.Recover, Amount: amount},
		map[string]string{"收回金额": amount.String(), voucherHeader: l.voucher()})
}

func (l *serviced) writeOff(day calendar.Date, reason string) *entry {
	return l.serve(decisionStage, "核销", "HX", account.Entry{Date: day, Type: account.WriteOff},
		map[string]string{voucherHeader: l.voucher(), "核销原因": reason})
}

func (l *serviced) extend(day calendar.Date, periods int, dues []schedule.Due) *entry {
	cells := map[string]string{voucherHeader: l.voucher()}
	if len(dues) > 0 {
		dueCells(cells, dues)
	} else {
		cells["展期后期数"] = strconv.Itoa(periods)
	}
	return l.serve(decisionStage, "展期", "ZQ", account.Entry{Date: day, Type: account.Extend, Periods: periods, Dues: dues}, cells)
}

func (l *serviced) reprice(day calendar.Date, rate money.Rate, reason string) *entry {
	return l.serve(decisionStage, "调整利率", "TZ", account.Entry{Date: day, Type: account.Reprice, Rate: rate},
		map[string]string{"年利率": rate.String(), "调整原因": wordOf(loan.RepriceReasons, reason)})
}

func (l *serviced) classify(s stage, day calendar.Date, class account.Class, reasons ...string) *entry {
	cells := map[string]string{"五级分类": class.Zh()}
	if len(reasons) > 0 {
		cells["分类原因"] = joined(reasons, func(code string) string { return wordOf(loan.ClassReasons, code) })
	}
	return l.serve(s, "五级分类", "FL", account.Entry{Date: day, Type: account.Classify, Class: class, Reasons: reasons}, cells)
}

// request asks for the reversal of an entry, reverse signs it.
func (l *serviced) requestReversal(number string, day calendar.Date, reason string) *entry {
	cells := l.head("CZSQ", day)
	cells[entryHeader], cells["冲正原因"] = number, reason
	return l.b.add(lendingStage, "冲正申请", day, cells)
}

func (l *serviced) reverse(number string, day calendar.Date, reason string) *entry {
	for i := range l.entries {
		if l.entries[i].number == number {
			l.entries[i].fell = day
		}
	}
	cells := l.head("CZ", day)
	cells[entryHeader], cells["冲正原因"] = number, reason
	return l.b.add(decisionStage, "冲正", day, cells)
}

// correct reverses an entry with two signatures.
func (l *serviced) correct(number string, day calendar.Date, reason string) *entry {
	l.requestReversal(number, day, reason)
	return l.reverse(number, l.b.later(day, 1, 1), reason)
}

// instead is a repayment with its own date that stands for a reversed one and
// is sent later.
func (l *serviced) instead(of string, date, sent calendar.Date, amount money.Fen) *entry {
	e := l.b.repay(l.deal, date, amount)
	e.cells[insteadHeader], e.sent = of, sent
	l.enter(account.Entry{Date: date, Type: account.Repay, Amount: amount}, e.cells[numberCell], sent)
	return e
}

// renewal pays a signed loan out by repaying another.
func (l *serviced) renew(old *serviced, day calendar.Date, compliant bool) {
	q, err := old.account.Quote(old.state(day), day, 0, account.Reduce)
	if err != nil {
		panic(err)
	}
	principal := old.at(day).Outstanding
	cells := l.head("XD", day)
	cells[renewedHeader], cells[voucherHeader] = old.contract, l.voucher()
	cells["结息金额"] = q.Interest.String()
	cells["符合续贷条件"] = map[bool]string{true: "是", false: "否"}[compliant]
	l.b.add(decisionStage, "续贷", day, cells)
	old.enter(account.Entry{Date: day, Type: account.Prepay, Amount: principal + q.Interest}, cells[numberCell], 0)
	old.settled = true
	l.begin(day, principal)
}

// takeOn brings a loan in that existed before the ledger.
func (l *serviced) takeOn(day calendar.Date, grant string, o account.Opening) {
	l.b.add(acceptanceStage, "接续", day, l.takenCells("JX", day, grant, o))
}

func (l *serviced) amendTakeOn(day calendar.Date, o account.Opening) {
	cells := l.takenCells("JXG", day, "", o)
	delete(cells, "主体证件号码")
	delete(cells, "授权编号")
	l.b.add(acceptanceStage, "接续更正", day, cells)
}

func (l *serviced) confirmTakeOn(day calendar.Date) {
	l.b.add(decisionStage, "接续确认", day, l.head("JXQ", day))
}

func (l *serviced) takenCells(prefix string, day calendar.Date, grant string, o account.Opening) map[string]string {
	t := l.terms
	cells := l.head(prefix, day)
	for header, cell := range map[string]string{"主体证件号码": l.who.number, "授权编号": grant, "产品代码": l.product.Code, "担保方式": wordOf(loan.Guarantees, l.guarantee),
		"签约日期": t.From.String(), "放款日期": t.From.String(), "放款金额": t.Principal.String(), "年利率": t.Rate.String(), "还款方式": t.Method.Zh(),
		"期数": strconv.Itoa(t.Periods), "每期月数": strconv.Itoa(t.EveryMonths), "已结息日": o.PaidTo.String(), "未到期本金": o.Balance.String(), voucherHeader: l.voucher()} {
		cells[header] = cell
	}
	if o.Each != 0 {
		cells["每期还款额"] = o.Each.String()
	}
	if len(o.Arrears) > 0 {
		cells["欠款期次"] = joined(o.Arrears, func(x account.Arrear) string { return strconv.Itoa(x.Instalment) })
		cells["欠付本金"] = joined(o.Arrears, func(x account.Arrear) string { return x.Principal.String() })
		cells["欠付利息"] = joined(o.Arrears, func(x account.Arrear) string { return x.Interest.String() })
		cells["欠付罚息"] = joined(o.Arrears, func(x account.Arrear) string { return x.Penalty.String() })
		cells["欠付复利"] = joined(o.Arrears, func(x account.Arrear) string { return x.Compound.String() })
	}
	return cells
}
