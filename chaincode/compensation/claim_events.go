package compensation

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Act is what every event of a claim has: its day, who, by certificate, and
// the deadline of the step that is awaited then.
type Act struct {
	Date     calendar.Date
	By       []byte // certificate, short form; not in the digest
	Deadline Deadline
}

func (a Act) onto(c Claim, to ClaimStatus) Claim {
	c.Status, c.Last, c.Deadline = to, a.Date, a.Deadline
	return c
}

func (a Act) anonymous() Act { a.By = nil; return a }

// ClaimNotified is a claim's first event.
type ClaimNotified struct {
	Act
	Contract     string
	Loan, Filing ledgerstate.ID
	Pack         string
	Notice       Notice
}

// Evolve implements ledgerstate.Event.
func (e ClaimNotified) Evolve(Claim) Claim {
	return e.onto(Claim{Contract: e.Contract, Loan: e.Loan, Filing: e.Filing, Pack: e.Pack, Notice: e.Notice}, Notified)
}

// DigestEvent leaves opaque IDs and the certificate out.
func (e ClaimNotified) DigestEvent() any {
	e.Act, e.Loan, e.Filing = e.anonymous(), ledgerstate.ID{}, ledgerstate.ID{}
	return e
}

// ClaimSubmitted is the claim itself, also when it comes again.
type ClaimSubmitted struct {
	Act
	Evidence  Evidence
	Others    []Government
	Documents []Document
	Figures   Figures
}

// Evolve implements ledgerstate.Event.
func (e ClaimSubmitted) Evolve(c Claim) Claim {
	c.Evidence, c.Others, c.Documents = e.Evidence, e.Others, e.Documents
	c.Figures, c.People.Submitted = &e.Figures, e.By
	return e.onto(c, Submitted)
}

// DigestEvent leaves the certificate out.
func (e ClaimSubmitted) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimReturned sends the claim back.
type ClaimReturned struct {
	Act
	Items []string
	Note  string
}

// Evolve implements ledgerstate.Event.
func (e ClaimReturned) Evolve(c Claim) Claim {
	c.Returned = &Correction{On: e.Date, Items: e.Items, Note: e.Note}
	c.Returns++
	return e.onto(c, Returned)
}

// DigestEvent leaves the certificate out.
func (e ClaimReturned) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimWithdrawn ends it.
type ClaimWithdrawn struct {
	Act
	Note string
}

// Evolve implements ledgerstate.Event.
func (e ClaimWithdrawn) Evolve(c Claim) Claim { return e.onto(c, Withdrawn) }

// DigestEvent leaves the certificate out.
func (e ClaimWithdrawn) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimAccepted finds it complete. The sums are those of the day, and frozen.
type ClaimAccepted struct {
	Act
	Figures Figures
}

// Evolve implements ledgerstate.Event.
func (e ClaimAccepted) Evolve(c Claim) Claim {
	c.Figures, c.People.Accepted = &e.Figures, e.By
	return e.onto(c, Accepted)
}

// DigestEvent leaves the certificate out.
func (e ClaimAccepted) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimReviewed is the Commission's review.
type ClaimReviewed struct {
	Act
	Note string
}

// Evolve implements ledgerstate.Event.
func (e ClaimReviewed) Evolve(c Claim) Claim {
	c.People.Reviewed = e.By
	return e.onto(c, Reviewed)
}

// DigestEvent leaves the certificate out.
func (e ClaimReviewed) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimOpined is the central bank's opinion.
type ClaimOpined struct {
	Act
	Opinion Opinion
}

// Evolve implements ledgerstate.Event.
func (e ClaimOpined) Evolve(c Claim) Claim {
	c.Opinion, c.People.Opined = &e.Opinion, e.By
	return e.onto(c, Opinioned)
}

// DigestEvent leaves the certificate out.
func (e ClaimOpined) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimPublicised begins the publicity.
type ClaimPublicised struct {
	Act
	To calendar.Date
}

// Evolve implements ledgerstate.Event.
func (e ClaimPublicised) Evolve(c Claim) Claim {
	c.Publicity, c.People.Publicised = Publicity{From: e.Date, To: e.To}, e.By
	return e.onto(c, Publicised)
}

// DigestEvent leaves the certificate out.
func (e ClaimPublicised) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimObjected stops the publicity.
type ClaimObjected struct {
	Act
	Objector string
	Text     string
	CID      string
	Left     int // working days of publicity that are left
}

// Evolve implements ledgerstate.Event.
func (e ClaimObjected) Evolve(c Claim) Claim {
	c.Objections = append(slices.Clone(c.Objections), Objection{On: e.Date, By: e.Objector, Text: e.Text, CID: e.CID})
	c.Publicity.Left = e.Left
	return e.onto(c, Objected)
}

// DigestEvent leaves the certificate out.
func (e ClaimObjected) DigestEvent() any { e.Act = e.anonymous(); return e }

