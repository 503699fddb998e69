package sample

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// entry is one line of a file to be.
type entry struct {
	record string
	cells  map[string]string
	day    calendar.Date // by which lines of a section are ordered
	refuse string        // code with which the ledger refuses it; "" if it accepts it
	serial int           // in which order the bank's entries came about
	sent   calendar.Date // of a year: on or after this day; none: its own day
}

// stage is a file to be: which organization's person sends what.
type stage int

const (
	subjectsStage stage = iota
	grantsStage
	applicationsStage
	withdrawalStage // what is taken back before the bank looks
	acceptanceStage // the bank's officer
	decisionStage   // its approver
	lendingStage    // its second officer
	revocationStage
	reviewStage // its reviewer; of a year
	filingStage // the first officer again; of a scheme
	recoveryStage
	stages
)

// bank makes everything that concerns one bank.
type bank struct {
	*random
	people
	name    string // short name of the organization
	code    string // in numbers
	tables  consortium.Tables
	days    *calendar.WorkingDays
	entries [stages][]entry
	serial  map[string]int
	made    int // entries
	totals  Totals
	open    []*deal // disbursed and not settled at the end
	repaid  []*deal // with two repayments or more
	balance []balance
	marks   Sentinels
	calm    bool    // everybody pays on the day
	lent    []*deal // disbursed, in order
}

type balance struct {
	contract    string
	outstanding money.Fen
}

// deal is one application and what came of it.
type deal struct {
	who         *borrower
	application string
	contract    string
	grant       string
	items       []string // that the grant covers
	product     consortium.Product
	amount      money.Fen
	months      int
	rate        money.Rate
	terms       schedule.Terms
	penalty     int
	grace       int
	guarantee   string
	day         calendar.Date // of the last entry
	account     *account.Account
	state       account.State
	payments    int
	firstNumber string // of the first repayment
	lastAmount  money.Fen
}

func (b *bank) add(s stage, record string, day calendar.Date, cells map[string]string) *entry {
	b.made++
	b.entries[s] = append(b.entries[s], entry{record: record, cells: cells, day: day, serial: b.made})
	return &b.entries[s][len(b.entries[s])-1]
}

// number is the next business number of a kind of line.
func (b *bank) number(prefix string, day calendar.Date) string {
	b.serial[prefix]++
	y, m, d := day.Civil()
	return fmt.Sprintf("%s-%s-%04d%02d%02d-%05d", prefix, b.code, y, m, d, b.serial[prefix])
}

// later is a working day some days on.
func (b *bank) later(day calendar.Date, low, high int) calendar.Date {
	d, err := b.days.OnOrAfter(day + calendar.Date(b.between(low, high)))
	if err != nil {
		panic(err) // the calendar covers the sample's years
	}
	return d
}

// begin draws when somebody applies: herders and farmers in spring, before
// the herds are bought, or in early autumn; others all year.
func (b *bank) begin(kind subject.Type) calendar.Date {
	for {
		day := First + calendar.Date(b.below(int(Last-First)-14))
		_, month, _ := day.Civil()
		seasonal := kind == subject.Herder || kind == subject.FamilyRanch || kind == subject.Cooperative
		if !seasonal || month >= 3 && month <= 5 || month == 9 || b.percent(8) {
			return b.later(day, 0, 0)
		}
	}
}

