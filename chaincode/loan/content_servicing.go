package loan

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// An entry may say which reversed entry it stands for 补记: Replaces, by its
// business number.

// PrepayContent is a prepayment 提前还款: what is due, interest to the day, then
// principal.
type PrepayContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`
	Amount   money.Fen       `json:"amount"`
	Effect   string          `json:"effect,omitempty"` // reduce 减少每期还款额 (left out), shorten 缩短期限
	Replaces string          `json:"replaces,omitempty"`
}

// GuaranteePayContent is a guarantor's payment 代偿 of what is due.
type GuaranteePayContent struct {
	command.Head
	Loan      ledgerstate.Ref `json:"loan"`
	Amount    money.Fen       `json:"amount"`
	Guarantor string          `json:"guarantor"` // SHA-256 of the guarantor's name and number, hex
	Voucher   string          `json:"voucher"`   // SHA-256 of the voucher, hex
	Replaces  string          `json:"replaces,omitempty"`
}

// RecoverContent is what came in after the write-off 核销后收回.
type RecoverContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`
	Amount   money.Fen       `json:"amount"`
	Voucher  string          `json:"voucher"` // SHA-256 of the voucher, hex
	Replaces string          `json:"replaces,omitempty"`
}

// WriteOffContent writes a loan off 核销; the debt lives on (账销案存).
type WriteOffContent struct {
	command.Head
	Loan    ledgerstate.Ref `json:"loan"`
	Voucher string          `json:"voucher"` // SHA-256 of the decision, hex
	Reason  string          `json:"reason"`  // 1 to 200 characters
}

// MisuseContent says that the loan is misused 挪用 from its date on: the rate
// bears so many percent more.
type MisuseContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`
	Percent  int             `json:"percent"` // 50 makes the rate 1.5 times; 0: it is used as agreed again
	Voucher  string          `json:"voucher"` // SHA-256 of the findings, hex
	Replaces string          `json:"replaces,omitempty"`
}

// RefundContent gives back of what waits as an advance 退还预收.
type RefundContent struct {
	command.Head
	Loan    ledgerstate.Ref `json:"loan"`
	Amount  money.Fen       `json:"amount"`
	Voucher string          `json:"voucher"` // SHA-256 of the voucher, hex
}

// ExtendContent lengthens the term 展期.
type ExtendContent struct {
	command.Head
	Loan    ledgerstate.Ref `json:"loan"`
	Periods int             `json:"periods,omitempty"` // of the whole term after it; not of SEA
	Dues    []schedule.Due  `json:"dues,omitempty"`    // SEA: what is due from now on
	Voucher string          `json:"voucher"`           // SHA-256 of the agreement, hex
}

// TakenTerms are the terms of a loan that existed before the ledger, and where
// it stood at the end of the day of the take-on.
type TakenTerms struct {
	Product     string            `json:"product"`
	Guarantee   string            `json:"guarantee"` // a code of Guarantees
	Signed      calendar.Date     `json:"signed"`    // 签约日期
	Disbursed   calendar.Date     `json:"disbursed"` // 放款日期
	Amount      money.Fen         `json:"amount"`    // that was disbursed
	Rate        money.Rate        `json:"rate"`
	Method      schedule.Method   `json:"method"`
	Periods     int               `json:"periods,omitempty"` // not of SEA, like EveryMonths
	EveryMonths int               `json:"every_months,omitempty"`
	Dues        []schedule.Due    `json:"dues,omitempty"` // SEA
	DayCount    calendar.DayCount `json:"day_count,omitempty"`
	Rounding    money.Rounding    `json:"rounding,omitempty"`
	MonthEnd    calendar.MonthEnd `json:"month_end,omitempty"`
	Multiple    money.Fen         `json:"instalment_multiple,omitempty"`
	// PenaltyPercent: left out, the ledger's parameter, which is also its limit.
	PenaltyPercent *int `json:"penalty_percent,omitempty"`
	GraceDays      int  `json:"grace_days,omitempty"`

	PaidTo  calendar.Date  `json:"paid_to"` // 已结息日: the last due date on or before the day, or the first day
	Balance money.Fen      `json:"balance"` // principal that is not due yet
	Each    money.Fen      `json:"each,omitempty"`
	Arrears []TakenArrears `json:"arrears,omitempty"` // in order of instalments
	Voucher string         `json:"voucher"`           // SHA-256 of the statement of balances, hex
}

// TakenArrears is what of an earlier instalment was unpaid.
type TakenArrears struct {
	Instalment int       `json:"instalment"` // its number, from 1
	Principal  money.Fen `json:"principal,omitempty"`
	Interest   money.Fen `json:"interest,omitempty"`
	Penalty    money.Fen `json:"penalty,omitempty"`
	Compound   money.Fen `json:"compound,omitempty"`
}

// TakeOnContent proposes to take an existing loan on 接续; its date is the day
// of the balances. A second person confirms it.
type TakeOnContent struct {
	command.Head
	Loan    ledgerstate.Ref `json:"loan"` // no: the contract number 合同编号
	Subject ledgerstate.Ref `json:"subject"`
	Grant   ledgerstate.Ref `json:"grant"` // of purpose 03
	TakenTerms
}

// AmendTakeOnContent puts other terms and balances in the place of those that
// were proposed and are not confirmed yet.
type AmendTakeOnContent struct {
	command.Head
	Loan ledgerstate.Ref `json:"loan"`
	TakenTerms
}

// ConfirmTakeOnContent is the second signature.
type ConfirmTakeOnContent struct {
	command.Head
	Loan ledgerstate.Ref `json:"loan"`
}

// RequestReversalContent asks that an entry be reversed 冲正申请.
type RequestReversalContent struct {
	command.Head
	Loan   ledgerstate.Ref `json:"loan"`
	Entry  string          `json:"entry"`  // its business number
	Reason string          `json:"reason"` // 1 to 200 characters
}

// ReverseContent reverses it 冲正.
type ReverseContent struct {
	command.Head
	Loan   ledgerstate.Ref `json:"loan"`
	Entry  string          `json:"entry"`
	Reason string          `json:"reason"`
}

// EncodeMsgpack leaves out what few repayments have, so that one sent before
// there was such a thing is known again.
func (c RepayContent) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 4, c.Number, c.Date, c.Loan, c.Amount, c.Replaces)
}

// EncodeMsgpack is like that of RepayContent.
func (c ChargeContent) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 5, c.Number, c.Date, c.Loan, c.Amount, c.Voucher, c.Replaces)
}

// EncodeMsgpack is like that of RepayContent.
func (c DisburseContent) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 6, c.Number, c.Date, c.Loan, c.Amount, c.Voucher, c.Payments, c.Replaces)
}
