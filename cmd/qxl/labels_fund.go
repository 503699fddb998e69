package main

import (
	"maps"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
)

// Names of the fund's fields and codes.
func init() {
	maps.Copy(labels, map[string]string{
		"accounts": "账户", "act": "事项", "allocated": "分配额", "allocation": "分配", "allocations": "分配", "approved": "批准日期", "available": "可用余额", "average_rate": "平均利率(%)",
		"award": "中标", "awards": "中标", "back": "已退回", "bank": "银行", "banks": "存放银行", "batch": "分配流水号", "before": "此前已付", "binding": "限制因素", "cancelled": "取消原因",
		"claim": "补偿申请编号", "claims": "补偿申请", "clawbacks": "追回", "commitment": "密封承诺", "credit_before": "上期信用贷款", "deposits": "存放账户", "deposit_rate": "投标利率",
		"dropped": "撤销原因", "early": "提前支取", "entered": "录入日期", "entitlement": "核定补偿额", "facts": "统计数据", "growth": "增量", "holder": "户主", "inclusive": "首贷与农牧户",
		"injections": "财政拨入", "lent": "平台发放", "lines": "明细", "live": "待支付", "loan_balance": "平台贷款余额", "loan_rate": "平均贷款利率", "matures": "到期日",
		"non_performing_principal": "不良本金", "note": "摘要", "offers": "投标", "on": "日期", "opened": "开户或开标", "opening": "年初余额", "order": "付款单号", "ordered": "填单日期", "pack": "规则包",
		"pages": "内部页", "payees": "约定收款账户", "payment": "付款单号", "payouts": "补偿支付", "performing": "不良率得分", "points": "得分", "posted": "入账日期", "rank": "名次",
		"refunds": "缴回国库", "reserved": "预留", "returns": "追偿返还", "reveal": "开标期限", "salt": "随机数", "scores": "评分", "sealed": "投标日期", "second": "复核证书", "share_percent": "占比(%)",
		"shares": "分配", "stage": "阶段", "tender": "招标编号", "tenders": "招标", "totals": "本年累计", "undoes": "冲正事项", "undone": "已被冲正", "unpaid": "未付", "value": "银行记账日", "weights": "评分权重", "year": "年度",
	})
	codeNames["act"] = map[string]string{"OPENING": "建账", "INJECTION": "拨入", "INTEREST": "利息", "REFUND": "缴回国库", "TRANSFER": "转存", "PLACEMENT": "中标存放", "PAYOUT": "补偿支付",
		"RETURN": "追偿返还", "CLAWBACK": "追回", "ACCOUNT": "约定账户", "REVERSAL": "冲正", "YEAR": "年度结转"}
	codeNames["stage"] = map[string]string{"BIDDING": "投标中", "OPENING": "开标中", "TO_SCORE": "待评分", "SCORED": "已评分", "AWARDED": "已定标", "PLACED": "已存放", "CANCELLED": "已取消"}
	limbs := map[string]string{}
	for _, l := range formula.LimbList() {
		limbs[l.String()] = l.Zh()
	}
	codeNames["binding"] = limbs
}
