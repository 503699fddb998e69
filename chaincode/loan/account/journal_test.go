package account_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// journal keeps an account as a ledger does: records arrive in any order of
// dates, one that is not back-dated is applied, any other makes it fold what
// then stands; what is refused leaves everything as it was.
type journal struct {
	a         *account.Account
	entries   []account.Entry // of records that are reversals: nothing
	reversals []account.Reversal
	state     account.State
	last      calendar.Date
}

// standing is what stands, in order of arrival.
func (j *journal) standing() ([]account.Entry, calendar.Date, error) {
	stands, err := account.Standing(len(j.entries), j.reversals)
	if err != nil {
		return nil, 0, err
	}
	var list []account.Entry
	last := j.a.Contract().Terms.From
	for i, e := range j.entries {
		if stands[i] && e.Type != 0 {
			list, last = append(list, e), max(last, e.Date)
		}
	}
	return list, last, nil
}

func (j *journal) fold() error {
	list, last, err := j.standing()
	if err != nil {
		return err
	}
	s, _, err := j.a.Fold(list, last)
	if err == nil {
		j.state, j.last = s, last
	}
	return err
}

// enter takes an entry in.
func (j *journal) enter(e account.Entry) error {
	if e.Date >= j.last {
		s, _, err := j.a.Apply(j.state, e)
		if err == nil {
			j.entries, j.state, j.last = append(j.entries, e), s, e.Date
		}
		return err
	}
	j.entries = append(j.entries, e)
	err := j.fold()
	if err != nil {
		j.entries = j.entries[:len(j.entries)-1]
	}
	return err
}

// reverse takes the reversal of a record in.
func (j *journal) reverse(of int) error {
	j.entries = append(j.entries, account.Entry{})
	j.reversals = append(j.reversals, account.Reversal{Record: len(j.entries) - 1, Of: of})
	err := j.fold()
	if err != nil {
		j.entries, j.reversals = j.entries[:len(j.entries)-1], j.reversals[:len(j.reversals)-1]
	}
	return err
}

// fault is what an invariant says about a journal; "" when it holds.
func (j *journal) fault() string {
	f := j.a.At(j.state, j.last)
	lent := j.a.Lent(j.state)
	if f.Outstanding != lent-j.state.Paid.Principal {
		return "outstanding is not what was lent less principal repaid"
	}
	for _, x := range []money.Fen{f.Outstanding, f.OverduePrincipal, f.OverdueInterest, f.Penalty, f.Compound, f.Fee, f.Advance, f.Due,
		j.state.Paid.Fee, j.state.Paid.Penalty, j.state.Paid.Compound, j.state.Paid.Interest, j.state.Paid.Principal} {
		if x < 0 {
			return fmt.Sprintf("negative: %+v", f)
		}
	}
	if f.Class != account.Floor(f.DaysPastDue) || j.a.Class(j.state, j.last) < f.Class {
		return "the class is better than its floor"
	}
	var scheduled, unpaid, overdue money.Fen
	before := j.a.Contract().Terms.From
	for i, r := range j.a.Rows(j.state, j.last) {
		if r.Principal < 0 || r.Interest < 0 || r.Balance < 0 || r.UnpaidPrincipal < 0 || r.UnpaidInterest < 0 || r.UnpaidPrincipal > r.Principal || r.UnpaidInterest > r.Interest || r.Penalty < 0 || r.Compound < 0 {
			return fmt.Sprintf("instalment: %+v", r)
		}
		if r.N != i+1 || r.Due <= before {
			return fmt.Sprintf("out of order: %+v", r)
		}
		before = r.Due
		scheduled += r.Principal
		unpaid += r.UnpaidPrincipal
		if r.Due < j.last {
			overdue += r.UnpaidPrincipal + r.UnpaidInterest
		}
	}
	if m := j.state.Amended; m != nil {
		scheduled += m.Prepaid
	}
	switch {
	case scheduled != lent:
		return fmt.Sprintf("the plan's principal %s is not the loan's %s", scheduled, lent)
	case unpaid != f.Outstanding:
		return fmt.Sprintf("unpaid %s, outstanding %s", unpaid, f.Outstanding)
	case overdue != f.OverduePrincipal+f.OverdueInterest:
		return "the overdue instalments do not add up"
	case (f.DaysPastDue > 0) != (overdue > 0):
		return "past due without arrears, or arrears without"
	}
	return ""
}

