// Package refusal is how a business rule says no: a stable code, the field,
// the limit and the actual value, and a sentence in Chinese and English.
//
// A room declares its reasons once, as package variables; the table of all
// reasons is what the documentation and the clients print. Refusals of rules
// that span banks carry the limit, never the actual.
package refusal

import (
	"errors"
	"fmt"
	"sort"
)

// Reason is a declared way to refuse. Its code never changes its meaning.
type Reason struct {
	Code   string
	Zh, En string
	Source string // law, standard or article; "" for a rule of the ledger itself
}

var reasons = map[string]*Reason{}

// New declares a reason. It is called from package variables only, so the
// table is complete before anything runs.
func New(code, zh, en, source string) *Reason {
	if reasons[code] != nil {
		panic("refusal code declared twice: " + code)
	}
	r := &Reason{Code: code, Zh: zh, En: en, Source: source}
	reasons[code] = r
	return r
}

// Lookup finds a declared reason by its code.
func Lookup(code string) (*Reason, bool) {
	r, ok := reasons[code]
	return r, ok
}

// Table lists every declared reason by code.
func Table() []*Reason {
	list := make([]*Reason, 0, len(reasons))
	for _, r := range reasons {
		list = append(list, r)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	return list
}

// Refusal is a reason applied to one command.
type Refusal struct {
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"`
	Limit  string `json:"limit,omitempty"`
	Actual string `json:"actual,omitempty"`
}

// At applies the reason to a field. Limit and actual are printed with their
// own String methods; nil leaves one out.
func (r *Reason) At(field string, limit, actual any) *Refusal {
	return &Refusal{Code: r.Code, Field: field, Limit: text(limit), Actual: text(actual)}
}

// Is reports whether err is a refusal for this reason.
func (r *Reason) Is(err error) bool {
	var x *Refusal
	return errors.As(err, &x) && x.Code == r.Code
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Texts gives the sentence in both languages.
func (r *Refusal) Texts() (zh, en string) {
	if d, ok := reasons[r.Code]; ok {
		return d.Zh, d.En
	}
	return r.Code, r.Code
}

func (r *Refusal) Error() string {
	_, en := r.Texts()
	s := r.Code + ": " + en
	if r.Field != "" {
		s += fmt.Sprintf(" (field %s", r.Field)
		if r.Limit != "" {
			s += ", limit " + r.Limit
		}
		if r.Actual != "" {
			s += ", actual " + r.Actual
		}
		s += ")"
	}
	return s
}

// As finds the refusal in err, if it is one.
func As(err error) (*Refusal, bool) {
	var x *Refusal
	ok := errors.As(err, &x)
	return x, ok
}
