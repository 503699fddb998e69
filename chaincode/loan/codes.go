package loan

// Code is a row of one of the room's lists.
type Code struct {
	Code   string `json:"code"`
	Zh, En string
}

// Uses are what a loan may be taken for 贷款用途.
var Uses = []Code{
	{"FEED", "购买饲草料", "buy fodder"},
	{"STOCK", "购买牲畜", "buy livestock"},
	{"SEED", "购买种子农资", "buy seed and farm supplies"},
	{"RAW", "采购原材料", "buy raw materials"},
	{"GOODS", "采购商品", "buy goods for resale"},
	{"EQUIP", "购置设备", "buy equipment"},
	{"WAGE", "支付工资", "pay wages"},
	{"RENT", "支付租金", "pay rent"},
	{"ORDER", "履行订单合同", "perform an order or contract"},
	{"TURN", "经营周转", "working capital"},
	{"RENOV", "厂房圈舍修建", "build or repair premises"},
	{"RND", "研发投入", "research and development"},
	{"OTHER", "其他经营用途", "other business use"},
}

// Channels are how an application came in 受理渠道.
var Channels = []Code{
	{"PORTAL", "平台网页", "the platform's portal"},
	{"APP", "手机端", "the mobile app"},
	{"COUNTER", "银行柜面", "a bank's counter"},
	{"STATION", "惠农服务点", "a rural service point"},
	{"HALL", "政务服务大厅", "a government service hall"},
}

// RejectReasons are why a bank says no 拒贷原因.
var RejectReasons = []Code{
	{"R01", "不符合准入条件", "does not meet the admission conditions"},
	{"R02", "信用记录不良", "adverse credit record"},
	{"R03", "还款能力不足", "insufficient ability to repay"},
	{"R04", "负债过高", "too much debt already"},
	{"R05", "资料不实或不全", "documents incomplete or untrue"},
	{"R06", "用途不合规", "use not allowed"},
	{"R07", "担保不足", "insufficient guarantee"},
	{"R08", "行业或区域限制", "limits on the industry or region"},
	{"R09", "申请人撤回", "withdrawn by the applicant"},
	{"R10", "无法联系或核实", "applicant cannot be reached or verified"},
	{"R99", "其他", "other"},
}

// Guarantees are how a loan is secured 担保方式.
var Guarantees = []Code{
	{"C1", "信用", "unsecured"},
	{"C2", "保证", "guarantor"},
	{"C3", "抵押", "mortgage"},
	{"C4", "质押", "pledge"},
	{"C5", "组合", "combined"},
}

func known(list []Code, code string) bool {
	for i := range list {
		if list[i].Code == code {
			return true
		}
	}
	return false
}

// listed spells a list's codes for a refusal.
func listed(list []Code) string {
	s := ""
	for i := range list {
		if i > 0 {
			s += " "
		}
		s += list[i].Code
	}
	return s
}

// RepriceReasons are why parties agree on another rate 调整利率原因.
var RepriceReasons = []Code{
	{"P01", "双方协商调整", "agreed by the parties"},
	{"P02", "政策性让利", "relief by policy"},
	{"P03", "信用状况变化", "the borrower's credit changed"},
	{"P04", "绿色低碳激励", "green incentive"},
	{"P99", "其他", "other"},
}

// ClassReasons are why a loan has its class 五级分类原因. Some force a class
// (reasonFloors).
var ClassReasons = []Code{
	{"K01", "逾期", "past due"},
	{"K02", "未经同意改变用途", "use changed without consent"},
	{"K03", "借新还旧或以其他融资偿还", "repaid by new borrowing or other financing"},
	{"K04", "同一债务人其他贷款不良", "another loan of the debtor is non-performing"},
	{"K05", "发生信用减值", "credit-impaired"},
	{"K06", "在所有银行逾期超过90天的债权占比超过20%", "more than 20 % of the debts at all banks over 90 days past due"},
	{"K07", "逃废债务", "evasion of debt"},
	{"K08", "预期信用损失占账面余额50%以上", "expected credit loss at least 50 % of the balance"},
	{"K09", "预期信用损失占账面余额90%以上", "expected credit loss at least 90 % of the balance"},
	{"K10", "债务人进入破产清算", "bankruptcy liquidation"},
	{"K11", "重组资产观察期", "restructured, under observation"},
	{"K12", "还款能力变化", "the ability to repay changed"},
	{"K99", "其他", "other"},
}
