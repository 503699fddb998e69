package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// State is what repayments have done so far. The zero value is a loan just
// disbursed. It is kept on the ledger as an array: fields are appended only.
type State struct {
	Instalment int       // index of the first instalment not wholly paid
	Partly     Partly    // what of that one is unpaid, once something of it was paid
	Advance    money.Fen // 预收: waits for the next due date
	Fee        money.Fen // costs of recovery, unpaid
	Paid       Parts     // all that was ever paid, by part
}

// Partly is what is unpaid of an instalment of which something was paid.
type Partly struct {
	Touched        bool // else the instalment is unpaid as scheduled
	Principal      money.Fen
	Interest       money.Fen
	PrincipalSince calendar.Date // when its unpaid principal last changed
	InterestSince  calendar.Date
	// Penalty and Compound of ended pieces less what was paid. They may be
	// negative: a running piece is paid before it ends.
	Penalty  money.Fen
	Compound money.Fen
}

// Part 款项 is what a part of a payment is for.
type Part uint8

const (
	Fee       Part = iota // 费用
	Penalty               // 罚息
	Compound              // 复利
	Interest              // 利息
	Principal             // 本金
)

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

func (p Parts) plus(q Parts) Parts {
	return Parts{p.Fee + q.Fee, p.Penalty + q.Penalty, p.Compound + q.Compound, p.Interest + q.Interest, p.Principal + q.Principal}
}

// Order is the sequence in which an instalment's parts are paid. Fees belong
// to no instalment and come first (民法典 561).
type Order []Part

var (
	// Normal 正常: interest before principal.
	Normal = Order{Penalty, Compound, Interest, Principal}
	// PrincipalFirst 不良贷款本金优先.
	PrincipalFirst = Order{Principal, Interest, Penalty, Compound}
)

// Allocation is where a payment went; the parts and the advance add up to it.
type Allocation struct {
	Parts
	Advance money.Fen `json:"advance"`
}
