// Package consortium is the room of what all members share in the open: who
// is a member under which name, which business day is open, and the reference
// tables (LPR by date and tenor, working days, loan products, purposes, item
// codes, parameters, rule packs of risk compensation). It lives in commons, in public state, as one aggregate:
// one packed value that every book reads once per transaction.
//
// Tables change by two signatures, never by redeploying: somebody of the
// table's owner proposes, another person approves; a rule pack needs all three
// authorities. It owns the public key of that aggregate and its log; it must
// not hold anything private.
//
// Parameters are numbers that no law fixes for good. One that was added later
// has a founding default, which stands where a founding file or an older
// ledger does not name it. A room asks for working days here
// (Calendar.WorkingDayAfter): a year whose days off are not entered is named,
// never guessed.
//
// Commands: Found, OpenDay, Propose, Approve, Withdraw, Block.
package consortium
