package formula

import (
	"github.com/qingxinlian/qxl/chaincode/identifier"
)

// SizeAt 备案时规模 is the size of an enterprise by the figures of a date, as the
// statistical rule has it (国统字〔2017〕213号). A filing keeps it: a firm that grows
// later does not lose its compensation.
func SizeAt(industry string, figures identifier.Figures) (identifier.Size, error) {
	class, err := identifier.ParseIndustry(industry)
	if err != nil {
		return 0, err
	}
	return identifier.SizeOf(class, figures)
}
