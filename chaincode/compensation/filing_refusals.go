package compensation

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of filings. What they state as a limit comes from the rule pack of
// the filing date. 办法 is the fund's regulation, whose text was not at hand
// when this was written: each of these rules is a parameter of the pack [A].
var (
	FilingNumber    = refusal.New("FILING_NUMBER", "备案编号须为贷款合同编号", "a filing has its loan's contract number", "")
	FilingWrong     = refusal.New("FILING_STATE", "备案的当前状态不允许此操作", "the filing's state does not allow this", "")
	FilingOrder     = refusal.New("FILING_DATE_ORDER", "业务日期早于该备案的上一步骤", "the date lies before the filing's last step", "")
	NoPackYet       = refusal.New("FILING_PACK_MISSING", "该日期没有生效的规则包", "no rule pack is in force on that day", "")
	IdentityText    = refusal.New("FILING_IDENTITY_TEXT", "借款人身份凭据格式不符", "identity and blind are not as the query loan.Borrower gives them", "")
	IdentityOther   = refusal.New("FILING_IDENTITY", "借款人身份与贷款不符", "identity and blind do not open the loan's seal of its borrower", "")
	LoanNotFileable = refusal.New("FILING_LOAN_STATE", "贷款的当前状态不能办理", "the loan's state does not allow this", "")
	TakenOn         = refusal.New("FILING_TAKEN_ON", "接续登记的存量贷款不能备案", "a loan that was taken on is never filed", "办法 [A]")
	NoApplication   = refusal.New("FILING_NO_APPLICATION", "平台上没有该笔贷款的申请", "the loan has no application on the platform", "办法 [A]")
	TooSoon         = refusal.New("FILING_BEFORE_APPLICATION", "备案日期早于贷款申请或签约", "the date lies before the application or the contract", "办法 [A]")
	TooLate         = refusal.New("FILING_BACK_FILED", "超过放款后的备案期限", "too many working days have passed since the disbursement", "办法 [A]")
	BeforeMoney     = refusal.New("FILING_BEFORE_DISBURSEMENT", "备案日期早于放款日", "the filing is dated before the disbursement", "办法 [A]")
	BorrowerType    = refusal.New("FILING_BORROWER_TYPE", "该类主体不在补偿范围", "the fund does not cover borrowers of this type", "办法 [A]")
	BorrowerSize    = refusal.New("FILING_BORROWER_SIZE", "企业规模不在补偿范围", "the fund does not cover firms of this size", "国统字〔2017〕213号")
	IndustryOut     = refusal.New("FILING_INDUSTRY", "该行业不在补偿范围", "the fund does not cover this industry", "办法 [A]")
	RegionOut       = refusal.New("FILING_REGION", "借款人所在地不在补偿范围", "the borrower's place is outside the fund's region", "办法 [A]")
	GuaranteeOut    = refusal.New("FILING_GUARANTEE", "该担保方式不在补偿范围", "the fund does not cover loans secured this way", "办法 [A]")
	TermOut         = refusal.New("FILING_TERM", "贷款期限超过规定", "the loan runs longer than the rule pack allows", "办法 [A]")
	RateOut         = refusal.New("FILING_RATE", "贷款利率超过规定上限", "the loan's rate is above the LPR and the points that the rule pack allows", "办法 [A]")
	NoLPR           = refusal.New("FILING_LPR_MISSING", "签约日没有已公布的LPR", "no LPR was published by the contract's day", "")
	AttestAll       = refusal.New("FILING_ATTESTATION", "须声明不存在全部排除情形", "the bank attests that none of the exclusions holds", "办法 [A]")
	AboveLoan       = refusal.New("FILING_ABOVE_LOAN", "金额超过贷款金额", "the amount is above the loan's", "")
	AboveReserved   = refusal.New("FILING_ABOVE_RESERVED", "金额超过预留额度", "the amount is above what was reserved", "")
	ConditionWhole  = refusal.New("FILING_CONDITION", "附条件备案须写明条件及期限", "a condition comes with its last day, and a last day with its condition", "")
	ConditionPast   = refusal.New("FILING_CONDITION_DAY", "条件期限须晚于备案日期", "the condition's last day is not after the filing", "")
	ConditionLate   = refusal.New("FILING_CONDITION_LATE", "已超过条件期限", "the condition's last day has passed", "")
	NotRevocable    = refusal.New("FILING_NOT_REVOCABLE", "已申请或已获补偿的备案不能撤销", "a filing that is claimed or was paid for is not revoked", "")
)
