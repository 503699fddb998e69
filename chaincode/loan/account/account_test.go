package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func day(text string) calendar.Date { return calendar.MustParse(text) }

func yuan(text string) money.Fen { return money.MustFen(text) }

func percent(text string) money.Rate { return money.MustRate(text) }

// year is 500,000 yuan at 3.85 % over twelve months from 1 January 2024.
func year(method schedule.Method) account.Contract {
	return account.Contract{PenaltyPercent: 50, NonPerforming: 90, Terms: schedule.Terms{Method: method, Principal: yuan("500000"), Rate: percent("3.85"),
		Periods: 12, EveryMonths: 1, From: day("2024-01-01")}}
}

func open(t require.TestingT, c account.Contract) *account.Account {
	a, err := account.Open(c)
	require.NoError(t, err)
	return a
}

// Overdue principal 500,000, 3.85 %, 15 days, ×1.5: 1,203.125, half up.
func TestPenaltyVector(t *testing.T) {
	a := open(t, year(schedule.Bullet))
	require.Equal(t, "2025-01-01", a.Maturity().String())
	f := a.At(account.State{}, day("2025-01-16"))
	require.Equal(t, "1203.13", f.Penalty.String())
	require.Equal(t, "500000.00", f.OverduePrincipal.String())
	require.Equal(t, 15, f.DaysPastDue)

	even := year(schedule.Bullet)
	even.Terms.Rounding = money.HalfEven
	require.Equal(t, "1203.12", open(t, even).At(account.State{}, day("2025-01-16")).Penalty.String())
}

// Interest bears compound interest at the rate until the loan's last due date
// and at the penalty rate from then; that date ends a piece.
func TestCompoundInterestChangesRateAtTheLastDueDate(t *testing.T) {
	c := year(schedule.InterestOnly)
	c.Terms.Principal, c.Terms.Rate = yuan("360000"), percent("10")
	a := open(t, c)
	first := a.Plan().Instalments[0]
	require.Equal(t, "3100.00", first.Interest.String()) // 31 days of 100 yuan
	require.Equal(t, "2024-02-01", first.Due.String())
	// 29 days at 10 %: 3100 × 0.1 × 29/360 = 24.97.
	require.Equal(t, "24.97", a.Rows(account.State{}, day("2024-03-01"))[0].Compound.String())
	// 335 days to 2025-01-01: 288.47; 10 days at 15 %: 12.92 (12.9166…).
	require.Equal(t, "301.39", a.Rows(account.State{}, day("2025-01-11"))[0].Compound.String())
	require.Zero(t, a.Rows(account.State{}, day("2025-01-11"))[0].Penalty, "no principal of it is overdue")
}

func TestNothingIsOverdueOnItsDueDate(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	due := a.At(account.State{}, day("2024-02-01"))
	require.Equal(t, "42540.69", due.Due.String())
	require.Zero(t, due.DaysPastDue)
	require.Zero(t, due.OverduePrincipal)
	require.Equal(t, account.Pass, due.Class)
	after := a.At(account.State{}, day("2024-02-02"))
	require.Equal(t, 1, after.DaysPastDue)
	require.Equal(t, "40936.52", after.OverduePrincipal.String())
	require.Equal(t, "1604.17", after.OverdueInterest.String())
	require.Equal(t, account.SpecialMention, after.Class)
	require.Equal(t, "6.57", after.Penalty.String()) // 40936.52 × 3.85 % × 1.5 / 360 = 6.5669
	require.Equal(t, "0.17", after.Compound.String())
}

func TestDaysOfGraceBearNothing(t *testing.T) {
	c := year(schedule.EqualInstalment)
	c.GraceDays = 3
	a := open(t, c)
	require.Zero(t, a.At(account.State{}, day("2024-02-04")).Penalty)
	require.Equal(t, 3, a.At(account.State{}, day("2024-02-04")).DaysPastDue, "grace bears nothing, and stops no clock")
	whole := a.At(account.State{}, day("2024-02-05"))
	require.Equal(t, "26.27", whole.Penalty.String(), "after it the penalty counts from the due date")

	s, to := a.Repay(account.State{}, day("2024-02-03"), yuan("21604.17"))
	require.Equal(t, account.Parts{Interest: yuan("1604.17"), Principal: yuan("20000")}, to.Parts)
	left := a.At(s, day("2024-02-05"))
	require.Equal(t, "20936.52", left.OverduePrincipal.String())
	require.Equal(t, "13.43", left.Penalty.String(), "20936.52 for four days from the due date")
	require.Zero(t, left.Compound)
	_, to = a.Repay(s, day("2024-02-04"), yuan("20936.52"))
	require.Equal(t, account.Parts{Principal: yuan("20936.52")}, to.Parts)
}

