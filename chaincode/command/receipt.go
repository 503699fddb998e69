package command

import (
	"unicode/utf8"

	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Outcome of one command in a transaction.
type Outcome byte

const (
	Accepted       Outcome = 'A'
	Refused        Outcome = 'R'
	AlreadyApplied Outcome = 'D' // the same business number with the same content is on the ledger
	Retry          Outcome = 'S' // the proposed ID is in use: propose another

	undecided Outcome = 0 // the rule has not been asked yet
)

func (o Outcome) String() string {
	switch o {
	case Accepted:
		return "accepted"
	case Refused:
		return "refused"
	case AlreadyApplied:
		return "already applied"
	case Retry:
		return "retry"
	}
	return "unknown"
}

// Zh is the outcome in Chinese.
func (o Outcome) Zh() string {
	switch o {
	case Accepted:
		return "已受理"
	case Refused:
		return "拒绝"
	case AlreadyApplied:
		return "已登记过"
	case Retry:
		return "需重试"
	}
	return "未知"
}

// Receipt is the private record of a transaction, kept in the lane's own
// collection: who submitted as which post, and what became of each command.
type Receipt struct {
	Actor    Actor
	Lane     string
	Names    []string // the distinct commands, in order of first use
	Which    []byte   // per command, an index into Names
	Outcomes []byte   // per command, an Outcome
	Refusals []IndexedRefusal
}

// IndexedRefusal is the refusal of the command at Index.
type IndexedRefusal struct {
	Index  int
	Code   string
	Field  string
	Limit  string
	Actual string
}

// Summary is the public response: counts only.
type Summary struct {
	Lane     string `json:"lane"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Already  int    `json:"already"`
	Retry    int    `json:"retry"`
}

func (r *Receipt) add(name string, o Outcome, why *refusal.Refusal, s *Summary) {
	i := len(r.Outcomes)
	which := -1
	for n := range r.Names {
		if r.Names[n] == name {
			which = n
			break
		}
	}
	if which < 0 {
		which = len(r.Names)
		r.Names = append(r.Names, name)
	}
	r.Which = append(r.Which, byte(which))
	r.Outcomes = append(r.Outcomes, byte(o))
	switch o {
	case Accepted:
		s.Accepted++
	case AlreadyApplied:
		s.Already++
	case Retry:
		s.Retry++
	case Refused:
		s.Refused++
		r.Refusals = append(r.Refusals, IndexedRefusal{i, why.Code, short(why.Field), short(why.Limit), short(why.Actual)})
	}
}

// maxRefusalText bounds what a receipt repeats of a command, in bytes: every
// member keeps receipts for ever.
const maxRefusalText = 600

// short cuts text between two characters.
func short(s string) string {
	if len(s) <= maxRefusalText {
		return s
	}
	n := maxRefusalText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Result is one command's outcome as a client gets it.
type Result struct {
	Command string           `json:"command"`
	Outcome string           `json:"outcome"`
	Refusal *refusal.Refusal `json:"refusal,omitempty"`
}

// Results spells the receipt out, one result per command.
func (r *Receipt) Results() []Result {
	list := make([]Result, len(r.Outcomes))
	for i := range list {
		list[i] = Result{Command: r.Names[r.Which[i]], Outcome: Outcome(r.Outcomes[i]).String()}
	}
	for _, x := range r.Refusals {
		list[x.Index].Refusal = &refusal.Refusal{Code: x.Code, Field: x.Field, Limit: x.Limit, Actual: x.Actual}
	}
	return list
}
