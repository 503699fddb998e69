package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ApplicationSheet is an application as people read it.
type ApplicationSheet struct {
	Application string         `json:"application"`
	ID          ledgerstate.ID `json:"id"`
	Status      Status         `json:"status"`
	StatusZh    string         `json:"status_zh"`
	Subject     string         `json:"subject"` // pseudonym
	Product     string         `json:"product"`
	Amount      money.Fen      `json:"amount"`
	Months      int            `json:"months"`
	Use         string         `json:"use"`
	Grant       string         `json:"grant,omitempty"`
	Channel     string         `json:"channel"`
	Applied     calendar.Date  `json:"applied"`
	Routed      calendar.Date  `json:"routed"`
	Deadline    calendar.Date  `json:"deadline"`
	Loan        string         `json:"loan,omitempty"` // contract number, once accepted
}

func applicationSheet(ctx *command.Context, id ledgerstate.ID, no string, a *Application) (ApplicationSheet, error) {
	s := ApplicationSheet{Application: no, ID: id, Status: a.Status, StatusZh: a.Status.Zh(), Subject: a.Subject, Product: a.Product, Amount: a.Amount,
		Months: a.Months, Use: a.Use, Grant: a.Grant, Channel: a.Channel, Applied: a.Applied, Routed: a.Routed, Deadline: a.Deadline}
	r, err := AcceptanceKind.At(ctx.View, id)
	if err == nil && r != nil {
		s.Loan = r.State.Contract
	}
	return s, err
}

// ApplicationQuery names one application.
type ApplicationQuery struct {
	Application string `json:"application"`
}

// ShowApplication 查询申请.
var ShowApplication = command.Query[ApplicationQuery, *ApplicationSheet]{
	QuerySpec: query("loan.ShowApplication", "查询申请", "one application and the loan that came of it", withSubject, command.Intake, command.Loan),
	Answer: func(ctx *command.Context, q ApplicationQuery) (*ApplicationSheet, error) {
		id, err := ApplicationKind.Locate(ctx.View, q.Application)
		if err != nil {
			return nil, err
		}
		r, err := ApplicationKind.Get(ctx.View, "application", ledgerstate.Ref{ID: id, No: q.Application})
		if err != nil {
			return nil, err
		}
		if ctx.Actor.Party == command.Subject && r.State.Subject != ctx.Actor.Pseudonym {
			return nil, ledgerstate.Unknown.At("application", nil, q.Application)
		}
		s, err := applicationSheet(ctx, id, q.Application, &r.State)
		return &s, err
	},
}

// ApplicationsQuery asks for applications page by page, in no meaningful
// order.
type ApplicationsQuery struct {
	After   string  `json:"after,omitempty"`
	Limit   int     `json:"limit,omitempty"`
	Status  *Status `json:"status,omitempty"`
	Waiting bool    `json:"waiting,omitempty"` // only those that the bank has not accepted yet
}

// ApplicationsAnswer is a part of the applications.
type ApplicationsAnswer struct {
	Applications []ApplicationSheet `json:"applications"`
	Next         string             `json:"next,omitempty"`
}

// ListApplications 申请清单: a bank finds here what waits for it.
var ListApplications = command.Query[ApplicationsQuery, *ApplicationsAnswer]{
	QuerySpec: query("loan.ListApplications", "申请清单", "applications by state", staff, command.Intake, command.Loan),
	Answer: func(ctx *command.Context, q ApplicationsQuery) (*ApplicationsAnswer, error) {
		a := &ApplicationsAnswer{Applications: []ApplicationSheet{}, Next: q.After}
		limit := bounded(q.Limit)
		for {
			next, err := ApplicationKind.Scan(ctx.View, a.Next, limit-len(a.Applications), func(id ledgerstate.ID, r *ledgerstate.Record[Application]) error {
				if q.Status != nil && r.State.Status != *q.Status {
					return nil
				}
				s, err := applicationSheet(ctx, id, r.Natural, &r.State)
				if err == nil && !(q.Waiting && s.Loan != "") {
					a.Applications = append(a.Applications, s)
				}
				return err
			})
			if a.Next = next; err != nil || next == "" || len(a.Applications) >= limit {
				return a, err
			}
		}
	},
}
