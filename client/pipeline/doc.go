// Package pipeline posts many commands to one chaincode as one person, fast
// and in order: batches by count and age, several transactions in flight,
// futures, pushback.
//
// What it guarantees:
//
//   - every item is applied at most once, and exactly once where the ledger
//     accepts it, whatever fails on the way: an error after which a
//     transaction may still be committed is followed by a look at the ledger;
//   - items that share an aggregate are decided in the order of Add, also
//     across lanes: they stand in one transaction in that order, or the later
//     one waits for the commit of the earlier one;
//   - two transactions in flight never write a page that the other reads or
//     writes, nor an index key that births of both share, so they do not
//     invalidate each other;
//   - infrastructure that is down pauses the pipeline, which says so and goes
//     on by itself; only the context ends it.
//
// How: aggregates live on pages (chaincode/ledgerstate), pages belong to
// partitions by their name, and partitions take turns first in, first out, so
// that one rests for as long as possible before its peers are asked about its
// pages again. A batch takes pages whole, since a page written costs more than
// a command, and what waits goes in as few batches as hold it. Inside a batch
// items stand page by page. Births get opaque IDs proposed here; those of
// existing aggregates are looked up ahead, a thousand at once.
//
// It knows no room: an Item says which references of its content to fill in.
package pipeline
