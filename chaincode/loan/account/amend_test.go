package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func repay(date, amount string) account.Entry {
	return account.Entry{Date: day(date), Type: account.Repay, Amount: yuan(amount)}
}

func prepay(date, amount string, effect account.Effect) account.Entry {
	return account.Entry{Date: day(date), Type: account.Prepay, Amount: yuan(amount), Effect: effect}
}

func reprice(date, rate string) account.Entry {
	return account.Entry{Date: day(date), Type: account.Reprice, Rate: percent(rate)}
}

func extend(date string, periods int) account.Entry {
	return account.Entry{Date: day(date), Type: account.Extend, Periods: periods}
}

// after applies entries, each of which must stand.
func after(t *testing.T, a *account.Account, entries ...account.Entry) account.State {
	t.Helper()
	var s account.State
	for _, e := range entries {
		next, _, err := a.Apply(s, e)
		require.NoError(t, err, "%s of %s", e.Type, e.Date)
		s = next
	}
	return s
}

func refusedAs(t *testing.T, code, field, limit, actual string, a *account.Account, s account.State, e account.Entry) {
	t.Helper()
	kept, to, err := a.Apply(s, e)
	require.Error(t, err)
	require.Equal(t, code, reasonOf(err))
	require.ErrorContains(t, err, "field "+field)
	require.ErrorContains(t, err, limit)
	require.ErrorContains(t, err, actual)
	require.Equal(t, s, kept)
	require.Zero(t, to)
}

// row is an instalment as principal, interest and balance.
func row(t *testing.T, a *account.Account, s account.State, n int) [3]string {
	t.Helper()
	x := a.Planned(s)[n-1]
	require.Equal(t, n, x.N)
	return [3]string{x.Principal.String(), x.Interest.String(), x.Balance.String()}
}

// paidTwice is the loan of the vectors with its first two instalments paid.
func paidTwice(t *testing.T, method schedule.Method) (*account.Account, []account.Entry) {
	a := open(t, year(method))
	plan := a.Plan().Instalments
	return a, []account.Entry{repay("2024-02-01", plan[0].Total.String()), repay("2024-03-01", plan[1].Total.String())}
}

// The expected figures of this file were worked out in Python's fractions.

func TestPrepaymentInPartReducesTheInstalments(t *testing.T) {
	a, paid := paidTwice(t, schedule.EqualInstalment)
	s := after(t, a, paid...)
	// 417,995.62 × 3.85 % × 10/360 = 447.02
	s, to, err := a.Apply(s, prepay("2024-03-11", "100447.02", account.Reduce))
	require.NoError(t, err)
	require.Equal(t, account.Allocation{Parts: account.Parts{Interest: yuan("447.02"), Principal: yuan("100000")}}, to)
	require.Equal(t, "317995.62", a.At(s, day("2024-03-11")).Outstanding.String())
	require.Len(t, a.Planned(s), 12)
	require.Equal(t, [3]string{"31618.17", "714.17", "286377.45"}, row(t, a, s, 3), "21 actual days, then months")
	require.Equal(t, [3]string{"31413.55", "918.79", "254963.90"}, row(t, a, s, 4))
	require.Equal(t, [3]string{"32228.91", "103.40", "0.00"}, row(t, a, s, 12))
	require.Equal(t, "2024-04-01", a.Planned(s)[2].Due.String(), "due dates stay")

	a, paid = paidTwice(t, schedule.EqualPrincipal)
	s = after(t, a, append(paid, prepay("2024-03-11", "100445.60", account.Reduce))...)
	require.Equal(t, [3]string{"31666.67", "711.18", "284999.99"}, row(t, a, s, 3))
	require.Equal(t, [3]string{"31666.63", "101.60", "0.00"}, row(t, a, s, 12))

	a, paid = paidTwice(t, schedule.InterestOnly)
	s = after(t, a, append(paid, prepay("2024-03-11", "100534.72", account.Reduce))...)
	require.Equal(t, [3]string{"0.00", "898.33", "400000.00"}, row(t, a, s, 3))
	require.Equal(t, [3]string{"0.00", "1283.33", "400000.00"}, row(t, a, s, 4))
	require.Equal(t, "400000.00", a.Planned(s)[11].Principal.String())
}

