// Package formula is the arithmetic of risk compensation 风险补偿: what a claim
// comes to and which limb bound it, how a pool that is too small is shared, what
// a bank returns or pays back, when filings stop, and by which working day each
// step is due.
//
// Its functions are pure. Money goes in and comes out as money.Fen, between 0
// and money.Max; in between everything is exact (big.Int), and each result is
// rounded once, as its function says. Percentages are those of a rule pack; no
// number of a rule stands here.
//
// It owns no state and no key. It must not know what a claim or an account is.
// A program that imports nothing of it works the same sums out from
// docs/compensation.md; a test holds the two together.
package formula
