package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
)

// answerTexts are queries whose answers have a text of their own; the others
// are printed field by field.
var answerTexts = map[string]func(io.Writer, json.RawMessage) error{
	loan.Quote.Name:   textOf(writeQuote),
	loan.Explain.Name: textOf(writeExplanation),

	compensation.ShowClaim.Name: textOf(writeClaim),
	compensation.Prefill.Name:   textOf(writeClaim),
}

func textOf[A any](write func(io.Writer, *A)) func(io.Writer, json.RawMessage) error {
	return func(w io.Writer, raw json.RawMessage) error {
		a := new(A)
		if err := json.Unmarshal(raw, a); err != nil {
			return err
		}
		write(w, a)
		return nil
	}
}

var effectWords = map[string]string{"reduce": "减少每期还款额 reduce", "shorten": "缩短期限 shorten", "full": "全部提前还清 full"}

func writeQuote(w io.Writer, q *loan.QuoteAnswer) {
	fmt.Fprintf(w, "提前还款试算 quote: 合同 %s，%s，%s\n\n", q.Loan, q.On, effectWords[q.Effect])
	t := table{columns: []column{{"款项 part", false}, {"金额 元", true}}}
	for _, row := range []struct {
		name   string
		amount interface{ Display() string }
	}{
		{"费用 fee", q.Fee}, {"到期罚息 penalty due", q.Due.Penalty}, {"到期复利 compound due", q.Due.Compound}, {"到期利息 interest due", q.Due.Interest}, {"到期本金 principal due", q.Due.Principal},
		{"截至当日利息 interest to the day", q.Interest}, {"提前归还本金 principal repaid ahead", q.Repaid}, {"应付合计 to pay", q.Amount},
		{"归还后余额 balance after it", q.Balance}, {"节省利息 interest saved", q.Saved}, {"预收(继续留存) advance that goes on waiting", q.Waiting},
	} {
		t.add(row.name, row.amount.Display())
	}
	t.write(w)
	fmt.Fprintln(w, "\n为什么 why:")
	writeFigures(w, q.Figures)
	if len(q.Plan) > 0 {
		fmt.Fprintln(w, "\n此后还款计划 plan after it:")
		writePlanRows(w, q.Plan)
	}
}

func writePlanRows(w io.Writer, rows []schedule.Instalment) {
	t := table{columns: []column{{"期 n", true}, {"到期日 due", false}, {"本金 principal", true}, {"利息 interest", true}, {"合计 total", true}, {"余额 balance", true}}}
	for _, r := range rows {
		t.add(strconv.Itoa(r.N), r.Due.String(), r.Principal.Display(), r.Interest.Display(), r.Total.Display(), r.Balance.Display())
	}
	t.write(w)
}

func writeExplanation(w io.Writer, a *loan.ExplainAnswer) {
	fmt.Fprintf(w, "计息说明 interest explained: 合同 %s，截至 at %s\n\n", a.Loan, a.At)
	writeFigures(w, a.Figures)
}

var figureWords = map[string]string{"interest": "利息", "accrued": "应计利息", "prepayment": "截至还款日利息", "penalty": "罚息", "compound": "复利", "carried": "此前已计未还", "take_on": "接续"}

// writeFigures shows how each figure came about, as one would work it out by
// hand: base times rate times time for each step, the exact sum, rounded.
func writeFigures(w io.Writer, figures []account.Figure) {
	for i := range figures {
		f := &figures[i]
		fmt.Fprintf(w, "第 %d 期 %s %s", f.Instalment, figureWords[f.What], f.What)
		if f.Of != "" {
			fmt.Fprintf(w, " (%s %s)", figureWords[f.Of], f.Of)
		}
		if len(f.Steps) == 0 {
			fmt.Fprintf(w, "  %s 元\n", f.Amount.Display())
			continue
		}
		fmt.Fprintf(w, "  %s → %s  %s\n", f.From, f.To, f.DayCount)
		for _, s := range f.Steps {
			fmt.Fprintf(w, "    %s → %s %d 天 days: %s × %s%%%s × %d/%d\n", s.From, s.To, s.Days, f.Base.Display(), s.Rate, times(s.Percent), s.Num, s.Den)
		}
		fmt.Fprintf(w, "    = %s，%s %s → %s 元\n", f.Exact, codeNames["rounding"][f.Rounding.String()], f.Rounding, f.Amount.Display())
	}
}

// times writes a percent in hundredths, of the rate, as a factor: 15000 is
// " × 1.5".
func times(percent int) string {
	const whole = 10000
	if percent == whole {
		return ""
	}
	text := fmt.Sprintf("%d.%04d", percent/whole, percent%whole)
	return " × " + strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
