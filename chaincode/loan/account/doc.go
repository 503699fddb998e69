// Package account computes what repayments do to a loan: what of each is fee,
// penalty, compound interest, interest and principal, what is in arrears on a
// day, how many days past due, and the class those days force.
//
// It guarantees integer arithmetic on exact rationals, rounded where the rule
// says and nowhere else; that the parts of a payment add up to it; and that
// nothing is ever negative. The state holds only what a plan cannot tell:
// repayments go to the oldest instalment first, so at most one instalment is
// partly paid, and all before it are paid.
//
// The rules:
//
//   - An instalment keeps its scheduled interest. It is due on its due date,
//     and in arrears from the day after.
//   - What is unpaid after its due date bears, per instalment, penalty 罚息 on
//     principal at rate × (1 + penalty percent) and compound interest 复利 on
//     interest at the rate, after the loan's last due date at the penalty rate;
//     actual days / 360 (银发〔2003〕251号). A piece runs from one change of that
//     unpaid sum to the next (the loan's last due date ends one too) and is
//     rounded once, when it ends. Looking rounds the view and ends nothing.
//   - A payment within the days of grace bears none, and ends no piece: what it
//     leaves unpaid bears from the due date.
//   - A repayment pays fees, then the oldest due instalment, within it in the
//     order Normal; or NonPerforming, principal first, when the loan is more
//     days past due than the contract says before the payment. One payment
//     follows one order.
//   - What remains waits as an advance and is a payment on the next due date.
//
// It owns Contract, State and the orders. It knows no ledger and no rule of
// who may lend what; those are rules of package loan.
package account
