package frontdoor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Exit codes are part of the interface and never change.
const (
	Done           = 0
	Refused        = 1 // a rule of the ledger or a check said no
	Usage          = 2 // wrong usage or input
	Infrastructure = 3 // a node, the network, the disk
)

// Problem is an error as the user sees it: Chinese first, English second,
// the field, the limit and the value, and what to do next.
type Problem struct {
	Exit        int    `json:"-"`
	Code        string `json:"code"`
	Stage       string `json:"stage,omitempty"`
	Transaction string `json:"transaction,omitempty"`
	MayCommit   bool   `json:"may_commit,omitempty"`
	Field       string `json:"field,omitempty"`
	Limit       string `json:"limit,omitempty"`
	Value       string `json:"value,omitempty"`
	Zh          string `json:"zh,omitempty"`
	En          string `json:"message"`
	Hint        string `json:"hint,omitempty"`
}

func (p *Problem) Error() string { return p.En }

// Silent ends the program with an exit code after the verb has printed its
// result: a check that says "not valid" is a result, not an error.
type Silent int

func (s Silent) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// Finish writes the error of a command, if any, and gives the exit code: text
// to errw; with asJSON also one document to out.
func Finish(err error, explainers []func(error) *Problem, asJSON bool, out, errw io.Writer) int {
	if err == nil {
		return Done
	}
	var s Silent
	if errors.As(err, &s) {
		return int(s)
	}
	p := Explain(err, explainers)
	if asJSON {
		_ = WriteJSON(out, struct { // a closed standard output changes nothing about the error
			Error *Problem `json:"error"`
		}{p})
	}
	p.write(errw)
	return p.Exit
}

func (p *Problem) write(w io.Writer) {
	var b strings.Builder
	if p.Zh != "" {
		fmt.Fprintf(&b, "错误: %s\n", p.Zh)
	}
	fmt.Fprintf(&b, "error: %s\n", p.En)
	if p.Stage != "" {
		fmt.Fprintf(&b, "  stage: %s; code: %s\n", p.Stage, p.Code)
	}
	var facts []string
	for _, f := range []struct{ name, text string }{{"field", p.Field}, {"limit", p.Limit}, {"value", p.Value}} {
		if f.text != "" {
			facts = append(facts, f.name+": "+f.text)
		}
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, "  %s\n", strings.Join(facts, "; "))
	}
	if p.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", p.Hint)
	}
	fmt.Fprint(w, b.String())
}

// Explain turns an error into a problem; the first explainer that knows it
// wins.
func Explain(err error, explainers []func(error) *Problem) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	for _, f := range explainers {
		if p := f(err); p != nil {
			return p
		}
	}
	if errors.Is(err, context.Canceled) {
		return &Problem{Exit: Infrastructure, Code: "INTERRUPTED", Zh: "已中断", En: "interrupted", Hint: "run the same command again; what was done is kept"}
	}
	return &Problem{Exit: Infrastructure, Code: "INTERNAL", Zh: "程序或本机出错", En: err.Error()}
}

// WriteJSON writes one document on one line.
func WriteJSON(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(document)
}
