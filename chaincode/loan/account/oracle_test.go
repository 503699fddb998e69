package account_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// This file keeps an account a second time, from the rules' wording: every
// instalment has its own books, what it bears is summed day by day in exact
// fractions, and the ledger walks through every day.

type books struct {
	contract account.Contract
	last     calendar.Date
	rows     []*leaf
	prices   []account.Price
	periods  int
	dues     []schedule.Due // of a seasonal plan, for every instalment
	each     int64
	advance  int64
	fee      int64
	paid     account.Parts
}

// leaf is an instalment's books.
type leaf struct {
	start, due          calendar.Date
	broken              bool
	balance             int64 // on which its interest runs
	scheduledP          int64
	scheduledI          int64
	principal, interest int64    // unpaid
	penalty, compound   int64    // of ended pieces, unpaid
	runsP, runsI        *big.Rat // the pieces that run, exact
	lastP, lastI        *big.Rat // the pieces that the last due date ended, exact
}

func newBooks(c account.Contract) *books {
	t := c.Terms
	b := &books{contract: c, periods: t.Periods, dues: t.Dues, prices: []account.Price{{From: t.From, Rate: t.Rate}}}
	n := t.Periods
	if t.Method == schedule.Bullet || t.Method == schedule.Revolving {
		n = 1
	}
	b.plan(0, t.From, false, int64(t.Principal), n, anew)
	return b
}

func (b *books) round(x *big.Rat) int64 {
	n, err := b.contract.Terms.Rounding.Rat(x)
	if err != nil {
		panic(err)
	}
	return int64(n)
}

// night passes from the end of a day to the end of the next.
func (b *books) night(day calendar.Date) {
	price := b.priceOn(day)
	yearly := func(unpaid int64, hundredths int) *big.Rat {
		x := new(big.Rat).SetFrac64(int64(price.Rate)*int64(hundredths), 1_000_000_000*10_000*360)
		return x.Mul(x, new(big.Rat).SetInt64(unpaid))
	}
	penalized := 10_000 + max(100*b.contract.PenaltyPercent+b.contract.PenaltyHundredths, 100*price.Misuse)
	for _, l := range b.rows {
		if l.due > day {
			continue
		}
		if day == b.last { // the last due date ends every piece
			l.lastP, l.runsP = l.runsP, new(big.Rat)
			l.lastI, l.runsI = l.runsI, new(big.Rat)
		}
		l.runsP.Add(l.runsP, yearly(l.principal, penalized))
		if day < b.last {
			l.runsI.Add(l.runsI, yearly(l.interest, 10_000+100*price.Misuse))
		} else {
			l.runsI.Add(l.runsI, yearly(l.interest, penalized))
		}
	}
	for _, l := range b.rows {
		if l.due == day+1 && b.advance > 0 {
			x := b.pay(l, day+1, b.advance, b.order())
			b.advance -= x
		}
	}
}

func (b *books) order() account.Order {
	if b.contract.Allocation != nil {
		return b.contract.Allocation
	}
	return account.Normal
}

func (l *leaf) endPrincipal(b *books) {
	l.penalty += b.round(l.lastP) + b.round(l.runsP)
	l.lastP, l.runsP = new(big.Rat), new(big.Rat)
}

func (l *leaf) endInterest(b *books) {
	l.compound += b.round(l.lastI) + b.round(l.runsI)
	l.lastI, l.runsI = new(big.Rat), new(big.Rat)
}

// inGrace tells whether a payment of the day forgives what is paid all that it
// bore.
func (b *books) inGrace(l *leaf, day calendar.Date) bool {
	return l.due.DaysUntil(day) <= b.contract.GraceDays
}

func (b *books) borne(l *leaf, day calendar.Date) (penalty, compound int64) {
	if b.inGrace(l, day) {
		return 0, 0
	}
	return l.penalty + b.round(l.lastP) + b.round(l.runsP), l.compound + b.round(l.lastI) + b.round(l.runsI)
}

func (b *books) pay(l *leaf, day calendar.Date, amount int64, order account.Order) int64 {
	start := amount
	penalty, compound := b.borne(l, day)
	take := func(owed int64) int64 {
		x := min(owed, amount)
		amount -= x
		return x
	}
	for _, part := range order {
		switch part {
		case account.Fee:
			x := take(b.fee)
			b.fee -= x
			b.paid.Fee += money.Fen(x)
		case account.Penalty:
			x := take(penalty)
			l.penalty -= x
			penalty -= x
			b.paid.Penalty += money.Fen(x)
		case account.Compound:
			x := take(compound)
			l.compound -= x
			compound -= x
			b.paid.Compound += money.Fen(x)
		case account.Interest:
			x := take(l.interest)
			if x > 0 {
				if b.inGrace(l, day) {
					l.runsI, l.lastI = shrink(l.runsI, l.interest, x), shrink(l.lastI, l.interest, x)
				} else {
					l.endInterest(b)
				}
			}
			l.interest -= x
			b.paid.Interest += money.Fen(x)
		case account.Principal:
			x := take(l.principal)
			if x > 0 {
				if b.inGrace(l, day) {
					l.runsP, l.lastP = shrink(l.runsP, l.principal, x), shrink(l.lastP, l.principal, x)
				} else {
					l.endPrincipal(b)
				}
			}
			l.principal -= x
			b.paid.Principal += money.Fen(x)
		}
	}
	return start - amount
}

