// Package command is what a business command of the ledger is: one Go struct
// for its content, one pure rule, one access line. From that definition come
// the contract function, the place in a batch, the access matrix, the table
// of refusals and the documentation.
//
// A transaction carries commands of one lane. Each has its own outcome:
// accepted, refused with a stable code, already applied, or to be tried again
// with another ID. A refusal never fails its neighbours; what fails the whole
// transaction (a wrong clock, a foreign identity, a node that lacks data) is
// an *ledgerstate.Error and endorsed by nobody.
//
// The package also holds the table of who sees and who signs (table.go). It
// knows no room: book.go and commons.go of package chaincode do.
package command