func TestPrepaymentInPartShortensTheTerm(t *testing.T) {
	a, paid := paidTwice(t, schedule.EqualInstalment)
	s := after(t, a, append(paid, prepay("2024-03-11", "100447.02", account.Shorten))...)
	require.Len(t, a.Planned(s), 10)
	require.Equal(t, [3]string{"41826.52", "714.17", "276169.10"}, row(t, a, s, 3), "the instalment stays 42,540.69")
	require.Equal(t, [3]string{"24227.99", "77.73", "0.00"}, row(t, a, s, 10))
	require.Equal(t, "2024-11-01", a.LastDue(s).String())

	a, paid = paidTwice(t, schedule.EqualPrincipal)
	s = after(t, a, append(paid, prepay("2024-03-11", "100445.60", account.Shorten))...)
	require.Len(t, a.Planned(s), 10)
	require.Equal(t, [3]string{"41666.67", "711.18", "274999.99"}, row(t, a, s, 3))
	require.Equal(t, [3]string{"24999.97", "80.21", "0.00"}, row(t, a, s, 10))

	a, paid = paidTwice(t, schedule.InterestOnly)
	reduced := after(t, a, append(paid, prepay("2024-03-11", "100534.72", account.Reduce))...)
	require.Equal(t, reduced, after(t, a, append(paid, prepay("2024-03-11", "100534.72", account.Shorten))...), "an interest-only loan has nothing to shorten")
}

func TestPrepaymentOnADueDatePaysTheInstalmentAndBreaksNoPeriod(t *testing.T) {
	a, paid := paidTwice(t, schedule.EqualInstalment)
	s, to, err := a.Apply(after(t, a, paid[0]), prepay("2024-03-01", "142540.69", account.Reduce))
	require.NoError(t, err)
	require.Equal(t, account.Parts{Interest: yuan("1472.83"), Principal: yuan("141067.86")}, to.Parts)
	require.Equal(t, "1020.24", a.Planned(s)[2].Interest.String(), "317,995.62 × 3.85 % / 12, not 31 days")
	// A second prepayment on the day pays no interest again.
	_, to, err = a.Apply(s, prepay("2024-03-01", "1000", account.Reduce))
	require.NoError(t, err)
	require.Equal(t, account.Parts{Principal: yuan("1000")}, to.Parts)
}

func TestPrepaymentPaysWhatIsDueFirst(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	on := day("2024-03-11")
	due := a.At(account.State{}, on)
	s, to, err := a.Apply(account.State{}, prepay("2024-03-11", "200000", account.Reduce))
	require.NoError(t, err)
	require.Equal(t, due.Penalty, to.Penalty)
	require.Equal(t, due.Compound, to.Compound)
	require.Equal(t, yuan("1604.17")+yuan("1472.83")+yuan("447.02"), to.Interest)
	require.Zero(t, a.At(s, on).Due)
	require.Zero(t, to.Advance)

	least := due.Due + yuan("447.02")
	refusedAs(t, "LOAN_PREPAY_NOT_BEYOND_DUE", "amount", least.String(), least.String(), a, account.State{}, prepay("2024-03-11", least.String(), account.Reduce))
	most := least + yuan("417995.62")
	refusedAs(t, "LOAN_PREPAY_ABOVE_BALANCE", "amount", most.String(), (most + 1).String(), a, account.State{}, prepay("2024-03-11", (most+1).String(), account.Reduce))
	for _, effect := range []account.Effect{account.Reduce, account.Shorten} {
		s = after(t, a, prepay("2024-03-11", most.String(), effect))
		require.Len(t, a.Planned(s), 2, "the plan ends")
		require.True(t, a.Cleared(s, on))
		refusedAs(t, "LOAN_PREPAY_NOTHING_LEFT", "date", "2024-03-01", "2024-03-12", a, s, prepay("2024-03-12", "1", account.Reduce))
	}
	refusedAs(t, "LOAN_PREPAY_NOTHING_LEFT", "date", "2025-01-01", "2025-01-01", a, account.State{}, prepay("2025-01-01", "500000", account.Reduce))
}

