package loan

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	maxBecause = 50 // loans of one debtor in one book
	maxReasons = 8

	// A loan that was non-performing performs again after two instalments and
	// six months, whichever is longer, without arrears.
	upgradeMonths      = 6
	upgradeInstalments = 2

	// A renewal's class lasts as long as that of what was restructured.
	observationMonths = 12

	// More than a tenth of a debtor's debt non-performing makes all of it so.
	contagionTenths = 1

	pastDue    = "K01"
	otherLoans = "K04"
)

// reasonFloors are the classes that reasons force, at best.
var reasonFloors = map[string]account.Class{
	pastDue: account.SpecialMention, "K02": account.SpecialMention, "K03": account.SpecialMention, otherLoans: account.SpecialMention, "K11": account.SpecialMention,
	"K05": account.Substandard, "K06": account.Substandard,
	"K07": account.Doubtful, "K08": account.Doubtful,
	"K09": account.Loss, "K10": account.Loss,
}

// Classify 五级分类: a bank may be stricter than the rules, never milder. A
// non-performing loan performs again only after the time without arrears that
// the rule asks for, and by a reviewer.
var Classify = command.Command[ClassifyContent]{
	Spec: command.Spec{Name: "loan.Classify", Zh: "五级分类认定", En: "classify the loan", Source: "商业银行金融资产风险分类办法(2023年第1号令)", Lane: command.LoanLane,
		Access: []command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}}},
	Wants: func(c ClassifyContent) []ledgerstate.Want {
		wants := []ledgerstate.Want{{Kind: Kind, Ref: c.Loan}}
		for _, other := range c.Because {
			wants = append(wants, ledgerstate.Want{Kind: Kind, Ref: other})
		}
		return wants
	},
	Valid: func(c ClassifyContent) error {
		if int(c.Class) >= len(account.Floors) {
			return CodeUnknown.At("class", "normal special_mention substandard doubtful loss", c.Class)
		}
		if n := len(c.Reasons); n > maxReasons || n == 0 && c.Class != account.Pass {
			return ClassReason.At("reasons", "1..8", n)
		}
		seen := map[string]bool{}
		for _, reason := range c.Reasons {
			if err := coded("reasons", ClassReasons, reason); err != nil {
				return err
			}
			if seen[reason] {
				return ClassReason.At("reasons", "each once", reason)
			}
			seen[reason] = true
		}
		if n := len(c.Because); n > maxBecause {
			return BecauseLoans.At("because", maxBecause, n)
		}
		named := map[string]bool{c.Loan.No: true}
		for _, other := range c.Because {
			if err := numbered("because", other); err != nil {
				return err
			}
			if named[other.No] {
				return BecauseLoans.At("because", "each of the debtor's other loans once", other.No)
			}
			named[other.No] = true
		}
		return nil
	},
	Decide: func(ctx *command.Context, c ClassifyContent) ([]ledgerstate.Change, error) {
		l, err := asItStood(ctx, "loan.Classify", c.Loan, c.Date)
		if err != nil {
			return nil, err
		}
		a := l.open()
		floor, why := l.floor(a, c.Date)
		for _, reason := range c.Reasons {
			if at := reasonFloors[reason]; at > floor {
				floor, why = at, reason
			}
		}
		at, err := l.contagion(ctx, a, c)
		if err != nil {
			return nil, err
		}
		if at > floor {
			floor, why = at, otherLoans
		}
		if c.Class < floor {
			return nil, account.ClassBetter.At("class", floor, c.Class.String()+" ("+why+")")
		}
		if l.class(a, c.Date) >= account.Substandard && c.Class < account.Substandard {
			if no := l.upgradable(ctx, a, c); no != nil {
				return nil, no
			}
		}
		e := LoanClassified{Date: c.Date, Class: c.Class, Reasons: c.Reasons}
		for _, other := range c.Because {
			e.Because = append(e.Because, other.No)
		}
		return enter(ctx, entering{command: "loan.Classify", head: c.Head, loan: c.Loan, entry: e.entry(), replaces: c.Replaces,
			event: func(b Booking) ledgerstate.Event[Loan] { e.Booking = b; return e }})
	},
}

// retail reports whether the debtor is one whose loans are classified by
// themselves 零售资产: natural persons and their businesses.
func (l *Loan) retail() bool {
	return l.Profile.Type != subject.Enterprise && l.Profile.Type != subject.Cooperative
}

// floor is the best class that the ledger's own facts allow on a day, and the
// reason: days past due, a misuse that goes on, and for a year a renewal that
// was not compliant or of a worse loan.
func (l *Loan) floor(a *account.Account, on calendar.Date) (account.Class, string) {
	class, why := account.Floor(a.PastDue(l.Account, on)), pastDue
	if a.PriceOn(l.Account, on).Misuse > 0 && class < reasonFloors["K02"] {
		class, why = reasonFloors["K02"], "K02"
	}
	if r := l.renewal(); r != nil && r.Floor > class && r.observed(on) {
		class, why = r.Floor, "K03"
	}
	return class, why
}

// class is the class in force on a day: what the bank gave, and never better
// than the floor.
func (l *Loan) class(a *account.Account, on calendar.Date) account.Class {
	class, _ := l.floor(a, on)
	if m := l.Account.Amended; m != nil && m.Classed != nil {
		class = max(class, m.Classed.Class)
	}
	return class
}

