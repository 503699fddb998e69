package identifier

import (
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// CheckResidentID checks a resident ID: 18 characters, a date of birth that
// exists and is not before 1800, and the check character.
func CheckResidentID(code string) Check {
	c := newCheck(ResidentID, code)
	long := c.length("RESIDENT_ID_LENGTH", 18)
	position, shown := at(c.Value, func(position int, r rune) bool { return r >= '0' && r <= '9' || r == 'X' && position == 18 })
	if position > 0 {
		c.fail("RESIDENT_ID_CHARACTER", "第 "+strconv.Itoa(position)+" 位字符不允许（前 17 位为数字，末位为数字或 X）",
			"character "+strconv.Itoa(position)+" "+shown+" is not allowed (17 digits, then a digit or X)")
	}
	if !long || position > 0 {
		return c.finish()
	}
	number := func(from, to int) int { n, _ := strconv.Atoi(c.Value[from:to]); return n }
	year, month, day := number(6, 10), number(10, 12), number(12, 14)
	if year < 1800 || month < 1 || month > 12 || day < 1 || day > calendar.DaysIn(year, month) {
		c.fail("RESIDENT_ID_DATE", "出生日期 "+c.Value[6:14]+" 不存在或早于 1800 年", "the date of birth "+c.Value[6:14]+" does not exist or is before 1800")
	}
	if want := ResidentIDCheckCharacter(c.Value[:17]); c.Value[17] != want {
		c.fail("RESIDENT_ID_CHECK_CHARACTER", "校验码不符，按前 17 位应为 "+string(want), "the check character does not match: the first 17 give "+string(want))
	}
	return c.finish()
}

// ResidentIDCheckCharacter is the eighteenth character for seventeen digits
// (ISO 7064 MOD 11-2).
func ResidentIDCheckCharacter(first17 string) byte {
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(first17[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// MaskResidentID hides the date of birth and whatever is not the region or
// the last four: 630105********123X. Text of another length is hidden whole.
func MaskResidentID(code string) string {
	if len(code) != 18 {
		return strings.Repeat("*", 18)
	}
	return code[:6] + "********" + code[14:]
}
