// Package invalid says what is wrong with a value that somebody entered: the
// field, the limit, the value, the sentence in Chinese and English and what to
// do about it.
//
// It guarantees that every error of the arithmetic rooms (money, calendar,
// loan/schedule) has one shape, that Code is stable, and that a hostile value
// is shown cut and quoted. It owns no rule and must not import any room.
package invalid

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is a value that cannot be used. Code is stable and part of the
// interface; Zh and En are for people and may be reworded.
type Error struct {
	Code  string `json:"code"`
	Field string `json:"field,omitempty"` // which input; set by In when the parser does not know
	Limit string `json:"limit,omitempty"` // what is allowed
	Value string `json:"value,omitempty"` // what was given, made safe by Shown
	Zh    string `json:"zh,omitempty"`
	En    string `json:"message"`
	Hint  string `json:"hint,omitempty"`
}

// Error is one line: field, sentence, value and limit.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Field != "" {
		b.WriteString(e.Field)
		b.WriteString(": ")
	}
	b.WriteString(e.En)
	b.WriteString(Aside(e.Value, e.Limit, e.Hint))
	return b.String()
}

// Aside is how an error's sentence goes on: the value, the limit and what to
// do, each where there is one.
func Aside(value, limit, hint string) string {
	s := ""
	switch {
	case value != "" && limit != "":
		s = " (value " + value + ", limit " + limit + ")"
	case value != "":
		s = " (value " + value + ")"
	case limit != "":
		s = " (limit " + limit + ")"
	}
	if hint != "" {
		s += "; " + hint
	}
	return s
}

// In names the field an invalid value stood in, if the error does not name
// one already. Other errors pass unchanged.
func In(field string, err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Field != "" {
		return err
	}
	named := *e
	named.Field = field
	return &named
}

// shownRunes bounds what is repeated of a value: enough to recognize it in a
// file, never a screen full.
const shownRunes = 48

// Shown is text as an error may repeat it: at most 48 characters, anything
// that a terminal might interpret escaped.
func Shown(text string) string {
	cut := len(text)
	n := 0
	for i := range text {
		if n == shownRunes {
			cut = i
			break
		}
		n++
	}
	head := text[:cut]
	if strings.ContainsFunc(head, func(r rune) bool { return !strconv.IsPrint(r) || r == utf8.RuneError }) {
		quoted := strconv.Quote(head)
		head = quoted[1 : len(quoted)-1]
	}
	if cut < len(text) {
		head += "…"
	}
	return head
}
