package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/actusfile"
)

// newLoanActusCommand evaluates a file of ACTUS cases; it needs no ledger.
func newLoanActusCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "actus FILE",
		Short: "按 ACTUS 标准计算现金流 compute the cash flows of a file of ACTUS cases",
		Long: `读取 ACTUS 案例文件（合同类型 PAM、LAM、ANN、NAM、LAX），以精确有理数计算每个事件的收付与状态。
不支持、缺数据或自相矛盾的案例逐个说明原因，绝不给出猜测的数字。
Read a file of ACTUS cases of the contract types PAM, LAM, ANN, NAM and LAX and
compute payoff and state of each event in exact arithmetic. A case that is not
supported, lacks market data or contradicts itself is refused with its reason.

FILE is {"id": {"terms", "to", "dataObserved", "eventsObserved"}, …}; results
in it are not read. Exit code 2 if FILE is not such an object, 0 otherwise.`,
		Example: `  qxl loan actus cases.json
  qxl loan actus cases.json --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return inputFile(args[0], err)
			}
			defer f.Close()
			cases, err := actusfile.Read(f)
			if err != nil {
				return inputFile(args[0], err)
			}
			answers := make(actusfile.Answers, len(cases))
			for i, c := range cases {
				answers[i] = c.Answer()
			}
			return a.print(answers, func(w io.Writer) { writeActus(w, answers) })
		},
	}
}

func writeActus(w io.Writer, answers actusfile.Answers) {
	for i, answer := range answers {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, answer.ID)
		if e := answer.Refusal; e != nil {
			fmt.Fprintf(w, "  未计算 refused: %s\n  %s: %s\n", e.Zh, e.Code, e.Error())
			continue
		}
		t := table{columns: []column{{"日期 date", false}, {"事件 event", false}, {"收付 payoff", true}, {"本金 notional", true}, {"利率 rate", true}, {"应计利息 accrued", true}}}
		for _, row := range answer.Rows {
			t.add(row.EventDate, row.EventType, row.Payoff, row.NotionalPrincipal, row.NominalInterestRate, row.AccruedInterest)
		}
		t.write(w)
	}
}
