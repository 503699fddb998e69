// Package keys is where an organization's vault keeps the keys of its subjects, outside the database, so that a key can be
// destroyed: a database keeps what was deleted until it compacts its files, and a backup of it for longer.
//
//	DIR/kek.age             the organization's key, KEK, in age format under a passphrase (client/wallet)
//	DIR/subjects/ID.key     one subject's keys, sealed under the KEK; ID is random
//	DIR/names/MAC.name      ID of the subject whose name has this MAC, sealed under the KEK
//
// It guarantees that a key is on the disk before it is used; that after Destroy, or after the crash and opening again that
// interrupted it, no file has the key, and its bytes were written over; that each file opens as what it was written as only.
// Writing over reaches what the file system writes in place: copies that snapshots, backups or the disk itself made are for
// whoever runs them to end. The directory may lie on a disk of its own, and must not be in ordinary backups.
//
// It knows nothing of records: it wraps their keys and gives pseudonyms.
package keys
