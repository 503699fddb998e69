package registry

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of the registry. None gives an actual value of what spans banks.
var (
	CapTotal     = refusal.New("REGISTRY_CAP_TOTAL", "超过单户备案总额上限(各行合计)", "above the borrower's cap over all banks", "办法 [A]")
	CapHousehold = refusal.New("REGISTRY_CAP_HOUSEHOLD", "超过农牧户备案总额上限(各行合计)", "above a household's cap over all banks", "办法 [A]")
	CapCredit    = refusal.New("REGISTRY_CAP_CREDIT", "超过单户信用贷款备案上限(各行合计)", "above the borrower's cap for loans without security, over all banks", "办法 [A]")
	Pledged      = refusal.New("REGISTRY_PLEDGED", "该应收账款已用于其他备案贷款", "the receivable secures another filed loan", "民法典 768")
	Unrecovered  = refusal.New("REGISTRY_UNRECOVERED", "借款人已获补偿且尚未追偿到位", "the fund paid for this borrower and has not got it back", "办法 [A]")
	NoAgreement  = refusal.New("REGISTRY_NO_AGREEMENT", "该行当日没有有效的合作协议", "the bank has no agreement with the fund on that day", "")
	BankStopped  = refusal.New("REGISTRY_BANK_SUSPENDED", "该行已暂停备案", "the bank's filings are suspended", "办法 [A]")
	PoolStopped  = refusal.New("REGISTRY_POOL_FROZEN", "资金池已冻结备案", "the pool is frozen: no new filings", "办法 [A]")
	NotCounted   = refusal.New("REGISTRY_NOT_COUNTED", "登记中没有该备案", "the registry does not count this filing", "")

	BankUnknown   = refusal.New("REGISTRY_BANK", "不是本联盟的银行", "no bank of the consortium", "")
	OtherBank     = refusal.New("REGISTRY_OTHER_BANK", "只能查询本行", "a bank asks about itself alone", "")
	BucketRange   = refusal.New("REGISTRY_BUCKET", "分桶编号超出范围", "no such bucket", "")
	AgreementDays = refusal.New("REGISTRY_AGREEMENT_DAYS", "协议期限不正确", "an agreement runs from a day to a later one and begins after the one before", "")
	AgreementHash = refusal.New("REGISTRY_AGREEMENT_HASH", "协议文本须提供SHA-256", "the agreement's text is named by its SHA-256, 64 hex characters", "")
	DayRange      = refusal.New("REGISTRY_DAY", "统计日期晚于业务日期或早于补记期限", "the day is after the business date or too far back", "")
	NotMonthEnd   = refusal.New("REGISTRY_MONTH_END", "须为月末日", "a breaker is judged as of the last day of a month", "")
	NotRefreshed  = refusal.New("REGISTRY_NOT_REFRESHED", "尚未刷新至该月末", "not all buckets are refreshed as of that day", "")
	MonthJudged   = refusal.New("REGISTRY_MONTH_JUDGED", "该月或以后月份已判定", "that month, or a later one, has been judged", "")
	NotResumable  = refusal.New("REGISTRY_NOT_RESUMABLE", "尚不符合恢复备案条件", "the bank may not be resumed yet", "办法 [A]")
	MinuteHash    = refusal.New("REGISTRY_MINUTE_HASH", "复核纪要须提供SHA-256", "the review minute is named by its SHA-256, 64 hex characters", "")
)
