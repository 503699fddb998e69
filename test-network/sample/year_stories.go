package sample

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	tenThousand = 10_000 * money.Yuan // 万元
	thousand    = 1_000 * money.Yuan
)

// on is the first working day on or after a day of the year.
func (b *lender) on(day string) calendar.Date { return b.later(calendar.MustParse(day), 0, 0) }

// someone is a new borrower of the bank, registered before a day of business
// and before the year, with which the platform brings its subjects in.
func (b *lender) someone(kind subject.Type, day calendar.Date) *borrower {
	who := b.borrower(kind)
	who.registered = min(day, YearFirst) - calendar.Date(b.between(3, 30))
	b.register(&who)
	return &who
}

// new brings a loan of a new borrower in and pays it out.
func (b *lender) new(kind subject.Type, day string, o offer) *serviced {
	from := b.on(day)
	return b.lend(b.someone(kind, from), from, o)
}

// live makes the bank's year: the told loans, then others until there are
// enough.
func (b *lender) live(loans int, first bool) {
	if first {
		for _, story := range stories {
			story(b)
		}
	} else {
		for _, story := range ruralStories {
			story(b)
		}
	}
	for len(b.loans) < loans {
		b.plain()
	}
}

// stories are the told courses of a commercial bank's loans; together they
// hold every event of a loan's life.
var stories = []func(*lender){
	instalments, principals, floatingRates, agreedRate, reducing, shortening, bullet, flat,
	seasons, drawdowns, extensions, renewals, guaranteed, misused, refunded, corrections, redisbursed,
	takenOn, upgraded, writtenOff, contagious, paidLate, inArrears, refused,
}

var ruralStories = []func(*lender){seasons, drawdowns, takenOn, paidLate, inArrears, refused}

func instalments(b *lender) {
	b.new(subject.IndividualBusiness, "2024-05-13", offer{product: "TAX", amount: 24 * tenThousand, method: schedule.EqualInstalment, periods: 24, every: 1, above: 95}).
		tell("等额本息,按期还款").payThrough(YearLast)
}

func principals(b *lender) {
	b.new(subject.Enterprise, "2024-07-08", offer{product: "OTH", amount: 100 * tenThousand, method: schedule.EqualPrincipal, periods: 12, every: 3, above: 80,
		guarantee: "C3", dayCount: calendar.Actual365}).tell("等额本金,按季还款,实际/365").payThrough(YearLast)
}

func floatingRates(b *lender) {
	b.new(subject.IndividualBusiness, "2024-03-04", offer{product: "TAX", amount: 30 * tenThousand, method: schedule.EqualInstalment, periods: 36, every: 1, above: 60,
		floating: &loan.Floating{Repricing: loan.Anniversary}}).tell("等额本息,浮动利率,对年对月对日重定价").payThrough(YearLast)
	b.new(subject.Enterprise, "2024-04-01", offer{product: "GRN", amount: 200 * tenThousand, method: schedule.InterestOnly, periods: 12, every: 3, above: 45, guarantee: "C3",
		floating: &loan.Floating{Repricing: loan.January, Cap: 45 * money.One / 1000, Floor: 36 * money.One / 1000}}).tell("按季付息,浮动利率,1月1日重定价,触及下限").payThrough(YearLast)
	b.new(subject.Enterprise, "2024-09-02", offer{product: "TEC", amount: 150 * tenThousand, method: schedule.EqualPrincipal, periods: 60, every: 1, above: 20, guarantee: "C4",
		floating: &loan.Floating{Repricing: loan.Anniversary}}).tell("等额本金,五年期,浮动利率").payThrough(YearLast)
}

func agreedRate(b *lender) {
	l := b.new(subject.IndividualBusiness, "2024-10-09", offer{product: "CUL", amount: 18 * tenThousand, method: schedule.EqualInstalment, periods: 24, every: 1, above: 120}).
		tell("等额本息,协议下调利率")
	l.payThrough(calendar.MustParse("2025-05-31"))
	l.reprice(b.on("2025-06-05"), l.rate-50*money.BasisPoint, "P02")
	l.payThrough(YearLast)
}

