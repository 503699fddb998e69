// Package dayend runs a bank's end of day 日终: it looks at every loan of a
// book at the end of the open business day, sends what the rules ask for
// (resets of floating rates that are due, classes that days past due or a
// debtor's other loans force), closes the day on the ledger, and tells the
// officer what changed since the day that was closed before.
//
// What it guarantees:
//
//   - it computes no figure of its own: arrears, accruals, floors and reset
//     days are the chaincode's, asked for page by page, and what it sends is
//     decided by the chaincode's rules again;
//   - business numbers follow from loan, day and deed, so whatever is sent
//     twice is applied once, and a run that was killed anywhere goes on where
//     it was when it is run again;
//   - what it tells follows from the ledger at the two days alone: a run that
//     is repeated tells the same;
//   - a day on which something was refused is not closed.
//
// It never makes a non-performing loan perform again: a reviewer does. Special
// mention that days past due or the debtor's other loans alone had forced ends
// with its cause.
//
// It owns the list of changes. It reads and writes through book and pipeline.
package dayend
