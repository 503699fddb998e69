package loan

import (
	"unicode/utf8"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

func wantsLoan(ref ledgerstate.Ref) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: Kind, Ref: ref}}
}

// Repay 还款. It may be more than is due, and never more than the contract can
// still ask for: what is due and what the plan schedules.
var Repay = command.Command[RepayContent]{
	Spec:  command.Spec{Name: "loan.Repay", Zh: "还款", En: "repay", Source: "民法典第560、561条", Lane: command.LoanLane, Access: officer},
	Wants: func(c RepayContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c RepayContent) error {
		return first(positive("amount", c.Amount, account.MaxPrincipal), optionalNumber("replaces", c.Replaces))
	},
	Decide: func(ctx *command.Context, c RepayContent) ([]ledgerstate.Change, error) {
		return enter(ctx, entering{command: "loan.Repay", head: c.Head, loan: c.Loan, replaces: c.Replaces,
			entry: account.Entry{Date: c.Date, Type: account.Repay, Amount: c.Amount},
			event: func(b Booking) ledgerstate.Event[Loan] {
				return LoanRepaid{Date: c.Date, Amount: c.Amount, Booking: b}
			}})
	},
}

// Charge 计收实现债权的费用: litigation, enforcement. There are no others on these
// loans, so it needs one that is past due.
var Charge = command.Command[ChargeContent]{
	Spec:  command.Spec{Name: "loan.Charge", Zh: "计收实现债权的费用", En: "charge costs of recovery", Source: "民法典第561条", Lane: command.LoanLane, Access: officer},
	Wants: func(c ChargeContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c ChargeContent) error {
		_, err := hash("voucher", c.Voucher)
		return first(positive("amount", c.Amount, account.MaxPrincipal), err, optionalNumber("replaces", c.Replaces))
	},
	Decide: func(ctx *command.Context, c ChargeContent) ([]ledgerstate.Change, error) {
		voucher, err := hash("voucher", c.Voucher)
		if err != nil {
			return nil, err
		}
		return enter(ctx, entering{command: "loan.Charge", head: c.Head, loan: c.Loan, replaces: c.Replaces,
			entry: account.Entry{Date: c.Date, Type: account.Charge, Amount: c.Amount},
			event: func(b Booking) ledgerstate.Event[Loan] {
				return LoanCharged{Date: c.Date, Amount: c.Amount, Voucher: voucher, Booking: b}
			}})
	},
}

// Prepay 提前还款: interest is for the days the money was had (民法典 677).
var Prepay = command.Command[PrepayContent]{
	Spec:  command.Spec{Name: "loan.Prepay", Zh: "提前还款", En: "prepay", Source: "民法典第677条", Lane: command.LoanLane, Access: officer},
	Wants: func(c PrepayContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c PrepayContent) error {
		_, err := c.effect()
		return first(positive("amount", c.Amount, account.MaxPrincipal), err, optionalNumber("replaces", c.Replaces))
	},
	Decide: func(ctx *command.Context, c PrepayContent) ([]ledgerstate.Change, error) {
		effect, err := c.effect()
		if err != nil {
			return nil, err
		}
		e := account.Entry{Date: c.Date, Type: account.Prepay, Amount: c.Amount, Effect: effect}
		return enter(ctx, entering{command: "loan.Prepay", head: c.Head, loan: c.Loan, replaces: c.Replaces, entry: e,
			event: func(b Booking) ledgerstate.Event[Loan] { return LoanEntered{Entry: e, Booking: b} }})
	},
}

func (c PrepayContent) effect() (account.Effect, error) {
	if c.Effect == "" {
		return account.Reduce, nil
	}
	e, err := account.ParseEffect(c.Effect)
	if err != nil {
		return e, CodeUnknown.At("effect", account.Reduce.String()+" "+account.Shorten.String(), c.Effect)
	}
	return e, nil
}

