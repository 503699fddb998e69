// Package evidence is the room of what proves the members' off-chain records:
// each organization keeps an ever-growing log of its own (RFC 6962), and
// anchors its signed checkpoints here. It lives in commons, in public keys.
//
// What it guarantees:
//
//   - a log's head only ever moves to a tree that holds the last one as its
//     beginning: the chaincode checks the consistency proof itself, and the
//     head is read and written by each anchor, so that of two competing ones
//     Fabric commits one (MVCC). A fork cannot be anchored;
//   - a log is anchored by its organization alone, with the one live key that
//     the organization registered for it; nothing is anchored with a key that
//     was rotated or revoked;
//   - every anchored checkpoint stays, under a key of its own, as the bytes
//     that the log signed, with the transaction that anchored it; other
//     organizations' cosignatures stand beside it, under keys of their own.
//
// No two logs share a key that an anchor writes, so all organizations may
// anchor at once. What orders anchors is their sequence, one more each time,
// never the business date.
//
// It owns four kinds of public aggregates, each on a page of its own whose
// name is derived from its natural key, so that there is no index:
//
//	evidence     an organization's logs, witness and their keys; natural key: its MSP
//	head         sequence, size and root of a log's last anchor; natural key: the origin
//	checkpoint   one anchor; natural key: origin#sequence; pages sort by log and sequence
//	cosignature  one witness's cosignature of one anchor; natural key: origin#sequence@MSP
//
// A checkpoint is a C2SP tlog-checkpoint without extension lines, signed by
// one Ed25519 key; a cosignature is C2SP tlog-cosignature 0x04. Origins are
// qxl/<MSP>/<number>, which are also the names of log keys; a witness's key is
// called qxl/<MSP>/witness. So a checkpoint says whose it is.
//
// The room knows nothing of leaves, and holds nothing private: sizes and
// roots tell how many records an organization has, and nothing about them.
//
// Of the state digest only which logs and witnesses there are and how their
// keys fared is a part. Heads and checkpoints are not: roots commit to
// ciphertexts under random keys, and anchors follow the clock, so two ledgers
// that hold the same business never have the same.
//
// Commands: RegisterLog, RegisterWitness, RotateKey, RevokeKey, Anchor, Cosign.
package evidence