func TestRepaymentGoesToTheOldestInstalmentFirst(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	on := day("2024-03-11") // first 39 days past due, second 10
	before := a.At(account.State{}, on)
	rows := a.Rows(account.State{}, on)
	s, to := a.Repay(account.State{}, on, yuan("50000"))
	// 40936.52 × 0.0385 × 1.5 × 39/360 = 256.11; 1604.17 × 0.0385 × 39/360 = 6.69.
	require.Equal(t, "256.11", rows[0].Penalty.String())
	require.Equal(t, "6.69", rows[0].Compound.String())
	// The rest, 7196.51, pays the second: penalty, compound, then interest.
	require.Equal(t, yuan("256.11")+rows[1].Penalty, to.Penalty)
	require.Equal(t, yuan("6.69")+rows[1].Compound, to.Compound)
	require.Equal(t, yuan("1604.17")+yuan("1472.83"), to.Interest)
	require.Equal(t, yuan("50000")-to.Penalty-to.Compound-to.Interest, to.Principal)
	require.Zero(t, to.Advance)
	after := a.At(s, on)
	require.Equal(t, before.Due-yuan("50000"), after.Due)
	require.Equal(t, 10, after.DaysPastDue)
	require.Equal(t, 1, s.Instalment)
}

// A payment of what runs does not end the piece: the next day's view is that
// of one piece, less what was paid.
func TestPayingPenaltyEndsNoPiece(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	on := day("2024-02-12")
	owed := a.Rows(account.State{}, on)[0]
	s, to := a.Repay(account.State{}, on, owed.Penalty+owed.Compound)
	require.Equal(t, account.Parts{Penalty: owed.Penalty, Compound: owed.Compound}, to.Parts)
	unpaid := a.Rows(account.State{}, day("2024-03-07"))[0]
	paid := a.Rows(s, day("2024-03-07"))[0]
	require.Equal(t, unpaid.Penalty-owed.Penalty, paid.Penalty)
	require.Equal(t, unpaid.Compound-owed.Compound, paid.Compound)
}

// A payment of a part of what is unpaid ends a piece on its day; the next
// begins there.
func TestAPieceBeginsOnTheDayTheLastOneEnded(t *testing.T) {
	c := year(schedule.InterestOnly)
	c.Terms.Principal, c.Terms.Rate, c.NonPerforming = yuan("360000"), percent("10"), 0
	a := open(t, c)
	// 3,100 of interest for ten days: 8.61; then 2,100 for ten days: 5.83.
	s, to := a.Repay(account.State{}, day("2024-02-11"), yuan("1008.61"))
	require.Equal(t, account.Parts{Compound: yuan("8.61"), Interest: yuan("1000")}, to.Parts)
	require.Zero(t, a.Rows(s, day("2024-02-11"))[0].Compound)
	require.Equal(t, "5.83", a.Rows(s, day("2024-02-21"))[0].Compound.String())
	// Principal of 360,000 for ten days at 15 %: 1,500; then 60,000 for ten days: 250.
	s, _ = a.Repay(account.State{}, day("2025-01-01"), a.At(account.State{}, day("2025-01-01")).Due-yuan("360000"))
	s, to = a.Repay(s, day("2025-01-11"), yuan("301500"))
	require.Equal(t, account.Parts{Penalty: yuan("1500"), Principal: yuan("300000")}, to.Parts)
	require.Equal(t, "250.00", a.At(s, day("2025-01-21")).Penalty.String())
}

