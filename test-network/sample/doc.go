// Package sample makes the consortium that the first run shows: a believable
// province, all of it invented.
//
// It guarantees that the same options give the same bytes on every machine
// and release of Go; that names, codes and numbers are marked as synthetic
// (every file's head says 合成数据, registration numbers carry MA00QH and
// resident IDs a serial range that no office gives out); that repayments
// follow the contracts' own schedules, so that loans settle to the fen; and
// that lines which the ledger shall refuse stay refused whatever follows.
//
// Genesis is what the consortium is founded with; Generate writes the files
// that each organization would send, and a manifest with the order to send
// them in, the totals that must come out and the values by which a privacy
// test recognizes one bank's data.
//
// Year is another sample: a year of two banks, day by day, in which every event
// of a loan's life occurs. Its first bank has told loans, one for each thing
// that can happen; the others are like most loans.
//
// Scheme is a third: banks that file what is eligible for risk compensation and
// claim for what goes bad, by stories that together take every path of a claim.
// test-network/scheme plays it.
//
// It owns the generator's data. It is no part of what members run.
package sample
