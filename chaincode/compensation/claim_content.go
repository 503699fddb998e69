package compensation

import (
	"unicode/utf8"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// NotifyContent gives notice that a filed loan went bad.
type NotifyContent struct {
	command.Head
	Claim  ledgerstate.Ref `json:"claim"`
	Filing ledgerstate.Ref `json:"filing"` // the loan's contract number
}

// SubmitContent is what a claim needs besides what the ledger knows: proof that
// the bank pursues the debt, other government money, documents. Of a claim that
// comes again what is left out stays as it was, and documents replace those of
// the same item.
type SubmitContent struct {
	command.Head
	Claim      ledgerstate.Ref `json:"claim"`
	Evidence   string          `json:"evidence,omitempty"`    // 追偿证明, a code of consortium.Evidence
	EvidenceOn calendar.Date   `json:"evidence_on,omitempty"` // its date
	Documents  []Document      `json:"documents,omitempty"`
	Others     *[]Government   `json:"other_government,omitempty"` // 其他政府资金; an empty list: there is none any more
	Sum        *money.Fen      `json:"sum,omitempty"`              // what the bank expects; refused where the ledger works out another
}

// CorrectionContent sends a claim back 退回补正.
type CorrectionContent struct {
	command.Head
	Claim ledgerstate.Ref `json:"claim"`
	Items []string        `json:"items,omitempty"` // D01 … of the dossier
	Note  string          `json:"note"`
}

// ClaimContent names a claim, with a note.
type ClaimContent struct {
	command.Head
	Claim ledgerstate.Ref `json:"claim"`
	Note  string          `json:"note,omitempty"`
}

// OpineContent is the central bank's opinion.
type OpineContent struct {
	command.Head
	Claim  ledgerstate.Ref `json:"claim"`
	Agrees bool            `json:"agrees"`
	Note   string          `json:"note,omitempty"`
}

// PubliciseContent begins the publicity.
type PubliciseContent struct {
	command.Head
	Claim ledgerstate.Ref `json:"claim"`
	Days  int             `json:"days,omitempty"` // working days; left out: the pack's, which are the least
}

// ObjectContent is an objection as whoever took it down writes it.
type ObjectContent struct {
	command.Head
	Claim    ledgerstate.Ref `json:"claim"`
	Objector string          `json:"objector"` // a code of Objectors; no name
	Text     string          `json:"text"`
	CID      string          `json:"cid,omitempty"` // of the paper
}

// AnswerContent answers one objection.
type AnswerContent struct {
	command.Head
	Claim     ledgerstate.Ref `json:"claim"`
	Objection int             `json:"objection"` // from 1
	Text      string          `json:"text"`
	CID       string          `json:"cid,omitempty"`
}

// ReReviewContent decides on the open objections, or on a stopped payment.
type ReReviewContent struct {
	command.Head
	Claim  ledgerstate.Ref `json:"claim"`
	Upheld bool            `json:"upheld"`
	Note   string          `json:"note"`
}

// AdjustContent asks that frozen sums be worked out anew.
type AdjustContent struct {
	command.Head
	Claim  ledgerstate.Ref `json:"claim"`
	Why    string          `json:"why"`
	Others *[]Government   `json:"other_government,omitempty"` // in the place of those given; left out: they stay
}

// SignAdjustmentContent signs an adjustment second, or drops it.
type SignAdjustmentContent struct {
	command.Head
	Claim      ledgerstate.Ref `json:"claim"`
	Adjustment string          `json:"adjustment"` // business number of the proposal
	Drop       bool            `json:"drop,omitempty"`
}

// ReasonContent ends a claim for a reason.
type ReasonContent struct {
	command.Head
	Claim  ledgerstate.Ref `json:"claim"`
	Reason string          `json:"reason"` // a code
	Note   string          `json:"note,omitempty"`
}

const (
	maxClaimNumber = 64
	maxClaimText   = 200
	maxOthers      = 20
)

func numberedClaim(field string, ref ledgerstate.Ref) error {
	if n := len(ref.No); n < 1 || n > maxClaimNumber {
		return ClaimNumber.At(field+".no", "1..64", n)
	}
	return nil
}

// said checks a text that may be left out.
func said(field, text string) error {
	if n := utf8.RuneCountInString(text); n > maxClaimText {
		return ClaimText.At(field, "0..200", n)
	}
	return nil
}

// written checks a text that must be there.
func written(field, text string) error {
	if text == "" {
		return ClaimText.At(field, "1..200", 0)
	}
	return said(field, text)
}

func termed(field string, list []consortium.Term, code string) error {
	if code == "" {
		return RejectReason.At(field, termCodes(list), nil)
	}
	if !termKnown(list, code) {
		return ClaimCode.At(field, termCodes(list), code)
	}
	return nil
}

func governments(given *[]Government) error {
	if given == nil {
		return nil
	}
	list := *given
	if n := len(list); n > maxOthers {
		return ClaimList.At("other_government", maxOthers, n)
	}
	for _, g := range list {
		if err := written("other_government.from", g.From); err != nil {
			return err
		}
		if g.Amount <= 0 || g.Amount > money.Max {
			return ClaimAmount.At("other_government.amount", "0.01.."+money.Max.String(), g.Amount)
		}
		if err := addressed("other_government.cid", g.CID); err != nil {
			return err
		}
	}
	return nil
}

// optionalCID checks a content address that may be left out.
func optionalCID(field, text string) error {
	if text == "" {
		return nil
	}
	return addressed(field, text)
}

// firstOf gives the first refusal of a list of checks.
func firstOf(checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}