// own is the class in force on a day without what the debtor's other loans did
// to it: else two loans would keep each other non-performing for ever.
func (l *Loan) own(a *account.Account, on calendar.Date) account.Class {
	class, _ := l.floor(a, on)
	m := l.Account.Amended
	if m == nil || m.Classed == nil {
		return class
	}
	if !slices.Contains(m.Classed.Reasons, otherLoans) {
		return max(class, m.Classed.Class)
	}
	for _, reason := range m.Classed.Reasons {
		if reason != otherLoans && reason != pastDue {
			class = max(class, reasonFloors[reason])
		}
	}
	return class
}

// contagion is the class that the debtor's other loans force, of those named.
func (l *Loan) contagion(ctx *command.Context, a *account.Account, c ClassifyContent) (account.Class, error) {
	if len(c.Because) == 0 || l.retail() {
		// A retail debtor's loans may be named, and force nothing.
		for _, ref := range c.Because {
			if _, err := l.sibling(ctx, ref, c.Date); err != nil {
				return account.Pass, err
			}
		}
		return account.Pass, nil
	}
	all := a.At(l.Account, c.Date).Outstanding
	var bad money.Fen
	for _, ref := range c.Because {
		other, err := l.sibling(ctx, ref, c.Date)
		if err != nil {
			return account.Pass, err
		}
		if !other.disbursed() {
			continue
		}
		b := other.open()
		outstanding := b.At(other.Account, c.Date).Outstanding
		all += outstanding
		if other.own(b, c.Date) >= account.Substandard {
			bad += outstanding
		}
	}
	switch {
	case bad == 0:
		return account.Pass, nil
	case bad*10 > all*contagionTenths:
		return account.Substandard, nil
	}
	return account.SpecialMention, nil // 非零售债务人在本行有不良
}

// sibling finds another loan of the same debtor in this book, as it stood at
// the end of a day.
func (l *Loan) sibling(ctx *command.Context, ref ledgerstate.Ref, on calendar.Date) (*Loan, error) {
	r, err := Kind.Get(ctx.View, "because", ref)
	if err != nil {
		return nil, err
	}
	if r.State.Subject != l.Subject {
		return nil, BecauseDebtor.At("because", nil, ref.No)
	}
	other, err := asOf(ctx.View, ref.ID, r, on)
	return &other, err
}

// upgradable refuses to make a non-performing loan perform before it has paid
// as agreed for long enough, and to anyone but a reviewer.
func (l *Loan) upgradable(ctx *command.Context, a *account.Account, c ClassifyContent) *refusal.Refusal {
	if !ctx.Actor.Has("reviewer") {
		return UpgradeReviewer.At("identity", "B/reviewer", strings.Join(ctx.Actor.Roles, ","))
	}
	since, err := l.performingSince(ctx, a, c)
	if err != nil {
		return UpgradeEarly.At("date", nil, c.Date)
	}
	earliest, err := since.AddMonths(upgradeMonths, calendar.Clamp)
	if err != nil {
		return UpgradeEarly.At("date", nil, c.Date)
	}
	n := 0
	for _, row := range a.Planned(l.Account) {
		if row.Due <= since || row.Total == 0 {
			continue
		}
		if n++; n == upgradeInstalments {
			earliest = max(earliest, row.Due)
			break
		}
	}
	if n < upgradeInstalments {
		return UpgradeEarly.At("instalments", upgradeInstalments, n)
	}
	if c.Date < earliest {
		return UpgradeEarly.At("date", earliest, c.Date)
	}
	return nil
}

// performingSince is the day from which the loan has been paid as agreed: the
// last on which something was past due, or from which it was non-performing
// for other reasons.
func (l *Loan) performingSince(ctx *command.Context, a *account.Account, c ClassifyContent) (calendar.Date, error) {
	s, entries, err := entries(ctx, c.Loan, c.Date)
	if err != nil {
		return 0, err
	}
	since, class := max(l.Contract.Account.Terms.From, l.Redacted), account.Pass
	if m := s.Amended; m != nil && m.Classed != nil {
		class = m.Classed.Class
	}
	for _, e := range entries {
		if a.PastDue(s, e.Date) > 0 {
			since = max(since, e.Date)
		}
		if s, _, err = a.Apply(s, e); err != nil {
			return 0, err
		}
		if e.Type == account.Classify {
			if class < account.Substandard && e.Class >= account.Substandard {
				since = max(since, e.Date)
			}
			class = e.Class
		}
	}
	if a.PastDue(s, c.Date) > 0 {
		since = c.Date
	}
	return since, nil
}

// entries are the account's entries that stand at the end of a day, by date,
// and the state that they begin with.
func entries(ctx *command.Context, ref ledgerstate.Ref, to calendar.Date) (account.State, []account.Entry, error) {
	x, err := ExtractOf(ctx, "loan", ref)
	if err != nil {
		return account.State{}, nil, err
	}
	postings := x.Postings(0, to)
	list := make([]account.Entry, len(postings))
	for i := range postings {
		list[i] = postings[i].Entry
	}
	return x.log.origin(), list, nil
}
