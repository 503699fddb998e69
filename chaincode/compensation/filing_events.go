package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// RegistryPlace says where the commons' registry counts a filing: the buckets
// of its borrower and of its pledge, counted from one; 0 is none.
type RegistryPlace struct{ Borrower, Pledge uint8 }

// FilingReserved is a filing's first event, and that of a reservation that
// comes again.
type FilingReserved struct {
	Date        calendar.Date
	Loan        ledgerstate.ID
	Contract    string
	Application string
	Pack        string
	Amount      money.Fen
	Place       RegistryPlace
}

// Evolve implements ledgerstate.Event.
func (e FilingReserved) Evolve(Filing) Filing {
	return Filing{Status: FilingDraft, Reserved: e.Date, Loan: e.Loan, Contract: e.Contract, Application: e.Application, Pack: e.Pack, Amount: e.Amount, Place: e.Place}
}

// DigestEvent leaves out what differs from ledger to ledger.
func (e FilingReserved) DigestEvent() any {
	e.Loan, e.Place = ledgerstate.ID{}, RegistryPlace{}
	return e
}

// LoanFiled files the loan as it was found eligible.
type LoanFiled struct {
	Date  calendar.Date
	Pack  string
	Found Found
}

// Evolve implements ledgerstate.Event.
func (e LoanFiled) Evolve(f Filing) Filing {
	f.Status, f.Date, f.Pack, f.Amount = FilingFiled, e.Date, e.Pack, e.Found.Amount
	f.Type, f.Region, f.Industry, f.Size = e.Found.Type, e.Found.Region, e.Found.Industry, e.Found.Size
	f.Product, f.Guarantee, f.FirstLoan, f.Rate, f.LPR = e.Found.Product, e.Found.Guarantee, e.Found.FirstLoan, e.Found.Rate, e.Found.LPR
	if e.Found.Condition != nil {
		f.Status, f.Condition = FilingConditional, e.Found.Condition
	}
	return f
}

// ConditionMet makes a conditional filing effective.
type ConditionMet struct {
	Date calendar.Date
	CID  string
}

// Evolve implements ledgerstate.Event.
func (e ConditionMet) Evolve(f Filing) Filing {
	f.Status, f.Condition = FilingEffective, nil
	return f
}

// FilingTakenBack revokes it.
type FilingTakenBack struct {
	Date         calendar.Date
	Reason, Note string
}

// Evolve implements ledgerstate.Event.
func (e FilingTakenBack) Evolve(f Filing) Filing {
	f.Status = FilingRevoked
	return f
}
