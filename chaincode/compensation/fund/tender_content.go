package fund

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// AnnounceContent announces a tender.
type AnnounceContent struct {
	command.Head
	Tender ledgerstate.Ref `json:"tender"` // 招标编号
	TenderTerms
}

// SealContent is a bank's sealed bid.
type SealContent struct {
	command.Head
	Tender     ledgerstate.Ref `json:"tender"`
	Commitment string          `json:"commitment"` // SHA-256 of salt and bid, 64 hex digits
}

// RevealContent opens it.
type RevealContent struct {
	command.Head
	Tender ledgerstate.Ref `json:"tender"`
	Salt   string          `json:"salt"` // 64 hex digits
	Rate   money.Rate      `json:"rate"`
	Amount money.Fen       `json:"amount"`
}

// AttestContent are a bank's facts, as the query fund.BankFacts gives them.
type AttestContent struct {
	command.Head
	Tender ledgerstate.Ref `json:"tender"`
	BankFacts
}

// TenderContent names a tender.
type TenderContent struct {
	command.Head
	Tender ledgerstate.Ref `json:"tender"`
}

// CancelContent cancels one.
type CancelContent struct {
	command.Head
	Tender ledgerstate.Ref `json:"tender"`
	Reason string          `json:"reason"`
}

// PlaceContent moves an award's money into its account.
type PlaceContent struct {
	command.Head
	Tender  ledgerstate.Ref `json:"tender"`
	Bank    string          `json:"bank"` // MSP
	From    string          `json:"from"`
	To      string          `json:"to"`      // agreed account at that bank, empty
	Account string          `json:"account"` // its number, as on the payment order
	Value   calendar.Date   `json:"value"`
	Voucher string          `json:"voucher"`
}

const maxTermMonths = 12

func (c AnnounceContent) valid() error {
	t := c.TenderTerms
	w := t.Weights
	sum := 0
	for _, n := range []int{w.Growth, w.Balance, w.LoanRate, w.Inclusive, w.Performing, w.DepositRate} {
		if n < 0 || n > 100 {
			return WeightsSum.At("weights", "0..100", n)
		}
		sum += n
	}
	switch {
	case sum != 100:
		return WeightsSum.At("weights", 100, sum)
	case t.Months < 1 || t.Months > maxTermMonths:
		return TenderTerm.At("months", "1..12", t.Months)
	case t.Deadline < c.Date || !t.Deadline.Valid():
		return TenderForm.At("deadline", c.Date, t.Deadline)
	case t.Reveal <= t.Deadline || !t.Reveal.Valid():
		return TenderForm.At("reveal", t.Deadline, t.Reveal)
	case !t.From.Valid() || t.To < t.From || t.To > t.Reveal:
		return TenderForm.At("to", t.Reveal, t.To)
	}
	return first(tenderNo(c.Tender.No), positive("amount", t.Amount))
}

// tenderNo refuses a number that would not stand on a line of its own in a
// bid.
func tenderNo(no string) error {
	for i := 0; i < len(no); i++ {
		if no[i] < ' ' || no[i] == 0x7f {
			return NumberForm.At("tender.no", "1..64 without control characters", invalid.Shown(no))
		}
	}
	return numbered("tender.no", no)
}

// digest reads 32 bytes in hex.
func digest(field, text string) ([]byte, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != SaltSize || hex.EncodeToString(raw) != text {
		return nil, CommitmentForm.At(field, "64 of 0-9a-f", len(text))
	}
	return raw, nil
}

func (f BankFacts) valid() error {
	for _, x := range []struct {
		field  string
		amount money.Fen
	}{{"lent", f.Lent}, {"credit", f.Credit}, {"credit_before", f.CreditBefore}, {"inclusive", f.Inclusive}, {"loan_balance", f.Balance}, {"non_performing_principal", f.NonPerforming}} {
		if err := balance(x.field, x.amount); err != nil {
			return err
		}
	}
	if f.LoanRate < 0 || f.LoanRate > money.MaxRate {
		return FactsWrong.At("average_rate", "0.."+money.Rate(money.MaxRate).String(), f.LoanRate)
	}
	return nil
}
