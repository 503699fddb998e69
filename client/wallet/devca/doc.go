// Package devca is a certificate authority inside one process, for the
// embedded ledger and for tests. Its certificates carry the same subject,
// organizational unit and attributes as those of fabric-ca on the real
// network, so that chaincode cannot tell the engines apart by them.
//
// It guarantees that enrolling the same people again changes nothing, and
// that a kill in between leaves nobody half enrolled. A subject's
// certificate names a random pseudonym, its one book and nothing else.
//
// It protects nothing: an organization's CA key lies in clear beside what it
// has issued. The real network uses fabric-ca through network/identity.
package devca
