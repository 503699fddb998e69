package main

import (
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// compVerbs is the table of what can be done about compensation beside the
// ledger's own commands and queries, in the order of the help text. Each is
// made in a file of its own, comp_….go.
var compVerbs = []func(*app) *cobra.Command{
	newCompQuoteCommand,
	newCompRefreshCommand, newCompBreakerCommand, newCompMonthEndCommand,
	newCompNoticeCommand, newCompClaimCommand, newCompSheetCommand, newCompPublicityCommand,
}

func newCompCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{Use: "comp", Short: "风险补偿 risk compensation: filings, claims, what they come to"})
	for _, verb := range compVerbs {
		cmd.AddCommand(verb(a))
	}
	for _, verb := range roomVerbs(a, "comp") {
		if wholeBank[verb.Name()] {
			continue
		}
		if verb.Name() == "submit" {
			submitFolder(a, verb)
		}
		byContract(a, verb)
		cmd.AddCommand(verb)
	}
	return cmd
}
