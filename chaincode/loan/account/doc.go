// Package account computes what entries do to a loan: what of each payment is
// fee, penalty, compound interest, interest and principal, what plan is in
// force, what is in arrears on a day, how many days past due, and the class
// those days force.
//
// It guarantees integer arithmetic on exact rationals, rounded where the rule
// says and nowhere else; that the parts of a payment add up to it; that the
// plan's principal and the prepaid add up to the loan; that no amount owed is
// ever negative; and that a state is what its entries give, by date and of one
// date by arrival, in whatever order they arrived. An entry that is not
// back-dated costs no more for the entries before it (Apply); a back-dated
// one, a reversal and a replacement fold what then stands (Fold, Standing).
//
// The state holds only what a plan cannot tell: repayments go to the oldest
// instalment first, so at most one instalment is partly paid, and all before
// it are paid. What changed the plan is kept as legs, each the plan from one
// instalment on.
//
// Arrears:
//
//   - An instalment is due on its due date, and in arrears from the day after.
//     One that is not yet due keeps its scheduled interest, whatever is in
//     arrears.
//   - What is unpaid after its due date bears, per instalment, penalty 罚息 on
//     principal at rate × (1 + penalty percent) and compound interest 复利 on
//     interest at the rate, after the loan's last due date at the penalty rate;
//     actual days / 360 (银发〔2003〕251号). A piece runs from one change of that
//     unpaid sum to the next (the loan's last due date ends one too) and is
//     rounded once, when it ends. Looking rounds the view and ends nothing. A
//     new rate counts from its day and ends no piece.
//   - A payment within the days of grace bears none, and ends no piece: what it
//     leaves unpaid bears from the due date.
//   - Misuse 挪用 adds its percent to the rate from its day on, of arrears too;
//     there the heavier of the two penalties counts, not both.
//
// Payments:
//
//   - A repayment pays the oldest due instalment, within it in the contract's
//     order; or PrincipalFirst when the loan is more days past due than the
//     contract says before the payment. One payment follows one order.
//   - What remains waits as an advance and is a payment on the next due date.
//   - A prepayment pays what is due as a repayment would, then interest on the
//     balance from the last due date (or the last prepayment, or the first day)
//     to its day, actual days / 360, then principal; it must go that far and
//     may not go beyond. It is paid by its own money: an advance goes on
//     waiting. What waits when nothing is left can be refunded.
//   - A guarantor pays what is due 代偿, or prepays.
//
// Plans made anew keep their due dates:
//
//   - After a prepayment inside a period the first period runs from its day,
//     actual days / 360; one on a due date breaks no period. Reduce: equal
//     instalments, or equal principals, of the balance over the instalments
//     that remain. Shorten: instalments as they were until nothing is left.
//     Where the instalments are not fixed, only the interest falls.
//   - A new rate splits the period that runs: its interest is rounded once over
//     the rates, by days; where the contract counts months, the days before
//     the new rate count as 30/360 and are no more than the period, the rest
//     of the period is what remains of it. Equal instalments are worked out
//     anew from the balance at the start of that period, with its combined
//     factor. On a due date the new rate is that of the period which begins.
//   - An extension 展期 plans the principal that is not due anew over the longer
//     term, and leaves arrears as they are.
//   - A plan of which an instalment is smaller than its interest is refused.
//
// It owns Contract, State, Entry and the orders. It knows no ledger, no tables
// and no rule of who may lend what, how long a loan may be extended or what
// two people must sign; those are rules of package loan.
package account