// GuaranteePay 代偿: the guarantor pays what is due, and becomes the borrower's
// creditor for it (民法典 700).
var GuaranteePay = command.Command[GuaranteePayContent]{
	Spec:  command.Spec{Name: "loan.GuaranteePay", Zh: "代偿", En: "the guarantor pays", Source: "民法典第681、700条", Lane: command.LoanLane, Access: officer},
	Wants: func(c GuaranteePayContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c GuaranteePayContent) error {
		_, who := hash("guarantor", c.Guarantor)
		_, voucher := hash("voucher", c.Voucher)
		return first(positive("amount", c.Amount, account.MaxPrincipal), who, voucher, optionalNumber("replaces", c.Replaces))
	},
	Decide: func(ctx *command.Context, c GuaranteePayContent) ([]ledgerstate.Change, error) {
		who, err := hash("guarantor", c.Guarantor)
		voucher, wrong := hash("voucher", c.Voucher)
		if err := first(err, wrong); err != nil {
			return nil, err
		}
		e := account.Entry{Date: c.Date, Type: account.Repay, Payer: account.Guarantor, Amount: c.Amount}
		return enter(ctx, entering{command: "loan.GuaranteePay", head: c.Head, loan: c.Loan, replaces: c.Replaces, entry: e,
			also: func(l *Loan) error {
				if l.Credit.Guarantee == unsecured {
					return NoGuarantor.At("guarantor", listed(Guarantees[1:]), l.Credit.Guarantee)
				}
				return nil
			},
			event: func(b Booking) ledgerstate.Event[Loan] {
				return LoanEntered{Entry: e, Voucher: voucher, Guarantor: who, Booking: b}
			}})
	},
}

// unsecured is the code of a loan without a guarantee.
const unsecured = "C1"

// Recover 核销后收回.
var Recover = command.Command[RecoverContent]{
	Spec:  command.Spec{Name: "loan.Recover", Zh: "核销后收回", En: "recover after the write-off", Source: "财金〔2017〕90号", Lane: command.LoanLane, Access: officer},
	Wants: func(c RecoverContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c RecoverContent) error {
		_, err := hash("voucher", c.Voucher)
		return first(positive("amount", c.Amount, account.MaxPrincipal), err, optionalNumber("replaces", c.Replaces))
	},
	Decide: func(ctx *command.Context, c RecoverContent) ([]ledgerstate.Change, error) {
		return proved(ctx, "loan.Recover", c.Head, c.Loan, c.Voucher, c.Replaces, false,
			account.Entry{Date: c.Date, Type: account.Recover, Amount: c.Amount})
	},
}

// proved enters what a voucher proves.
func proved(ctx *command.Context, name string, head command.Head, loan ledgerstate.Ref, voucher, replaces string, ordered bool, e account.Entry) ([]ledgerstate.Change, error) {
	raw, err := hash("voucher", voucher)
	if err != nil {
		return nil, err
	}
	return enter(ctx, entering{command: name, head: head, loan: loan, replaces: replaces, inOrder: ordered, entry: e,
		event: func(b Booking) ledgerstate.Event[Loan] { return LoanEntered{Entry: e, Voucher: raw, Booking: b} }})
}

// Misuse 挪用: the heavier of the penalties for arrears and for misuse counts,
// not both.
var Misuse = command.Command[MisuseContent]{
	Spec:  command.Spec{Name: "loan.Misuse", Zh: "挪用加收罚息", En: "the loan is misused", Source: "银发〔2003〕251号", Lane: command.LoanLane, Access: officer},
	Wants: func(c MisuseContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c MisuseContent) error {
		if c.Percent != 0 && (c.Percent < 50 || c.Percent > account.MaxPenalty) {
			return account.MisusePercent.At("percent", "0, 50..100", c.Percent)
		}
		_, err := hash("voucher", c.Voucher)
		return first(err, optionalNumber("replaces", c.Replaces))
	},
	Decide: func(ctx *command.Context, c MisuseContent) ([]ledgerstate.Change, error) {
		return proved(ctx, "loan.Misuse", c.Head, c.Loan, c.Voucher, c.Replaces, false,
			account.Entry{Date: c.Date, Type: account.Misuse, Percent: c.Percent})
	},
}

