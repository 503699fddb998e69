package loan

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Extract 账务摘录 is a loan with its whole log: what the room of compensation
// works a sum out from. Everything in it is by the entries that stand now.
type Extract struct {
	Loan   Loan // as it stands now
	log    chronicle
	stands []bool
}

// ExtractOf reads a loan and its log.
func ExtractOf(ctx *command.Context, field string, ref ledgerstate.Ref) (*Extract, error) {
	r, err := Kind.Get(ctx.View, field, ref)
	if err != nil {
		return nil, err
	}
	x := &Extract{Loan: r.State}
	if x.log, err = Kind.Log(ctx.View, ref.ID, r); err != nil {
		return nil, err
	}
	x.stands, err = x.log.standing()
	return x, err
}

// Facts are a disbursed loan at the end of a day.
type Facts struct {
	Day         calendar.Date
	Disbursed   calendar.Date
	Voucher     string // business number of the disbursement, or of the confirmation of a take-on
	Lent        money.Fen
	Outstanding money.Fen
	DaysPastDue int
	Class       account.Class // in force: what the bank gave, never better than what is forced
	Settled     bool
	WrittenOff  calendar.Date // 核销日; zero: not by that day
}

// At gives the facts of a day; false where the loan was not disbursed by then.
func (x *Extract) At(day calendar.Date) (Facts, bool, error) {
	l := x.Loan
	if l.Last > day {
		var err error
		if l, _, err = x.log.rebuild(x.stands, day); err != nil {
			return Facts{}, false, err
		}
	}
	if !l.disbursed() {
		return Facts{}, false, nil
	}
	a := l.open()
	now := a.At(l.Account, day)
	f := Facts{Day: day, Disbursed: l.begin(), Lent: a.Lent(l.Account), Outstanding: now.Outstanding, DaysPastDue: now.DaysPastDue,
		Class: l.class(a, day), Settled: l.Status == Settled}
	if m := l.Account.Amended; m != nil && m.WrittenOff != nil {
		f.WrittenOff = m.WrittenOff.On
	}
	for i, e := range x.log {
		switch e.Event.(type) {
		case LoanDisbursed, LoanRenewed, TakeOnConfirmed:
			if x.stands[i] {
				f.Voucher = e.Number
			}
		}
	}
	return f, true, nil
}

// Posting is an entry of the account that stands, with the business number
// that it came under.
type Posting struct {
	Number string
	account.Entry
}

// Postings are the entries dated after one day and up to another, by date and
// of one date by arrival.
func (x *Extract) Postings(after, to calendar.Date) []Posting {
	var list []Posting
	add := func(number string, e account.Entry) {
		if e.Date > after && e.Date <= to {
			list = append(list, Posting{number, e})
		}
	}
	if x.Loan.IsTakenOn() && x.Loan.Redacted == 0 {
		add("", x.Loan.opening())
	}
	for i, e := range x.log {
		if p, ok := e.Event.(posting); ok && x.stands[i] {
			add(e.Number, p.entry())
		}
	}
	slices.SortStableFunc(list, func(a, b Posting) int { return int(a.Date) - int(b.Date) })
	return list
}

// NonPerformingSince is the first of the days up to a given one on all of
// which the loan was more than so many days past due and of a class or worse;
// false where it was not on the day itself.
func (x *Extract) NonPerformingSince(above int, class account.Class, on calendar.Date) (calendar.Date, bool, error) {
	l, _, err := x.log.rebuild(x.stands, on)
	if err != nil || l.Status != Disbursed {
		return 0, false, err
	}
	a := l.open()
	// What stands at the end of each day on which something was entered.
	type stretch struct {
		from calendar.Date
		Loan
	}
	begun := l
	begun.Account, begun.Last = x.log.origin(), l.begin()
	stretches := []stretch{{l.begin(), begun}}
	for _, p := range x.Postings(0, on) {
		next := stretches[len(stretches)-1].Loan
		if next.Account, _, err = a.Apply(next.Account, p.Entry); err != nil {
			return 0, false, err
		}
		if p.Date == stretches[len(stretches)-1].from {
			stretches = stretches[:len(stretches)-1]
		}
		stretches = append(stretches, stretch{p.Date, next})
	}
	since, found := calendar.Date(0), false
	for i := len(stretches) - 1; i >= 0; i-- {
		s, to := &stretches[i], on
		if i+1 < len(stretches) {
			to = stretches[i+1].from - 1
		}
		first, ok := s.Loan.nonPerformingFrom(a, above, class, s.from, to)
		if !ok {
			break
		}
		if since, found = first, true; first > s.from {
			break
		}
	}
	return since, found, nil
}

// nonPerformingFrom is NonPerformingSince within days without an entry: once
// something is past due there, it is a day more past due each day.
func (l *Loan) nonPerformingFrom(a *account.Account, above int, class account.Class, from, to calendar.Date) (calendar.Date, bool) {
	n := a.PastDue(l.Account, to)
	if n <= above || l.class(a, to) < class {
		return 0, false
	}
	first := max(from, to-calendar.Date(n-above-1))
	if account.Floor(above+1) >= class { // days past due alone force the class
		return first, true
	}
	day := to
	for day > first && l.class(a, day-1) >= class {
		day--
	}
	return day, true
}

// Grants are the numbers of the authorizations that the loan rests on, in
// order, each once.
func (x *Extract) Grants() []string {
	var list []string
	for _, e := range x.log {
		grant := ""
		switch e := e.Event.(type) {
		case AdverseErased:
			list = append(list, e.Grants...)
		case LoanAccepted:
			grant = e.Grant
		case CreditDecided:
			grant = e.Grant
		}
		if grant != "" && !slices.Contains(list, grant) {
			list = append(list, grant)
		}
	}
	return list
}
