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
//     nothing is ever negative;
//   - arrears, days past due and the class they force are computed from the
//     contract and the repayments, never entered.
//
// It owns the kinds application (collection intake), loan and acceptance
// (collection loan). Arithmetic stands apart: package schedule computes plans,
// package account what repayments do to them. Only Accept reads person; it
// copies type, region, industry, size and their date into the loan.
//
// Keys: an application's natural key is its number, a loan's the bank's
// contract number 合同编号, an acceptance's the number of the application.
//
//	of an application  loan.Apply → APPLIED, loan.Route → ROUTED
//	of a loan          loan.Accept → ACCEPTED
//	ACCEPTED           loan.Credit → CREDITED, loan.Reject → REJECTED
//	CREDITED           loan.Sign → SIGNED, loan.Reject → REJECTED
//	SIGNED             loan.Disburse → DISBURSED
//	DISBURSED          loan.Repay, loan.Charge → DISBURSED, loan.Settle → SETTLED
//
// A repayment may exceed what is due, up to all that the plan still schedules;
// the rest waits as an advance. A contract keeps the penalty percent and the
// days past due above which principal is paid first as the ledger's parameters
// stood when it was signed.
//
// A loan is disbursed once. Another drawdown of the same credit is another
// loan (借据); revolving loans come as one loan per drawdown.
//
// Entries come in order of their dates: one dated before the loan's last entry
// is refused.
//
// The transitions are the values Applications and Loans (transition.go), the
// commands Commands, the queries Queries; refusals begin with LOAN_
// (refusals.go), and AUTHORIZATION_ or SUBJECT_ where those rooms refuse.
package loan