// Refund 退还预收. Money that left the bank is not back-dated.
var Refund = command.Command[RefundContent]{
	Spec:  command.Spec{Name: "loan.Refund", Zh: "退还预收", En: "refund an advance", Lane: command.LoanLane, Access: officer},
	Wants: func(c RefundContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c RefundContent) error {
		_, err := hash("voucher", c.Voucher)
		return first(positive("amount", c.Amount, account.MaxPrincipal), err)
	},
	Decide: func(ctx *command.Context, c RefundContent) ([]ledgerstate.Change, error) {
		return proved(ctx, "loan.Refund", c.Head, c.Loan, c.Voucher, "", true,
			account.Entry{Date: c.Date, Type: account.Refund, Amount: c.Amount})
	},
}

// Extend 展期, before the loan is due: a supervisor's signature, who is not the
// officer that brought the loan in.
var Extend = command.Command[ExtendContent]{
	Spec:  command.Spec{Name: "loan.Extend", Zh: "展期", En: "extend the term", Source: "民法典第678条, 流动资金贷款管理办法, 贷款通则第12条", Lane: command.LoanLane, Access: supervisor},
	Wants: func(c ExtendContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c ExtendContent) error {
		_, err := hash("voucher", c.Voucher)
		if len(c.Dues) > maxMonths {
			return MonthsRange.At("dues", maxMonths, len(c.Dues))
		}
		if len(c.Dues) == 0 {
			err = first(months("periods", c.Periods), err)
		}
		return err
	},
	Decide: func(ctx *command.Context, c ExtendContent) ([]ledgerstate.Change, error) {
		voucher, err := hash("voucher", c.Voucher)
		if err != nil {
			return nil, err
		}
		e := account.Entry{Date: c.Date, Type: account.Extend, Periods: c.Periods, Dues: c.Dues}
		return enter(ctx, entering{command: "loan.Extend", head: c.Head, loan: c.Loan, inOrder: true, entry: e,
			also:   func(l *Loan) error { return asError(apart(ctx, l.AcceptedBy)) },
			leaves: func(l *Loan) error { return l.within(consortium.Of(ctx).Rules) },
			event:  func(b Booking) ledgerstate.Event[Loan] { return LoanEntered{Entry: e, Voucher: voucher, Booking: b} }})
	},
}

// WriteOff 核销, by a supervisor who is not the officer that brought the loan
// in. Compensation and write-off are independent of each other.
var WriteOff = command.Command[WriteOffContent]{
	Spec:  command.Spec{Name: "loan.WriteOff", Zh: "核销", En: "write the loan off", Source: "财金〔2017〕90号", Lane: command.LoanLane, Access: supervisor},
	Wants: func(c WriteOffContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c WriteOffContent) error {
		_, err := hash("voucher", c.Voucher)
		return first(err, written("reason", c.Reason))
	},
	Decide: func(ctx *command.Context, c WriteOffContent) ([]ledgerstate.Change, error) {
		voucher, err := hash("voucher", c.Voucher)
		if err != nil {
			return nil, err
		}
		e := account.Entry{Date: c.Date, Type: account.WriteOff}
		return enter(ctx, entering{command: "loan.WriteOff", head: c.Head, loan: c.Loan, inOrder: true, entry: e,
			also: func(l *Loan) error { return asError(apart(ctx, l.AcceptedBy)) },
			event: func(b Booking) ledgerstate.Event[Loan] {
				return LoanEntered{Entry: e, Voucher: voucher, Reason: c.Reason, Booking: b}
			}})
	},
}

// Settle 结清: closes a loan on which nothing is owed.
var Settle = command.Command[SettleContent]{
	Spec:  command.Spec{Name: "loan.Settle", Zh: "结清", En: "settle the loan", Lane: command.LoanLane, Access: officer},
	Wants: func(c SettleContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
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

// written refuses a text that says nothing or too much.
func written(field, text string) error {
	if n := utf8.RuneCountInString(text); n < 1 || n > maxText {
		return TextLength.At(field, "1..200", n)
	}
	return nil
}

// optionalNumber refuses what can be no business number.
func optionalNumber(field, number string) error {
	if n := len(number); n > maxNumber {
		return NumberForm.At(field, "1..64", n)
	}
	return nil
}
