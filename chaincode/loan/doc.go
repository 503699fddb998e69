// Package loan is the room of lending: an application that the Commission
// routes to the bank whose book this is, and the loan that comes of it, from
// acceptance to settlement.
//
// What it guarantees:
//
//   - nothing is accepted without a routed application and a live grant of
//     purpose 01, no credit is decided without one of purpose 01 or 02, and
//     one application becomes one loan;
//   - who decided on credit is another person than who accepted, signs or
//     pays out, by certificate;
//   - the rate is within LPR + spread twice: on the day of the decision and
//     on the day of signing;
//   - what was disbursed less the principal repaid is what is outstanding, and
//     nothing is ever negative, whatever was corrected since;
//   - arrears, days past due and the class they force are computed from the
//     contract and the repayments, never entered.
//
// It owns the kinds application (collection intake), loan, acceptance and
// dayend (collection loan). Arithmetic stands apart: package schedule computes plans,
// package account what repayments do to them. Only Accept and TakeOn read
// person; they copy type, region, industry, size and their date into the loan.
//
// Keys: an application's natural key is its number, a loan's the bank's
// contract number 合同编号, an acceptance's the number of the application.
//
//	of an application  loan.Apply → APPLIED, loan.Route → ROUTED
//	of a loan          loan.Accept → ACCEPTED
//	ACCEPTED           loan.Credit → CREDITED, loan.Reject → REJECTED
//	CREDITED           loan.Sign → SIGNED, loan.Reject → REJECTED
//	SIGNED             loan.Disburse, loan.Renew → DISBURSED
//	DISBURSED          loan.Repay, loan.Charge, loan.Prepay, loan.GuaranteePay,
//	                   loan.Misuse, loan.Refund, loan.Extend, loan.WriteOff,
//	                   loan.Recover, loan.Reset, loan.Reprice, loan.Classify →
//	                   DISBURSED, loan.Settle, loan.Renew (as the old loan) →
//	                   SETTLED
//	none               loan.TakeOn → PROPOSED
//	PROPOSED           loan.AmendTakeOn → PROPOSED, loan.ConfirmTakeOn →
//	                   DISBURSED, loan.Reject → REJECTED
//	SIGNED, DISBURSED, loan.RequestReversal, loan.Reverse → what stands gives it
//	SETTLED, PROPOSED
//
// A repayment may exceed what is due, up to all that the plan still schedules;
// the rest waits as an advance. A contract keeps the penalty percent and the
// days past due above which principal is paid first as the ledger's parameters
// stood when it was signed.
//
// An extension keeps to the ledger's limits as they stand when it is entered,
// and then stands, whatever becomes of them.
//
// A loan is disbursed once. Another drawdown of the same credit is another
// loan (借据); revolving loans come as one loan per drawdown.
//
// A rate is fixed, or floats: the LPR of the loan's tenor plus a spread, set
// anew on each reset day (loan.Reset) by what was last published on or before
// it, within the contract's cap and floor. The cap of law is asked for where
// parties agree on a rate: at the decision, the contract and an agreed change
// (loan.Reprice), which holds until the next reset day.
//
// The class in force is what the bank gave (loan.Classify) and never better
// than what the ledger's facts force: days past due, misuse that goes on, and
// for a year a renewal that was not compliant or of a worse loan. Reasons force
// classes too. More than a tenth of what a debtor that is not retail
// (enterprise, co-operative) owes here non-performing makes all of it so: whoever
// classifies names the debtor's other loans. A non-performing loan performs
// again after two instalments and six months without arrears, whichever is
// longer, by a reviewer.
//
// A renewal without repayment (loan.Renew) disburses a signed loan with what
// is outstanding of an old one of the same debtor and settles that one: it
// counts on both sides and is no new money. It binds both loans, so neither
// entry is reversed.
//
// A bank closes each business day once (loan.CloseDay) with the figures that
// its end of day found: the kind dayend, one record of a book.
//
// Entries of the account may be dated before others, within the ledger's
// back-dating limit and not before the disbursement (an extension, a write-off,
// a refund and a settlement may not). What stands then is what the entries give
// by date, and of one date by arrival; one that a later entry rests on is not
// entered below it. In order of dates an entry costs no more for those before
// it; else the whole log is folded, and the event carries what stands, so that
// nobody who reads the log has to.
//
// Corrections 冲正、补记: nothing is edited. An officer asks for a reversal, a
// supervisor with another certificate signs it; a reversal can be reversed, at
// any depth, and undone gives the state before it. An entry that another rests
// on is reversed after it: the refusal LOAN_ENTRY_FALLS names the other. What
// can be reversed: entries of the account, the settlement, the disbursement,
// the confirmation of a take-on, reversals; not a renewal, which is another
// loan's disbursement. A settled loan of which something falls is open again,
// and settled again by itself once nothing was owed on the day of its
// settlement. A new entry may say which reversed one it stands for (replaces).
//
// An entry, or a reversal of one, whose month was closed (the open day's month
// is a later one) carries the month in which it was recorded 跨期补记: figures of
// the closed month stay as published, the entry adjusts the month of recording.
//
// A loan that existed before the ledger is taken on 接续 with its balances by
// an officer and a supervisor, PROPOSED in between. There is no application and
// no grant of purpose 01 for it; a live grant of purpose 03 is the borrower's
// consent that the authorities see it. It counts as disbursed with what was
// outstanding, keeps its due dates, and is never fileable (Loan.IsTakenOn).
//
// A written-off loan 核销 stays DISBURSED: the debt lives on, what comes in is a
// loan.Recover or a guarantor's payment.
//
// The transitions are the values Applications and Loans (transition.go), the
// commands Commands, the queries Queries; refusals begin with LOAN_
// (refusals.go), and AUTHORIZATION_ or SUBJECT_ where those rooms refuse.
package loan
