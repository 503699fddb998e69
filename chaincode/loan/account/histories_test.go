package account_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// reversed counts reversals among the types of commands; guaranteed counts a
// guarantor's payments.
const (
	reversed   = 0
	guaranteed = 31
	types      = 32
)

// life is what one history did.
type life struct {
	counts   [types]int
	length   int
	refused  int
	reorders int // histories of which another order of arrival was comparable
}

// histories is how many random histories TestHistories runs; scripts/histories
// runs 100,000.
func histories(t *testing.T) int {
	text := os.Getenv("QXL_HISTORIES")
	if text == "" {
		return 400
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "QXL_HISTORIES")
	return n
}

// TestHistories runs random histories of at least fifty commands on a journal:
// after each, the account's invariants; at the end, that a replay and another
// order of arrival give the same state; in between, that a correction undone
// gives the state before it.
func TestHistories(t *testing.T) {
	n := histories(t)
	lives := make([]life, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	var once sync.Once
	var fault string
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				var f string
				if lives[i], f = live(uint64(i)); f != "" {
					once.Do(func() { fault = f })
					next.Store(int64(n))
				}
			}
		})
	}
	workers.Wait()
	require.Empty(t, fault)

	lengths := make([]int, n)
	var sum life
	for i, l := range lives {
		lengths[i] = l.length
		sum.length += l.length
		sum.refused += l.refused
		sum.reorders += l.reorders
		for k, c := range l.counts {
			sum.counts[k] += c
		}
	}
	slices.Sort(lengths)
	t.Logf("%d histories, %d commands, median %d a history, %d more refused; another order of arrival compared in %d", n, sum.length, lengths[n/2], sum.refused, sum.reorders)
	require.GreaterOrEqual(t, lengths[n/2], 50)
	require.Greater(t, sum.reorders, n/2)
	for k, c := range sum.counts {
		name := account.Type(k).String()
		switch {
		case k == reversed:
			name = "reverse"
		case k == guaranteed:
			name = "guarantor's payment"
		case name == "unknown":
			require.Zero(t, c)
			continue
		}
		share := float64(c) / float64(sum.length)
		t.Logf("%-20s %8d  %.1f %%", name, c, 100*share)
		require.GreaterOrEqual(t, share, 0.01, name)
	}
}

// live runs one history; the fault names its seed.
func live(seed uint64) (life, string) {
	r := rand.New(rand.NewPCG(seed, 4))
	c := anyContract(r)
	a, err := account.Open(c)
	if err != nil {
		return life{}, err.Error()
	}
	j := &journal{a: a, last: c.Terms.From}
	var l life
	fail := func(what string) (life, string) {
		return l, fmt.Sprintf("seed %d: %s\ncontract %+v\nentries %+v\nreversals %+v\nstate %+v", seed, what, c, j.entries, j.reversals, j.state)
	}
	done := func(e account.Entry) {
		l.counts[e.Type]++
		l.length++
		if e.Payer == account.Guarantor {
			l.counts[guaranteed]++
		}
	}
	if r.IntN(5) > 0 {
		e := takeOn(r, a)
		switch err := j.enter(e); {
		case err == nil:
			done(e)
		case account.PlanGrows.Is(err): // a small rest, and a large multiple
			l.refused++
		default:
			return fail("take-on: " + err.Error())
		}
	}
	target := 50 + r.IntN(25)
	for try := 0; l.length < target && try < 6*target; try++ {
		if r.IntN(100) < 13 && len(j.entries) > 0 {
			before := j.state
			undo := r.IntN(3) == 0
			if j.reverse(r.IntN(len(j.entries))) != nil {
				l.refused++
				continue
			}
			done(account.Entry{})
			if undo {
				if err := j.reverse(len(j.entries) - 1); err != nil {
					return fail("a reversal cannot be undone: " + err.Error())
				}
				done(account.Entry{})
				if !reflect.DeepEqual(before, j.state) {
					return fail(fmt.Sprintf("a correction undone gives another state than before:\n%+v", before))
				}
			}
		} else if e := anyEntry(r, j); j.enter(e) != nil {
			l.refused++
			continue
		} else {
			done(e)
		}
		if what := j.fault(); what != "" {
			return fail(what)
		}
	}
	if what := j.foldFault(); what != "" {
		return fail(what)
	}
	if what := j.explainFault(); what != "" {
		return fail(what)
	}
	if what := j.quoteFault(r); what != "" {
		return fail(what)
	}
	what, compared := j.orderFault(r)
	if what != "" {
		return fail(what)
	}
	if compared {
		l.reorders++
	}
	return l, ""
}

