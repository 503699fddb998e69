package disclosure

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons for which a request is not made.
var (
	NumberForm    = refusal.New("DISCLOSURE_NUMBER", "披露申请编号格式不符", "a request's number has 16 to 64 characters a-z, 0-9, -, drawn at random", "")
	NumberUsed    = refusal.New("DISCLOSURE_NUMBER_USED", "该申请编号已用过，不得重复使用", "a request's number serves once", "征信业管理条例 18, 20")
	RecordsWrong  = refusal.New("DISCLOSURE_RECORDS", "申请的记录清单不正确", "a request names 1 to 16 records, each once, by its owner's log, place and leaf", "个人信息保护法 6")
	FieldsWrong   = refusal.New("DISCLOSURE_FIELDS", "申请的字段清单不正确", "a request opens up to 32 fields, named in order, each once", "个人信息保护法 6")
	RecipientForm = refusal.New("DISCLOSURE_RECIPIENT_HASH", "缺少接收方公钥摘要", "the hash of the recipient's key is missing", "")
	OwnerWrong    = refusal.New("DISCLOSURE_OWNER", "数据持有方不正确：须为主管部门，且不是申请方自己", "records are asked of an authority that keeps them and is another than the user", "")
	TextLength    = refusal.New("DISCLOSURE_TEXT", "文字长度不符", "the text is missing or too long", "")
)

// Reasons for which a request does not go on.
var (
	Unknown      = refusal.New("DISCLOSURE_UNKNOWN", "账本上没有这一披露申请", "no such request on the ledger", "")
	NotOwner     = refusal.New("DISCLOSURE_NOT_OWNER", "只能由该申请的数据持有方办理", "only the request's owner may do this", "")
	NotUser      = refusal.New("DISCLOSURE_NOT_USER", "只能由该申请的申请方办理", "only the request's user may do this", "")
	WasDenied    = refusal.New("DISCLOSURE_DENIED", "该申请已被拒绝", "the request was denied", "征信业管理条例 18, 20")
	Served       = refusal.New("DISCLOSURE_SERVED", "该申请已交付过，不得重放", "the request has been served: it is a replay", "征信业管理条例 18, 20")
	NotDelivered = refusal.New("DISCLOSURE_NOT_DELIVERED", "该申请尚未交付", "nothing has been delivered for this request", "")
	OtherRecords = refusal.New("DISCLOSURE_OTHER_RECORDS", "交付的记录不在申请之内", "a record that is delivered was not asked for", "个人信息保护法 6")
	OtherSealed  = refusal.New("DISCLOSURE_RECEIPT", "签收的内容与交付的不符", "what was received is not what was delivered", "")
	WasReceived  = refusal.New("DISCLOSURE_RECEIVED", "该申请此前已签收", "the delivery has been received before", "")
	WasDeleted   = refusal.New("DISCLOSURE_DELETED", "副本此前已证明删除", "the copies have been certified as deleted before", "个人信息保护法 47")
	WasRecalled  = refusal.New("DISCLOSURE_RECALLED", "此前已通知删除", "deletion has been asked for before", "个人信息保护法 47")
	TooMany      = refusal.New("DISCLOSURE_TOO_MANY", "该申请的拒绝记录已达上限", "a request keeps so many refusals and no more", "")
	CodeForm     = refusal.New("DISCLOSURE_CODE", "拒绝代码格式不符", "the code is none of a refusal", "")
)

// Reasons for which an owner's node releases nothing. They stand on the
// request.
var (
	NoUse          = refusal.New("DISCLOSURE_NO_USE", "账本上没有对应的授权使用登记", "no use of a grant stands on the ledger for this request", "征信业管理条例 18, 20")
	NotRequester   = refusal.New("DISCLOSURE_NOT_REQUESTER", "来人证书不是申请人的证书", "the caller's certificate is not the one that made the request: it was stolen or passed on", "征信业管理条例 20, 22")
	CallerBlocked  = refusal.New("DISCLOSURE_CALLER_BLOCKED", "来人证书已被停用", "the caller's certificate is blocked", "")
	OtherRequest   = refusal.New("DISCLOSURE_OTHER_REQUEST", "所要内容与账本上的申请不符", "what is asked for is not what stands on the ledger", "征信业管理条例 20")
	OtherRecipient = refusal.New("DISCLOSURE_OTHER_RECIPIENT", "接收方公钥与账本上的申请不符", "the recipient's key is not the one of the request", "征信业管理条例 20")
	NoRecord       = refusal.New("DISCLOSURE_NO_RECORD", "持有方没有该记录", "the owner has no such record", "")
	OtherItem      = refusal.New("DISCLOSURE_OTHER_ITEM", "记录不属于所称信息项", "the record is another data item than the request says", "征信业管理条例 20")
	OtherSubject   = refusal.New("DISCLOSURE_OTHER_SUBJECT", "记录不属于该信息主体", "the record is another subject's", "征信业管理条例 20")
	NoField        = refusal.New("DISCLOSURE_NO_FIELD", "记录没有所要字段", "the record has no such field", "")
	Erased         = refusal.New("DISCLOSURE_ERASED", "记录已依法删除", "the record was erased by law", "个人信息保护法 47")
)
