package authorization

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons for which a grant does not cover what somebody wants to do.
var (
	Missing     = refusal.New("AUTHORIZATION_MISSING", "没有有效授权", "no such grant", "征信业管理条例 13, 18")
	Foreign     = refusal.New("AUTHORIZATION_FOREIGN", "授权不属于该主体或该机构", "the grant is another subject's or to another recipient", "征信业管理条例 20; 个人信息保护法 23")
	AlreadyOver = refusal.New("AUTHORIZATION_REVOKED", "授权已撤回", "the grant has been revoked", "个人信息保护法 15")
	NotYet      = refusal.New("AUTHORIZATION_NOT_YET_VALID", "授权尚未生效", "the grant is not valid yet", "征信业管理条例 18")
	Expired     = refusal.New("AUTHORIZATION_EXPIRED", "授权已过期", "the grant has expired", "征信业管理条例 18")
	WrongUse    = refusal.New("AUTHORIZATION_PURPOSE", "超出授权用途", "the grant is for another purpose", "征信业管理条例 18, 20")
	OutOfScope  = refusal.New("AUTHORIZATION_ITEMS", "超出授权的信息项", "an item is not in the grant", "征信业管理条例 18, 20")
	NotProvider = refusal.New("AUTHORIZATION_NOT_PROVIDER", "授权书未列该数据提供单位", "the grant does not name this organization as one that hands data over", "个人信息保护法 23")
	WrongMode   = refusal.New("AUTHORIZATION_MODE_SCOPE", "超出授权的提供方式", "the grant allows another way of handing data over", "个人信息保护法 6, 23")
	Exhausted   = refusal.New("AUTHORIZATION_EXHAUSTED", "授权查询次数已用完", "the grant's uses are used up", "征信业管理条例 18")
)

// Reasons for which a grant is not taken in, or a revocation.
var (
	NumberForm       = refusal.New("AUTHORIZATION_NUMBER", "授权书编号格式不符", "a grant's number has 1 to 64 visible characters and no /", "")
	SubjectForm      = refusal.New("AUTHORIZATION_SUBJECT", "主体代号格式不符", "the subject is named by its pseudonym, 8 to 32 characters a-z and 0-9", "")
	NotOwn           = refusal.New("AUTHORIZATION_NOT_OWN", "主体只能办理本人的授权", "a subject acts for itself only", "个人信息保护法 15")
	CodeUnknown      = refusal.New("AUTHORIZATION_CODE", "代码不在列表中", "the code is not in the list", "")
	SignerMissing    = refusal.New("AUTHORIZATION_SIGNER", "企业授权须由法定代表人签署", "an enterprise's grant names the legal representative who signed", "民法典 61")
	GranteeWrong     = refusal.New("AUTHORIZATION_GRANTEE", "被授权机构不正确", "the recipient is not the one whose grants are kept here", "个人信息保护法 23")
	ContactMissing   = refusal.New("AUTHORIZATION_CONTACT", "必须告知被授权机构的联系方式", "the recipient's contact is missing or too long", "个人信息保护法 17, 23")
	PurposeUnknown   = refusal.New("AUTHORIZATION_PURPOSE_UNKNOWN", "用途代码不存在", "no such purpose", "")
	ItemsWrong       = refusal.New("AUTHORIZATION_ITEM_LIST", "信息项清单不正确", "a grant names 1 to 32 items, each once", "个人信息保护法 17")
	ItemUnknown      = refusal.New("AUTHORIZATION_ITEM_UNKNOWN", "信息项不在数据清单中", "the item is not in the catalogue", "")
	ItemBanned       = refusal.New("AUTHORIZATION_ITEM_BANNED", "禁止采集的信息", "this information must not be collected at all", "征信业管理条例 14")
	WarningMissing   = refusal.New("AUTHORIZATION_WARNING", "未提示不良后果", "this item needs the warning of adverse consequences", "征信业管理条例 14")
	ProviderWrong    = refusal.New("AUTHORIZATION_PROVIDER", "数据提供单位不正确", "a provider is no member, or an item's provider is not named", "个人信息保护法 23")
	ModeForbidden    = refusal.New("AUTHORIZATION_MODE", "该用途不得提供原始数据", "this purpose gives no raw data", "个人信息保护法 6")
	WindowWrong      = refusal.New("AUTHORIZATION_WINDOW", "有效期不正确", "the grant is valid from the day of signing or later, until that day or later", "征信业管理条例 18")
	TooLong          = refusal.New("AUTHORIZATION_TOO_LONG", "有效期超过该用途上限", "the grant is valid longer than its purpose allows", "征信业管理条例 18")
	SignedLater      = refusal.New("AUTHORIZATION_SIGNED_LATER", "签署日期晚于业务日期", "the grant was signed after the business date", "")
	QueriesRange     = refusal.New("AUTHORIZATION_QUERIES", "查询次数超出范围", "the number of uses is out of range", "")
	FormMissing      = refusal.New("AUTHORIZATION_FORM", "缺少授权书文本版本摘要", "the hash of the form is missing", "征信业管理条例 19")
	SignatureMissing = refusal.New("AUTHORIZATION_SIGNATURE", "缺少签名摘要", "the hash of the signature is missing", "电子签名法 13, 14")
	ConsentMissing   = refusal.New("AUTHORIZATION_SEPARATE_CONSENT", "缺少单独同意", "a separate consent is missing", "个人信息保护法 23, 24, 29")
	DoubleCheck      = refusal.New("AUTHORIZATION_DOUBLE_CHECK", "纸质授权须双人复核", "paper is captured by one person and checked by another", "")
	PaperByOperator  = refusal.New("AUTHORIZATION_PAPER", "纸质授权由平台采集", "paper is captured by the operator, not by the subject", "")
	TextLength       = refusal.New("AUTHORIZATION_TEXT", "文字长度不符", "the text is missing or too long", "")
	RevokedBefore    = refusal.New("AUTHORIZATION_ALREADY_REVOKED", "授权此前已撤回", "the grant has been revoked before", "个人信息保护法 15")
)
