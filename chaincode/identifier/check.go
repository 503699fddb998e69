package identifier

import (
	"strconv"
	"unicode/utf8"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Kind is what a code is checked as.
type Kind string

const (
	USCC        Kind = "uscc"
	ResidentID  Kind = "resident-id"
	Institution Kind = "institution"
)

// Check is the answer about one code, and its JSON form.
type Check struct {
	Kind     Kind      `json:"kind"`
	Value    string    `json:"value"` // upper-cased
	Valid    bool      `json:"valid"` // no errors; warnings do not count
	Errors   []Finding `json:"errors"`
	Warnings []Finding `json:"warnings"`
}

// Finding is one thing wrong, or odd, about a code.
type Finding struct {
	Code    string `json:"code"` // stable
	Message string `json:"message"`
	Zh      string `json:"-"`
	En      string `json:"-"`
}

// Code checks a code as one of the kinds; false for a kind that is none.
func Code(kind Kind, code string) (Check, bool) {
	switch kind {
	case USCC:
		return CheckUSCC(code), true
	case ResidentID:
		return CheckResidentID(code), true
	case Institution:
		return CheckInstitution(code), true
	}
	return Check{}, false
}

// Err is nil for a valid code, else its first error for a rule to return.
func (c Check) Err() error {
	if c.Valid {
		return nil
	}
	first := c.Errors[0]
	return &invalid.Error{Code: first.Code, Value: invalid.Shown(c.Value), Zh: first.Zh, En: first.En, Hint: "compare it with the certificate"}
}

func newCheck(kind Kind, code string) Check {
	return Check{Kind: kind, Value: upper(code), Errors: []Finding{}, Warnings: []Finding{}}
}

func (c *Check) fail(code, zh, en string) {
	c.Errors = append(c.Errors, Finding{code, zh + " " + en, zh, en})
}

func (c *Check) warn(code, zh, en string) {
	c.Warnings = append(c.Warnings, Finding{code, zh + " " + en, zh, en})
}

func (c Check) finish() Check {
	c.Valid = len(c.Errors) == 0
	return c
}

// length reports a code that does not have n characters; false then.
func (c *Check) length(code string, n int) bool {
	got := utf8.RuneCountInString(c.Value)
	if got == n {
		return true
	}
	if got == 0 {
		c.fail(code, "代码为空，应为 "+strconv.Itoa(n)+" 位", "the code is empty, it has "+strconv.Itoa(n)+" characters")
		return false
	}
	c.fail(code, "应为 "+strconv.Itoa(n)+" 位，实为 "+strconv.Itoa(got)+" 位", "the code has "+strconv.Itoa(got)+" characters, not "+strconv.Itoa(n))
	return false
}

// upper maps a-z only: Unicode would turn other letters, such as the long s,
// into letters that a code may contain.
func upper(code string) string {
	b := []byte(code)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func digits(text string) bool {
	for i := 0; i < len(text); i++ {
		if !digit(text[i]) {
			return false
		}
	}
	return true
}

// at is the first character of text that ok refuses, with its position from 1.
func at(text string, ok func(position int, r rune) bool) (position int, shown string) {
	for _, r := range text {
		position++
		if !ok(position, r) {
			return position, strconv.QuoteRune(r)
		}
	}
	return 0, ""
}
