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
//
//	recompute claims DIR RULE_PACKS REFERENCE
//
// reads the fact packs *.facts of DIR (docs/fact-packs.md): loan and comp of
// each bank, registry and fund; the rule packs as they were signed (JSON); and
// the prime rates and days off that were published (lpr.csv, holidays.csv of
// the directory REFERENCE). From the loans' entries it works out, after
// docs/compensation.md, what every claim came to at each step that fixed its
// sum, how the pool was shared, what of recoveries was due and by when,
// interest, clawbacks; the pool's identity after every event; each bank's
// portfolio and breaker at the month ends that were judged; the caps. It
// compares each figure with the ledger's and ends with 1 if one differs. It
// knows loans whose entries are repayments alone, which those of sample.Scheme
// are.
package main
