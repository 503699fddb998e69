// Package founding brings a consortium to life on a ledger whose chaincodes
// are deployed: the founding transaction, a book for each bank, a secret for
// each collection. It can be run again after any interruption and does what
// is missing; a bank that joins later gets its book the same way.
package founding
