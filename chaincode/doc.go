// Package chaincode is the two chaincodes of the ledger, each a list of
// rooms: book.go, deployed once per bank, and commons.go. It is the one place
// that knows all rooms.
package chaincode
