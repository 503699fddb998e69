package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/claimsheet"
)

// partyNames are the places of organizations as people call them.
var partyNames = map[string]string{"B": "银行", "C": "发展改革委", "P": "人民银行", "F": "财政厅"}

// writeClaim shows a claim, or what the ledger fills in for one.
func writeClaim(w io.Writer, s *compensation.ClaimSheet) {
	name := s.Claim
	if name == "" {
		name = "(未申请 not made yet)"
	}
	fmt.Fprintf(w, "补偿申请 claim %s  合同 loan %s  %s %s\n", name, s.Contract, s.StatusZh, s.Status)
	if s.Marked {
		fmt.Fprintln(w, "【异议标注】有异议未处理完毕 an objection is open")
	}
	if s.Stopped != "" {
		fmt.Fprintf(w, "拨付已中止 payment stopped: %s\n", s.Stopped)
	}
	if s.Reason != "" {
		fmt.Fprintf(w, "原因 reason: %s %s\n", s.Reason, claimReason(s.Reason))
	}
	if n := s.Next; n != nil {
		late := ""
		if n.Late {
			late = "  已逾期 LATE"
		}
		fmt.Fprintf(w, "下一步 next: %s（%s %s）截止 by %s%s\n", n.Zh, partyNames[n.Party], n.Step, n.By, late)
	}
	f := s.Filing
	fmt.Fprintf(w, "备案 filed %s  %s  备案金额 %s 元  规则包 pack %s  担保 %s%s\n", f.Date, f.Application, f.Amount.Display(), f.Pack, f.Guarantee, firstLoan(f.FirstLoan))
	if n := s.Notice; n != nil {
		late := ""
		if n.Late {
			late = "  通知逾期 late notice"
		}
		fmt.Fprintf(w, "不良 non-performing since %s  通知 notice %s（期限 due %s）%s\n", n.Since, n.On, n.Due, late)
	}
	if e := s.Evidence; e != nil {
		fmt.Fprintf(w, "追偿证明 evidence: %s %s %s\n", e.Zh, e.Code, e.On)
	}
	writeSum(w, s)
	writeDossier(w, s.Dossier)
	writeSteps(w, s)
	writeAward(w, s)
}

func firstLoan(yes bool) string {
	if yes {
		return "  首贷 first loan"
	}
	return ""
}

// claimReason is why a claim was rejected, closed or clawed back.
func claimReason(code string) string {
	for _, list := range [][]consortium.Term{compensation.ClaimReasons, compensation.CloseReasons, compensation.ClawbackReasons} {
		if t := compensation.TermOf(list, code); t.Zh != "" {
			return t.Zh
		}
	}
	return ""
}

// writeSum shows the sum and the reason for the sum.
func writeSum(w io.Writer, s *compensation.ClaimSheet) {
	if len(s.Inputs) == 0 {
		return
	}
	fmt.Fprintln(w, "\n核算依据 inputs, and where on the ledger each comes from:")
	t := table{columns: []column{{head: "项目"}, {head: "值", right: true}, {head: "来源 source"}}}
	for _, i := range s.Inputs {
		value := i.Value
		if amount, err := money.ParseSignedFen(value); err == nil && amount.String() == value {
			value = amount.Display()
		}
		t.add(i.Zh+" "+i.Input, value, i.From)
	}
	t.write(w)
	writeReceipts(w, "认定日后回收 received after the recognition:", s.Received)
	for _, g := range s.Others {
		fmt.Fprintf(w, "其他政府资金 other government money: %s %s 元 %s\n", g.From, g.Amount.Display(), g.CID)
	}
	fmt.Fprintf(w, "\n净损失 net loss %s 元\n", s.NetLoss.Display())
	t = table{columns: []column{{head: "上限 limb"}, {head: "规则 rule"}, {head: "金额 (元)", right: true}, {}}}
	for _, l := range s.Limbs {
		mark := ""
		if l.Binding {
			mark = "← 以此为准 binds"
		}
		t.add(l.Zh+" "+l.Limb, l.Rule, l.Amount.Display(), mark)
	}
	t.write(w)
	fmt.Fprintf(w, "补偿金额 sum: %s 元（%s），由%s决定 bound by %s；资金池与本行年度额度在拨付分配时确定\n", s.Sum.Display(), claimsheet.TenThousand(s.Sum), s.BindingZh, s.Binding)
}

