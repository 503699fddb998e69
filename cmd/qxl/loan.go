package main

import (
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// loanVerbs is the table of what can be done with loans, in the order of the
// help text.
var loanVerbs = []func(*app) *cobra.Command{
	newLoanScheduleCommand,
	newLoanActusCommand,
	newLoanSimulateCommand,
}

func newLoanCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{Use: "loan", Short: "贷款与还款计划 loans and their schedules"})
	for _, verb := range loanVerbs {
		cmd.AddCommand(verb(a))
	}
	for _, verb := range roomVerbs(a, "loan") {
		if verb.Name() == "schedule" {
			ofLedger(cmd, verb)
			continue
		}
		if verb.Name() == "attach" {
			attachFolder(a, verb)
		}
		cmd.AddCommand(verb)
	}
	return cmd
}

// ofLedger lets the verb that computes a plan from terms also show the plan
// of a loan on the ledger, when --as says who asks.
func ofLedger(parent, query *cobra.Command) {
	for _, verb := range parent.Commands() {
		if verb.Name() != query.Name() {
			continue
		}
		compute, arguments := verb.RunE, verb.Args
		verb.Flags().AddFlagSet(query.Flags())
		verb.Long += "\n\nWith --as and --loan: the plan of that loan on the ledger 账本上某笔贷款的还款计划"
		verb.Args = func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("as") {
				return query.Args(cmd, args)
			}
			return arguments(cmd, args)
		}
		verb.RunE = func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("as") {
				return query.RunE(cmd, args)
			}
			return compute(cmd, args)
		}
	}
}
