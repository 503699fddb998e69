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
}

// AccountSheet is a disbursed loan's account at the end of a day.
type AccountSheet struct {
	Disbursed   money.Fen     `json:"disbursed"`
	DisbursedOn calendar.Date `json:"disbursed_on"`
	Maturity    calendar.Date `json:"maturity"`
	account.Figures
	ClassZh string        `json:"class_zh"`
	Paid    account.Parts `json:"paid"`
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
	if l.disbursed() {
		a := l.open()
		t := l.Contract.Account.Terms
		f := a.At(l.Account, at)
		s.Account = &AccountSheet{Disbursed: t.Principal, DisbursedOn: t.From, Maturity: a.Maturity(), Figures: f, ClassZh: f.Class.Zh(), Paid: a.Advanced(l.Account, at).Paid}
	}
	return s
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
	return &ContractSheet{Date: c.Date, Amount: c.Amount, Rate: t.Rate, Method: t.Method, Periods: t.Periods, EveryMonths: t.EveryMonths,
		DayCount: t.DayCount, Rounding: t.Rounding, MonthEnd: t.MonthEnd, Multiple: t.Multiple,
		PenaltyPercent: c.Account.PenaltyPercent, GraceDays: c.Account.GraceDays, NonPerforming: c.Account.NonPerforming}
}

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
	Class       account.Class  `json:"class"`
	Last        calendar.Date  `json:"last"`
}

func line(id ledgerstate.ID, no string, l *Loan, at calendar.Date) Line {
	x := Line{Loan: no, ID: id, Status: l.Status, Product: l.Product, Region: l.Profile.Region, Last: l.Last}
	if l.disbursed() {
		f := l.open().At(l.Account, at)
		x.Disbursed, x.Outstanding, x.DaysPastDue, x.Class = l.Contract.Account.Terms.Principal, f.Outstanding, f.DaysPastDue, f.Class
	}
	return x
}
