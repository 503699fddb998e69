package dayfile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const (
	headerContract    = "合同编号"
	headerApplication = "申请编号"
	headerSubject     = "主体证件号码"
	headerGrant       = "授权编号"

	exampleContract = "QH-BankA-2024-000001"
	exampleDigest   = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

func termsOf(list []loan.Code) func(*Column) {
	words := make([]Term, len(list))
	for i, c := range list {
		words[i] = Term{c.Zh, c.Code}
	}
	return terms(words...)
}

var methodTerms = func() func(*Column) {
	var words []Term
	for m := schedule.EqualInstalment; m <= schedule.Revolving; m++ {
		words = append(words, Term{m.Zh(), m.String()})
	}
	return terms(words...)
}()

var (
	dayCountTerms = terms(Term{"30/360", "30/360"}, Term{"实际/360", "ACT/360"}, Term{"实际/365", "ACT/365"}, Term{"实际/实际", "ACT/ACT"})
	roundingTerms = terms(Term{"四舍五入", "half-up"}, Term{"四舍六入五成双", "half-even"})
	monthEndTerms = terms(Term{"取月末", "clamp"}, Term{"顺延次月首日", "roll"})
	paymentTerms  = terms(Term{"受托支付", entrusted}, Term{"自主支付", "direct"})
)

const entrusted = "entrusted"

// contract is the column that names the loan a line acts on.
func contract[C any](at func(*C) *ledgerstate.Ref) Column {
	return col(headerContract, "loan", "contract number, unique within the bank", exampleContract, func(c *C) any { return at(c) })
}

// disburseLine names payees as a clerk knows them; the ledger keeps their
// digests.
type disburseLine struct {
	command.Head
	Loan     ledgerstate.Ref
	Amount   money.Fen
	Voucher  string
	Payees   []string
	Accounts []string // last four characters
	Amounts  []money.Fen
	Ways     []string
	Replaces string
}

func (l *disburseLine) commandContent() (any, *Problem) {
	n := len(l.Payees)
	amounts := l.Amounts
	if len(amounts) == 0 && n == 1 {
		amounts = []money.Fen{l.Amount}
	}
	for header, length := range map[string]int{"收款账号末四位": len(l.Accounts), "支付金额": len(amounts), "支付方式": len(l.Ways)} {
		if length != n {
			return nil, &Problem{Column: header, Code: "PAYMENT_LISTS", Limit: strconv.Itoa(n) + " values, as in 收款人", Value: strconv.Itoa(length) + " values",
				Zh: "各项支付的项数不一致", En: "the payments' columns do not have the same number of values", Hint: "give one value for each payee, joined by " + listSeparator}
		}
	}
	c := &loan.DisburseContent{Head: l.Head, Loan: l.Loan, Amount: l.Amount, Voucher: l.Voucher, Replaces: l.Replaces}
	for i, payee := range l.Payees {
		c.Payments = append(c.Payments, loan.Payment{Payee: PayeeDigest(payee, l.Accounts[i]), Amount: amounts[i], Entrusted: l.Ways[i] == entrusted})
	}
	return c, nil
}

// PayeeDigest is what the ledger keeps of a payee: SHA-256 over the name, a
// line feed and the masked account number.
func PayeeDigest(name, lastFour string) string {
	sum := sha256.Sum256([]byte(name + "\n****" + lastFour))
	return hex.EncodeToString(sum[:])
}

var bankRecords = slices.Concat(lendingRecords, filingRecords, servicingRecords, riskRecords, takeOnRecords, correctionRecords)

var lendingRecords = []*Record{
	checkRecord,
	record[loan.AcceptContent]("受理", "accepts a routed application", "banks, officer", "loan.Accept",
		append(head("SL-20240318-0001", func(c *loan.AcceptContent) *command.Head { return &c.Head }),
			contract(func(c *loan.AcceptContent) *ledgerstate.Ref { return &c.Loan }),
			col(headerApplication, "application", "application number", "SQ-20240315-0001", func(c *loan.AcceptContent) any { return &c.Application }),
			col(headerSubject, "subject", "unified social credit code or resident ID", exampleSubject, func(c *loan.AcceptContent) any { return &c.Subject }, checked(subjectNumber), most(18)),
			col(headerGrant, "grant", "grant of purpose 01 by which the bank looks", "SQS-20240315-0001", func(c *loan.AcceptContent) any { return &c.Grant }))...).
		noting("From here on the loan is named by the bank's contract number; a rejected application keeps the number it was accepted under."),
	record[loan.RejectContent]("拒绝", "ends an accepted application without a loan", "banks, officer or approver", "loan.Reject",
		append(head("JJ-20240319-0001", func(c *loan.RejectContent) *command.Head { return &c.Head }),
			contract(func(c *loan.RejectContent) *ledgerstate.Ref { return &c.Loan }),
			col("拒绝原因", "reason", "mandatory; fed back to the applicant", "还款能力不足", func(c *loan.RejectContent) any { return &c.Reason }, termsOf(loan.RejectReasons)))...),
	record[loan.CreditContent]("授信", "decides on credit", "banks, approver, who is not who accepted, signs or pays out", "loan.Credit",
		append(head("SX-20240320-0001", func(c *loan.CreditContent) *command.Head { return &c.Head }),
			contract(func(c *loan.CreditContent) *ledgerstate.Ref { return &c.Loan }),
			col(headerGrant, "grant", "grant of purpose 01 or 02", "SQS-20240315-0001", func(c *loan.CreditContent) any { return &c.Grant }),
			col("授信额度", "limit", "credit limit, yuan", "60000.00", func(c *loan.CreditContent) any { return &c.Limit }),
			col("授信利率", "rate", "highest rate of the contract", "4.35", func(c *loan.CreditContent) any { return &c.Rate }),
			col("授信期限月数", "months", "longest term in months", "12", func(c *loan.CreditContent) any { return &c.Months }),
			col("还款方式", "method", "repayment method", "等额本息", func(c *loan.CreditContent) any { return &c.Method }, methodTerms),
			col("担保方式", "guarantee", "how the loan is secured", "信用", func(c *loan.CreditContent) any { return &c.Guarantee }, termsOf(loan.Guarantees)))...).counting("授信额度"),
	record[loan.SignContent]("签约", "the contract", "banks, officer", "loan.Sign",
		append(head("QY-20240321-0001", func(c *loan.SignContent) *command.Head { return &c.Head }),
			contract(func(c *loan.SignContent) *ledgerstate.Ref { return &c.Loan }),
			col("合同金额", "amount", "principal, yuan", "60000.00", func(c *loan.SignContent) any { return &c.Amount }),
			col("年利率", "rate", "rate of the contract", "4.35", func(c *loan.SignContent) any { return &c.Rate }),
			col("还款方式", "method", "repayment method", "等额本息", func(c *loan.SignContent) any { return &c.Method }, methodTerms),
			col("期数", "periods", "number of instalments; for 利随本清 and 随借随还 the number of periods until it is due; left out for 按季节还本", "12", func(c *loan.SignContent) any { return &c.Periods }, optional),
			col("每期月数", "every_months", "months of a period; left out for 按季节还本", "1", func(c *loan.SignContent) any { return &c.EveryMonths }, optional),
			col("计息基准", "day_count", "left out: months/12 for 等额本息, 等额本金 and 等本等息, 实际/360 for the others", "", func(c *loan.SignContent) any { return &c.DayCount }, optional, dayCountTerms),
			col("舍入方式", "rounding", "left out: 四舍五入", "", func(c *loan.SignContent) any { return &c.Rounding }, optional, roundingTerms),
			col("月末规则", "month_end", "left out: 取月末", "", func(c *loan.SignContent) any { return &c.MonthEnd }, optional, monthEndTerms),
			col("还款额取整", "instalment_multiple", "an equal instalment is a multiple of this, yuan; left out: to the fen", "", func(c *loan.SignContent) any { return &c.Multiple }, optional),
			col("罚息加收百分比", "penalty_percent", "50 makes the penalty rate 1.5 times the rate; left out: the ledger's parameter", "", func(c *loan.SignContent) any { return &c.PenaltyPercent }, optional),
			col("宽限天数", "grace_days", "days of grace; left out: none", "", func(c *loan.SignContent) any { return &c.GraceDays }, optional),
			col(headerDues, "dues", "按季节还本: days on which principal is due, in order", "", func(c *loan.SignContent) any { return list(&c.Dues, dueDay) }, optional, most(maxDues)),
			col(headerDuePrincipals, "dues.principal", "按季节还本: principal due on each of them, yuan", "", func(c *loan.SignContent) any { return list(&c.Dues, duePrincipal) }, optional, most(maxDues)),
			col("重定价方式", "reprice", "when a floating rate is reset; left out: 固定利率", "", func(c *loan.SignContent) any { return &c.Reprice }, optional, repricingTerms),
			col("LPR加点", "spread", "of a floating rate: percentage points above the LPR of its tenor; 0.5 is 50 basis points", "", func(c *loan.SignContent) any { return &c.Spread }, optional, signed),
			col("利率上限", "cap", "of a floating rate", "", func(c *loan.SignContent) any { return &c.Cap }, optional),
			col("利率下限", "floor", "of a floating rate", "", func(c *loan.SignContent) any { return &c.Floor }, optional),
			col("贷款年化利率", "actual_rate", "as shown to the borrower (人民银行公告〔2021〕第3号); needed for 等本等息", "", func(c *loan.SignContent) any { return &c.ActualRate }, optional))...).counting("合同金额"),
	record[disburseLine]("放款", "pays the loan out; the business date is the first that bears interest", "banks, officer", "loan.Disburse",
		append(head("FK-20240322-0001", func(c *disburseLine) *command.Head { return &c.Head }),
			contract(func(c *disburseLine) *ledgerstate.Ref { return &c.Loan }),
			col("放款金额", "amount", "yuan; nothing is withheld (民法典 670)", "60000.00", func(c *disburseLine) any { return &c.Amount }),
			col("凭证摘要", "voucher", "SHA-256 of the voucher, 64 hex digits in lower case", exampleDigest, func(c *disburseLine) any { return &c.Voucher }, most(64)),
			col("收款人", "payments", "payee; several joined by ;", "湟源草业供销合作社", func(c *disburseLine) any { return &c.Payees }, most(400)),
			col("收款账号末四位", "payments.account", "last four characters of the account", "6688", func(c *disburseLine) any { return &c.Accounts }, most(100), checked(lastFour)),
			col("支付金额", "payments.amount", "of each payment, yuan; may be left out where there is one", "", func(c *disburseLine) any { return &c.Amounts }, optional, most(200)),
			col("支付方式", "payments.entrusted", "how each payment is made", "受托支付", func(c *disburseLine) any { return &c.Ways }, paymentTerms, most(100)),
			replaces(func(c *disburseLine) *string { return &c.Replaces }))...).counting("放款金额").
		noting("Payee and account stay in the bank's file: the ledger keeps SHA-256 of the name, a line feed, `****` and the last four characters."),
	record[loan.RepayContent]("还款", "a repayment", "banks, officer", "loan.Repay",
		append(head("HK-20240422-0001", func(c *loan.RepayContent) *command.Head { return &c.Head }),
			contract(func(c *loan.RepayContent) *ledgerstate.Ref { return &c.Loan }),
			col("还款金额", "amount", "all that was received, yuan; where it goes is computed", "5118.62", func(c *loan.RepayContent) any { return &c.Amount }),
			replaces(func(c *loan.RepayContent) *string { return &c.Replaces }))...).counting("还款金额"),
	record[loan.ChargeContent]("费用", "costs of recovery that the debtor bears", "banks, officer", "loan.Charge",
		append(head("FY-20240801-0001", func(c *loan.ChargeContent) *command.Head { return &c.Head }),
			contract(func(c *loan.ChargeContent) *ledgerstate.Ref { return &c.Loan }),
			col("费用金额", "amount", "yuan", "1200.00", func(c *loan.ChargeContent) any { return &c.Amount }),
			voucher("SHA-256 of the voucher", func(c *loan.ChargeContent) *string { return &c.Voucher }),
			replaces(func(c *loan.ChargeContent) *string { return &c.Replaces }))...).counting("费用金额"),
	record[loan.SettleContent]("结清", "closes a loan on which nothing is owed", "banks, officer", "loan.Settle",
		append(head("JQ-20250322-0001", func(c *loan.SettleContent) *command.Head { return &c.Head }),
			contract(func(c *loan.SettleContent) *ledgerstate.Ref { return &c.Loan }))...),
}

func lastFour(cell string) error {
	if len(cell) != 4 {
		return &Problem{Code: "ACCOUNT_FORM", Limit: "4 characters", Value: strconv.Itoa(len(cell)), Zh: "须为账号末四位", En: "the value is not the last four characters of an account", Hint: "never write a whole account number here"}
	}
	return nil
}
