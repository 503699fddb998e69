// Package schedule computes what a loan's repayment plan is: for each
// instalment its due date, principal, interest and the balance it leaves.
//
// It guarantees exact arithmetic before each rounding (integers and rationals,
// never a float), so that two members always agree to the fen; that the
// principals of a plan add up to the loan; and that a plan which does not fit
// the calendar or the integers is an error naming field, limit and value.
//
// The rules are those of banks here. Due k is the first day plus k periods,
// always counted from the first day. Interest of period k is the balance
// times rate times year fraction of [due k−1, due k), rounded once. The last
// instalment repays the balance, and so absorbs all rounding.
//
//   - An instalment repays at most the balance. Where a rounded-up amount has
//     repaid everything early, the instalments that remain are zero.
//   - An equal instalment that is smaller than the interest (a large multiple,
//     or a very high rate over uneven months) makes the principal negative:
//     the balance grows, as the rule says. Plan.Growing tells, so that a
//     lender's rule can refuse such a plan.
//
// Every plan is a contract of the ACTUS standard: Terms.Contract says which, and
// the engine in actus evaluates it over rational numbers, with our rounding of
// each payment as its one addition. Build computes the same over 64-bit and
// 128-bit integers, some hundred times faster, because every loan command
// does; a property test holds the two equal to the fen for every method.
//
// ActualRate is what a plan costs a year, as borrowers must be shown.
//
// It owns Terms and Plan. It knows no ledger, no lender's limits (maximum
// term, rate cap) and no payments; those are rules of package loan.
package schedule