func TestFullPrepaymentBeforeTheFirstDueDate(t *testing.T) {
	for _, method := range []schedule.Method{schedule.EqualInstalment, schedule.EqualPrincipal, schedule.InterestOnly, schedule.Bullet} {
		for _, effect := range []account.Effect{account.Reduce, account.Shorten} {
			a := open(t, year(method))
			s := after(t, a, prepay("2024-01-01", "500000", effect))
			require.Empty(t, a.Planned(s))
			require.True(t, a.Cleared(s, day("2026-01-01")))
		}
	}
}

// What waits is for the next due date; a prepayment is paid by its own money.
func TestAdvanceWaitsThroughAPrepayment(t *testing.T) {
	a := open(t, year(schedule.InterestOnly))
	s := after(t, a, repay("2024-01-05", "3000"), prepay("2024-01-11", "100534.72", account.Reduce))
	require.Equal(t, "3000.00", s.Advance.String())
	require.Equal(t, "2101.67", a.At(s, day("2024-02-01")).Advance.String(), "21 days on 400,000: 898.33")
	whole := after(t, a, repay("2024-01-05", "3000"), prepay("2024-01-11", "500534.72", account.Reduce))
	f := a.At(whole, day("2024-02-01"))
	require.Equal(t, account.Figures{Advance: yuan("3000"), Coming: -yuan("3000")}, f)
	require.False(t, a.Cleared(whole, day("2024-02-01")))
	refund := account.Entry{Date: day("2024-01-12"), Type: account.Refund, Amount: yuan("3000.01")}
	refusedAs(t, "LOAN_REFUND_ABOVE_ADVANCE", "amount", "3000.00", "3000.01", a, whole, refund)
	refund.Amount = yuan("3000")
	back, _, err := a.Apply(whole, refund)
	require.NoError(t, err)
	require.True(t, a.Cleared(back, day("2024-01-12")))
	require.Equal(t, "3000.00", back.Amended.Refunded.String())
}

func TestRepricingSplitsThePeriodThatRuns(t *testing.T) {
	a, paid := paidTwice(t, schedule.EqualInstalment)
	s := after(t, a, append(paid, reprice("2024-03-11", "3.45"))...)
	// 417,995.62 × (3.85 % × 10/360 + 3.45 % × 20/360), rounded once.
	require.Equal(t, [3]string{"41219.89", "1248.18", "376775.73"}, row(t, a, s, 3))
	require.Equal(t, [3]string{"41384.84", "1083.23", "335390.89"}, row(t, a, s, 4))
	require.Equal(t, [3]string{"42346.31", "121.75", "0.00"}, row(t, a, s, 12))
	require.Equal(t, percent("3.85"), a.PriceOn(s, day("2024-03-10")).Rate)
	require.Equal(t, percent("3.45"), a.PriceOn(s, day("2024-03-11")).Rate)

	a, paid = paidTwice(t, schedule.EqualPrincipal)
	s = after(t, a, append(paid, reprice("2024-03-11", "3.45"))...)
	require.Equal(t, [3]string{"41666.67", "1244.21", "374999.99"}, row(t, a, s, 3))
	require.Equal(t, [3]string{"41666.63", "119.79", "0.00"}, row(t, a, s, 12))

	a = open(t, year(schedule.Bullet))
	s = after(t, a, reprice("2024-03-11", "3.45"), reprice("2024-09-01", "3.1"))
	require.Equal(t, "17333.33", a.Planned(s)[0].Interest.String(), "70, 174 and 122 days, rounded once")
}

