// Command recompute adds up what banks have lent from their day files alone:
// disbursed, principal repaid, outstanding. It is the second opinion on the
// ledger's totals, so it imports nothing of this project and nothing but the
// standard library: it follows docs/day-files.md, which says how a contract
// becomes a plan and where a repayment goes.
//
//	recompute DIR
//
// reads every *.csv of DIR that is a day file of a bank or of the central
// bank (for the last business day), in order of their names, leaves out lines
// that the rules of lending refuse, and prints a JSON document. A repayment or
// a cost of recovery that is dated before others of its loan makes the loan
// anew from all entries by date. It knows no correction 冲正 and none of the
// records of servicing beyond: test-network/recount does loans of every kind.
package main
