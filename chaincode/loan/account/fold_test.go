package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
)

func TestFoldAppliesByDateThenByArrival(t *testing.T) {
	c := year(schedule.EqualInstalment)
	list := []account.Entry{reprice("2024-03-11", "9"), prepay("2024-02-20", "100000", account.Reduce), reprice("2024-03-11", "3.45"), repay("2024-02-01", "42540.69")}
	a, s, results, err := account.Fold(c, list, day("2024-03-11"))
	require.NoError(t, err)
	require.Equal(t, after(t, a, list[3], list[1], list[0], list[2]), s)
	var order []int
	for _, r := range results {
		order = append(order, r.Entry)
	}
	require.Equal(t, []int{3, 1, 0, 2}, order)

	_, before, results, err := account.Fold(c, list, day("2024-03-10"))
	require.NoError(t, err)
	require.Len(t, results, 2, "later entries have not happened yet")
	require.Equal(t, after(t, a, list[3], list[1]), before)
}

func TestFoldNamesTheEntryThatDoesNotStand(t *testing.T) {
	list := []account.Entry{prepay("2024-02-20", "100000", account.Reduce), prepay("2024-02-10", "500000", account.Reduce)}
	_, _, _, err := account.Fold(year(schedule.EqualInstalment), list, day("2024-12-31"))
	r, ok := account.RefusedEntry(err)
	require.True(t, ok)
	require.Equal(t, 0, r.Entry, "little is left for the later one: %v", err)
	require.Equal(t, "LOAN_PREPAY_ABOVE_BALANCE", r.Because.Code)
	require.ErrorContains(t, err, "entry 0, prepay of 2024-02-20, does not stand: LOAN_PREPAY_ABOVE_BALANCE")
	_, _, _, err = account.Fold(account.Contract{}, nil, day("2024-12-31"))
	require.Error(t, err)
}

// Money that waits is spent first in, first out, and counted with its entry.
func TestResultsCountWhatWaitingMoneyPaid(t *testing.T) {
	c := year(schedule.EqualInstalment)
	list := []account.Entry{repay("2024-01-10", "1000"), repay("2024-01-20", "50000"), repay("2024-02-10", "500")}
	_, s, results, err := account.Fold(c, list, day("2024-02-15"))
	require.NoError(t, err)
	// 2024-02-01: interest 1604.17, principal 40936.52.
	require.Equal(t, account.Result{Entry: 0, Parts: account.Parts{Interest: yuan("1000")}}, results[0])
	require.Equal(t, account.Result{Entry: 1, Parts: account.Parts{Interest: yuan("604.17"), Principal: yuan("40936.52")}, Advance: yuan("8459.31")}, results[1])
	require.Equal(t, account.Result{Entry: 2, Advance: yuan("500")}, results[2])
	require.Equal(t, yuan("8959.31"), s.Advance)

	_, _, results, err = account.Fold(c, append(list, account.Entry{Date: day("2024-02-11"), Type: account.Refund, Amount: yuan("8959.30")}), day("2024-03-01"))
	require.NoError(t, err)
	require.Equal(t, account.Result{Entry: 2, Parts: account.Parts{Interest: 1}}, results[2], "a refund takes the oldest money")
}

func TestStandingFollowsReversalsAtAnyDepth(t *testing.T) {
	of := func(pairs ...int) (list []account.Reversal) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, account.Reversal{Record: pairs[i], Of: pairs[i+1]})
		}
		return list
	}
	for _, x := range []struct {
		n         int
		reversals []account.Reversal
		stands    []bool
	}{
		{2, nil, []bool{true, true}},
		{2, of(1, 0), []bool{false, true}},
		{3, of(1, 0, 2, 1), []bool{true, false, true}},
		{4, of(1, 0, 2, 1, 3, 2), []bool{false, true, false, true}},
		{4, of(1, 0, 2, 1, 3, 0), []bool{false, false, true, true}},
		// 1 of 0, 2 of 1, 3 of 0 again, 4 of 2: both 1 and 3 stand, 0 does not.
		{5, of(1, 0, 2, 1, 3, 0, 4, 2), []bool{false, true, false, true, true}},
		// 5 of 3: 1 alone still takes 0 away; 6 of 1: 0 stands again.
		{7, of(1, 0, 2, 1, 3, 0, 4, 2, 5, 3, 6, 1), []bool{true, false, false, false, true, true, true}},
	} {
		stands, err := account.Standing(x.n, x.reversals)
		require.NoError(t, err)
		require.Equal(t, x.stands, stands, "%v", x.reversals)
	}
	for code, reversals := range map[string][]account.Reversal{
		"LOAN_REVERSED_ALREADY":  of(1, 0, 2, 0),
		"LOAN_REVERSAL_UNKNOWN":  of(1, 2),
		"LOAN_REVERSAL_UNKNOWN ": of(1, 1),
		"LOAN_REVERSAL_UNKNOWN.": of(1, -1),
		"LOAN_REVERSAL_UNKNOWN,": of(9, 0),
	} {
		_, err := account.Standing(4, reversals)
		require.Equal(t, code[:21], reasonOf(err)[:21])
		r, ok := account.RefusedEntry(err)
		require.True(t, ok)
		require.Equal(t, reversals[len(reversals)-1].Record, r.Entry)
	}
}

// Correction in a closed month: the entry falls away, and what came after it
// is worked out anew.
func TestCorrectionRebuildsWhatFollows(t *testing.T) {
	c := year(schedule.EqualInstalment)
	wrong := []account.Entry{repay("2024-02-01", "4254.07"), repay("2024-03-01", "42540.69"), repay("2024-04-01", "42540.69")}
	right := append([]account.Entry{repay("2024-02-01", "42540.69")}, wrong[1:]...)
	a, s, _, err := account.Fold(c, wrong, day("2024-04-01"))
	require.NoError(t, err)
	require.Positive(t, s.Paid.Penalty)
	require.Equal(t, 1, a.PastDue(s, day("2024-04-02")), "each repayment fell short by the one before")
	_, s, results, err := account.Fold(c, append(wrong[1:], right[0]), day("2024-04-01"))
	require.NoError(t, err)
	require.Equal(t, after(t, a, right...), s)
	require.Zero(t, s.Paid.Penalty)
	require.Equal(t, yuan("1472.83"), results[1].Parts.Interest)
}