func writeReceipts(w io.Writer, title string, list []compensation.ReceiptSheet) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(w, title)
	t := table{columns: []column{{head: "日期"}, {head: "业务流水号 entry"}, {head: "类型"}, {head: "付款人"}, {head: "金额 (元)", right: true}}}
	for _, r := range list {
		t.add(r.Date.String(), r.Entry, r.TypeZh, r.Payer, r.Amount.Display())
	}
	t.write(w)
}

var itemStates = map[string]string{"ledger": "账本生成 from the ledger", "given": "已提供 given", "missing": "缺 MISSING", "not needed": "不需要 not needed"}

func writeDossier(w io.Writer, items []compensation.ItemSheet) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintln(w, "\n申请材料 dossier:")
	t := table{columns: []column{{head: "编号"}, {head: "材料"}, {head: "状态 state"}, {head: "内容 content"}}}
	for _, i := range items {
		content := i.Ledger
		if len(i.CIDs) > 0 {
			content = strings.Join(i.CIDs, " ")
		}
		t.add(i.Item, i.Zh, itemStates[i.State], content)
	}
	t.write(w)
}

// writeSteps shows what authorities have said.
func writeSteps(w io.Writer, s *compensation.ClaimSheet) {
	if r := s.Returned; r != nil {
		fmt.Fprintf(w, "\n退回补正 returned %s（第 %d 次）: %s %s\n", r.On, r.Times, strings.Join(r.Items, " "), r.Note)
	}
	if o := s.Opinion; o != nil {
		said := "同意 agrees"
		if !o.Agrees {
			said = "不同意 does not agree"
		}
		fmt.Fprintf(w, "\n人民银行意见 opinion: %s %s\n", said, o.Note)
	}
	if p := s.Publicity; p != nil {
		fmt.Fprintf(w, "公示 publicity %s 至 to %s", p.From, p.To)
		if p.Left > 0 {
			fmt.Fprintf(w, "（中止，剩余 %d 个工作日 stands still）", p.Left)
		}
		fmt.Fprintln(w)
	}
	for _, o := range s.Objections {
		state := "待处理 open"
		switch {
		case o.Upheld:
			state = "成立 upheld " + o.Decided.String()
		case !o.Open:
			state = "不成立 dismissed " + o.Decided.String()
		case o.Answer != "":
			state = "已答复 answered " + o.Answered.String() + " " + o.Answer
		}
		fmt.Fprintf(w, "异议 objection %d: %s %s「%s」%s\n", o.N, o.On, o.ByZh, o.Text, state)
	}
	if a := s.Adjustment; a != nil {
		fmt.Fprintf(w, "待签批的调整 adjustment %s: %s 元（%s）\n", a.Number, a.Sum.Display(), a.Why)
	}
}

// writeAward shows what was approved, paid and came back.
func writeAward(w io.Writer, s *compensation.ClaimSheet) {
	a := s.Award
	if a == nil {
		return
	}
	fmt.Fprintf(w, "\n批准 approved %s: %s 元\n", a.On, a.Entitlement.Display())
	if a.Allocated != nil {
		fmt.Fprintf(w, "分配 allocated: %s 元，由%s决定 bound by %s\n", a.Allocated.Display(), a.LimbZh, a.Limb)
	}
	for _, p := range a.Parts {
		fmt.Fprintf(w, "拨付 paid %s: %s 元  凭证 %s\n", p.On, p.Amount.Display(), p.Voucher)
	}
	writeReceipts(w, "拨付后回收 recovered after the payment:", s.Recovered)
	for _, d := range s.Dues {
		fmt.Fprintf(w, "应返还 due to the fund: %s 元，%s 前 by；已返还 returned %s 元；逾期利息 interest %s 元\n", d.Amount.Display(), d.By, d.Returned.Display(), d.Late.Display())
	}
	if k := s.Clawback; k != nil {
		fmt.Fprintf(w, "追回 clawback %s（%s）: %s 元，已收 received %s 元，利息 interest %s 元\n", k.On, k.ReasonZh, k.Amount.Display(), k.Received.Display(), k.Interest.Display())
	}
	if o := s.Owed; o != nil {
		fmt.Fprintf(w, "当日应缴 owed on the day: %s 元，利息 interest %s 元\n", o.Amount.Display(), o.Interest.Display())
	}
	fmt.Fprintf(w, "已返还合计 came back %s 元；尚欠 due %s 元\n", a.Back.Display(), a.DueBack.Display())
}
