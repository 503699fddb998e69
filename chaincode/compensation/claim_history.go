package compensation

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// HistoryAnswer is a claim's whole log, oldest entry first.
type HistoryAnswer struct {
	Claim   string         `json:"claim"`
	Entries []HistoryEntry `json:"entries"`
}

// HistoryEntry is one entry: when, what, by whom.
type HistoryEntry struct {
	Date    calendar.Date `json:"date"`
	Command string        `json:"command"`
	Zh      string        `json:"zh"`
	Number  string        `json:"number"` // business number
	Party   string        `json:"party"`
	By      string        `json:"by"` // first 8 bytes of the certificate's fingerprint, hex
	Status  ClaimStatus   `json:"status"`
	HistoryDetail
}

// HistoryDetail is what an entry carries besides.
type HistoryDetail struct {
	Sum      money.Fen     `json:"sum,omitempty"`
	Binding  string        `json:"binding,omitempty"`
	Amount   money.Fen     `json:"amount,omitempty"`
	Interest money.Fen     `json:"interest,omitempty"`
	Voucher  string        `json:"voucher,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Note     string        `json:"note,omitempty"`
	Upheld   *bool         `json:"upheld,omitempty"`
	Agrees   *bool         `json:"agrees,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
}

// ClaimHistory 补偿申请历史.
var ClaimHistory = command.Query[ClaimQuery, *HistoryAnswer]{
	QuerySpec: compQuery("comp.History", "补偿申请历史", "what happened to a claim, when and by whom"),
	Answer: func(ctx *command.Context, q ClaimQuery) (*HistoryAnswer, error) {
		id, r, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		log, err := ClaimKind.Log(ctx.View, id, r)
		if err != nil {
			return nil, err
		}
		h := &HistoryAnswer{Claim: q.Claim, Entries: []HistoryEntry{}}
		var c Claim
		for _, e := range log {
			again := c.Status == Returned
			c = e.Event.Evolve(c)
			name, zh, d := describeClaim(e.Event, again)
			h.Entries = append(h.Entries, HistoryEntry{Date: e.Date, Command: name, Zh: zh, Number: e.Number, Party: e.Party, By: hex.EncodeToString(e.By), Status: c.Status, HistoryDetail: d})
		}
		return h, nil
	},
}

// describeClaim spells an event out: the command that caused it, and what it
// carries.
func describeClaim(event ledgerstate.Event[Claim], again bool) (name, zh string, d HistoryDetail) {
	of := func(s command.Spec) { name, zh = s.Name, s.Zh }
	switch e := event.(type) {
	case ClaimNotified:
		of(Notify.Spec)
	case ClaimSubmitted:
		of(Submit.Spec)
		if again {
			of(Resubmit.Spec)
		}
		d.Sum, d.Binding = e.Figures.Sum.Entitlement, e.Figures.Sum.Binding
	case ClaimReturned:
		of(ReturnForCorrection.Spec)
		d.Note = e.Note
	case ClaimWithdrawn:
		of(Withdraw.Spec)
		d.Note = e.Note
	case ClaimAccepted:
		of(AcceptComplete.Spec)
		d.Sum, d.Binding = e.Figures.Sum.Entitlement, e.Figures.Sum.Binding
	case ClaimReviewed:
		of(Review.Spec)
		d.Note = e.Note
	case ClaimOpined:
		of(Opine.Spec)
		d.Agrees, d.Note = &e.Opinion.Agrees, e.Opinion.Note
	case ClaimPublicised:
		of(Publicise.Spec)
		d.Until = e.To
	case ClaimObjected:
		of(Object.Spec)
		d.Reason, d.Note = e.Objector, e.Text
	case ObjectionAnswered:
		of(AnswerObjection.Spec)
		d.Note = e.Text
	case ClaimReReviewed:
		of(ReReviewClaim.Spec)
		d.Upheld, d.Note, d.Until = &e.Upheld, e.Note, e.To
	case AdjustmentProposed:
		of(ProposeAdjustment.Spec)
		d.Sum, d.Note = e.Adjustment.Figures.Sum.Entitlement, e.Adjustment.Why
	case AdjustmentSigned:
		of(SignAdjustment.Spec)
	case ClaimRejected:
		of(Reject.Spec)
		d.Reason, d.Note = e.Reason, e.Note
	case ClaimApproved:
		of(Approve.Spec)
		d.Sum, d.Binding, d.Note = e.Entitlement, e.Binding, e.Note
	case ClaimPaid:
		name, zh = "fund.Payout", "拨付"
		d.Amount, d.Voucher, d.Binding = e.Amount, e.Voucher, e.Allocated.Binding
	case PaymentStopped:
		name, zh = "fund.StopPayment", "中止拨付"
		d.Note = e.Why
	case RecoveryRecorded:
		of(RecordRecovery.Spec)
		d.Amount, d.Until = e.Due, e.ReturnBy
	case ReturnReceived:
		name, zh = "fund.ReceiveReturn", "收到返还款"
		d.Amount, d.Interest, d.Voucher = e.Amount, e.Interest, e.Voucher
	case ClawbackOrdered:
		of(OrderClawback.Spec)
		d.Amount, d.Reason, d.Note = e.Amount, e.Reason, e.Note
	case ClawbackReceived:
		name, zh = "fund.ReceiveClawback", "收到缴回款"
		d.Amount, d.Interest, d.Voucher = e.Amount, e.Interest, e.Voucher
	case ClaimClosed:
		of(Close.Spec)
		d.Reason = e.Reason
	}
	return name, zh, d
}