func reducing(b *lender) {
	l := b.new(subject.Enterprise, "2024-08-05", offer{product: "OTH", amount: 60 * tenThousand, method: schedule.EqualPrincipal, periods: 24, every: 1, above: 75, guarantee: "C3"}).
		tell("等额本金,部分提前还款,减少每期还款额")
	l.payThrough(calendar.MustParse("2025-04-30"))
	l.prepay(b.on("2025-05-06"), 15*tenThousand, account.Reduce)
	l.payThrough(YearLast)

	l = b.new(subject.Enterprise, "2024-06-03", offer{product: "ORD", amount: 80 * tenThousand, method: schedule.InterestOnly, periods: 4, every: 3, above: 65, guarantee: "C2"}).
		tell("按季付息,全部提前还款,结清")
	l.payThrough(calendar.MustParse("2025-03-31"))
	day := b.on("2025-04-14")
	l.prepayAll(day)
	l.close(b.later(day, 1, 1))
}

func shortening(b *lender) {
	l := b.new(subject.IndividualBusiness, "2024-09-04", offer{product: "TAX", amount: 36 * tenThousand, method: schedule.EqualInstalment, periods: 36, every: 1, above: 90}).
		tell("等额本息,部分提前还款,缩短期限")
	l.payThrough(calendar.MustParse("2025-06-22"))
	l.prepay(b.on("2025-06-25"), 10*tenThousand, account.Shorten)
	l.payThrough(YearLast)
}

func bullet(b *lender) {
	l := b.new(subject.Herder, "2025-03-05", offer{product: "AGR", amount: 8 * tenThousand, method: schedule.Bullet, periods: 8, every: 1, above: 110}).
		tell("利随本清,到期结清")
	l.payThrough(YearLast)
	l.close(b.later(l.paidTo, 1, 2))
}

func flat(b *lender) {
	b.new(subject.IndividualBusiness, "2025-01-09", offer{product: "OTH", amount: 6 * tenThousand, method: schedule.FlatInterest, periods: 12, every: 1, above: 30}).
		tell("等本等息,告知年化利率").payThrough(YearLast)
}

func seasons(b *lender) {
	day := func(text string) calendar.Date { return calendar.MustParse(text) }
	l := b.new(subject.Herder, "2025-03-17", offer{product: "AGR", amount: 12 * tenThousand, method: schedule.Seasonal, above: 125,
		dues: []schedule.Due{{Date: day("2025-09-30"), Principal: 4 * tenThousand}, {Date: day("2025-10-31"), Principal: 4 * tenThousand}, {Date: day("2025-11-28"), Principal: 4 * tenThousand}}}).
		tell("按季节还本,提前卖羊还一部分")
	l.prepay(b.on("2025-08-20"), 2*tenThousand, account.Reduce)
	l.payThrough(YearLast)
	l.close(b.later(l.paidTo, 1, 3))

	l = b.new(subject.FamilyRanch, "2025-04-08", offer{product: "AGR", amount: 9 * tenThousand, method: schedule.Seasonal, above: 120,
		dues: []schedule.Due{{Date: day("2025-10-15"), Principal: 3 * tenThousand}, {Date: day("2025-11-17"), Principal: 6 * tenThousand}}}).
		tell("按季节还本,展期到来年")
	l.payThrough(day("2025-10-31"))
	l.extend(b.on("2025-11-10"), 0, []schedule.Due{{Date: day("2025-12-15"), Principal: 2 * tenThousand}, {Date: day("2026-04-15"), Principal: 4 * tenThousand}})
	l.payThrough(YearLast)
}

func drawdowns(b *lender) {
	from := b.on("2025-04-02")
	who := b.someone(subject.Cooperative, from)
	l := b.lend(who, from, offer{product: "AGR", amount: 20 * tenThousand, method: schedule.Revolving, periods: 6, every: 1, above: 70, guarantee: "C2"}).tell("随借随还,第一笔提款")
	day := b.on("2025-05-26")
	l.prepayAll(day)
	l.close(day)
	l = b.lend(who, b.on("2025-06-03"), offer{product: "AGR", amount: 15 * tenThousand, method: schedule.Revolving, periods: 6, every: 1, above: 70, guarantee: "C2"}).tell("随借随还,第二笔提款")
	l.prepay(b.on("2025-08-12"), 5*tenThousand, account.Reduce)
	l.payThrough(YearLast)
	l.close(b.later(l.paidTo, 1, 2))
}

