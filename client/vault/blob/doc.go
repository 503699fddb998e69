// Package blob is the format of an encrypted record of any size: how a plaintext becomes blocks, how the blocks are addressed,
// and how they are read again, verified (docs/evidence-format.md).
//
// It guarantees that a blob's CID binds every byte of the ciphertext; that a reader gives out no byte before the hash of its
// block and the tag of its chunk were checked, and reports success only after the length was; that a blob opens under one key,
// record and schema only (the first block commits to them); that its size tells the plaintext's only to about a tenth.
//
// It owns no storage and no key: blocks go to and come from functions. It never holds more than some blocks in memory.
package blob
