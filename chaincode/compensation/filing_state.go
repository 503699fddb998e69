package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// FilingStatus is where a filing stands. The zero value is what does not
// exist yet.
type FilingStatus uint8

const (
	FilingNone        FilingStatus = iota
	FilingDraft                    // 额度已预留: reserved before the money leaves the bank
	FilingFiled                    // 已备案
	FilingConditional              // 附条件备案
	FilingEffective                // 备案生效
	FilingRevoked                  // 已撤销备案
	FilingSettled                  // 贷款已结清
	FilingClaimed                  // 已申请补偿: a claim lives
)

var filingStatusNames = [...]struct{ code, zh string }{
	{"NONE", "无"}, {"DRAFT", "额度已预留"}, {"FILED", "已备案"}, {"CONDITIONAL", "附条件备案"}, {"EFFECTIVE", "备案生效"},
	{"REVOKED", "已撤销备案"}, {"SETTLED", "贷款已结清"}, {"CLAIMED", "已申请补偿"},
}

func (s FilingStatus) String() string {
	if int(s) >= len(filingStatusNames) {
		return "UNKNOWN"
	}
	return filingStatusNames[s].code
}

// Zh is the status in Chinese.
func (s FilingStatus) Zh() string {
	if int(s) >= len(filingStatusNames) {
		return "未知"
	}
	return filingStatusNames[s].zh
}

// MarshalText writes the code.
func (s FilingStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *FilingStatus) UnmarshalText(text []byte) error {
	var known string
	for i := range filingStatusNames {
		if filingStatusNames[i].code == string(text) {
			*s = FilingStatus(i)
			return nil
		}
		if i > 0 {
			known += " "
		}
		known += filingStatusNames[i].code
	}
	return StatusUnknown.At("status", known, string(text))
}

// Filing 备案 is a loan's place in the scheme: what it was admitted with, by
// which rule pack, and which claim lives on it.
type Filing struct {
	Status      FilingStatus
	Loan        ledgerstate.ID // not in the digest
	Contract    string         // 合同编号, the natural key of loan and filing
	Application string
	Pack        string        // rule pack, by the filing date
	Date        calendar.Date // 备案日
	Amount      money.Fen     // 备案金额: principal counted, at most what was disbursed

	// As of the filing date.
	Type      subject.Type
	Region    string
	Industry  string
	Size      identifier.Size
	Product   string
	Guarantee string
	FirstLoan bool // 首贷
	Rate      money.Rate
	LPR       money.Rate
	Condition *FilingCondition // 附条件; nil: none, or met

	Claim       string    // number of the claim that lives; "": none
	Compensated money.Fen // paid by the fund
	Returned    money.Fen // of that, returned or clawed back

	Reserved calendar.Date // 预留日
	Place    RegistryPlace // not in the digest
}

// FilingCondition is what a conditional filing waits for.
type FilingCondition struct {
	What string
	By   calendar.Date
}

// FilingKind are the filings of a book. A filing's natural key is its loan's
// contract number.
var FilingKind = ledgerstate.NewKind[Filing](ledgerstate.Kind[Filing]{
	Code: "filing", Collection: command.Comp.Name, Slots: 16, Keep: 3, Schema: 1,
	Zh: "备案", En: "filings",
	Digest: func(f Filing) any { f.Loan, f.Place = ledgerstate.ID{}, RegistryPlace{}; return f },
}, ClaimOpened{}, ClaimReleased{}, CompensationPaid{}, CompensationReturned{},
	FilingReserved{}, LoanFiled{}, ConditionMet{}, FilingTakenBack{})