// terms draws what suits the borrower.
func (b *bank) terms(d *deal) {
	t := &d.terms
	t.EveryMonths = 1
	switch d.who.kind {
	case subject.Herder, subject.FamilyRanch:
		d.amount = money.Fen(b.between(20, 200)) * 1000 * money.Yuan
		switch b.weighted(50, 30, 20) {
		case 0: // due when the animals are sold
			_, month, _ := d.day.Civil()
			t.Method, t.Periods = schedule.Bullet, (10-month+11)%12+1
		case 1:
			t.Method, t.Periods, t.EveryMonths = schedule.InterestOnly, 4, 3
		default:
			t.Method, t.Periods, t.EveryMonths = schedule.EqualPrincipal, 4, 6
		}
	case subject.Cooperative:
		d.amount = money.Fen(b.between(10, 30)) * 10_000 * money.Yuan
		t.Method, t.Periods, t.EveryMonths = schedule.InterestOnly, 4, 3
		if b.percent(40) {
			t.Method, t.Periods = schedule.EqualPrincipal, 8
		}
	case subject.IndividualBusiness:
		d.amount = money.Fen(b.between(5, 50)) * 10_000 * money.Yuan
		t.Method, t.Periods = schedule.EqualInstalment, pick(b.random, []int{12, 18, 24})
	default:
		d.amount = money.Fen(b.between(20, 500)) * 10_000 * money.Yuan
		switch b.weighted(50, 30, 20) {
		case 0:
			t.Method, t.Periods = schedule.EqualInstalment, pick(b.random, []int{12, 24, 36})
		case 1:
			t.Method, t.Periods = schedule.InterestOnly, 12
		default:
			t.Method, t.Periods = schedule.EqualPrincipal, pick(b.random, []int{12, 24})
		}
	}
	if d.who.large {
		// Twelve digits of fen that nobody else has.
		d.amount = money.Fen(b.between(100_000_000, 480_000_000))*1000 + money.Fen(b.between(101, 999))
		t.Method, t.Periods, t.EveryMonths = schedule.InterestOnly, 12, 3
	}
	d.amount = min(d.amount, d.product.MaxPrincipal)
	d.months = t.Periods * t.EveryMonths
	if d.months > d.product.MaxMonths {
		t.Periods = d.product.MaxMonths / t.EveryMonths
		d.months = t.Periods * t.EveryMonths
	}
	// What few contracts do otherwise.
	switch {
	case b.percent(3):
		t.DayCount = pick(b.random, []calendar.DayCount{calendar.Thirty360, calendar.Actual365, calendar.ActualActual, calendar.Actual360})
	case b.percent(3):
		t.Rounding = money.HalfEven
	case b.percent(3):
		t.MonthEnd = calendar.Roll
	case b.percent(3) && t.Method == schedule.EqualInstalment:
		t.Multiple = pick(b.random, []money.Fen{10, money.Yuan, 10 * money.Yuan})
	}
	d.penalty, d.grace = 50, 0
	if b.percent(10) {
		d.penalty = 30
	}
	if b.percent(10) {
		d.grace = 3
	}
	d.guarantee = d.product.Guarantees[0]
	if b.percent(35) {
		d.guarantee = pick(b.random, d.product.Guarantees)
	}
}

// price sets the contract's rate around the prime rate of its two days, in
// steps of five basis points.
func (b *bank) price(d *deal, decided, signed calendar.Date) {
	_, one, _ := b.tables.LPRAt(decided, d.months)
	_, two, _ := b.tables.LPRAt(signed, d.months)
	low, high := -6, 24
	if d.who.kind != subject.Enterprise {
		low, high = 10, 29
	}
	d.rate = min(one, two) + money.Rate(b.between(low, high))*5*money.BasisPoint
}

func (b *bank) productFor(who *borrower) consortium.Product {
	code := who.trade.product
	switch {
	case who.large:
		code = "PRJ"
	case who.kind != subject.Herder && who.kind != subject.FamilyRanch && b.percent(15):
		code = "OTH"
	}
	p, ok := b.tables.Product(code, First)
	if !ok {
		panic("no product " + code)
	}
	return p
}

// apply brings an application to the bank's desk: grant, application,
// routing.
func (b *bank) apply(who *borrower, day calendar.Date) *deal {
	d := &deal{who: who, product: b.productFor(who), day: day}
	b.terms(d)
	b.request(d, day)
	return d
}

// request is the application that the Commission takes down and routes, with
// its grant.
func (b *bank) request(d *deal, day calendar.Date) {
	who := d.who
	d.grant = b.grantFor(d, day, 90)
	d.application = b.number("SQ", day)
	b.add(applicationsStage, "申请", day, map[string]string{
		"业务流水号": d.application, "业务日期": day.String(), "接入机构": b.name, "申请编号": d.application, "主体证件号码": who.number,
		"产品代码": d.product.Code, "申请金额": d.amount.String(), "申请期限月数": strconv.Itoa(d.months),
		"贷款用途": wordOf(loan.Uses, pick(b.random, who.trade.uses)), "受理渠道": wordOf(loan.Channels, channelFor(b.random, who)), "授权编号": d.grant})
	d.day = b.later(day, 0, 1)
	b.add(applicationsStage, "分派", d.day, map[string]string{"业务流水号": b.number("FP", d.day), "业务日期": d.day.String(), "接入机构": b.name, "申请编号": d.application})
}

func channelFor(r *random, who *borrower) string {
	if who.kind == subject.Herder || who.kind == subject.FamilyRanch {
		return pick(r, []string{"STATION", "STATION", "APP", "COUNTER"})
	}
	return pick(r, []string{"PORTAL", "PORTAL", "APP", "HALL", "COUNTER"})
}

func wordOf(list []loan.Code, code string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Zh
		}
	}
	panic("no code " + code)
}

func contractNumber(bank string, year int, region string, n int) string {
	return fmt.Sprintf("HT%s%d%s%06d", bank, year, region, n)
}

