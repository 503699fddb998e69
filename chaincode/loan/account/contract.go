package account

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Error says which of a contract's terms cannot be used, and why.
type Error = invalid.Error

// Contract is what determines an account besides its entries. It is kept on
// the ledger as an array: fields are appended only.
type Contract struct {
	Terms          schedule.Terms
	PenaltyPercent int   // 罚息加收: 50 makes the penalty rate 1.5 times the rate
	GraceDays      int   // 宽限期
	NonPerforming  int   // days past due above which principal is paid first; 0: never
	Allocation     Order // 冲抵顺序 while the loan performs; none is Normal

	PenaltyHundredths int // of a percent, beyond PenaltyPercent: 33.5 percent is 33 and 50
}

// Limits within which no sum of an account leaves an int64: compound interest
// on three centuries of interest at the highest rate stays below 2·10^18 fen.
const (
	MaxPrincipal money.Fen  = 1e13
	MaxRate      money.Rate = money.One
	MaxPenalty              = 100
)

// hundredths of a percent are what penalties are counted in.
const hundredths = 100

// penalty is the penalty percent in hundredths.
func (c *Contract) penalty() int { return c.PenaltyPercent*hundredths + c.PenaltyHundredths }

// Account is a contract with the plan that it began with.
type Account struct {
	contract Contract
	plan     schedule.Plan
	maturity calendar.Date // due date of the last instalment
}

// Open computes the plan of a contract. Its only errors are *Error.
func Open(c Contract) (*Account, error) {
	limit := func(code, field, limit, value, zh, en string) error {
		return &Error{Code: code, Field: field, Limit: limit, Value: value, Zh: zh, En: en, Hint: "check the contract"}
	}
	switch {
	case c.Terms.Principal > MaxPrincipal:
		return nil, limit("PRINCIPAL_RANGE", "principal", MaxPrincipal.String(), c.Terms.Principal.String(), "本金超过上限", "the principal is above the limit")
	case c.Terms.Rate > MaxRate:
		return nil, limit("RATE_RANGE", "rate", MaxRate.String()+" percent", c.Terms.Rate.String(), "利率超过上限", "the rate is above the limit")
	case c.PenaltyPercent < 0 || c.PenaltyPercent > MaxPenalty:
		return nil, limit("PENALTY_RANGE", "penalty_percent", "0.."+strconv.Itoa(MaxPenalty), strconv.Itoa(c.PenaltyPercent), "罚息加收比例超出范围", "the penalty percent is out of range")
	case c.PenaltyHundredths < 0 || c.PenaltyHundredths > 99 || c.penalty() > MaxPenalty*hundredths:
		return nil, limit("PENALTY_RANGE", "penalty_percent", "0.."+strconv.Itoa(MaxPenalty)+", two decimals", strconv.Itoa(c.PenaltyHundredths)+" hundredths", "罚息加收比例超出范围", "the penalty percent is out of range")
	case c.GraceDays < 0 || c.NonPerforming < 0:
		return nil, limit("DAYS_NEGATIVE", "grace_days", "0", strconv.Itoa(min(c.GraceDays, c.NonPerforming)), "天数不能为负", "a number of days is negative")
	case c.Allocation != nil && !c.Allocation.valid():
		return nil, limit("ALLOCATION_ORDER", "allocation", Normal.String(), c.Allocation.String(), "还款冲抵顺序须为五项款项各一次", "the order of allocation must name each of the five parts once")
	}
	plan, err := schedule.Build(c.Terms)
	if err != nil {
		return nil, err
	}
	if n, growing := plan.Growing(); growing {
		return nil, limit("PLAN_GROWING", "instalment_multiple", "interest of each instalment", "instalment "+strconv.Itoa(n), "每期还款额不足以支付利息", "an instalment is smaller than its interest")
	}
	return &Account{contract: c, plan: plan, maturity: plan.Instalments[len(plan.Instalments)-1].Due}, nil
}

// Plan is the repayment plan that the contract began with.
func (a *Account) Plan() schedule.Plan { return a.plan }

// Maturity is the due date of the last instalment of that plan.
func (a *Account) Maturity() calendar.Date { return a.maturity }

// Contract is what the account was opened with.
func (a *Account) Contract() Contract { return a.contract }

// order is the sequence of a performing loan.
func (a *Account) order() Order {
	if a.contract.Allocation != nil {
		return a.contract.Allocation
	}
	return Normal
}
