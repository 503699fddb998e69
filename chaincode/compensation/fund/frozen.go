package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// MonthPace is what was committed to claims in a month: allocated, less what a
// stop freed.
type MonthPace struct {
	Month     formula.Month
	Committed money.Fen
}

// TopUp 补充资金通知 says that what is available does not cover what the coming
// months are expected to take. It stands until it does.
type TopUp struct {
	Since     calendar.Date
	Expected  money.Fen // then
	Available money.Fen // then
}

// TopUpAsked raises the notice.
type TopUpAsked struct{ Notice TopUp }

// Evolve implements ledgerstate.Event.
func (e TopUpAsked) Evolve(p Pool) Pool {
	p.TopUp = &e.Notice
	return p
}

// TopUpMet ends it.
type TopUpMet struct{ Date calendar.Date }

// Evolve implements ledgerstate.Event.
func (e TopUpMet) Evolve(p Pool) Pool {
	p.TopUp = nil
	return p
}

// paced counts what was committed, or freed, in its month. What is older than
// twelve months no longer counts.
func (p Pool) paced(on calendar.Date, amount money.Fen) Pool {
	month := formula.MonthOf(on)
	kept := []MonthPace{}
	for _, m := range p.Pace {
		if m.Month >= formula.PaceFrom(month) {
			kept = append(kept, m)
		}
	}
	at, found := slices.BinarySearchFunc(kept, month, func(m MonthPace, month formula.Month) int { return int(m.Month - month) })
	if !found {
		kept = slices.Insert(kept, at, MonthPace{Month: month})
	}
	kept[at].Committed += amount
	p.Pace = kept
	return p
}

// Standing 熔断与预警 is where the pool stands on a day.
type Standing struct {
	Breaker  formula.Status
	Expected money.Fen // that the pack's coming months take
	TopUp    bool      // what is available does not cover it
}

// standing judges the pool by a pack. One that is not open yet stops nobody
// and needs nothing.
func (p Pool) standing(pack consortium.RulePack, on calendar.Date) Standing {
	if p.Year == 0 {
		return Standing{}
	}
	month := formula.MonthOf(on)
	var committed money.Fen
	for _, m := range p.Pace {
		if m.Month >= formula.PaceFrom(month) && m.Month <= month {
			committed += m.Committed
		}
	}
	s := Standing{Expected: formula.Expected(pack.Pool, committed)}
	s.Breaker, s.TopUp = formula.PoolBreaker(pack.Pool, p.Totals.Opening, p.Totals.Payouts, p.Available(), s.Expected)
	return s
}

// Frozen reports whether the pool takes no new filings 资金池熔断: once so much of
// what it held at the year's opening is paid.
func Frozen(ctx *command.Context, pack consortium.RulePack) (bool, error) {
	r, err := Kind.At(ctx.View, Ref.ID)
	if err != nil || r == nil {
		return false, err
	}
	return !r.State.standing(pack, r.State.Last).Breaker.Files(), nil
}

// noticed is an event of the pool, and the notice that it raises or ends by
// the pack of its day.
func (p Pool) noticed(ctx *command.Context, e ledgerstate.Event[Pool], on calendar.Date) []ledgerstate.Change {
	changes := []ledgerstate.Change{Kind.Happened(Ref, e)}
	pack, ok := consortium.Of(ctx).PackAt(on)
	if !ok {
		return changes
	}
	if n := e.Evolve(p).notice(pack, on); n != nil {
		changes = append(changes, Kind.Happened(Ref, n))
	}
	return changes
}

// notice is what a pool still has to say of its need; nil where it has said it.
func (p Pool) notice(pack consortium.RulePack, on calendar.Date) ledgerstate.Event[Pool] {
	switch s := p.standing(pack, on); {
	case s.TopUp && p.TopUp == nil:
		return TopUpAsked{TopUp{Since: on, Expected: s.Expected, Available: p.Available()}}
	case !s.TopUp && p.TopUp != nil:
		return TopUpMet{Date: on}
	}
	return nil
}
