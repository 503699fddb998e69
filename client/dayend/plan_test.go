package dayend

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

var day = calendar.MustParse("2024-12-27")

// of is a loan of a debtor with an outstanding balance in yuan.
func of(no, debtor string, yuan int64) loan.Position {
	return loan.Position{Loan: no, ID: ledgerstate.ID{Page: "p" + no}, Debtor: debtor, Status: loan.Disbursed, Outstanding: money.Fen(yuan) * money.Yuan}
}

func floored(p loan.Position, class account.Class, days int) loan.Position {
	p.Floor, p.Why, p.DaysPastDue = class, "K01", days
	return weighed(p)
}

func given(p loan.Position, class account.Class, reasons ...string) loan.Position {
	p.Given, p.Reasons = class, reasons
	return weighed(p)
}

// weighed is a loan with the class that weighs on the debtor's others, as the
// ledger tells it: K05 forces substandard, K10 loss, K12 nothing.
func weighed(p loan.Position) loan.Position {
	p.Own = p.Class()
	if slices.Contains(p.Reasons, otherLoans) {
		p.Own = p.Floor
		for reason, class := range map[string]account.Class{"K05": account.Substandard, "K10": account.Loss} {
			if slices.Contains(p.Reasons, reason) {
				p.Own = max(p.Own, class)
			}
		}
	}
	return p
}

// judged is what is judged of loans, in words.
func judged(positions ...loan.Position) []string {
	list := []string{}
	for _, j := range judge(positions) {
		text := fmt.Sprint(positions[j.at].Loan, " ", j.class, " ", j.reasons)
		for _, i := range j.because {
			text += " " + positions[i].Loan
		}
		list = append(list, text)
	}
	return list
}

func TestJudgements(t *testing.T) {
	retail := of("R1", "x", 100)
	retail.Retail = true
	bad := floored(of("R2", "x", 100), account.Substandard, 91)
	bad.Retail = true
	settled := given(of("S", "s", 0), account.SpecialMention, "K01")
	settled.Status = loan.Settled
	misused := of("M", "m", 100)
	misused.Floor, misused.Why = account.SpecialMention, "K02"
	for name, c := range map[string]struct {
		loans []loan.Position
		want  []string
	}{
		"nothing to say":       {[]loan.Position{of("A", "a", 100)}, []string{}},
		"past due":             {[]loan.Position{floored(of("A", "a", 100), account.SpecialMention, 1)}, []string{"A special_mention [K01]"}},
		"classified already":   {[]loan.Position{given(floored(of("A", "a", 100), account.SpecialMention, 2), account.SpecialMention, "K01")}, []string{}},
		"the bank is stricter": {[]loan.Position{given(floored(of("A", "a", 100), account.SpecialMention, 2), account.Doubtful, "K07")}, []string{}},
		"worse than the bank said, its reason is kept": {[]loan.Position{given(floored(of("A", "a", 100), account.Substandard, 91), account.SpecialMention, "K12")}, []string{"A substandard [K01 K12]"}},
		"misuse":           {[]loan.Position{misused}, []string{"M special_mention [K02]"}},
		"arrears are paid": {[]loan.Position{given(of("A", "a", 100), account.SpecialMention, "K01")}, []string{"A normal []"}},
		"arrears are paid, the bank has a reason of its own": {[]loan.Position{given(of("A", "a", 100), account.SpecialMention, "K01", "K12")}, []string{}},
		"arrears of a non-performing loan are paid":          {[]loan.Position{given(of("A", "a", 100), account.Substandard, "K01")}, []string{}},
		"settled":                           {[]loan.Position{settled}, []string{}},
		"retail debtors' loans stand alone": {[]loan.Position{retail, bad}, []string{"R2 substandard [K01]"}},
		"a tenth of the debt does not spread to non-performing": {[]loan.Position{of("A", "a", 900), floored(of("B", "a", 100), account.Substandard, 91)},
			[]string{"A special_mention [K04] B", "B substandard [K01]"}},
		"more than a tenth does": {[]loan.Position{of("A", "a", 899), floored(of("B", "a", 100), account.Substandard, 91), of("C", "c", 1)},
			[]string{"A substandard [K04] B", "B substandard [K01]"}},
		"all of the debtor's other loans are named, the bad ones first": {[]loan.Position{of("A", "a", 100), of("B", "a", 100), given(of("C", "a", 100), account.Loss, "K10")},
			[]string{"A substandard [K04] C B", "B substandard [K04] C A"}},
		"a loan that is repaid has no weight":         {[]loan.Position{of("A", "a", 100), given(of("B", "a", 0), account.Loss, "K10")}, []string{}},
		"loans do not keep each other non-performing": {[]loan.Position{given(of("A", "a", 100), account.Substandard, "K04"), given(of("B", "a", 100), account.Substandard, "K04"), of("C", "a", 100)}, []string{}},
		"the other loan performs again":               {[]loan.Position{given(of("A", "a", 100), account.SpecialMention, "K04"), of("B", "a", 100)}, []string{"A normal []"}},
	} {
		require.Equal(t, c.want, judged(c.loans...), name)
	}
}

