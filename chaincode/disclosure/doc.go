// Package disclosure is the room of what leaves an owner's house: who asked
// for which records of a subject under which grant, what was handed over,
// what was refused and why, and what became of the copies 来源可溯、去向可查.
// The records themselves are off the ledger (client/vault); client/disclosure
// is the owner's node and the user's client.
//
// Requests of a bank live in its book, those of others in commons, in the
// collection intake: the grant's place. Commands of commons end in "Other".
//
// What it guarantees:
//
//   - a request is judged by its grant's own rule and consumes one of its
//     uses in the same transaction (authorization.Spend), before any key
//     leaves; it names the owner, each record by its leaf in the owner's
//     log, and the key of the one recipient;
//   - a request that is refused stands all the same, with the code of its
//     refusal, where the subject sees it (command.Seen): who tries without a
//     right has no interest in telling. If it names another's grant, the
//     grant's subject sees it too;
//   - a request is delivered once, by its owner alone; the recipient's
//     receipt fits the owner's or is refused;
//   - what the owner's node refused stands on the request too: who presented
//     it, with which certificate, and why;
//   - of each delivery it can be told whether the copies are still owed a
//     certificate of deletion, after a revocation that asks for it or an
//     owner's recall.
//
// Keys: kind "disclosure", one a page, so that a page may be shown to an
// owner who does not hold the collection; the page's name is derived from the
// request's number, which its user draws at random (RequestRef). There is no
// index.
//
// It must not hold contents, keys or identities: leaves, hashes, pseudonyms.
// An owner is an authority: it has the request on its own peer. A bank holds
// nothing of another's intake, and its receipt could not stand there; such a
// request is refused (DISCLOSURE_OWNER).
//
//	request          | command         | gives
//	(none)           | Use             | OPEN, or DENIED for ever
//	(none)           | Refuse          | DENIED: shown at the node, never on the ledger
//	OPEN             | Deliver         | DELIVERED
//	DELIVERED        | Receive         | RECEIVED
//	any              | Refuse          | the same, with one more refusal
//	DELIVERED, RECEIVED | Recall       | the same, a certificate of deletion is owed
//	DELIVERED, RECEIVED | CertifyDeletion | DELETED
//
// Commands: disclosure.Use, Deliver, Receive, Refuse, Recall, CertifyDeletion
// and the same with "Other". Queries: disclosure.Show, List, Owed and the same
// with "Other"; digest.disclosure. Refusals begin with DISCLOSURE_; those of
// the grant are authorization's.
package disclosure
