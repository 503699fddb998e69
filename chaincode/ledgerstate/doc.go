// Package ledgerstate is how the ledger's chaincodes keep their aggregates:
// typed values of one room each, packed into pages, private to a collection,
// salted, and reached by opaque IDs.
//
// What it guarantees:
//
//   - a rule reads what earlier commands of its transaction wrote (overlay);
//     Fabric itself does not show a transaction its own writes;
//   - each touched page is written once, however many commands touched it;
//   - no key and no value of private data can be guessed from what is public:
//     keys are HMACs under the collection's secret, values carry a salt that
//     is derived from the transaction's seed, and the seed is not stored;
//   - a value that this node lacks is an error of the node, never "absent";
//   - everything is deterministic: no clock, no randomness, no map order.
//
// Keys, all in one collection:
//
//	S                                    the collection's secret
//	P<kind>:HMAC(secret, page ‖ gen)     a page of up to Kind.Slots aggregates; generation 0 until something is erased from it
//	I<kind>:HMAC(secret, natural key)    natural key → ID, written at birth
//	I<kind>-<n>:HMAC(secret, head)       a list of up to 128 natural keys → IDs that begin with the head and have at most n more characters
//	G<kind>:HMAC(secret, page ‖ n)       the n-th log page: older entries of a page's aggregates
//	R:HMAC(secret, transaction ID)       a receipt
//	F:HMAC(secret, key)                  of a page or list from which something was erased: the generation at which it lives now
//
// Lists and log pages of a later generation have it in their HMAC too. An
// erasure (Kind.Erased, Kind.Redacted) purges keys and writes what stays under
// those of the next generation, in one transaction; see generation.go.
//
// Public kinds use the same letters with the plain page name and no salt.
package ledgerstate
