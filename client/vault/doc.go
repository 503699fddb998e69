// Package vault 保险库 is an organization's own store of what must not lie on a ledger: contracts, vouchers, dossiers, of any
// size, encrypted, each a record of one subject, addressed by the CID of its ciphertext.
//
//	DIR/blocks/   goleveldb: the blocks of blobs, in the order of writing
//	DIR/records/  goleveldb: what is known of records, shares, erasures; contents sealed under the record's key
//	DIR/vault.json  the organization, and where the keys are
//	KEYS/         the keys (package keys), by default DIR/keys; may lie on another disk
//
// It guarantees that a record appears only once it is whole and on the disk, whenever the process is killed; that nothing
// is given out before it was verified: block hash, then tag, then length; that plaintext and keys never touch the
// databases; that keys hang on one another, organization → subject → record, so that destroying a subject's key ends all of
// its records, and renewing it ends some; that a share stands in the list before the key leaves the house; that an erasure,
// once two different people have approved it, is carried to its end whenever it is interrupted.
//
// It owns its two folders and the key store. It appends to a log through the few methods of Log and never writes one itself.
// It knows no ledger. One process has it open at a time. docs/evidence-format.md is the format to the byte.
package vault
