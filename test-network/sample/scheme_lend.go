package sample

import (
	"fmt"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// filer is a bank that takes part in the scheme.
type filer struct {
	*bank
	waves []Wave
	loans int           // disbursed
	filed int           // and not revoked in the end
	told  map[int]*deal // of a story, counted from 1, in the round that is told
}

// The breaker's months are over before a loan of the third bank goes bad.
var (
	breakerTrips = calendar.MustParse("2024-03-31")
	breakerBelow = []calendar.Date{calendar.MustParse("2024-04-30"), calendar.MustParse("2024-05-31")}
	breakerFree  = calendar.MustParse("2024-06-20")
)

// swings are the large loans that trip the breaker, and how much each is.
const (
	swings      = 6
	swingAmount = 3_000_000 * money.Yuan
)

// bounds are a told loan's days.
type bounds struct {
	from, to calendar.Date // application
	stops    calendar.Date // what is due after it is not paid
}

// tell lends what the stories of one of the banks need.
func (b *filer) tell(index, rounds int, m *SchemeManifest) {
	if index == 2 {
		b.swing(m)
	}
	for range rounds {
		for i := range Stories {
			s := &Stories[i]
			if s.Bank != index {
				continue
			}
			d := b.told[s.Of]
			if s.Of == 0 {
				d = b.toldLoan(s)
				b.told[i+1] = d
			}
			m.Claims = append(m.Claims, b.claim(s, d))
		}
	}
}

// bounds finds when a story's loan is applied for and when its borrower stops
// paying, so that it is non-performing at the notice.
func (b *filer) boundsOf(s *Story) bounds {
	notice := b.waves[s.Wave].Notice
	x := bounds{from: calendar.MustParse("2023-07-10"), to: calendar.MustParse("2023-09-20"), stops: notice - 130 - calendar.Date(b.between(0, 50))}
	switch {
	case s.Pack == packV1:
		x.from, x.to = calendar.MustParse("2022-10-10"), calendar.MustParse("2023-05-20")
	case s.Pack == packV3:
		x.from, x.to, x.stops = ThirdPackFrom+1, ThirdPackFrom+5, ThirdPackFrom
	case s.Bank == 2:
		x.from, x.to = calendar.MustParse("2023-09-01"), calendar.MustParse("2024-01-20")
		x.stops = max(breakerFree, notice-130-calendar.Date(b.between(0, 30)))
	case s.After == Beyond || s.Big:
		x.to, x.stops = x.from+10, calendar.MustParse("2023-10-20") // bad for long
	}
	return x
}

// toldLoan lends, files, and stops being paid.
func (b *filer) toldLoan(s *Story) *deal {
	at := b.boundsOf(s)
	kind := pick(b.random, []subject.Type{subject.Enterprise, subject.Enterprise, subject.IndividualBusiness, subject.Cooperative})
	if s.Pack == packV1 || s.Big {
		kind = subject.Enterprise
	}
	d := &deal{day: b.later(at.from+calendar.Date(b.below(int(at.to-at.from))), 0, 0)}
	pack, _ := b.tables.PackAt(d.day)
	for {
		who := b.borrower(kind)
		if kind == subject.Enterprise { // as small as the scheme takes in every industry
			who.employees, who.revenue, who.assets = b.between(3, 9), money.Fen(b.between(30, 90))*10_000*money.Yuan, money.Fen(b.between(10, 40))*10_000*money.Yuan
		}
		d.who, d.product = &who, b.productFor(&who)
		if slices.Contains(d.product.Guarantees, "C1") && d.product.MaxPrincipal >= money.Fen(500_000)*money.Yuan && (!s.Big || d.product.MaxPrincipal >= 5_000_000*money.Yuan) {
			break
		}
	}
	b.register(d.who)
	b.terms(d)
	t := &d.terms
	t.Method, t.Periods, t.EveryMonths = schedule.EqualInstalment, 24, 1
	if b.percent(40) {
		t.Method, t.Multiple = schedule.EqualPrincipal, 0
	}
	switch {
	case s.Big:
		d.amount = money.Fen(b.between(440, 490)) * 10_000 * money.Yuan
	case s.After == Beyond:
		t.Periods = 8
	}
	d.months = t.Periods
	d.guarantee = "C1"
	if s.Pack != packV1 && !s.Big && slices.Contains(d.product.Guarantees, "C2") && b.percent(30) {
		d.guarantee = "C2"
	}
	if _, ok := pack.Ratio(d.guarantee); !ok {
		panic("no ratio for " + d.guarantee)
	}
	b.lendTo(d)
	share := money.Fen(0)
	if s.Part {
		share = 3 // a quarter is not filed
	}
	b.file(d, d.day, share)
	b.serve(d, at.stops)
	return d
}

// lendTo takes a deal to its disbursement.
func (b *filer) lendTo(d *deal) {
	b.request(d, d.day)
	b.accept(d, b.later(d.day, 1, 4))
	decided := b.later(d.day, 1, 5)
	signed := b.later(decided, 0, 3)
	b.price(d, decided, signed)
	b.decide(d, decided, d.rate)
	b.sign(d, signed, d.amount)
	b.disburse(d, b.later(signed, 0, 3), d.amount)
	d.terms.Principal, d.terms.Rate, d.terms.From = d.amount, d.rate, d.day
	var err error
	d.account, err = account.Open(account.Contract{Terms: d.terms, PenaltyPercent: d.penalty, GraceDays: d.grace, NonPerforming: nonPerforming})
	if err != nil {
		panic(err)
	}
	b.loans++
}

// serve pays each instalment when it is due, until the borrower stops.
func (b *filer) serve(d *deal, stops calendar.Date) {
	for _, row := range d.account.Plan().Instalments {
		if row.Due > stops || row.Due > Last {
			return
		}
		b.pay(d, row.Due, d.account.At(d.state, row.Due).Due)
	}
}

// file files a loan on the day of its disbursement or soon after: quarters is
// how many of four are filed, 0 for all.
func (b *filer) file(d *deal, lent calendar.Date, quarters money.Fen) calendar.Date {
	day := b.later(lent, 0, 2)
	reserve := map[string]string{"业务流水号": b.number("YL", day), "业务日期": day.String(), "合同编号": d.contract}
	file := map[string]string{"业务流水号": b.number("BA", day), "业务日期": day.String(), "合同编号": d.contract, "无排除情形": "是"}
	if quarters > 0 {
		amount := d.terms.Principal / 4 * quarters
		reserve["预留金额"], file["备案金额"] = amount.String(), amount.String()
	}
	if b.percent(30) {
		file["首贷"] = "是"
	}
	b.add(filingStage, "备案预留", day, reserve)
	b.add(filingStage, "备案", day, file)
	b.filed++
	return day
}

// claim is what a story makes of a loan.
func (b *filer) claim(s *Story, d *deal) SchemeClaim {
	w := b.waves[s.Wave]
	c := SchemeClaim{Story: *s, Number: "BC-" + d.contract, Contract: d.contract, EvidenceOn: b.later(w.Notice-20, 0, 8)}
	if s.Of > 0 {
		c.Number += "-2"
	}
	if s.Way == Withdrawn {
		b.filed--
	}
	if s.Other || s.Way == Adjusted {
		c.Others = d.account.At(d.state, w.Notice).Outstanding / 100 * money.Fen(b.between(40, 60))
	}
	if s.Early {
		b.recover(lendingStage, d, b.later(c.EvidenceOn, 1, 3), d.account.Plan().Instalments[0].Principal/4)
	}
	switch s.After {
	case Returned, Late, Returned + " " + ClawedBack:
		b.recover(recoveryStage, d, w.Recover, d.terms.Principal/money.Fen(b.between(12, 30)))
	case Beyond:
		b.recover(recoveryStage, d, w.Recover, d.account.At(d.state, w.Recover).Due)
	}
	return c
}

// recover is a repayment of a loan that is claimed for. What comes after the
// claim's payment is sent when it comes.
func (b *filer) recover(s stage, d *deal, day calendar.Date, amount money.Fen) {
	if amount <= 0 {
		panic(fmt.Sprintf("nothing is recovered of %s on %s", d.contract, day))
	}
	b.add(s, "还款", day, map[string]string{"业务流水号": b.number("HK", day), "业务日期": day.String(), "合同编号": d.contract, "还款金额": amount.String()})
	d.state, _ = d.account.Repay(d.state, day, amount)
}

// swing lends what trips the third bank's breaker, and what is refused while
// it stands.
func (b *filer) swing(m *SchemeManifest) {
	for range swings {
		d := b.large(calendar.MustParse("2023-09-01")+calendar.Date(b.below(25)), swingAmount)
		b.file(d, d.day, 0)
		b.serve(d, calendar.MustParse("2023-11-29"))
		cured := calendar.MustParse("2024-04-16")
		b.pay(d, cured, d.account.At(d.state, cured).Due)
		for _, row := range d.account.Plan().Instalments {
			if row.Due > cured {
				b.pay(d, row.Due, d.account.At(d.state, row.Due).Due)
			}
		}
	}
	probe := b.large(calendar.MustParse("2024-05-27"), 500_000*money.Yuan)
	filed, err := b.days.AddWorkingDays(probe.day, 3)
	if err != nil {
		panic(err)
	}
	b.serve(probe, Last)
	b.filed++ // in the end
	m.Breaker = Breaker{Trips: breakerTrips, Below: breakerBelow, Resumed: b.later(breakerBelow[1]+1, 0, 0), Contract: probe.contract, Filed: filed}
}

// large is a loan without security to a small enterprise, interest by the
// month.
func (b *filer) large(day calendar.Date, amount money.Fen) *deal {
	d := &deal{day: b.later(day, 0, 0)}
	for {
		who := b.borrower(subject.Enterprise)
		who.employees, who.revenue, who.assets = 8, 800_000*money.Yuan, 300_000*money.Yuan
		d.who, d.product = &who, b.productFor(&who)
		if slices.Contains(d.product.Guarantees, "C1") && d.product.MaxPrincipal >= amount {
			break
		}
	}
	b.register(d.who)
	b.terms(d)
	d.amount, d.months, d.guarantee = amount, 12, "C1"
	d.terms.Method, d.terms.Periods, d.terms.EveryMonths, d.terms.Multiple = schedule.InterestOnly, 12, 1, 0
	b.lendTo(d)
	return d
}

// lendOthers makes the bank's other loans, which are like those of the first
// sample, and files what the scheme takes.
func (b *filer) lendOthers(until int) {
	weights := []int{30, 35, 20, 10, 5}
	for b.loans < until {
		who := b.borrower(kinds[b.weighted(weights...)])
		b.register(&who)
		day := b.begin(who.kind)
		var counted money.Fen
		for again := true; again && b.loans < until; again = b.percent(25) {
			before := len(b.lent)
			if b.lend(&who, day) {
				b.loans++
				d := b.lent[before]
				if pack, ok := b.tables.PackAt(d.terms.From); ok && takes(pack, d) && within(pack, d, counted) {
					counted += d.terms.Principal
					b.file(d, d.terms.From, 0)
				}
			}
			if day = b.later(day, 150, 400); day > Last-20 {
				break
			}
		}
	}
}

// takes reports whether a pack takes a loan.
func takes(pack consortium.RulePack, d *deal) bool {
	industry, err := identifier.ParseIndustry(d.who.trade.industry)
	if err != nil {
		panic(err) // the sample's trades have codes
	}
	size := identifier.Size(0)
	if d.who.kind == subject.Enterprise {
		if size, err = identifier.SizeOf(industry, identifier.Figures{Employees: d.who.employees, Revenue: d.who.revenue, Assets: d.who.assets}); err != nil {
			return false
		}
	}
	_, ratio := pack.Ratio(d.guarantee)
	return ratio && pack.Takes(d.who.kind.String(), size) && d.months <= pack.Eligible.MaxMonths && !pack.ExcludesIndustry(industry.String())
}

// within reports whether a borrower's caps leave room for a loan.
func within(pack consortium.RulePack, d *deal, counted money.Fen) bool {
	most := pack.Caps.Credit
	if d.who.kind == subject.Herder {
		most = pack.Caps.Household
	}
	return counted+d.terms.Principal <= most
}
