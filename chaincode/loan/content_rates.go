package loan

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ResetContent resets a floating rate 利率重定价; its date is the reset day,
// from which the rate counts.
type ResetContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`
	Replaces string          `json:"replaces,omitempty"` // business number of the reversed entry that this one stands for 补记
}

// RepriceContent is a rate that the parties agreed on 协议调整利率; its date is
// the first day on which it counts.
type RepriceContent struct {
	command.Head
	Loan   ledgerstate.Ref `json:"loan"`
	Rate   money.Rate      `json:"rate"`
	Reason string          `json:"reason"` // a code of RepriceReasons

	Replaces string `json:"replaces,omitempty"`
}

// ClassifyContent gives a loan its class 五级分类.
type ClassifyContent struct {
	command.Head
	Loan    ledgerstate.Ref `json:"loan"`
	Class   account.Class   `json:"class"`
	Reasons []string        `json:"reasons,omitempty"` // codes of ClassReasons; needed for any class but normal
	// Because names the debtor's other loans in this book, all of them: when
	// more than a tenth of the debt is non-performing, all of it is.
	Because []ledgerstate.Ref `json:"because,omitempty"`

	Replaces string `json:"replaces,omitempty"`
}

// RenewContent pays a signed loan out by repaying an old one 无还本续贷: no money
// moves but the interest of the period that runs, which the borrower pays.
type RenewContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`               // the new one, signed
	Of       ledgerstate.Ref `json:"of"`                 // the old one
	Interest money.Fen       `json:"interest,omitempty"` // received with it: the old loan's interest to the day
	Voucher  string          `json:"voucher"`            // SHA-256 of the voucher, hex
	// Compliant says that the bank found what the rule asks for (lawful use,
	// going concern, good credit, the standards of a new loan); else the new
	// loan is at best special mention.
	Compliant bool `json:"compliant,omitempty"`
}

// CloseDayContent is what a bank's end of day 日终 found; its date is the open
// business day.
type CloseDayContent struct {
	command.Head
	Loans            int       `json:"loans"`             // disbursed and not settled
	OverdueLoans     int       `json:"overdue_loans"`     // of them, past due
	Normal           money.Fen `json:"normal"`            // outstanding principal by class
	SpecialMention   money.Fen `json:"special_mention"`   //
	Substandard      money.Fen `json:"substandard"`       //
	Doubtful         money.Fen `json:"doubtful"`          //
	Loss             money.Fen `json:"loss"`              //
	OverduePrincipal money.Fen `json:"overdue_principal"` //
	OverdueInterest  money.Fen `json:"overdue_interest"`  //
	Accrued          money.Fen `json:"accrued"`           // interest, penalty and compound interest accrued and not yet due or paid
}

// EncodeMsgpack leaves out what few contracts have, so that one sent before
// there was such a thing is known again.
func (c SignContent) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 14, c.Number, c.Date, c.Loan, c.Amount, c.Rate, c.Method, c.Periods, c.EveryMonths, c.DayCount, c.Rounding, c.MonthEnd,
		c.Multiple, c.PenaltyPercent, c.GraceDays, c.Dues, c.Reprice, c.Spread, c.Cap, c.Floor, c.ActualRate)
}
