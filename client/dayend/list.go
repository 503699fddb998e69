package dayend

import (
	"io"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile/sheet"
)

// Word is what a change was from or is to, as people read it.
func (c *Change) Word(text string) string {
	switch c.Kind {
	case ClassWorse, ClassBetter:
		var class account.Class
		if class.UnmarshalText([]byte(text)) == nil {
			return class.Zh()
		}
	case RateChanged:
		return text + "%"
	case OverdueBegins, OverdueEnds:
		return text + " 天"
	}
	return text
}

// Why are the reasons in Chinese.
func (c *Change) Why() string {
	words := make([]string, len(c.Reasons))
	for i, code := range c.Reasons {
		words[i] = code
		if at := slices.IndexFunc(loan.ClassReasons, func(x loan.Code) bool { return x.Code == code }); at >= 0 {
			words[i] = loan.ClassReasons[at].Zh
		}
	}
	return strings.Join(words, "; ")
}

// Sum is one line of a day's figures.
type Sum struct {
	Zh, En string
	Count  int // -1 where there is none
	Amount money.Fen
	Money  bool // there is an amount
}

// Sums are the day's figures as people read them.
func (r *Report) Sums() []Sum {
	f := &r.Figures
	list := []Sum{{"贷款笔数", "loans", f.Loans, f.Normal + f.SpecialMention + f.Substandard + f.Doubtful + f.Loss, true}}
	for class, amount := range []money.Fen{f.Normal, f.SpecialMention, f.Substandard, f.Doubtful, f.Loss} {
		list = append(list, Sum{account.Class(class).Zh(), account.Class(class).String(), -1, amount, true})
	}
	list = append(list, Sum{"逾期笔数、逾期本金", "past due, principal", f.OverdueLoans, f.OverduePrincipal, true},
		Sum{"欠息", "interest past due", -1, f.OverdueInterest, true},
		Sum{"应计利息", "accrued interest", -1, f.Accrued, true})
	for _, k := range changeKinds {
		n := 0
		for i := range r.Changes {
			if r.Changes[i].Kind == k.kind {
				n++
			}
		}
		list = append(list, Sum{k.zh, k.en, n, 0, false})
	}
	return list
}

// Columns of the list of changes; amounts are in yuan, rates in percent.
var columns = []string{"变动", "合同编号", "变动前", "变动后", "原因", "逾期天数", "五级分类", "贷款余额", "逾期本金", "欠息", "年利率"}

// WriteSheet writes the list of changes and the day's figures as a workbook:
// changes first, one line each, then what was refused, then the figures.
func (r *Report) WriteSheet(out io.Writer) error {
	w, err := sheet.NewWriter(out, "日终变动")
	if err != nil {
		return err
	}
	since := any(nil)
	if !r.Since.IsZero() {
		since = r.Since
	}
	if err := w.Row("日终日期", r.Day, "上一日终", since, "结账", r.closedZh()); err != nil {
		return err
	}
	if err := w.Header(columns...); err != nil {
		return err
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		zh, _ := c.Kind.Texts()
		if err := w.Row(zh, c.Loan, c.Word(c.From), c.Word(c.To), c.Why(), c.DaysPastDue, c.Class.Zh(), c.Outstanding, c.OverduePrincipal, c.OverdueInterest, c.Rate); err != nil {
			return err
		}
	}
	if len(r.Refusals) > 0 {
		if err := w.Header("拒绝", "合同编号", "限制", "实际", "原因"); err != nil {
			return err
		}
		for _, x := range r.Refusals {
			zh, _ := x.Because.Texts()
			if err := w.Row(x.Command, x.Loan, x.Because.Limit, x.Because.Actual, zh); err != nil {
				return err
			}
		}
	}
	if err := w.Header("合计", "笔数", "金额"); err != nil {
		return err
	}
	for _, s := range r.Sums() {
		var count, amount any
		if s.Count >= 0 {
			count = s.Count
		}
		if s.Money {
			amount = s.Amount
		}
		if err := w.Row(s.Zh, count, amount); err != nil {
			return err
		}
	}
	return w.Close()
}

// closedZh says in Chinese whether the day is closed.
func (r *Report) closedZh() string {
	if r.IsClosed() {
		return "已结账"
	}
	return "未结账"
}

// IsClosed reports whether the day is closed on the ledger.
func (r *Report) IsClosed() bool { return r.Closed != "" && len(r.Refusals) == 0 }

// Name is what the files of a bank's day are called, without an ending.
func Name(bank string, day calendar.Date) string { return "eod-" + bank + "-" + day.String() }
