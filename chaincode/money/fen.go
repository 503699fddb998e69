package money

import (
	"math"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Error says why text is not an amount or a rate, or why a result does not fit.
type Error = invalid.Error

// Fen is an amount of money in fen 分, a hundredth of a yuan.
type Fen int64

const (
	// Yuan 元 is a hundred fen.
	Yuan Fen = 100
	// Max is the largest amount that may be entered: 10^15 fen, ten
	// trillion yuan. Sums of amounts may exceed it, up to int64.
	Max Fen = 1e15
)

const maxShown = "10000000000000.00"

// ParseFen reads an amount in yuan without a sign: digits, then optionally a
// point and one or two decimals.
func ParseFen(text string) (Fen, error) { return parseFen(text, false) }

// MustFen reads an amount that the program itself states; it panics on any
// other.
func MustFen(text string) Fen {
	f, err := ParseFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

// ParseSignedFen is ParseFen that also takes a leading minus.
func ParseSignedFen(text string) (Fen, error) { return parseFen(text, true) }

func parseFen(text string, signed bool) (Fen, error) {
	digits, negative, err := unsigned(text, signed, "AMOUNT")
	if err != nil {
		return 0, err
	}
	n, err := decimal(digits, decimalFormat{
		prefix: "AMOUNT", zh: "金额", en: "amount", unit: "yuan", decimals: 2, max: int64(Max), maxShown: maxShown,
		example: "5000.00"})
	if err != nil {
		return 0, err
	}
	if negative {
		n = -n
	}
	return Fen(n), nil
}

// String is the amount in yuan with two decimals and no separators: "5000.00".
func (f Fen) String() string {
	var buf [24]byte
	return string(f.append(buf[:0]))
}

func (f Fen) append(b []byte) []byte {
	u := uint64(f)
	if f < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/100, 10)
	return append(b, '.', byte('0'+u%100/10), byte('0'+u%10))
}

// Display is the amount for people, with thousand separators: "1,234,567.89".
func (f Fen) Display() string {
	text := f.String()
	sign := ""
	if f < 0 {
		sign, text = "-", text[1:]
	}
	whole, decimals := text[:len(text)-3], text[len(text)-3:]
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(c)
	}
	b.WriteString(decimals)
	return b.String()
}

// Add is f + g, an error when the sum does not fit.
func (f Fen) Add(g Fen) (Fen, error) {
	sum := f + g
	if (sum > f) != (g > 0) && g != 0 {
		return 0, overflow("sum", "合计", f.String()+" + "+g.String())
	}
	return sum, nil
}

// Sub is f − g, an error when the difference does not fit.
func (f Fen) Sub(g Fen) (Fen, error) {
	difference := f - g
	if (difference < f) != (g > 0) && g != 0 {
		return 0, overflow("difference", "差额", f.String()+" - "+g.String())
	}
	return difference, nil
}

// Sum adds amounts, an error when a partial sum does not fit.
func Sum(amounts ...Fen) (Fen, error) {
	var total Fen
	for _, amount := range amounts {
		var err error
		if total, err = total.Add(amount); err != nil {
			return 0, err
		}
	}
	return total, nil
}

func overflow(en, zh, value string) *Error {
	return &Error{Code: "AMOUNT_OVERFLOW", Limit: Fen(math.MaxInt64).String(), Value: value,
		Zh: zh + "超出可表示的范围", En: "the " + en + " does not fit", Hint: "check the amounts"}
}
