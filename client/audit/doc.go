// Package audit proves, without any server, that a record was in an organization's log of evidence when a block of the
// ledger was written, and checks logs and vaults against what the ledger anchored.
//
// What it guarantees: a bundle is believed for the certificates of a Trust and for nothing else. Block: signed by a quorum
// of the ordering organizations. Transaction: signed by its creator, endorsed by the three authorities. Checkpoint: the very
// bytes that this transaction wrote. Leaf: in the checkpoint's tree. An anchor counts as confirmed only when a later
// transaction, endorsed likewise, has read what it wrote: nobody signs a block's validation flags.
// No byte of a bundle is left unauthenticated; each thing has one spelling.
//
// A log (LogAudit) is held against the checkpoints that the asker's own peer has, its vault against its leaves, and each
// place gets a verdict: docs/auditor.md says when which. Auditing changes nothing and always ends.
//
// It reads Fabric's messages itself and links none of its peer's code. It holds no key and writes to no ledger and no log.
// docs/evidence-format.md is the format to the byte.
package audit
