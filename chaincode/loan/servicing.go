package loan

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// Repay 还款. It may be more than is due, and never more than the contract can
// still ask for: what is due and what the plan schedules.
var Repay = command.Command[RepayContent]{
	Spec:  command.Spec{Name: "loan.Repay", Zh: "还款", En: "repay", Source: "民法典第560、561条", Lane: command.LoanLane, Access: officer},
	Wants: func(c RepayContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Valid: func(c RepayContent) error { return positive("amount", c.Amount, account.MaxPrincipal) },
	Decide: func(ctx *command.Context, c RepayContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Repay", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		f := l.open().At(l.Account, c.Date)
		if most := f.Due + f.Coming; c.Amount > most {
			return nil, AboveOwed.At("amount", most, c.Amount)
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, LoanRepaid{Date: c.Date, Amount: c.Amount})}, nil
	},
}

// Charge 计收实现债权的费用: litigation, enforcement. There are no others on these
// loans, so it needs one that is past due.
var Charge = command.Command[ChargeContent]{
	Spec:  command.Spec{Name: "loan.Charge", Zh: "计收实现债权的费用", En: "charge costs of recovery", Source: "民法典第561条", Lane: command.LoanLane, Access: officer},
	Wants: func(c ChargeContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Valid: func(c ChargeContent) error {
		_, err := hash("voucher", c.Voucher)
		return first(positive("amount", c.Amount, account.MaxPrincipal), err)
	},
	Decide: func(ctx *command.Context, c ChargeContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Charge", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if l.open().PastDue(l.Account, c.Date) == 0 {
			return nil, NotOverdue.At("date", nil, c.Date)
		}
		if most := account.MaxPrincipal - l.Account.Fee; c.Amount > most {
			return nil, AmountRange.At("amount", most, c.Amount)
		}
		voucher, err := hash("voucher", c.Voucher)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, LoanCharged{Date: c.Date, Amount: c.Amount, Voucher: voucher})}, nil
	},
}

// Settle 结清: closes a loan on which nothing is owed.
var Settle = command.Command[SettleContent]{
	Spec:  command.Spec{Name: "loan.Settle", Zh: "结清", En: "settle the loan", Lane: command.LoanLane, Access: officer},
	Wants: func(c SettleContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}} },
	Decide: func(ctx *command.Context, c SettleContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Settle", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		a := l.open()
		if f := a.At(l.Account, c.Date); !a.Cleared(l.Account, c.Date) {
			return nil, StillOwed.At("loan", 0, f.Due+f.Coming)
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, LoanSettled{Date: c.Date})}, nil
	},
}