// From 29 February to 31 March is a month; 30/360 counts 31 days to the 30th.
func TestDaysInsideAMonthAreNoMoreThanTheMonth(t *testing.T) {
	c := year(schedule.EqualPrincipal)
	c.Terms.From = day("2024-01-31")
	a := open(t, c)
	require.Equal(t, "2024-02-29", a.Planned(account.State{})[0].Due.String())
	s := after(t, a, reprice("2024-03-30", "36"))
	require.Equal(t, a.Plan().Instalments[1].Interest, a.Planned(s)[1].Interest, "nothing of the month is left for the new rate")
	// The day before counts 30 days too, and the one before that 29.
	require.Equal(t, a.Planned(s), a.Planned(after(t, a, reprice("2024-03-29", "36"))))
	require.NotEqual(t, a.Planned(s), a.Planned(after(t, a, reprice("2024-03-28", "36"))))
}

func TestRepricingOnADueDateChangesThePeriodThatBeginsThere(t *testing.T) {
	a, paid := paidTwice(t, schedule.InterestOnly)
	s := after(t, a, append(paid, reprice("2024-03-01", "3.60"))...)
	require.Equal(t, "1550.69", a.Planned(s)[1].Interest.String(), "29 days at 3.85 %")
	require.Equal(t, "1550.00", a.Planned(s)[2].Interest.String(), "31 days at 3.60 %")
	again := after(t, a, append(paid, reprice("2024-03-01", "9"), reprice("2024-03-01", "3.60"))...)
	require.Equal(t, s, again, "of one day the last rate counts")
}

func TestArrearsBearTheRateInForceEachDay(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	s := after(t, a, reprice("2024-03-11", "3.45"))
	r := a.Rows(s, day("2024-04-01"))[0]
	require.Equal(t, "379.69", r.Penalty.String(), "39 days at 3.85 %, 21 at 3.45 %, one piece")
	require.Equal(t, "9.92", r.Compound.String())
	require.Equal(t, [2]money.Fen{yuan("40936.52"), yuan("1604.17")}, [2]money.Fen{r.Principal, r.Interest}, "what is due keeps its interest")
}

func TestMisuseAndArrearsBearTheHeavierPenaltyNotBoth(t *testing.T) {
	c := year(schedule.InterestOnly)
	c.Terms.Principal, c.Terms.Rate = yuan("360000"), percent("10") // 100 yuan a day
	a := open(t, c)
	misuse := account.Entry{Date: day("2024-01-11"), Type: account.Misuse, Percent: 100}
	s := after(t, a, misuse)
	require.Equal(t, "5200.00", a.Planned(s)[0].Interest.String(), "10 days at the rate, 21 at twice the rate")
	require.Equal(t, "5800.00", a.Planned(s)[1].Interest.String())
	// On 2025-01-11 the principal is ten days past due: twice the rate, not two and a half times.
	rows := a.Rows(s, day("2025-01-11"))
	require.Equal(t, "2000.00", rows[11].Penalty.String())
	misuse.Percent = 20
	require.Equal(t, "1500.00", a.Rows(after(t, a, misuse), day("2025-01-11"))[11].Penalty.String(), "arrears' 50 percent are heavier")
	misuse.Percent = 101
	refusedAs(t, "LOAN_MISUSE_PERCENT", "percent", "100", "101", a, account.State{}, misuse)
}

