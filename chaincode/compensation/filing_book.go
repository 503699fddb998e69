package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// The book's parts of what a bank and the commons' registry do together. What
// is asked there, the registry decides on; what it decides is applied here.

// Counted is what the registry is told of a loan that would be counted against
// its borrower's caps.
type Counted struct {
	Pack      string // rule pack of the day
	Amount    money.Fen
	Household bool // 农牧户: another cap
	Credit    bool // 信用贷款: another cap besides
	Renews    string
	Place     RegistryPlace // of a reservation that stands
	Loan      ledgerstate.ID

	Application string
	Found       Found
}

// Place is where the registry counts it: what it hands to the book.
type Place struct{ RegistryPlace }

// WantsReserve are the aggregates of the book that Reserve reads.
func WantsReserve(c ReserveContent) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: FilingKind, Ref: c.Filing, Birth: !c.Again}, {Kind: loan.Kind, Ref: c.Loan}}
}

// ValidReserve checks a reservation's content.
func ValidReserve(c ReserveContent) error { return c.valid() }

// AskReserve finds out whether the loan could be filed, as far as that can be
// known before the money leaves.
func AskReserve(ctx *command.Context, c ReserveContent) (Counted, error) {
	if c.Again {
		f, err := FilingKind.Get(ctx.View, "filing", c.Filing)
		if err != nil {
			return Counted{}, err
		}
		if f.State.Status != FilingRevoked || !f.State.Date.IsZero() {
			return Counted{}, FilingWrong.At("filing", FilingRevoked.String(), f.State.Status)
		}
	}
	l, pack, err := candidate(ctx, c.Loan, c.Date, loan.Signed, loan.Disbursed)
	if err != nil {
		return Counted{}, err
	}
	blind, err := c.blind()
	if err != nil || !subject.Opens(l.Borrower, c.Identity, blind) {
		return Counted{}, IdentityOther.At("identity", nil, nil)
	}
	most := l.Contract.Amount
	if l.Status == loan.Disbursed {
		if err := inTime(ctx, pack, l, c.Date); err != nil {
			return Counted{}, err
		}
		most = l.Contract.Account.Terms.Principal
	}
	return counted(ctx, pack, l, c.Loan.ID, c.Date, c.Amount, most, AboveLoan)
}

// ApplyReserve is what happens in the book.
func ApplyReserve(_ *command.Context, c ReserveContent, f Counted, at Place) ([]ledgerstate.Change, error) {
	e := FilingReserved{Date: c.Date, Loan: f.Loan, Contract: c.Loan.No, Application: f.Application, Pack: f.Pack, Amount: f.Amount, Place: at.RegistryPlace}
	if c.Again {
		return []ledgerstate.Change{FilingKind.Happened(c.Filing, e)}, nil
	}
	return []ledgerstate.Change{FilingKind.Born(c.Filing, e)}, nil
}

// WantsFile are the aggregates of the book that File reads.
func WantsFile(c FileContent) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: FilingKind, Ref: c.Filing}, {Kind: loan.Kind, Ref: c.Loan}}
}

// ValidFile checks a filing's content.
func ValidFile(c FileContent) error { return c.valid() }

// AskFile finds out whether the loan is eligible on the filing date.
func AskFile(ctx *command.Context, c FileContent) (Counted, error) {
	f, err := FilingKind.Get(ctx.View, "filing", c.Filing)
	if err != nil {
		return Counted{}, err
	}
	switch r := &f.State; {
	case r.Status != FilingDraft:
		return Counted{}, FilingWrong.At("filing", FilingDraft.String(), r.Status)
	case r.Loan != c.Loan.ID:
		return Counted{}, ledgerstate.Unknown.At("loan", nil, c.Loan.No)
	}
	l, pack, err := candidate(ctx, c.Loan, c.Date, loan.Disbursed)
	if err != nil {
		return Counted{}, err
	}
	if err := inTime(ctx, pack, l, c.Date); err != nil {
		return Counted{}, err
	}
	if c.Date < f.State.Reserved {
		return Counted{}, FilingOrder.At("date", f.State.Reserved, c.Date)
	}
	if err := attested(pack, c.Attests); err != nil {
		return Counted{}, err
	}
	most, above := l.Contract.Account.Terms.Principal, AboveLoan
	if f.State.Amount < most {
		most, above = f.State.Amount, AboveReserved
	}
	n, err := counted(ctx, pack, l, c.Loan.ID, c.Date, c.Amount, most, above)
	n.Place, n.Found.FirstLoan = f.State.Place, c.FirstLoan
	if c.Condition != "" {
		n.Found.Condition = &FilingCondition{What: c.Condition, By: c.Until}
	}
	return n, err
}

