package account

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Part 款项 is what a part of a payment is for.
type Part uint8

const (
	Fee       Part = iota // 费用
	Penalty               // 罚息
	Compound              // 复利
	Interest              // 利息
	Principal             // 本金
)

var partNames = [...]string{"fee", "penalty", "compound", "interest", "principal"}

func (p Part) String() string {
	if int(p) >= len(partNames) {
		return "unknown"
	}
	return partNames[p]
}

// Parts are amounts by what they are for.
type Parts struct {
	Fee       money.Fen `json:"fee"`
	Penalty   money.Fen `json:"penalty"`
	Compound  money.Fen `json:"compound"`
	Interest  money.Fen `json:"interest"`
	Principal money.Fen `json:"principal"`
}

// Sum is the amount that the parts make up.
func (p Parts) Sum() money.Fen { return p.Fee + p.Penalty + p.Compound + p.Interest + p.Principal }

// Of is the amount of one part.
func (p Parts) Of(part Part) money.Fen { return *p.at(part) }

func (p *Parts) at(part Part) *money.Fen {
	switch part {
	case Fee:
		return &p.Fee
	case Penalty:
		return &p.Penalty
	case Compound:
		return &p.Compound
	case Interest:
		return &p.Interest
	}
	return &p.Principal
}

func (p Parts) plus(q Parts) Parts {
	return Parts{p.Fee + q.Fee, p.Penalty + q.Penalty, p.Compound + q.Compound, p.Interest + q.Interest, p.Principal + q.Principal}
}

// Order is the sequence in which a payment pays the parts of an instalment.
// Fees belong to no instalment: they stand with the oldest that is due, and
// are paid at once when none is.
type Order []Part

var (
	// Normal 正常: interest before principal (民法典 561).
	Normal = Order{Fee, Penalty, Compound, Interest, Principal}
	// PrincipalFirst 不良贷款本金优先.
	PrincipalFirst = Order{Fee, Principal, Interest, Penalty, Compound}
)

// ParseOrder reads the five parts in the order in which they are paid.
func ParseOrder(names []string) (Order, error) {
	order := make(Order, 0, len(names))
	for _, name := range names {
		for p, known := range partNames {
			if name == known {
				order = append(order, Part(p))
			}
		}
	}
	if len(order) != len(names) || !order.valid() {
		return nil, &Error{Code: "ALLOCATION_ORDER", Field: "allocation", Limit: strings.Join(partNames[:], ", "), Value: invalid.Shown(strings.Join(names, ", ")),
			Zh: "还款冲抵顺序须为五项款项各一次", En: "the order of allocation must name each of the five parts once", Hint: "write it like fee, penalty, compound, interest, principal"}
	}
	return order, nil
}

// valid reports whether each part stands in the order once.
func (o Order) valid() bool {
	var seen [len(partNames)]bool
	for _, p := range o {
		if int(p) >= len(seen) || seen[p] {
			return false
		}
		seen[p] = true
	}
	return len(o) == len(seen)
}

func (o Order) String() string {
	names := make([]string, len(o))
	for i, p := range o {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}

// Allocation is where a payment went; the parts and the advance add up to it.
type Allocation struct {
	Parts
	Advance money.Fen `json:"advance"`
}
