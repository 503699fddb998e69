package main

import "github.com/spf13/cobra"

// loanVerbs is the table of what can be done with loans, in the order of the
// help text.
var loanVerbs = []func(*app) *cobra.Command{
	newLoanScheduleCommand,
}

func newLoanCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "loan",
		Short: "loans and their schedules 贷款与还款计划",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for qxl loan", args[0])
			}
			return usagef("say what to do with loans; see qxl loan --help")
		},
	}
	for _, verb := range loanVerbs {
		cmd.AddCommand(verb(a))
	}
	cmd.AddCommand(roomVerbs(a, "loan")...)
	return cmd
}
