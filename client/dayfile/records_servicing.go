package dayfile

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const (
	headerReplaces      = "补记原流水号"
	headerDues          = "还本日期"
	headerDuePrincipals = "还本金额"

	maxDues    = 2000 // characters: about 180 days of principal
	maxReason  = 200
	maxNaming  = 3300 // characters: fifty contract numbers
	maxArrears = 2000
)

func dueDay(d *schedule.Due) any       { return &d.Date }
func duePrincipal(d *schedule.Due) any { return &d.Principal }

var repricingTerms = func() func(*Column) {
	var words []Term
	for _, r := range []loan.Repricing{loan.Fixed, loan.Anniversary, loan.January} {
		words = append(words, Term{r.Zh(), r.String()})
	}
	return terms(words...)
}()

var classTerms = func() func(*Column) {
	var words []Term
	for _, f := range account.Floors {
		words = append(words, Term{f.Zh, f.Code})
	}
	return terms(words...)
}()

var effectTerms = terms(Term{"减少每期还款额", "reduce"}, Term{"缩短期限", "shorten"})

// replaces is the column by which a line stands for a reversed entry 补记.
func replaces[C any](at func(*C) *string) Column {
	return col(headerReplaces, "replaces", "补记: business number of the reversed entry that this line stands for", "", func(c *C) any { return at(c) }, optional)
}

func voucher[C any](of string, at func(*C) *string) Column {
	return col("凭证摘要", "voucher", of+", 64 hex digits in lower case", exampleDigest, func(c *C) any { return at(c) }, most(64))
}

// guaranteeLine names a guarantor as a clerk knows him; the ledger keeps a
// digest.
type guaranteeLine struct {
	command.Head
	Loan     ledgerstate.Ref
	Amount   money.Fen
	Name     string
	Number   string // last four characters of the guarantor's own
	Voucher  string
	Replaces string
}

func (l *guaranteeLine) commandContent() (any, *Problem) {
	return &loan.GuaranteePayContent{Head: l.Head, Loan: l.Loan, Amount: l.Amount, Guarantor: PayeeDigest(l.Name, l.Number), Voucher: l.Voucher, Replaces: l.Replaces}, nil
}

