package fund

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const (
	maxNumber = 64  // bytes of a number or voucher
	maxText   = 200 // bytes of a note or reason
	maxCode   = 24  // of an account's code
	leastNo   = 6   // digits of an account's number
	mostNo    = 34  // an IBAN is no longer
	lastFour  = 4
)

// first gives the first refusal of a list of checks.
func first(checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

func positive(field string, amount money.Fen) error {
	if amount <= 0 || amount > money.Max {
		return AmountRange.At(field, "0.01.."+money.Max.String(), amount)
	}
	return nil
}

func balance(field string, amount money.Fen) error {
	if amount < 0 || amount > money.Max {
		return AmountRange.At(field, "0.."+money.Max.String(), amount)
	}
	return nil
}

func voucher(text string) error {
	if n := len(text); n < 1 || n > maxNumber {
		return VoucherForm.At("voucher", "1..64", n)
	}
	return nil
}

func numbered(field, text string) error {
	if n := len(text); n < 1 || n > maxNumber {
		return NumberForm.At(field, "1..64", n)
	}
	return nil
}

func written(field, text string) error {
	if n := len(text); n < 1 || n > maxText {
		return TextLength.At(field, "1..200", n)
	}
	return nil
}

func optional(field, text string) error {
	if n := len(text); n > maxText {
		return TextLength.At(field, "0..200", n)
	}
	return nil
}

// coded refuses what is no code of an account.
func coded(field, code string) error {
	ok := len(code) >= 1 && len(code) <= maxCode
	for i := 0; i < len(code) && ok; i++ {
		c := code[i]
		ok = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-'
	}
	if !ok {
		return DepositCode.At(field, "1..24 of A-Z a-z 0-9 -", invalid.Shown(code))
	}
	return nil
}

// accountNumber refuses what is no account's number. The value is not
// repeated: refusals stand in receipts.
func accountNumber(field, number string) error {
	ok := len(number) >= leastNo && len(number) <= mostNo
	for i := 0; i < len(number) && ok; i++ {
		c := number[i]
		ok = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z'
	}
	if !ok {
		return AccountForm.At(field, strconv.Itoa(leastNo)+".."+strconv.Itoa(mostNo)+" of 0-9 A-Z", len(number))
	}
	return nil
}
