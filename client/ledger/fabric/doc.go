// Package fabric is the ledger on a real Fabric network, reached through the
// gateway service of a peer.
//
// What it guarantees:
//
//   - a person's calls go to the own organization's gateway, which alone sees
//     the transient map besides the named endorsers; people of organizations
//     without a peer use the gateways that the profile names for them;
//   - endorsers are always named: discovery would also follow the policies of
//     collections that are merely read;
//   - an error says at which stage it occurred and whether the transaction may
//     still come to be committed (*ledger.Error);
//   - no more calls are open at once than the gateway takes.
//
// It retries nothing: package client/book does, which knows what a call
// means. A gateway that comes back is found again by itself.
package fabric