var servicingRecords = []*Record{
	record[loan.PrepayContent]("提前还款", "a prepayment: what is due, interest to the day, then principal", "banks, officer", "loan.Prepay",
		append(head("TH-20240510-0001", func(c *loan.PrepayContent) *command.Head { return &c.Head }),
			contract(func(c *loan.PrepayContent) *ledgerstate.Ref { return &c.Loan }),
			col("还款金额", "amount", "all that was received, yuan; `qxl loan quote` says what it must be", "20000.00", func(c *loan.PrepayContent) any { return &c.Amount }),
			col("提前还款方式", "effect", "what becomes of the instalments after it; left out: 减少每期还款额", "缩短期限", func(c *loan.PrepayContent) any { return &c.Effect }, optional, effectTerms),
			replaces(func(c *loan.PrepayContent) *string { return &c.Replaces }))...).counting("还款金额"),
	record[guaranteeLine]("代偿", "a guarantor's payment of what is due", "banks, officer", "loan.GuaranteePay",
		append(head("DC-20240901-0001", func(c *guaranteeLine) *command.Head { return &c.Head }),
			contract(func(c *guaranteeLine) *ledgerstate.Ref { return &c.Loan }),
			col("代偿金额", "amount", "yuan, at most what is due", "10237.24", func(c *guaranteeLine) any { return &c.Amount }),
			col("保证人", "guarantor", "name of the guarantor", "青海融资担保有限公司", func(c *guaranteeLine) any { return &c.Name }, most(66)),
			col("保证人证件末四位", "guarantor.number", "last four characters of the guarantor's number", "013F", func(c *guaranteeLine) any { return &c.Number }, checked(lastFour), most(4)),
			voucher("SHA-256 of the voucher", func(c *guaranteeLine) *string { return &c.Voucher }),
			replaces(func(c *guaranteeLine) *string { return &c.Replaces }))...).counting("代偿金额").
		noting("The guarantor stays in the bank's file: the ledger keeps SHA-256 of the name, a line feed, `****` and the last four characters."),
	record[loan.RefundContent]("退还预收", "gives back of what waits as an advance", "banks, officer", "loan.Refund",
		append(head("TY-20250323-0001", func(c *loan.RefundContent) *command.Head { return &c.Head }),
			contract(func(c *loan.RefundContent) *ledgerstate.Ref { return &c.Loan }),
			col("退还金额", "amount", "yuan", "12.50", func(c *loan.RefundContent) any { return &c.Amount }),
			voucher("SHA-256 of the voucher", func(c *loan.RefundContent) *string { return &c.Voucher }))...).counting("退还金额"),
	record[loan.ResetContent]("重定价", "resets a floating rate on its reset day; `qxl eod` sends it by itself", "banks, officer", "loan.Reset",
		append(head("CD-20250322-0001", func(c *loan.ResetContent) *command.Head { return &c.Head }),
			contract(func(c *loan.ResetContent) *ledgerstate.Ref { return &c.Loan }),
			replaces(func(c *loan.ResetContent) *string { return &c.Replaces }))...).
		noting("The business date is the reset day; the rate is computed."),
	record[loan.RepriceContent]("调整利率", "a rate that the parties agreed on, from the business date", "banks, approver, who is not who accepted the loan", "loan.Reprice",
		append(head("LL-20240701-0001", func(c *loan.RepriceContent) *command.Head { return &c.Head }),
			contract(func(c *loan.RepriceContent) *ledgerstate.Ref { return &c.Loan }),
			col("年利率", "rate", "from the business date on", "4.05", func(c *loan.RepriceContent) any { return &c.Rate }),
			col("调整原因", "reason", "why", "政策性让利", func(c *loan.RepriceContent) any { return &c.Reason }, termsOf(loan.RepriceReasons)),
			replaces(func(c *loan.RepriceContent) *string { return &c.Replaces }))...),
	record[loan.ExtendContent]("展期", "lengthens the term", "banks, approver, who is not who accepted the loan", "loan.Extend",
		append(head("ZQ-20250220-0001", func(c *loan.ExtendContent) *command.Head { return &c.Head }),
			contract(func(c *loan.ExtendContent) *ledgerstate.Ref { return &c.Loan }),
			col("展期后期数", "periods", "instalments of the whole term; left out for 按季节还本", "18", func(c *loan.ExtendContent) any { return &c.Periods }, optional),
			col(headerDues, "dues", "按季节还本: days on which principal is due from now on, in order", "", func(c *loan.ExtendContent) any { return list(&c.Dues, dueDay) }, optional, most(maxDues)),
			col(headerDuePrincipals, "dues.principal", "按季节还本: principal due on each of them, yuan", "", func(c *loan.ExtendContent) any { return list(&c.Dues, duePrincipal) }, optional, most(maxDues)),
			voucher("SHA-256 of the agreement", func(c *loan.ExtendContent) *string { return &c.Voucher }))...),
	record[loan.RenewContent]("续贷", "pays a signed loan out by repaying an old one 无还本续贷", "banks, approver, who did not sign the contract", "loan.Renew",
		append(head("XD-20250320-0001", func(c *loan.RenewContent) *command.Head { return &c.Head }),
			col(headerContract, "loan", "contract number of the new loan, which is signed", "QH-BankA-2025-000007", func(c *loan.RenewContent) any { return &c.Loan }),
			col("原合同编号", "of", "contract number of the loan that it repays", exampleContract, func(c *loan.RenewContent) any { return &c.Of }),
			col("结息金额", "interest", "the old loan's interest to the day, received with it, yuan", "86.40", func(c *loan.RenewContent) any { return &c.Interest }, optional),
			voucher("SHA-256 of the voucher", func(c *loan.RenewContent) *string { return &c.Voucher }),
			col("符合续贷条件", "compliant", "the bank found what 金规〔2024〕13号 asks for; left out or 否: the new loan is at best 关注", "是", func(c *loan.RenewContent) any { return &c.Compliant }, optional))...),
}

