// Package fund is the room of the compensation fund 风险补偿资金: the pool and
// its accounts by depository bank 存放银行, what was allocated to claims, what
// was paid and came back, and the tenders by which deposits are placed.
//
// What it guarantees:
//
//   - after every event, opening + injections + interest + returns + clawbacks
//   - payouts − refunds is the balance, the balance is the sum of the
//     depository accounts, and nothing is negative: a rule works out the pool
//     as it would be and refuses what would break this (Pool.Holds);
//   - no money moves by one person: an officer of Finance enters, an approver
//     with another certificate confirms, each with the bank's voucher;
//   - money leaves only for an account that was agreed before. Of an account's
//     number the ledger keeps an HMAC and the last four digits;
//   - what is allocated and unpaid is reserved, and only the rest is available
//     (balance − reserved); no claim is allocated twice, or paid above what it
//     was allocated, and no more comes back than was paid;
//   - an entry is reversed 冲正 by the same two-person rule; nothing is edited.
//     Of a settled year nothing is reversed: this year's books correct it;
//   - a tender is decided by its announced weights: bids are sealed until the
//     deadline, scores are exact, the award follows them.
//
// It holds no identity of a borrower: Audit reads this collection. A claim is
// named by its bank and its number.
//
// Keys: kind "pool", one aggregate; "allocation", sixteen a page, natural key
// "<bank MSP>/<claim number>"; "payment", one a page, natural key the order's
// business number; "tender", one a page, natural key its number; "voucher",
// one a page, natural key "<year>/<voucher number>": a number is used once.
//
//	command        who                what it does
//	Open           F officer          brings the pool into being, opening entered
//	Inject, Interest, RefundToTreasury, Transfer
//	               F officer          enter a money event
//	AgreeAccount   F officer          enters an account to be agreed
//	SettleYear     F officer          enters the year's settlement
//	RequestReversal F officer         enters the reversal of an entry
//	Confirm        F approver         posts what another person entered
//	Drop           F officer, approver takes back what nobody confirmed
//
// Refusals begin with FUND_; SAME_PERSON where the second signature is the
// first one's.
package fund
