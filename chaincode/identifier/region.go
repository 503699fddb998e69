package identifier

import (
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Region is an administrative division of Qinghai with its GB/T 2260 code.
// From and Until are the first and last year in whose published tables the
// code stands; zero is open. They tell a present code from a historical one
// and are not dates of law.
type Region struct {
	Code        string
	Name        string
	From, Until int
	Successor   string // the code that took its place, when Until is set
}

// Level is what kind of division a code denotes.
type Level uint8

const (
	Province   Level = iota + 1 // 省
	Prefecture                  // 市、州、地区
	County                      // 区、县、县级市
)

// Level is the division's level, from its code.
func (r Region) Level() Level {
	switch {
	case r.Code[2:] == "0000":
		return Province
	case r.Code[4:] == "00":
		return Prefecture
	}
	return County
}

// Prefecture is the code of the prefecture a county belongs to: 632701 → 632700.
func (r Region) Prefecture() string { return r.Code[:4] + "00" }

// In reports whether the code stood in the table of a year.
func (r Region) In(year int) bool {
	return (r.From == 0 || year >= r.From) && (r.Until == 0 || year <= r.Until)
}

// collective reports a code that stands for all districts of a city 市辖区:
// registrars use it, no place is in it.
func (r Region) collective() bool { return strings.HasSuffix(r.Name, "市辖区") }

// regions are the codes of Qinghai, present and past, ascending.
var regions = [...]Region{
	{Code: "630000", Name: "青海省"},
	{Code: "630100", Name: "西宁市"},
	{Code: "630101", Name: "西宁市市辖区"},
	{Code: "630102", Name: "城东区"},
	{Code: "630103", Name: "城中区"},
	{Code: "630104", Name: "城西区"},
	{Code: "630105", Name: "城北区"},
	{Code: "630106", Name: "湟中区", From: 2020},
	{Code: "630121", Name: "大通回族土族自治县"},
	{Code: "630122", Name: "湟中县", From: 2000, Until: 2019, Successor: "630106"},
	{Code: "630123", Name: "湟源县", From: 2000},
	{Code: "630200", Name: "海东市", From: 2013},
	{Code: "630201", Name: "海东市市辖区", From: 2013},
	{Code: "630202", Name: "乐都区", From: 2013},
	{Code: "630203", Name: "平安区", From: 2015},
	{Code: "630221", Name: "平安县", From: 2013, Until: 2014, Successor: "630203"},
	{Code: "630222", Name: "民和回族土族自治县", From: 2013},
	{Code: "630223", Name: "互助土族自治县", From: 2013},
	{Code: "630224", Name: "化隆回族自治县", From: 2013},
	{Code: "630225", Name: "循化撒拉族自治县", From: 2013},
	{Code: "632100", Name: "海东地区", Until: 2012, Successor: "630200"},
	{Code: "632121", Name: "平安县", Until: 2012, Successor: "630221"},
	{Code: "632122", Name: "民和回族土族自治县", Until: 2012, Successor: "630222"},
	{Code: "632123", Name: "乐都县", Until: 2012, Successor: "630202"},
	{Code: "632124", Name: "湟中县", Until: 1999, Successor: "630122"},
	{Code: "632125", Name: "湟源县", Until: 1999, Successor: "630123"},
	{Code: "632126", Name: "互助土族自治县", Until: 2012, Successor: "630223"},
	{Code: "632127", Name: "化隆回族自治县", Until: 2012, Successor: "630224"},
	{Code: "632128", Name: "循化撒拉族自治县", Until: 2012, Successor: "630225"},
	{Code: "632200", Name: "海北藏族自治州"},
	{Code: "632221", Name: "门源回族自治县"},
	{Code: "632222", Name: "祁连县"},
	{Code: "632223", Name: "海晏县"},
	{Code: "632224", Name: "刚察县"},
	{Code: "632300", Name: "黄南藏族自治州"},
	{Code: "632301", Name: "同仁市", From: 2020},
	{Code: "632321", Name: "同仁县", Until: 2019, Successor: "632301"},
	{Code: "632322", Name: "尖扎县"},
	{Code: "632323", Name: "泽库县"},
	{Code: "632324", Name: "河南蒙古族自治县"},
	{Code: "632500", Name: "海南藏族自治州"},
	{Code: "632521", Name: "共和县"},
	{Code: "632522", Name: "同德县"},
	{Code: "632523", Name: "贵德县"},
	{Code: "632524", Name: "兴海县"},
	{Code: "632525", Name: "贵南县"},
	{Code: "632600", Name: "果洛藏族自治州"},
	{Code: "632621", Name: "玛沁县"},
	{Code: "632622", Name: "班玛县"},
	{Code: "632623", Name: "甘德县"},
	{Code: "632624", Name: "达日县"},
	{Code: "632625", Name: "久治县"},
	{Code: "632626", Name: "玛多县"},
	{Code: "632700", Name: "玉树藏族自治州"},
	{Code: "632701", Name: "玉树市", From: 2013},
	{Code: "632721", Name: "玉树县", Until: 2012, Successor: "632701"},
	{Code: "632722", Name: "杂多县"},
	{Code: "632723", Name: "称多县"},
	{Code: "632724", Name: "治多县"},
	{Code: "632725", Name: "囊谦县"},
	{Code: "632726", Name: "曲麻莱县"},
	{Code: "632800", Name: "海西蒙古族藏族自治州"},
	{Code: "632801", Name: "格尔木市"},
	{Code: "632802", Name: "德令哈市"},
	{Code: "632803", Name: "茫崖市", From: 2018},
	{Code: "632821", Name: "乌兰县"},
	{Code: "632822", Name: "都兰县"},
	{Code: "632823", Name: "天峻县"},
	{Code: "632857", Name: "大柴旦行政委员会"}, // a code of the statistics bureau; no county by law
}

var regionByCode = func() map[string]Region {
	m := make(map[string]Region, len(regions))
	for _, r := range regions {
		m[r.Code] = r
	}
	return m
}()

// Regions are all codes of Qinghai, present and past, ascending.
func Regions() []Region { return append([]Region(nil), regions[:]...) }

// Counties are the county-level divisions of a year, ascending: where a
// business can be located.
func Counties(year int) []Region {
	var counties []Region
	for _, r := range regions {
		if r.Level() == County && !r.collective() && r.In(year) {
			counties = append(counties, r)
		}
	}
	return counties
}

// ParseRegion finds a code of Qinghai, present or past.
func ParseRegion(code string) (Region, error) {
	if r, ok := regionByCode[code]; ok {
		return r, nil
	}
	return Region{}, &invalid.Error{Code: "REGION_UNKNOWN", Limit: "63xxxx of GB/T 2260", Value: invalid.Shown(code),
		Zh: "行政区划代码不在青海省（含历史）代码表中", En: "the region code is not in Qinghai's present or historical list", Hint: "write six digits like 630105"}
}

// ParseRegionIn is ParseRegion for a code that must be of a year's table. The
// error names the code that took its place.
func ParseRegionIn(code string, year int) (Region, error) {
	r, err := ParseRegion(code)
	if err != nil || r.In(year) {
		return r, err
	}
	hint := "use the code of that year"
	if r.Successor != "" && year > r.Until {
		hint = "use " + current(r, year).Code
	}
	return Region{}, &invalid.Error{Code: "REGION_NOT_CURRENT", Limit: "codes of " + strconv.Itoa(year), Value: r.Code + " " + r.Name,
		Zh: "该行政区划代码在该年度不适用", En: "the region code is not of that year", Hint: hint}
}

// current follows successors to the code of a year.
func current(r Region, year int) Region {
	for !r.In(year) && r.Successor != "" {
		r = regionByCode[r.Successor]
	}
	return r
}

// provinces are the first two digits of GB/T 2260; 10 is a national registrar.
const provinces = "10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 "

// registrarRegion reports whether a USCC's region part can be a registrar's.
// Qinghai's must be in the historical list or a park's (6329xx); of other
// provinces only the province is known here.
func registrarRegion(code string) bool {
	if !digits(code) {
		return false
	}
	if code[:2] == "63" {
		_, listed := regionByCode[code]
		return listed || code[:4] == "6329"
	}
	for i := 0; i < len(provinces); i += 3 {
		if provinces[i:i+2] == code[:2] {
			return true
		}
	}
	return false
}
