package topology

import (
	"fmt"
	"strings"
)

// Error is one thing wrong with a topology file.
type Error struct {
	File  string
	Line  int    // 1-based; 0 where the topology was not read from a file
	Field string // organizations[2].party
	Value string // what stands there
	Limit string // what may stand there
	Hint  string // what to do
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		b.WriteString(": ")
	}
	if e.Field != "" {
		fmt.Fprintf(&b, "%s: ", e.Field)
	}
	if e.Value != "" {
		fmt.Fprintf(&b, "%s ", e.Value)
	}
	b.WriteString(e.Limit)
	if e.Hint != "" {
		fmt.Fprintf(&b, " (hint: %s)", e.Hint)
	}
	return b.String()
}

// Errors are all the things wrong with a file, in file order: whoever mends it
// wants to see them at once.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As each of them.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}