// ObjectionAnswered is the bank's answer to one of them.
type ObjectionAnswered struct {
	Act
	N    int // of the objection, from 1
	Text string
	CID  string
}

// Evolve implements ledgerstate.Event.
func (e ObjectionAnswered) Evolve(c Claim) Claim {
	c.Objections = slices.Clone(c.Objections)
	o := &c.Objections[e.N-1]
	o.Answered, o.Answer, o.AnswerID = e.Date, e.Text, e.CID
	to := ReReview
	for _, o := range c.Objections {
		if o.Open() && o.Answered == 0 {
			to = Objected
		}
	}
	return e.onto(c, to)
}

// DigestEvent leaves the certificate out.
func (e ObjectionAnswered) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimReReviewed decides on what is open.
type ClaimReReviewed struct {
	Act
	Upheld bool
	Note   string
	To     calendar.Date // end of the publicity, if it goes on
}

// Evolve implements ledgerstate.Event. What was upheld before stays upheld.
func (e ClaimReReviewed) Evolve(c Claim) Claim {
	c.Objections = slices.Clone(c.Objections)
	for i := range c.Objections {
		if o := &c.Objections[i]; o.Open() {
			o.Decided, o.Upheld = e.Date, e.Upheld
		}
	}
	c.People.Reviewed = e.By
	if c.Upheld = c.Upheld || e.Upheld; c.Upheld {
		return e.onto(c, ReReview)
	}
	c.Publicity.To, c.Publicity.Left, c.Stopped = e.To, 0, ""
	return e.onto(c, Publicised)
}

// DigestEvent leaves the certificate out.
func (e ClaimReReviewed) DigestEvent() any { e.Act = e.anonymous(); return e }

// AdjustmentProposed waits for the second signature.
type AdjustmentProposed struct {
	Act
	Adjustment Adjustment
}

// Evolve implements ledgerstate.Event.
func (e AdjustmentProposed) Evolve(c Claim) Claim {
	c.Adjustment = &e.Adjustment
	return e.onto(c, c.Status)
}

// DigestEvent leaves the certificates out.
func (e AdjustmentProposed) DigestEvent() any {
	e.Act, e.Adjustment.By = e.anonymous(), nil
	return e
}

// AdjustmentSigned puts it into force, or drops it.
type AdjustmentSigned struct {
	Act
	Dropped bool
	Again   bool // the new sum is publicised anew
}

// Evolve implements ledgerstate.Event.
func (e AdjustmentSigned) Evolve(c Claim) Claim {
	to := c.Status
	if !e.Dropped {
		figures := c.Adjustment.Figures
		c.Figures, c.Others = &figures, c.Adjustment.Others
		if e.Again {
			to, c.Publicity, c.Stopped, c.Upheld = Opinioned, Publicity{}, "", false
		}
	}
	c.Adjustment = nil
	return e.onto(c, to)
}

// DigestEvent leaves the certificate out.
func (e AdjustmentSigned) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimRejected ends it. Where a part was paid already, the rest is not.
type ClaimRejected struct {
	Act
	Reason string
	Note   string
}

// Evolve implements ledgerstate.Event.
func (e ClaimRejected) Evolve(c Claim) Claim {
	c.Reason, c.Adjustment, c.Stopped = e.Reason, nil, ""
	c.Objections = slices.Clone(c.Objections)
	for i := range c.Objections {
		if o := &c.Objections[i]; o.Open() {
			o.Decided, o.Upheld = e.Date, true
		}
	}
	if c.Award != nil && c.Award.Paid > 0 {
		return e.onto(c, Paid)
	}
	return e.onto(c, Rejected)
}

// DigestEvent leaves the certificate out.
func (e ClaimRejected) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimApproved is Finance's decision.
type ClaimApproved struct {
	Act
	Note        string
	Entitlement money.Fen
	Binding     string
}

// Evolve implements ledgerstate.Event. What was paid before the payment was
// stopped stays paid.
func (e ClaimApproved) Evolve(c Claim) Claim {
	a := Award{On: e.Date, Entitlement: e.Entitlement, Binding: e.Binding}
	if c.Award != nil {
		a.Paid, a.Parts, a.Back, a.Backs, a.Interest, a.Allocated = c.Award.Paid, c.Award.Parts, c.Award.Back, c.Award.Backs, c.Award.Interest, c.Award.Allocated
	}
	c.Award, c.People.Approved = &a, e.By
	return e.onto(c, Approved)
}

// DigestEvent leaves the certificate out.
func (e ClaimApproved) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClaimClosed ends a paid one.
type ClaimClosed struct {
	Act
	Reason string
}

// Evolve implements ledgerstate.Event.
func (e ClaimClosed) Evolve(c Claim) Claim {
	c.Reason = e.Reason
	return e.onto(c, Closed)
}

// DigestEvent leaves the certificate out.
func (e ClaimClosed) DigestEvent() any { e.Act = e.anonymous(); return e }
