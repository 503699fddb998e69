package money

import (
	"strconv"
	"strings"
)

// Rate is a rate per year in billionths of one: 9.4822 % is 94,822,000.
// Percent with up to six decimals fit, and nothing finer exists.
type Rate int64

const (
	// One is a rate of 100 %.
	One Rate = 1e9
	// Percent is one percent 百分之一.
	Percent Rate = 1e7
	// BasisPoint is a hundredth of a percent 基点.
	BasisPoint Rate = 1e5
	// MaxRate is the largest rate that may be entered, 1000 % a year. It
	// keeps products within the arithmetic; legal caps are rules of loan.
	MaxRate = 1000 * Percent
)

const rateDecimals = 6 // of a percent; 10 billionths

// ParseRate reads percent a year without a sign, up to six decimals: "9.4822".
func ParseRate(text string) (Rate, error) { return parseRate(text, false) }

// MustRate reads a rate that the program itself states; it panics on any
// other.
func MustRate(text string) Rate {
	r, err := ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// ParseSignedRate is ParseRate that also takes a leading minus, as margins
// below the loan prime rate have.
func ParseSignedRate(text string) (Rate, error) { return parseRate(text, true) }

func parseRate(text string, signed bool) (Rate, error) {
	digits, negative, err := unsigned(text, signed, "RATE")
	if err != nil {
		return 0, err
	}
	n, err := decimal(digits, decimalFormat{
		prefix: "RATE", zh: "利率", en: "rate", unit: "percent", decimals: rateDecimals, max: int64(MaxRate / 10), maxShown: "1000",
		example: "3.85"})
	if err != nil {
		return 0, err
	}
	if negative {
		n = -n
	}
	return Rate(n * 10), nil
}

// String is the rate in percent without trailing zeros: "3.85". Billionths
// that a percent of six decimals cannot state are shown, never dropped.
func (r Rate) String() string {
	u := uint64(r)
	sign := ""
	if r < 0 {
		sign, u = "-", -u
	}
	text := sign + strconv.FormatUint(u/uint64(Percent), 10)
	if rest := u % uint64(Percent); rest != 0 {
		digits := strconv.FormatUint(rest, 10)
		text += "." + strings.TrimRight(strings.Repeat("0", 7-len(digits))+digits, "0")
	}
	return text
}
