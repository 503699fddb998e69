// Package actus computes the cash flows of loans as the ACTUS standard
// (Algorithmic Contract Types Unified Standards) defines them, for five of its
// contract types: PAM principal at maturity, LAM linear amortizer, NAM negative
// amortizer, ANN annuity and LAX exotic linear amortizer. Every repayment plan
// of package schedule is one of these contracts.
//
// Evaluate generates the contract's events (initial exchange IED, fee FP,
// principal redemption PR and increase PI, redemption fixing PRF, interest IP
// and its capitalization IPCI, rate resets RR and RRF, scaling SC, interest
// base IPCB, purchase PRD, termination TD, maturity MD), orders them by time
// and, within one time, by the standard's sequence, and runs each one's payoff
// and state transition.
//
// It guarantees
//   - exact arithmetic: rational numbers, no float, no clock, no map order; two
//     members compute the same digits. Without a rounding policy amounts are
//     kept exactly until their denominators exceed 512 bits and then to the
//     nearest multiple of 2^-160 of a currency unit;
//   - with a rounding policy (ours, not the standard's) whole units at each
//     payment of interest and principal, as banks here compute;
//   - a refusal (*Error with code, field, limit, value) in place of a number
//     where the terms contradict each other, where market data is missing, or
//     where a convention is not supported.
//
// Where the standard's documents leave a choice the package does this:
//   - a time T24:00 is the following midnight; a time T23:59:59 is placed there
//     too for day counts and order, while its cycle and stub are judged from the
//     day it names, just before midnight; no other time of day is taken;
//   - a series with a long stub (L0) whose end is not on the cycle loses the
//     date before the end when more than two dates, the end included if it is
//     one of them, are left;
//   - rates and indices are observed on the reset date, or, when only that is
//     known, on the date the fixing period places before it; nothing is
//     interpolated or carried forward;
//   - a period floor is the largest fall of the rate at a reset: its sign is
//     ignored;
//   - a purchase or termination price is clean; accrued interest is added;
//   - accrued interest that is not given counts from the last interest date
//     before the status date, and is nothing when there is none.
//
// It owns the terms and the events of a contract. It knows no ledger, no
// lender's rule, no file format and no payment that was really made.
package actus
