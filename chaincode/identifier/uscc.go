package identifier

import (
	"strconv"
	"strings"
)

// usccAlphabet leaves out I, O, S, V and Z (GB 32100-2015, 4.2).
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccWeights are 3^i mod 31.
var usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// usccPrefixes are the registrars 登记管理部门 with their kinds of organization 机构类别.
var usccPrefixes = map[byte]string{
	'1': "1239",   // 机构编制: 机关, 事业单位, 群众团体, 其他
	'2': "19",     // 外交
	'3': "123459", // 司法行政: 律师, 公证, 基层法律服务, 司法鉴定, 仲裁, 其他
	'4': "19",     // 文化
	'5': "1239",   // 民政: 社会团体, 民办非企业, 基金会, 其他
	'6': "129",    // 旅游
	'7': "129",    // 宗教
	'8': "19",     // 工会
	'9': "123",    // 市场监管: 企业, 个体工商户, 农民专业合作社
	'A': "19",     // 军队
	'N': "1239",   // 农业: 组, 村, 乡镇集体经济组织, 其他
	'Y': "1",      // 其他
}

// CheckUSCC checks a unified social credit code. Length, alphabet and check
// character are errors. Registrar and kind, region and organization-code
// check are warnings: genuine old codes may fail them.
func CheckUSCC(code string) Check {
	c := newCheck(USCC, code)
	long := c.length("USCC_LENGTH", 18)
	position, shown := at(c.Value, func(_ int, r rune) bool { return r < 0x80 && strings.ContainsRune(usccAlphabet, r) })
	if position > 0 {
		c.fail("USCC_ALPHABET", "第 "+strconv.Itoa(position)+" 位字符不允许（只用数字和除 I、O、S、V、Z 外的大写字母）",
			"character "+strconv.Itoa(position)+" "+shown+" is not allowed (digits and capitals without I, O, S, V, Z)")
	}
	if !long || position > 0 {
		return c.finish()
	}
	if want := USCCCheckCharacter(c.Value[:17]); c.Value[17] != want {
		c.fail("USCC_CHECK_CHARACTER", "校验码不符，按前 17 位应为 "+string(want), "the check character does not match: the first 17 give "+string(want))
	}
	if !strings.Contains(usccPrefixes[c.Value[0]], c.Value[1:2]) {
		c.warn("USCC_PREFIX", "登记管理部门和机构类别代码 "+c.Value[:2]+" 未知", "registrar and kind "+c.Value[:2]+" are unknown")
	}
	if region := c.Value[2:8]; !registrarRegion(region) {
		c.warn("USCC_REGION", "登记机关行政区划码 "+region+" 未知", "the registrar's region "+region+" is unknown")
	}
	if want := organizationCheck(c.Value[8:16]); c.Value[16] != want {
		c.warn("USCC_ORGANIZATION_CODE", "主体标识码的校验码不符，应为 "+string(want), "the organization code's check does not match: it would be "+string(want))
	}
	return c.finish()
}

// USCCCheckCharacter is the eighteenth character for the first seventeen,
// which must be of the alphabet.
func USCCCheckCharacter(first17 string) byte {
	sum := 0
	for i, weight := range usccWeights {
		sum += weight * strings.IndexByte(usccAlphabet, first17[i])
	}
	return usccAlphabet[(31-sum%31)%31]
}

// organizationCheck is the ninth character of an organization code (GB 11714).
func organizationCheck(first8 string) byte {
	sum := 0
	for i, weight := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		value := int(first8[i] - '0')
		if !digit(first8[i]) {
			value = int(first8[i]-'A') + 10
		}
		sum += weight * value
	}
	return "0X987654321"[sum%11]
}

// OrganizationCode completes eight characters to an organization code, as a
// generator of synthetic codes needs.
func OrganizationCode(first8 string) string { return first8 + string(organizationCheck(first8)) }
