package sample

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// lender is a bank in a year: besides its lines it keeps each loan's entries,
// as its own system would, to know what falls due.
type lender struct {
	*bank
	loans []*serviced
	told  []Told
}

// serviced is a loan from its disbursement on.
type serviced struct {
	*deal
	b        *lender
	floating *loan.Floating
	resetTo  calendar.Date // resets up to this day are entered
	entries  []posted
	paidTo   calendar.Date // last due date that was looked at
	lent     money.Fen     // that counts as disbursed
	settled  bool
	before   bool // the ledger: nothing is sent of it
}

// posted is an entry of the account with the days on which the ledger learns
// of it and of its reversal.
type posted struct {
	account.Entry
	number string
	sent   calendar.Date
	fell   calendar.Date // 0: it stands
}

// offer is what a borrower and the bank agree on.
type offer struct {
	product   string
	amount    money.Fen
	method    schedule.Method
	periods   int
	every     int
	above     int // basis points above the LPR of the day
	dues      []schedule.Due
	guarantee string
	floating  *loan.Floating // its spread is above
	grace     int
	penalty   int // 0: 50
	dayCount  calendar.DayCount
}

// bring takes an application to the signed contract, on one day and a few
// after it.
func (b *lender) bring(who *borrower, day calendar.Date, o offer) *serviced {
	p, ok := b.tables.Product(o.product, day)
	if !ok {
		panic("no product " + o.product)
	}
	d := &deal{who: who, product: p, amount: o.amount, months: o.periods * o.every, penalty: 50, grace: o.grace, guarantee: o.guarantee,
		terms: schedule.Terms{Method: o.method, Periods: o.periods, EveryMonths: o.every, Dues: o.dues, DayCount: o.dayCount}}
	if o.penalty != 0 {
		d.penalty = o.penalty
	}
	if d.guarantee == "" {
		d.guarantee = "C1"
	}
	if n := len(o.dues); n > 0 {
		d.terms.Periods = n
		d.months = 1
		for end, err := day.AddMonths(d.months, calendar.Clamp); end < o.dues[n-1].Date; end, err = day.AddMonths(d.months, calendar.Clamp) {
			if err != nil {
				panic(err)
			}
			d.months++
		}
	}
	l := &serviced{deal: d, b: b, floating: o.floating}
	l.take(day, o)
	return l
}

// take is the way from the application to the contract.
func (l *serviced) take(day calendar.Date, o offer) {
	b, d := l.b, l.deal
	b.request(d, day)
	b.accept(d, b.later(d.day, 1, 2))
	b.query(d, d.day)
	decided := b.later(d.day, 1, 4)
	signed := b.later(decided, 0, 1)
	lpr := func(on calendar.Date) money.Rate {
		_, base, ok := b.tables.LPRAt(on, d.months)
		if !ok {
			panic("no LPR on " + on.String())
		}
		return base
	}
	spread := money.Rate(o.above) * money.BasisPoint
	d.rate = lpr(signed) + spread
	b.decide(d, decided, max(d.rate, lpr(decided)+spread))
	e := b.sign(d, signed, d.amount)
	d.terms.Rate = d.rate
	if l.floating != nil {
		l.floating.Spread = spread
		floats(e.cells, l.floating)
	}
	switch d.terms.Method {
	case schedule.Seasonal:
		seasonal(e.cells, d.terms.Dues)
	case schedule.FlatInterest:
		t := d.terms
		t.Principal, t.From = d.amount, signed
		plan, err := schedule.Build(t)
		if err != nil {
			panic(err)
		}
		rate, err := schedule.ActualRate(d.amount, signed, plan.Instalments)
		if err != nil {
			panic(err)
		}
		shown(e.cells, rate)
	}
}

// lend brings a loan in and pays it out.
func (b *lender) lend(who *borrower, day calendar.Date, o offer) *serviced {
	l := b.bring(who, day, o)
	l.payOut(b.later(l.day, 0, 1), l.amount)
	return l
}

func (l *serviced) payOut(day calendar.Date, amount money.Fen) *entry {
	e := l.b.disburse(l.deal, day, amount)
	l.begin(day, amount)
	return e
}

