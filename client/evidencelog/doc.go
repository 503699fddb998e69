// Package evidencelog keeps an organization's one ever-growing log of evidence 存证日志: an RFC 6962 tree of leaves.
// A leaf says that a record existed, where its ciphertext is and what its fields commit to; never what it says or of whom.
// An entry is acknowledged once it is on the disk with a signed checkpoint over it; leaves are ordered, each subject's chained.
// It owns DIR/<log>/ (database, lock, sealed key) and knows nothing of blobs (client/vault) or of the ledger (client/anchor).
// docs/evidence-format.md is the format to the byte; Verify re-reads and re-hashes everything and trusts nothing stored.
package evidencelog