// anyEntry draws an entry that mostly stands.
func anyEntry(r *rand.Rand, j *journal) account.Entry {
	e := account.Entry{Date: j.last + calendar.Date(pick(r, 0, 1, 2, 5, 9, 14, 31))}
	if r.IntN(100) < 12 {
		e.Date = max(j.last-calendar.Date(r.IntN(60)), j.a.Contract().Terms.From)
	}
	f := j.a.At(j.state, e.Date)
	share := func(of money.Fen, percent int) money.Fen { return max(1, of*money.Fen(percent)/100) }
	written := j.state.Amended != nil && j.state.Amended.WrittenOff != nil
	switch n := r.IntN(100); {
	case n < 30:
		e.Type, e.Amount = account.Repay, pick(r, max(f.Due, 1), share(f.Due, 1+r.IntN(100)), share(f.Outstanding, 1+r.IntN(4)), max(f.Penalty+f.Compound, 1))
	case n < 35:
		e.Type, e.Payer, e.Amount = account.Repay, account.Guarantor, share(f.Due, 1+r.IntN(100))
	case n < 41:
		e.Type, e.Amount = account.Charge, money.Fen(1+r.Int64N(5000))
	case n < 56:
		e.Type, e.Effect, e.Payer = account.Prepay, account.Effect(r.IntN(2)), account.Payer(r.IntN(8)/7)
		e.Amount = f.Due + share(f.Outstanding, 2+r.IntN(12))
		if r.IntN(40) == 0 && e.Date >= j.last {
			if q, err := j.a.Quote(j.state, e.Date, 0, e.Effect); err == nil {
				e.Amount = q.Amount
			}
		}
	case n < 65:
		e.Type, e.Rate = account.Reprice, money.Rate(10*r.Int64N(15_000_000))
	case n < 72:
		e.Type = account.Extend
		e.Periods = j.a.Contract().Terms.Periods + 1 + r.IntN(4)
		if m := j.state.Amended; m != nil && m.Periods > 0 {
			e.Periods = m.Periods + 1 + r.IntN(2)
		}
		if j.a.Contract().Terms.Method == schedule.Seasonal {
			e.Periods = 0
			for _, row := range j.a.Planned(j.state) {
				if row.Due > e.Date {
					e.Dues = append(e.Dues, schedule.Due{Date: row.Due + calendar.Date(len(e.Dues)+r.IntN(20)), Principal: row.Principal})
				}
			}
		}
	case n < 76:
		e.Type, e.Percent = account.Misuse, pick(r, 0, 50, 100)
	case n < 84:
		e.Type, e.Amount = account.Recover, share(f.Outstanding, 1+r.IntN(4))
		if !written {
			e.Type, e.Amount = account.WriteOff, 0
		}
	case n < 90:
		e.Type, e.Class, e.Reasons = account.Classify, max(account.Floor(f.DaysPastDue), account.Class(r.IntN(5))), []string{"cash flow"}
	default:
		e.Type, e.Amount = account.Refund, share(f.Advance, 1+r.IntN(60))
		if f.Advance == 0 {
			e.Type, e.Amount = account.Repay, f.Due+share(f.Outstanding, 3)
		}
	}
	return e
}

// takeOn draws the opening balances of a loan that was partly repaid.
func takeOn(r *rand.Rand, a *account.Account) account.Entry {
	c := a.Contract()
	plan := a.Plan().Instalments
	on := c.Terms.From + calendar.Date(r.IntN(120))
	o := &account.Opening{On: on, PaidTo: c.Terms.From, Balance: c.Terms.Principal}
	for i, row := range plan {
		if row.Due > on {
			break
		}
		o.PaidTo, o.Balance = row.Due, row.Balance
		if r.IntN(3) == 0 {
			x := account.Arrear{Instalment: i + 1, Principal: money.Fen(r.Int64N(int64(row.Principal) + 1)), Interest: money.Fen(r.Int64N(int64(row.Interest) + 1))}
			if r.IntN(2) == 0 {
				x.Penalty, x.Compound = money.Fen(r.Int64N(500)), money.Fen(r.Int64N(50))
			}
			o.Arrears = append(o.Arrears, x)
		}
	}
	return account.Entry{Date: on, Type: account.TakeOn, Opening: o}
}
