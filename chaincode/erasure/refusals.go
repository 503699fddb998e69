package erasure

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of the room.
var (
	NumberForm   = refusal.New("ERASURE_NUMBER", "删除令编号格式不符", "an order's number has 1 to 40 characters A-Z, a-z, 0-9 and hyphens, and names nobody", "")
	BasisUnknown = refusal.New("ERASURE_BASIS", "没有这种法律依据", "no such legal basis", "个人信息保护法 47")
	ScopeUnknown = refusal.New("ERASURE_SCOPE", "没有这种范围", "no such scope", "")
	WrongState   = refusal.New("ERASURE_STATE", "删除令当前状态不能办理此项", "the order's state does not allow this", "")
	SamePerson   = refusal.New("ERASURE_SELF_APPROVED", "申请人不得批准自己的申请", "who requests an erasure does not approve it", "")
	SamePost     = refusal.New("ERASURE_SAME_POST", "申请与批准须由不同岗位办理", "request and approval take two posts", "")
	OtherSubject = refusal.New("ERASURE_OTHER_SUBJECT", "该记录不属于删除令所指主体", "this record is not of the order's subject", "")
	LiveLoan     = refusal.New("ERASURE_LOAN_LIVES", "贷款尚未结清，不能删除", "a loan that lives cannot be erased", "个人信息保护法 47; 征信业管理条例 16")
	Retained     = refusal.New("ERASURE_RETAINED", "记录仍在法定保存期限内：不能删除，可停止处理", "the law keeps this record for longer: it cannot be erased yet; order scope stop instead", "反洗钱法 34; 个人信息保护法 47")
	ClaimLives   = refusal.New("ERASURE_CLAIM_LIVES", "该贷款有在办补偿申请，不能删除", "a claim on this loan lives", "")
	FundRecord   = refusal.New("ERASURE_FUND_RECORD", "财政资金拨付凭据须按会计档案保存，不能删除", "what the fund paid for is an accounting record and stays", "会计档案管理办法 14")
	OutOfOrder   = refusal.New("ERASURE_ORDER", "须依次删除：风险补偿、信贷、申请与授权、主体身份", "collections are erased in order: comp, loan, intake, person", "")
	KindUnknown  = refusal.New("ERASURE_KIND", "该集合没有此类记录", "no such kind in this collection", "")
	TooMany      = refusal.New("ERASURE_TOO_MANY", "一次删除的记录过多", "too many records in one transaction", "")
	NothingOwed  = refusal.New("ERASURE_NOTHING_OWED", "本机构在该删除令下没有应回执的事项", "this organization owes no acknowledgement under the order", "")
	ReceiptOther = refusal.New("ERASURE_RECEIPT", "该回执与删除令所指主体无关", "this receipt does not concern the order's subject", "")
)
