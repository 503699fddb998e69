package loan

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// afterLoan 贷后管理 is the purpose of the grant that a take-on needs.
const afterLoan = "03"

// TakeOn 接续: a loan that existed before the ledger comes onto it with its
// balances, and waits for a second person.
//
// No application was routed for it and nobody looks anything up before
// lending, so there is no grant of purpose 01 to ask for. Its borrower's data
// reach the authorities all the same, which needs consent of its own (征信业管理条例
// 13, 个人信息保护法 23): a live grant of purpose 03, which lasts until the
// loan is settled. As Accept does, it copies the borrower's profile from
// person, and so runs in that lane.
var TakeOn = command.Command[TakeOnContent]{
	Spec: command.Spec{Name: "loan.TakeOn", Zh: "接续存量贷款", En: "take on a loan that existed before the ledger", Source: "征信业管理条例第13条, 个人信息保护法第23条", Lane: command.AcceptLane, Access: officer},
	Wants: func(c TakeOnContent) []ledgerstate.Want {
		return append([]ledgerstate.Want{{Kind: Kind, Ref: c.Loan, Birth: true}, {Kind: subject.Kind, Ref: c.Subject}}, authorization.Wants(c.Grant, c.Subject.ID.Page)...)
	},
	Valid: func(c TakeOnContent) error {
		return first(numbered("loan", c.Loan), numbered("grant", c.Grant), c.valid(c.Date))
	},
	Decide: func(ctx *command.Context, c TakeOnContent) ([]ledgerstate.Change, error) {
		profile, err := consenting(ctx, c.Grant, c.Subject, afterLoan, c.Date)
		if err != nil {
			return nil, err
		}
		e := LoanTakenOn{Subject: c.Subject.ID.Page, Profile: profile}
		e.TakenOn.Grant = c.Grant.No
		if err := c.propose(ctx, c.Date, &e); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Born(c.Loan, e)}, nil
	},
}

// AmendTakeOn 更正接续: other terms and balances, while nobody has confirmed
// those proposed.
var AmendTakeOn = command.Command[AmendTakeOnContent]{
	Spec:  command.Spec{Name: "loan.AmendTakeOn", Zh: "更正接续", En: "correct a take-on that is not confirmed", Lane: command.LoanLane, Access: officer},
	Wants: func(c AmendTakeOnContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Valid: func(c AmendTakeOnContent) error { return c.valid(c.Date) },
	Decide: func(ctx *command.Context, c AmendTakeOnContent) ([]ledgerstate.Change, error) {
		r, err := Kind.Get(ctx.View, "loan", c.Loan)
		if err != nil {
			return nil, err
		}
		l := &r.State
		if no := check(Loans, "loan.AmendTakeOn", l.Status); no != nil {
			return nil, no
		}
		e := LoanTakenOn{Subject: l.Subject, Profile: l.Profile}
		e.TakenOn.Grant = l.More.TakenOn.Grant
		if err := c.propose(ctx, c.Date, &e); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, e)}, nil
	},
}

// ConfirmTakeOn 接续确认, by a supervisor who did not propose it. The loan
// counts as disbursed with what was outstanding, and is never fileable.
var ConfirmTakeOn = command.Command[ConfirmTakeOnContent]{
	Spec:  command.Spec{Name: "loan.ConfirmTakeOn", Zh: "接续确认", En: "confirm a take-on", Lane: command.LoanLane, Access: supervisor},
	Wants: func(c ConfirmTakeOnContent) []ledgerstate.Want { return wantsLoan(c.Loan) },
	Decide: func(ctx *command.Context, c ConfirmTakeOnContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.ConfirmTakeOn", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := apart(ctx, l.More.TakenOn.By); no != nil {
			return nil, no
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, TakeOnConfirmed{Date: c.Date, Recorded: recorded(ctx, l.Last)})}, nil
	},
}

// contract is what was signed, as a contract of today says it.
func (c *TakenTerms) contract() SignContent {
	return SignContent{Head: command.Head{Date: c.Disbursed}, Amount: c.Amount, Rate: c.Rate, Method: c.Method, Periods: c.Periods, EveryMonths: c.EveryMonths,
		Dues: c.Dues, DayCount: c.DayCount, Rounding: c.Rounding, MonthEnd: c.MonthEnd, Multiple: c.Multiple}
}

// valid refuses terms that no ledger could accept.
func (c *TakenTerms) valid(day calendar.Date) error {
	_, voucher := hash("voucher", c.Voucher)
	err := first(coded("guarantee", Guarantees, c.Guarantee), positive("amount", c.Amount, account.MaxPrincipal), rated("rate", c.Rate), method("method", c.Method),
		c.contract().timed(), voucher)
	switch {
	case err != nil:
		return err
	case c.contract().months() > maxMonths:
		return MonthsRange.At("periods", "1..360 months", c.contract().months())
	case len(c.Arrears) > maxMonths:
		return MonthsRange.At("arrears", maxMonths, len(c.Arrears))
	case c.Signed > c.Disbursed:
		return TakenBefore.At("signed", c.Disbursed, c.Signed)
	case c.Disbursed >= day:
		return TakenBefore.At("disbursed", day-1, c.Disbursed)
	}
	return overdueTerms(c.PenaltyPercent, c.GraceDays)
}

// propose fills in what the content says, and refuses what gives no account.
func (c *TakenTerms) propose(ctx *command.Context, day calendar.Date, e *LoanTakenOn) error {
	tables := consortium.Of(ctx)
	if !listedProduct(tables, c.Product) {
		return TakenProduct.At("product", nil, c.Product)
	}
	percent, err := penaltyPercent(tables.Rules, c.PenaltyPercent)
	if err != nil {
		return err
	}
	voucher, err := hash("voucher", c.Voucher)
	if err != nil {
		return err
	}
	e.Product, e.Guarantee, e.Signed = c.Product, c.Guarantee, c.Signed
	e.Terms = account.Contract{PenaltyPercent: percent, GraceDays: c.GraceDays, NonPerforming: tables.Rules.NonPerforming,
		Terms: c.contract().terms(c.Disbursed)}
	e.TakenOn.Voucher, e.TakenOn.By = voucher, ctx.Actor.By()
	e.TakenOn.Opening = account.Opening{On: day, PaidTo: c.PaidTo, Balance: c.Balance, Each: c.Each}
	for _, x := range c.Arrears {
		e.TakenOn.Opening.Arrears = append(e.TakenOn.Opening.Arrears, account.Arrear(x))
	}
	a, err := account.Open(e.Terms)
	if err != nil {
		return planned(err)
	}
	l := e.Evolve(Loan{})
	_, _, err = a.Apply(account.State{}, l.opening())
	return err
}

// listedProduct reports whether a product ever was in the table: its limits of
// today do not bind a loan of the past.
func listedProduct(t *consortium.Tables, code string) bool {
	for i := range t.Products {
		if t.Products[i].Code == code {
			return true
		}
	}
	return false
}
