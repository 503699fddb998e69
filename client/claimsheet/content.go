package claimsheet

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const title = "青海省信贷风险补偿申请书（金额测算表）"

// fact is a line of the part that says what the claim is about.
type fact struct{ name, value string }

// facts are the claim's circumstances 基本情况.
func facts(s *compensation.ClaimSheet) []fact {
	f := s.Filing
	list := []fact{
		{"补偿申请编号", or(s.Claim, "（提交时生成）")}, {"申请银行", s.Bank}, {"合同编号", s.Contract},
		{"备案日期", f.Date.String()}, {"平台申请编号", f.Application}, {"适用规则", f.Pack},
		{"借款人类型", borrower(f)}, {"担保方式", guarantee(f.Guarantee)}, {"首贷", yes(f.FirstLoan)}, {"执行利率（%）", f.Rate.String()},
	}
	if n := s.Notice; n != nil {
		list = append(list, fact{"不良起始日", n.Since.String()})
	}
	list = append(list, fact{"不良认定日", s.Recognised.String()}, fact{"认定日逾期天数", input(s, "days_past_due")}, fact{"认定日五级分类", class(input(s, "class"))})
	if e := s.Evidence; e != nil {
		list = append(list, fact{"追偿证明", e.Zh + " " + e.On.String()})
	}
	return list
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

func borrower(f *compensation.FilingSheet) string {
	for _, t := range subject.Types() {
		if t.String() == f.Type {
			return strings.TrimSpace(t.Zh() + " " + sizeZh[f.Size])
		}
	}
	return f.Type
}

var sizeZh = map[string]string{"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}

func guarantee(code string) string {
	for _, g := range loan.Guarantees {
		if g.Code == code {
			return g.Zh
		}
	}
	return code
}

func class(code string) string {
	var c account.Class
	if c.UnmarshalText([]byte(code)) != nil {
		return code
	}
	return c.Zh()
}

// input is an input of the sum, as the ledger stated it; "" where it has none.
func input(s *compensation.ClaimSheet, code string) string {
	for _, i := range s.Inputs {
		if i.Input == code {
			return i.Value
		}
	}
	return ""
}

// line is a line of the computation 金额测算. It has a value, or a formula over
// the cells of other lines.
type line struct {
	key     string // by which formulas name it: {outstanding}
	name    string
	value   string // a number
	formula string
	from    string // where it comes from, or how it is worked out
	percent bool   // the number is a percentage, not an amount
	shown   string // what the ledger worked out, for the PDF
}

// lines are the computation, in its order: what the ledger knows, then the
// limbs, then the least of them.
func lines(s *compensation.ClaimSheet) []line {
	amount := func(f money.Fen) string { return f.String() }
	list := []line{
		{key: "disbursed", name: "放款金额", value: input(s, "disbursed"), from: "账本放款记录"},
		{key: "filed", name: "备案金额", value: input(s, "filed"), from: "账本备案记录"},
		{key: "outstanding", name: "认定日贷款余额（本金）", value: input(s, "outstanding"), from: "账本还款记录，不含利息罚息"},
		{key: "principal", name: "其中计入备案部分", formula: "IF({filed}>={disbursed},{outstanding},ROUND({outstanding}*{filed}/{disbursed},2))",
			from: "余额×备案金额÷放款金额", shown: or(input(s, "principal"), input(s, "outstanding"))},
	}
	received := []string{}
	for i, r := range s.Received {
		key := "received" + strconv.Itoa(i+1)
		received = append(received, "IF({filed}>={disbursed},{"+key+"},ROUND({"+key+"}*{filed}/{disbursed},2))")
		list = append(list, line{key: key, name: "认定日后回收 " + r.Date.String(), value: amount(r.Amount), from: r.TypeZh + "，流水号 " + r.Entry})
	}
	list = append(list, line{key: "recovered", name: "回收合计（计入部分）", formula: sum(received), from: "认定日后各笔回收", shown: input(s, "recovered")})
	others := []string{}
	for i, g := range s.Others {
		key := "other" + strconv.Itoa(i+1)
		others = append(others, "{"+key+"}")
		list = append(list, line{key: key, name: "其他政府资金", value: amount(g.Amount), from: g.From})
	}
	list = append(list,
		line{key: "others", name: "其他政府资金合计", formula: sum(others), from: "银行申报", shown: input(s, "other_government")},
		line{key: "net", name: "净损失", formula: "ROUND(MAX(0,{principal}-{recovered}),2)", from: "计入余额－回收合计，不低于零", shown: amount(s.NetLoss)},
		line{key: "rate", name: "补偿比例（%）", value: input(s, "ratio"), from: s.Filing.Pack, percent: true},
		line{key: "points", name: "首贷加点（%）", value: or(input(s, "first_loan"), "0"), from: s.Filing.Pack, percent: true},
		line{key: "ratio", name: "① 按比例补偿额", formula: "ROUND(ROUND(ROUND({net}*100,0)*({rate}+{points})/100,6),0)/100", from: "净损失×（比例＋加点），四舍五入到分", shown: limb(s, "ratio")},
		line{key: "cap", name: "② 单笔补偿上限", value: input(s, "per_loan_cap"), from: s.Filing.Pack},
		line{key: "stack", name: "各级政府合计补偿上限（%）", value: input(s, "stack"), from: s.Filing.Pack, percent: true},
		line{key: "room", name: "③ 各级政府合计上限余额", formula: "ROUND(MAX(0,ROUNDDOWN(ROUND(ROUND({net}*100,0)*{stack}/100,6),0)/100-{others}),2)", from: "净损失×上限（舍去分以下）－其他政府资金，不低于零", shown: limb(s, "stack")},
		line{key: "sum", name: "补偿金额", formula: "MIN({ratio},{cap},{room})", from: "①②③中最小者", shown: amount(s.Sum)},
		line{key: "ledger", name: "账本核算金额", value: amount(s.Sum), from: "账本"},
		line{key: "check", name: "差额（应为零）", formula: "ROUND({sum}-{ledger},2)", from: "本表重算与账本核算之差", shown: "0.00"},
	)
	return list
}

func sum(terms []string) string {
	if len(terms) == 0 {
		return "0"
	}
	return strings.Join(terms, "+")
}

func limb(s *compensation.ClaimSheet, code string) string {
	for _, l := range s.Limbs {
		if l.Limb == code {
			return l.Amount.String()
		}
	}
	return ""
}

// conclusion says the sum in words, and what bound it.
func conclusion(s *compensation.ClaimSheet) []string {
	return []string{
		fmt.Sprintf("补偿金额：%s 元（%s）", s.Sum.Display(), TenThousand(s.Sum)),
		"人民币（大写）：" + Capital(s.Sum),
		fmt.Sprintf("决定项：%s。资金池可用余额与本行年度剩余额度两项上限，在批准后统一分配时确定。", s.BindingZh),
	}
}

// TenThousand 万元 is an amount in ten thousand yuan, exactly.
func TenThousand(f money.Fen) string {
	const each = 10000 * money.Yuan
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	rest := strings.TrimRight(fmt.Sprintf("%06d", int64(f%each)), "0")
	if rest != "" {
		rest = "." + rest
	}
	return fmt.Sprintf("%s%d%s 万元", sign, int64(f/each), rest)
}

// dossierLines are the papers of the claim.
func dossierLines(s *compensation.ClaimSheet) [][]string {
	states := map[string]string{"ledger": "账本生成", "given": "已提供", "missing": "待提供", "not needed": "不需要"}
	var rows [][]string
	for _, i := range s.Dossier {
		content := i.Ledger
		if len(i.CIDs) > 0 {
			content = strings.Join(i.CIDs, " ")
		}
		rows = append(rows, []string{i.Item, i.Zh, states[i.State], content})
	}
	return rows
}

func stated(on calendar.Date) string {
	return "填报日期：" + on.String() + "　　单位：元（同列万元）"
}

var signatures = []string{"申请银行（盖章）：", "经办人：", "复核人：", "日期："}
