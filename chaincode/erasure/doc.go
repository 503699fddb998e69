// Package erasure is the room of what the law orders erased from a bank's
// book: a subject's records on its request (个人信息保护法 47) or a court's
// order, and adverse information whose five years are over (征信业管理条例 16).
//
// What it guarantees:
//
//   - nothing of a subject is erased without an order with its legal basis,
//     made by one person and approved by another with another certificate, name
//     and post;
//   - a loan that lives, one whose record the law keeps for longer, one whose
//     claim lives and what the fund paid for are refused with the reason; what
//     must be kept though its subject wants it gone is no longer used (scope
//     stop: its grants are revoked);
//   - an order is carried out collection by collection, one transaction each;
//     interrupted, it goes on where it stopped, and done twice it is done once;
//   - the transaction purges the keys under which anything of the subject lay;
//     neighbours on the same pages and lists keep ID, bytes and log;
//   - a trace stays in each collection, written by the very transaction that
//     purged: order number, basis, counts and sums without a name. So a fact
//     pack tells erased by law from missing. Once all is done the order itself
//     forgets whom it was about;
//   - who held a grant of the subject, or copies of its records, is named as
//     owing an acknowledgement (erasure.Acknowledge), and cannot hold the
//     erasure up;
//   - expired adverse information needs no order: which it is follows from the
//     ledger alone, each endorser works it out itself, and nobody has to decide
//     anything. The clock is the order.
//
// It owns the kind erasure (collection intake) and four kinds of traces, one a
// collection: erasedperson, erasedintake, erasedloan, erasedcomp. All are found
// by an ID derived from the order's number, without an index key.
//
//	none      erasure.Order → ORDERED
//	ORDERED   erasure.Approve → APPROVED, erasure.Withdraw → WITHDRAWN
//	APPROVED  erasure.Comp, erasure.Loan, erasure.Intake, erasure.Person, in this
//	          order; or erasure.Stop, for scope stop
//	APPROVED  erasure.Close → CLOSED, once the traces are there
//
// A rule that writes cannot look through a whole collection, so the commands
// name what they erase and the rule checks that each is the subject's; query
// erasure.Plan finds it all, and afterwards that nothing is left. Who approves
// asks it at its own peer.
//
// Refusals begin with ERASURE_.
package erasure
