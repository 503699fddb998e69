package identifier

import (
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Industry is a class of GB/T 4754-2017: section 门类, division 大类 and, when
// given to that depth, group 中类 and class 小类.
type Industry struct {
	Section byte   // 'A' to 'T'
	Code    string // two to four digits
}

var sections = [...]struct {
	letter      byte
	first, last int // divisions
	zh          string
}{
	{'A', 1, 5, "农、林、牧、渔业"}, {'B', 6, 12, "采矿业"}, {'C', 13, 43, "制造业"}, {'D', 44, 46, "电力、热力、燃气及水生产和供应业"},
	{'E', 47, 50, "建筑业"}, {'F', 51, 52, "批发和零售业"}, {'G', 53, 60, "交通运输、仓储和邮政业"}, {'H', 61, 62, "住宿和餐饮业"},
	{'I', 63, 65, "信息传输、软件和信息技术服务业"}, {'J', 66, 69, "金融业"}, {'K', 70, 70, "房地产业"}, {'L', 71, 72, "租赁和商务服务业"},
	{'M', 73, 75, "科学研究和技术服务业"}, {'N', 76, 79, "水利、环境和公共设施管理业"}, {'O', 80, 82, "居民服务、修理和其他服务业"}, {'P', 83, 83, "教育"},
	{'Q', 84, 85, "卫生和社会工作"}, {'R', 86, 90, "文化、体育和娱乐业"}, {'S', 91, 96, "公共管理、社会保障和社会组织"}, {'T', 97, 97, "国际组织"},
}

// ParseIndustry reads a code of two to four digits, with or without its
// section letter: "0313", "A0313", "A03". The division must exist and belong to
// the section; deeper levels are amended too often to be listed here.
func ParseIndustry(code string) (Industry, error) {
	fail := func(errorCode, limit, zh, en string) (Industry, error) {
		return Industry{}, &invalid.Error{Code: errorCode, Limit: limit, Value: invalid.Shown(code), Zh: zh, En: en, Hint: "write it like A0313 or 0313"}
	}
	rest := upper(code)
	var letter byte
	if rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
		letter, rest = rest[0], rest[1:]
	}
	if len(rest) < 2 || len(rest) > 4 || !digits(rest) {
		return fail("INDUSTRY_FORMAT", "A-T and 2 to 4 digits", "行业代码格式不对", "the industry code is malformed")
	}
	division := int(rest[0]-'0')*10 + int(rest[1]-'0')
	for _, s := range sections {
		if division < s.first || division > s.last {
			continue
		}
		if letter != 0 && letter != s.letter {
			return fail("INDUSTRY_SECTION", string(s.letter)+rest[:2], "行业门类与大类不符", "the division belongs to another section")
		}
		return Industry{s.letter, rest}, nil
	}
	return fail("INDUSTRY_UNKNOWN", "01..97", "行业大类不存在", "no such division")
}

// String is the code with its section letter: "A0313".
func (i Industry) String() string {
	if i.Section == 0 {
		return ""
	}
	return string(i.Section) + i.Code
}

// Division is the number of the 大类.
func (i Industry) Division() int {
	if len(i.Code) < 2 {
		return 0
	}
	return int(i.Code[0]-'0')*10 + int(i.Code[1]-'0')
}

// SectionName is the Chinese name of a section; empty for a letter that is none.
func SectionName(section byte) string {
	for _, s := range sections {
		if s.letter == section {
			return s.zh
		}
	}
	return ""
}