// begin opens the account.
func (l *serviced) begin(day calendar.Date, amount money.Fen) {
	l.terms.Principal, l.terms.From = amount, day
	l.lent, l.resetTo, l.paidTo, l.day = amount, day, day, day
	var err error
	if l.account, err = account.Open(account.Contract{Terms: l.terms, PenaltyPercent: l.penalty, GraceDays: l.grace, NonPerforming: nonPerforming}); err != nil {
		panic(fmt.Errorf("%s: %w", l.contract, err))
	}
	l.b.loans = append(l.b.loans, l)
}

// tell names the loan's course in the manifest.
func (l *serviced) tell(story string) *serviced {
	l.b.told = append(l.b.told, Told{story, l.b.name, l.contract})
	return l
}

// state is the account with the entries that stand up to a day.
func (l *serviced) state(to calendar.Date) account.State {
	l.reset(to)
	return l.fold(to, func(e *posted) bool { return e.fell == 0 })
}

func (l *serviced) fold(to calendar.Date, stands func(*posted) bool) account.State {
	var list []account.Entry
	for i := range l.entries {
		if e := &l.entries[i]; e.Date <= to && stands(e) {
			list = append(list, e.Entry)
		}
	}
	slices.SortStableFunc(list, func(a, b account.Entry) int { return int(a.Date) - int(b.Date) })
	s, _, err := l.account.Fold(list, to)
	if err != nil {
		panic(fmt.Errorf("%s: %w", l.contract, err))
	}
	return s
}

func (l *serviced) at(day calendar.Date) account.Figures { return l.account.At(l.state(day), day) }

// reset enters the resets of a floating rate up to a day, as the bank's end
// of day will.
func (l *serviced) reset(to calendar.Date) {
	if l.floating == nil {
		return
	}
	for from := l.resetTo; ; {
		next := l.resetAfter(from)
		if next > to || next > YearLast {
			return
		}
		l.resetTo, from = next, next
		if next >= l.account.LastDue(l.fold(next, func(e *posted) bool { return e.fell == 0 })) {
			return
		}
		_, base, _ := l.b.tables.LPRAt(next, l.months)
		rate := max(base+l.floating.Spread, l.floating.Floor)
		if l.floating.Cap > 0 {
			rate = min(rate, l.floating.Cap)
		}
		l.enter(account.Entry{Date: next, Type: account.Reprice, Rate: rate}, "", 0)
	}
}

func (l *serviced) resetAfter(day calendar.Date) calendar.Date {
	if l.floating.Repricing == loan.January {
		d, err := calendar.NewDate(day.Year()+1, 1, 1)
		if err != nil {
			panic(err)
		}
		return d
	}
	for years := 1; ; years++ {
		d, err := l.terms.From.AddMonths(12*years, l.terms.MonthEnd)
		if err != nil {
			panic(err)
		}
		if d > day {
			return d
		}
	}
}

// enter keeps an entry. It is sent on its day, or on another.
func (l *serviced) enter(e account.Entry, number string, sent calendar.Date) {
	if sent == 0 {
		sent = e.Date
	}
	l.entries = append(l.entries, posted{Entry: e, number: number, sent: sent})
}

// outstanding is what the bank has on its books at the end of a day, of what
// it has sent.
func (l *serviced) outstanding(day calendar.Date, sent func(calendar.Date) bool) money.Fen {
	if l.terms.From > day {
		return 0
	}
	l.reset(day)
	s := l.fold(day, func(e *posted) bool { return sent(e.sent) && (e.fell == 0 || !sent(e.fell)) })
	return l.account.At(s, day).Outstanding
}

// total adds up what the bank's loans come to.
func (b *lender) total(closed []calendar.Date, step func(calendar.Date) int) {
	for _, l := range b.loans {
		at := l.at(YearLast)
		b.totals.Loans++
		b.totals.Disbursed += l.lent
		b.totals.Outstanding += at.Outstanding
		b.totals.PrincipalRepaid += l.lent - at.Outstanding
		if at.DaysPastDue > 0 {
			b.totals.Overdue++
		}
		if l.settled {
			b.totals.Settled++
		}
	}
	for s := stage(0); s < stages; s++ {
		if s == acceptanceStage || s == decisionStage || s == lendingStage || s == reviewStage {
			b.totals.Events += len(b.entries[s])
		}
	}
}

