package schedule

import (
	"math/big"
	"sort"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule/actus"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Contract is the contract of the ACTUS standard that a loan is, seen by the
// lender, from its first day, in fen: EQI is ANN, EQP is LAM, IOB, BUL and REV
// are PAM, EPI and SEA are LAX. Its rounding is that of the terms. The errors
// are *Error.
//
// Two things are ours and not the standard's: the first-of-next-month rule,
// and counting a period as its months of a year, which the contract's day
// count does by looking the days up.
func (t Terms) Contract() (actus.Terms, error) {
	if err := t.Validate(); err != nil {
		return actus.Terms{}, err
	}
	maturity, err := t.Maturity()
	if err != nil {
		return actus.Terms{}, err
	}
	start, rounding := actus.At(t.From), t.Rounding
	c := actus.Terms{
		StatusDate: start, InitialExchange: start, Maturity: actus.At(maturity),
		Notional: big.NewRat(int64(t.Principal), 1), Rate: big.NewRat(int64(t.Rate), int64(money.One)), Accrued: new(big.Rat),
		DayCount: t.contractDayCount(), Rounding: &rounding,
	}
	if t.MonthEnd == calendar.Roll {
		c.EndOfMonth = actus.Roll
	}
	// The series begin on the first day and not a period later: each due date
	// is counted from it. What would happen on it is before the contract.
	each := actus.Series{Anchor: start, Cycle: actus.Monthly(t.EveryMonths)}
	share, _ := t.Principal.MulDiv(1, int64(t.Periods), t.Rounding) // smaller than the principal
	switch t.Method {
	case EqualInstalment:
		c.Type, c.Interest, c.Principal, c.NextPrincipal = actus.ANN, each, each, fen(t.equalInstalment(t.factors()))
	case EqualPrincipal:
		c.Type, c.Interest, c.Principal, c.NextPrincipal = actus.LAM, each, each, fen(share)
	case InterestOnly:
		c.Type, c.Interest = actus.PAM, each
	case Bullet, Revolving:
		c.Type = actus.PAM
	case FlatInterest:
		c.Type, c.InterestPieces = actus.LAX, []actus.Series{each}
		c.PrincipalPieces = []actus.PrincipalPiece{{Series: each, Amount: fen(share)}}
		c.Base, c.BaseAmount = actus.OnInitialNotional, c.Notional
	case Seasonal:
		c.Type = actus.LAX
		for _, due := range t.Dues {
			once := actus.Series{Anchor: actus.At(due.Date)}
			c.InterestPieces = append(c.InterestPieces, once)
			c.PrincipalPieces = append(c.PrincipalPieces, actus.PrincipalPiece{Series: once, Amount: fen(due.Principal)})
		}
	}
	return c, nil
}

func fen(f money.Fen) *big.Rat { return big.NewRat(int64(f), 1) }

func (t Terms) contractDayCount() actus.DayCount {
	switch t.DayCount {
	case calendar.Thirty360:
		return actus.Thirty360
	case calendar.Actual360:
		return actus.Actual360
	case calendar.Actual365:
		return actus.Actual365
	case calendar.ActualActual:
		return actus.ActualActual
	}
	if t.Method.countsMonths() {
		return months{t}
	}
	return actus.Actual360
}

// months counts the time between two due dates as their months of a year.
type months struct{ terms Terms }

func (m months) YearFraction(from, to calendar.Date) (*big.Rat, error) {
	a, err := m.period(from)
	if err != nil {
		return nil, err
	}
	b, err := m.period(to)
	if err != nil {
		return nil, err
	}
	return big.NewRat(int64(b-a)*int64(m.terms.EveryMonths), 12), nil
}

// period is the number of the instalment that is due on a day; 0 is the first day.
func (m months) period(d calendar.Date) (int, error) {
	series := m.terms.From.Series(m.terms.MonthEnd)
	due := func(n int) calendar.Date { at, _ := series.At(n * m.terms.EveryMonths); return at }
	n := sort.Search(m.terms.Periods, func(n int) bool { return due(n) >= d })
	if due(n) != d {
		return 0, &Error{Code: "NO_DUE_DATE", Field: "from", Limit: "a due date", Value: d.String(), Zh: "该日不是还款日", En: "no instalment is due on that day", Hint: "choose a day count"}
	}
	return n, nil
}
