// Package network runs a Fabric consortium from its topology: identities,
// channel, native processes under a supervisor, chaincode definitions.
//
// It guarantees that Up may be called at any time, on nothing, on a running
// network, after Down, after a reboot or after every process was killed: it
// brings about what is missing and leaves the rest alone, ledger data first of
// all. Down leaves no process. It signals no process that is not its own.
//
// It knows nothing of credit: policies and collections are data that the
// caller hands in, and so is the command that runs a chaincode process.
//
// The external builder is three small sh scripts written beside the
// configuration; the supervisor is the caller's own program, called again.
package network
