package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/monthend"
)

func newCompMonthEndCommand(a *app) *cobra.Command {
	var as, bank string
	cmd := &cobra.Command{
		Use:   "month-end DATE",
		Short: "月末处理 the month-end run: caps, breakers, sums worked out again, what is late",
		Long: `月末一次办完：按月末数据刷新额度、判定各行熔断，重新核算全部补偿申请，列出逾期事项与资金池预警。可重复执行，不重复入账。
Refreshes the caps as of the month's last day, judges the banks' breakers, works every claim's sum out again, lists the steps
that are late and where the pool stands. Running it again repeats nothing: a month that was judged stays so.`,
		Example: "  qxl comp month-end 2024-11-30 --as CentralBank/officer1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := calendar.ParseDate(args[0])
			if _, month, _ := day.Civil(); err == nil {
				if _, next, _ := (day + 1).Civil(); next == month {
					err = fmt.Errorf("a month's last day is needed")
				}
			}
			if err != nil {
				return &problem{Exit: exitUsage, Code: "MONTH_END_DATE", Field: "DATE", Limit: "YYYY-MM-DD", Value: args[0], Zh: "须为月份的最后一天", En: err.Error(), Hint: "2024-11-30"}
			}
			return a.atMonthEnd(cmd.Context(), as, bank, func(ctx context.Context, m *monthend.Run, msps []string) error {
				var banks []monthend.Bank
				for _, msp := range msps {
					for name, owner := range m.Client.(*book.Client).Members().Books {
						if owner == msp {
							banks = append(banks, monthend.Bank{MSP: msp, Book: name})
						}
					}
				}
				s, err := m.Do(ctx, banks, day)
				if err != nil {
					return err
				}
				return a.print(s, func(w io.Writer) { writeMonthEnd(w, s) })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "签名人 who signs: ORG/USER (needed)")
	f.StringVar(&bank, "bank", "", "银行 the bank's short name (default: all)")
	return cmd
}

func writeMonthEnd(w io.Writer, s *monthend.Sheet) {
	var breakers []*registry.BankSheet
	for _, b := range s.Banks {
		breakers = append(breakers, b.Breaker)
	}
	fmt.Fprintf(w, "月末处理 month-end: %s\n\n", s.Day)
	writeBreakers(w, breakers)
	fmt.Fprintln(w)
	for i, b := range s.Banks {
		fmt.Fprintf(w, "%s: 重新核算 worked out again %d，不符 differ %d，不再符合 no longer claimable %d，逾期 late %d\n", breakers[i].Bank, b.Recomputed, len(b.Differ), len(b.Missing), len(b.Late))
		for _, x := range b.Differ {
			fmt.Fprintf(w, "  %s: 账本 %s，现为 now %s\n", x.Claim, x.Sum.Display(), x.Now.Display())
		}
		for _, x := range b.Late {
			fmt.Fprintf(w, "  %s: %s %s，期限 by %s，逾期 %d 天 days late\n", x.Claim, x.Party, x.StepZh, x.By, x.DaysLate)
		}
	}
	fmt.Fprintln(w)
	writeStanding(w, s.Pool)
}