// payThrough pays every instalment up to a day, each on its due date.
func (l *serviced) payThrough(until calendar.Date) *serviced {
	for {
		due, ok := l.nextDue(l.paidTo)
		if !ok || due > until {
			return l
		}
		l.paidTo = due
		l.pay(due, l.at(due).Due)
	}
}

// nextDue is the first due date after a day.
func (l *serviced) nextDue(after calendar.Date) (calendar.Date, bool) {
	for _, row := range l.account.Planned(l.state(after)) {
		if row.Due > after && row.Total > 0 {
			return row.Due, true
		}
	}
	return 0, false
}

// skip lets due dates pass up to a day without a payment.
func (l *serviced) skip(until calendar.Date) *serviced {
	l.paidTo = max(l.paidTo, until)
	return l
}

func (l *serviced) pay(day calendar.Date, amount money.Fen) *entry {
	if amount <= 0 {
		return nil
	}
	if l.before {
		l.enter(account.Entry{Date: day, Type: account.Repay, Amount: amount}, "", 0)
		return nil
	}
	e := l.b.repay(l.deal, day, amount)
	l.day = day
	l.enter(account.Entry{Date: day, Type: account.Repay, Amount: amount}, e.cells[numberCell], 0)
	return e
}

// payAll pays what is due on a day, late or not.
func (l *serviced) payAll(day calendar.Date) *serviced {
	l.paidTo = max(l.paidTo, day)
	l.pay(day, l.at(day).Due)
	return l
}

// close settles a loan on which nothing is owed.
func (l *serviced) close(day calendar.Date) {
	if !l.account.Cleared(l.state(day), day) {
		panic(l.contract + " is not cleared on " + day.String())
	}
	l.b.settle(l.deal, day)
	l.settled = true
}

const numberCell = "业务流水号"

// head are the cells that every line of a loan begins with.
func (l *serviced) head(prefix string, day calendar.Date) map[string]string {
	l.day = max(l.day, day)
	return map[string]string{numberCell: l.b.number(prefix, day), "业务日期": day.String(), "合同编号": l.contract}
}

// serve adds a line that makes an entry of the account.
func (l *serviced) serve(s stage, record, prefix string, e account.Entry, cells map[string]string) *entry {
	l.reset(e.Date)
	all := l.head(prefix, e.Date)
	for header, cell := range cells {
		all[header] = cell
	}
	l.enter(e, all[numberCell], 0)
	return l.b.add(s, record, e.Date, all)
}

func joined[T any](list []T, cell func(T) string) string {
	cells := make([]string, len(list))
	for i, x := range list {
		cells[i] = cell(x)
	}
	return strings.Join(cells, ";")
}

// reads and writes are what a line needs and what it changes, by name.
func (e *entry) reads() []string {
	var names []string
	name := func(kind, header string) {
		if cell := e.cells[header]; cell != "" {
			names = append(names, kind+cell)
		}
	}
	if e.record != "主体登记" && e.record != "主体变更" {
		name("subject ", "主体证件号码")
	}
	if e.record != "授权登记" && e.record != "撤销授权" {
		name("grant ", "授权编号")
	}
	return names
}

func (e *entry) writes() []string {
	var names []string
	name := func(kind, header string) {
		if cell := e.cells[header]; cell != "" {
			names = append(names, kind+cell)
		}
	}
	switch e.record {
	case "主体登记", "主体变更":
		name("subject ", "主体证件号码")
	case "授权登记", "撤销授权":
		name("grant ", "授权编号")
	}
	name("application ", "申请编号")
	name("loan ", "合同编号")
	name("loan ", renewedHeader)
	return names
}

// refuse says that the ledger refuses a line for a reason: it makes no entry.
func (l *serviced) refuse(e *entry, code string) {
	e.refuse = code
	number := e.cells[numberCell]
	l.entries = slices.DeleteFunc(l.entries, func(p posted) bool { return p.number == number })
	l.stand(e.cells[entryHeader])
}

// stand lets a reversed entry stand again.
func (l *serviced) stand(number string) {
	for i := range l.entries {
		if l.entries[i].number == number {
			l.entries[i].fell = 0
		}
	}
}
