// Package traps holds the traps of the field that the ledger must not fall
// into (domain §10), each as a scenario that people act out at the program:
// day files, queries and verbs, nothing beneath. The same scenarios run on
// the embedded ledger (cmd/qxl, in plain go test) and on a native Fabric
// network (test-network/e2e), where both must end in one state.
//
// A trap brings its own borrowers and numbers and reads no other's, so any of
// them runs alone. All of its dates lie before 2025, for the founding of the
// sample consortium allows entries from July 2022 on; only Trap9 opens a
// further business day. What there is one of, the banks' agreements and the
// pool, whoever comes first brings; a trap sets what the pool has available
// before it allocates, and leaves no claim that waits for money.
package traps