func extensions(b *lender) {
	l := b.new(subject.Cooperative, "2024-09-24", offer{product: "AGR", amount: 25 * tenThousand, method: schedule.InterestOnly, periods: 4, every: 3, above: 85, guarantee: "C2"}).
		tell("按季付息,到期前展期")
	l.payThrough(calendar.MustParse("2025-09-12"))
	l.refuse(l.extend(b.on("2025-09-15"), 12, nil), "LOAN_EXTENSION_LIMIT")
	l.extend(b.on("2025-09-15"), 6, nil)
	l.payThrough(YearLast)

	l = b.new(subject.IndividualBusiness, "2024-07-10", offer{product: "OTH", amount: 12 * tenThousand, method: schedule.EqualInstalment, periods: 12, every: 1, above: 100}).
		tell("等额本息,展期后重新计算")
	l.payThrough(calendar.MustParse("2025-05-10"))
	l.extend(b.on("2025-05-12"), 18, nil)
	l.payThrough(YearLast)
}

func renewals(b *lender) {
	for _, x := range []struct {
		story, from, renewed string
		compliant            bool
	}{{"无还本续贷", "2024-07-15", "2025-07-02", true}, {"不合规续贷,关注类", "2024-09-18", "2025-09-04", false}} {
		from := b.on(x.from)
		who := b.someone(subject.Enterprise, from)
		o := offer{product: "TAX", amount: 100 * tenThousand, method: schedule.InterestOnly, periods: 12, every: 1, above: 60, guarantee: "C3"}
		old := b.lend(who, from, o).tell(x.story + ",原贷款")
		day := b.on(x.renewed)
		l := b.bring(who, day, o)
		at := b.later(l.day, 0, 1)
		old.payThrough(at)
		l.renew(old, at, x.compliant)
		l.tell(x.story + ",新贷款")
		l.payThrough(YearLast)
	}
}

func guaranteed(b *lender) {
	l := b.new(subject.IndividualBusiness, "2024-11-04", offer{product: "OTH", amount: 15 * tenThousand, method: schedule.EqualInstalment, periods: 24, every: 1, above: 110, guarantee: "C2"}).
		tell("保证人代偿")
	l.payThrough(calendar.MustParse("2025-04-30"))
	l.skip(calendar.MustParse("2025-07-10"))
	day := b.on("2025-07-10")
	l.guarantor(day, l.at(day).Due)
	l.payThrough(YearLast)
}

func misused(b *lender) {
	l := b.new(subject.Enterprise, "2024-12-02", offer{product: "TAX", amount: 50 * tenThousand, method: schedule.InterestOnly, periods: 6, every: 3, above: 70, guarantee: "C3"}).
		tell("挪用加收罚息,后改正")
	l.payThrough(calendar.MustParse("2025-04-10"))
	l.misuse(b.on("2025-04-14"), 50)
	l.payThrough(calendar.MustParse("2025-08-10"))
	l.misuse(b.on("2025-08-11"), 0)
	l.payThrough(YearLast)
}

func refunded(b *lender) {
	l := b.new(subject.IndividualBusiness, "2024-08-12", offer{product: "MED", amount: 12 * tenThousand, method: schedule.EqualInstalment, periods: 24, every: 1, above: 105, guarantee: "C2"}).
		tell("多还款成为预收,退还一部分")
	l.payThrough(calendar.MustParse("2025-03-10"))
	due, _ := l.nextDue(l.paidTo)
	l.skip(due)
	l.pay(due, l.at(due).Due+3*thousand)
	l.refund(b.later(due+5, 0, 0), 1*thousand)
	l.payThrough(YearLast)
}

