package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Renewal 续贷 is a loan's place in a renewal.
type Renewal struct {
	Of        string        // contract number of the loan that this one renewed; of the new one
	By        string        // contract number of the loan that renewed this one; of the old one
	On        calendar.Date //
	Compliant bool          // as the bank found
	Floor     account.Class // of the new loan
}

// renewal is the renewal that brought the loan about; nil if none did.
func (l *Loan) renewal() *Renewal {
	if l.More == nil || l.More.Renewal == nil || l.More.Renewal.Of == "" {
		return nil
	}
	return l.More.Renewal
}

// observed reports whether the time of observation 观察期 runs.
func (r *Renewal) observed(on calendar.Date) bool {
	end, err := r.On.AddMonths(observationMonths, calendar.Clamp)
	return err != nil || on < end
}

// Renew 无还本续贷 pays a signed loan out by repaying an old one of the same
// debtor. It is never new money: the new loan counts as disbursed and the old
// one's principal as repaid, both of them marked.
var Renew = command.Command[RenewContent]{
	Spec: command.Spec{Name: "loan.Renew", Zh: "无还本续贷", En: "renew a loan without repayment of principal", Source: "金规〔2024〕13号", Lane: command.LoanLane, Access: supervisor},
	Wants: func(c RenewContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}, {Kind: Kind, Ref: c.Of}}
	},
	Valid: func(c RenewContent) error {
		_, err := hash("voucher", c.Voucher)
		if err == nil && (c.Interest < 0 || c.Interest > account.MaxPrincipal) {
			err = AmountRange.At("interest", "0.."+account.MaxPrincipal.String(), c.Interest)
		}
		return first(numbered("loan", c.Loan), numbered("of", c.Of), err)
	},
	Decide: func(ctx *command.Context, c RenewContent) ([]ledgerstate.Change, error) {
		l, err := load(ctx, "loan.Renew", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		if no := signedByAnother(ctx, c.Loan); no != nil {
			return nil, no
		}
		old, err := l.renewed(ctx, c)
		if err != nil {
			return nil, err
		}
		a := old.open()
		f := a.At(old.Account, c.Date)
		if no := renewable(old, a, &f, c); no != nil {
			return nil, no
		}
		if f.Outstanding > l.Contract.Amount {
			return nil, AboveContract.At("loan", l.Contract.Amount, f.Outstanding)
		}
		repaid := LoanRenewedBy{Date: c.Date, Principal: f.Outstanding, Interest: c.Interest, By: c.Loan.No, Recorded: recorded(ctx, c.Date)}
		if _, _, err := a.Apply(old.Account, repaid.entry()); err != nil {
			return nil, err
		}
		contract := l.Contract.Account
		contract.Terms = begun(contract.Terms, c.Date, f.Outstanding)
		if _, err := account.Open(contract); err != nil {
			return nil, planned(err)
		}
		voucher, err := hash("voucher", c.Voucher)
		if err != nil {
			return nil, err
		}
		e := LoanRenewed{Date: c.Date, Amount: f.Outstanding, Voucher: voucher, Of: c.Of.No, Compliant: c.Compliant, Floor: old.class(a, c.Date), Recorded: recorded(ctx, c.Date)}
		if !c.Compliant {
			e.Floor = max(e.Floor, account.SpecialMention)
		}
		return []ledgerstate.Change{Kind.Happened(c.Loan, e), Kind.Happened(c.Of, repaid)}, nil
	},
}

// renewed finds the old loan, which is the same debtor's.
func (l *Loan) renewed(ctx *command.Context, c RenewContent) (*Loan, error) {
	r, err := Kind.Get(ctx.View, "of", c.Of)
	if err != nil {
		return nil, err
	}
	old := &r.State
	if no := check(Renewed, "loan.Renew", old.Status); no != nil {
		return nil, no
	}
	if no := inOrder(old.Last, c.Date); no != nil {
		return nil, no
	}
	if old.Subject != l.Subject {
		return nil, RenewSubject.At("of", nil, c.Of.No)
	}
	if l.Profile.Size == identifier.Large {
		return nil, RenewLarge.At("loan", "medium, small, micro", l.Profile.Size)
	}
	return old, nil
}

// renewable refuses where the old loan cannot be renewed: it is due already,
// in arrears or written off, or its interest was not paid.
func renewable(old *Loan, a *account.Account, f *account.Figures, c RenewContent) *refusal.Refusal {
	if last := a.LastDue(old.Account); c.Date >= last {
		return RenewLate.At("date", last, c.Date)
	}
	if f.Due > 0 {
		return RenewArrears.At("of", 0, f.Due)
	}
	if m := old.Account.Amended; m != nil && m.WrittenOff != nil {
		return account.OffAlready.At("of", nil, m.WrittenOff.On)
	}
	if f.Outstanding == 0 {
		return account.NothingOwed.At("of", nil, f.Outstanding)
	}
	if f.Advance > 0 {
		return RenewAdvance.At("of", 0, f.Advance)
	}
	q, err := a.Quote(old.Account, c.Date, 0, account.Reduce)
	if no, ok := refusal.As(err); ok {
		return no
	}
	if err != nil || q.Interest != c.Interest {
		return RenewInterest.At("interest", q.Interest, c.Interest)
	}
	return nil
}

// signedByAnother refuses who signed the contract: the renewal's supervisor is
// the second person on it.
func signedByAnother(ctx *command.Context, ref ledgerstate.Ref) error {
	x, err := ExtractOf(ctx, "loan", ref)
	if err != nil {
		return err
	}
	for _, e := range x.log {
		if _, signed := e.Event.(ContractSigned); signed {
			if no := apart(ctx, e.By); no != nil {
				return no
			}
		}
	}
	return nil
}
