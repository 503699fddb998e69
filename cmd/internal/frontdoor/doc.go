// Package frontdoor is what the programs under cmd share in how they meet
// their user: exit codes, errors in Chinese and English with field, limit,
// value and hint, one JSON document on standard output, usage errors.
//
// It guarantees that an error looks the same from every program. It must not
// import an engine of the ledger, nor Fabric's client or chaincode libraries:
// fabric-sdk-go and the gateway must not meet in one program.
package frontdoor