// shrink is what the unpaid rest alone would have borne.
func shrink(runs *big.Rat, unpaid, paid int64) *big.Rat {
	return new(big.Rat).Mul(runs, big.NewRat(unpaid-paid, unpaid))
}

func (b *books) pastDue(day calendar.Date) int {
	for _, l := range b.rows {
		if l.due <= day && l.principal+l.interest > 0 {
			return l.due.DaysUntil(day)
		}
	}
	return 0
}

func (b *books) repay(day calendar.Date, amount int64) {
	order := b.order()
	if b.contract.NonPerforming > 0 && b.pastDue(day) > b.contract.NonPerforming {
		order = account.PrincipalFirst
	}
	for _, l := range b.rows {
		if l.due <= day && l.owes(b, day) {
			amount -= b.pay(l, day, amount, order)
		}
	}
	x := min(amount, b.fee) // no instalment was due
	b.fee -= x
	b.paid.Fee += money.Fen(x)
	b.advance += amount - x
}

func (l *leaf) owes(b *books, day calendar.Date) bool {
	penalty, compound := b.borne(l, day)
	return l.principal+l.interest+penalty+compound > 0
}

var allocations = []account.Order{nil, nil, account.Normal, account.PrincipalFirst,
	{account.Principal, account.Interest, account.Compound, account.Penalty, account.Fee}, {account.Interest, account.Fee, account.Principal, account.Compound, account.Penalty}}

// seasonal draws the days and amounts of a seasonal plan.
func seasonal(t schedule.Terms, draw func(most int) int) []schedule.Due {
	left, on := t.Principal, t.From
	dues := make([]schedule.Due, t.Periods)
	for i := range dues {
		on += calendar.Date(1 + draw(90))
		dues[i] = schedule.Due{Date: on, Principal: min(left, t.Principal*money.Fen(draw(60))/100)}
		if i == t.Periods-1 {
			dues[i].Principal = left
		}
		left -= dues[i].Principal
	}
	return dues
}

func contracts() *rapid.Generator[account.Contract] {
	return rapid.Custom(func(t *rapid.T) account.Contract {
		c := account.Contract{
			PenaltyPercent: rapid.IntRange(0, 100).Draw(t, "penalty"), PenaltyHundredths: rapid.SampledFrom([]int{0, 0, 50, 99}).Draw(t, "hundredths"), GraceDays: rapid.SampledFrom([]int{0, 0, 0, 3, 7, 45}).Draw(t, "grace"),
			NonPerforming: rapid.SampledFrom([]int{0, 30, 90}).Draw(t, "non-performing"), Allocation: rapid.SampledFrom(allocations).Draw(t, "allocation"),
			Terms: schedule.Terms{Method: schedule.Method(rapid.SampledFrom([]int{1, 2, 3, 4, 5, 6, 7}).Draw(t, "method")),
				Principal: money.Fen(rapid.OneOf(rapid.Int64Range(1, 500), rapid.Int64Range(1, 1e9)).Draw(t, "principal")),
				Rate:      money.Rate(rapid.SampledFrom([]int64{0, 38500000, 94822000, 240000000}).Draw(t, "rate")),
				Periods:   rapid.IntRange(1, 8).Draw(t, "periods"), EveryMonths: rapid.IntRange(1, 3).Draw(t, "every"),
				From: day("2024-01-31") + calendar.Date(rapid.IntRange(0, 60).Draw(t, "from")), Rounding: money.Rounding(rapid.IntRange(0, 1).Draw(t, "rounding")),
				MonthEnd: calendar.MonthEnd(rapid.IntRange(0, 1).Draw(t, "month end")), DayCount: calendar.DayCount(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3, 4}).Draw(t, "day count")),
				Multiple: rapid.SampledFrom([]money.Fen{0, 0, 0, 10, 100, 1000}).Draw(t, "multiple")}}
		if c.Terms.Method == schedule.Seasonal {
			c.Terms.Dues = seasonal(c.Terms, func(most int) int { return rapid.IntRange(0, most).Draw(t, "season") })
		}
		if c.PenaltyPercent == account.MaxPenalty {
			c.PenaltyHundredths = 0
		}
		if _, err := account.Open(c); err != nil {
			t.Skip(err.Error())
		}
		return c
	})
}

func TestAccountAgreesWithItsBooksEveryDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contracts().Draw(t, "contract")
		a := open(t, c)
		b := newBooks(c)
		var s account.State
		end := a.Maturity() + calendar.Date(rapid.IntRange(0, 200).Draw(t, "after"))
		next := c.Terms.From + calendar.Date(rapid.IntRange(0, 40).Draw(t, "first"))
		var paidIn money.Fen
		for d := c.Terms.From; d <= end; d++ {
			if d > c.Terms.From {
				b.night(d - 1)
			}
			if d == next {
				next += calendar.Date(rapid.IntRange(0, 45).Draw(t, "wait"))
				e, refused := entryOf(t, a, b, s, d)
				after, to, err := a.Apply(s, e)
				require.Equal(t, refused, reasonOf(err), "%+v", e)
				if err == nil {
					s = after
					b.apply(e)
					if e.Type == account.Repay || e.Type == account.Prepay {
						paidIn += e.Amount
						require.Equal(t, e.Amount, to.Sum()+to.Advance, "the parts add up to the payment")
					}
					if e.Type == account.Refund {
						paidIn -= e.Amount
					}
				}
				if next == d {
					next++
				}
			}
			f := a.At(s, d)
			agree(t, a, b, s, f, d)
			now := a.Advanced(s, d)
			require.Equal(t, paidIn, now.Paid.Sum()+now.Advance, "nothing is lost")
			require.Equal(t, b.last, a.LastDue(s))
			require.Equal(t, c.Terms.Principal-now.Paid.Principal, f.Outstanding)
		}
	})
}

func agree(t *rapid.T, a *account.Account, b *books, s account.State, f account.Figures, d calendar.Date) {
	var want account.Figures
	rows := a.Rows(s, d)
	require.Len(t, rows, len(b.rows), "%s", d)
	for i, l := range b.rows {
		require.EqualValues(t, l.scheduledP, rows[i].Principal, "%s instalment %d", d, i+1)
		require.EqualValues(t, l.scheduledI, rows[i].Interest, "%s instalment %d", d, i+1)
		require.Equal(t, l.due, rows[i].Due)
		require.EqualValues(t, l.principal, rows[i].UnpaidPrincipal, "%s instalment %d", d, i+1)
		require.EqualValues(t, l.interest, rows[i].UnpaidInterest, "%s instalment %d", d, i+1)
		want.Outstanding += money.Fen(l.principal)
		if l.due > d {
			want.Coming += money.Fen(l.principal + l.interest)
			continue
		}
		penalty, compound := b.borne(l, d)
		require.EqualValues(t, penalty, rows[i].Penalty, "%s instalment %d", d, i+1)
		require.EqualValues(t, compound, rows[i].Compound, "%s instalment %d", d, i+1)
		require.GreaterOrEqual(t, penalty, int64(0))
		require.GreaterOrEqual(t, compound, int64(0))
		want.Penalty += money.Fen(penalty)
		want.Compound += money.Fen(compound)
		want.Due += money.Fen(penalty + compound + l.principal + l.interest)
		if l.due < d {
			want.OverduePrincipal += money.Fen(l.principal)
			want.OverdueInterest += money.Fen(l.interest)
		}
	}
	want.Fee, want.Advance = money.Fen(b.fee), money.Fen(b.advance)
	want.Due += want.Fee
	want.Coming -= want.Advance
	want.DaysPastDue = b.pastDue(d)
	want.Class = account.Floor(want.DaysPastDue)
	require.Equal(t, want, f, "%s", d)
	require.Equal(t, b.paid, a.Advanced(s, d).Paid, "%s", d)
	for _, x := range []money.Fen{f.Outstanding, f.OverduePrincipal, f.OverdueInterest, f.Penalty, f.Compound, f.Fee, f.Advance, f.Due} {
		require.GreaterOrEqual(t, x, money.Fen(0), "%s", d)
	}
	require.Equal(t, f.Outstanding == 0 && f.Due == 0 && f.Advance == 0 && f.Coming == 0, a.Cleared(s, d))
}

// Looking, on any day, changes nothing that comes after.
func TestLookingEndsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contracts().Draw(t, "contract")
		a := open(t, c)
		d := c.Terms.From + calendar.Date(rapid.IntRange(0, 400).Draw(t, "day"))
		f := a.At(account.State{}, d)
		s, _ := a.Repay(account.State{}, d, money.Fen(rapid.Int64Range(1, max(1, int64(f.Due+f.Coming))).Draw(t, "amount")))
		e := d + calendar.Date(rapid.IntRange(0, 400).Draw(t, "later"))
		looked := a.Advanced(s, d+calendar.Date(rapid.IntRange(0, int(e-d)).Draw(t, "look")))
		require.Equal(t, a.At(s, e), a.At(looked, e))
		require.Equal(t, a.Rows(s, e), a.Rows(looked, e))
	})
}

func BenchmarkRepay36(b *testing.B) {
	c := year(schedule.EqualInstalment)
	c.Terms.Periods = 36
	for b.Loop() {
		a, err := account.Open(c)
		if err != nil {
			b.Fatal(err)
		}
		a.Repay(account.State{}, day("2024-03-11"), 5000000)
	}
}
