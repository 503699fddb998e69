package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ApplyContent is an application for credit 信贷申请. It names the subject by
// pseudonym, since all three authorities read it.
type ApplyContent struct {
	command.Head
	Application ledgerstate.Ref  `json:"application"` // no: the application number 申请编号
	Subject     string           `json:"subject"`     // pseudonym in this book
	Product     string           `json:"product"`     // 产品代码: AGR, TAX, …
	Amount      money.Fen        `json:"amount"`      // 申请金额
	Months      int              `json:"months"`      // 申请期限
	Use         string           `json:"use"`         // 贷款用途, a code of Uses
	Grant       *ledgerstate.Ref `json:"grant,omitempty"`
	Channel     string           `json:"channel"` // 受理渠道, a code of Channels
}

// RouteContent sends an application to the bank of this book 分派; its date
// starts the term for the decision.
type RouteContent struct {
	command.Head
	Application ledgerstate.Ref `json:"application"`
}

// AcceptContent accepts a routed application 受理. The subject's natural key
// is seen by the endorsers of its lane alone, the bank and the Commission.
type AcceptContent struct {
	command.Head
	Loan        ledgerstate.Ref `json:"loan"` // no: the contract number 合同编号
	Application ledgerstate.Ref `json:"application"`
	Subject     ledgerstate.Ref `json:"subject"`
	Grant       ledgerstate.Ref `json:"grant"` // of purpose 01
}

// RejectContent ends an accepted application without a loan 拒贷.
type RejectContent struct {
	command.Head
	Loan   ledgerstate.Ref `json:"loan"`
	Reason string          `json:"reason"` // a code of RejectReasons, mandatory
}

// CreditContent is the decision on credit 授信.
type CreditContent struct {
	command.Head
	Loan      ledgerstate.Ref `json:"loan"`
	Grant     ledgerstate.Ref `json:"grant"` // of purpose 01 or 02
	Limit     money.Fen       `json:"limit"` // 授信额度
	Rate      money.Rate      `json:"rate"`  // highest rate of the contract
	Months    int             `json:"months"`
	Method    schedule.Method `json:"method"`    // 还款方式
	Guarantee string          `json:"guarantee"` // 担保方式, a code of Guarantees: C1 … C5
}

// SignContent is the contract 签约.
type SignContent struct {
	command.Head
	Loan        ledgerstate.Ref   `json:"loan"`
	Amount      money.Fen         `json:"amount"`
	Rate        money.Rate        `json:"rate"`
	Method      schedule.Method   `json:"method"`
	Periods     int               `json:"periods"`
	EveryMonths int               `json:"every_months"`
	DayCount    calendar.DayCount `json:"day_count,omitempty"` // left out: months/12 for EQI and EQP, ACT/360 for IOB and BUL
	Rounding    money.Rounding    `json:"rounding,omitempty"`  // left out: half-up
	MonthEnd    calendar.MonthEnd `json:"month_end,omitempty"` // left out: clamp
	Multiple    money.Fen         `json:"instalment_multiple,omitempty"`
	// PenaltyPercent 罚息加收: left out, it is the ledger's parameter, which
	// is also its limit.
	PenaltyPercent *int `json:"penalty_percent,omitempty"`
	GraceDays      int  `json:"grace_days,omitempty"` // 宽限期

	Dues    []schedule.Due `json:"dues,omitempty"`    // SEA: days and amounts of principal; periods and every_months may be left out
	Reprice Repricing      `json:"reprice,omitempty"` // 重定价方式; left out: a fixed rate
	Spread  *money.Rate    `json:"spread,omitempty"`  // 加点 above the LPR of the tenor, possibly negative; needed for a floating rate
	Cap     *money.Rate    `json:"cap,omitempty"`     // of a floating rate
	Floor   *money.Rate    `json:"floor,omitempty"`
	// ActualRate 贷款年化利率 as shown to the borrower; needed for EPI, which
	// costs far more than its rate.
	ActualRate *money.Rate `json:"actual_rate,omitempty"`
}

// DisburseContent pays the loan out 放款; its date is the first that bears
// interest.
type DisburseContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`
	Amount   money.Fen       `json:"amount"`
	Voucher  string          `json:"voucher"`  // SHA-256 of the voucher 凭证, hex
	Payments []Payment       `json:"payments"` // what was paid out; adds up to Amount (民法典 670: nothing is withheld)
	Replaces string          `json:"replaces,omitempty"`
}

// Payment is one payment of a disbursement.
type Payment struct {
	Payee     string    `json:"payee"` // SHA-256 of payee and masked account number, hex
	Amount    money.Fen `json:"amount"`
	Entrusted bool      `json:"entrusted,omitempty"` // 受托支付; else to the borrower 自主支付
}

// RepayContent is a repayment 还款: it goes to what is due, oldest first; what
// remains waits as an advance for the next due date.
type RepayContent struct {
	command.Head
	Loan     ledgerstate.Ref `json:"loan"`
	Amount   money.Fen       `json:"amount"`
	Replaces string          `json:"replaces,omitempty"`
}

// ChargeContent adds costs of recovery 实现债权费用 (litigation, enforcement) that
// the debtor bears; the next repayment goes to them first (民法典 561).
type ChargeContent struct {
	command.Head
	Loan    ledgerstate.Ref `json:"loan"`
	Amount  money.Fen       `json:"amount"`
	Voucher string          `json:"voucher"` // SHA-256 of the voucher, hex

	Replaces string `json:"replaces,omitempty"`
}

// SettleContent closes a loan on which nothing is owed 结清.
type SettleContent struct {
	command.Head
	Loan ledgerstate.Ref `json:"loan"`
}
