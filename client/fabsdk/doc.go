// Package fabsdk connects a member whose systems already hold a connection
// profile of fabric-sdk-go (archived since 2024, v1.0.0) to the ledger: it
// posts the same commands and asks the same queries as the gateway client of
// client/ledger/fabric and client/book.
//
// New code uses the gateway instead; docs/fabric-sdk-go.md says why.
//
// It guarantees that
//   - endorsers are named, never chosen by discovery: the transient map, which
//     holds the private content, goes to them and to nobody else;
//   - keys stay in memory, whatever key store the profile names;
//   - errors are *ledger.Error, typed by stage, and say whether the transaction
//     may still be committed; such a one is looked up before anything is sent
//     again, and each attempt has a seed and a transaction ID of its own.
//
// It must not import anything that brings fabric-protos-go-apiv2 along
// (chaincode/command, chaincode/ledgerstate, client/book, the gateway's
// client): fabric-sdk-go registers the same protobuf messages, and the two
// panic at init. Hence its own envelope, outcomes and receipts; what it knows
// of the definitions comes from package surface. A test asks go list.
package fabsdk
