package consortium

import (
	"sort"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
)

// Founded starts the consortium.
type Founded struct {
	Simulated bool
	Open      calendar.Date
	Members   []Member
	Initial   []Change
}

// Evolve implements ledgerstate.Event.
func (e Founded) Evolve(Tables) Tables {
	t := Tables{Simulated: e.Simulated, Founded: e.Open, Open: e.Open, Members: merge(nil, e.Members, byMSP)}
	for _, c := range e.Initial {
		t = c.apply(t)
	}
	return t
}

// DayOpened opens a business day.
type DayOpened struct{ Day calendar.Date }

// Evolve implements ledgerstate.Event.
func (e DayOpened) Evolve(t Tables) Tables {
	t.Open = e.Day
	return t
}

// Proposed puts a change up for the second signature.
type Proposed struct {
	Number   string
	Change   Change
	Date     calendar.Date
	Party    command.Party
	MSP      string
	Proposer []byte
}

// DigestEvent leaves the certificate out.
func (e Proposed) DigestEvent() any { e.Proposer = nil; return e }

// Evolve implements ledgerstate.Event.
func (e Proposed) Evolve(t Tables) Tables {
	t.Pending = append(append([]Proposal(nil), t.Pending...), Proposal{Number: e.Number, Change: e.Change, Date: e.Date,
		Party: e.Party, MSP: e.MSP, Proposer: e.Proposer})
	return t
}

// Approved puts a proposed change into force.
type Approved struct{ Proposal string }

// Evolve implements ledgerstate.Event.
func (e Approved) Evolve(t Tables) Tables {
	p, rest, ok := t.take(e.Proposal)
	if !ok {
		return t
	}
	t.Pending = rest
	return p.Change.apply(t)
}

// Signed adds an authority's signature to a change that needs all three 会签;
// it is not in force yet.
type Signed struct {
	Proposal  string
	Signature Signature
}

// DigestEvent leaves the certificate out.
func (e Signed) DigestEvent() any { e.Signature.By = nil; return e }

// Evolve implements ledgerstate.Event.
func (e Signed) Evolve(t Tables) Tables {
	t.Pending = append([]Proposal(nil), t.Pending...)
	for i := range t.Pending {
		if p := &t.Pending[i]; p.Number == e.Proposal {
			p.Signatures = append(append([]Signature(nil), p.Signatures...), e.Signature)
		}
	}
	return t
}

// Withdrawn drops a proposed change.
type Withdrawn struct{ Proposal string }

// Evolve implements ledgerstate.Event.
func (e Withdrawn) Evolve(t Tables) Tables {
	_, t.Pending, _ = t.take(e.Proposal)
	return t
}

func (t Tables) take(number string) (Proposal, []Proposal, bool) {
	var rest []Proposal
	var found Proposal
	ok := false
	for _, p := range t.Pending {
		if p.Number == number {
			found, ok = p, true
			continue
		}
		rest = append(rest, p)
	}
	return found, rest, ok
}

// PersonBlocked stops a certificate.
type PersonBlocked struct{ Person BlockedPerson }

// DigestEvent leaves the certificate out: engines enrol their own.
func (e PersonBlocked) DigestEvent() any { return e.Person.Reason }

// Evolve implements ledgerstate.Event.
func (e PersonBlocked) Evolve(t Tables) Tables {
	if t.Blocked(e.Person.Fingerprint) {
		return t
	}
	list := append(append([]BlockedPerson(nil), t.BlockedBy...), e.Person)
	sort.Slice(list, func(i, j int) bool { return list[i].Fingerprint < list[j].Fingerprint })
	t.BlockedBy = list
	return t
}

// Change is new content for one table; exactly one field is set. LPR rows
// and named entries are added or replace those with the same key; a calendar
// and the parameters are replaced whole; rule packs are added only, since one
// that stands never changes.
type Change struct {
	LPR      []LPR       `json:"lpr,omitempty"`
	Calendar *Calendar   `json:"calendar,omitempty"`
	Products []Product   `json:"products,omitempty"`
	Purposes []Purpose   `json:"purposes,omitempty"`
	Items    []Item      `json:"items,omitempty"`
	Members  []Member    `json:"members,omitempty"`
	Rules    *Parameters `json:"rules,omitempty"`
	Packs    []RulePack  `json:"packs,omitempty"`
}

// tables names the tables that the change touches.
func (c Change) tables() []string {
	var list []string
	add := func(set bool, name string) {
		if set {
			list = append(list, name)
		}
	}
	add(len(c.LPR) > 0, "lpr")
	add(c.Calendar != nil, "calendar")
	add(len(c.Products) > 0, "products")
	add(len(c.Purposes) > 0, "purposes")
	add(len(c.Items) > 0, "items")
	add(len(c.Members) > 0, "members")
	add(c.Rules != nil, "rules")
	add(len(c.Packs) > 0, packTable)
	return list
}

func (c Change) apply(t Tables) Tables {
	t.LPR = merge(t.LPR, c.LPR, func(a, b LPR) int { return int(a.Published) - int(b.Published) })
	t.Products = merge(t.Products, c.Products, func(a, b Product) int { return compare(a.Code, b.Code) })
	t.Purposes = merge(t.Purposes, c.Purposes, func(a, b Purpose) int { return compare(a.Code, b.Code) })
	t.Items = merge(t.Items, c.Items, func(a, b Item) int { return compare(a.Code, b.Code) })
	t.Members = merge(t.Members, c.Members, byMSP)
	t.Packs = addPacks(t.Packs, c.Packs)
	if c.Calendar != nil {
		t.Calendar = *c.Calendar
	}
	if c.Rules != nil {
		t.Rules = *c.Rules
	}
	return t
}

func byMSP(a, b Member) int { return compare(a.MSP, b.MSP) }

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// merge adds rows to a sorted table; a row with the key of an old one
// replaces it.
func merge[T any](old, rows []T, cmp func(a, b T) int) []T {
	if len(rows) == 0 {
		return old
	}
	list := append([]T(nil), old...)
	for _, row := range rows {
		i := sort.Search(len(list), func(i int) bool { return cmp(list[i], row) >= 0 })
		if i < len(list) && cmp(list[i], row) == 0 {
			list[i] = row
			continue
		}
		list = append(list, row)
		copy(list[i+1:], list[i:])
		list[i] = row
	}
	return list
}
