package main

import (
	"fmt"
	"maps"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// labels are the Chinese names of the fields that the ledger's answers have.
var labels = map[string]string{
	"accepted": "受理日期", "account": "账户", "actor": "经办", "advance": "预存", "amount": "金额", "application": "申请编号",
	"applications": "申请", "applied": "申请日期", "assets": "资产总额", "at": "截至", "back_dating_days": "允许补记天数", "balance": "余额",
	"balances": "余额", "blocked": "停用证书", "book": "账簿", "by": "经办证书", "by_status": "按状态", "calendar": "工作日历",
	"capacity": "签署身份", "captured_by": "采集人", "certificate": "持有证书", "channel": "渠道", "checked_by": "复核人", "class": "五级分类", "class_zh": "分类名称",
	"code": "代码", "coming": "未到期", "command": "指令", "compound": "复利", "consents": "单独同意", "contact": "联系方式",
	"contract": "合同", "credit": "授信", "date": "日期", "day": "日期", "day_count": "计息基准", "days_past_due": "逾期天数",
	"deadline": "办理期限", "decision_days": "审批时限(工作日)", "delete": "要求删除", "detail": "详情", "device": "设备", "disbursed": "已发放",
	"disbursed_on": "放款日期", "due": "到期", "employees": "从业人员", "en": "英文", "entries": "记录", "every_months": "每期月数",
	"evidence": "签署凭据或追偿证明", "exceptions": "调休与放假", "facts": "基本情况", "fee": "费用", "fingerprint": "证书指纹", "first_year": "起始年",
	"five_year": "五年期以上", "form": "授权书版本摘要", "founded": "成立日期", "from": "起", "grace_days": "宽限天数", "grant": "授权书编号",
	"grantee": "被授权机构", "grants": "授权", "guarantee": "担保方式", "guarantees": "担保方式", "history": "历史", "id": "内部编号",
	"id_kind": "证件类型", "industry": "行业", "instalment_multiple": "取整单位", "instalments": "还款计划", "interest": "利息", "items": "信息项",
	"last": "最近业务日期", "last_year": "截止年", "late": "超期办理", "limit": "授信额度", "loan": "合同编号", "loans": "贷款", "lpr": "LPR",
	"lpr_date": "LPR 日期", "maturity": "到期日", "max_days": "最长天数", "max_months": "最长月数", "max_principal": "最高金额",
	"max_queries": "允许使用次数", "members": "成员", "method": "方式", "methods": "还款方式", "mode": "提供方式", "month_end": "月末约定",
	"months": "期限(月)", "msp": "机构", "n": "期次", "name": "名称", "names": "名称", "next": "下一页", "no_reprovision": "禁止转提供",
	"non_performing": "不良天数", "number": "业务流水号", "one_year": "一年期", "open": "开放营业日", "outcome": "结果", "outstanding": "未还本金",
	"outstanding_principal": "未还本金", "overdue_interest": "逾期利息", "overdue_loans": "逾期笔数", "overdue_principal": "逾期本金",
	"owner": "负责单位", "paid": "已还", "party": "一方", "payee": "收款人(摘要)", "payments": "支付", "pending": "待复核", "penalty": "罚息", "penalty_percent": "罚息加收(%)",
	"periods": "期数", "post": "岗位", "pre_loan_max_days": "贷前授权最长天数", "principal": "本金", "principal_repaid": "已还本金",
	"product": "产品", "products": "产品", "profile": "主体概况", "providers": "数据提供单位", "pseudonym": "主体代号", "published": "公布日期",
	"purpose": "用途", "purposes": "用途", "rate": "年利率(%)", "rate_cap_spread": "利率上限加点(%)", "reason": "原因", "region": "区划",
	"representative": "法定代表人", "revenue": "营业收入", "revoked": "已撤回", "roles": "角色", "rounding": "舍入", "routed": "分派日期",
	"rules": "参数", "section": "门类", "signature": "签名摘要", "signed": "签署日期", "signer": "签署人", "simulated": "模拟", "size": "规模",
	"size_rule": "划型标准", "spread": "加点(%)", "status": "状态", "status_zh": "状态名称", "subject": "主体代号", "subject_type": "主体类型",
	"terms": "授权内容", "to": "止", "total": "合计", "total_interest": "利息合计", "type": "类型", "unpaid_interest": "未还利息",
	"unpaid_principal": "未还本金", "use": "贷款用途", "used": "已使用", "uses": "使用记录", "voucher": "凭证摘要", "warning": "不良后果提示摘要",
	"why": "事由", "zh": "中文",

	// Of servicing and the end of day.
	"accrued": "应计利息", "adverse": "不良信息", "adverse_years": "不良信息保存年限", "ended": "终止日", "keep_until": "保存期限至", "actual_rate": "贷款年化利率", "arrears": "欠款明细", "because": "同一债务人合同", "by_class": "按五级分类", "cap": "利率上限",
	"compliant": "符合续贷条件", "days": "日终", "debtor": "债务人代号", "doubtful": "可疑", "dues": "还本安排", "each": "每期还款额", "effect": "提前还款方式",
	"entry": "被冲正流水号", "floor": "下限", "given": "银行认定分类", "guarantor": "保证人(摘要)", "loss": "损失", "new": "新发放", "normal": "正常",
	"of": "原合同编号", "own": "自身分类", "paid_to": "已结息日", "percent": "加收百分比", "positions": "日终头寸", "reasons": "分类原因",
	"replaces": "补记原流水号", "reprice": "重定价方式", "resets": "待重定价日", "retail": "零售", "since": "上一日终", "special_mention": "关注",
	"substandard": "次级", "was": "此前",

	// Of the limits of extensions.
	"extensions": "展期上限", "up_to_months": "原期限不超过(月)", "term_percent": "占原期限(%)",
}

// labelZh is the Chinese name of a flag, "" for one without.
func labelZh(flag string) string { return labels[strings.ReplaceAll(flag, "-", "_")] }

// label is a field's name, Chinese first.
func label(name string) string {
	if zh := labels[name]; zh != "" {
		return zh + " " + name
	}
	return name
}

// shown is a value as people read it: codes with their names, amounts with
// thousand separators.
func shown(name string, v any) string {
	if v == nil {
		return ""
	}
	if b, ok := v.(bool); ok {
		if b {
			return "是 yes"
		}
		return "否 no"
	}
	text := fmt.Sprint(v)
	if text == "" {
		return ""
	}
	switch name {
	case "region":
		if r, err := identifier.ParseRegion(text); err == nil {
			return text + " " + r.Name
		}
	case "status":
		var s loan.Status
		if s.UnmarshalText([]byte(text)) == nil {
			return s.Zh() + " " + text
		}
	case "class":
		var c account.Class
		if c.UnmarshalText([]byte(text)) == nil {
			return c.Zh() + " " + text
		}
	case "status_zh", "class_zh", "step_zh":
		return "" // beside the code already
	case "method":
		if m, err := schedule.ParseMethod(text); err == nil {
			return m.Zh() + " " + text
		}
	case "industry":
		if i, err := identifier.ParseIndustry(text); err == nil {
			return text + " " + identifier.SectionName(i.Section)
		}
	}
	if zh := codeNames[name][text]; zh != "" {
		return zh + " " + text
	}
	if isMoney(name, text) {
		f, _ := money.ParseSignedFen(text) // isMoney has read it
		return f.Display()
	}
	return text
}

// rates look like amounts of money and are none.
var rates = map[string]bool{"rate": true, "lpr": true, "spread": true, "one_year": true, "five_year": true, "rate_cap_spread": true, "cap": true, "floor": true, "actual_rate": true, "": true}

// isMoney tells an amount in yuan: a field that is no rate, with two decimals.
func isMoney(name string, v any) bool {
	text, ok := v.(string)
	if !ok || rates[name] {
		return false
	}
	f, err := money.ParseSignedFen(text)
	return err == nil && f.String() == text
}

// codeNames are the Chinese names of codes, by field.
var codeNames = map[string]map[string]string{
	"capacity":     grantCodes(authorization.Capacities),
	"subject_type": grantCodes(authorization.SubjectTypes),
	"mode":         grantCodes(authorization.Modes),
	"method":       grantCodes(authorization.Methods),
	"guarantee":    loanCodes(loan.Guarantees),
	"channel":      loanCodes(loan.Channels),
	"use":          loanCodes(loan.Uses),
	"reason":       merged(loanCodes(loan.RejectReasons, loan.RepriceReasons), terms(compensation.ClaimReasons, compensation.CloseReasons, compensation.ClawbackReasons)),
	"objector":     terms(compensation.Objectors),
	"step":         claimSteps(),
	"binding":      limbs(),
	"why":          loanCodes(loan.ClassReasons),
	"type":         subjectTypes(),
	"status": merged(map[string]string{string(authorization.StatusNotYet): "未生效", string(authorization.StatusActive): "有效", string(authorization.StatusExhausted): "次数用完",
		string(authorization.StatusExpired): "已过期", string(authorization.StatusRevoked): "已撤回"}, claimStatuses()),
	"party":     {"B": "银行", "C": "发展改革委", "P": "人民银行", "F": "财政厅", "Audit": "审计厅", "Subject": "信息主体", "Provider": "数据责任单位"},
	"id_kind":   {subject.USCC.String(): subject.USCC.Zh(), subject.ResidentID.String(): subject.ResidentID.Zh()},
	"rounding":  {"half-up": "四舍五入", "half-even": "四舍六入五成双"},
	"month_end": {"clamp": "月末日", "roll": "次月首日"},
}

// merged joins code lists of one field; the first that has a code names it.
func merged(lists ...map[string]string) map[string]string {
	names := map[string]string{}
	for i := len(lists) - 1; i >= 0; i-- {
		maps.Copy(names, lists[i])
	}
	return names
}

func terms(lists ...[]consortium.Term) map[string]string {
	names := map[string]string{}
	for _, list := range lists {
		for _, t := range list {
			names[t.Code] = t.Zh
		}
	}
	return names
}

func claimStatuses() map[string]string {
	names := map[string]string{}
	for s := compensation.Notified; s <= compensation.Withdrawn; s++ {
		names[s.String()] = s.Zh()
	}
	return names
}

func claimSteps() map[string]string {
	names := map[string]string{}
	for s := compensation.StepSubmit; s <= compensation.StepClawback; s++ {
		names[s.String()] = s.Zh()
	}
	return names
}

func limbs() map[string]string {
	names := map[string]string{}
	for _, l := range formula.LimbList() {
		names[l.String()] = l.Zh()
	}
	return names
}

func grantCodes(list []authorization.Code) map[string]string {
	names := map[string]string{}
	for _, c := range list {
		names[c.Code] = c.Zh
	}
	return names
}

func loanCodes(lists ...[]loan.Code) map[string]string {
	names := map[string]string{}
	for _, list := range lists {
		for _, c := range list {
			names[c.Code] = c.Zh
		}
	}
	return names
}

func subjectTypes() map[string]string {
	names := map[string]string{}
	for _, t := range subject.Types() {
		names[t.String()] = t.Zh()
	}
	return names
}
