package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/monthend"
)

// wholeBank are commands that people give for a whole bank, or all of them:
// `qxl comp refresh`, `qxl comp breaker`.
var wholeBank = map[string]bool{"refresh": true, "judge-bank": true}

// banks are the MSPs of those that a flag names: all of them if it is empty.
func (s *session) banks(name string) ([]string, error) {
	var list, names []string
	for _, o := range s.topology.Organizations {
		if party(o.Party) != command.Bank {
			continue
		}
		names = append(names, o.Name)
		if name == "" || strings.EqualFold(o.Name, name) {
			list = append(list, o.MSP)
		}
	}
	if len(list) == 0 {
		return nil, &problem{Exit: exitUsage, Code: "BANK_UNKNOWN", Field: "--bank", Limit: strings.Join(names, ", "), Value: name, Zh: "没有这家银行", En: "no such bank in the consortium"}
	}
	return list, nil
}

func (a *app) atMonthEnd(ctx context.Context, as, bank string, do func(context.Context, *monthend.Run, []string) error) error {
	return a.withClient(ctx, as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
		tables, err := book.Show(ctx, c.Ledger())
		if err != nil {
			return err
		}
		banks, err := s.banks(bank)
		if err != nil {
			return err
		}
		return do(ctx, &monthend.Run{Client: c, Number: "refresh-" + tables.Open.String(), Today: tables.Open}, banks)
	})
}

func newCompRefreshCommand(a *app) *cobra.Command {
	var as, bank, on string
	cmd := &cobra.Command{
		Use:   "refresh",
		Short: "刷新已用额度 lower what is counted against caps as loans are repaid",
		Long: `按各行账簿中的未还本金，调低登记中的已用额度；不指定银行时为全部银行。
Asks each bank's book what is outstanding of its filed loans and lowers what the registry counts. All buckets of one bank, or
of all banks; running it again changes nothing.`,
		Example: "  qxl comp refresh --as CentralBank/officer1\n  qxl comp refresh --bank BankA --on 2024-07-31 --as Commission/operator1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var day calendar.Date
			if on != "" {
				if err := day.UnmarshalText([]byte(on)); err != nil {
					return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--on", Value: on, Zh: "日期无法识别", En: err.Error()}
				}
			}
			return a.atMonthEnd(cmd.Context(), as, bank, func(ctx context.Context, m *monthend.Run, banks []string) error {
				if day == 0 {
					day = m.Today
				}
				for _, msp := range banks {
					if err := m.Refresh(ctx, msp, day); err != nil {
						return err
					}
				}
				return a.print(map[string]any{"day": day, "banks": banks, "buckets": registry.Buckets}, func(w io.Writer) {
					fmt.Fprintf(w, "已刷新 refreshed as of %s: %s\n", day, strings.Join(banks, ", "))
				})
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "签名人 who signs: ORG/USER (needed)")
	f.StringVar(&bank, "bank", "", "银行 the bank's short name (default: all)")
	f.StringVar(&on, "on", "", "统计日 as of the end of this day (default: the open business day)")
	return cmd
}

func newCompBreakerCommand(a *app) *cobra.Command {
	var as, bank, month string
	cmd := &cobra.Command{
		Use:   "breaker",
		Short: "月末熔断判定 refresh the caps as of a month's end and judge the banks' breakers",
		Long: `按月末数据刷新额度并判定各行是否暂停备案；不指定银行时为全部银行。
Refreshes the caps as of the month's last day and judges, for one bank or all, whether it may go on filing: by the rule pack's
measure and limits, if its portfolio is large enough to say anything. A month that was judged stays so.`,
		Example: "  qxl comp breaker --month 2024-07 --as CentralBank/officer1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, err := calendar.ParseDate(month + "-01")
			if err != nil {
				return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--month", Limit: "YYYY-MM", Value: month, Zh: "月份无法识别", En: "this is no month", Hint: "--month 2024-07"}
			}
			next, err := first.AddMonths(1, calendar.Clamp)
			if err != nil {
				return err
			}
			return a.atMonthEnd(cmd.Context(), as, bank, func(ctx context.Context, m *monthend.Run, banks []string) error {
				var sheets []*registry.BankSheet
				for _, msp := range banks {
					s, err := m.Judge(ctx, msp, next-1)
					if err != nil {
						return err
					}
					sheets = append(sheets, s)
				}
				return a.print(sheets, func(w io.Writer) { writeBreakers(w, sheets) })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "签名人 who signs: ORG/USER (needed)")
	f.StringVar(&bank, "bank", "", "银行 the bank's short name (default: all)")
	f.StringVar(&month, "month", "", "月份 YYYY-MM (needed)")
	return cmd
}

func writeBreakers(w io.Writer, sheets []*registry.BankSheet) {
	t := table{columns: []column{{head: "银行 bank"}, {head: "月份 month"}, {head: "状态 breaker"}, {head: "笔数 loans", right: true},
		{head: "在保本金 filed", right: true}, {head: "不良本金 bad", right: true}, {head: "累计放款 lent", right: true}, {head: "累计补偿 paid", right: true}}}
	for _, s := range sheets {
		if s.Portfolio == nil {
			continue
		}
		p := s.Portfolio
		t.add(s.Bank, s.Month, s.Breaker.String()+" "+s.BreakerZh, fmt.Sprint(p.Loans), p.Filed.String(), p.Bad.String(), p.Disbursed.String(), p.Compensated.String())
	}
	t.write(w)
}
