package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// scheduleFlags are the terms as they are written on the command line.
type scheduleFlags struct {
	method, principal, rate, periods, every, from    string
	dayCount, rounding, monthEnd, instalmentMultiple string
	dues                                             []string // SEA: YYYY-MM-DD=YUAN
}

// newLoanScheduleCommand computes a repayment plan; it needs no ledger.
func newLoanScheduleCommand(a *app) *cobra.Command {
	var f scheduleFlags
	cmd := &cobra.Command{
		Use:   "schedule --method EQI|EQP|IOB|BUL|EPI|SEA|REV --principal YUAN --rate PERCENT --periods N --every nM --from YYYY-MM-DD",
		Short: "试算还款计划 compute a repayment plan",
		Long: `按合同要素试算还款计划，精确计算，逐期舍入一次，末期归还余额。
Compute a repayment plan from its terms: exact arithmetic, one rounding for
each figure, the balance with the last instalment.

  EQI 等额本息  equal instalments            EQP 等额本金  equal principal
  IOB 按期付息、到期还本  interest only       BUL 利随本清  all at maturity
  EPI 等本等息  equal principal and interest on the principal first lent
  SEA 按季节还本  principal on agreed days (--dues, in place of --periods and --every)
  REV 随借随还  one drawdown, all at maturity

The yearly rate that the borrower really pays 年化利率 (internal rate of return,
compounded) is shown under the plan.

Due dates are counted from --from and are not moved to working days.`,
		Example: `  qxl loan schedule --method EQI --principal 500000 --rate 3.85 --periods 12 --every 1M --from 2024-01-01
  qxl loan schedule --method IOB --principal 500000 --rate 3.85 --periods 4 --every 3M --from 2024-01-31 --month-end roll --json
  qxl loan schedule --method SEA --principal 500000 --rate 3.85 --from 2024-01-01 --dues 2024-09-20=120000,2024-11-20=380000`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unexpected argument %q: terms are given by flags", invalid.Shown(args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			dues, err := parseDues(f.dues)
			if err != nil {
				return onCommandLine(err)
			}
			terms, err := f.terms(cmd.Flags().Changed, dues)
			if err != nil {
				return onCommandLine(err)
			}
			plan, err := schedule.Build(terms)
			if err != nil {
				return onCommandLine(err)
			}
			if terms.Multiple > 0 && terms.Method != schedule.EqualInstalment {
				a.say("提示: --instalment-multiple 只用于 EQI\nnote: --instalment-multiple applies to EQI only")
			}
			if n, growing := plan.Growing(); growing {
				a.say("警告: 第 %d 期还款额低于利息，本金余额增加\nwarning: instalment %d is below its interest, the balance grows", n, n)
			}
			return a.print(scheduleDocument{terms.Method, terms.Principal, terms.Rate, plan.Instalments, plan.TotalInterest},
				func(w io.Writer) { writeSchedule(w, terms, plan) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.method, "method", "", "还款方式 repayment method: EQI, EQP, IOB, BUL, EPI, SEA, REV")
	flags.StringVar(&f.principal, "principal", "", "本金 principal in yuan, like 5000.00")
	flags.StringVar(&f.rate, "rate", "", "年利率 percent a year, up to 6 decimals, like 9.4822")
	flags.StringVar(&f.periods, "periods", "", "期数 number of periods")
	flags.StringVar(&f.every, "every", "", "周期 months of a period: 1M, 3M")
	flags.StringVar(&f.from, "from", "", "起息日 first day that bears interest, like 2024-01-31")
	flags.StringVar(&f.dayCount, "day-count", "", "计息基准 30/360, ACT/360, ACT/365, ACT/ACT (default months/12 for EQI, EQP and EPI, else ACT/360)")
	flags.StringVar(&f.rounding, "rounding", "half-up", "舍入 half-up, half-even")
	flags.StringVar(&f.monthEnd, "month-end", "clamp", "月末 a missing day becomes: clamp, the month's last; roll, the next month's first")
	flags.StringVar(&f.instalmentMultiple, "instalment-multiple", "", "取整单位 round the equal instalment to a multiple of so many yuan (default one fen)")
	flags.StringSliceVar(&f.dues, "dues", nil, "SEA 约定还本日 agreed days and their principal, like 2024-10-20=50000.00,2024-11-20=30000.00")
	return cmd
}

type scheduleDocument struct {
	Method        schedule.Method       `json:"method"`
	Principal     money.Fen             `json:"principal"`
	Rate          money.Rate            `json:"rate"`
	Instalments   []schedule.Instalment `json:"instalments"`
	TotalInterest money.Fen             `json:"total_interest"`
}

// terms reads the flags, but for the days that they agree on; an error names
// the term as package schedule does.
func (f scheduleFlags) terms(given func(string) bool, dues []schedule.Due) (t schedule.Terms, err error) {
	seasonal := f.method == schedule.Seasonal.String()
	for _, required := range []string{"method", "principal", "rate", "periods", "every", "from"} {
		if !given(required) && !(seasonal && (required == "periods" || required == "every")) {
			return t, &invalid.Error{Code: "FLAG_MISSING", Field: required, Zh: "缺少参数", En: "a required flag is missing", Hint: "see qxl loan schedule --help"}
		}
	}
	if t.Method, err = schedule.ParseMethod(f.method); err != nil {
		return t, err
	}
	if t.Principal, err = money.ParseFen(f.principal); err != nil {
		return t, invalid.In("principal", err)
	}
	if t.Rate, err = money.ParseRate(f.rate); err != nil {
		return t, invalid.In("rate", err)
	}
	if t.Dues, t.Periods = dues, len(dues); !seasonal || given("periods") {
		if t.Periods, err = parsePeriods(f.periods); err != nil {
			return t, err
		}
	}
	if !seasonal || given("every") {
		if t.EveryMonths, err = schedule.ParseEvery(f.every); err != nil {
			return t, err
		}
	}
	if t.From, err = calendar.ParseDate(f.from); err != nil {
		return t, invalid.In("from", err)
	}
	if given("day-count") {
		if t.DayCount, err = calendar.ParseDayCount(f.dayCount); err != nil {
			return t, invalid.In("day_count", err)
		}
	}
	if t.Rounding, err = money.ParseRounding(f.rounding); err != nil {
		return t, invalid.In("rounding", err)
	}
	if t.MonthEnd, err = calendar.ParseMonthEnd(f.monthEnd); err != nil {
		return t, invalid.In("month_end", err)
	}
	if given("instalment-multiple") {
		if t.Multiple, err = money.ParseFen(f.instalmentMultiple); err != nil {
			return t, invalid.In("instalment_multiple", err)
		}
		if t.Multiple == 0 {
			return t, &invalid.Error{Code: "MULTIPLE_RANGE", Field: "instalment_multiple", Limit: "0.01.." + money.Max.String(), Value: f.instalmentMultiple,
				Zh: "每期还款额的取整单位须大于零", En: "the multiple of the instalment must be above zero", Hint: "give yuan, like 1"}
		}
	}
	return t, nil
}

// parseDues reads days and amounts written as 2024-10-20=50000.00.
func parseDues(texts []string) (dues []schedule.Due, err error) {
	for _, text := range texts {
		date, amount, ok := strings.Cut(text, "=")
		if !ok {
			return nil, &invalid.Error{Code: "DUES_FORMAT", Field: "dues", Limit: "YYYY-MM-DD=YUAN", Value: invalid.Shown(text),
				Zh: "还本日的写法不对", En: "an agreed day is not written as day=amount", Hint: "write it like 2024-10-20=50000.00"}
		}
		var due schedule.Due
		if due.Date, err = calendar.ParseDate(date); err != nil {
			return nil, invalid.In("dues", err)
		}
		if due.Principal, err = money.ParseFen(amount); err != nil {
			return nil, invalid.In("dues", err)
		}
		dues = append(dues, due)
	}
	return dues, nil
}

// parsePeriods reads plain digits: no sign, no base, no separator.
func parsePeriods(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 16) // takes neither sign nor separators in base 10
	if err != nil || n < 1 || n > schedule.MaxPeriods {
		return 0, &invalid.Error{Code: "PERIODS_RANGE", Field: "periods", Limit: "1.." + strconv.Itoa(schedule.MaxPeriods), Value: invalid.Shown(text),
			Zh: "期数不对", En: "the number of periods is not a number in range", Hint: "write it like 12"}
	}
	return int(n), nil
}

// onCommandLine names the flag instead of the term.
func onCommandLine(err error) error {
	p := explainInvalid(err)
	if p == nil {
		return err
	}
	if p.Field != "" {
		flag := []byte(p.Field)
		for i, c := range flag {
			if c == '_' {
				flag[i] = '-'
			}
		}
		p.Field = "--" + string(flag)
	}
	return p
}

func writeSchedule(w io.Writer, terms schedule.Terms, plan schedule.Plan) {
	fmt.Fprintf(w, "还款计划 repayment plan: %s %s\n", terms.Method.Zh(), terms.Method)
	fmt.Fprintf(w, "本金 principal %s 元  年利率 rate %s %%  起息日 from %s  期数 periods %d%s\n\n",
		terms.Principal.Display(), terms.Rate, terms.From, terms.Periods, every(terms))
	t := table{columns: []column{{"期 n", true}, {"到期日 due", false}, {"本金 principal", true}, {"利息 interest", true}, {"合计 total", true}, {"余额 balance", true}}}
	for _, row := range plan.Instalments {
		t.add(strconv.Itoa(row.N), row.Due.String(), row.Principal.Display(), row.Interest.Display(), row.Total.Display(), row.Balance.Display())
	}
	t.write(w)
	fmt.Fprintf(w, "\n利息合计 total interest %s 元\n", plan.TotalInterest.Display())
	if rate, err := schedule.ActualRate(terms.Principal, terms.From, plan.Instalments); err == nil {
		fmt.Fprintf(w, "年化利率（内部收益率，复利） annualized rate (internal rate of return, compounded) %s %%\n", hundredths(rate))
	}
}

func every(terms schedule.Terms) string {
	if terms.Method == schedule.Seasonal {
		return ""
	}
	return fmt.Sprintf(" × %d 个月", terms.EveryMonths)
}

// hundredths is a rate in percent with two decimals, as it is shown to a borrower.
func hundredths(rate money.Rate) string {
	whole, _ := money.MulDiv(int64(rate), 1, int64(money.BasisPoint), money.HalfUp) // smaller than the rate
	return money.Fen(whole).String()
}
