// Package book turns business commands into calls of the ledger: it is how a
// member posts to and reads from a bank's book or commons.
//
// It knows what a call looks like (function, public arguments, transient
// map), whose endorsement a lane needs, and how to learn what became of a
// transaction that did not answer.
//
// What it guarantees:
//
//   - arguments carry the lane and a count only; commands and queries travel
//     in the transient map, to the lane's endorsers and nobody else;
//   - a transaction's fate is never guessed: where it may have been committed,
//     its ID is looked up and its receipt read before the commands are sent
//     again, so an outcome is that of the transaction that applied it;
//   - one authority that fails or lags is replaced by another where the
//     lane's policy leaves the choice.
//
// It holds no connection of its own and decides no business rule. Batching,
// order and opaque IDs are package pipeline's.
package book
