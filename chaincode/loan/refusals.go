package loan

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of the room.
var (
	WrongState    = refusal.New("LOAN_STATE", "当前状态不允许此操作", "the record's state does not allow this", "")
	UnknownStatus = refusal.New("LOAN_STATUS_UNKNOWN", "没有这种状态", "no such status", "")
	DateOrder     = refusal.New("LOAN_DATE_ORDER", "业务日期早于该笔业务的上一笔记录", "the date lies before the record's last entry", "")
	CodeUnknown   = refusal.New("LOAN_CODE", "代码不在代码表中", "the code is not in its list", "")
	ReasonMissing = refusal.New("LOAN_REASON_MISSING", "拒贷必须填写原因", "a rejection needs a reason", "")
	AmountRange   = refusal.New("LOAN_AMOUNT", "金额必须大于零且在上限之内", "the amount must be above zero and within the limit", "")
	MonthsRange   = refusal.New("LOAN_MONTHS", "期限超出范围", "the term is out of range", "")
	HashForm      = refusal.New("LOAN_HASH", "哈希须为64位十六进制小写字符", "a hash is 64 hex digits in lower case", "")
	NumberForm    = refusal.New("LOAN_NUMBER", "编号长度不符", "a number has 1 to 64 characters", "")
	SubjectForm   = refusal.New("LOAN_SUBJECT", "主体代号格式不符", "the subject must be named by its pseudonym in this book", "")
	NotOwn        = refusal.New("LOAN_NOT_OWN", "只能为本人申请或查询本人业务", "a subject may act and ask only for itself", "")

	ProductClosed = refusal.New("LOAN_PRODUCT", "该产品在业务日期未开放", "the product is not open on that date", "")
	ProductMost   = refusal.New("LOAN_PRODUCT_LIMIT", "超过产品限额", "above the product's limit", "")
	ProductMonths = refusal.New("LOAN_PRODUCT_TERM", "超过产品最长期限", "longer than the product allows", "")
	ProductMethod = refusal.New("LOAN_PRODUCT_METHOD", "产品不支持该还款方式", "the product does not have this repayment method", "")
	ProductSecure = refusal.New("LOAN_PRODUCT_GUARANTEE", "产品不支持该担保方式", "the product does not have this kind of guarantee", "")

	CalendarMissing = refusal.New("LOAN_CALENDAR_MISSING", "该年度的工作日历尚未发布", "the working-day calendar of that year is not on the ledger", "")
	ApplicationUsed = refusal.New("LOAN_APPLICATION_USED", "该申请已被受理", "the application has been accepted already", "")
	SubjectDiffers  = refusal.New("LOAN_SUBJECT_DIFFERS", "主体与申请不一致", "the subject is not the one who applied", "")
	SamePerson      = refusal.New("LOAN_SAME_PERSON", "经办与审批不能为同一人", "who approves must be another person", "")

	LPRMissing  = refusal.New("LOAN_LPR_MISSING", "该日期之前没有已发布的LPR", "no LPR was published on or before that date", "")
	RateCap     = refusal.New("LOAN_RATE_ABOVE_CAP", "利率超过上限(LPR加点)", "the rate is above the cap of LPR plus spread", "")
	RateRange   = refusal.New("LOAN_RATE", "利率不能为负", "the rate must not be negative", "")
	RateCredit  = refusal.New("LOAN_RATE_ABOVE_CREDIT", "合同利率高于授信利率", "the contract's rate is above the one decided", "")
	AboveCredit = refusal.New("LOAN_ABOVE_CREDIT", "合同金额超过授信额度", "the contract's amount is above the credit", "")
	TermCredit  = refusal.New("LOAN_TERM_ABOVE_CREDIT", "合同期限超过授信期限", "the contract's term is longer than the one decided", "")
	MethodOther = refusal.New("LOAN_METHOD_DIFFERS", "还款方式与授信决定不一致", "the repayment method is not the one decided", "")
	BulletTerm  = refusal.New("LOAN_BULLET_TERM", "利随本清期限不得超过一年", "a bullet loan runs at most a year", "")
	Penalty     = refusal.New("LOAN_PENALTY", "罚息加收比例超出范围", "the penalty percent is out of range", "银发〔2003〕251号")
	Grace       = refusal.New("LOAN_GRACE", "宽限期超出范围", "the days of grace are out of range", "")
	PlanInvalid = refusal.New("LOAN_PLAN", "按此条款无法生成还款计划", "the terms give no repayment plan", "")

	AboveContract = refusal.New("LOAN_ABOVE_CONTRACT", "放款金额超过合同金额", "the disbursement is above the contract's amount", "")
	Withheld      = refusal.New("LOAN_WITHHELD", "放款金额与实际支付合计不一致,不得预扣", "the payments do not add up to the amount; nothing may be withheld", "民法典第670条")
	PaymentsCount = refusal.New("LOAN_PAYMENTS", "支付笔数超出范围", "the number of payments is out of range", "")
	AboveOwed     = refusal.New("LOAN_ABOVE_OWED", "还款金额超过全部应还", "the repayment is above all that the contract can ask for", "")
	NotOverdue    = refusal.New("LOAN_NOT_OVERDUE", "未逾期,不得计收实现债权的费用", "costs of recovery need a loan that is past due", "民法典第561条")
	StillOwed     = refusal.New("LOAN_STILL_OWED", "尚有未还款项,不能结清", "something is still owed", "")

	DuesMethod   = refusal.New("LOAN_DUES", "还本计划与还款方式或期数不符", "the days of principal do not fit the method or the number of periods", "")
	FloatTerms   = refusal.New("LOAN_FLOAT_TERMS", "浮动利率条款不完整或超出范围", "the terms of the floating rate are incomplete or out of range", "中国人民银行公告〔2019〕第15号")
	FloatRate    = refusal.New("LOAN_FLOAT_RATE", "浮动利率合同的执行利率须为LPR加点", "the rate of a floating contract is the LPR of its tenor plus the spread", "中国人民银行公告〔2019〕第15号")
	ShownRate    = refusal.New("LOAN_ACTUAL_RATE", "向借款人明示的贷款年化利率与还款计划不符", "the annualized rate shown to the borrower is not that of the plan", "中国人民银行公告〔2021〕第3号")
	ResetNotDue  = refusal.New("LOAN_RESET_NOT_DUE", "该日不是重定价日,或已重定价", "no reset is due on that day", "")
	ResetNoLPR   = refusal.New("LOAN_RESET_LPR_MISSING", "重定价周期内没有已发布的LPR", "no LPR was published within the year that ends on the reset day", "")
	RepriceLate  = refusal.New("LOAN_REPRICE_AFTER_MATURITY", "调整利率须在到期前", "a rate is changed before the last due date", "")
	ClassReason  = refusal.New("LOAN_CLASS_REASONS", "五级分类原因缺失、重复或过多", "the reasons of the class are missing, repeated or too many", "")
	BecauseLoans = refusal.New("LOAN_BECAUSE", "同一债务人的其他贷款过多或重复", "the debtor's other loans are too many or repeated", "")

	BecauseDebtor   = refusal.New("LOAN_BECAUSE_DEBTOR", "不是同一债务人的贷款", "the loan is not the same debtor's", "")
	UpgradeReviewer = refusal.New("LOAN_UPGRADE_REVIEWER", "不良贷款上调须由复核岗办理", "a non-performing loan is made to perform by a reviewer", "")
	UpgradeEarly    = refusal.New("LOAN_UPGRADE_EARLY", "不良贷款上调须全部清偿欠款,并在其后连续两期或六个月(孰长)正常还款", "a non-performing loan performs again after two instalments and six months, whichever is longer, without arrears", "商业银行金融资产风险分类办法")

	RenewLate     = refusal.New("LOAN_RENEWAL_AFTER_MATURITY", "续贷须在原贷款到期前办理", "a loan is renewed before its last due date", "金规〔2024〕13号")
	RenewArrears  = refusal.New("LOAN_RENEWAL_ARREARS", "原贷款有到期未还款项,不能续贷", "something is due on the loan that is to be renewed", "金规〔2024〕13号")
	RenewSubject  = refusal.New("LOAN_RENEWAL_DEBTOR", "续贷须为同一借款人", "a renewal is of the same debtor's loan", "金规〔2024〕13号")
	RenewLarge    = refusal.New("LOAN_RENEWAL_BORROWER", "大型企业不适用无还本续贷", "large enterprises have no renewal without repayment", "金规〔2024〕13号")
	RenewAdvance  = refusal.New("LOAN_RENEWAL_ADVANCE", "原贷款有预收款,须先退还", "an advance waits on the loan that is to be renewed; refund it first", "")
	RenewInterest = refusal.New("LOAN_RENEWAL_INTEREST", "续贷时收到的利息须等于截至当日的应计利息", "the interest received must be what the old loan bears to the day", "民法典第677条")

	DayNotOpen       = refusal.New("LOAN_DAY_NOT_OPEN", "日终日期须为当前开放营业日", "only the open business day can be closed", "")
	DayClosedAlready = refusal.New("LOAN_DAY_CLOSED", "该营业日已完成日终", "the business day is closed already", "")
	DayFigure        = refusal.New("LOAN_DAY_FIGURE", "日终数据超出范围", "a figure of the end of day is out of range", "")
)
