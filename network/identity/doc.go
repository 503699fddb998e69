// Package identity enrols the nodes and people of a topology through
// fabric-ca: one certificate authority per organization, several in one
// server process, which listens on loopback only and runs only while it is
// needed. Private keys are made here and never travel.
//
// It guarantees that a node, a person or an organization's MSP is there
// whole or not at all, whenever the process is killed; that a second run
// starts nothing and changes nothing; that every certificate's signature is
// low-S, as Fabric demands; that people's keys lie encrypted (see package
// wallet) and a subject's certificate names nobody; that no secret stands on
// a command line or outlives its one use.
//
// It owns STATE/identity (see package layout). It knows nothing of channels:
// a new CRL or a renewed orderer certificate takes effect once the channel's
// configuration holds it.
package identity