var riskRecords = []*Record{
	record[loan.ClassifyContent]("五级分类", "gives a loan its class; `qxl eod` sends what the rules force by itself", "banks, officer; reviewer where a non-performing loan performs again", "loan.Classify",
		append(head("FL-20240801-0001", func(c *loan.ClassifyContent) *command.Head { return &c.Head }),
			contract(func(c *loan.ClassifyContent) *ledgerstate.Ref { return &c.Loan }),
			col("五级分类", "class", "never better than the ledger's facts allow", "次级", func(c *loan.ClassifyContent) any { return &c.Class }, classTerms),
			col("分类原因", "reasons", "needed for any class but 正常", "发生信用减值;还款能力变化", func(c *loan.ClassifyContent) any { return &c.Reasons }, optional, termsOf(loan.ClassReasons), most(600)),
			col("同一债务人合同编号", "because", "the debtor's other loans in this book, where they are a reason", "", func(c *loan.ClassifyContent) any {
				return list(&c.Because, func(r *ledgerstate.Ref) any { return r })
			}, optional, most(maxNaming)),
			replaces(func(c *loan.ClassifyContent) *string { return &c.Replaces }))...),
	record[loan.MisuseContent]("挪用", "the loan is misused from the business date on: the rate bears so many percent more", "banks, officer", "loan.Misuse",
		append(head("NY-20240615-0001", func(c *loan.MisuseContent) *command.Head { return &c.Head }),
			contract(func(c *loan.MisuseContent) *ledgerstate.Ref { return &c.Loan }),
			col("加收百分比", "percent", "50 makes the rate 1.5 times; 0: it is used as agreed again", "50", func(c *loan.MisuseContent) any { return &c.Percent }),
			voucher("SHA-256 of the findings", func(c *loan.MisuseContent) *string { return &c.Voucher }),
			replaces(func(c *loan.MisuseContent) *string { return &c.Replaces }))...),
	record[loan.WriteOffContent]("核销", "writes a loan off; the debt lives on", "banks, approver, who is not who accepted the loan", "loan.WriteOff",
		append(head("HX-20251230-0001", func(c *loan.WriteOffContent) *command.Head { return &c.Head }),
			contract(func(c *loan.WriteOffContent) *ledgerstate.Ref { return &c.Loan }),
			voucher("SHA-256 of the decision", func(c *loan.WriteOffContent) *string { return &c.Voucher }),
			col("核销原因", "reason", "why", "终本裁定后无财产可供执行", func(c *loan.WriteOffContent) any { return &c.Reason }, most(maxReason)))...),
	record[loan.RecoverContent]("核销收回", "what came in after the write-off", "banks, officer", "loan.Recover",
		append(head("HS-20260315-0001", func(c *loan.RecoverContent) *command.Head { return &c.Head }),
			contract(func(c *loan.RecoverContent) *ledgerstate.Ref { return &c.Loan }),
			col("收回金额", "amount", "yuan", "5000.00", func(c *loan.RecoverContent) any { return &c.Amount }),
			voucher("SHA-256 of the voucher", func(c *loan.RecoverContent) *string { return &c.Voucher }),
			replaces(func(c *loan.RecoverContent) *string { return &c.Replaces }))...).counting("收回金额"),
	record[loan.CloseDayContent]("日终结账", "what a bank's end of day found; `qxl eod` sends it by itself", "banks, officer", "loan.CloseDay",
		append(head("RZ-20240318-0001", func(c *loan.CloseDayContent) *command.Head { return &c.Head }),
			col("贷款笔数", "loans", "disbursed and not settled", "2", func(c *loan.CloseDayContent) any { return &c.Loans }),
			col("逾期笔数", "overdue_loans", "of them, past due", "1", func(c *loan.CloseDayContent) any { return &c.OverdueLoans }),
			col("正常余额", "normal", "outstanding principal, yuan", "48000.00", func(c *loan.CloseDayContent) any { return &c.Normal }),
			col("关注余额", "special_mention", "likewise", "12000.00", func(c *loan.CloseDayContent) any { return &c.SpecialMention }),
			col("次级余额", "substandard", "likewise", "0.00", func(c *loan.CloseDayContent) any { return &c.Substandard }),
			col("可疑余额", "doubtful", "likewise", "0.00", func(c *loan.CloseDayContent) any { return &c.Doubtful }),
			col("损失余额", "loss", "likewise", "0.00", func(c *loan.CloseDayContent) any { return &c.Loss }),
			col("逾期本金", "overdue_principal", "yuan", "1000.00", func(c *loan.CloseDayContent) any { return &c.OverduePrincipal }),
			col("欠息", "overdue_interest", "interest past due, yuan", "43.50", func(c *loan.CloseDayContent) any { return &c.OverdueInterest }),
			col("应计利息", "accrued", "accrued and not yet due or paid, with penalty and compound interest, yuan", "120.75", func(c *loan.CloseDayContent) any { return &c.Accrued }))...),
}

