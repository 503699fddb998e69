package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// Adverse 不良信息 is a time of arrears. What tells of it is kept for some
// years from the day on which it ended, whenever it began; as long as it goes
// on, no day is known (征信业管理条例 16).
type Adverse struct {
	From  calendar.Date `json:"from"`                 // first day past due
	Ended calendar.Date `json:"ended,omitempty"`      // 终止日: nothing was past due any more; left out: it goes on
	Keep  calendar.Date `json:"keep_until,omitempty"` // 保存期限至: the last day on which it may be told
}

// adverse are the times in which a person's loan was past due by more than its
// days of grace, as they stand at the end of a day. The law keeps them of
// persons; of enterprises there are none here.
func (l *Loan) adverse(ctx *command.Context, ref ledgerstate.Ref, at calendar.Date) ([]Adverse, error) {
	if !l.retail() || !l.disbursed() {
		return nil, nil
	}
	begin, list, err := entries(ctx, ref, at)
	if err != nil {
		return nil, err
	}
	times, err := arrears(l.open(), begin, list, l.Contract.Account.GraceDays, at)
	for i := range times {
		times[i].Keep = keptUntil(times[i].Ended, consortium.Of(ctx).Rules.YearsKept())
	}
	return times, err
}

// arrears are the times of arrears by an account's state and what was entered
// since, by date. Whoever pays ends one: what a borrower owes the guarantor then is a
// debt of which the ledger knows nothing.
func arrears(a *account.Account, s account.State, entries []account.Entry, grace int, at calendar.Date) ([]Adverse, error) {
	var times []Adverse
	goesOn := false
	begins := func(on calendar.Date) {
		if days := a.PastDue(s, on); days > grace && !goesOn {
			goesOn, times = true, append(times, Adverse{From: on - calendar.Date(days) + 1})
		}
	}
	for _, e := range entries {
		if e.Type != account.TakeOn { // before it, the ledger knows of no payment
			begins(e.Date)
		}
		var err error
		if s, _, err = a.Apply(s, e); err != nil {
			return nil, err
		}
		if goesOn && a.PastDue(s, e.Date) <= grace {
			goesOn, times[len(times)-1].Ended = false, e.Date
		}
	}
	begins(at)
	return times, nil
}

// keptUntil is the last day of so many years from the end of arrears; the day
// of the end does not count (民法典 201, 202). None while they go on.
func keptUntil(ended calendar.Date, years int) calendar.Date {
	if ended == 0 {
		return 0
	}
	last, err := ended.AddMonths(12*years, calendar.Clamp)
	if err != nil {
		return calendar.Last
	}
	return last
}
