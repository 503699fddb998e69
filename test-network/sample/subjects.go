package sample

import (
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// borrower is a synthetic subject.
type borrower struct {
	number     string
	kind       subject.Type
	id         subject.IDKind
	name       string
	region     string
	trade      trade
	registered calendar.Date
	employees  int
	revenue    money.Fen
	assets     money.Fen
	person     string // representative or operator; "" for a herder
	signer     string // pseudonym of the representative
	personID   string
	large      bool // borrows what no other bank's customer does
}

// people makes borrowers whose numbers never repeat.
type people struct {
	*random
	counties []identifier.Region
	used     map[string]bool
}

var firstBirth, lastBirth = calendar.MustParse("1962-01-01"), calendar.MustParse("1999-12-31")

func newPeople(r *random) *people {
	return &people{random: r, counties: identifier.Counties(First.Year()), used: map[string]bool{}}
}

// residentID makes a resident ID with the serial 000, which no office gives
// out: within a county each date of birth occurs once.
func (p *people) residentID(region string) string {
	for {
		birth := firstBirth + calendar.Date(p.below(int(lastBirth-firstBirth)))
		first17 := region + strings.ReplaceAll(birth.String(), "-", "") + "000"
		id := first17 + string(identifier.ResidentIDCheckCharacter(first17))
		if !p.used[id] {
			p.used[id] = true
			return id
		}
	}
}

const usccLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// uscc makes a unified social credit code whose organization code begins with
// MA00QH, the mark of this sample.
func (p *people) uscc(kind, region string) string {
	for {
		code := kind + region + identifier.OrganizationCode("MA00QH"+p.text(2, usccLetters))
		code += string(identifier.USCCCheckCharacter(code))
		if !p.used[code] {
			p.used[code] = true
			return code
		}
	}
}

// county draws a county; towns of the east have more business than pastures.
func (p *people) county(pastoral bool) string {
	for {
		c := pick(p.random, p.counties).Code
		east := c[:4] == "6301" || c[:4] == "6302"
		if pastoral == !east || p.percent(30) {
			return c
		}
	}
}

func countyName(code string) string {
	r, err := identifier.ParseRegion(code)
	if err != nil {
		panic(err)
	}
	name := r.Name
	for _, tail := range []string{"回族土族自治县", "土族自治县", "回族自治县", "撒拉族自治县", "蒙古族自治县", "自治县", "行政委员会", "区", "县", "市"} {
		if short, ok := strings.CutSuffix(name, tail); ok && len(short) >= len("西宁") {
			return short
		}
	}
	return name
}

// borrower makes one of a kind. It was registered before its first business
// with the bank.
func (p *people) borrower(kind subject.Type) borrower {
	b := borrower{kind: kind, id: subject.USCC, registered: First - calendar.Date(p.between(1, 30))}
	b.region = p.county(kind == subject.Herder || kind == subject.Cooperative || kind == subject.FamilyRanch)
	b.person = personName(p.random, b.region)
	b.signer = p.text(13, lettersAndDigits)
	county := countyName(b.region)
	brand := pick(p.random, brandFirst) + pick(p.random, brandSecond)
	switch kind {
	case subject.Enterprise:
		b.trade = pick(p.random, companies)
		b.number = p.uscc("91", b.region)
		b.name = county + brand + b.trade.word + "有限公司（示例）"
		b.employees = p.between(3, 180)
		b.revenue = money.Fen(p.between(60, 9000)) * 10_000 * money.Yuan
		b.assets = b.revenue/2 + money.Fen(p.between(20, 4000))*10_000*money.Yuan
		b.personID = p.residentID(b.region)
	case subject.IndividualBusiness:
		b.trade = pick(p.random, shops)
		b.number = p.uscc("92", b.region)
		b.name = county + brand + b.trade.word + "（示例）"
	case subject.Cooperative:
		b.trade = pick(p.random, herding)
		b.number = p.uscc("93", b.region)
		b.name = county + brand + b.trade.word + "专业合作社（示例）"
		b.personID = p.residentID(b.region)
	case subject.FamilyRanch:
		b.trade = pick(p.random, herding[:4])
		b.id = subject.ResidentID
		b.number = p.residentID(b.region)
		b.name = county + b.person + "家庭农牧场（示例）"
	default:
		b.trade = pick(p.random, herding)
		b.id = subject.ResidentID
		b.number = p.residentID(b.region)
		b.name = b.person
		b.person, b.signer = "", ""
	}
	return b
}

// moved is an amendment by which a subject's place of business changed.
func (b *borrower) moved(number, bank string, day calendar.Date, region string) map[string]string {
	return map[string]string{"业务流水号": number, "业务日期": day.String(), "接入机构": bank, "主体证件号码": b.number, "经营地区划": region, "生效日期": day.String()}
}

// succeeded is an amendment by which an enterprise got another legal
// representative.
func (b *borrower) succeeded(number, bank string, day calendar.Date, name, signer, id string) map[string]string {
	return map[string]string{"业务流水号": number, "业务日期": day.String(), "接入机构": bank, "主体证件号码": b.number,
		"法定代表人": name, "代表人代号": signer, "代表人证件号码": id, "生效日期": day.String()}
}

// cells are the subject as its registration names it.
func (b *borrower) cells(number, bank string) map[string]string {
	cells := map[string]string{
		"业务流水号": number, "业务日期": b.registered.String(), "接入机构": bank, "主体证件号码": b.number,
		"主体类型": b.kind.Zh(), "证件类型": b.id.Zh(), "主体名称": b.name, "经营地区划": b.region, "行业代码": b.trade.industry,
		"持有证书": "否",
	}
	if b.kind == subject.Enterprise {
		cells["从业人数"], cells["营业收入"], cells["资产总额"] = fmt.Sprint(b.employees), b.revenue.String(), b.assets.String()
	}
	if b.signer != "" {
		cells["法定代表人"], cells["代表人代号"], cells["代表人证件号码"] = b.person, b.signer, b.personID
	}
	return cells
}
