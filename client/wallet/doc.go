// Package wallet keeps the people of a member: their certificates, and their
// private keys encrypted at rest. Both engines use the one format.
//
// A person is written ORG/USER and lives in
//
//	DIR/identity/ORG/people/USER/cert.pem     certificate
//	DIR/identity/ORG/people/USER/key.age      PKCS#8 PEM, age with a scrypt passphrase
//	DIR/identity/ORG/people/USER/person.json  names, role, post; never sent anywhere
//
// where DIR is an engine's state directory.
//
// It guarantees that a person is either there whole or not at all, whenever
// the process is killed; that no key touches the disk in clear; that what
// Open returns belongs together (key, certificate, organization) and is in
// force today.
//
// It owns the folder people/ and nothing else: it issues no certificate (see
// devca, and network/identity for the real network) and opens no connection.
// How a file or folder comes to the disk whole, and which of two signatures
// Fabric takes, it tells those who issue too.
package wallet