// foldFault compares a journal with a fold of all that stands.
func (j *journal) foldFault() string {
	list, last, err := j.standing()
	if err != nil {
		return err.Error()
	}
	s, results, err := j.a.Fold(list, last)
	if err != nil {
		return err.Error()
	}
	if !reflect.DeepEqual(s, j.state) {
		return fmt.Sprintf("replay gives another state:\n%+v\n%+v", s, j.state)
	}
	var in, parts, principal money.Fen
	for _, r := range results {
		switch e := list[r.Entry]; e.Type {
		case account.Repay, account.Prepay, account.Recover:
			in += e.Amount
		case account.Refund:
			in -= e.Amount
		}
		parts += r.Parts.Sum()
		principal += r.Parts.Principal
	}
	f := j.a.At(s, last)
	if parts+f.Advance != in {
		return fmt.Sprintf("paid in %s, allocated %s, waits %s", in, parts, f.Advance)
	}
	if j.a.Lent(s)-principal != f.Outstanding {
		return "the entries' principal is not what was repaid"
	}
	return ""
}

// orderFault lets what stands arrive in another order.
func (j *journal) orderFault(r *rand.Rand) (string, bool) {
	list, _, err := j.standing()
	if err != nil {
		return err.Error(), true
	}
	slices.SortStableFunc(list, func(x, y account.Entry) int { return int(x.Date) - int(y.Date) })
	other := &journal{a: j.a, last: j.a.Contract().Terms.From}
	var late []account.Entry
	for i, e := range list {
		alone := (i+1 == len(list) || list[i+1].Date != e.Date) && (i == 0 || list[i-1].Date != e.Date)
		if alone && e.Type != account.TakeOn && r.IntN(10) == 0 {
			late = append(late, e)
		} else if other.enter(e) != nil {
			if !alone { // of one date the order of arrival counts
				return "", false
			}
			late = append(late, e)
		}
	}
	r.Shuffle(len(late), func(x, y int) { late[x], late[y] = late[y], late[x] })
	for len(late) > 0 {
		n := len(late)
		late = slices.DeleteFunc(late, func(e account.Entry) bool { return other.enter(e) == nil })
		if len(late) == n {
			return "", false // what is left does not stand without the rest
		}
	}
	if len(other.entries) != len(list) || !reflect.DeepEqual(other.state, j.state) {
		return fmt.Sprintf("another order of arrival gives another state:\n%+v\n%+v", other.state, j.state), true
	}
	return "", true
}

// anyContract draws a loan that lives long enough for many entries.
func anyContract(r *rand.Rand) account.Contract {
	for {
		c := account.Contract{PenaltyPercent: r.IntN(101), GraceDays: pick(r, 0, 0, 0, 3, 10), NonPerforming: pick(r, 0, 90, 90),
			Allocation: allocations[r.IntN(len(allocations))],
			Terms: schedule.Terms{Method: schedule.Method(1 + r.IntN(7)), Principal: money.Fen(1 + r.Int64N(pick[int64](r, 100_000, 50_000_000, 1_000_000_000))),
				Rate: money.Rate(10 * r.Int64N(15_000_000)), Periods: 6 + r.IntN(31), EveryMonths: pick(r, 1, 1, 1, 3),
				From: day("2023-10-31") + calendar.Date(r.IntN(200)), DayCount: calendar.DayCount(pick(r, 0, 0, 0, 1, 2, 3, 4)),
				Rounding: money.Rounding(r.IntN(2)), MonthEnd: calendar.MonthEnd(r.IntN(2)), Multiple: money.Fen(pick(r, 0, 0, 0, 10, 100))}}
		if c.Terms.Method == schedule.Seasonal {
			c.Terms.Dues = seasonal(c.Terms, func(most int) int { return r.IntN(most + 1) })
		}
		if (c.Terms.Method == schedule.Bullet || c.Terms.Method == schedule.Revolving) && c.Terms.EveryMonths == 1 {
			c.Terms.Periods = 12 + r.IntN(13)
		}
		if _, err := account.Open(c); err == nil {
			return c
		}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
