package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Claim 补偿申请 is a bank's claim on the fund for one filed loan, from the
// notice that it went bad to the last money.
type Claim struct {
	Status   ClaimStatus
	Contract string         // 合同编号 of the loan, and so of its filing
	Loan     ledgerstate.ID // not in the digest
	Filing   ledgerstate.ID // not in the digest
	Pack     string         // rule pack by the filing date
	Last     calendar.Date  // date of the last step
	Deadline Deadline       // of the step that is awaited
	People   People         // certificates, not in the digest
	Notice   Notice

	// What the bank gave, since the ledger cannot know it.
	Evidence  Evidence
	Others    []Government
	Documents []Document

	// What the ledger gave. Frozen from ACCEPTED on, but for a signed adjustment.
	Figures *Figures

	Returned   *Correction // the last return for correction
	Returns    int         // how often it was returned
	Opinion    *Opinion
	Publicity  Publicity
	Objections []Objection
	Upheld     bool        // what was looked into was upheld: an adjustment or a rejection follows
	Adjustment *Adjustment // waits for the second signature
	Reason     string      // why rejected, closed or clawed back, a code
	Stopped    string      // why the payment was stopped; "": it is not

	Award     *Award // what was approved, and what came of it
	Recovered []Receipt
	Dues      []ReturnDue // 应返还
	Clawed    *ClawbackDue
}

// People are who took which step, by certificate: they must differ where money
// depends on it. The events and their receipts say as which post.
type People struct {
	Submitted, Accepted, Reviewed, Opined, Publicised, Approved []byte
}

// Deadline is the last working day for the step that is awaited, and who has
// to take it.
type Deadline struct {
	Step Step
	On   calendar.Date
}

// Notice 不良通知 is the bank's notice that a filed loan went bad.
type Notice struct {
	On          calendar.Date
	Since       calendar.Date // first day of non-performance, by the ledger
	DaysPastDue int
	Class       account.Class
	Due         calendar.Date // last day for the notice; a later one is shown, and left to the review
}

// Late reports whether the notice came after its last day.
func (n Notice) Late() bool { return n.Due != 0 && n.On > n.Due }

// Evidence 追偿证明 shows that the bank pursues the debt.
type Evidence struct {
	Code string        // of consortium.Evidence
	On   calendar.Date // day of the acceptance, order or ruling
}

// Government 其他政府资金 is what another government fund paid for the loss.
type Government struct {
	From   string    `json:"from"`
	Amount money.Fen `json:"amount"`
	CID    string    `json:"cid"` // of the document that proves it
}

// Correction 退回补正 says what is missing or wrong.
type Correction struct {
	On    calendar.Date
	Items []string
	Note  string
}

// Opinion 意见 is the central bank's. Finance decides.
type Opinion struct {
	Agrees bool
	Note   string
}

// Publicity 公示 runs from a day to the end of another.
type Publicity struct {
	From, To calendar.Date
	Left     int // working days that are left, while an objection stops it
}

// Objection 异议 was raised in the publicity period.
type Objection struct {
	On       calendar.Date
	By       string // who raised it, a code of Objectors
	Text     string
	CID      string // of the paper; "": none
	Answered calendar.Date
	Answer   string
	AnswerID string // CID of what the bank answers with; "": none
	Decided  calendar.Date
	Upheld   bool
}

// Open reports whether nobody has decided on it yet.
func (o Objection) Open() bool { return o.Decided == 0 }

// marked reports whether an objection is open 异议标注. Every view of the claim
// shows it until it is decided.
func (c *Claim) marked() bool {
	for _, o := range c.Objections {
		if o.Open() {
			return true
		}
	}
	return false
}

// Adjustment 调整 of frozen sums waits for the second signature. The sums are
// the ledger's of its day.
type Adjustment struct {
	Number  string // business number of the proposal
	Why     string
	Figures Figures
	Others  []Government
	By      []byte // certificate; not in the digest
}

// Award 补偿决定 is what Finance approved, and what was paid on it.
type Award struct {
	On          calendar.Date
	Entitlement money.Fen // over the limbs that need no pool
	Binding     string    // the limb that bound it
	Allocated   *Allocated
	Paid        money.Fen
	Parts       []Part
	Back        money.Fen // 已返还: of what was paid, returned or clawed back
	Backs       []Part
	Interest    money.Fen // for late returns, or with a clawback
}

// Allocated is what the pool had for the claim.
type Allocated struct {
	Amount  money.Fen
	Binding string // the limb that bound it in the end
}

// Part is one payment.
type Part struct {
	On      calendar.Date
	Amount  money.Fen
	Voucher string // 付款凭证号
}

// ReturnDue is the fund's share of what came in after the payment.
type ReturnDue struct {
	Received calendar.Date // the day on which the bank had it
	By       calendar.Date // last day to return it
	Amount   money.Fen
	Returned money.Fen
	Late     money.Fen     // interest for lateness up to Until
	Until    calendar.Date // interest is counted up to this day
	LatePaid money.Fen
}

// ClawbackDue is what the fund asks back.
type ClawbackDue struct {
	On       calendar.Date
	Reason   string
	Amount   money.Fen // of what was paid and not returned; interest comes on top
	Received money.Fen

	InterestPaid money.Fen
}

// ClaimKind are the claims of a book.
var ClaimKind = ledgerstate.NewKind[Claim](ledgerstate.Kind[Claim]{
	Code: "claim", Collection: command.Comp.Name, Slots: 1, Keep: 4, Schema: 1,
	Zh: "补偿申请", En: "claims",
	Digest: Claim.digested,
}, ClaimNotified{}, ClaimSubmitted{}, ClaimReturned{}, ClaimWithdrawn{}, ClaimAccepted{}, ClaimReviewed{}, ClaimOpined{}, ClaimPublicised{},
	ClaimObjected{}, ObjectionAnswered{}, ClaimReReviewed{}, AdjustmentProposed{}, AdjustmentSigned{}, ClaimRejected{}, ClaimApproved{},
	ClaimPaid{}, PaymentStopped{}, RecoveryRecorded{}, ReturnReceived{}, ClawbackOrdered{}, ClawbackReceived{}, ClaimClosed{})

// digested is what of a claim counts in the state digest.
func (c Claim) digested() any {
	c.Loan, c.Filing, c.People = ledgerstate.ID{}, ledgerstate.ID{}, People{}
	if c.Adjustment != nil {
		a := *c.Adjustment
		a.By = nil
		c.Adjustment = &a
	}
	return c
}
