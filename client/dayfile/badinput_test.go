package dayfile_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/dayfile"
)

// spoiled is the example file of a record type with one text replaced.
func spoiled(t *testing.T, recordType, old, new string) *dayfile.Problem {
	t.Helper()
	for _, r := range dayfile.Records() {
		if r.Type != recordType {
			continue
		}
		raw := example(t, r, dayfile.UTF8)
		require.True(t, bytes.Contains(raw, []byte(old)), "%s in %s", old, raw)
		_, err := check(t, strings.Replace(string(raw), old, new, 1))
		var bad *dayfile.FileError
		require.ErrorAs(t, err, &bad)
		return bad.Problems[0]
	}
	t.Fatalf("no record type %s", recordType)
	return nil
}

// What banks and the Commission mistype, with the message that a clerk reads.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, record, old, new, want string }{
		{"wrong check character of a USCC", "主体登记", "91630100MA00QH013F", "91630100MA00QH013G",
			"第 4 行「主体证件号码」: 校验码不符，按前 17 位应为 F / line 4: the check character does not match: the first 17 give F (value 91630100MA00QH013G); compare it with the certificate"},
		{"USCC with a letter that is not used", "受理", "91630100MA00QH013F", "9163010OMA00QH013F",
			"第 4 行「主体证件号码」: 第 8 位字符不允许（只用数字和除 I、O、S、V、Z 外的大写字母） / line 4: character 8 'O' is not allowed (digits and capitals without I, O, S, V, Z) (value 9163010OMA00QH013F); compare it with the certificate"},
		{"wrong check character of a resident ID", "受理", "91630100MA00QH013F", "630105199001010001",
			"第 4 行「主体证件号码」: 校验码不符，按前 17 位应为 4 / line 4: the check character does not match: the first 17 give 4 (value 630105199001010001); compare it with the certificate"},
		{"unknown region", "主体登记", ",630102,", ",639999,",
			"第 4 行「经营地区划」: 行政区划代码不正确 / line 4: the region is no county of Qinghai on that day (value 639999, limit write six digits like 630105); correct the line: no ledger would take it"},
		{"historical region", "主体登记", ",630102,", ",630122,",
			"第 4 行「经营地区划」: 行政区划代码不正确 / line 4: the region is no county of Qinghai on that day (value 630122, limit use 630106); correct the line: no ledger would take it"},
		{"three decimals", "还款", "5118.62", "5118.625",
			"第 4 行「还款金额」: 金额的小数位数过多 / line 4: the amount has too many decimals (value 5118.625, limit 2 decimals); write it like 5000.00"},
		{"negative amount", "还款", "5118.62", "-5118.62",
			"第 4 行「还款金额」: 此处不得带正负号 / line 4: a sign is not allowed here (value -5118.62, limit no sign); write the number without + or -"},
		{"separators", "还款", "5118.62", `"5,118.62"`,
			"第 4 行「还款金额」: 金额不得带分隔符 / line 4: the amount has separators (value 5,118.62, limit no separators); write it like 5000.00"},
		{"full-width digits", "还款", "5118.62", "５１１８.62",
			"第 4 行「还款金额」: 金额格式不对 / line 4: the amount is not a decimal number (value ５１１８.62, limit digits, at most 2 decimals); type digits, points and letters in half width"},
		{"power of ten", "主体登记", "91630100MA00QH013F", "9.163E+17",
			"第 4 行「主体证件号码」: 应为 18 位，实为 9 位 / line 4: the code has 9 characters, not 18 (value 9.163E+17); an office program turned a long number into a power of ten: format the column as text and enter it again"},
		{"date that does not exist", "还款", "2024-04-22", "2024-04-31",
			"第 4 行「业务日期」: 日期不存在 / line 4: the date does not exist (value 2024-04-31, limit a day of the calendar); check month and day"},
		{"zero repayment", "还款", "5118.62", "0.00",
			"第 4 行「还款金额」: 金额必须大于零且在上限之内 / line 4: the amount must be above zero and within the limit (value 0.00, limit 0.01..100000000000.00); correct the line: no ledger would take it"},
		{"unknown method", "签约", "等额本息", "等额外息",
			"第 4 行「还款方式」: 不是规定的取值 / line 4: the value is not one of the list (value 等额外息, limit 等额本息 (EQI), 等额本金 (EQP), 按期付息到期还本 (IOB), 利随本清 (BUL), 等本等息 (EPI), 按季节还本 (SEA), 随借随还 (REV)); write one of the words listed"},
		{"rejection without a reason", "拒绝", "还款能力不足", "",
			"第 4 行「拒绝原因」: 不得为空 / line 4: the cell is empty (limit required); enter a value like 还款能力不足"},
		{"paper grant without a second person", "授权登记", "OP5", "",
			"第 4 行「复核人」: 纸质授权须双人复核 / line 4: paper is captured by one person and checked by another (limit captured_by and checked_by); correct the line: no ledger would take it"},
		{"payments that do not match", "放款", "6688", "6688;6689",
			"第 4 行「收款账号末四位」: 各项支付的项数不一致 / line 4: the payments' columns do not have the same number of values (value 2 values, limit 1 values, as in 收款人); give one value for each payee, joined by ;"},
		{"a whole account number", "放款", "6688", "6222021234567890",
			"第 4 行「收款账号末四位」: 须为账号末四位 / line 4: the value is not the last four characters of an account (value 16, limit 4 characters); never write a whole account number here"},
		{"bullet loan of two years", "签约", "等额本息,12,", "利随本清,24,",
			"第 4 行「期数」: 利随本清期限不得超过一年 / line 4: a bullet loan runs at most a year (value 24, limit 12); correct the line: no ledger would take it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, spoiled(t, c.record, c.old, c.new).Error())
		})
	}
}
