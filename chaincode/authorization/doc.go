// Package authorization is the room of the grants 授权书 by which a subject
// lets one recipient use named data items for one purpose, of their
// revocations and their uses.
//
// Grants to a bank live in that bank's book, in the collection intake, which
// the bank cannot block; grants to others than banks live in commons, in its
// collection intake. The rules are the same: the commands of commons end in
// "Other".
//
// What it guarantees:
//
//   - one grant has exactly one recipient and one purpose (个人信息保护法 23);
//   - no item that is banned, no warned item without the warning's text
//     (征信业管理条例 14), no paper grant without a second pair of eyes;
//   - a use stands on the ledger with who, when and why before data may be
//     handed over, and a denied attempt in the receipt of its transaction;
//   - a revocation stops every use that comes after it on the ledger,
//     whatever business date that use bears, and uses cannot hold it up: it
//     is a blind write of a key of its own.
//
// Keys: kind "grant", sixteen a page, natural key the grant's number; kind
// "revocation", one a page, natural key "<grant number>/<pseudonym>", the
// page's name derived from both (MarkerID). A use and a check read the grant's
// page and its subject's marker. Revoke reads neither the page of the grant
// nor any key that a use writes: of the grant it reads only the index entry,
// which is written once, at birth. It therefore does not learn whose grant it
// is; a marker under another pseudonym than the grant's has no effect, and
// authorization.Show tells what is revoked.
//
// It must not read the collection person: the central bank and the finance
// department, who endorse here, do not hold it. Whether the signer was the
// subject's legal representative on the day of signing is therefore checked
// where a loan is accepted, in the lane that reads person (Signatory).
//
//	grant      | command | gives
//	(none)     | Grant   | granted
//	granted    | Check   | granted, one use more
//	revocation | command | gives
//	(none)     | Revoke  | revoked, for ever
//
// What a grant is on a day follows, it is not stored: NOT_YET_VALID, ACTIVE,
// EXPIRED, EXHAUSTED, REVOKED.
//
// Commands: authorization.Grant, Revoke, Check; GrantOther, RevokeOther,
// CheckOther. Queries: authorization.Show, History, List and the same with
// "Other"; locate.grant, digest.grant, digest.revocation in both chaincodes.
// Refusals begin with AUTHORIZATION_.
package authorization