// arrears are the columns of what of earlier instalments was unpaid.
func arrears[C any](at func(*C) *loan.TakenTerms) []Column {
	column := func(header, name, en, example string, field func(*loan.TakenArrears) any) Column {
		return col(header, "arrears."+name, en, example, func(c *C) any { return list(&at(c).Arrears, field) }, optional, most(maxArrears))
	}
	return []Column{
		column("欠款期次", "instalment", "numbers of earlier instalments with something unpaid, in order", "3;4", func(x *loan.TakenArrears) any { return &x.Instalment }),
		column("欠付本金", "principal", "of each, yuan", "4900.00;4950.00", func(x *loan.TakenArrears) any { return &x.Principal }),
		column("欠付利息", "interest", "of each, yuan", "181.25;163.49", func(x *loan.TakenArrears) any { return &x.Interest }),
		column("欠付罚息", "penalty", "of each, yuan", "", func(x *loan.TakenArrears) any { return &x.Penalty }),
		column("欠付复利", "compound", "of each, yuan", "", func(x *loan.TakenArrears) any { return &x.Compound }),
	}
}

// takenColumns are the terms and balances of a loan that existed before.
func takenColumns[C any](at func(*C) *loan.TakenTerms) []Column {
	return append([]Column{
		col("产品代码", "product", "code of the ledger's product table", "TAX", func(c *C) any { return &at(c).Product }, most(8)),
		col("担保方式", "guarantee", "how the loan is secured", "信用", func(c *C) any { return &at(c).Guarantee }, termsOf(loan.Guarantees)),
		col("签约日期", "signed", "date of the contract", "2023-10-30", func(c *C) any { return &at(c).Signed }),
		col("放款日期", "disbursed", "first day that bore interest", "2023-11-01", func(c *C) any { return &at(c).Disbursed }),
		col("放款金额", "amount", "yuan", "60000.00", func(c *C) any { return &at(c).Amount }),
		col("年利率", "rate", "in force", "4.35", func(c *C) any { return &at(c).Rate }),
		col("还款方式", "method", "repayment method", "等额本息", func(c *C) any { return &at(c).Method }, methodTerms),
		col("期数", "periods", "number of instalments of the whole term; left out for 按季节还本", "12", func(c *C) any { return &at(c).Periods }, optional),
		col("每期月数", "every_months", "months of a period; left out for 按季节还本", "1", func(c *C) any { return &at(c).EveryMonths }, optional),
		col(headerDues, "dues", "按季节还本: days on which principal is due, in order", "", func(c *C) any { return list(&at(c).Dues, dueDay) }, optional, most(maxDues)),
		col(headerDuePrincipals, "dues.principal", "按季节还本: principal due on each of them, yuan", "", func(c *C) any { return list(&at(c).Dues, duePrincipal) }, optional, most(maxDues)),
		col("计息基准", "day_count", "as for 签约", "", func(c *C) any { return &at(c).DayCount }, optional, dayCountTerms),
		col("舍入方式", "rounding", "as for 签约", "", func(c *C) any { return &at(c).Rounding }, optional, roundingTerms),
		col("月末规则", "month_end", "as for 签约", "", func(c *C) any { return &at(c).MonthEnd }, optional, monthEndTerms),
		col("还款额取整", "instalment_multiple", "as for 签约", "", func(c *C) any { return &at(c).Multiple }, optional),
		col("罚息加收百分比", "penalty_percent", "as for 签约", "", func(c *C) any { return &at(c).PenaltyPercent }, optional),
		col("宽限天数", "grace_days", "as for 签约", "", func(c *C) any { return &at(c).GraceDays }, optional),
		col("已结息日", "paid_to", "the last due date on or before the business date, or the first day", "2024-03-01", func(c *C) any { return &at(c).PaidTo }),
		col("未到期本金", "balance", "principal that is not due yet, yuan", "40150.00", func(c *C) any { return &at(c).Balance }),
		col("每期还款额", "each", "等额本息: the equal instalment, 等额本金: the equal principal, as the bank has it; left out: computed", "", func(c *C) any { return &at(c).Each }, optional),
	}, append(arrears(at),
		voucher("SHA-256 of the statement of balances", func(c *C) *string { return &at(c).Voucher }))...)
}

