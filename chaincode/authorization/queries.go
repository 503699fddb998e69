package authorization

import (
	"encoding/hex"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Queries of the room in a book, and in commons.
var (
	Queries      = queriesIn(InBook)
	OtherQueries = queriesIn(InCommons)
)

func queriesIn(p Place) []command.QueryDefinition {
	return []command.QueryDefinition{showIn(p), historyIn(p), listIn(p),
		command.Locate(p.Chaincode, p.Collection, Kind, join(p.Readers, allow(command.Subject, "subject"))...),
		command.Export(p.Chaincode, p.Collection, Kind, Digesters...),
		digestIn(p)}
}

// Digesters recompute the state digest: it shows every grant's number.
var Digesters = join(allow(command.Commission, "operator", "auditor"), allow(command.CentralBank, "auditor"), allow(command.Finance, "auditor"))

func (p Place) query(name, zh, en string) command.QuerySpec {
	return command.QuerySpec{Name: "authorization." + name + p.Suffix, Zh: zh + p.Zh, En: en + p.En,
		Access:    join(allow(command.Subject, "subject"), p.Readers),
		Chaincode: p.Chaincode, Collections: []command.Collection{p.Collection}}
}

// Status is what a grant is on a day.
type Status string

// The statuses, and what each lets a recipient do.
const (
	StatusNotYet    Status = "NOT_YET_VALID" // 未生效: nothing
	StatusActive    Status = "ACTIVE"        // 有效
	StatusExhausted Status = "EXHAUSTED"     // 次数用完: no further query
	StatusExpired   Status = "EXPIRED"       // 已过期: nothing
	StatusRevoked   Status = "REVOKED"       // 已撤回: nothing
)

func (g Grant) status(marker *Marker, day calendar.Date) Status {
	switch {
	case marker != nil:
		return StatusRevoked
	case day < g.Terms.From:
		return StatusNotYet
	case day > g.Terms.To:
		return StatusExpired
	case g.Used >= g.Terms.Max:
		return StatusExhausted
	}
	return StatusActive
}

// Card is a grant in short.
type Card struct {
	ID     ledgerstate.ID `json:"id"`
	Number string         `json:"number"`
	Terms
	Used    int     `json:"used"`
	Status  Status  `json:"status"`
	Revoked *Marker `json:"revoked,omitempty"`
}

func card(ctx *command.Context, id ledgerstate.ID, r *ledgerstate.Record[Grant], day calendar.Date) (Card, error) {
	c := Card{ID: id, Number: r.Natural, Terms: r.State.Terms, Used: r.State.Used}
	m, err := Revocations.At(ctx.View, MarkerID(r.Natural, r.State.Terms.Subject))
	if err != nil {
		return Card{}, err
	}
	if m != nil {
		c.Revoked = &m.State
	}
	c.Status = r.State.status(c.Revoked, day)
	return c, nil
}

// visible tells whether the actor may see a grant: a subject its own, an
// auditor's office in commons those to itself, readers all of the place.
func visible(ctx *command.Context, g Grant) bool {
	switch ctx.Actor.Party {
	case command.Subject:
		return ctx.Actor.Pseudonym != "" && ctx.Actor.Pseudonym == g.Terms.Subject
	case command.Audit:
		return g.Terms.Grantee == ctx.Actor.MSP
	}
	return true
}

// GrantQuery names a grant by its number, faster with its ID.
type GrantQuery struct {
	Number string         `json:"number"`
	ID     ledgerstate.ID `json:"id,omitempty"`
	Day    calendar.Date  `json:"day,omitempty"` // status as of; left out, the open business day
}

// find gives the grant with its whole log.
func (q GrantQuery) find(ctx *command.Context) (ledgerstate.ID, *ledgerstate.Record[Grant], []ledgerstate.Entry[Grant], error) {
	id := q.ID
	if id.IsZero() {
		var err error
		if id, err = Kind.Locate(ctx.View, q.Number); err != nil {
			return id, nil, nil, err
		}
	}
	r, err := get(ctx, ledgerstate.Ref{ID: id, No: q.Number})
	if err == nil && !visible(ctx, r.State) {
		err = Missing.At("grant", nil, q.Number)
	}
	if err != nil {
		return id, r, nil, err
	}
	log, err := Kind.Log(ctx.View, id, r)
	return id, r, log, err
}

// ShowAnswer is a grant with its evidence.
type ShowAnswer struct {
	Card
	Evidence Evidence `json:"evidence"`
}

// showIn 查看授权.
func showIn(p Place) command.QueryDefinition {
	return command.Query[GrantQuery, ShowAnswer]{
		QuerySpec: p.query("Show", "查看授权", "a grant, its evidence and status"),
		Answer: func(ctx *command.Context, q GrantQuery) (ShowAnswer, error) {
			id, r, log, err := q.find(ctx)
			if err != nil {
				return ShowAnswer{}, err
			}
			c, err := card(ctx, id, r, day(ctx, q.Day))
			if err != nil {
				return ShowAnswer{}, err
			}
			a := ShowAnswer{Card: c}
			for _, e := range log {
				if g, ok := e.Event.(Granted); ok {
					a.Evidence = g.Evidence
				}
			}
			return a, nil
		},
	}
}

func day(ctx *command.Context, d calendar.Date) calendar.Date {
	if d == 0 {
		return ctx.Reference.OpenDay()
	}
	return d
}

// HistoryAnswer is what happened to a grant: given, each use, revoked.
type HistoryAnswer struct {
	Number  string  `json:"number"`
	Entries []Entry `json:"entries"`
}

// Entry is one of those: who did it when, as which post and why. The business
// number leads to the transaction and its receipt.
type Entry struct {
	What     string        `json:"what"` // granted, used, revoked
	Number   string        `json:"number"`
	Party    string        `json:"party"`
	Date     calendar.Date `json:"date"`
	By       string        `json:"by"` // start of the certificate's fingerprint, hex
	Post     string        `json:"post,omitempty"`
	NameHash string        `json:"name_hash,omitempty"`
	Items    []string      `json:"items,omitempty"`
	Why      string        `json:"why,omitempty"`
}

// historyIn 授权使用记录. Denied attempts are not here: they stand in the
// receipts of their transactions.
func historyIn(p Place) command.QueryDefinition {
	return command.Query[GrantQuery, HistoryAnswer]{
		QuerySpec: p.query("History", "授权使用记录", "the uses of a grant: who, when, why"),
		Answer: func(ctx *command.Context, q GrantQuery) (HistoryAnswer, error) {
			_, r, log, err := q.find(ctx)
			if err != nil {
				return HistoryAnswer{}, err
			}
			a := HistoryAnswer{Number: r.Natural, Entries: []Entry{}}
			for _, e := range log {
				entry := Entry{Number: e.Number, Party: organization(e.Party), Date: e.Date, By: hex.EncodeToString(e.By)}
				switch x := e.Event.(type) {
				case Granted:
					entry.What, entry.Items = "granted", x.Terms.Items
				case Used:
					entry.What, entry.Items, entry.Why, entry.Post, entry.NameHash = "used", x.Items, x.Why, x.Post, hex.EncodeToString(x.Name)
				}
				a.Entries = append(a.Entries, entry)
			}
			marker, err := Revocations.At(ctx.View, MarkerID(r.Natural, r.State.Terms.Subject))
			if err != nil || marker == nil {
				return a, err
			}
			for _, e := range marker.Log {
				a.Entries = append(a.Entries, Entry{What: "revoked", Number: e.Number, Party: organization(e.Party), Date: e.Date,
					By: hex.EncodeToString(e.By), Why: marker.State.Reason})
			}
			return a, nil
		},
	}
}

// organization is a party without the pseudonym that scopes its numbers.
func organization(party string) string {
	name, _, _ := strings.Cut(party, "/")
	return name
}

// ListQuery asks for the grants of a subject, or of everybody.
type ListQuery struct {
	Subject string        `json:"subject,omitempty"` // pseudonym; a subject gets its own alone
	Purpose string        `json:"purpose,omitempty"`
	Day     calendar.Date `json:"day,omitempty"`
	After   string        `json:"after,omitempty"`
	Limit   int           `json:"limit,omitempty"` // grants looked at, 1 to 5000; default 1000
}

// ListAnswer is a part of the list, in no meaningful order. An empty part
// with a next one is possible.
type ListAnswer struct {
	Grants []Card `json:"grants"`
	Next   string `json:"next,omitempty"`
}

// listIn 授权清单.
func listIn(p Place) command.QueryDefinition {
	return command.Query[ListQuery, ListAnswer]{
		QuerySpec: p.query("List", "授权清单", "the grants of a subject"),
		Answer: func(ctx *command.Context, q ListQuery) (ListAnswer, error) {
			if ctx.Actor.Party == command.Subject {
				if q.Subject == "" {
					q.Subject = ctx.Actor.Pseudonym
				}
				if err := own(ctx, q.Subject); err != nil {
					return ListAnswer{}, err
				}
			}
			if q.Limit < 1 || q.Limit > 5000 {
				q.Limit = 1000
			}
			a := ListAnswer{Grants: []Card{}}
			next, err := Kind.Scan(ctx.View, q.After, q.Limit, func(id ledgerstate.ID, r *ledgerstate.Record[Grant]) error {
				t := r.State.Terms
				if (q.Subject != "" && t.Subject != q.Subject) || (q.Purpose != "" && t.Purpose != q.Purpose) || !visible(ctx, r.State) {
					return nil
				}
				c, err := card(ctx, id, r, day(ctx, q.Day))
				a.Grants = append(a.Grants, c)
				return err
			})
			a.Next = next
			return a, err
		},
	}
}

// digestIn is the revocations' part of the state digest. The pseudonym in a
// marker's key is left out of it; what counts instead is whether the marker
// is that of the grant's own subject, hence has effect.
func digestIn(p Place) command.QueryDefinition {
	return command.Query[command.ExportQuery, command.ExportAnswer]{
		QuerySpec: command.QuerySpec{Name: "digest.revocation", Zh: "状态摘要:授权撤回", En: "state digest of revocations", Access: Digesters,
			Chaincode: p.Chaincode, Collections: []command.Collection{p.Collection}},
		Answer: func(ctx *command.Context, q command.ExportQuery) (command.ExportAnswer, error) {
			if q.Limit < 1 || q.Limit > 5000 {
				q.Limit = 1000
			}
			a := command.ExportAnswer{Aggregates: []command.AggregateDigest{}}
			next, err := Revocations.Scan(ctx.View, q.After, q.Limit, func(id ledgerstate.ID, r *ledgerstate.Record[Marker]) error {
				number, pseudonym, _ := strings.Cut(r.Natural, "/")
				effect, err := effective(ctx, number, pseudonym)
				if err != nil {
					return err
				}
				plain := *r
				plain.Natural = number + effect
				d, err := command.DigestOf(ctx.View, Revocations, id, &plain)
				a.Aggregates = append(a.Aggregates, command.AggregateDigest{Natural: plain.Natural, Digest: d})
				return err
			})
			a.Next = next
			return a, err
		},
	}
}

func effective(ctx *command.Context, number, pseudonym string) (string, error) {
	id, err := Kind.Locate(ctx.View, number)
	if err != nil || id.IsZero() {
		return "/none", err
	}
	r, err := Kind.At(ctx.View, id)
	if err != nil || r == nil || r.State.Terms.Subject != pseudonym {
		return "/none", err
	}
	return "", nil
}