// accept gives the application a contract number.
func (b *bank) accept(d *deal, day calendar.Date) *entry {
	d.day = day
	b.serial["contract"]++
	d.contract = contractNumber(b.code, day.Year(), d.who.region, b.serial["contract"])
	return b.add(acceptanceStage, "受理", day, map[string]string{"业务流水号": b.number("SL", day), "业务日期": day.String(),
		"合同编号": d.contract, "申请编号": d.application, "主体证件号码": d.who.number, "授权编号": d.grant})
}

// query is a use of the grant before the bank decides.
func (b *bank) query(d *deal, day calendar.Date) *entry {
	return b.add(acceptanceStage, "信息查询", day, map[string]string{"业务流水号": b.number("CXX", day), "业务日期": day.String(), "授权编号": d.grant,
		"主体证件号码": d.who.number, "用途代码": "01", "信息项": strings.Join(d.items, ";"), "查询事由": d.application})
}

func (b *bank) reject(d *deal) {
	d.day = b.later(d.day, 1, 8)
	if d.day > Last {
		return
	}
	s := acceptanceStage
	if b.percent(40) {
		s = decisionStage
	}
	b.add(s, "拒绝", d.day, map[string]string{"业务流水号": b.number("JJ", d.day), "业务日期": d.day.String(), "合同编号": d.contract,
		"拒绝原因": pick(b.random, loan.RejectReasons[:10]).Zh})
}

// decide is the approver's decision.
func (b *bank) decide(d *deal, day calendar.Date, rate money.Rate) *entry {
	d.day = day
	limit := d.amount
	if b.percent(30) {
		limit = min(d.amount+d.amount/10, d.product.MaxPrincipal)
	}
	return b.add(decisionStage, "授信", day, map[string]string{"业务流水号": b.number("SX", day), "业务日期": day.String(), "合同编号": d.contract,
		"授权编号": d.grant, "授信额度": limit.String(), "授信利率": rate.String(), "授信期限月数": strconv.Itoa(d.months),
		"还款方式": d.terms.Method.Zh(), "担保方式": wordOf(loan.Guarantees, d.guarantee)})
}

func (b *bank) sign(d *deal, day calendar.Date, amount money.Fen) *entry {
	d.day = day
	t := d.terms
	cells := map[string]string{"业务流水号": b.number("QY", day), "业务日期": day.String(), "合同编号": d.contract,
		"合同金额": amount.String(), "年利率": d.rate.String(), "还款方式": t.Method.Zh(), "期数": strconv.Itoa(t.Periods), "每期月数": strconv.Itoa(t.EveryMonths)}
	if t.DayCount != calendar.Unspecified {
		cells["计息基准"] = t.DayCount.String()
	}
	if t.Rounding != money.HalfUp {
		cells["舍入方式"] = t.Rounding.String()
	}
	if t.MonthEnd != calendar.Clamp {
		cells["月末规则"] = t.MonthEnd.String()
	}
	if t.Multiple != 0 {
		cells["还款额取整"] = t.Multiple.String()
	}
	if d.penalty != 50 {
		cells["罚息加收百分比"] = strconv.Itoa(d.penalty)
	}
	if d.grace != 0 {
		cells["宽限天数"] = strconv.Itoa(d.grace)
	}
	return b.add(lendingStage, "签约", day, cells)
}

func (b *bank) disburse(d *deal, day calendar.Date, amount money.Fen) *entry {
	d.day = day
	cells := map[string]string{"业务流水号": b.number("FK", day), "业务日期": day.String(), "合同编号": d.contract, "放款金额": amount.String(),
		"凭证摘要": b.text(64, hexDigits), "收款人": d.who.name, "收款账号末四位": b.text(4, "0123456789"), "支付方式": "自主支付"}
	if d.who.kind == subject.Enterprise && b.percent(50) {
		seller := countyName(d.who.region) + pick(b.random, brandFirst) + "物资供应站（示例）"
		part := amount / 5 * 2
		cells["收款人"] = seller + ";" + d.who.name
		cells["收款账号末四位"] = b.text(4, "0123456789") + ";" + cells["收款账号末四位"]
		cells["支付金额"] = part.String() + ";" + (amount - part).String()
		cells["支付方式"] = "受托支付;自主支付"
	}
	return b.add(lendingStage, "放款", day, cells)
}

func (b *bank) repay(d *deal, day calendar.Date, amount money.Fen) *entry {
	e := b.add(lendingStage, "还款", day, map[string]string{"业务流水号": b.number("HK", day), "业务日期": day.String(), "合同编号": d.contract, "还款金额": amount.String()})
	return e
}

func (b *bank) settle(d *deal, day calendar.Date) *entry {
	return b.add(lendingStage, "结清", day, map[string]string{"业务流水号": b.number("JQ", day), "业务日期": day.String(), "合同编号": d.contract})
}
