package subject

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// readers of identities are those whose organizations hold them.
var readers = []command.Allow{
	{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}, {Party: command.Bank, Role: "approver"}, {Party: command.Bank, Role: "auditor"},
	{Party: command.Commission, Role: "operator"}, {Party: command.Commission, Role: "reviewer"}, {Party: command.Commission, Role: "auditor"},
}

// Locate finds pseudonyms by USCC or resident ID.
var Locate = command.Locate(command.Book, command.Person, Kind, readers...)

// Digest is the subjects' part of the state digest.
var Digest = command.Export(command.Book, command.Person, Kind, readers...)

// ShowQuery names a subject by its pseudonym, or by USCC or resident ID.
type ShowQuery struct {
	Pseudonym string        `json:"pseudonym,omitempty"`
	Number    string        `json:"number,omitempty"`
	Day       calendar.Date `json:"day,omitempty"` // facts as of; left out, the open business day
}

// ShowAnswer is everything the book knows of a subject's identity.
type ShowAnswer struct {
	Pseudonym string      `json:"pseudonym"`
	Number    string      `json:"number"`
	Type      Type        `json:"type"`
	IDKind    IDKind      `json:"id_kind"`
	Facts     *Facts      `json:"facts,omitempty"` // absent before the first day
	History   []Amendment `json:"history"`         // by the day from which each holds
}

// Show 查看主体. A subject sees itself alone, whatever it asks for.
var Show = command.Query[ShowQuery, ShowAnswer]{
	QuerySpec: command.QuerySpec{Name: "subject.Show", Zh: "查看信息主体", En: "a subject and its facts on a day",
		Access:    append([]command.Allow{{Party: command.Subject, Role: "subject"}}, readers...),
		Chaincode: command.Book, Collections: []command.Collection{command.Person}},
	Answer: func(ctx *command.Context, q ShowQuery) (ShowAnswer, error) {
		id := ledgerstate.ID{Page: q.Pseudonym}
		if q.Pseudonym == "" && q.Number != "" && ctx.Actor.Party != command.Subject {
			var err error
			if id, err = Kind.Locate(ctx.View, q.Number); err != nil {
				return ShowAnswer{}, err
			}
		}
		if ctx.Actor.Party == command.Subject {
			if id.IsZero() && q.Number == "" {
				id.Page = ctx.Actor.Pseudonym
			}
			if ctx.Actor.Pseudonym == "" || id.Page != ctx.Actor.Pseudonym {
				return ShowAnswer{}, command.AccessDenied.At("pseudonym", "your own", nil)
			}
		}
		if id.IsZero() {
			return ShowAnswer{}, Unknown.At("number", nil, nil)
		}
		r, err := Kind.At(ctx.View, id)
		if err != nil {
			return ShowAnswer{}, err
		}
		if r == nil || (q.Number != "" && q.Number != r.Natural) {
			return ShowAnswer{}, Unknown.At("pseudonym", nil, id.Page)
		}
		if q.Day == 0 {
			q.Day = ctx.Reference.OpenDay()
		}
		a := ShowAnswer{Pseudonym: id.Page, Number: r.Natural, Type: r.State.Type, IDKind: r.State.ID, History: r.State.Amendments}
		if f, ok := r.State.At(q.Day); ok {
			a.Facts = &f
		}
		return a, nil
	},
}
