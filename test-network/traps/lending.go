package traps

import (
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/identifier"
)

// borrower is a synthetic subject.
type borrower struct {
	number                       string // unified social credit code or resident ID
	kind, idKind, name           string
	region, industry             string
	employees                    string // of enterprises, with revenue
	revenue                      string
	representative, signer, byID string
}

// residentID is the n-th of the trap's, born in a county. No office gives the
// serial 000 out.
func (c *clerk) residentID(county string, n int) string {
	first17 := fmt.Sprintf("%s19%02d%02d%02d000", county, 60+c.trap, 1+n/28, 1+n%28)
	return first17 + string(identifier.ResidentIDCheckCharacter(first17))
}

// herder is the n-th of the trap's.
func (c *clerk) herder(n int) *borrower {
	return &borrower{number: c.residentID("632622", n), kind: "农牧户", idKind: "公民身份号码", name: "合成才让", region: "632622", industry: "0314"}
}

// retailer is a shop, the n-th of the trap's: an enterprise whose code was
// given out in a region, with so many employees and such a revenue in yuan.
func (c *clerk) retailer(n int, given, region string, employees, revenue string) *borrower {
	code := "91" + given + identifier.OrganizationCode(fmt.Sprintf("MAT%03d%02d", c.trap, n))
	return &borrower{number: code + string(identifier.USCCCheckCharacter(code)), kind: "企业", idKind: "统一社会信用代码", name: "合成商店有限公司", region: region, industry: "5211",
		employees: employees, revenue: revenue, representative: "合成扎西", signer: fmt.Sprintf("signer%dtrap%d", n, c.trap), byID: c.residentID(region, 90+n)}
}

func (c *clerk) registered(b *borrower, date string) line {
	l := c.line("主体登记", date, "接入机构", c.bank, "主体证件号码", b.number, "主体类型", b.kind, "证件类型", b.idKind, "主体名称", b.name, "经营地区划", b.region, "行业代码", b.industry, "持有证书", "否")
	if b.employees == "" {
		return l
	}
	return l.with("从业人数", b.employees, "营业收入", b.revenue, "资产总额", b.revenue, "法定代表人", b.representative, "代表人代号", b.signer, "代表人证件号码", b.byID)
}

// deal is a loan on its way. All of it happens on one day, but for the
// disbursement where another is given.
type deal struct {
	borrower                 *borrower
	contract                 string
	date                     string
	product, guarantee       string
	amount, rate, method     string
	months                   string
	terms                    []string // further cells of the contract
	application, grantNumber string
}

// bullet is a herder's loan of so much, due in a single sum after some months.
func (c *clerk) bullet(n int, b *borrower, date, amount, months string) *deal {
	return &deal{borrower: b, contract: fmt.Sprintf("HT-TRAP%d-%d", c.trap, n), date: date, product: "AGR", guarantee: "信用", amount: amount, rate: "4.60", method: "利随本清",
		months: months, terms: []string{"期数", months, "每期月数", "1"},
		application: fmt.Sprintf("SQ-TRAP%d-%d", c.trap, n), grantNumber: fmt.Sprintf("SQS-TRAP%d-%d", c.trap, n)}
}

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func (c *clerk) granted(d *deal) line {
	l := c.line("授权登记", d.date, "接入机构", c.bank, "授权编号", d.grantNumber, "主体证件号码", d.borrower.number, "主体类别", "个人", "签署身份", "本人",
		"签署日期", d.date, "被授权机构", c.bank+"MSP", "用途代码", "01", "信息项", "LOAN", "提供方式", "原始数据", "有效期起", d.date,
		"有效期止", (calendar.MustParse(d.date) + 90).String(), "查询次数上限", "3", "联系方式", "0971-0000000", "数据提供单位", "CentralBankMSP", "禁止转提供", "是",
		"授权书文本摘要", digest, "单独同意", "向接收方提供的单独同意;处理敏感个人信息的单独同意", "签署方式", "人脸加短信", "签名摘要", digest, "采集设备", "DEV1", "采集人", "OP1")
	if d.borrower.signer == "" {
		return l
	}
	return l.with("主体类别", "企业", "签署身份", "法定代表人", "签署人代号", d.borrower.signer, "签署方式", "数字证书", "单独同意", "")
}

// credited brings loans to the decision on credit.
func (c *clerk) credited(deals ...*deal) {
	c.Helper()
	c.accepted(deals...)
	var decisions []line
	for _, d := range deals {
		decisions = append(decisions, c.of(d, "授信", d.date, "授权编号", d.grantNumber, "授信额度", d.amount, "授信利率", d.rate, "授信期限月数", d.months, "还款方式", d.method, "担保方式", d.guarantee))
	}
	c.send(decider, decisions...)
}

// accepted brings loans to the bank, and into its book whom it does not know
// yet.
func (c *clerk) accepted(deals ...*deal) {
	c.Helper()
	var subjects, acceptances []line
	for _, d := range deals {
		if !c.book[d.borrower] {
			c.book[d.borrower] = true
			subjects = append(subjects, c.registered(d.borrower, d.date))
		}
		subjects = append(subjects, c.granted(d),
			c.line("申请", d.date, "接入机构", c.bank, "申请编号", d.application, "主体证件号码", d.borrower.number, "产品代码", d.product, "申请金额", d.amount,
				"申请期限月数", d.months, "贷款用途", "购买饲草料", "受理渠道", "银行柜面", "授权编号", d.grantNumber),
			c.line("分派", d.date, "接入机构", c.bank, "申请编号", d.application))
		acceptances = append(acceptances, c.of(d, "受理", d.date, "申请编号", d.application, "主体证件号码", d.borrower.number, "授权编号", d.grantNumber))
	}
	c.send(operator, subjects...)
	c.send(acceptor, acceptances...)
}

func (c *clerk) signed(d *deal) line {
	return c.of(d, "签约", d.date, append([]string{"合同金额", d.amount, "年利率", d.rate, "还款方式", d.method}, d.terms...)...)
}

func (c *clerk) disbursed(d *deal, date, amount string) line {
	return c.of(d, "放款", date, "放款金额", amount, "凭证摘要", digest, "收款人", d.borrower.name, "收款账号末四位", "9075", "支付金额", amount, "支付方式", "自主支付")
}

// lent brings loans to the disbursement of all that was agreed.
func (c *clerk) lent(deals ...*deal) {
	c.Helper()
	c.credited(deals...)
	var lines []line
	for _, d := range deals {
		lines = append(lines, c.signed(d), c.disbursed(d, d.date, d.amount))
	}
	c.send(officer, lines...)
}

func (c *clerk) repaid(d *deal, date, amount string) line {
	return c.of(d, "还款", date, "还款金额", amount)
}
