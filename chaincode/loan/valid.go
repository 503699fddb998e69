package loan

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	maxMonths    = 360 // of any loan: what a product may allow at most
	maxGraceDays = 7   // 短期技术性延迟
	maxPayments  = 50  // of one disbursement
	hashSize     = 32  // SHA-256
	maxNumber    = 64  // characters of a natural key
	maxText      = 200 // characters of a reason
)

// positive refuses an amount that is not one.
func positive(field string, amount, most money.Fen) error {
	if amount <= 0 || amount > most {
		return AmountRange.At(field, "0.01.."+most.String(), amount)
	}
	return nil
}

func months(field string, n int) error {
	if n < 1 || n > maxMonths {
		return MonthsRange.At(field, "1..360", n)
	}
	return nil
}

func rated(field string, rate money.Rate) error {
	if rate < 0 || rate > account.MaxRate {
		return RateRange.At(field, "0.."+account.MaxRate.String(), rate)
	}
	return nil
}

func coded(field string, list []Code, code string) error {
	if !known(list, code) {
		return CodeUnknown.At(field, listed(list), code)
	}
	return nil
}

// hash reads a SHA-256 in hex.
func hash(field, text string) ([]byte, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != hashSize || hex.EncodeToString(raw) != text {
		return nil, HashForm.At(field, "64 of 0-9a-f", len(text))
	}
	return raw, nil
}

// numbered refuses a reference without a natural key.
func numbered(field string, ref ledgerstate.Ref) error {
	if n := len(ref.No); n < 1 || n > maxNumber {
		return NumberForm.At(field+".no", "1..64", n)
	}
	return nil
}

// pseudonym refuses what is no pseudonym of a subject.
func pseudonym(field, text string) error {
	if !subject.ValidPseudonym(text) {
		return SubjectForm.At(field, "8 to 32 of a-z0-9", nil)
	}
	return nil
}

// first gives the first refusal of a list of checks.
func first(checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

// inOrder refuses an entry that is dated before the last one.
func inOrder(last, date calendar.Date) *refusal.Refusal {
	if date < last {
		return DateOrder.At("date", last, date)
	}
	return nil
}

// apart refuses the person who took the other decision.
func apart(ctx *command.Context, other []byte) *refusal.Refusal {
	if string(other) == string(ctx.Actor.By()) {
		return SamePerson.At("identity", nil, nil)
	}
	return nil
}
