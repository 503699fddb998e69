package loan

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// MoreSheet is what few loans have.
type MoreSheet struct {
	TakenOn  *TakenOnSheet  `json:"taken_on,omitempty"`          // 接续
	Requests []RequestSheet `json:"reversal_requests,omitempty"` // 冲正申请 that wait
	Adjusted []Month        `json:"adjusted_in,omitempty"`       // 跨期补记: months in which entries of closed months were recorded
	Adverse  []Adverse      `json:"adverse,omitempty"`           // 不良信息, of persons
}

// TakenOnSheet is what a loan that existed before the ledger was taken on with.
type TakenOnSheet struct {
	On          calendar.Date  `json:"on"`
	Grant       string         `json:"grant"`
	Voucher     string         `json:"voucher"`
	Outstanding money.Fen      `json:"outstanding"`
	PaidTo      calendar.Date  `json:"paid_to"`
	Balance     money.Fen      `json:"balance"`
	Arrears     []TakenArrears `json:"arrears,omitempty"`
	Fileable    bool           `json:"fileable"` // never
}

// RequestSheet is a reversal that waits for a supervisor.
type RequestSheet struct {
	Entry  string `json:"entry"`
	Reason string `json:"reason"`
}

// AmendedSheet is what entries other than repayments and charges did to an
// account.
type AmendedSheet struct {
	Extended   int              `json:"extended_periods,omitempty"` // 展期: periods of the whole term
	Prepaid    money.Fen        `json:"prepaid,omitempty"`
	Guarantor  *account.Parts   `json:"guarantor_paid,omitempty"` // of Paid
	Refunded   money.Fen        `json:"refunded,omitempty"`
	WrittenOff *WrittenOffSheet `json:"written_off,omitempty"`
}

// WrittenOffSheet is what was written off, and what came in since.
type WrittenOffSheet struct {
	On        calendar.Date `json:"on"`
	Principal money.Fen     `json:"principal"`
	Interest  money.Fen     `json:"interest"`
	Recovered money.Fen     `json:"recovered"`
}

func moreSheet(m *More) MoreSheet {
	var s MoreSheet
	if m == nil {
		return s
	}
	for _, r := range m.Requests {
		s.Requests = append(s.Requests, RequestSheet{Entry: r.Entry, Reason: r.Reason})
	}
	if m.TakenOn != nil {
		s.TakenOn = takenOnSheet(m.TakenOn)
	}
	return s
}

func takenOnSheet(t *TakenOn) *TakenOnSheet {
	s := &TakenOnSheet{On: t.Opening.On, Grant: t.Grant, Voucher: hex.EncodeToString(t.Voucher), Outstanding: t.Opening.Outstanding(),
		PaidTo: t.Opening.PaidTo, Balance: t.Opening.Balance}
	for _, x := range t.Opening.Arrears {
		s.Arrears = append(s.Arrears, TakenArrears(x))
	}
	return s
}

func amendedSheet(m *account.Amended) AmendedSheet {
	var s AmendedSheet
	if m == nil {
		return s
	}
	s.Extended, s.Prepaid, s.Refunded = m.Periods, m.Prepaid, m.Refunded
	if m.Guarantor.Sum() > 0 {
		s.Guarantor = &m.Guarantor
	}
	if w := m.WrittenOff; w != nil {
		s.WrittenOff = &WrittenOffSheet{On: w.On, Principal: w.Principal, Interest: w.Interest, Recovered: m.Recovered}
	}
	return s
}
