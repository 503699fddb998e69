package loan

import (
	"errors"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

func (c SignContent) terms(from calendar.Date) schedule.Terms {
	periods := c.Periods
	if len(c.Dues) > 0 {
		periods = len(c.Dues)
	}
	return schedule.Terms{Method: c.Method, Principal: c.Amount, Rate: c.Rate, Periods: periods, EveryMonths: c.EveryMonths, From: from,
		DayCount: c.DayCount, Rounding: c.Rounding, MonthEnd: c.MonthEnd, Multiple: c.Multiple, Dues: c.Dues}
}

// months is the contract's term; content is valid, so it does not overflow.
func (c SignContent) months() int {
	if n := len(c.Dues); n > 0 {
		return monthsTo(c.Date, c.Dues[n-1].Date)
	}
	return c.Periods * c.EveryMonths
}

// timed checks the periods, or the days of a seasonal plan.
func (c SignContent) timed() error {
	if c.Method != schedule.Seasonal {
		if len(c.Dues) > 0 {
			return DuesMethod.At("dues", "SEA", c.Method)
		}
		return first(months("periods", c.Periods), months("every_months", c.EveryMonths))
	}
	n := len(c.Dues)
	switch {
	case n < 1 || n > maxMonths:
		return DuesMethod.At("dues", "1..360", n)
	case c.Periods != 0 && c.Periods != n:
		return DuesMethod.At("periods", n, c.Periods)
	case c.EveryMonths != 0:
		return DuesMethod.At("every_months", 0, c.EveryMonths)
	case !c.Dues[n-1].Date.Valid():
		return DuesMethod.At("dues", "a date", c.Dues[n-1].Date)
	}
	return nil
}

// Sign 签约: the contract within the credit. The rate cap is checked again, at
// the date of signing.
var Sign = command.Command[SignContent]{
	Spec:  command.Spec{Name: "loan.Sign", Zh: "签订合同", En: "sign the contract", Lane: command.LoanLane, Access: officer},
	Wants: func(c SignContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Valid: func(c SignContent) error {
		err := first(positive("amount", c.Amount, account.MaxPrincipal), rated("rate", c.Rate), method("method", c.Method), c.timed())
		if err != nil {
			return err
		}
		if _, no := c.floats(); no != nil {
			return no
		}
		switch {
		case c.months() > maxMonths:
			return MonthsRange.At("periods", "1..360 months", c.months())
		case c.Method == schedule.FlatInterest && c.ActualRate == nil:
			return ShownRate.At("actual_rate", "percent a year", nil)
		case (c.Method == schedule.Bullet || c.Method == schedule.Revolving) && c.months() > 12:
			return BulletTerm.At("periods", 12, c.months())
		}
		return overdueTerms(c.PenaltyPercent, c.GraceDays)
	},
	Decide: func(ctx *command.Context, c SignContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Sign", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := apart(ctx, l.Credit.By); no != nil {
			return nil, no
		}
		switch {
		case c.Amount > l.Credit.Limit:
			return nil, AboveCredit.At("amount", l.Credit.Limit, c.Amount)
		case c.months() > l.Credit.Months:
			return nil, TermCredit.At("periods", l.Credit.Months, c.months())
		case c.Method != l.Credit.Method:
			return nil, MethodOther.At("method", l.Credit.Method, c.Method)
		}
		_, base, err := capped(ctx, c.Date, c.months(), c.Rate)
		if err != nil {
			return nil, err
		}
		floating, _ := c.floats() // valid
		if floating != nil {
			if rate := floating.rate(base); c.Rate != rate {
				return nil, FloatRate.At("rate", rate, c.Rate)
			}
		}
		if c.Rate > l.Credit.Rate {
			return nil, RateCredit.At("rate", l.Credit.Rate, c.Rate)
		}
		rules := consortium.Of(ctx).Rules
		percent, err := penaltyPercent(rules, c.PenaltyPercent)
		if err != nil {
			return nil, err
		}
		contract := account.Contract{Terms: c.terms(c.Date), PenaltyPercent: percent, GraceDays: c.GraceDays, NonPerforming: rules.NonPerforming}
		a, err := account.Open(contract)
		if err != nil {
			return nil, planned(err)
		}
		if no := c.shown(a.Plan()); no != nil {
			return nil, no
		}
		// The first day and the principal are those of the disbursement.
		contract.Terms = begun(contract.Terms, 0, 0)
		return []ledgerstate.Change{Kind.Happened(c.Loan, ContractSigned{Contract{Date: c.Date, Amount: c.Amount, Account: contract, Floating: floating}})}, nil
	},
}

// overdueTerms refuses a penalty or days of grace that no ledger could accept.
func overdueTerms(penalty *int, graceDays int) error {
	if penalty != nil && (*penalty < 0 || *penalty > account.MaxPenalty) {
		return Penalty.At("penalty_percent", "0..100", *penalty)
	}
	if graceDays < 0 || graceDays > maxGraceDays {
		return Grace.At("grace_days", "0..7", graceDays)
	}
	return nil
}

// penaltyPercent is what a contract agrees on, within the ledger's parameter,
// which also stands where it says nothing.
func penaltyPercent(rules consortium.Parameters, agreed *int) (int, error) {
	switch {
	case agreed == nil:
		return rules.PenaltyPercent, nil
	case *agreed > rules.PenaltyPercent:
		return 0, Penalty.At("penalty_percent", rules.PenaltyPercent, *agreed)
	}
	return *agreed, nil
}

// shown refuses an annualized rate shown to the borrower that is not the
// plan's, as if the loan were disbursed on the day of signing, to a hundredth
// of a percent.
func (c SignContent) shown(plan schedule.Plan) *refusal.Refusal {
	if c.ActualRate == nil {
		return nil
	}
	rate, err := actualRate(c.Amount, c.Date, plan)
	if off := rate - *c.ActualRate; err != nil || off > money.BasisPoint/2 || off < -money.BasisPoint/2 {
		return ShownRate.At("actual_rate", rate, *c.ActualRate)
	}
	return nil
}

// actualRate is the annualized rate of a plan to a hundredth of a percent.
func actualRate(received money.Fen, on calendar.Date, plan schedule.Plan) (money.Rate, error) {
	rate, err := schedule.ActualRate(received, on, plan.Instalments)
	return (rate + money.BasisPoint/2) / money.BasisPoint * money.BasisPoint, err
}

// planned makes a refusal of why terms give no plan.
func planned(err error) error {
	var e *invalid.Error
	if !errors.As(err, &e) {
		return err
	}
	return PlanInvalid.At(e.Field, e.Limit, e.Value)
}

// Disburse 放款, once per loan. What is paid out adds up to the amount:
// interest and fees are not withheld (民法典 670).
var Disburse = command.Command[DisburseContent]{
	Spec:  command.Spec{Name: "loan.Disburse", Zh: "放款", En: "disburse the loan", Source: "民法典第670条", Lane: command.LoanLane, Access: officer},
	Wants: func(c DisburseContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Valid: func(c DisburseContent) error {
		_, err := c.event()
		return err
	},
	Decide: func(ctx *command.Context, c DisburseContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Disburse", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := apart(ctx, l.Credit.By); no != nil {
			return nil, no
		}
		if c.Amount > l.Contract.Amount {
			return nil, AboveContract.At("amount", l.Contract.Amount, c.Amount)
		}
		contract := l.Contract.Account
		contract.Terms = begun(contract.Terms, c.Date, c.Amount)
		if _, err := account.Open(contract); err != nil {
			return nil, planned(err)
		}
		e, err := c.event()
		if err != nil {
			return nil, err
		}
		e.Recorded, e.Replaces = recorded(ctx, c.Date), c.Replaces
		if err := mayReplace(ctx, c.Loan, c.Replaces); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, e)}, nil
	},
}

// event is what the content says happened, checked as far as it goes without
// a ledger.
func (c DisburseContent) event() (LoanDisbursed, error) {
	e := LoanDisbursed{Date: c.Date, Amount: c.Amount}
	if err := first(positive("amount", c.Amount, account.MaxPrincipal), optionalNumber("replaces", c.Replaces)); err != nil {
		return e, err
	}
	var err error
	if e.Voucher, err = hash("voucher", c.Voucher); err != nil {
		return e, err
	}
	if n := len(c.Payments); n < 1 || n > maxPayments {
		return e, PaymentsCount.At("payments", "1..50", n)
	}
	var sum money.Fen
	e.Payments = make([]Paid, len(c.Payments))
	for i, p := range c.Payments {
		if err := positive("payments.amount", p.Amount, account.MaxPrincipal); err != nil {
			return e, err
		}
		payee, err := hash("payments.payee", p.Payee)
		if err != nil {
			return e, err
		}
		e.Payments[i] = Paid{Payee: payee, Amount: p.Amount, Entrusted: p.Entrusted}
		sum += p.Amount // at most 50 × 10^13
	}
	if sum != c.Amount {
		return e, Withheld.At("payments", c.Amount, sum)
	}
	return e, nil
}
