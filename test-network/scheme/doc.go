// Package scheme plays a sample of the compensation scheme (sample.Scheme) on
// a consortium: day files, filings, a breaker that trips and lets go, claims
// on every path, the fund's money, two years of its books.
//
// It guarantees that what it sends is the same on both engines, so that one
// state digest comes of it, and that a step which the ledger does not decide as
// the story says ends the play. It works through what members run
// (client/dayfile, client/pipeline, client/book) as the people of the topology,
// and makes no figure itself: sums come from the ledger's queries, as they do
// on a clerk's screen.
//
// It checks nothing of the sums: test-network/recount/compensation.py does,
// which shares no code with the project.
package scheme
