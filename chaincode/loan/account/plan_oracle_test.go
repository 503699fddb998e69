package account_test

import (
	"math/big"

	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// The books' plan, from the rules' wording in exact fractions.

func (b *books) priceOn(day calendar.Date) account.Price {
	p := b.prices[0]
	for _, next := range b.prices {
		if next.From <= day {
			p = next
		}
	}
	return p
}

func (b *books) dueDate(k int) calendar.Date {
	t := b.contract.Terms
	if t.Method == schedule.Seasonal {
		return b.dues[k].Date
	}
	months := (k + 1) * t.EveryMonths
	if t.Method == schedule.Bullet || t.Method == schedule.Revolving {
		months = b.periods * t.EveryMonths
	}
	d, err := t.From.AddMonths(months, t.MonthEnd)
	if err != nil {
		panic(err)
	}
	return d
}

// year is the fraction of a year of [start, day) within a period that ends on
// due, day by day where days are what is counted.
func (b *books) year(start, due, day calendar.Date, broken bool) *big.Rat {
	t := b.contract.Terms
	count := t.DayCount
	months := t.Method == schedule.EqualInstalment || t.Method == schedule.EqualPrincipal || t.Method == schedule.FlatInterest
	if count == calendar.Unspecified && !months || broken {
		count = calendar.Actual360
	}
	thirty := func() *big.Rat {
		y1, m1, d1 := start.Civil()
		y2, m2, d2 := day.Civil()
		return big.NewRat(int64(360*(y2-y1)+30*(m2-m1)+min(d2, 30)-min(d1, 30)), 360)
	}
	switch count {
	case calendar.Unspecified:
		whole := big.NewRat(int64(t.EveryMonths), 12)
		if x := thirty(); day < due && x.Cmp(whole) < 0 {
			return x
		}
		return whole
	case calendar.Thirty360:
		return thirty()
	}
	sum := new(big.Rat)
	for d := start; d < day; d++ {
		length := int64(360)
		if count == calendar.Actual365 || count == calendar.ActualActual {
			length = 365
		}
		if count == calendar.ActualActual && calendar.Leap(d.Year()) {
			length = 366
		}
		sum.Add(sum, big.NewRat(1, length))
	}
	return sum
}

// factor is Σ rate × fraction of a year over the rates of a period.
func (b *books) factor(start, due calendar.Date, broken bool) *big.Rat {
	sum, before := new(big.Rat), new(big.Rat)
	for i := range b.prices {
		from, to := max(b.prices[i].From, start), due
		if i+1 < len(b.prices) {
			to = min(to, b.prices[i+1].From)
		}
		if from >= to {
			continue
		}
		x := b.year(start, due, to, broken)
		rate := big.NewRat(int64(b.prices[i].Rate)*int64(100+b.prices[i].Misuse), 100_000_000_000)
		sum.Add(sum, rate.Mul(rate, new(big.Rat).Sub(x, before)))
		before = x
	}
	return sum
}

// anew is no amount.
const anew = -1

// plan replaces the instalments from k on; anew lets
// the books fix what they are fixed to.
func (b *books) plan(k int, start calendar.Date, broken bool, balance int64, n int, each int64) {
	t := b.contract.Terms
	b.rows, b.last = b.rows[:k:k], start
	factors, starts := make([]*big.Rat, n), make([]calendar.Date, n)
	for i := k; i < n; i++ {
		starts[i] = start
		factors[i] = b.factor(start, b.dueDate(i), broken && i == k)
		start = b.dueDate(i)
	}
	if each == anew && k < n {
		switch t.Method {
		case schedule.EqualInstalment: // P·Π(1+f) / Σ_k Π_{j>k}(1+f_j)
			one := big.NewRat(1, 1)
			product, sum := big.NewRat(balance, 1), new(big.Rat)
			for i := k; i < n; i++ {
				grown := new(big.Rat).Add(one, factors[i])
				product.Mul(product, grown)
				sum.Mul(sum, grown).Add(sum, one)
			}
			multiple := max(int64(t.Multiple), 1)
			sum.Mul(sum, big.NewRat(multiple, 1))
			each = b.round(product.Quo(product, sum)) * multiple
		case schedule.EqualPrincipal, schedule.FlatInterest:
			each = b.round(big.NewRat(balance, int64(n-k)))
		}
	}
	b.each = each
	for i := k; i < n; i++ {
		interest := b.round(new(big.Rat).Mul(big.NewRat(b.bears(balance), 1), factors[i]))
		principal := int64(0)
		switch {
		case i == n-1:
			principal = balance
		case t.Method == schedule.EqualInstalment:
			principal = min(each-interest, balance)
		case t.Method == schedule.EqualPrincipal || t.Method == schedule.FlatInterest:
			principal = min(each, balance)
		case t.Method == schedule.Seasonal:
			principal = min(int64(b.dues[i].Principal), balance)
		}
		b.rows = append(b.rows, &leaf{start: starts[i], due: b.dueDate(i), broken: broken && i == k, balance: balance,
			scheduledP: principal, scheduledI: interest, principal: principal, interest: interest,
			runsP: new(big.Rat), runsI: new(big.Rat), lastP: new(big.Rat), lastI: new(big.Rat)})
		balance -= principal
	}
	if len(b.rows) > 0 {
		b.last = b.rows[len(b.rows)-1].due
	}
}

// bears is what bears interest: flat interest is on all that was lent.
func (b *books) bears(balance int64) int64 {
	if b.contract.Terms.Method == schedule.FlatInterest {
		return int64(b.contract.Terms.Principal)
	}
	return balance
}

// scale spreads a balance over the dues from k on in proportion, so that each
// sum from the first of them is rounded once.
func (b *books) scale(k int, balance int64) {
	dues := append([]schedule.Due(nil), b.dues...)
	var whole, before, given int64
	for _, due := range dues[k:] {
		whole += int64(due.Principal)
	}
	for i := k; i < len(dues); i++ {
		before += int64(dues[i].Principal)
		upTo := b.round(new(big.Rat).Mul(big.NewRat(before, whole), big.NewRat(balance, 1)))
		dues[i].Principal, given = money.Fen(upTo-given), upTo
	}
	b.dues = dues
}

// running is the first instalment that falls due after a day.
func (b *books) running(day calendar.Date) int {
	for i, l := range b.rows {
		if l.due > day {
			return i
		}
	}
	return len(b.rows)
}

func (b *books) reprice(p account.Price) {
	for len(b.prices) > 1 && b.prices[len(b.prices)-1].From == p.From {
		b.prices = b.prices[:len(b.prices)-1]
	}
	b.prices = append(b.prices, p)
	k := b.running(p.From)
	if k == len(b.rows) || b.rows[k].balance == 0 {
		return
	}
	each := b.each
	if b.contract.Terms.Method == schedule.EqualInstalment {
		each = anew
	}
	l := b.rows[k]
	b.plan(k, l.start, l.broken, l.balance, len(b.rows), each)
}

func (b *books) extend(e account.Entry) {
	b.periods = e.Periods
	k := b.running(e.Date)
	l := b.rows[k]
	n := e.Periods
	switch b.contract.Terms.Method {
	case schedule.Bullet, schedule.Revolving:
		n = 1
	case schedule.Seasonal:
		b.dues = append(append([]schedule.Due(nil), b.dues[:k]...), e.Dues...)
		n = len(b.dues)
	}
	b.plan(k, l.start, l.broken, l.balance, n, anew)
}

// prepay does what a prepayment does when it stands.
func (b *books) prepay(day calendar.Date, amount int64, effect account.Effect) {
	due, interest, _ := b.met(day)
	b.repay(day, due)
	k := b.running(day)
	l := b.rows[k]
	principal := amount - due - interest
	b.paid.Interest += money.Fen(interest)
	b.paid.Principal += money.Fen(principal)
	n := len(b.rows)
	if principal == l.balance {
		n = k
	}
	each := int64(anew)
	m := b.contract.Terms.Method
	shorter := effect == account.Shorten && (m == schedule.EqualInstalment || m == schedule.EqualPrincipal || m == schedule.Seasonal)
	if shorter {
		each = b.each
	}
	if m == schedule.Seasonal && !shorter && n > k {
		b.scale(k, l.balance-principal)
	}
	b.plan(k, day, l.broken || day != l.start, l.balance-principal, n, each)
	for i := len(b.rows); shorter && i > k && b.rows[i-1].scheduledP+b.rows[i-1].scheduledI == 0; i-- {
		b.rows = b.rows[:i-1]
		b.last = b.rows[len(b.rows)-1].due
	}
	if m == schedule.Seasonal {
		b.dues = append([]schedule.Due(nil), b.dues[:len(b.rows)]...)
		for i := k; i < len(b.rows); i++ {
			b.dues[i].Principal = money.Fen(b.rows[i].scheduledP)
		}
	}
}

// met is what a prepayment of a day meets.
func (b *books) met(day calendar.Date) (due, interest, balance int64) {
	due = b.fee
	for _, l := range b.rows {
		if l.due <= day {
			penalty, compound := b.borne(l, day)
			due += l.principal + l.interest + penalty + compound
		}
	}
	k := b.running(day)
	if k == len(b.rows) {
		return due, 0, 0
	}
	l := b.rows[k]
	exact := new(big.Rat)
	for d := l.start; d < day; d++ {
		p := b.priceOn(d)
		exact.Add(exact, big.NewRat(int64(p.Rate)*int64(100+p.Misuse), 100_000_000_000*360))
	}
	return due, b.round(exact.Mul(exact, big.NewRat(b.bears(l.balance), 1))), l.balance
}

// grows reports whether an instalment that is not yet due is smaller than its
// interest, as a plan made anew must not be.
func (b *books) grows(day calendar.Date) bool {
	for _, l := range b.rows {
		if l.due > day && l.scheduledP < 0 {
			return true
		}
	}
	return false
}

func (b *books) apply(e account.Entry) {
	switch e.Type {
	case account.Repay:
		b.repay(e.Date, int64(e.Amount))
	case account.Charge:
		paid := min(b.advance, int64(e.Amount))
		b.advance -= paid
		b.paid.Fee += money.Fen(paid)
		b.fee += int64(e.Amount) - paid
	case account.Refund:
		b.advance -= int64(e.Amount)
	case account.Prepay:
		b.prepay(e.Date, int64(e.Amount), e.Effect)
	case account.Reprice:
		b.reprice(account.Price{From: e.Date, Rate: e.Rate, Misuse: b.priceOn(e.Date).Misuse})
	case account.Misuse:
		b.reprice(account.Price{From: e.Date, Rate: b.priceOn(e.Date).Rate, Misuse: e.Percent})
	case account.Extend:
		b.extend(e)
	}
}

// entryOf draws an entry of a day and says why it must be refused, if so.
func entryOf(t *rapid.T, a *account.Account, b *books, s account.State, d calendar.Date) (e account.Entry, refused string) {
	e = account.Entry{Date: d, Type: account.Repay}
	f := a.At(s, d)
	all := max(f.Due+f.Coming, 1)
	due, interest, balance := b.met(d)
	grows := func() {
		if trial := b.copied(); refused == "" {
			if trial.apply(e); trial.grows(d) {
				refused = account.PlanGrows.Code
			}
		}
	}
	switch rapid.IntRange(0, 12).Draw(t, "entry") {
	case 0:
		e.Amount = max(f.Due, 1)
	case 1:
		e.Amount = max(f.Penalty+f.Compound, 1)
	case 2:
		e.Type, e.Amount = account.Charge, money.Fen(rapid.Int64Range(1, 1000).Draw(t, "fee"))
	case 3, 4:
		e.Type, e.Effect = account.Prepay, account.Effect(rapid.IntRange(0, 1).Draw(t, "effect"))
		e.Amount = money.Fen(max(1, due+interest+rapid.OneOf(rapid.SampledFrom([]int64{0, 1, balance - 1, balance, balance + 1, balance - b.advance}), rapid.Int64Range(0, balance)).Draw(t, "principal")))
		switch x := int64(e.Amount); {
		case balance == 0:
			refused = account.PrepayNothing.Code
		case x > due+interest+balance:
			refused = account.PrepayAbove.Code
		case x <= due+interest:
			refused = account.PrepaySmall.Code
		case x < due+interest+balance && b.contract.Terms.Method == schedule.FlatInterest:
			refused = account.PlanFlat.Code
		}
		grows()
	case 5:
		e.Type, e.Rate = account.Reprice, money.Rate(rapid.SampledFrom([]int64{0, 31000000, 38500000, 240000000}).Draw(t, "rate"))
		grows()
	case 6:
		e.Type, e.Percent = account.Misuse, rapid.SampledFrom([]int{0, 50, 100}).Draw(t, "percent")
		grows()
	case 7:
		e.Type, e.Periods = account.Extend, b.periods+rapid.IntRange(0, 3).Draw(t, "more")
		last, _ := b.contract.Terms.From.AddMonths(e.Periods*b.contract.Terms.EveryMonths, b.contract.Terms.MonthEnd)
		k, seasonal := b.running(d), b.contract.Terms.Method == schedule.Seasonal
		if seasonal {
			e.Periods = 0
		}
		if seasonal && k < len(b.rows) {
			for i, l := range b.rows[k:] {
				e.Dues = append(e.Dues, schedule.Due{Date: l.due + calendar.Date(i*rapid.IntRange(0, 20).Draw(t, "later")), Principal: money.Fen(l.scheduledP)})
				last = e.Dues[i].Date
			}
		}
		switch {
		case k == len(b.rows):
			refused = account.ExtendLate.Code
		case b.rows[k].balance == 0:
			refused = account.NothingOwed.Code
		case b.contract.Terms.Method == schedule.FlatInterest:
			refused = account.PlanFlat.Code
		case seasonal && !ordered(e.Dues):
			refused = account.ExtendDues.Code
		case last <= b.last:
			refused = account.ExtendShorter.Code
		}
		grows()
	case 8:
		e.Type, e.Amount = account.Refund, max(1, f.Advance+money.Fen(rapid.IntRange(-1, 1).Draw(t, "refund")))
		if e.Amount > f.Advance {
			refused = account.RefundAbove.Code
		}
	default:
		e.Amount = money.Fen(rapid.Int64Range(1, int64(all)).Draw(t, "amount"))
	}
	return e, refused
}

func ordered(dues []schedule.Due) bool {
	for i := range dues {
		if i > 0 && dues[i].Date <= dues[i-1].Date {
			return false
		}
	}
	return true
}

// copied is a copy to try something on.
func (b *books) copied() *books {
	c := *b
	c.prices = append([]account.Price(nil), b.prices...)
	c.rows = make([]*leaf, len(b.rows))
	for i, l := range b.rows {
		x := *l
		for _, r := range []**big.Rat{&x.runsP, &x.runsI, &x.lastP, &x.lastI} {
			*r = new(big.Rat).Set(*r)
		}
		c.rows[i] = &x
	}
	return &c
}

func reasonOf(err error) string {
	if r, ok := refusal.As(err); ok {
		return r.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
