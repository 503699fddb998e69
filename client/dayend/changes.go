package dayend

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ChangeKind is in what a loan changed.
type ChangeKind string

const (
	OverdueBegins ChangeKind = "OVERDUE_BEGINS" // 新增逾期
	ClassWorse    ChangeKind = "CLASS_WORSE"    // 分类下调
	ClassBetter   ChangeKind = "CLASS_BETTER"   // 分类上调
	RateChanged   ChangeKind = "RATE_CHANGED"   // 利率变动
	OverdueEnds   ChangeKind = "OVERDUE_ENDS"   // 逾期解除
)

type changeKind struct {
	kind   ChangeKind
	zh, en string
}

// changeKinds are the kinds in the order of the list.
var changeKinds = []changeKind{
	{OverdueBegins, "新增逾期", "overdue begins"},
	{ClassWorse, "分类下调", "class worse"},
	{ClassBetter, "分类上调", "class better"},
	{RateChanged, "利率变动", "rate changed"},
	{OverdueEnds, "逾期解除", "overdue ends"},
}

func (k ChangeKind) place() int {
	return slices.IndexFunc(changeKinds, func(x changeKind) bool { return x.kind == k })
}

// Texts are the kind's names.
func (k ChangeKind) Texts() (zh, en string) {
	if i := k.place(); i >= 0 {
		return changeKinds[i].zh, changeKinds[i].en
	}
	return string(k), string(k)
}

// Change is one thing that is different from the day closed before. From and
// To are days past due, classes or rates.
type Change struct {
	Kind             ChangeKind    `json:"kind"`
	Loan             string        `json:"loan"`
	From             string        `json:"from"`
	To               string        `json:"to"`
	Reasons          []string      `json:"reasons,omitempty"` // of a class: codes of loan.ClassReasons
	DaysPastDue      int           `json:"days_past_due"`
	Class            account.Class `json:"class"`
	Outstanding      money.Fen     `json:"outstanding"`
	OverduePrincipal money.Fen     `json:"overdue_principal"`
	OverdueInterest  money.Fen     `json:"overdue_interest"`
	Rate             money.Rate    `json:"rate"`
}

// changes tells in what loans differ from an earlier day, by kind and loan.
// What is new since, or all where no day was closed before, is told by what
// it is not: not past due, normal.
func changes(positions []loan.Position, first bool) []Change {
	list := []Change{}
	for i := range positions {
		p := &positions[i]
		class := p.Class()
		was := loan.Earlier{DaysPastDue: p.DaysPastDue, Class: class, Rate: p.Rate}
		switch {
		case first || p.New:
			was.DaysPastDue, was.Class = 0, account.Pass
		case p.Was != nil:
			was = *p.Was
		}
		add := func(kind ChangeKind, from, to string) *Change {
			list = append(list, Change{Kind: kind, Loan: p.Loan, From: from, To: to, DaysPastDue: p.DaysPastDue, Class: class,
				Outstanding: p.Outstanding, OverduePrincipal: p.OverduePrincipal, OverdueInterest: p.OverdueInterest, Rate: p.Rate})
			return &list[len(list)-1]
		}
		days := func(kind ChangeKind) { add(kind, strconv.Itoa(was.DaysPastDue), strconv.Itoa(p.DaysPastDue)) }
		switch {
		case was.DaysPastDue == 0 && p.DaysPastDue > 0:
			days(OverdueBegins)
		case was.DaysPastDue > 0 && p.DaysPastDue == 0:
			days(OverdueEnds)
		}
		if was.Class != class {
			kind := ClassWorse
			if class < was.Class {
				kind = ClassBetter
			}
			add(kind, was.Class.String(), class.String()).Reasons = p.Reasons
		}
		if was.Rate != p.Rate {
			add(RateChanged, was.Rate.String(), p.Rate.String())
		}
	}
	slices.SortFunc(list, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Kind.place(), b.Kind.place()), cmp.Compare(a.Loan, b.Loan))
	})
	return list
}
