// Package chaincodetest runs the real chaincodes over a ledger in memory, so
// that a room's tests exercise rules through contract, batch and pages
// without an engine. It checks no endorsement and no conflict: the embedded
// ledger does. Tests only.
package chaincodetest