func TestNonPerformingLoanIsPaidPrincipalFirst(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	for _, c := range []struct {
		on        string
		pastDue   int
		principal bool
	}{{"2024-05-01", 90, false}, {"2024-05-02", 91, true}} {
		require.Equal(t, c.pastDue, a.PastDue(account.State{}, day(c.on)))
		_, to := a.Repay(account.State{}, day(c.on), yuan("100"))
		require.Equal(t, c.principal, to.Principal == yuan("100"), c.on)
		require.Equal(t, !c.principal, to.Penalty == yuan("100"), c.on)
	}
	// It clears an instalment, penalty last, before it goes on.
	s, to := a.Repay(account.State{}, day("2024-05-02"), a.Rows(account.State{}, day("2024-05-02"))[0].Total)
	require.Equal(t, yuan("42540.69"), to.Interest+to.Principal)
	require.Equal(t, 0, s.Instalment, "its penalty is unpaid")
	require.Equal(t, 62, a.PastDue(s, day("2024-05-02")), "from the second instalment on")
	_, to = a.Repay(s, day("2024-05-02"), yuan("2000"))
	require.Equal(t, a.Rows(s, day("2024-05-02"))[0].Penalty+a.Rows(s, day("2024-05-02"))[1].Penalty, to.Penalty, "62 days: the normal order again")
}

func TestAdvanceWaitsForTheNextDueDate(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	s, to := a.Repay(account.State{}, day("2024-01-15"), yuan("60000"))
	require.Equal(t, account.Allocation{Advance: yuan("60000")}, to)
	require.Equal(t, "500000.00", a.At(s, day("2024-01-31")).Outstanding.String())
	due := a.At(s, day("2024-02-01"))
	require.Equal(t, "459063.48", due.Outstanding.String())
	require.Equal(t, "17459.31", due.Advance.String())
	late := a.At(s, day("2024-03-02"))
	require.Zero(t, late.Advance)
	require.Equal(t, 1, late.DaysPastDue)
	require.Equal(t, yuan("42540.69")-yuan("17459.31"), late.OverduePrincipal)
	require.Zero(t, late.OverdueInterest)
}

func TestFeesComeFirst(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	s := a.Charge(account.State{}, day("2024-02-10"), yuan("80"))
	require.Equal(t, "80.00", a.At(s, day("2024-02-10")).Fee.String())
	s, to := a.Repay(s, day("2024-02-10"), yuan("81"))
	require.Equal(t, account.Parts{Fee: yuan("80"), Penalty: yuan("1")}, to.Parts)
	require.Equal(t, yuan("80"), s.Paid.Fee)
	s, _ = a.Repay(account.State{}, day("2024-01-10"), yuan("100"))
	s = a.Charge(s, day("2024-01-11"), yuan("130"))
	require.Zero(t, s.Advance)
	require.Equal(t, yuan("30"), s.Fee)
}

func TestFloors(t *testing.T) {
	for days, class := range map[int]account.Class{0: account.Pass, 1: account.SpecialMention, 90: account.SpecialMention, 91: account.Substandard,
		270: account.Substandard, 271: account.Doubtful, 360: account.Doubtful, 361: account.Loss, 5000: account.Loss} {
		require.Equal(t, class, account.Floor(days), "%d days", days)
	}
	require.Equal(t, "special_mention", account.SpecialMention.String())
	require.Equal(t, "次级", account.Substandard.Zh())
}

func TestTermsThatNoAccountHas(t *testing.T) {
	for code, change := range map[string]func(*account.Contract){
		"PRINCIPAL_RANGE": func(c *account.Contract) { c.Terms.Principal = account.MaxPrincipal + 1 },
		"RATE_RANGE":      func(c *account.Contract) { c.Terms.Rate = account.MaxRate + 1 },
		"PENALTY_RANGE":   func(c *account.Contract) { c.PenaltyPercent = 101 },
		"DAYS_NEGATIVE":   func(c *account.Contract) { c.GraceDays = -1 },
		"PLAN_GROWING":    func(c *account.Contract) { c.Terms.Multiple = yuan("1000000") },
		"PERIODS_RANGE":   func(c *account.Contract) { c.Terms.Periods = 0 },
	} {
		c := year(schedule.EqualInstalment)
		change(&c)
		_, err := account.Open(c)
		var e *account.Error
		require.ErrorAs(t, err, &e, code)
		require.Equal(t, code, e.Code)
		require.NotEmpty(t, e.Field)
		require.NotEmpty(t, e.Limit)
	}
}
