package loan

import (
	"fmt"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// chronicle is a loan's whole log in order of arrival.
type chronicle []ledgerstate.Entry[Loan]

// standing tells which entries stand: no reversal that stands itself is of
// them.
func (log chronicle) standing() ([]bool, error) {
	var reversals []account.Reversal
	for i := range log {
		if e, ok := log[i].Event.(LoanReversed); ok {
			reversals = append(reversals, account.Reversal{Record: i, Of: e.Of})
		}
	}
	return account.Standing(len(log), reversals)
}

// find is the position of the entry with a business number; -1 if there is
// none. All commands on loans come from the one bank, so numbers are unique.
func (log chronicle) find(number string) int {
	return slices.IndexFunc(log, func(e ledgerstate.Entry[Loan]) bool { return e.Number == number })
}

// effective is the day from which an entry counts.
func effective(e ledgerstate.Entry[Loan], l *Loan) calendar.Date {
	switch x := e.Event.(type) {
	case LoanTakenOn:
		return x.TakenOn.Opening.On
	case TakeOnConfirmed:
		return l.Last
	}
	return e.Date
}

// fallen says which entry of a log cannot stand, and why.
type fallen struct {
	entry   int
	because *refusal.Refusal
}

func (f *fallen) Error() string { return fmt.Sprintf("entry %d: %v", f.entry, f.because) }

// rebuild is the loan that the entries which stand give at the end of a day,
// and where the money of each went on its day. First comes what led to the
// disbursement, in order of arrival; then the entries of the account and the
// settlement, by date and of one date by arrival. A settlement after which
// something is owed again has no effect: the loan is open. The error is a
// *fallen.
func (log chronicle) rebuild(stands []bool, to calendar.Date) (Loan, map[int]account.Allocation, error) {
	var l Loan
	var dated []int
	for i, e := range log {
		if !stands[i] {
			continue
		}
		from := None
		switch e.Event.(type) {
		case ReversalRequested, LoanReversed:
			continue
		case LoanSettled, posting:
			if e.Date <= to {
				dated = append(dated, i)
			}
			continue
		case LoanDisbursed, LoanRenewed:
			from = Signed
		case TakeOnConfirmed:
			from = Proposed
		}
		if effective(e, &l) > to {
			continue
		}
		if from != None && l.Status != from {
			return l, nil, &fallen{i, WrongState.At("status", from, l.Status.String()+" → "+Disbursed.String())}
		}
		l = e.Event.Evolve(l)
	}
	slices.SortStableFunc(dated, func(i, j int) int { return int(log[i].Date) - int(log[j].Date) })

	went := make(map[int]account.Allocation, len(dated))
	var a *account.Account
	if l.disbursed() {
		a = l.open()
	}
	for _, i := range dated {
		if l.Status != Disbursed {
			if _, ok := log[i].Event.(LoanSettled); ok {
				continue
			}
			return l, nil, &fallen{i, WrongState.At("status", Disbursed, l.Status)}
		}
		if e, ok := log[i].Event.(LoanSettled); ok {
			if a.Cleared(l.Account, e.Date) {
				l = e.Evolve(l)
			} else {
				l.more().Reopened = e.Date
			}
			continue
		}
		to, no := l.post(a, log[i].Event)
		if no != nil {
			return l, nil, &fallen{i, no}
		}
		went[i] = to
	}
	return l, went, nil
}

// with rebuilds the loan after one more entry, or the refusal of it: its own
// reason, or Falls where a later one could not stand any more.
func (log chronicle) with(e ledgerstate.Entry[Loan]) (*Rebuilt, error) {
	log = append(log[:len(log):len(log)], e)
	stands, err := log.standing()
	if err != nil {
		return nil, err
	}
	l, _, err := log.rebuild(stands, calendar.Last)
	if f, ok := err.(*fallen); ok {
		if f.entry == len(log)-1 {
			return nil, f.because
		}
		other := &log[f.entry]
		return nil, Falls.At("entry", f.because.Code, other.Number+" "+other.Date.String())
	}
	if err != nil {
		return nil, err
	}
	return rebuiltOf(l), nil
}
