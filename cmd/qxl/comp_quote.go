package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// newCompQuoteCommand works out what a claim would come to, without a ledger.
func newCompQuoteCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "quote FILE",
		Short: "试算风险补偿 what would we get, and why: a claim worked out without a ledger",
		Long: `按账本的同一套规则试算风险补偿金额，逐项列出五个上限，并指明由哪一项决定。
Works out what a claim comes to by the very rule of the ledger: each of the five limbs, and which of them binds.

FILE is JSON, - for standard input. Every field is needed, each once, and no other. Amounts are yuan in quotes with at
most two decimals, no sign and no separators, at most 10000000000000.00; percentages are 0 to 100 in quotes with at most
six decimals ("40", "33.333333").

  {"ratio_percent":"40",                补偿比例 of the net loss
   "first_loan_points":"5",             首贷加点 percentage points on top, if first_loan
   "first_loan":true,                   首贷户
   "per_loan_cap":"1500000.00",         单笔上限
   "stack_percent":"80",                叠加上限 of the net loss, from all government money together
   "principal_outstanding":"1000000.00" 不良本金余额
   "recoveries":["150000.00"],          追偿回收 before the claim; [] if none
   "other_government":"0.00",           其他财政补偿
   "bank_year_remaining":"4000000.00",  本行当年剩余额度
   "pool_available":"20000000.00"}      资金池可用余额

net loss 净损失 = principal − Σ recoveries, at least 0
ratio        = net loss × (ratio + first-loan points), half-up 四舍五入
per_loan_cap, bank_year, pool: as given
stack        = net loss × stack_percent, rounded down 舍去, − other government money, at least 0
entitlement  = the least of the five; binding names it, on a tie the first in the order above.

The other form shares a pool that may not suffice among approved claims, in proportion, by largest remainder 最大余额法,
on a tie the earlier claim:

  {"pool_available":"1000.00","entitlements":["500.00","300.00","400.00"]}

A list of such documents gives a list of results, each with its own error.`,
		Example: `  qxl comp quote claim.json
  qxl comp quote claim.json --json
  echo '{"pool_available":"1000.00","entitlements":["900.00","300.00"]}' | qxl comp quote - --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			raw, err := a.readQuote(args[0])
			if err != nil {
				return err
			}
			list, many, err := parseQuotes(raw)
			if err != nil {
				return err
			}
			if !many {
				x, err := quoted(list[0])
				if err != nil {
					return err
				}
				return a.print(x, x.write)
			}
			results := quotedList(list)
			return a.print(results, func(w io.Writer) { writeQuotes(w, results) })
		},
	}
}

// quotedList answers each document, or says what is wrong with it.
func quotedList(list []json.RawMessage) []any {
	results := make([]any, len(list))
	for i, raw := range list {
		if x, err := quoted(raw); err != nil {
			results[i] = map[string]any{"error": frontdoor.Explain(err, explainers)}
		} else {
			results[i] = x
		}
	}
	return results
}

// quote is the answer to one document, in either form.
type quote interface{ write(io.Writer) }

// claimQuote is what one claim comes to.
type claimQuote struct {
	formula.Result
	terms formula.Terms
	loss  formula.Loss
}

// poolQuote is what each claim of a batch gets.
type poolQuote struct {
	Paid         []money.Fen `json:"paid"`
	entitlements []money.Fen
	pool         money.Fen
}

func (q *claimQuote) write(w io.Writer) {
	fmt.Fprint(w, "风险补偿试算 what the claim comes to\n\n")
	loss := table{columns: []column{{head: "损失 loss"}, {head: "金额 amount (元)", right: true}}}
	loss.add("不良本金余额 principal outstanding", q.loss.Principal.Display())
	for i, r := range q.loss.Recoveries {
		loss.add("减: 追偿回收 less recovery "+strconv.Itoa(i+1), r.Display())
	}
	loss.add("净损失 net loss (不低于零 at least 0)", q.NetLoss.Display())
	loss.write(w)

	fmt.Fprintln(w)
	t := table{columns: []column{{head: "上限 limb"}, {head: "怎样得出 how"}, {head: "金额 amount (元)", right: true}, {}}}
	for _, limb := range formula.LimbList() {
		mark := ""
		if limb == q.Binding {
			mark = "← 以此为准 binds"
		}
		t.add(limb.Zh()+" "+limb.String(), q.how(limb), q.Limbs.Of(limb).Display(), mark)
	}
	t.write(w)

	fmt.Fprintf(w, "\n可获补偿 entitlement %s 元\n", q.Entitlement.Display())
	fmt.Fprintf(w, "五项中「%s」最低，补偿金额以此为准。\nThe least of the five is %s, so it binds.\n", q.Binding.Zh(), q.Binding.En())
	if q.tied() {
		fmt.Fprint(w, "有并列最低的上限，按上表顺序取在先的一项。\nAnother limb is as low: the first in the order above is named.\n")
	}
}

// how says in one line where a limb comes from.
func (q *claimQuote) how(limb formula.Limb) string {
	switch limb {
	case formula.Ratio:
		share := q.terms.Ratio.String() + "%"
		if q.terms.FirstLoan {
			share = "(" + share + " + 首贷 first loan " + q.terms.FirstLoanPoints.String() + "%)"
		}
		return q.NetLoss.Display() + " × " + share + " 四舍五入 half-up"
	case formula.PerLoanCap:
		return "每笔最高 the most for one loan"
	case formula.BankYear:
		return "本行本年尚余 left for the bank this year"
	case formula.Pool:
		return "目前可用 available now"
	default:
		return q.NetLoss.Display() + " × " + q.terms.Stack.String() + "% 舍去 down − 其他财政 others " + q.loss.OtherGovernment.Display()
	}
}

func (q *claimQuote) tied() bool {
	n := 0
	for _, limb := range formula.LimbList() {
		if q.Limbs.Of(limb) == q.Entitlement {
			n++
		}
	}
	return n > 1
}

func (q *poolQuote) write(w io.Writer) {
	short := false
	t := table{columns: []column{{"序号 claim", true}, {"核定补偿 entitlement (元)", true}, {"本次拨付 paid (元)", true}, {"尚未拨付 unpaid (元)", true}}}
	for i, e := range q.entitlements {
		short = short || q.Paid[i] < e
		t.add(strconv.Itoa(i+1), e.Display(), q.Paid[i].Display(), (e - q.Paid[i]).Display())
	}
	fmt.Fprintf(w, "资金池分配 how the pool is shared\n\n资金池可用余额 available %s 元\n\n", q.pool.Display())
	t.write(w)
	if !short {
		fmt.Fprint(w, "\n资金池足额，全部付清。\nThe pool suffices: each is paid in full.\n")
		return
	}
	fmt.Fprint(w, "\n资金池不足：按核定金额占合计的比例分配，先舍去到分，余下的分按余数从大到小各加一分，余数相同者在先的优先。\n",
		"The pool falls short: each gets its proportion, rounded down to fen; the fen left over go one each to the largest remainders, on a tie to the earlier claim.\n")
}

func writeQuotes(w io.Writer, results []any) {
	for i, x := range results {
		fmt.Fprintf(w, "\n%d.\n", i+1)
		if q, ok := x.(quote); ok {
			q.write(w)
			continue
		}
		p := x.(map[string]any)["error"].(*problem)
		fmt.Fprintf(w, "%s %s: %s (%s)\n", p.Code, p.Zh, p.En, p.Field)
	}
}
