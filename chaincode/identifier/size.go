package identifier

import (
	"strconv"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Size is the statistical size of an enterprise. Its number is the code of
// the statistics: 1 is large, 4 is micro.
type Size uint8

const (
	Large  Size = iota + 1 // 大型
	Medium                 // 中型
	Small                  // 小型
	Micro                  // 微型
)

// SizeRule names the version of the rule that SizeOf applies; it is kept with
// a size, which is judged by the rule and the figures of its date.
const SizeRule = "国统字〔2017〕213号"

var sizeNames = [...]struct{ code, zh string }{{}, {"large", "大型"}, {"medium", "中型"}, {"small", "小型"}, {"micro", "微型"}}

// Valid reports whether s is one of the four sizes.
func (s Size) Valid() bool { return s >= Large && s <= Micro }

func (s Size) String() string {
	if !s.Valid() {
		return ""
	}
	return sizeNames[s].code
}

// Zh is the Chinese name of the size.
func (s Size) Zh() string {
	if !s.Valid() {
		return ""
	}
	return sizeNames[s].zh
}

// ParseSize reads large, medium, small or micro, or 大型 to 微型.
func ParseSize(text string) (Size, error) {
	for s := Large; s <= Micro; s++ {
		if text == sizeNames[s].code || text == sizeNames[s].zh {
			return s, nil
		}
	}
	return 0, &invalid.Error{Code: "SIZE_UNKNOWN", Limit: "large, medium, small, micro", Value: invalid.Shown(text),
		Zh: "企业规模未知", En: "unknown enterprise size", Hint: "choose 大型, 中型, 小型 or 微型"}
}

func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Size) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*s = 0
		return nil
	}
	*s, err = ParseSize(string(text))
	return err
}

func (s Size) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(s)) }

func (s *Size) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := dec.DecodeInt64()
	if err != nil {
		return err
	}
	if n < 0 || n > int64(Micro) {
		return &invalid.Error{Code: "SIZE_UNKNOWN", Limit: "0..4", Value: strconv.FormatInt(n, 10), Zh: "企业规模未知", En: "unknown enterprise size", Hint: "the stored value is damaged"}
	}
	*s = Size(n)
	return nil
}

// Figures are what the size of an enterprise is judged by.
type Figures struct {
	Employees int       // X 从业人员, at the year's end
	Revenue   money.Fen // Y 营业收入, of the year
	Assets    money.Fen // Z 资产总额, at the year's end
}

// bounds are the least figures of a size; a zero bound always holds.
// Revenue and assets in ten thousands of yuan 万元, as the rule prints them.
type bounds struct{ x, y, z int64 }

// sizeTable is the rule's table: the least figures of large, medium and small.
var sizeTable = map[string][3]bounds{
	"农林牧渔":  {{y: 20000}, {y: 500}, {y: 50}},
	"工业":    {{x: 1000, y: 40000}, {x: 300, y: 2000}, {x: 20, y: 300}},
	"建筑":    {{y: 80000, z: 80000}, {y: 6000, z: 5000}, {y: 300, z: 300}},
	"批发":    {{x: 200, y: 40000}, {x: 20, y: 5000}, {x: 5, y: 1000}},
	"零售":    {{x: 300, y: 20000}, {x: 50, y: 500}, {x: 10, y: 100}},
	"交通运输":  {{x: 1000, y: 30000}, {x: 300, y: 3000}, {x: 20, y: 200}},
	"仓储":    {{x: 200, y: 30000}, {x: 100, y: 1000}, {x: 20, y: 100}},
	"邮政":    {{x: 1000, y: 30000}, {x: 300, y: 2000}, {x: 20, y: 100}},
	"住宿餐饮":  {{x: 300, y: 10000}, {x: 100, y: 2000}, {x: 10, y: 100}},
	"信息传输":  {{x: 2000, y: 100000}, {x: 100, y: 1000}, {x: 10, y: 100}},
	"软件信息":  {{x: 300, y: 10000}, {x: 100, y: 1000}, {x: 10, y: 50}},
	"房地产开发": {{y: 200000, z: 10000}, {y: 1000, z: 5000}, {y: 100, z: 2000}},
	"物业":    {{x: 1000, y: 5000}, {x: 300, y: 1000}, {x: 100, y: 500}},
	"租赁商务":  {{x: 300, z: 120000}, {x: 100, z: 8000}, {x: 10, z: 100}},
	"其他":    {{x: 300}, {x: 100}, {x: 10}},
}

const tenThousandYuan = 10000 * money.Yuan

// SizeOf is the size of an enterprise: the largest for which it reaches every
// bound, micro when it misses one of the bounds of small. Sole traders and
// co-operatives are not sized. Finance (J) has a rule of its own, and public
// bodies (S, T) are no enterprises: both are errors.
func SizeOf(industry Industry, f Figures) (Size, error) {
	row, err := sizeRow(industry)
	if err != nil {
		return 0, err
	}
	if f.Employees < 0 || f.Revenue < 0 || f.Assets < 0 {
		return 0, &invalid.Error{Code: "SIZE_FIGURES", Limit: "0 or more",
			Value: strconv.Itoa(f.Employees) + ", " + f.Revenue.String() + ", " + f.Assets.String(),
			Zh:    "从业人员、营业收入和资产总额不得为负", En: "employees, revenue and assets must not be negative", Hint: "check the figures"}
	}
	for i, b := range sizeTable[row] {
		if int64(f.Employees) >= b.x && f.Revenue >= money.Fen(b.y)*tenThousandYuan && f.Assets >= money.Fen(b.z)*tenThousandYuan {
			return Large + Size(i), nil
		}
	}
	return Micro, nil
}

// sizeRow is the row of the table for an industry. What the rule does not
// list (railways, education, health, letting of property among it) stands
// under 其他未列明行业.
func sizeRow(industry Industry) (string, error) {
	group := ""
	if len(industry.Code) >= 3 {
		group = industry.Code[:3]
	}
	needsGroup := func() (string, error) {
		return "", &invalid.Error{Code: "INDUSTRY_TOO_COARSE", Limit: "3 or 4 digits", Value: industry.String(),
			Zh: "按该行业大类无法判定规模，须给出中类", En: "this division holds rows of different bounds", Hint: "give the class, like K7010"}
	}
	switch division := industry.Division(); industry.Section {
	case 'A':
		return "农林牧渔", nil
	case 'B', 'C', 'D':
		return "工业", nil
	case 'E':
		return "建筑", nil
	case 'F':
		if division == 51 {
			return "批发", nil
		}
		return "零售", nil
	case 'G':
		switch division {
		case 53:
			return "其他", nil
		case 59:
			switch group {
			case "":
				return needsGroup()
			case "591": // 装卸搬运
				return "交通运输", nil
			}
			return "仓储", nil
		case 60:
			return "邮政", nil
		}
		return "交通运输", nil
	case 'H':
		return "住宿餐饮", nil
	case 'I':
		if division == 65 {
			return "软件信息", nil
		}
		return "信息传输", nil
	case 'K':
		switch group {
		case "":
			return needsGroup()
		case "701":
			return "房地产开发", nil
		case "702":
			return "物业", nil
		}
		return "其他", nil
	case 'L':
		return "租赁商务", nil
	case 'M', 'N', 'O', 'P', 'Q', 'R':
		return "其他", nil
	}
	return "", &invalid.Error{Code: "SIZE_NOT_DEFINED", Limit: "A-I, K-R", Value: industry.String(),
		Zh: "该行业不适用本划型办法", En: "the size rule does not cover this industry", Hint: "leave the size out"}
}
