package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Sheet is a loan as people read it.
type Sheet struct {
	Loan        string         `json:"loan"` // contract number
	ID          ledgerstate.ID `json:"id"`
	Status      Status         `json:"status"`
	StatusZh    string         `json:"status_zh"`
	Subject     string         `json:"subject"` // pseudonym
	Profile     Profile        `json:"profile"`
	Application string         `json:"application"`
	Product     string         `json:"product"`
	Accepted    calendar.Date  `json:"accepted"`
	Deadline    calendar.Date  `json:"deadline"`         // of the decision
	Late        bool           `json:"late,omitempty"`   // decided after it, or not decided although it has passed
	Reason      string         `json:"reason,omitempty"` // why rejected
	Credit      *CreditSheet   `json:"credit,omitempty"`
	Contract    *ContractSheet `json:"contract,omitempty"`
	Account     *AccountSheet  `json:"account,omitempty"`
	Last        calendar.Date  `json:"last"` // date of the last entry
	At          calendar.Date  `json:"at"`
	Renewal     *RenewalSheet  `json:"renewal,omitempty"`
	MoreSheet
}

// RenewalSheet is a loan's place in a renewal 续贷, which is no new money.
type RenewalSheet struct {
	Of        string        `json:"of,omitempty"`         // contract number of the loan that this one renewed
	On        calendar.Date `json:"on,omitempty"`         //
	Compliant bool          `json:"compliant,omitempty"`  // as the bank found
	Floor     account.Class `json:"floor"`                // that it forces
	RenewedBy string        `json:"renewed_by,omitempty"` // contract number of the loan that renewed this one
}

// CreditSheet is the decision as people read it.
type CreditSheet struct {
	Date      calendar.Date   `json:"date"`
	Limit     money.Fen       `json:"limit"`
	Rate      money.Rate      `json:"rate"`
	Months    int             `json:"months"`
	Method    schedule.Method `json:"method"`
	Guarantee string          `json:"guarantee"`
	LPRDate   calendar.Date   `json:"lpr_date"`
	LPR       money.Rate      `json:"lpr"`
	Spread    money.Rate      `json:"spread"`
}

// ContractSheet is the contract as people read it.
type ContractSheet struct {
	Date           calendar.Date     `json:"date"`
	Amount         money.Fen         `json:"amount"`
	Rate           money.Rate        `json:"rate"`
	Method         schedule.Method   `json:"method"`
	Periods        int               `json:"periods"`
	EveryMonths    int               `json:"every_months"`
	DayCount       calendar.DayCount `json:"day_count"`
	Rounding       money.Rounding    `json:"rounding"`
	MonthEnd       calendar.MonthEnd `json:"month_end"`
	Multiple       money.Fen         `json:"instalment_multiple"`
	PenaltyPercent int               `json:"penalty_percent"`
	GraceDays      int               `json:"grace_days"`
	NonPerforming  int               `json:"non_performing"` // days past due above which principal is paid first
	Dues           []schedule.Due    `json:"dues,omitempty"` // SEA
	Floating       *FloatingSheet    `json:"floating,omitempty"`
}

// FloatingSheet is how a rate follows the LPR.
type FloatingSheet struct {
	Reprice   Repricing     `json:"reprice"`
	RepriceZh string        `json:"reprice_zh"`
	Spread    money.Rate    `json:"spread"`
	Cap       money.Rate    `json:"cap,omitempty"`
	Floor     money.Rate    `json:"floor,omitempty"`
	Tenor     string        `json:"tenor"`          // 1Y, 5Y: which LPR counts
	Next      calendar.Date `json:"next,omitempty"` // reset day after the day asked for
}

// AccountSheet is a disbursed loan's account at the end of a day.
type AccountSheet struct {
	Disbursed   money.Fen     `json:"disbursed"`
	DisbursedOn calendar.Date `json:"disbursed_on"`
	Maturity    calendar.Date `json:"maturity"`
	account.Figures
	ClassZh   string        `json:"class_zh"`
	Paid      account.Parts `json:"paid"`
	Rate      money.Rate    `json:"rate"`             // 执行利率
	Misuse    int           `json:"misuse,omitempty"` // percent more, for misuse that goes on
	InForce   account.Class `json:"class_in_force"`   // what the bank gave, never better than what is forced
	InForceZh string        `json:"class_in_force_zh"`
	Forced    account.Class `json:"class_forced"` // by days past due, misuse or a renewal
	Given     *GivenClass   `json:"class_given,omitempty"`
	AmendedSheet
}

// GivenClass is the class that the bank gave last, and why.
type GivenClass struct {
	On      calendar.Date `json:"on"`
	Class   account.Class `json:"class"`
	Reasons []string      `json:"reasons,omitempty"`
}

