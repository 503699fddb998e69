package claimsheet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/claimsheet"
)

// The examples of 支付结算办法 附一, and others.
func TestCapital(t *testing.T) {
	for amount, want := range map[string]string{
		"1409.50":       "壹仟肆佰零玖元伍角整",
		"6007.14":       "陆仟零柒元壹角肆分",
		"1680.32":       "壹仟陆佰捌拾元叁角贰分",
		"107000.53":     "壹拾万柒仟元伍角叁分",
		"16409.02":      "壹万陆仟肆佰零玖元零贰分",
		"325.04":        "叁佰贰拾伍元零肆分",
		"225000.00":     "贰拾贰万伍仟元整",
		"0.00":          "零元整",
		"0.05":          "伍分",
		"0.50":          "伍角整",
		"100000000.00":  "壹亿元整",
		"100000001.00":  "壹亿零壹元整",
		"100010000.00":  "壹亿零壹万元整",
		"1000000000.10": "壹拾亿元壹角整",
		"-3.00":         "负叁元整",
	} {
		f, err := money.ParseSignedFen(amount)
		require.NoError(t, err)
		require.Equal(t, want, claimsheet.Capital(f), amount)
	}
}
