package loan

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// RateDetail is a rate that came into force and the LPR that counted.
type RateDetail struct {
	Rate    money.Rate    `json:"rate"`
	LPR     money.Rate    `json:"lpr"`
	LPRDate calendar.Date `json:"lpr_date"`
	*ReasonDetail
}

// ReasonDetail is a code of one of the room's lists.
type ReasonDetail struct {
	Reason string `json:"reason"`
	Zh     string `json:"zh"`
	En     string `json:"en"`
}

// ClassifiedDetail is a class that was given, and why.
type ClassifiedDetail struct {
	Class   account.Class  `json:"class"`
	ClassZh string         `json:"class_zh"`
	Reasons []ReasonDetail `json:"reasons"`
	Because []string       `json:"because,omitempty"`
}

// RenewedDetail is a renewal, of the new loan.
type RenewedDetail struct {
	Of        string        `json:"of"`
	Amount    money.Fen     `json:"amount"`
	Compliant bool          `json:"compliant"`
	Floor     account.Class `json:"floor"`
	Voucher   string        `json:"voucher"`
}

// RenewedByDetail is a renewal, of the old loan.
type RenewedByDetail struct {
	By        string    `json:"renewed_by"`
	Principal money.Fen `json:"principal"` // repaid without money
	Interest  money.Fen `json:"interest"`  // paid
}

func reasonDetail(list []Code, code string) ReasonDetail {
	for _, c := range list {
		if c.Code == code {
			return ReasonDetail{Reason: code, Zh: c.Zh, En: c.En}
		}
	}
	return ReasonDetail{Reason: code}
}

func describeRates(event ledgerstate.Event[Loan]) (command.Spec, any) {
	switch x := event.(type) {
	case LoanReset:
		return Reset.Spec, RateDetail{Rate: x.Rate, LPR: x.LPR, LPRDate: x.LPRDate}
	case LoanRepriced:
		why := reasonDetail(RepriceReasons, x.Reason)
		return Reprice.Spec, RateDetail{Rate: x.Rate, LPR: x.LPR, LPRDate: x.LPRDate, ReasonDetail: &why}
	case LoanClassified:
		d := ClassifiedDetail{Class: x.Class, ClassZh: x.Class.Zh(), Reasons: []ReasonDetail{}, Because: x.Because}
		for _, code := range x.Reasons {
			d.Reasons = append(d.Reasons, reasonDetail(ClassReasons, code))
		}
		return Classify.Spec, d
	case LoanRenewed:
		return Renew.Spec, RenewedDetail{Of: x.Of, Amount: x.Amount, Compliant: x.Compliant, Floor: x.Floor, Voucher: hex.EncodeToString(x.Voucher)}
	case LoanRenewedBy:
		return Renew.Spec, RenewedByDetail{By: x.By, Principal: x.Principal, Interest: x.Interest}
	}
	return command.Spec{Name: "?"}, nil
}