func sheet(id ledgerstate.ID, no string, l *Loan, at calendar.Date) *Sheet {
	s := &Sheet{Loan: no, ID: id, Status: l.Status, StatusZh: l.Status.Zh(), Subject: l.Subject, Profile: l.Profile, Application: l.Application,
		Product: l.Product, Accepted: l.Accepted, Deadline: l.Deadline, Reason: l.Reason, Last: l.Last, At: at, Late: l.late(at)}
	if l.Credit.Date != 0 {
		s.Credit = creditSheet(l.Credit)
	}
	if l.Contract.Date != 0 {
		s.Contract = contractSheet(l.Contract)
	}
	s.MoreSheet = moreSheet(l.More)
	if l.More != nil && l.More.Renewal != nil {
		r := l.More.Renewal
		s.Renewal = &RenewalSheet{Of: r.Of, On: r.On, Compliant: r.Compliant, Floor: r.Floor, RenewedBy: r.By}
	}
	if l.disbursed() {
		a := l.open()
		f := a.At(l.Account, at)
		s.Account = &AccountSheet{Disbursed: a.Lent(l.Account), DisbursedOn: l.Contract.Account.Terms.From, Maturity: a.LastDue(l.Account), Figures: f, ClassZh: f.Class.Zh(),
			Paid: a.Advanced(l.Account, at).Paid, AmendedSheet: amendedSheet(l.Account.Amended)}
		s.Account.classed(l, a, at)
		if next, ok := l.Contract.nextReset(at, a.LastDue(l.Account)); ok {
			s.Contract.Floating.Next = next
		}
	}
	return s
}

// classed tells the rate and the class in force.
func (s *AccountSheet) classed(l *Loan, a *account.Account, at calendar.Date) {
	p := a.PriceOn(l.Account, at)
	s.Rate, s.Misuse = p.Rate, p.Misuse
	s.Forced, _ = l.floor(a, at)
	s.InForce = l.class(a, at)
	s.InForceZh = s.InForce.Zh()
	if m := l.Account.Amended; m != nil && m.Classed != nil && m.Classed.On <= at {
		s.Given = &GivenClass{On: m.Classed.On, Class: m.Classed.Class, Reasons: m.Classed.Reasons}
	}
}

// late reports whether the bank missed the term for its decision.
func (l *Loan) late(at calendar.Date) bool {
	switch {
	case l.Credit.Date != 0:
		return l.Credit.Date > l.Deadline
	case l.Status == Rejected:
		return l.Last > l.Deadline
	}
	return l.Status == Accepted && at > l.Deadline
}

func creditSheet(c Credit) *CreditSheet {
	return &CreditSheet{Date: c.Date, Limit: c.Limit, Rate: c.Rate, Months: c.Months, Method: c.Method, Guarantee: c.Guarantee,
		LPRDate: c.LPRDate, LPR: c.Rate - c.Spread, Spread: c.Spread}
}

func contractSheet(c Contract) *ContractSheet {
	t := c.Account.Terms
	s := &ContractSheet{Date: c.Date, Amount: c.Amount, Rate: t.Rate, Method: t.Method, Periods: t.Periods, EveryMonths: t.EveryMonths,
		DayCount: t.DayCount, Rounding: t.Rounding, MonthEnd: t.MonthEnd, Multiple: t.Multiple,
		PenaltyPercent: c.Account.PenaltyPercent, GraceDays: c.Account.GraceDays, NonPerforming: c.Account.NonPerforming, Dues: t.Dues}
	if f := c.Floating; f != nil {
		s.Floating = &FloatingSheet{Reprice: f.Repricing, RepriceZh: f.Repricing.Zh(), Spread: f.Spread, Cap: f.Cap, Floor: f.Floor, Tenor: "1Y"}
		if c.months() >= fiveYears {
			s.Floating.Tenor = "5Y"
		}
	}
	return s
}

// fiveYears is the term from which the five-year LPR counts (consortium.LPRAt).
const fiveYears = 60

// Line is a loan in a list.
type Line struct {
	Loan        string         `json:"loan"`
	ID          ledgerstate.ID `json:"id"`
	Status      Status         `json:"status"`
	Product     string         `json:"product"`
	Region      string         `json:"region"`
	Disbursed   money.Fen      `json:"disbursed"`
	Outstanding money.Fen      `json:"outstanding"`
	DaysPastDue int            `json:"days_past_due"`
	Class       account.Class  `json:"class"` // in force
	Last        calendar.Date  `json:"last"`
	Rate        money.Rate     `json:"rate"` // in force
}

func line(id ledgerstate.ID, no string, l *Loan, at calendar.Date) Line {
	x := Line{Loan: no, ID: id, Status: l.Status, Product: l.Product, Region: l.Profile.Region, Last: l.Last}
	if l.disbursed() {
		a := l.open()
		f := a.At(l.Account, at)
		x.Disbursed, x.Outstanding, x.DaysPastDue, x.Class = a.Lent(l.Account), f.Outstanding, f.DaysPastDue, l.class(a, at)
		x.Rate = a.PriceOn(l.Account, at).Rate
	}
	return x
}
