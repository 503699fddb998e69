package account

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Reasons for which an entry does not stand.
var (
	EntryUnknown = refusal.New("LOAN_ENTRY_TYPE", "没有这种业务", "no such type of entry", "")
	EntryAmount  = refusal.New("LOAN_ENTRY_AMOUNT", "金额必须大于零且在上限之内", "an entry's amount must be above zero and within the limit", "")
	EntryEarly   = refusal.New("LOAN_ENTRY_BEFORE_LOAN", "业务日期早于放款日(或接续日)", "the entry is dated before the loan's first day on the ledger", "")

	PrepayAbove   = refusal.New("LOAN_PREPAY_ABOVE_BALANCE", "提前还款金额超过全部应还", "the prepayment is above all that is owed on the day", "民法典第677条")
	PrepaySmall   = refusal.New("LOAN_PREPAY_NOT_BEYOND_DUE", "提前还款金额未超过到期应还及截至当日的利息", "the prepayment does not go beyond what is due and the interest to the day", "民法典第677条")
	PrepayNothing = refusal.New("LOAN_PREPAY_NOTHING_LEFT", "没有未到期本金,不能提前还款", "no principal is left that is not due yet", "")
	RefundAbove   = refusal.New("LOAN_REFUND_ABOVE_ADVANCE", "退还金额超过预收余额", "the refund is above what waits", "")
	PlanGrows     = refusal.New("LOAN_PLAN_GROWING", "变更后每期还款额不足以支付利息", "an instalment of the plan made anew would be smaller than its interest", "")
	PlanFlat      = refusal.New("LOAN_PLAN_FLAT", "等本等息贷款只能全额提前还款,不能部分提前还款或展期", "a loan with flat interest is prepaid as a whole, and not extended", "")
	RateInForce   = refusal.New("LOAN_REPRICE_RATE", "执行利率超出范围", "the rate to come into force is out of range", "")
	MisusePercent = refusal.New("LOAN_MISUSE_PERCENT", "挪用罚息加收比例超出范围", "the percent for misuse is out of range", "银发〔2003〕251号")

	ExtendLate    = refusal.New("LOAN_EXTENSION_AFTER_MATURITY", "展期须在到期前办理", "a loan is extended before its last due date", "民法典第678条")
	ExtendShorter = refusal.New("LOAN_EXTENSION_NOT_LONGER", "展期后的到期日须晚于现到期日", "the extended term must end after the present one", "")
	ExtendTerm    = refusal.New("LOAN_EXTENSION_TERM", "展期后的期数超出范围", "the extended term is out of range", "")

	ExtendMethod = refusal.New("LOAN_EXTENSION_METHOD", "按季节还本贷款按约定还本日展期,其他贷款按期数展期", "a seasonal plan is extended by days agreed, any other by its number of periods", "")
	ExtendDues   = refusal.New("LOAN_EXTENSION_DUES", "展期后的还本日或金额不符", "the days and amounts agreed do not repay what is not due yet, one after the other", "民法典第678条")

	GuarantorAbove = refusal.New("LOAN_GUARANTOR_ABOVE_DUE", "代偿金额超过到期应还", "a guarantor's payment is above what is due", "民法典第681条")
	OffAlready     = refusal.New("LOAN_WRITTEN_OFF", "贷款已核销", "the loan is written off already", "财金〔2017〕90号")
	NotWrittenOff  = refusal.New("LOAN_NOT_WRITTEN_OFF", "贷款未核销,收回须按还款办理", "a recovery needs a loan that is written off; it is a repayment otherwise", "财金〔2017〕90号")
	NothingOwed    = refusal.New("LOAN_NOTHING_OWED", "贷款没有余额", "nothing is owed on the loan", "")
	ClassBetter    = refusal.New("LOAN_CLASS_BETTER_THAN_FLOOR", "五级分类优于逾期天数对应的最低分类", "the class is better than the days past due allow", "商业银行金融资产风险分类办法")

	TakeOnFirst    = refusal.New("LOAN_TAKE_ON_FIRST", "接续须为该笔贷款的第一笔记录", "a take-on is a loan's first entry", "")
	TakeOnPaidTo   = refusal.New("LOAN_TAKE_ON_PAID_TO", "结息日须为接续日当期的起始日", "the day to which interest is settled must begin the period that runs on the day of the take-on", "")
	TakeOnArrears  = refusal.New("LOAN_TAKE_ON_ARREARS", "欠款明细不符", "the arrears are not those of earlier instalments, in order and each once", "")
	TakeOnBalances = refusal.New("LOAN_TAKE_ON_BALANCE", "接续余额不符", "the opening balances do not fit the contract", "")

	ReversedAlready = refusal.New("LOAN_REVERSED_ALREADY", "该笔记录已被冲正", "the entry is reversed already", "")
	ReversedUnknown = refusal.New("LOAN_REVERSAL_UNKNOWN", "被冲正的记录不存在或晚于本次冲正", "there is no such earlier entry to reverse", "")
)

func unknown(code, field string, known []string, text, zh, en string) *Error {
	return &Error{Code: code, Field: field, Limit: strings.Join(known, ", "), Value: invalid.Shown(text), Zh: zh, En: en, Hint: "choose one of those"}
}
