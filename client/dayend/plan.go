package dayend

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Codes of loan.ClassReasons that an end of day gives by itself.
const (
	pastDue    = "K01"
	otherLoans = "K04"
)

// What loan.Classify takes at most.
const (
	maxReasons = 8
	maxBecause = 50
)

// deed is a command that the day asks for.
type deed struct {
	at      int // position it acts on
	name    string
	content any
}

// deeds are the commands that positions at the end of a day ask for: resets
// first, so that what follows finds the rate in force.
func deeds(positions []loan.Position, day calendar.Date) []deed {
	var list []deed
	for i := range positions {
		p := &positions[i]
		for _, on := range p.Resets {
			list = append(list, deed{i, loan.Reset.Name, &loan.ResetContent{Head: command.Head{Number: Number(day, "RESET-"+digits(on)), Date: on}, Loan: refOf(p)}})
		}
	}
	for _, j := range judge(positions) {
		p := &positions[j.at]
		c := &loan.ClassifyContent{Head: command.Head{Number: Number(day, strings.ToUpper(j.class.String())), Date: day}, Loan: refOf(p), Class: j.class, Reasons: j.reasons}
		for _, other := range j.because {
			c.Because = append(c.Because, refOf(&positions[other]))
		}
		list = append(list, deed{j.at, loan.Classify.Name, c})
	}
	return list
}

// Number is the business number of a deed of a day, within its loan.
func Number(day calendar.Date, deed string) string { return "EOD-" + digits(day) + "-" + deed }

func digits(d calendar.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

func refOf(p *loan.Position) ledgerstate.Ref { return ledgerstate.Ref{ID: p.ID, No: p.Loan} }

// judgement is a class that differs from the one the bank gave last.
type judgement struct {
	at      int
	class   account.Class
	reasons []string
	because []int // the debtor's other loans, where they are a reason
}

// judge finds the classes that the rules force, and the end of those that
// they no longer do.
func judge(positions []loan.Position) []judgement {
	debtors := debtorsOf(positions)
	var list []judgement
	for i := range positions {
		p := &positions[i]
		if p.Status != loan.Disbursed {
			continue
		}
		var d *debtor
		if !p.Retail && p.Outstanding > 0 {
			d = debtors[p.Debtor]
		}
		spread := d.spread(p)
		j := judgement{at: i, class: max(due(p), spread)}
		if j.class == p.Given {
			continue
		}
		if j.class > account.Pass {
			j.reasons = reasons(p, spread)
		}
		if spread > account.Pass {
			j.because = d.others(positions, i)
		}
		list = append(list, j)
	}
	return list
}

// due is the class that a loan asks for by itself: what the ledger's facts and
// the bank say. What the bank gave for a cause that has ended counts no more.
func due(p *loan.Position) account.Class {
	if p.Given == account.SpecialMention && len(p.Reasons) > 0 && !slices.ContainsFunc(p.Reasons, standing) {
		return p.Floor
	}
	return p.Class()
}

// standing reports whether a reason stands until somebody says otherwise.
func standing(reason string) bool { return reason != pastDue && reason != otherLoans }

// debtor is who owes on several loans of the book, or one.
type debtor struct {
	loans    []int
	all, bad money.Fen // outstanding; of it, non-performing
}

// debtorsOf finds the debtors whose loans weigh on each other.
func debtorsOf(positions []loan.Position) map[string]*debtor {
	debtors := map[string]*debtor{}
	for i := range positions {
		p := &positions[i]
		if p.Retail || p.Outstanding == 0 {
			continue
		}
		d := debtors[p.Debtor]
		if d == nil {
			d = &debtor{}
			debtors[p.Debtor] = d
		}
		d.loans = append(d.loans, i)
		d.all += p.Outstanding
		if bad(p) {
			d.bad += p.Outstanding
		}
	}
	return debtors
}

// bad reports whether a loan is non-performing of itself: what the debtor's
// other loans did to it does not weigh on them in turn.
func bad(p *loan.Position) bool { return p.Own >= account.Substandard }

// spread is the class that a debtor's other loans force on one of them: when
// more than a tenth of the debt is non-performing, all of it is
// (商业银行金融资产风险分类办法). The ledger's rule is the same.
func (d *debtor) spread(p *loan.Position) account.Class {
	if d == nil {
		return account.Pass
	}
	others := d.bad
	if bad(p) {
		others -= p.Outstanding
	}
	switch {
	case others == 0:
		return account.Pass
	case others*10 > d.all:
		return account.Substandard
	}
	return account.SpecialMention
}

func reasons(p *loan.Position, spread account.Class) []string {
	var list []string
	for _, reason := range p.Reasons {
		if standing(reason) {
			list = append(list, reason)
		}
	}
	if p.Floor > account.Pass {
		list = append(list, p.Why)
	}
	if spread > account.Pass {
		list = append(list, otherLoans)
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list[:min(len(list), maxReasons)]
}

// others are the debtor's other loans as the command names them, the
// non-performing ones first where there are too many.
func (d *debtor) others(positions []loan.Position, of int) []int {
	var others []int
	for _, i := range d.loans {
		if i != of {
			others = append(others, i)
		}
	}
	slices.SortFunc(others, func(a, b int) int {
		x, y := &positions[a], &positions[b]
		if bad(x) != bad(y) {
			if bad(x) {
				return -1
			}
			return 1
		}
		return strings.Compare(x.Loan, y.Loan)
	})
	return others[:min(len(others), maxBecause)]
}
