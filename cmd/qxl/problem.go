package main

import (
	"errors"
	"fmt"

	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

const (
	exitDone           = frontdoor.Done
	exitRefused        = frontdoor.Refused
	exitUsage          = frontdoor.Usage
	exitInfrastructure = frontdoor.Infrastructure
)

type (
	problem = frontdoor.Problem
	silent  = frontdoor.Silent
)

func usagef(format string, args ...any) error {
	return &problem{Exit: exitUsage, Code: "USAGE", En: fmt.Sprintf(format, args...), Zh: "用法不对", Hint: "see qxl --help"}
}

// finish prints the error of a command, if any, and gives the exit code.
func (a *app) finish(err error) int {
	return frontdoor.Finish(err, explainers, a.json && !a.answered, a.out, a.err)
}

// explainers turn the typed errors of the rooms into problems; the first
// that knows an error wins.
var explainers = []func(error) *problem{explainDisclosure, explainRefusal, explainLedger, frontdoor.Person, explainInvalid, explainAnchor, explainVault, explainFile, explainRefusedBundle}

// explainRefusedBundle: making a bundle found that it would not verify.
func explainRefusedBundle(err error) *problem {
	var r *audit.Refused
	if !errors.As(err, &r) {
		return nil
	}
	return &problem{Exit: exitRefused, Code: r.Code, Zh: r.Zh, En: r.En}
}