var takeOnRecords = []*Record{
	record[loan.TakeOnContent]("接续", "proposes to take on a loan that existed before the ledger, with its balances at the end of the business date", "banks, officer", "loan.TakeOn",
		append(append(head("JX-20240318-0001", func(c *loan.TakeOnContent) *command.Head { return &c.Head }),
			contract(func(c *loan.TakeOnContent) *ledgerstate.Ref { return &c.Loan }),
			col(headerSubject, "subject", "unified social credit code or resident ID", exampleSubject, func(c *loan.TakeOnContent) any { return &c.Subject }, checked(subjectNumber), most(18)),
			col(headerGrant, "grant", "grant of purpose 03 by which the bank looks", "SQS-20240315-0003", func(c *loan.TakeOnContent) any { return &c.Grant })),
			takenColumns(func(c *loan.TakeOnContent) *loan.TakenTerms { return &c.TakenTerms })...)...).counting("放款金额").
		noting("A second person confirms it with 接续确认. Such a loan is never filed for compensation."),
	record[loan.AmendTakeOnContent]("接续更正", "other terms and balances in the place of those that wait for the second signature", "banks, officer", "loan.AmendTakeOn",
		append(append(head("JG-20240319-0001", func(c *loan.AmendTakeOnContent) *command.Head { return &c.Head }),
			contract(func(c *loan.AmendTakeOnContent) *ledgerstate.Ref { return &c.Loan })),
			takenColumns(func(c *loan.AmendTakeOnContent) *loan.TakenTerms { return &c.TakenTerms })...)...),
	record[loan.ConfirmTakeOnContent]("接续确认", "the second signature on a take-on", "banks, approver, who did not propose it", "loan.ConfirmTakeOn",
		append(head("JQR-20240319-0001", func(c *loan.ConfirmTakeOnContent) *command.Head { return &c.Head }),
			contract(func(c *loan.ConfirmTakeOnContent) *ledgerstate.Ref { return &c.Loan }))...),
}

var correctionRecords = []*Record{
	record[loan.RequestReversalContent]("冲正申请", "asks that an entry be reversed", "banks, officer", "loan.RequestReversal",
		append(head("CS-20240425-0001", func(c *loan.RequestReversalContent) *command.Head { return &c.Head }),
			contract(func(c *loan.RequestReversalContent) *ledgerstate.Ref { return &c.Loan }),
			col("被冲正流水号", "entry", "business number of the entry", "HK-20240422-0001", func(c *loan.RequestReversalContent) any { return &c.Entry }),
			col("冲正原因", "reason", "why", "重复入账", func(c *loan.RequestReversalContent) any { return &c.Reason }, most(maxReason)))...),
	record[loan.ReverseContent]("冲正", "reverses an entry; what follows is made anew", "banks, approver, who neither made nor asked for it", "loan.Reverse",
		append(head("CZ-20240425-0001", func(c *loan.ReverseContent) *command.Head { return &c.Head }),
			contract(func(c *loan.ReverseContent) *ledgerstate.Ref { return &c.Loan }),
			col("被冲正流水号", "entry", "business number of the entry, a reversal's too", "HK-20240422-0001", func(c *loan.ReverseContent) any { return &c.Entry }),
			col("冲正原因", "reason", "why", "重复入账", func(c *loan.ReverseContent) any { return &c.Reason }, most(maxReason)))...).
		noting("The entry that stands in its place is a line of its own, which names it as 补记原流水号."),
}
