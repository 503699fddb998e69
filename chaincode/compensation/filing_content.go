package compensation

import (
	"encoding/hex"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ReserveContent takes a part of a borrower's cap for a loan 预留备案额度, before
// the money leaves the bank. Identity and blind open the seal that the loan
// keeps of its borrower (query loan.Borrower): C, P and F learn who is filed,
// and of nobody else.
type ReserveContent struct {
	command.Head
	Filing   ledgerstate.Ref `json:"filing"`             // no: the loan's contract number
	Loan     ledgerstate.Ref `json:"loan"`               // the same number
	Amount   *money.Fen      `json:"amount,omitempty"`   // 预留金额; left out: what was disbursed, or else the contract's amount
	Identity string          `json:"identity,omitempty"` // USCC:… or RID:…
	Blind    string          `json:"blind,omitempty"`    // hex
	Pledge   string          `json:"pledge,omitempty"`   // 应收账款编号: the receivable that secures the loan; it serves one loan of all banks
	Again    bool            `json:"again,omitempty"`    // the loan's earlier reservation was revoked
}

// FileContent files a disbursed loan 备案. Its date is the filing date, by
// which the loan is judged for ever.
type FileContent struct {
	command.Head
	Filing    ledgerstate.Ref `json:"filing"`
	Loan      ledgerstate.Ref `json:"loan"`
	Amount    *money.Fen      `json:"amount,omitempty"` // 备案金额; left out: what was disbursed, at most what is reserved
	FirstLoan bool            `json:"first_loan,omitempty"`
	Attests   []string        `json:"attests"`             // 无以下排除情形: codes of consortium.Exclusions, all that the rule pack lists
	Condition string          `json:"condition,omitempty"` // 附条件备案: what the borrower has yet to show
	Until     calendar.Date   `json:"until,omitempty"`     // by when; with a condition only
}

// FulfilContent says that a conditional filing's condition is met.
type FulfilContent struct {
	command.Head
	Filing ledgerstate.Ref `json:"filing"`
	CID    string          `json:"cid"` // of the document that shows it
}

// RevokeContent takes a filing, or a reservation, back 撤销备案.
type RevokeContent struct {
	command.Head
	Filing ledgerstate.Ref `json:"filing"`
	Reason string          `json:"reason"` // a code of RevokeReasons
	Note   string          `json:"note,omitempty"`
}

// RevokeReasons are why a filing is revoked 撤销原因.
var RevokeReasons = []consortium.Term{
	{Code: "V01", Zh: "贷款未发放", En: "the loan was not disbursed"},
	{Code: "V02", Zh: "条件未在期限内满足", En: "the condition was not met in time"},
	{Code: "V03", Zh: "备案信息不实", En: "the filing was false"},
	{Code: "V04", Zh: "银行申请退出", En: "the bank asks for it"},
	{Code: "V99", Zh: "其他", En: "other"},
}

// maxFiled bounds a single filing: a slip of the keyboard, not a rule.
const maxFiled = money.Fen(1_000_000_000_000)

func fileable(filing, of ledgerstate.Ref) error {
	if err := numberedClaim("filing", filing); err != nil {
		return err
	}
	if filing.No != of.No {
		return FilingNumber.At("filing.no", of.No, filing.No)
	}
	return nil
}

func filedAmount(field string, amount *money.Fen) error {
	if amount != nil && (*amount <= 0 || *amount > maxFiled) {
		return ClaimAmount.At(field, "0.01.."+maxFiled.String(), *amount)
	}
	return nil
}

func (c ReserveContent) valid() error {
	if err := firstOf(fileable(c.Filing, c.Loan), filedAmount("amount", c.Amount), said("pledge", c.Pledge)); err != nil {
		return err
	}
	if c.Identity == "" && c.Blind == "" { // to be filled in by who can; nothing is opened with it
		return nil
	}
	if n := len(c.Identity); n < 5 || n > 64 {
		return IdentityText.At("identity", "USCC:… RID:…", nil)
	}
	if _, err := c.blind(); err != nil {
		return IdentityText.At("blind", "64 hex", strconv.Itoa(len(c.Blind)))
	}
	return nil
}

func (c ReserveContent) blind() ([]byte, error) {
	b, err := hex.DecodeString(c.Blind)
	if err == nil && len(b) != 32 {
		err = hex.ErrLength
	}
	return b, err
}

func (c FileContent) valid() error {
	if err := firstOf(fileable(c.Filing, c.Loan), filedAmount("amount", c.Amount), said("condition", c.Condition)); err != nil {
		return err
	}
	for _, code := range c.Attests {
		if err := termed("attests", consortium.Exclusions, code); err != nil {
			return err
		}
	}
	switch {
	case (c.Condition == "") != c.Until.IsZero():
		return ConditionWhole.At("until", nil, c.Until)
	case c.Condition != "" && c.Until <= c.Date:
		return ConditionPast.At("until", "after "+c.Date.String(), c.Until)
	}
	return nil
}
