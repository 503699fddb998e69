package sample

import (
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// itemsFor are the data items that a bank asks for, by kind of subject.
func itemsFor(r *random, who *borrower) []string {
	list := []string{"LOAN"}
	switch who.kind {
	case subject.Enterprise:
		list = append(list, "REG", "SOCIAL", "TAXLVL")
		if r.percent(40) {
			list = append(list, "TAXAMT")
		}
	case subject.IndividualBusiness:
		list = append(list, "REG", "POWER", "TAXLVL")
	default:
		list = append(list, "GRASS", "HERD")
		if r.percent(30) {
			list = append(list, "INCOME")
		}
	}
	return list
}

// ownersOf are the members that answer for items, each once, in a fixed
// order; warned tells whether one of the items needs the warning of adverse
// consequences.
func ownersOf(codes []string) (owners []string, warned bool) {
	seen := map[string]bool{}
	for _, code := range codes {
		for _, x := range items {
			if x.Code != code {
				continue
			}
			warned = warned || x.Class == "WARN_CONSENT"
			if !seen[x.Owner] {
				seen[x.Owner] = true
				owners = append(owners, x.Owner)
			}
		}
	}
	return owners, warned
}

// Digests of the texts that the sample's subjects have signed.
const (
	formDigest    = "5b0f0a6d3d7f4b3b1e0c8f4a9a4f5b5de1c1b6a7f20c94b3d2a8e6f7c5d4b3a2"
	warningDigest = "c2a94f0b7e6d5c4b3a29181706f5e4d3c2b1a0998877665544332211ffeeddcc"
)

// grantFor makes a grant of purpose 01 that is valid for some days from the
// day on which it is signed.
func (b *bank) grantFor(d *deal, day calendar.Date, days int) string {
	who := d.who
	number := b.number("SQS", day)
	list := itemsFor(b.random, who)
	d.items = list
	owners, warned := ownersOf(list)
	cells := map[string]string{
		"业务流水号": number, "业务日期": day.String(), "接入机构": b.name, "授权编号": number, "主体证件号码": who.number, "被授权机构": b.name + "MSP",
		"主体类别": "个人", "签署身份": "本人", "签署日期": day.String(), "用途代码": "01", "信息项": strings.Join(list, ";"), "提供方式": "原始数据",
		"有效期起": day.String(), "有效期止": (day + calendar.Date(days)).String(), "查询次数上限": strconv.Itoa(b.between(3, 10)),
		"联系方式": "0971-0000000（示例）", "数据提供单位": strings.Join(owners, ";"), "禁止转提供": "是", "授权书文本摘要": formDigest,
		"签名摘要": b.text(64, hexDigits), "采集人": "OP" + strconv.Itoa(b.between(1, 4)),
	}
	if warned {
		cells["风险提示摘要"] = warningDigest
	}
	switch who.kind {
	case subject.Enterprise, subject.Cooperative:
		cells["主体类别"], cells["签署身份"], cells["签署人代号"] = "企业", "法定代表人", who.signer
		cells["签署方式"] = pickWord(b.random, "电子营业执照", "数字证书")
	case subject.Herder, subject.FamilyRanch:
		cells["签署方式"] = pickWord(b.random, "人脸加短信", "纸质扫描加双人复核", "纸质扫描加双人复核")
	default:
		cells["签署方式"] = pickWord(b.random, "人脸加短信", "电子营业执照")
	}
	if cells["主体类别"] == "个人" {
		cells["单独同意"] = "向接收方提供的单独同意;处理敏感个人信息的单独同意"
	}
	if cells["签署方式"] == "纸质扫描加双人复核" {
		cells["复核人"] = "OP" + strconv.Itoa(b.between(5, 8))
	}
	if strings.HasPrefix(cells["签署方式"], "人脸") {
		cells["采集设备"] = "DEV" + b.text(8, "0123456789")
	}
	b.add(grantsStage, "授权登记", day, cells)
	return number
}

func pickWord(r *random, words ...string) string { return pick(r, words) }

// revoke takes a grant back, on its way before the bank has looked or after.
func (b *bank) revoke(s stage, d *deal, day calendar.Date) {
	b.add(s, "撤销授权", day, map[string]string{"业务流水号": b.number("CX", day), "业务日期": day.String(), "接入机构": b.name, "授权编号": d.grant,
		"主体证件号码": d.who.number, "撤销渠道": pickWord(b.random, "手机端", "平台网页", "服务窗口"), "撤销原因": pickWord(b.random, "不再申请贷款", "已向他行申请", "贷款已结清"),
		"删除已取得数据": pickWord(b.random, "是", "否")})
}
