package main

import (
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"time"
)

// ledger holds one bank's loans.
type ledger struct {
	last    time.Time // open business day
	loans   map[string]*loan
	leftOut int
}

// loan is what the files say of one contract.
type loan struct {
	limit    int64 // 授信额度; 0 before the decision
	contract int64 // 合同金额; 0 before signing
	terms    terms
	paidOut  int64
	from     time.Time
	settled  bool
	latest   time.Time // date of the last entry
	numbers  map[string]bool
	entries  []entry // that stand, by date and of one date as they came
	account  *account
}

// entry is money that moves on a disbursed loan.
type entry struct {
	record string // 还款 or 费用
	day    time.Time
	amount int64
}

// moves are the records whose lines may be dated before others: the loan is
// then made anew from all that stand.
var moves = map[string]string{"还款": "还款金额", "费用": "费用金额"}

// take applies a line, or leaves it out where the rules refuse it.
func (l *ledger) take(r row) error {
	day, err := date(r.cells["业务日期"])
	if err != nil {
		return err
	}
	x := l.loans[r.cells["合同编号"]]
	if x == nil {
		x = &loan{numbers: map[string]bool{}}
		l.loans[r.cells["合同编号"]] = x
	}
	number := r.cells["业务流水号"]
	if x.numbers[number] || day.After(l.last) {
		l.leftOut++
		return nil
	}
	var done bool
	if header, money := moves[r.record]; money {
		e := entry{record: r.record, day: day}
		if e.amount, err = fen(r.cells[header]); err == nil {
			done = x.enter(e)
		}
	} else if !day.Before(x.latest) {
		done, err = x.apply(r, day)
	}
	if err != nil {
		return err
	}
	if !done {
		l.leftOut++
		if x.account != nil { // asking has moved it on to that day
			x.account, _ = x.made(x.entries)
		}
		return nil
	}
	x.numbers[number] = true
	if day.After(x.latest) {
		x.latest = day
	}
	return nil
}

// enter takes an entry, unless the rules refuse it on its day, or a later one
// that stands could then not stand any more.
func (x *loan) enter(e entry) bool {
	if x.account == nil || x.settled || e.day.Before(x.from) {
		return false
	}
	at := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].day.After(e.day) })
	if at == len(x.entries) {
		if !x.account.enter(e) {
			return false
		}
		x.entries = append(x.entries, e)
		return true
	}
	entries := slices.Insert(slices.Clone(x.entries), at, e)
	a, stand := x.made(entries)
	if stand {
		x.entries, x.account = entries, a
	}
	return stand
}

// made is the loan's account after entries, and whether they all stand.
func (x *loan) made(entries []entry) (*account, bool) {
	a := open(x.terms, x.paidOut, x.from)
	for _, e := range entries {
		if !a.enter(e) {
			return a, false
		}
	}
	return a, true
}

// enter does an entry on its day, or nothing where the rules refuse it.
func (a *account) enter(e entry) bool {
	switch {
	case e.record == "费用" && a.pastDue(e.day) == 0:
		return false
	case e.record == "费用":
		a.charge(e.day, e.amount)
	case e.amount > a.askable(e.day):
		return false
	default:
		a.repay(e.day, e.amount)
	}
	return true
}

func (x *loan) apply(r row, day time.Time) (bool, error) {
	amount := func(header string) (int64, error) { return fen(r.cells[header]) }
	switch r.record {
	case "授信":
		limit, err := amount("授信额度")
		if x.limit != 0 {
			return false, err
		}
		x.limit = limit
		return true, err
	case "签约":
		sum, err := amount("合同金额")
		if err != nil || x.limit == 0 || x.contract != 0 || sum > x.limit {
			return false, err
		}
		if x.terms, err = readTerms(r.cells); err != nil {
			return false, err
		}
		x.contract = sum
		return true, nil
	case "放款":
		sum, err := amount("放款金额")
		if err != nil || x.contract == 0 || x.paidOut != 0 || sum > x.contract {
			return false, err
		}
		x.paidOut, x.from = sum, day
		x.account = open(x.terms, sum, day)
		return true, nil
	case "结清":
		if x.account == nil || x.settled || x.account.askable(day) != 0 || x.account.advance != 0 {
			return false, nil
		}
		x.settled = true
		return true, nil
	}
	return false, nil
}

func (l *ledger) total(name string) Bank {
	b := Bank{Organization: name, LeftOut: l.leftOut}
	disbursed, repaid := new(big.Int), new(big.Int)
	for _, x := range l.loans {
		if x.account == nil {
			continue
		}
		b.Loans++
		x.account.until(l.last)
		disbursed.Add(disbursed, big.NewInt(x.paidOut))
		repaid.Add(repaid, big.NewInt(x.account.repaidPrincipal))
	}
	b.Disbursed, b.PrincipalRepaid = yuan(disbursed), yuan(repaid)
	b.Outstanding = yuan(disbursed.Sub(disbursed, repaid))
	return b
}

func readTerms(cells map[string]string) (terms, error) {
	t := terms{method: methods[cells["还款方式"]], count: counts[cells["计息基准"]], penalty: penaltyPercent}
	rate, ok := new(big.Rat).SetString(cells["年利率"])
	if !ok || t.method == "" {
		return t, fmt.Errorf("rate %q, method %q", cells["年利率"], cells["还款方式"])
	}
	t.rate = rate.Quo(rate, big.NewRat(100, 1))
	t.even = cells["舍入方式"] == "四舍六入五成双"
	t.roll = cells["月末规则"] == "顺延次月首日"
	var err error
	number := func(header string, into *int) {
		if text := cells[header]; text != "" && err == nil {
			*into, err = strconv.Atoi(text)
		}
	}
	number("期数", &t.periods)
	number("每期月数", &t.months)
	number("罚息加收百分比", &t.penalty)
	number("宽限天数", &t.grace)
	if text := cells["还款额取整"]; text != "" && err == nil {
		t.multiple, err = fen(text)
	}
	return t, err
}

var (
	methods = map[string]string{"等额本息": "EQI", "等额本金": "EQP", "按期付息到期还本": "IOB", "利随本清": "BUL"}
	counts  = map[string]string{"": "", "30/360": "30/360", "实际/360": "ACT/360", "实际/365": "ACT/365", "实际/实际": "ACT/ACT"}
)