// corrections are repayments entered wrongly: within the month, after it was
// closed, and reversed by mistake.
func corrections(b *lender) {
	o := offer{product: "TAX", amount: 20 * tenThousand, method: schedule.EqualInstalment, periods: 24, every: 1, above: 85}
	l := b.new(subject.IndividualBusiness, "2024-11-05", o).tell("当月冲正并补记")
	l.payThrough(calendar.MustParse("2025-05-01"))
	due, _ := l.nextDue(l.paidTo)
	l.skip(due)
	right := l.at(due).Due
	wrong := l.pay(due, right-800*money.Yuan).cells[numberCell]
	day := b.later(due+3, 0, 0)
	l.correct(wrong, day, "金额录入错误")
	l.instead(wrong, due, l.day, right)
	l.payThrough(YearLast)

	l = b.new(subject.IndividualBusiness, "2024-10-15", o).tell("跨月冲正并补记")
	l.payThrough(calendar.MustParse("2025-07-01"))
	due, _ = l.nextDue(l.paidTo)
	l.skip(due)
	right = l.at(due).Due
	wrong = l.pay(due, right-1_200*money.Yuan).cells[numberCell]
	l.correct(wrong, b.on("2025-08-05"), "金额录入错误")
	l.instead(wrong, due, l.day, right)
	l.payThrough(YearLast)

	l = b.new(subject.Enterprise, "2024-12-04", o).tell("误冲正后恢复")
	l.payThrough(calendar.MustParse("2025-08-01"))
	due, _ = l.nextDue(l.paidTo)
	l.skip(due)
	paid := l.pay(due, l.at(due).Due).cells[numberCell]
	day = b.later(due+2, 0, 0)
	l.refuse(l.reverse(paid, day, "重复入账"), "LOAN_SECOND_SIGNATURE")
	reversal := l.correct(paid, day, "重复入账").cells[numberCell]
	l.correct(reversal, b.later(l.day, 1, 1), "查明并非重复入账")
	l.stand(paid)
	l.payThrough(YearLast)
}

// redisbursed is a disbursement entered with a wrong amount and corrected when
// its month was closed.
func redisbursed(b *lender) {
	from := b.on("2025-02-17")
	who := b.someone(subject.Enterprise, from)
	l := b.bring(who, from, offer{product: "ORD", amount: 20 * tenThousand, method: schedule.EqualInstalment, periods: 12, every: 1, above: 70}).tell("放款金额录入错误,跨月更正")
	paid := b.later(l.day, 0, 1)
	wrong := b.disburse(l.deal, paid, 20*tenThousand).cells[numberCell]
	l.correct(wrong, b.on("2025-03-04"), "放款金额录入错误")
	e := l.payOut(paid, 18*tenThousand)
	e.cells[insteadHeader], e.sent = wrong, b.later(b.on("2025-03-04"), 1, 1)
	l.payThrough(YearLast)
}

// older is a loan that existed before the ledger, with its account as the bank
// kept it.
func (b *lender) older(kind subject.Type, from string, product string, amount money.Fen, t schedule.Terms, guarantee string) *serviced {
	who := b.someone(kind, YearFirst)
	p, ok := b.tables.Product(product, YearFirst)
	if !ok {
		panic("no product " + product)
	}
	b.serial["contract"]++
	t.Principal, t.From = amount, calendar.MustParse(from)
	l := &serviced{b: b, deal: &deal{who: who, product: p, amount: amount, rate: t.Rate, terms: t, months: t.Periods * t.EveryMonths, penalty: 50, guarantee: guarantee,
		contract: contractNumber(b.code, t.From.Year(), who.region, b.serial["contract"])}}
	l.begin(t.From, amount)
	l.before = true
	return l
}

// onto takes the loan onto the ledger as it stands on the year's first day.
func (l *serviced) onto(wrong money.Fen) *serviced {
	b, day := l.b, YearFirst
	opening := l.opening(day)
	grant := b.grantFor(l.deal, day-1, 365*3)
	cells := b.last(grantsStage).cells
	cells["用途代码"] = "03"
	if wrong != 0 {
		slip := opening
		slip.Balance -= wrong
		l.takeOn(day, grant, slip)
		l.amendTakeOn(day, opening)
	} else {
		l.takeOn(day, grant, opening)
	}
	l.confirmTakeOn(day)
	l.entries = []posted{{Entry: account.Entry{Date: day, Type: account.TakeOn, Opening: &opening}, sent: day}}
	l.lent, l.before = opening.Outstanding(), false
	l.skip(day)
	return l
}

