package money

import (
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// decimalFormat is what text must look like to be a number of one kind.
type decimalFormat struct {
	prefix   string // of the error codes
	zh, en   string // what it is called
	unit     string
	decimals int
	max      int64 // in units of the last decimal
	maxShown string
	example  string
}

// unsigned takes the sign off. A plus is never accepted: no file writes one.
func unsigned(text string, signed bool, prefix string) (string, bool, error) {
	if text == "" || text[0] != '-' && text[0] != '+' {
		return text, false, nil
	}
	if text[0] == '-' && signed {
		return text[1:], true, nil
	}
	return "", false, &Error{Code: prefix + "_SIGN", Limit: "no sign", Value: invalid.Shown(text),
		Zh: "此处不得带正负号", En: "a sign is not allowed here", Hint: "write the number without + or -"}
}

// decimal reads digits with at most f.decimals decimals, exactly.
func decimal(text string, f decimalFormat) (int64, error) {
	if text == "" {
		return 0, &Error{Code: f.prefix + "_EMPTY", Limit: f.unit + ", at most " + strconv.Itoa(f.decimals) + " decimals",
			Zh: f.zh + "为空", En: "the " + f.en + " is empty", Hint: "write it like " + f.example}
	}
	malformed := func(zh, en string) error {
		return &Error{Code: f.prefix + "_FORMAT", Limit: "digits, at most " + strconv.Itoa(f.decimals) + " decimals",
			Value: invalid.Shown(text), Zh: f.zh + zh, En: "the " + f.en + " " + en, Hint: "write it like " + f.example}
	}
	whole, fraction, point := strings.Cut(text, ".")
	if whole == "" || point && fraction == "" {
		return 0, malformed("格式不对", "needs digits on both sides of the point")
	}
	for _, part := range []string{whole, fraction} {
		for i := 0; i < len(part); i++ {
			switch c := part[i]; {
			case c >= '0' && c <= '9':
			case c == ',' || c == '\'' || c == '_' || c == ' ':
				return 0, &Error{Code: f.prefix + "_SEPARATOR", Limit: "no separators", Value: invalid.Shown(text),
					Zh: f.zh + "不得带分隔符", En: "the " + f.en + " has separators", Hint: "write it like " + f.example}
			default:
				return 0, malformed("格式不对", "is not a decimal number")
			}
		}
	}
	if len(fraction) > f.decimals {
		return 0, &Error{Code: f.prefix + "_DECIMALS", Limit: strconv.Itoa(f.decimals) + " decimals", Value: invalid.Shown(text),
			Zh: f.zh + "的小数位数过多", En: "the " + f.en + " has too many decimals", Hint: "write it like " + f.example}
	}
	// No number of the program is as long as a hundred characters; long
	// rows of zeros are a mistake or an attack, so the length is judged too.
	tooLarge := &Error{Code: f.prefix + "_TOO_LARGE", Limit: f.maxShown + " " + f.unit, Value: invalid.Shown(text),
		Zh: f.zh + "过大", En: "the " + f.en + " is too large", Hint: "check the unit"}
	if len(whole) > 18 {
		return 0, tooLarge
	}
	var n int64
	for i := 0; i < len(whole); i++ {
		n = n*10 + int64(whole[i]-'0')
	}
	scale := int64(1)
	for range f.decimals {
		scale *= 10
	}
	if n > f.max/scale {
		return 0, tooLarge
	}
	n *= scale
	for i := 0; i < len(fraction); i++ {
		scale /= 10
		n += int64(fraction[i]-'0') * scale
	}
	if n > f.max {
		return 0, tooLarge
	}
	return n, nil
}
