package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Exit codes are part of the interface and never change.
const (
	exitDone           = 0
	exitRefused        = 1 // a rule of the ledger or a check said no
	exitUsage          = 2 // wrong usage or input
	exitInfrastructure = 3 // a node, the network, the disk
)

// problem is an error as the user sees it: Chinese first, English second,
// the field, the limit and the value, and what to do next.
type problem struct {
	Exit  int    `json:"-"`
	Code  string `json:"code"`
	Field string `json:"field,omitempty"`
	Limit string `json:"limit,omitempty"`
	Value string `json:"value,omitempty"`
	Zh    string `json:"zh,omitempty"`
	En    string `json:"message"`
	Hint  string `json:"hint,omitempty"`
}

func (p *problem) Error() string { return p.En }

// silent ends the program with an exit code after the verb has printed its
// result: a check that says "not valid" is a result, not an error.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit %d", int(s)) }

func usagef(format string, args ...any) error {
	return &problem{Exit: exitUsage, Code: "USAGE", En: fmt.Sprintf(format, args...), Zh: "用法不对", Hint: "see qxl --help"}
}

// finish prints the error of a command, if any, and gives the exit code.
func (a *app) finish(err error) int {
	if err == nil {
		return exitDone
	}
	var s silent
	if errors.As(err, &s) {
		return int(s)
	}
	p := explain(err)
	if a.json && !a.answered {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(struct {
			Error *problem `json:"error"`
		}{p})
	}
	var b strings.Builder
	if p.Zh != "" {
		fmt.Fprintf(&b, "错误: %s\n", p.Zh)
	}
	fmt.Fprintf(&b, "error: %s\n", p.En)
	if p.Field != "" || p.Limit != "" || p.Value != "" {
		fmt.Fprintf(&b, "  field: %s", p.Field)
		if p.Limit != "" {
			fmt.Fprintf(&b, "; limit: %s", p.Limit)
		}
		if p.Value != "" {
			fmt.Fprintf(&b, "; value: %s", p.Value)
		}
		b.WriteByte('\n')
	}
	if p.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", p.Hint)
	}
	fmt.Fprint(a.err, b.String())
	return p.Exit
}

// explainers turn the typed errors of the rooms into problems; the first
// that knows an error wins.
var explainers []func(error) *problem

func explain(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	for _, f := range explainers {
		if p := f(err); p != nil {
			return p
		}
	}
	if errors.Is(err, context.Canceled) {
		return &problem{Exit: exitInfrastructure, Code: "INTERRUPTED", Zh: "已中断", En: "interrupted", Hint: "run the same command again; what was done is kept"}
	}
	return &problem{Exit: exitInfrastructure, Code: "INTERNAL", En: err.Error()}
}
