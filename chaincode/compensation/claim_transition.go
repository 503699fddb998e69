package compensation

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// ClaimTransition is one row of the state machine of claims: what a command
// needs and where it leads.
type ClaimTransition struct {
	Command string        `json:"command"`
	From    []ClaimStatus `json:"from"`
	To      []ClaimStatus `json:"to"` // one of these, as the effect says
	Effect  string        `json:"effect"`
}

// Claims is the state machine of claims. Only the bank moves a claim up to
// SUBMITTED; after ACCEPTED the bank answers objections and reports
// recoveries, and moves nothing.
var Claims = []ClaimTransition{
	{"comp.Notify", []ClaimStatus{ClaimNone}, []ClaimStatus{Notified}, "the filing is bound to the claim; nothing is asked for yet"},
	{"comp.Submit", []ClaimStatus{Notified}, []ClaimStatus{Submitted}, "the sum is worked out from the ledger"},
	{"comp.ReturnForCorrection", []ClaimStatus{Submitted}, []ClaimStatus{Returned}, "items are missing or wrong; as often as the pack allows"},
	{"comp.Resubmit", []ClaimStatus{Returned}, []ClaimStatus{Submitted}, "the sum is worked out anew"},
	{"comp.Withdraw", []ClaimStatus{Notified, Submitted, Returned}, []ClaimStatus{Withdrawn}, "the filing is free again"},
	{"comp.AcceptComplete", []ClaimStatus{Submitted}, []ClaimStatus{Accepted}, "the sum is worked out once more and frozen"},
	{"comp.Review", []ClaimStatus{Accepted}, []ClaimStatus{Reviewed}, "the Commission has examined it"},
	{"comp.Opine", []ClaimStatus{Reviewed}, []ClaimStatus{Opinioned}, "the central bank has given its opinion"},
	{"comp.Publicise", []ClaimStatus{Opinioned}, []ClaimStatus{Publicised}, "publicity runs for the pack's working days at least"},
	{"comp.Object", []ClaimStatus{Publicised, Objected, ReReview}, []ClaimStatus{Objected}, "publicity stands still"},
	{"comp.AnswerObjection", []ClaimStatus{Objected}, []ClaimStatus{Objected, ReReview}, "RE_REVIEW once every objection is answered"},
	{"comp.ReReview", []ClaimStatus{Objected, ReReview}, []ClaimStatus{Publicised, ReReview}, "not upheld: publicity goes on; upheld: an adjustment or a rejection follows; unanswered objections once the answer is late"},
	{"comp.ProposeAdjustment", []ClaimStatus{Accepted, Reviewed, Opinioned, Publicised, ReReview}, []ClaimStatus{Accepted, Reviewed, Opinioned, Publicised, ReReview}, "the sum, worked out anew, waits for the second signature"},
	{"comp.SignAdjustment", []ClaimStatus{Accepted, Reviewed, Opinioned, Publicised, ReReview}, []ClaimStatus{Accepted, Reviewed, Opinioned, Publicised, ReReview}, "the new sum stands, and is publicised again (OPINION) once the old one was; dropped, nothing changes"},
	{"comp.Reject", []ClaimStatus{Submitted, Returned, Accepted, Reviewed, Opinioned, Publicised, Objected, ReReview}, []ClaimStatus{Rejected, Paid}, "always with a reason; the filing is free again; PAID where a part was paid before the payment was stopped"},
	{"comp.Approve", []ClaimStatus{Publicised}, []ClaimStatus{Approved}, "the entitlement stands over what needs no pool"},
	{"fund.Payout", []ClaimStatus{Approved}, []ClaimStatus{Approved, Paid, Closed}, "a part is paid; PAID with the last one; CLOSED where nothing was allocated"},
	{"fund.StopPayment", []ClaimStatus{Approved}, []ClaimStatus{ReReview}, "what is not paid yet is not paid"},
	{"comp.RecordRecovery", []ClaimStatus{Paid, Recovering}, []ClaimStatus{Recovering}, "the fund's share of what came in since is due"},
	{"fund.ReceiveReturn", []ClaimStatus{Recovering}, []ClaimStatus{Recovering}, "the bank has returned it, or a part"},
	{"comp.OrderClawback", []ClaimStatus{Paid, Recovering, Closed}, []ClaimStatus{Clawback}, "all that was paid and not returned is due, with interest"},
	{"fund.ReceiveClawback", []ClaimStatus{Clawback}, []ClaimStatus{Clawback, ClawedBack}, "CLAWED_BACK once all of it came in"},
	{"comp.Close", []ClaimStatus{Paid, Recovering}, []ClaimStatus{Closed}, "nothing is due to the fund"},
}

// may refuses a command that the state machine does not allow.
func (c *Claim) may(command string) *refusal.Refusal {
	for i := range Claims {
		t := &Claims[i]
		if t.Command != command {
			continue
		}
		if slices.Contains(t.From, c.Status) {
			return nil
		}
		return ClaimState.At("status", statuses(t.From), c.Status.String()+" → "+statuses(t.To))
	}
	return ClaimState.At("status", nil, c.Status.String()+" → "+command)
}

func statuses(list []ClaimStatus) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.String()
	}
	return strings.Join(names, " ")
}
