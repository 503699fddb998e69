package compensation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
)

// Who takes one step does not take the next: by certificate, whatever roles it
// carries.
func TestSubmitterReviewerAndApproverDiffer(t *testing.T) {
	const (
		both   = "Commission/operator,reviewer"
		purse  = "Finance/officer,approver"
		banker = "BankA/officer,operator,reviewer,approver"
	)
	w := newWorld(t)
	w.until("L1", compensation.Submitted)
	w.Must(book, both, "comp.AcceptComplete", w.claim("L1", "2024-05-24"))
	w.refused(both, "comp.Review", w.claim("L1", "2024-05-28"), "CLAIM_SAME_PERSON", "identity", "", "")
	w.Must(book, reviewer, "comp.Review", w.claim("L1", "2024-05-28"))
	w.Must(book, centralBank, "comp.Opine", w.opine("L1", "2024-05-30"))
	w.Must(book, purse, "comp.Publicise", w.publicise("L1", "2024-06-03"))
	w.refused(purse, "comp.Approve", w.claim("L1", "2024-06-12"), "CLAIM_SAME_PERSON", "identity", "", "")
	w.Must(book, approver, "comp.Approve", w.claim("L1", "2024-06-12"))

	// The submitter has no place in the other steps, whatever roles a bank has
	// given out.
	w.lent(lending{No: "L2"})
	w.Must(book, banker, "comp.Notify", w.notify("L2", "2024-05-08"))
	w.Must(book, banker, "comp.Submit", w.submit("L2", "2024-05-22"))
	for _, name := range []string{"comp.AcceptComplete", "comp.Review", "comp.Approve", "comp.Reject"} {
		require.True(t, w.Denied(book, banker, false, name), name)
	}
	// Nor does Finance or the Commission act for the others.
	w.Must(book, operator, "comp.AcceptComplete", w.claim("L2", "2024-05-24"))
	require.True(t, w.Denied(book, purse, false, "comp.Review"))
	require.True(t, w.Denied(book, reviewer, false, "comp.Opine"))

	// The two signatures of an adjustment are two persons'. The second one is
	// Finance's, so the first one's certificate cannot be the same: what is left
	// is an organization that gives one person both roles, and is refused by
	// the access line.
	w.until("L3", compensation.Accepted)
	number := w.proposed("L3", "2024-05-28")
	require.True(t, w.Denied(book, "Commission/reviewer,approver", false, "comp.SignAdjustment"))
	w.Must(book, approver, "comp.SignAdjustment", w.signs("L3", "2024-05-28", number))

	// Who decided that a claim is complete does not decide on its objections.
	w.until("L4", compensation.Submitted)
	w.Must(book, both, "comp.AcceptComplete", w.claim("L4", "2024-05-24"))
	w.Must(book, reviewer, "comp.Review", w.claim("L4", "2024-05-28"))
	w.Must(book, centralBank, "comp.Opine", w.opine("L4", "2024-05-30"))
	w.Must(book, clerk, "comp.Publicise", w.publicise("L4", "2024-06-03"))
	w.Must(book, operator, "comp.Object", w.object("L4", "2024-06-05"))
	w.Must(book, officer, "comp.AnswerObjection", w.answer("L4", "2024-06-06", 1))
	w.refused(both, "comp.ReReview", w.reReview("L4", "2024-06-07", false), "CLAIM_SAME_PERSON", "identity", "", "")
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L4", "2024-06-07", false))
}

// Finance decides against the central bank's opinion with a word to it.
func TestAgainstTheOpinion(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Reviewed)
	against := w.opine("L1", "2024-05-30")
	against.Agrees = false
	w.Refused("CLAIM_TEXT", book, centralBank, "comp.Opine", against)
	against.Note = "贷后管理不到位"
	w.Must(book, centralBank, "comp.Opine", against)
	w.Must(book, clerk, "comp.Publicise", w.publicise("L1", "2024-06-03"))
	w.refused(approver, "comp.Approve", w.claim("L1", "2024-06-12"), "CLAIM_TEXT", "note", "1..200", "0")
	c := w.claim("L1", "2024-06-12")
	c.Note = "已核实整改"
	w.Must(book, approver, "comp.Approve", c)
}