// opening is where the account stands.
func (l *serviced) opening(day calendar.Date) account.Opening {
	s := l.state(day)
	o := account.Opening{On: day, PaidTo: l.terms.From, Balance: l.terms.Principal}
	var arrears []account.Arrear
	for _, row := range l.account.Rows(s, day) {
		if row.Due > day {
			continue
		}
		o.PaidTo = row.Due
		o.Balance -= row.Principal
		if row.UnpaidPrincipal+row.UnpaidInterest > 0 {
			arrears = append(arrears, account.Arrear{Instalment: row.N, Principal: row.UnpaidPrincipal, Interest: row.UnpaidInterest})
		}
	}
	for _, f := range l.account.Explain(s, day) {
		for i := range arrears {
			if arrears[i].Instalment != f.Instalment {
				continue
			}
			switch f.What {
			case account.Penalty.String():
				arrears[i].Penalty += f.Amount
			case account.Compound.String():
				arrears[i].Compound += f.Amount
			}
		}
	}
	o.Arrears = arrears
	if l.terms.Method == schedule.EqualInstalment {
		o.Each = l.account.Plan().Instalments[0].Total
	}
	return o
}

func takenOn(b *lender) {
	l := b.older(subject.IndividualBusiness, "2023-06-15", "TAX", 30*tenThousand,
		schedule.Terms{Method: schedule.EqualInstalment, Periods: 36, EveryMonths: 1, Rate: 46 * money.One / 1000}, "C2")
	l.payThrough(YearFirst)
	l.tell("接续存量贷款").onto(5 * thousand)
	l.payThrough(YearLast)
}

// upgraded is a non-performing loan that is taken on, cured, and performs
// again after half a year.
func upgraded(b *lender) {
	l := b.older(subject.Enterprise, "2023-12-20", "OTH", 40*tenThousand,
		schedule.Terms{Method: schedule.InterestOnly, Periods: 8, EveryMonths: 3, Rate: 44 * money.One / 1000}, "C3")
	l.payThrough(calendar.MustParse("2024-06-30"))
	l.tell("接续不良贷款,还清欠息后上调分类").onto(0)
	l.payAll(b.on("2025-01-21"))
	l.payThrough(calendar.MustParse("2025-07-20"))
	l.classify(reviewStage, b.on("2025-07-24"), account.Pass)
	l.payThrough(YearLast)
}

func writtenOff(b *lender) {
	l := b.older(subject.Herder, "2023-03-20", "AGR", 5*tenThousand,
		schedule.Terms{Method: schedule.Bullet, Periods: 11, EveryMonths: 1, Rate: 48 * money.One / 1000}, "C1")
	l.tell("接续可疑贷款,核销后收回").onto(0)
	l.writeOff(b.on("2025-04-10"), "逾期一年以上,借款人失去劳动能力")
	l.recover(b.on("2025-06-12"), 5*thousand)
	l.recover(b.on("2025-09-15"), 8*thousand)
}

// contagious is a debtor with two loans, of which one turns bad.
func contagious(b *lender) {
	from := b.on("2024-08-26")
	who := b.someone(subject.Enterprise, from)
	bad := b.lend(who, from, offer{product: "BID", amount: 50 * tenThousand, method: schedule.InterestOnly, periods: 4, every: 3, above: 90, guarantee: "C3"}).tell("不良贷款,计收诉讼费用")
	other := b.lend(who, b.later(from, 10, 10), offer{product: "OTH", amount: 30 * tenThousand, method: schedule.EqualInstalment, periods: 24, every: 1, above: 95, guarantee: "C3"}).tell("同一债务人的其他贷款随之不良")
	other.payThrough(YearLast)
	bad.payThrough(calendar.MustParse("2024-12-31"))
	bad.charge(b.on("2025-07-10"), 1_200*money.Yuan)
	bad.pay(b.on("2025-10-23"), 10*tenThousand)
}

