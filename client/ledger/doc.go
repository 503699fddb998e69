// Package ledger is what a client knows of the shared ledger: submit a
// transaction, evaluate a query, look at what was committed. Two engines
// implement it: fabric (a gateway of the real network) and embedded (one
// process, for trying, developing and testing). Callers never ask which.
package ledger
