package consortium_test

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// rulesBefore is how parameters were written before extension limits were
// among them.
const rulesBefore = `{"back_dating_days":30,"rate_cap_spread":"1.5","decision_days":10,"penalty_percent":50,"non_performing":90,"pre_loan_max_days":90}`

var law = []consortium.ExtensionLimit{{UpTo: 12, Percent: 100}, {UpTo: 60, Percent: 50}, {Most: 36}}

func parameters(t *testing.T, text string) *consortium.Parameters {
	p := &consortium.Parameters{}
	require.NoError(t, json.Unmarshal([]byte(text), p))
	return p
}

func TestMostExtended(t *testing.T) {
	own := consortium.Parameters{Extensions: []consortium.ExtensionLimit{{UpTo: 6, Most: 3}, {UpTo: 24, Percent: 50, Most: 6}, {Percent: 25, Most: 12}}}
	for _, x := range []struct {
		rules          consortium.Parameters
		original, most int
	}{
		{consortium.Parameters{}, 1, 1}, {consortium.Parameters{}, 12, 12}, {consortium.Parameters{}, 13, 6}, {consortium.Parameters{}, 60, 30},
		{consortium.Parameters{}, 61, 36}, {consortium.Parameters{}, 360, 36},
		{own, 6, 3}, {own, 7, 3}, {own, 24, 6}, {own, 25, 6}, {own, 48, 12}, {own, 360, 12},
	} {
		require.Equal(t, x.most, x.rules.MostExtended(x.original), "%+v of %d months", x.rules.Extensions, x.original)
	}
}

// A founding file of before founds with the limits of the law, which then
// stand on the ledger; they change by two signatures, and a change that says
// nothing of them leaves them as they are.
func TestExtensionLimitsAreParameters(t *testing.T) {
	l := chaincodetest.Unfounded(t)
	c := founding(t, members(t)...)
	c.Tables = []consortium.Change{{Rules: parameters(t, rulesBefore)}}
	l.Must("commons", "Commission/operator", "consortium.Found", c)
	inForce := func() []consortium.ExtensionLimit {
		var show consortium.Tables
		require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
		return show.Rules.Extensions
	}
	require.Equal(t, law, inForce())
	change := func(number string, rules *consortium.Parameters) {
		l.Must("commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{Head: head(t, number, "2024-08-01"), Change: consortium.Change{Rules: rules}})
		l.Must("commons", "Finance/approver", "consortium.Approve", consortium.ApproveContent{Head: head(t, number+"-ok", "2024-08-01"), Proposal: number})
	}
	stricter := []consortium.ExtensionLimit{{UpTo: 12, Percent: 50}, {Most: 6}}
	rules := parameters(t, rulesBefore)
	rules.Extensions = stricter
	l.Must("commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{Head: head(t, "p", "2024-08-01"), Change: consortium.Change{Rules: rules}})
	require.Equal(t, law, inForce(), "one signature")
	change("r1", rules)
	require.Equal(t, stricter, inForce())
	change("r2", parameters(t, rulesBefore))
	require.Equal(t, stricter, inForce())
}

func TestExtensionRowsInOrder(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for name, x := range map[string]struct {
		rows                 []consortium.ExtensionLimit
		field, limit, actual string
	}{
		"no row of all longer ones": {law[:2], "rules.extensions.up_to_months", "none in the last row", "60"},
		"not ascending":             {[]consortium.ExtensionLimit{law[1], law[0], law[2]}, "rules.extensions.up_to_months", "ascending, 1..360", "12"},
		"two of all longer ones":    {[]consortium.ExtensionLimit{law[2], law[2]}, "rules.extensions.up_to_months", "ascending, 1..360", "0"},
		"longer than any loan":      {[]consortium.ExtensionLimit{{UpTo: 361, Most: 1}, law[2]}, "rules.extensions.up_to_months", "ascending, 1..360", "361"},
		"more than the term":        {[]consortium.ExtensionLimit{{Percent: 101}}, "rules.extensions.term_percent", "1..100", "101"},
		"negative months":           {[]consortium.ExtensionLimit{{Percent: 50, Most: -1}}, "rules.extensions.max_months", "1..360", "-1"},
		"no bound":                  {[]consortium.ExtensionLimit{{UpTo: 12}, law[2]}, "rules.extensions", "term_percent or max_months", "0"},
		"too many":                  {make([]consortium.ExtensionLimit, 33), "rules.extensions", "32", "33"},
	} {
		rules := parameters(t, rulesBefore)
		rules.Extensions = x.rows
		r := l.Refused("TABLE_ROW", "commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{Head: head(t, "p", "2024-08-01"), Change: consortium.Change{Rules: rules}})
		require.Equal(t, []string{x.field, x.limit, x.actual}, []string{r.Refusal.Field, r.Refusal.Limit, r.Refusal.Actual}, name)
	}
}

//go:embed testdata/tables-before.base64
var tablesBefore string

// What a ledger stored before reads, with the limits of the law: the packed
// tables of a program that had no extension limits, a change of the parameters
// pending.
func TestTablesOfAnOlderLedgerRead(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(tablesBefore, "\n", ""))
	require.NoError(t, err)
	reference, err := consortium.Decode(raw)
	require.NoError(t, err)
	tables := reference.(*consortium.Tables)
	require.Equal(t, "2024-08-01", tables.OpenDay().String())
	require.Len(t, tables.Members, 8)
	require.Equal(t, 3653, tables.Rules.BackDatingDays)
	require.Equal(t, 36, tables.Rules.MostExtended(120))
	require.Len(t, tables.Pending, 1)
	require.Equal(t, 900, tables.Pending[0].Change.Rules.BackDatingDays)
}