// paidLate pays late: within the days of grace, after them, and in parts.
func paidLate(b *lender) {
	l := b.new(subject.IndividualBusiness, "2024-09-11", offer{product: "TAX", amount: 16 * tenThousand, method: schedule.EqualInstalment, periods: 18, every: 1, above: 115, grace: 3, penalty: 30}).
		tell("迟延还款,宽限期,罚息")
	l.payThrough(calendar.MustParse("2025-02-28"))
	due, _ := l.nextDue(l.paidTo)
	l.payAll(due + 2) // within grace
	l.payThrough(calendar.MustParse("2025-04-30"))
	due, _ = l.nextDue(l.paidTo)
	l.payAll(due + 20)
	l.payThrough(calendar.MustParse("2025-07-31"))
	due, _ = l.nextDue(l.paidTo)
	l.skip(due)
	l.pay(due, l.at(due).Due/2)
	l.pay(due+9, l.at(due+9).Due/2)
	l.payAll(due + 25)
	l.payThrough(YearLast)
}

// inArrears has stopped paying by the end of the year.
func inArrears(b *lender) {
	l := b.new(subject.Enterprise, "2025-01-13", offer{product: "ORD", amount: 36 * tenThousand, method: schedule.EqualPrincipal, periods: 12, every: 1, above: 80, guarantee: "C3"}).
		tell("逾期,部分还款后仍有罚息和复利")
	l.payThrough(calendar.MustParse("2025-08-31"))
	due, _ := l.nextDue(l.paidTo)
	l.skip(YearLast)
	l.pay(due+17, 2*tenThousand)
	l.refuse(l.classify(lendingStage, b.on("2025-12-08"), account.Pass), "LOAN_CLASS_BETTER_THAN_FLOOR")
	l.refuse(l.prepay(b.on("2025-12-08"), 100*tenThousand, account.Reduce), "LOAN_PREPAY_ABOVE_BALANCE")
}

// refused are applications that come to nothing.
func refused(b *lender) {
	day := b.on("2025-03-11")
	who := b.someone(subject.IndividualBusiness, day)
	d := b.apply(who, day)
	b.accept(d, b.later(d.day, 1, 2))
	b.query(d, d.day)
	d.day = b.later(d.day, 2, 4)
	b.add(decisionStage, "拒绝", d.day, map[string]string{numberCell: b.number("JJ", d.day), "业务日期": d.day.String(), "合同编号": d.contract, "拒绝原因": "还款能力不足"})

	day = b.on("2025-05-13")
	d = b.apply(b.someone(subject.Herder, day), day)
	b.revoke(revocationStage, d, b.later(d.day, 1, 1))
}

// plain is a loan like most others.
func (b *lender) plain() {
	day := b.later(calendar.MustParse("2024-08-01"), 0, 400)
	kind := kinds[b.weighted(30, 35, 25, 6, 4)]
	who := b.someone(kind, day)
	o := offer{product: who.trade.product, above: 5 * b.between(8, 29), amount: money.Fen(b.between(4, 28)) * tenThousand}
	switch kind {
	case subject.Herder, subject.FamilyRanch, subject.Cooperative:
		o.product = "AGR"
		if b.percent(50) {
			o.method, o.periods, o.every = schedule.InterestOnly, 4, 3
		} else {
			o.method, o.periods, o.every = schedule.Bullet, b.between(6, 11), 1
		}
	default:
		switch b.weighted(60, 20, 20) {
		case 0:
			o.method, o.periods, o.every = schedule.EqualInstalment, pick(b.random, []int{12, 18, 24}), 1
		case 1:
			o.method, o.periods, o.every = schedule.EqualPrincipal, 8, 3
		default:
			o.method, o.periods, o.every = schedule.InterestOnly, 6, 2
		}
		if b.percent(25) {
			o.floating = &loan.Floating{Repricing: pick(b.random, []loan.Repricing{loan.Anniversary, loan.January})}
		}
	}
	p, _ := b.tables.Product(o.product, day)
	o.guarantee = p.Guarantees[0]
	l := b.lend(who, day, o)
	if l.terms.From > YearLast {
		return
	}
	for {
		due, ok := l.nextDue(l.paidTo)
		switch {
		case !ok || due > YearLast:
			s := l.state(YearLast)
			if end := max(l.account.LastDue(s), l.day); l.account.Cleared(s, YearLast) && end < YearLast-10 {
				l.close(b.later(end, 1, 3))
			}
			return
		case b.percent(4):
			if day := due + calendar.Date(b.between(2, 40)); day <= YearLast {
				l.skip(due)
				l.payAll(day)
				continue
			}
			return
		}
		l.payThrough(due)
	}
}
