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
// A loan is disbursed once. Another drawdown of the same credit is another
// loan (借据); revolving loans come as one loan per drawdown.
//
// Entries come in order of their dates: one dated before the loan's last entry
// is refused.
//
// Transitions of both kinds are the values Applications and Loans
// (transition.go); commands are Commands, refusals those of refusals.go.
package loan
