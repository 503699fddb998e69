// Package registry is the commons' side of filings: what must hold over all
// banks together. It lives in the collection registry, which C, P and F alone
// hold.
//
// What it guarantees:
//
//   - a borrower's filed principal, of all banks, never passes the caps of the
//     rule pack of the filing date, whatever the order and whoever files at
//     once;
//   - a pledged receivable serves one filed loan of all banks;
//   - a borrower that the fund paid for, and that has not been recovered from,
//     is not filed again;
//   - a bank files while its agreement runs, its breaker does not stop it and
//     the pool is not frozen;
//   - a refusal tells the limit, never what others have filed.
//
// It owns two kinds. Bucket: borrowers are counted in a fixed 64 buckets, never
// in a key of their own, since key hashes are public; which bucket is HMAC
// under the collection's secret. All come into being with that secret, so that
// a bucket's first use shows nothing. Bank: the agreement with a bank and its
// breaker.
//
// A bucket is state alone: each filing's own log tells what happened. What is
// counted of a loan never rises but by a filing; Refresh lowers it as the loan
// is repaid. A correction that raises a loan again is not counted again.
//
// Commands: comp.Reserve, comp.File, comp.Revoke (lane filing, with the bank's
// book), comp.Refresh, comp.JudgeBank, comp.ResumeBank, comp.Agree (lane
// registry). Refusals begin with REGISTRY_.
package registry
