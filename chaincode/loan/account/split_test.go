package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// days draws some days inside a time, in order.
func days(t *rapid.T, from, to calendar.Date) []calendar.Date {
	var list []calendar.Date
	for d := from; ; {
		d += calendar.Date(rapid.IntRange(1, 20).Draw(t, "days"))
		if d >= to || len(list) == 5 {
			return list
		}
		list = append(list, d)
	}
}

// A new rate that is the old one splits periods and changes no interest.
func TestInterestOfARepricedPeriodIsRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contracts().Draw(t, "contract")
		if c.Terms.Method == schedule.EqualInstalment {
			c.Terms.Method = schedule.EqualPrincipal
		}
		a := open(t, c)
		var s account.State
		for _, d := range days(t, c.Terms.From-1, a.Maturity()) {
			var err error
			s, _, err = a.Apply(s, account.Entry{Date: d, Type: account.Reprice, Rate: c.Terms.Rate})
			require.NoError(t, err)
		}
		require.Equal(t, a.Plan().Instalments, a.Planned(s))
	})
}

// A prepayment of a fen splits the interest of a period: the pieces are within
// a fen for each split of the whole.
func TestInterestOfASplitPeriodIsThatOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contracts().Draw(t, "contract")
		c.Terms.Method, c.Terms.DayCount, c.Terms.Dues = schedule.Bullet, calendar.Actual360, nil
		c.Terms.EveryMonths = max(c.Terms.EveryMonths, 1)
		c.Terms.Principal += 1000
		a := open(t, c)
		var s account.State
		splits := days(t, c.Terms.From, a.Maturity())
		for _, d := range splits {
			q, err := a.Quote(s, d, 0, account.Reduce)
			require.NoError(t, err)
			s, _, err = a.Apply(s, account.Entry{Date: d, Type: account.Prepay, Amount: q.Interest + 1})
			require.NoError(t, err)
		}
		pieces := s.Paid.Interest + a.Planned(s)[0].Interest
		require.InDelta(t, int64(a.Plan().Instalments[0].Interest), int64(pieces), float64(len(splits)))
	})
}

// So does a payment of a fen of what is overdue.
func TestPenaltyOfSplitPiecesIsThatOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contracts().Draw(t, "contract")
		c.Terms.Method, c.Terms.Dues, c.GraceDays, c.NonPerforming = schedule.Bullet, nil, 0, 0
		c.Terms.EveryMonths = max(c.Terms.EveryMonths, 1)
		c.Terms.Principal += 1000
		c.Allocation = account.Order{account.Principal, account.Interest, account.Compound, account.Penalty, account.Fee}
		a := open(t, c)
		end := a.Maturity() + calendar.Date(rapid.IntRange(2, 300).Draw(t, "end"))
		var s account.State
		splits := days(t, a.Maturity(), end)
		for _, d := range splits {
			s, _ = a.Repay(s, d, 1)
		}
		whole, pieces := a.At(account.State{}, end), a.At(s, end)
		require.Equal(t, whole.OverduePrincipal, pieces.OverduePrincipal+money.Fen(len(splits)))
		require.InDelta(t, int64(whole.Penalty), int64(pieces.Penalty), float64(len(splits)))
		require.Equal(t, whole.Compound, pieces.Compound, "nothing of the interest was paid")
	})
}