func TestExtensionPlansWhatIsNotDueAnew(t *testing.T) {
	a := open(t, year(schedule.InterestOnly))
	s := after(t, a, extend("2024-12-31", 18))
	require.Len(t, a.Planned(s), 18)
	require.Equal(t, "2025-07-01", a.LastDue(s).String())
	require.Zero(t, a.Planned(s)[11].Principal)
	require.Equal(t, "500000.00", a.Planned(s)[17].Principal.String())
	require.Equal(t, 335, a.PastDue(s, day("2025-01-01")), "arrears stay")
	refusedAs(t, "LOAN_EXTENSION_NOT_LONGER", "periods", "2025-07-01", "2025-07-01", a, s, extend("2025-01-02", 18))
	refusedAs(t, "LOAN_EXTENSION_AFTER_MATURITY", "date", "2025-07-01", "2025-07-01", a, s, extend("2025-07-01", 24))
	refusedAs(t, "LOAN_EXTENSION_TERM", "periods", "2200-12-31", "3000", a, s, extend("2025-01-02", 3000))

	bullet := open(t, year(schedule.Bullet))
	s = after(t, bullet, extend("2024-12-31", 15))
	require.Len(t, bullet.Planned(s), 1)
	require.Equal(t, "2025-04-01", bullet.LastDue(s).String())
	require.Equal(t, "24383.33", bullet.Planned(s)[0].Interest.String(), "456 days")

	// A piece of arrears runs at the rate until the extended last due date.
	c := year(schedule.InterestOnly)
	c.Terms.Principal, c.Terms.Rate = yuan("360000"), percent("10")
	a = open(t, c)
	require.Equal(t, "301.39", a.Rows(account.State{}, day("2025-01-11"))[0].Compound.String())
	require.Equal(t, "297.08", a.Rows(after(t, a, extend("2024-12-31", 18)), day("2025-01-11"))[0].Compound.String(), "345 days at 10 %: one piece")
}

func TestPlanThatWouldGrowIsRefused(t *testing.T) {
	c := year(schedule.EqualInstalment)
	c.Terms.Multiple = yuan("40000")
	a := open(t, c)
	// 10,000 over twelve months round to an instalment of zero, which pays no interest.
	refusedAs(t, "LOAN_PLAN_GROWING", "amount", "", "490000.00", a, account.State{}, prepay("2024-01-01", "490000", account.Reduce))
	s := after(t, a, prepay("2024-01-01", "200000", account.Reduce))
	require.Equal(t, "40000.00", a.Planned(s)[0].Total.String())
	require.Equal(t, "0.00", a.Planned(s)[11].Total.String(), "rounded up, it is repaid early")
	// 700,000 over twenty years at 10 %: 6,755, so 10,000; at 20 % 11,892, so
	// 10,000 too, which is less than the first month's interest.
	c.Terms.Principal, c.Terms.Periods, c.Terms.Rate, c.Terms.Multiple = yuan("700000"), 240, percent("10"), yuan("10000")
	a = open(t, c)
	refusedAs(t, "LOAN_PLAN_GROWING", "rate", "", "20", a, account.State{}, reprice("2024-01-01", "20"))
	refusedAs(t, "LOAN_PLAN_GROWING", "percent", "", "100", a, account.State{}, account.Entry{Date: day("2024-01-01"), Type: account.Misuse, Percent: 100})
	require.Equal(t, "10000.00", a.Planned(after(t, a, reprice("2024-01-01", "15")))[0].Total.String())
}

func TestEntriesOutsideTheirLimits(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	refusedAs(t, "LOAN_ENTRY_BEFORE_LOAN", "date", "2024-01-01", "2023-12-31", a, account.State{}, repay("2023-12-31", "1"))
	refusedAs(t, "LOAN_ENTRY_AMOUNT", "amount", "0.01", "0.00", a, account.State{}, repay("2024-01-01", "0"))
	refusedAs(t, "LOAN_ENTRY_AMOUNT", "amount", account.MaxPrincipal.String(), "100000000000.01", a, account.State{}, repay("2024-01-01", "100000000000.01"))
	refusedAs(t, "LOAN_REPRICE_RATE", "rate", "0..100", "100.000001", a, account.State{}, reprice("2024-01-01", "100.000001"))
	refusedAs(t, "LOAN_ENTRY_TYPE", "type", "", "unknown", a, account.State{}, account.Entry{Date: day("2024-01-01"), Type: 99})
	charge := account.Entry{Date: day("2024-01-01"), Type: account.Charge, Amount: account.MaxPrincipal}
	refusedAs(t, "LOAN_ENTRY_AMOUNT", "amount", "0.00", account.MaxPrincipal.String(), a, after(t, a, charge), charge)
	_, _, err := a.Apply(account.State{}, account.Entry{Date: calendar.Last + 1, Type: account.Repay, Amount: 1})
	require.Equal(t, "LOAN_ENTRY_BEFORE_LOAN", reasonOf(err))
}

