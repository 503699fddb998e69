package account

import (
	"errors"
	"fmt"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Result is what became of an entry. Parts are what its money has paid by the
// day folded to, on its own day or later as an advance; the rest waits, or was
// given back. Money that waits is spent first in, first out.
type Result struct {
	Entry   int // index in what was folded
	Parts   Parts
	Advance money.Fen
}

// Refused says which entry does not stand.
type Refused struct {
	Entry   int // index in what was folded
	Date    calendar.Date
	Type    Type
	Because *refusal.Refusal
}

func (r *Refused) Error() string {
	return fmt.Sprintf("entry %d, %s of %s, does not stand: %v", r.Entry, r.Type, r.Date, r.Because)
}

// Unwrap gives the refusal.
func (r *Refused) Unwrap() error { return r.Because }

// Fold is the state that a contract's entries give at the end of a day. They
// apply by date, and of one date in the order given; entries after the day
// have not happened yet. A correction of the past is a fold of what then
// stands: when a later entry no longer stands, the error *Refused names it.
func Fold(c Contract, entries []Entry, to calendar.Date) (*Account, State, []Result, error) {
	a, err := Open(c)
	if err != nil {
		return nil, State{}, nil, err
	}
	s, results, err := a.Fold(entries, to)
	return a, s, results, err
}

// Fold is the function Fold on an account that is open.
func (a *Account) Fold(entries []Entry, to calendar.Date) (State, []Result, error) {
	order := make([]int, 0, len(entries))
	for i := range entries {
		if entries[i].Date <= to {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(entries[i].Date) - int(entries[j].Date) })

	results := make([]Result, 0, len(order))
	var spent []spending
	waiting := 0 // the first result whose money waits
	f := a.open(State{})
	f.spent = &spent
	attribute := func() {
		for _, x := range spent {
			for x.amount > 0 {
				for results[waiting].Advance == 0 {
					waiting++
				}
				r := &results[waiting]
				part := min(x.amount, r.Advance)
				if x.part != refunded {
					*r.Parts.at(x.part) += part
				}
				r.Advance -= part
				x.amount -= part
			}
		}
		spent = spent[:0]
	}
	for _, i := range order {
		allocated, refused := f.apply(&entries[i])
		if refused != nil {
			return State{}, nil, &Refused{Entry: i, Date: entries[i].Date, Type: entries[i].Type, Because: refused}
		}
		attribute()
		results = append(results, Result{Entry: i, Parts: allocated.Parts, Advance: allocated.Advance})
	}
	f.advance(to)
	attribute()
	return f.s, results, nil
}

// Reversal 冲正 says that one record reverses another; both are named by the
// order in which they arrived, from 0.
type Reversal struct{ Record, Of int }

// Standing tells which of n records stand: each of which no reversal that
// stands itself is. Reversals are given in order of arrival. What is reversed
// already is not reversed again.
func Standing(n int, reversals []Reversal) ([]bool, error) {
	by := make([]int, n) // how many standing reversals are of a record
	of := map[int]int{}
	for _, r := range reversals {
		if r.Of < 0 || r.Of >= r.Record || r.Record >= n {
			return nil, &Refused{Entry: r.Record, Because: ReversedUnknown.At("of", r.Record-1, r.Of)}
		}
		if by[r.Of] > 0 {
			return nil, &Refused{Entry: r.Record, Because: ReversedAlready.At("of", nil, r.Of)}
		}
		of[r.Record] = r.Of
		// What falls, if it is a reversal, takes nothing away any more, so that
		// what it was of may stand again, and so on.
		for at, change := r.Of, 1; ; change = -change {
			before := by[at]
			by[at] += change
			next, isReversal := of[at]
			if !isReversal || (before > 0) == (by[at] > 0) {
				break
			}
			at = next
		}
	}
	stands := make([]bool, n)
	for i := range stands {
		stands[i] = by[i] == 0
	}
	return stands, nil
}

// RefusedEntry finds which entry an error of Fold or Standing names.
func RefusedEntry(err error) (*Refused, bool) {
	var r *Refused
	ok := errors.As(err, &r)
	return r, ok
}
