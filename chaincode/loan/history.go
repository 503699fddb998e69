package loan

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// HistoryAnswer is a loan's whole log, oldest entry first.
type HistoryAnswer struct {
	Loan    string         `json:"loan"`
	Entries []HistoryEntry `json:"entries"`
}

// HistoryEntry is one entry: when, what, by whom.
type HistoryEntry struct {
	Date    calendar.Date `json:"date"` // business date
	Command string        `json:"command"`
	Zh      string        `json:"zh"`
	Number  string        `json:"number"` // business number
	Party   string        `json:"party"`
	By      string        `json:"by"` // first 8 bytes of the certificate's fingerprint, hex
	Detail  any           `json:"detail"`

	ReversedBy string `json:"reversed_by,omitempty"` // 已冲正: business number of the reversal that stands
	Replaces   string `json:"replaces,omitempty"`    // 补记: business number of the reversed entry that it stands for
	Late       bool   `json:"late,omitempty"`        // 跨期补记: its month was closed when it was recorded
	RecordedIn Month  `json:"recorded_in,omitempty"` // the month of which it is an adjustment
}

// History 贷款历史, in order of arrival. Where money went is told by what stands
// now; of what does not stand any more it is left out.
var History = command.Query[LoanQuery, *HistoryAnswer]{
	QuerySpec: query("loan.History", "贷款历史", "what happened to a loan, when and by whom", withSubject, command.Loan),
	Answer: func(ctx *command.Context, q LoanQuery) (*HistoryAnswer, error) {
		id, r, _, at, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		var log chronicle
		if log, err = Kind.Log(ctx.View, id, r); err != nil {
			return nil, err
		}
		stands, err := log.standing()
		if err != nil {
			return nil, err
		}
		_, went, err := log.rebuild(stands, at)
		if err != nil {
			return nil, err
		}
		h := &HistoryAnswer{Loan: q.Loan, Entries: []HistoryEntry{}}
		for i, e := range log {
			if e.Date > at {
				continue
			}
			spec, detail := describe(log, i, went)
			x := HistoryEntry{Date: e.Date, Command: spec.Name, Zh: spec.Zh, Number: e.Number, Party: e.Party, By: hex.EncodeToString(e.By), Detail: detail}
			b := booked(e.Event)
			x.Replaces, x.RecordedIn, x.Late = b.Replaces, b.Recorded, b.Recorded != 0
			if !stands[i] {
				x.ReversedBy = log.reversal(stands, i)
			}
			h.Entries = append(h.Entries, x)
		}
		return h, nil
	},
}

// AcceptedDetail and the other details are what an entry carries besides.
type AcceptedDetail struct {
	Application string  `json:"application"`
	Grant       string  `json:"grant"`
	Profile     Profile `json:"profile"`
}

// RejectedDetail names the reason.
type RejectedDetail struct {
	Reason string `json:"reason"`
	Zh     string `json:"zh"`
	En     string `json:"en"`
}

// CreditedDetail is the decision and the grant it rests on.
type CreditedDetail struct {
	Grant string `json:"grant"`
	*CreditSheet
}

// DisbursedDetail is what was paid out.
type DisbursedDetail struct {
	Amount   money.Fen `json:"amount"`
	Voucher  string    `json:"voucher"`
	Payments []Payment `json:"payments"`
}

// ChargedDetail is a cost of recovery.
type ChargedDetail struct {
	Amount  money.Fen `json:"amount"`
	Voucher string    `json:"voucher"`
}

// RepaidDetail is a repayment and where it went.
type RepaidDetail struct {
	Amount money.Fen `json:"amount"`
	*account.Allocation
}

// describe spells an entry of a log out.
func describe(log chronicle, i int, went map[int]account.Allocation) (command.Spec, any) {
	var to *account.Allocation
	if x, ok := went[i]; ok {
		to = &x
	}
	switch x := log[i].Event.(type) {
	case LoanAccepted:
		return Accept.Spec, AcceptedDetail{Application: x.Application, Grant: x.Grant, Profile: x.Profile}
	case LoanRejected:
		d := RejectedDetail{Reason: x.Reason}
		for _, c := range RejectReasons {
			if c.Code == x.Reason {
				d.Zh, d.En = c.Zh, c.En
			}
		}
		return Reject.Spec, d
	case CreditDecided:
		return Decide.Spec, CreditedDetail{Grant: x.Grant, CreditSheet: creditSheet(x.Credit)}
	case ContractSigned:
		return Sign.Spec, contractSheet(x.Contract)
	case LoanDisbursed:
		d := DisbursedDetail{Amount: x.Amount, Voucher: hex.EncodeToString(x.Voucher)}
		for _, p := range x.Payments {
			d.Payments = append(d.Payments, Payment{Payee: hex.EncodeToString(p.Payee), Amount: p.Amount, Entrusted: p.Entrusted})
		}
		return Disburse.Spec, d
	case LoanCharged:
		return Charge.Spec, ChargedDetail{Amount: x.Amount, Voucher: hex.EncodeToString(x.Voucher)}
	case LoanRepaid:
		return Repay.Spec, RepaidDetail{Amount: x.Amount, Allocation: to}
	case LoanSettled:
		return Settle.Spec, struct{}{}
	case AdverseErased:
		return command.Spec{Name: "erasure.Expire", Zh: "不良信息到期删除", En: "what happened before is erased"}, struct{}{}
	}
	return describeServicing(log, i, to)
}
