package consortium_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// The term of adverse information is the law's until two people change it, and
// stays when a later change says nothing of it.
func TestAdverseYearsAreAParameter(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	inForce := func() int {
		var show consortium.Tables
		require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
		return show.Rules.AdverseYears
	}
	require.Equal(t, 5, inForce())
	require.Equal(t, 5, consortium.Parameters{}.YearsKept(), "of an older ledger")
	propose := func(number string, years int) consortium.ProposeContent {
		rules := parameters(t, rulesBefore)
		rules.AdverseYears = years
		return consortium.ProposeContent{Head: head(t, number, "2024-08-01"), Change: consortium.Change{Rules: rules}}
	}
	for _, x := range []struct{ years, then int }{{7, 7}, {0, 7}} {
		number := "r" + strconv.Itoa(x.years)
		l.Must("commons", "Commission/operator", "consortium.Propose", propose(number, x.years))
		l.Must("commons", "Finance/approver", "consortium.Approve", consortium.ApproveContent{Head: head(t, number+"-ok", "2024-08-01"), Proposal: number})
		require.Equal(t, x.then, inForce())
	}
	for _, years := range []int{-1, 101} {
		r := l.Refused("TABLE_ROW", "commons", "Commission/operator", "consortium.Propose", propose("r", years))
		require.Equal(t, []string{"rules.adverse_years", "1..100", strconv.Itoa(years)}, []string{r.Refusal.Field, r.Refusal.Limit, r.Refusal.Actual})
	}
}
