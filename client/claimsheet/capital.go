package claimsheet

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/money"
)

var (
	digits   = []string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	places   = []string{"", "拾", "佰", "仟"}
	sections = []string{"", "万", "亿", "万亿"}
)

// Capital 大写金额 is an amount in words that cannot be altered, as bills and
// official papers state it (支付结算办法 附一).
func Capital(f money.Fen) string {
	if f < 0 {
		return "负" + Capital(-f)
	}
	yuan, cents := int64(f/money.Yuan), int64(f%money.Yuan)
	var b strings.Builder
	if yuan > 0 {
		b.WriteString(whole(yuan) + "元")
	}
	ten, one := cents/10, cents%10
	switch {
	case cents == 0 && yuan == 0:
		return "零元整"
	case cents == 0:
		b.WriteString("整")
	default:
		if ten > 0 {
			b.WriteString(digits[ten] + "角")
		} else if yuan > 0 {
			b.WriteString("零")
		}
		if one > 0 {
			b.WriteString(digits[one] + "分")
		} else {
			b.WriteString("整")
		}
	}
	return b.String()
}

// whole writes yuan out in sections of four digits. Zeros in between are said
// once.
func whole(n int64) string {
	var parts []string
	var values []int64
	for ; n > 0; n /= 10000 {
		values = append(values, n%10000)
	}
	zero := false
	for i := len(values) - 1; i >= 0; i-- {
		v := values[i]
		if v == 0 {
			zero = len(parts) > 0
			continue
		}
		if len(parts) > 0 && (zero || v < 1000) {
			parts = append(parts, digits[0])
		}
		parts = append(parts, section(v)+sections[i])
		zero = false
	}
	return strings.Join(parts, "")
}

func section(v int64) string {
	var b strings.Builder
	zero := false
	for p := 3; p >= 0; p-- {
		d := v / []int64{1, 10, 100, 1000}[p] % 10
		if d == 0 {
			zero = b.Len() > 0
			continue
		}
		if zero {
			b.WriteString(digits[0])
			zero = false
		}
		b.WriteString(digits[d] + places[p])
	}
	return b.String()
}
