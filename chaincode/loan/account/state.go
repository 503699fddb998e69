package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// State is what entries have done so far. The zero value is a loan just
// disbursed. It is kept on the ledger as an array: fields are appended only.
// States are values: nothing that one holds is ever written to.
type State struct {
	Instalment int       // index of the first instalment not wholly paid
	Partly     Partly    // what of that one is unpaid, once something of it was paid
	Advance    money.Fen // 预收: waits for the next due date
	Fee        money.Fen // costs of recovery, unpaid
	Paid       Parts     // all that was ever paid, by part
	Amended    *Amended  // what else than repayments and charges has come; nil for most loans
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

// Amended 变更 is what entries other than repayments and charges have done.
type Amended struct {
	Legs       []Leg     // where the plan was made anew, in order
	Prices     []Price   // rates in force after the contract's, in order
	Periods    int       // of the extended term; 0: the contract's
	Prepaid    money.Fen // principal of prepayments: what no instalment schedules any more
	Opening    *Opening  // of a loan taken on
	Guarantor  Parts     // of Paid, what a guarantor paid 代偿
	WrittenOff *WrittenOffDebt
	Recovered  money.Fen // received since the write-off
	Classed    *Classed
	Refunded   money.Fen // of advances
}

// Price 执行利率 is the rate in force from a day on. What was misused 挪用 bears
// so many percent more.
type Price struct {
	From   calendar.Date
	Rate   money.Rate
	Misuse int // percent
}

// WrittenOffDebt 核销 is what was written off. The debt lives on (账销案存).
type WrittenOffDebt struct {
	On        calendar.Date
	Principal money.Fen
	Interest  money.Fen // with penalty and compound interest, as accrued to the day
}

// Classed is the class that the bank gave, which may be worse than the floor.
type Classed struct {
	On      calendar.Date
	Class   Class
	Reasons []string
}

// amended gives a copy to write to.
func (s *State) amended() *Amended {
	var m Amended
	if s.Amended != nil {
		m = *s.Amended
	}
	s.Amended = &m
	return s.Amended
}
