package dayfile

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

const (
	headerPurpose = "用途代码"
	headerItems   = "信息项"
	exampleGrant  = "SQS-20240315-0001"
)

func wordsOf(list []authorization.Code) func(*Column) {
	words := make([]Term, len(list))
	for i, c := range list {
		words[i] = Term{c.Zh, c.Code}
	}
	return terms(words...)
}

// grantLine is a grant as the Commission captured it.
type grantLine struct {
	addressed
	of
	Grant    ledgerstate.Ref
	Terms    authorization.Terms
	Evidence authorization.Evidence
	consents []string
}

func (l *grantLine) commandContent() (any, *Problem) {
	c := &authorization.GrantContent{Head: l.Head, Grant: l.Grant, Terms: l.Terms, Evidence: l.Evidence}
	c.Subject = l.known()
	for _, x := range l.consents {
		c.Consents = append(c.Consents, authorization.Consent(x))
	}
	return c, nil
}

// revokeLine is a revocation that the Commission took down.
type revokeLine struct {
	addressed
	of
	Grant   ledgerstate.Ref
	Channel authorization.Channel
	Reason  string
	Delete  bool
}

func (l *revokeLine) commandContent() (any, *Problem) {
	return &authorization.RevokeContent{Head: l.Head, Grant: l.Grant, Subject: l.known(), Channel: l.Channel, Reason: l.Reason, Delete: l.Delete}, nil
}

// checkLine is a bank's use of a grant.
type checkLine struct {
	command.Head
	of
	Grant   ledgerstate.Ref
	Purpose string
	Items   []string
	Why     string
}

func (l *checkLine) commandContent() (any, *Problem) {
	return &authorization.CheckContent{Head: l.Head, Grant: l.Grant, Subject: l.known(), Purpose: l.Purpose, Items: l.Items, Why: l.Why}, nil
}

var grantRecords = []*Record{
	record[grantLine]("授权登记", "a grant that the Commission captured, with the evidence of its signature", "Commission, operator", "authorization.Grant",
		append(addressedHead(exampleGrant, func(c *grantLine) *addressed { return &c.addressed }),
			col(headerGrant, "grant", "number of the grant", exampleGrant, func(c *grantLine) any { return &c.Grant }),
			subjectColumn(func(c *grantLine) *string { return &c.Who }),
			col("主体类别", "subject_type", "whose data the grant is about", "企业", func(c *grantLine) any { return &c.Terms.Who }, wordsOf(authorization.SubjectTypes)),
			col("签署身份", "capacity", "in which the signer signed", "法定代表人", func(c *grantLine) any { return &c.Terms.Capacity }, wordsOf(authorization.Capacities)),
			col("签署人代号", "signer", "pseudonym of the representative who signed; of enterprises", exampleSigner, func(c *grantLine) any { return &c.Terms.Signer }, optional, most(32)),
			col("签署日期", "signed", "day of signing", "2024-03-15", func(c *grantLine) any { return &c.Terms.Signed }),
			col("被授权机构", "grantee", "MSP of the one recipient", "BankAMSP", func(c *grantLine) any { return &c.Terms.Grantee }),
			col(headerPurpose, "purpose", "the one purpose, a code of the ledger's table", "01", func(c *grantLine) any { return &c.Terms.Purpose }, most(2)),
			col(headerItems, "items", "data items, codes of the ledger's catalogue joined by ;", "LOAN;REG;TAXAMT", func(c *grantLine) any { return &c.Terms.Items }, most(600)),
			col("提供方式", "mode", "how the data is handed over", "原始数据", func(c *grantLine) any { return &c.Terms.Mode }, wordsOf(authorization.Modes)),
			col("有效期起", "from", "first day", "2024-03-15", func(c *grantLine) any { return &c.Terms.From }),
			col("有效期止", "to", "last day", "2024-06-13", func(c *grantLine) any { return &c.Terms.To }),
			col("查询次数上限", "max_queries", "uses allowed", "5", func(c *grantLine) any { return &c.Terms.Max }),
			col("联系方式", "contact", "how to reach the recipient (个人信息保护法 17)", "0971-0000000", func(c *grantLine) any { return &c.Evidence.Contact }),
			col("数据提供单位", "providers", "MSPs that answer for the items, joined by ;", "CentralBankMSP;ProviderMSP", func(c *grantLine) any { return &c.Evidence.Providers }, most(600)),
			col("禁止转提供", "no_reprovision", "the recipient must not pass the data on", "是", func(c *grantLine) any { return &c.Evidence.NoReprovision }),
			col("授权书文本摘要", "form", "SHA-256 of the form's text", exampleDigest, func(c *grantLine) any { return &c.Evidence.Form }, most(64)),
			col("风险提示摘要", "warning", "SHA-256 of the warning of adverse consequences (征信业管理条例 14)", exampleDigest, func(c *grantLine) any { return &c.Evidence.Warning }, optional, most(64)),
			col("单独同意", "consents", "separate consents, joined by ;", "", func(c *grantLine) any { return &c.consents }, optional, wordsOf(authorization.Consents), most(200)),
			col("签署方式", "method", "how it was signed", "纸质扫描加双人复核", func(c *grantLine) any { return &c.Evidence.Method }, wordsOf(authorization.Methods)),
			col("签名摘要", "signature", "SHA-256 of the signature or the scanned paper", exampleDigest, func(c *grantLine) any { return &c.Evidence.Signature }, most(64)),
			col("采集设备", "device", "code of the device", "", func(c *grantLine) any { return &c.Evidence.Device }, optional),
			col("采集人", "captured_by", "staff code", "OP1", func(c *grantLine) any { return &c.Evidence.CapturedBy }, optional),
			col("复核人", "checked_by", "staff code of the second person; paper needs one", "OP5", func(c *grantLine) any { return &c.Evidence.CheckedBy }, optional))...),
	record[revokeLine]("撤销授权", "takes a grant back", "Commission, operator", "authorization.Revoke",
		append(addressedHead("CX-20240620-0001", func(c *revokeLine) *addressed { return &c.addressed }),
			col(headerGrant, "grant", "number of the grant", exampleGrant, func(c *revokeLine) any { return &c.Grant }),
			subjectColumn(func(c *revokeLine) *string { return &c.Who }),
			col("撤销渠道", "channel", "how the revocation came in", "手机端", func(c *revokeLine) any { return &c.Channel }, wordsOf(authorization.Channels)),
			col("撤销原因", "reason", "reason", "不再申请贷款", func(c *revokeLine) any { return &c.Reason }, most(66)),
			col("删除已取得数据", "delete", "the recipient must delete what it has (个人信息保护法 47)", "否", func(c *revokeLine) any { return &c.Delete }))...),
}

var checkRecord = record[checkLine]("信息查询", "uses a grant: stands on the ledger before data is handed over", "banks, officer", "authorization.Check",
	append(head("CXX-20240316-0001", func(c *checkLine) *command.Head { return &c.Head }),
		col(headerGrant, "grant", "number of the grant", exampleGrant, func(c *checkLine) any { return &c.Grant }),
		subjectColumn(func(c *checkLine) *string { return &c.Who }),
		col(headerPurpose, "purpose", "purpose of the grant", "01", func(c *checkLine) any { return &c.Purpose }, most(2)),
		col(headerItems, "items", "data items, joined by ;", "LOAN;REG", func(c *checkLine) any { return &c.Items }, most(600)),
		col("查询事由", "why", "what it is for, such as an application number", "SQ-20240315-0001", func(c *checkLine) any { return &c.Why }))...)
