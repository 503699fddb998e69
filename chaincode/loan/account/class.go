package account

import "github.com/qingxinlian/qxl/chaincode/invalid"

// Class is a class of loan risk 五级分类 (《商业银行金融资产风险分类办法》 2023).
type Class uint8

const (
	Pass           Class = iota // 正常
	SpecialMention              // 关注
	Substandard                 // 次级
	Doubtful                    // 可疑
	Loss                        // 损失
)

// Floors are the days past due above which a loan is at best of a class: 90
// days past due is still special mention, 91 is substandard.
var Floors = [...]struct {
	Class Class
	Above int // days past due
	Code  string
	Zh    string
}{
	{Pass, -1, "normal", "正常"},
	{SpecialMention, 0, "special_mention", "关注"},
	{Substandard, 90, "substandard", "次级"},
	{Doubtful, 270, "doubtful", "可疑"},
	{Loss, 360, "loss", "损失"},
}

// Floor is the best class that days past due allow; a bank may classify worse.
func Floor(daysPastDue int) Class {
	class := Pass
	for _, f := range Floors {
		if daysPastDue > f.Above {
			class = f.Class
		}
	}
	return class
}

func (c Class) String() string {
	if int(c) >= len(Floors) {
		return "unknown"
	}
	return Floors[c].Code
}

// Zh is the class in Chinese.
func (c Class) Zh() string {
	if int(c) >= len(Floors) {
		return "未知"
	}
	return Floors[c].Zh
}

// MarshalText writes the code.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the code.
func (c *Class) UnmarshalText(text []byte) error {
	for _, f := range Floors {
		if f.Code == string(text) {
			*c = f.Class
			return nil
		}
	}
	return &Error{Code: "CLASS_UNKNOWN", Limit: "normal, special_mention, substandard, doubtful, loss", Value: invalid.Shown(string(text)),
		Zh: "五级分类未知", En: "unknown class of loan risk", Hint: "choose one of the five"}
}
