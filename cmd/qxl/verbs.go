package main

import "github.com/spf13/cobra"

// verbs is the table of the program's verbs, in the order of the help text.
// Each is made in a file of its own.
var verbs = []func(*app) *cobra.Command{
	newLoanCommand,
	newCheckCommand,
	newUpCommand, newDownCommand, newStatusCommand, newLogsCommand, newNetworkCommand,
	newChaincodeCommand, newSupervisorCommand,
}
