// Package disclosure hands records over: Node is the house of an owner, User
// the one who asks. What may be handed over, the ledger has decided before
// (chaincode/disclosure); what is handed over, it is told before a byte leaves.
//
// What a node guarantees:
//
//   - it talks TLS 1.3 with people of the consortium only, and shows a
//     person's certificate itself; names and addresses prove nothing;
//   - it releases nothing unless its own organization's peer shows the
//     request as committed, granted, for this owner, not served before, made
//     with the very certificate that calls, and equal in every term to what
//     is asked for, the recipient's key included;
//   - each record is the named leaf's, the named subject's and of the named
//     data item, by the owner's own knowledge, not by what the caller says;
//   - the owner's receipt is committed before the answer leaves; of two calls
//     at once one gets it. An answer that is lost on its way is not sent
//     again: another request is made;
//   - a key leaves sealed for one recipient (age), fields likewise, and the
//     rest of a record stays closed;
//   - what it refuses stands on the ledger, where the subject sees it.
//
// What a user's client guarantees: what came is the owner's answer to this
// request, opens with the recipient's key, and is the record of the named
// leaf, before a receipt for it is committed.
//
// It owns no store: vault, log and ledger are lent to it. It must not keep
// keys, nor tell a caller more than a code about a record that is not its.
// docs/evidence-format.md is the wire format; docs/disclosure.md is for people.
package disclosure