func TestGuarantorPaysWhatIsDue(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	e := repay("2024-02-01", "42540.70")
	e.Payer = account.Guarantor
	refusedAs(t, "LOAN_GUARANTOR_ABOVE_DUE", "amount", "42540.69", "42540.70", a, account.State{}, e)
	e.Amount--
	s := after(t, a, e)
	require.Equal(t, account.Parts{Interest: yuan("1604.17"), Principal: yuan("40936.52")}, s.Amended.Guarantor)
	whole := prepay("2024-02-11", "100490.94", account.Reduce)
	whole.Payer = account.Guarantor
	s, _, err := a.Apply(s, whole)
	require.NoError(t, err)
	require.Equal(t, "140936.52", s.Amended.Guarantor.Principal.String(), "what he prepaid too")
}

func TestWriteOffLeavesTheDebt(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	off := account.Entry{Date: day("2026-01-10"), Type: account.WriteOff}
	recover := account.Entry{Date: day("2026-02-01"), Type: account.Recover, Amount: yuan("1000")}
	refusedAs(t, "LOAN_NOT_WRITTEN_OFF", "date", "", "2026-02-01", a, account.State{}, recover)
	before := a.At(account.State{}, day("2026-01-10"))
	s := after(t, a, off)
	require.Equal(t, before, a.At(s, day("2026-01-10")), "not extinguished")
	require.Equal(t, &account.WrittenOffDebt{On: day("2026-01-10"), Principal: before.Outstanding, Interest: before.OverdueInterest + before.Penalty + before.Compound}, s.Amended.WrittenOff)
	refusedAs(t, "LOAN_WRITTEN_OFF", "date", "", "2026-01-10", a, s, off)
	s, to, err := a.Apply(s, recover)
	require.NoError(t, err)
	require.Equal(t, yuan("1000"), to.Principal, "principal first: the loan is non-performing")
	require.Equal(t, yuan("1000"), s.Amended.Recovered)
	whole := after(t, a, prepay("2024-01-01", "500000", account.Reduce))
	refusedAs(t, "LOAN_NOTHING_OWED", "loan", "", "0.00", a, whole, off)
}

func TestClassIsNeverBetterThanItsFloor(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	give := func(on string, c account.Class) account.Entry {
		return account.Entry{Date: day(on), Type: account.Classify, Class: c, Reasons: []string{"cash flow"}}
	}
	refusedAs(t, "LOAN_CLASS_BETTER_THAN_FLOOR", "class", "substandard", "special_mention", a, account.State{}, give("2024-05-02", account.SpecialMention))
	s := after(t, a, give("2024-05-01", account.SpecialMention)) // 90 days
	require.Equal(t, account.SpecialMention, a.Class(s, day("2024-05-01")))
	require.Equal(t, account.Substandard, a.Class(s, day("2024-05-02")), "the floor rises by itself")
	s = after(t, a, give("2024-01-10", account.Doubtful))
	require.Equal(t, account.Doubtful, a.Class(s, day("2024-01-20")))
	require.Equal(t, account.Pass, a.At(s, day("2024-01-20")).Class, "the figures give the floor")
	require.Equal(t, []string{"cash flow"}, s.Amended.Classed.Reasons)
	refusedAs(t, "LOAN_CLASS_BETTER_THAN_FLOOR", "class", "normal", "unknown", a, account.State{}, give("2024-01-02", 9))
}