// Fifty of a debtor's loans can be named; the bad ones are among them.
func TestManyLoansOfOneDebtor(t *testing.T) {
	var loans []loan.Position
	for i := range 80 {
		loans = append(loans, of(fmt.Sprintf("L%02d", i), "a", 100))
	}
	loans = append(loans, floored(of("Z", "a", 5000), account.Loss, 361))
	list := judge(loans)
	require.Len(t, list, 81)
	require.Len(t, list[0].because, maxBecause)
	require.Equal(t, 80, list[0].because[0])
}

func TestDeedsAreNumberedByLoanDayAndDeed(t *testing.T) {
	p := floored(of("A", "a", 100), account.Doubtful, 300)
	p.Resets = []calendar.Date{calendar.MustParse("2024-12-22"), day}
	list := deeds([]loan.Position{p}, day)
	require.Len(t, list, 3)
	first, second, third := list[0].content.(*loan.ResetContent), list[1].content.(*loan.ResetContent), list[2].content.(*loan.ClassifyContent)
	require.Equal(t, "EOD-20241227-RESET-20241222", first.Number)
	require.Equal(t, "2024-12-22", first.Date.String(), "the rate counts from the reset day")
	require.Equal(t, "EOD-20241227-RESET-20241227", second.Number)
	require.Equal(t, "EOD-20241227-DOUBTFUL", third.Number)
	require.Equal(t, ledgerstate.Ref{ID: p.ID, No: "A"}, third.Loan)
}

// Whatever the book: once the deeds are done, nothing is left to do, no class
// is better than its floor, and no non-performing loan has become better.
func TestJudgingAgainFindsNothing(t *testing.T) {
	class := rapid.SampledFrom([]account.Class{account.Pass, account.Pass, account.SpecialMention, account.Substandard, account.Loss})
	reason := rapid.SampledFrom([]string{"K01", "K04", "K05", "K12"})
	rapid.Check(t, func(t *rapid.T) {
		var loans []loan.Position
		for i := range rapid.IntRange(1, 12).Draw(t, "loans") {
			p := of(fmt.Sprint("L", i), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "debtor"), rapid.Int64Range(0, 1000).Draw(t, "yuan"))
			p.Retail = rapid.Bool().Draw(t, "retail")
			if p.Floor = class.Draw(t, "floor"); p.Floor > account.Pass {
				p.Why = "K01"
			}
			if p.Given = class.Draw(t, "given"); p.Given > account.Pass {
				p.Reasons = []string{reason.Draw(t, "reason")}
			}
			loans = append(loans, weighed(p))
		}
		for _, j := range judge(loans) {
			p := &loans[j.at]
			require.GreaterOrEqual(t, j.class, p.Floor)
			if j.class < p.Given {
				require.Equal(t, account.SpecialMention, p.Given)
			}
			require.Equal(t, j.class == account.Pass, len(j.reasons) == 0, "a reason for any class but normal")
			require.LessOrEqual(t, len(j.reasons), maxReasons)
		}
		for _, j := range judge(loans) {
			loans[j.at] = given(loans[j.at], j.class, j.reasons...)
		}
		require.Empty(t, judge(loans))
	})
}
