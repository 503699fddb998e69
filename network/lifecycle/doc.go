// Package lifecycle deploys chaincode: it compiles policies, makes the
// packages, installs, approves and commits definitions.
//
// It guarantees that deploying the same again changes nothing, that a package's
// bytes depend on nothing but its connection and label, and that a definition
// whose policies changed gets the next sequence number.
//
// What a chaincode does, it does not know: policies and collections are data
// that the caller hands in.
package lifecycle
