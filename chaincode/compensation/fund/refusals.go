package fund

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of the room. Where a limit is a number that the parties chose, it
// stands in a rule pack or a tender, not here.
var (
	CodeUnknown  = refusal.New("FUND_CODE", "代码不在代码表中", "the code is not in its list", "")
	AmountRange  = refusal.New("FUND_AMOUNT", "金额必须大于零且在上限之内", "the amount must be above zero and within the limit", "")
	NumberForm   = refusal.New("FUND_NUMBER", "编号长度不符", "a number has 1 to 64 characters", "")
	VoucherForm  = refusal.New("FUND_VOUCHER", "必须填写凭证号,至多64个字符", "a voucher number of 1 to 64 characters is needed", "")
	TextLength   = refusal.New("FUND_TEXT", "文字缺失或过长", "the text is missing or too long", "")
	AccountForm  = refusal.New("FUND_ACCOUNT_FORM", "账号须为6至34位数字或大写字母", "an account number has 6 to 34 digits or capital letters", "")
	DepositCode  = refusal.New("FUND_DEPOSIT_CODE", "账户代码须为1至24位字母、数字或连字符", "an account's code has 1 to 24 letters, digits or hyphens", "")
	YearRange    = refusal.New("FUND_YEAR", "年度与业务日期不符", "the year is not that of the business date", "")
	ValueDate    = refusal.New("FUND_VALUE_DATE", "记账日期缺失或晚于入账日期", "the bank's date is missing or after the date of the entry", "")
	PoolExists   = refusal.New("FUND_POOL_EXISTS", "资金池已建账", "the pool is open already", "")
	NotOpen      = refusal.New("FUND_NOT_OPEN", "资金池尚未建账", "the pool is not open yet", "")
	YearNotOpen  = refusal.New("FUND_YEAR_NOT_OPEN", "该年度未开账或已结转", "the date lies in a year that is not the open one", "")
	DateOrder    = refusal.New("FUND_DATE_ORDER", "业务日期早于最近一笔入账或该笔录入", "the date lies before the last posted entry, or before the entering", "")
	PendingFull  = refusal.New("FUND_PENDING_FULL", "待复核的录入过多", "too many entries wait for their second signature: confirm or drop some", "")
	NoEntry      = refusal.New("FUND_NO_ENTRY", "没有该笔录入", "no such entry", "")
	BankUnknown  = refusal.New("FUND_BANK_UNKNOWN", "不是联盟成员银行", "not a bank of the consortium", "")
	NoDeposit    = refusal.New("FUND_NO_DEPOSIT", "没有约定该存放账户", "the fund has no agreed account under that code", "")
	DepositTaken = refusal.New("FUND_DEPOSIT_TAKEN", "账户代码或账号已被占用", "the account's code or number is taken", "")
	ListLength   = refusal.New("FUND_LIST", "项数超出范围", "the list is empty or too long", "")
	NoPayee      = refusal.New("FUND_NO_PAYEE", "收款账户未事先约定", "no account was agreed for this payment", "")
	AccountOther = refusal.New("FUND_ACCOUNT_OTHER", "收款账户与约定账户不一致", "the payment's account is not the agreed one", "")
	SameDeposit  = refusal.New("FUND_SAME_DEPOSIT", "转出与转入账户相同", "money moves between two accounts", "")
	TermRunning  = refusal.New("FUND_TERM_RUNNING", "定期存款尚未到期,提前支取须注明", "the term deposit has not matured; an early withdrawal must say so and why", "")
	DepositShort = refusal.New("FUND_DEPOSIT_SHORT", "该存放账户余额不足", "the account's balance does not suffice", "")
	Unavailable  = refusal.New("FUND_ABOVE_AVAILABLE", "超过可用余额(余额减预留)", "above what is available: the balance less what is reserved", "")
	NotReserved  = refusal.New("FUND_ABOVE_RESERVED", "超过已预留金额", "above what is reserved", "")
	TooLarge     = refusal.New("FUND_TOO_LARGE", "合计超过账本可登记的上限", "a sum would be above what the ledger takes", "")
	Identity     = refusal.New("FUND_IDENTITY", "资金池恒等式不成立", "the pool's identity would not hold", "")
	Negative     = refusal.New("FUND_NEGATIVE", "任何余额、累计数不得为负", "no balance and no total may be negative", "")

	NotReversible   = refusal.New("FUND_NOT_REVERSIBLE", "该笔录入不能冲正", "such an entry is not reversed", "")
	ReversedAlready = refusal.New("FUND_REVERSED", "该笔已冲正或正在冲正", "the entry is reversed already, or its reversal waits", "")
	YearSettled     = refusal.New("FUND_YEAR_SETTLED", "已结转年度的录入不能冲正,请在本年度登记", "an entry of a settled year is not reversed: enter the correction in this year", "")
	OtherCommand    = refusal.New("FUND_OTHER_COMMAND", "该笔录入须以其他指令复核", "such an entry is confirmed by another command", "")
	DepositBusy     = refusal.New("FUND_DEPOSIT_BUSY", "该账户尚有余额", "the account is not empty", "")
)
