// Package disclosing acts out who may have a record and who may not, on either
// engine: an owner's node over TLS, users that have a right and users that
// have none, and a subject who looks at all of it with its own certificate.
// Tests run it: cmd/qxl on the embedded ledger, e2e on a network.
package disclosing