// ApplyFile is what happens in the book.
func ApplyFile(_ *command.Context, c FileContent, f Counted, _ Place) ([]ledgerstate.Change, error) {
	return []ledgerstate.Change{FilingKind.Happened(c.Filing, LoanFiled{Date: c.Date, Pack: f.Pack, Found: f.Found})}, nil
}

// WantsRevoke is the filing.
func WantsRevoke(c RevokeContent) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: FilingKind, Ref: c.Filing}}
}

// ValidRevoke checks a revocation's content.
func ValidRevoke(c RevokeContent) error {
	return firstOf(numberedClaim("filing", c.Filing), termed("reason", RevokeReasons, c.Reason), said("note", c.Note))
}

// AskRevoke finds the filing and where it is counted.
func AskRevoke(ctx *command.Context, c RevokeContent) (Place, error) {
	r, err := FilingKind.Get(ctx.View, "filing", c.Filing)
	if err != nil {
		return Place{}, err
	}
	f := &r.State
	switch {
	case f.Claim != "" || f.Compensated > 0 || f.Status == FilingClaimed:
		return Place{}, NotRevocable.At("filing", nil, f.Claim)
	case f.Status == FilingRevoked:
		return Place{}, FilingWrong.At("filing", "DRAFT FILED CONDITIONAL EFFECTIVE", f.Status)
	case c.Date < f.Reserved || c.Date < f.Date:
		return Place{}, FilingOrder.At("date", max(f.Reserved, f.Date), c.Date)
	}
	return Place{f.Place}, nil
}

// ApplyRevoke is what happens in the book.
func ApplyRevoke(_ *command.Context, c RevokeContent, _ Place, _ Place) ([]ledgerstate.Change, error) {
	return []ledgerstate.Change{FilingKind.Happened(c.Filing, FilingTakenBack{Date: c.Date, Reason: c.Reason, Note: c.Note})}, nil
}

// candidate finds a loan that may come to be filed, and the pack of the day.
func candidate(ctx *command.Context, ref ledgerstate.Ref, on calendar.Date, states ...loan.Status) (*loan.Loan, consortium.RulePack, error) {
	var none consortium.RulePack
	r, err := loan.Kind.Get(ctx.View, "loan", ref)
	if err != nil {
		return nil, none, err
	}
	l := &r.State
	allowed, names := false, ""
	for i, s := range states {
		if i > 0 {
			names += " "
		}
		names += s.String()
		allowed = allowed || l.Status == s
	}
	if !allowed {
		return nil, none, LoanNotFileable.At("loan", names, l.Status)
	}
	if l.IsTakenOn() {
		return nil, none, TakenOn.At("loan", nil, nil)
	}
	if err := channelled(ctx, l, on); err != nil {
		return nil, none, err
	}
	pack, ok := consortium.Of(ctx).PackAt(on)
	if !ok {
		return nil, none, NoPackYet.At("date", nil, on)
	}
	return l, pack, nil
}

// counted is what the registry is told of an eligible loan.
func counted(ctx *command.Context, pack consortium.RulePack, l *loan.Loan, id ledgerstate.ID, on calendar.Date, asked *money.Fen, most money.Fen, above *refusal.Reason) (Counted, error) {
	found, err := eligible(ctx, pack, l, on)
	if err != nil {
		return Counted{}, err
	}
	found.Amount = most
	if asked != nil {
		if *asked > most {
			return Counted{}, above.At("amount", most, *asked)
		}
		found.Amount = *asked
	}
	return Counted{Pack: pack.ID, Amount: found.Amount, Household: found.Type == subject.Herder, Credit: found.Guarantee == unsecured, Renews: l.Renews(),
		Loan: id, Application: l.Application, Found: found}, nil
}
