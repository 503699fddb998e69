package disclosure

import (
	"encoding/hex"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Queries of the room in a book, and in commons.
var (
	Queries      = InBook.queries()
	OtherQueries = InCommons.queries()
)

func (p *room) queries() []command.QueryDefinition {
	return []command.QueryDefinition{p.Show, p.List, p.Owed, command.Export(p.Chaincode, p.Collection, Kind, authorization.Digesters...)}
}

func (p *room) query(name, zh, en string) command.QuerySpec {
	return command.QuerySpec{Name: "disclosure." + name + p.Suffix, Zh: zh + p.Zh, En: en + p.En,
		Access:    append([]command.Allow{{Party: command.Subject, Role: "subject"}}, p.Readers...),
		Chaincode: p.Chaincode, Collections: []command.Collection{p.Collection}}
}

// visible tells whether the actor may see a request: a subject those about
// it or its grants, the audit office its own, readers all of the place.
func visible(ctx *command.Context, r Request) bool {
	switch ctx.Actor.Party {
	case command.Subject:
		p := ctx.Actor.Pseudonym
		return p != "" && (p == r.Terms.Subject || p == r.Also)
	case command.Audit:
		return r.User.MSP == ctx.Actor.MSP
	}
	return true
}

// stranger tells whether the actor sees a request only because its grant was
// named in it: whom else it is about is none of its business.
func stranger(ctx *command.Context, r Request) bool {
	return ctx.Actor.Party == command.Subject && ctx.Actor.Pseudonym != r.Terms.Subject
}

// Card is a request in short.
type Card struct {
	Request string        `json:"request"`
	Date    calendar.Date `json:"date"`
	Status  Status        `json:"status"`
	User    Who           `json:"user"`
	Terms
	Denied    *Denial `json:"denied,omitempty"`
	Refusals  int     `json:"refusals,omitempty"` // attempts that came to nothing; disclosure.Show tells each
	Delivered []Hash  `json:"delivered,omitempty"`
	Sealed    Hash    `json:"sealed,omitempty"`
	Owes      string  `json:"owes,omitempty"` // why a certificate of deletion is owed: revocation, recall
}

func card(ctx *command.Context, r *ledgerstate.Record[Request]) (Card, error) {
	s := r.State
	c := Card{Request: r.Natural, Status: s.Status(), User: s.User, Terms: s.Terms, Denied: s.Denied, Refusals: s.Refusals, Delivered: s.Delivered, Sealed: s.Sealed}
	if stranger(ctx, s) {
		c.Subject, c.Why, c.Denied = "", "", s.Denied.code()
	}
	if s.Delivered == nil || s.Deleted {
		return c, nil
	}
	m, err := authorization.RevokedBy(ctx.View, s.Terms.Grant.No, s.Terms.Subject)
	switch {
	case err != nil:
		return c, err
	case m != nil && m.Delete:
		c.Owes = "revocation"
	case s.Recalled:
		c.Owes = "recall"
	}
	return c, nil
}

// Step is something that happened to a request.
type Step struct {
	What   string        `json:"what"` // asked, denied, refused, delivered, received, recalled, deleted
	Number string        `json:"number"`
	Date   calendar.Date `json:"date"`
	By     string        `json:"by"` // start of the fingerprint of who told the ledger, hex
	Who    Who           `json:"who"`
	Denial *Denial       `json:"denial,omitempty"`
	Basis  string        `json:"basis,omitempty"`
	Proof  Hash          `json:"proof,omitempty"` // SHA-256 of what was sent, or of the certificate of deletion
}

func stepOf(e ledgerstate.Entry[Request]) Step {
	s := Step{Number: e.Number, Date: e.Date, By: hex.EncodeToString(e.By)}
	switch x := e.Event.(type) {
	case Asked:
		s.What, s.Who, s.Denial = "asked", x.User, x.Denied
		if x.Denied != nil {
			s.What = "denied"
		}
	case Refused:
		s.What, s.Who, s.Denial = "refused", x.Caller, &x.Denial
	case Handed:
		s.What, s.Who, s.Proof = "delivered", x.By, x.Sealed
	case Acknowledged:
		s.What, s.Who = "received", x.By
	case Recalled:
		s.What, s.Who, s.Basis = "recalled", x.By, strings.TrimSpace(x.Basis+" "+x.Reference)
	case Certified:
		s.What, s.Who, s.Basis, s.Proof = "deleted", x.By, x.Basis, x.Certificate
	}
	return s
}

// ShowQuery names a request.
type ShowQuery struct {
	Number string `json:"number"`
}

// ShowAnswer is a request and all that happened to it.
type ShowAnswer struct {
	Card
	Steps []Step `json:"steps"`
}

func (p *room) show() command.QueryDefinition {
	return command.Query[ShowQuery, ShowAnswer]{
		QuerySpec: p.query("Show", "查看披露", "a request for records, and what became of it"),
		Answer: func(ctx *command.Context, q ShowQuery) (ShowAnswer, error) {
			ref := RequestRef(q.Number)
			r, err := Kind.At(ctx.View, ref.ID)
			if err != nil {
				return ShowAnswer{}, err
			}
			if r == nil || r.Natural != q.Number || !visible(ctx, r.State) {
				return ShowAnswer{}, Unknown.At("number", nil, q.Number)
			}
			return told(ctx, ref.ID, r)
		},
	}
}

func told(ctx *command.Context, id ledgerstate.ID, r *ledgerstate.Record[Request]) (ShowAnswer, error) {
	c, err := card(ctx, r)
	if err != nil {
		return ShowAnswer{}, err
	}
	log, err := Kind.Log(ctx.View, id, r)
	if err != nil {
		return ShowAnswer{}, err
	}
	a := ShowAnswer{Card: c, Steps: []Step{}}
	for _, e := range log {
		s := stepOf(e)
		if stranger(ctx, r.State) {
			s.Denial = s.Denial.code()
		}
		a.Steps = append(a.Steps, s)
	}
	if len(log) > 0 {
		a.Date = log[0].Date
	}
	return a, nil
}

// ListQuery asks for requests; what is left out does not matter.
type ListQuery struct {
	Subject string `json:"subject,omitempty"` // pseudonym; a subject gets its own alone
	Owner   string `json:"owner,omitempty"`   // MSP that keeps the records
	User    string `json:"user,omitempty"`    // MSP that asked
	Status  Status `json:"status,omitempty"`
	After   string `json:"after,omitempty"`
	Limit   int    `json:"limit,omitempty"` // requests looked at, 1 to 5000; default 1000
}

// ListAnswer is a part of the list, in no meaningful order. An empty part
// with a next one is possible.
type ListAnswer struct {
	Requests []ShowAnswer `json:"requests"`
	Next     string       `json:"next,omitempty"`
}

func (p *room) list() command.QueryDefinition {
	return command.Query[ListQuery, ListAnswer]{
		QuerySpec: p.query("List", "披露清单", "requests for records of a subject, to an owner or by a user"),
		Answer: func(ctx *command.Context, q ListQuery) (ListAnswer, error) {
			return scan(ctx, q, func(a ShowAnswer) bool { return true })
		},
	}
}

// owed 待交删除证明: which recipients have copies that they were told to delete.
func (p *room) owed() command.QueryDefinition {
	return command.Query[ListQuery, ListAnswer]{
		QuerySpec: p.query("Owed", "待交删除证明", "deliveries of which a certificate of deletion is owed"),
		Answer: func(ctx *command.Context, q ListQuery) (ListAnswer, error) {
			return scan(ctx, q, func(a ShowAnswer) bool { return a.Owes != "" })
		},
	}
}

func scan(ctx *command.Context, q ListQuery, take func(ShowAnswer) bool) (ListAnswer, error) {
	if q.Limit < 1 || q.Limit > 5000 {
		q.Limit = 1000
	}
	a := ListAnswer{Requests: []ShowAnswer{}}
	next, err := Kind.Scan(ctx.View, q.After, q.Limit, func(id ledgerstate.ID, r *ledgerstate.Record[Request]) error {
		s := r.State
		if !visible(ctx, s) || (q.Subject != "" && s.Terms.Subject != q.Subject && s.Also != q.Subject) || (q.Owner != "" && s.Terms.Owner != q.Owner) ||
			(q.User != "" && s.User.MSP != q.User) || (q.Status != "" && s.Status() != q.Status) {
			return nil
		}
		x, err := told(ctx, id, r)
		if err == nil && take(x) {
			a.Requests = append(a.Requests, x)
		}
		return err
	})
	a.Next = next
	return a, err
}
