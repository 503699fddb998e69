package compensation

import "github.com/qingxinlian/qxl/chaincode/consortium"

// ClaimReasons are why a claim is rejected 不予补偿原因.
var ClaimReasons = []consortium.Term{
	{Code: "X01", Zh: "材料不全且逾期未补正", En: "the dossier stayed incomplete"},
	{Code: "X02", Zh: "未达到不良认定标准", En: "not recognised as non-performing"},
	{Code: "X03", Zh: "备案信息不实或不符合备案条件", En: "the filing was false or not eligible"},
	{Code: "X04", Zh: "贷款用途不符合规定", En: "the loan's use was not allowed"},
	{Code: "X05", Zh: "银行未尽职尽责", En: "the bank did not lend or recover with due care"},
	{Code: "X06", Zh: "未按期通知不良", En: "the notice of non-performance came late"},
	{Code: "X07", Zh: "公示异议成立", En: "an objection was upheld"},
	{Code: "X08", Zh: "已从其他渠道足额受偿", En: "the loss was covered elsewhere"},
	{Code: "X09", Zh: "涉嫌骗取补偿资金", En: "suspected fraud"},
	{Code: "X99", Zh: "其他", En: "other"},
}

// ClawbackReasons are why the fund asks its money back 追回原因.
var ClawbackReasons = []consortium.Term{
	{Code: "B01", Zh: "骗取补偿资金", En: "fraud"},
	{Code: "B02", Zh: "备案信息虚假", En: "the filing was false"},
	{Code: "B03", Zh: "贷款用于规定用途以外", En: "the loan was used outside its scope"},
	{Code: "B04", Zh: "贷款未通过平台办理", En: "the loan did not come through the platform"},
}

// CloseReasons are why a paid claim is closed 办结原因.
var CloseReasons = []consortium.Term{
	{Code: "E01", Zh: "贷款已结清", En: "the loan is settled"},
	{Code: "E02", Zh: "补偿款已全部返还", En: "all that was paid came back"},
	{Code: "E03", Zh: "无可供执行财产", En: "nothing is left to enforce against"},
	{Code: "E04", Zh: "年度清算办结", En: "closed at the year's settlement"},
	{Code: unallocated, Zh: "资金或本行年度额度不足,未获分配", En: "the pool, or the bank's share of the year, had nothing left for it"},
}

// Objectors are who raises an objection 异议人.
var Objectors = []consortium.Term{
	{Code: "BORROWER", Zh: "借款人", En: "the borrower"},
	{Code: "PUBLIC", Zh: "社会公众", En: "a member of the public"},
	{Code: "DEPARTMENT", Zh: "部门", En: "a department"},
	{Code: "INSTITUTION", Zh: "金融机构", En: "a financial institution"},
}

func termKnown(list []consortium.Term, code string) bool {
	for i := range list {
		if list[i].Code == code {
			return true
		}
	}
	return false
}

func termCodes(list []consortium.Term) string {
	s := ""
	for i := range list {
		if i > 0 {
			s += " "
		}
		s += list[i].Code
	}
	return s
}

// TermOf finds a code in a list; the zero term where it is not there.
func TermOf(list []consortium.Term, code string) consortium.Term {
	for i := range list {
		if list[i].Code == code {
			return list[i]
		}
	}
	return consortium.Term{}
}
