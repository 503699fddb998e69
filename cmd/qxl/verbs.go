package main

// verbs is the table of the program's verbs, in the order of the help text.
// Each is made in a file of its own.
var verbs = append(roomCommands(),
	newRunCommand, newImportCommand, newReconcileCommand, newEndOfDayCommand, newSampleCommand,
	newLoanCommand, newFundCommand, newCompCommand, newTxCommand, newPeopleCommand, newFoundCommand, newDigestCommand, newFactsCommand, newEraseCommand,
	newCheckCommand, newVaultCommand, newLogCommand, newDiscloseCommand, newAuditCommand,
	newUpCommand, newDownCommand, newStatusCommand, newLogsCommand, newNetworkCommand,
	newBenchCommand, newChaincodeCommand, newSupervisorCommand,
)
