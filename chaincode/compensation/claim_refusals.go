package compensation

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of claims. Those that state a number of days, a share or an amount
// take it from the rule pack of the loan's filing date.
var (
	StatusUnknown = refusal.New("COMP_STATUS_UNKNOWN", "没有这种状态", "no such status", "")
	ClaimState    = refusal.New("CLAIM_STATE", "补偿申请的当前状态不允许此操作", "the claim's state does not allow this", "")
	ClaimOrder    = refusal.New("CLAIM_DATE_ORDER", "业务日期早于该申请的上一步骤", "the date lies before the claim's last step", "")
	NoCalendar    = refusal.New("CLAIM_CALENDAR_MISSING", "该年度的工作日历未录入账本,须先由人民银行录入国务院放假安排", "the working-day calendar of that year is not on the ledger; the central bank enters the State Council's notice first", "")
	NoPack        = refusal.New("CLAIM_PACK_MISSING", "账本上没有该备案适用的规则包", "the filing's rule pack is not on the ledger", "")
	FigureRange   = refusal.New("CLAIM_FIGURE", "核算数据超出范围", "a figure of the sum is out of range", "")
	SamePerson    = refusal.New("CLAIM_SAME_PERSON", "提交、受理、审核、公示、批准不能为同一人", "who submits, accepts, reviews, publishes and approves must be different persons", "")
	ClaimText     = refusal.New("CLAIM_TEXT", "文字长度不符", "a text has 1 to 200 characters", "")
	ClaimCode     = refusal.New("CLAIM_CODE", "代码不在代码表中", "the code is not in its list", "")
	ClaimNumber   = refusal.New("CLAIM_NUMBER", "编号长度不符", "a number has 1 to 64 characters", "")
	ClaimAmount   = refusal.New("CLAIM_AMOUNT", "金额必须大于零且在上限之内", "the amount must be above zero and within the limit", "")
	ClaimList     = refusal.New("CLAIM_LIST", "条数超出范围", "the list is too long", "")

	FilingState = refusal.New("CLAIM_FILING_STATE", "该笔贷款的备案不能申请补偿", "the loan's filing cannot be claimed for", "")
	FilingTaken = refusal.New("CLAIM_FILING_TAKEN", "该备案已有补偿申请", "a claim lives on this filing already", "")
	NotBad      = refusal.New("CLAIM_NOT_NON_PERFORMING", "未达到不良认定标准:逾期天数不足", "not non-performing yet: too few days past due", "")
	NotClassed  = refusal.New("CLAIM_CLASS", "未达到不良认定标准:五级分类未达次级", "not non-performing yet: its class is better than the rule asks for", "商业银行金融资产风险分类办法(2023年第1号令)")
	NotOwed     = refusal.New("CLAIM_NOTHING_OWED", "该笔贷款没有可补偿的本金损失", "no loss of principal is left that could be compensated", "")
	EvidenceBad = refusal.New("CLAIM_EVIDENCE_DATE", "追偿证明日期须在放款日之后且不晚于申请日", "the evidence of recovery is dated after the disbursement and not after the claim", "")
	WindowOver  = refusal.New("CLAIM_WINDOW_OVER", "已超过不良认定后的申请期限", "the time for a claim after the recognition is over", "")
	SumDiffers  = refusal.New("CLAIM_SUM", "申请金额与账本核算结果不一致", "the sum is not the one that the ledger works out", "")

	DossierMissing = refusal.New("CLAIM_DOSSIER_MISSING", "申请材料不全", "an item of the dossier is missing", "")
	DossierLedger  = refusal.New("CLAIM_DOSSIER_LEDGER", "该项材料由账本自动生成,不需上传", "this item of the dossier comes from the ledger", "")
	DossierCID     = refusal.New("CLAIM_DOSSIER_CID", "材料标识须为CIDv1", "a document is named by its CIDv1", "")

	ReturnedOut   = refusal.New("CLAIM_RETURNED_ENOUGH", "退回补正的次数已用完", "the claim has been returned as often as allowed", "")
	CureLate      = refusal.New("CLAIM_CURE_LATE", "已超过补正期限", "the time for the correction is over", "")
	PublicityRuns = refusal.New("CLAIM_PUBLICITY_RUNS", "公示期尚未结束", "publicity has not ended yet", "")
	PublicityOver = refusal.New("CLAIM_PUBLICITY_OVER", "公示期已结束", "publicity is over", "")
	PublicityDays = refusal.New("CLAIM_PUBLICITY_DAYS", "公示期短于规定的工作日", "publicity is shorter than the working days that the rule asks for", "")
	ObjectionOpen = refusal.New("CLAIM_OBJECTION_OPEN", "有异议尚未处理完毕", "an objection is open", "")
	ObjectionNone = refusal.New("CLAIM_OBJECTION_UNKNOWN", "没有这一待答复的异议", "no such objection waits for an answer", "")
	AnswerWaits   = refusal.New("CLAIM_ANSWER_WAITS", "银行答复期限未到", "the bank still has time to answer", "")
	UpheldAlready = refusal.New("CLAIM_OBJECTION_UPHELD", "异议成立,须先调整金额或不予补偿", "the objection was upheld: adjust the sum or reject the claim", "")

	AdjustNothing = refusal.New("CLAIM_ADJUSTMENT_NONE", "账本核算结果未变,无需调整", "the ledger works out the same sum: nothing to adjust", "")
	AdjustStands  = refusal.New("CLAIM_ADJUSTMENT_WAITS", "有待签批的金额调整", "an adjustment waits for its second signature", "")
	AdjustMissing = refusal.New("CLAIM_ADJUSTMENT_UNKNOWN", "没有待签批的金额调整", "no adjustment waits under this number", "")
	RejectReason  = refusal.New("CLAIM_REASON", "必须填写原因代码", "a reason code is needed", "")
	WhoRejects    = refusal.New("CLAIM_REJECT_BY", "该阶段不能由此岗位作出不予补偿决定", "at this stage another post rejects", "")

	NothingNew     = refusal.New("CLAIM_RECOVERY_NONE", "账本上没有新的回收款", "nothing new came in on the ledger", "")
	StillDue       = refusal.New("CLAIM_STILL_DUE", "尚有应返还资金未到账", "something is still due to the fund", "")
	NotPaidOut     = refusal.New("CLAIM_NOT_PAID", "尚未拨付", "nothing was paid", "")
	BelowPaid      = refusal.New("CLAIM_BELOW_PAID", "批准额低于已拨付额，请作出不予补偿决定，多付部分予以追回", "below what was already paid: reject the rest, and claw back what is too much", "")
	AboveAward     = refusal.New("CLAIM_ABOVE_AWARD", "金额超过批准额或分配额", "above what was approved or allocated", "")
	AboveDue       = refusal.New("CLAIM_ABOVE_DUE", "金额超过应返还额", "above what is due to the fund", "")
	PaymentIs      = refusal.New("CLAIM_PAYMENT_STOPPED", "该笔拨付已中止", "the payment is stopped", "")
	YearRuns       = refusal.New("CLAIM_YEAR_RUNS", "该年度尚未结束", "the year is not over yet", "")
	YearDiffers    = refusal.New("CLAIM_YEAR_DIFFERS", "自查报告与账本不一致", "the report differs from the ledger", "")
	YearUnreported = refusal.New("CLAIM_YEAR_UNREPORTED", "银行尚未报送年度自查报告", "the bank has not reported the year", "")
	YearIsDone     = refusal.New("CLAIM_YEAR_RECONCILED", "该年度已清算核对", "the year is reconciled", "")
	ClawedAlready  = refusal.New("CLAIM_NOTHING_TO_CLAW_BACK", "没有可追回的资金", "nothing is left to claw back", "")
)
