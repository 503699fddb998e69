package consortium_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

func member(t *testing.T, msp string, p command.Party) consortium.Member {
	return consortium.Member{MSP: msp, Party: p, Names: []consortium.Name{{From: chaincodetest.Day(t, "2020-01-01"), Zh: msp, En: msp}}}
}

func founding(t *testing.T, members ...consortium.Member) consortium.FoundContent {
	return consortium.FoundContent{Head: head(t, "found", "2024-08-01"), Simulated: true, Members: members}
}

var honest = []struct {
	msp   string
	party command.Party
}{{"CommissionMSP", command.Commission}, {"CentralBankMSP", command.CentralBank}, {"FinanceMSP", command.Finance}, {"BankAMSP", command.Bank}}

func members(t *testing.T) (list []consortium.Member) {
	for _, m := range honest {
		list = append(list, member(t, m.msp, m.party))
	}
	return list
}

// Endorsers sign what they simulate: that all three authorities endorsed a
// founding is consent only if each finds itself in it, and if it is the
// Commission that founds.
func TestNobodyElseFoundsTheConsortium(t *testing.T) {
	withCommission := func(msp string) []consortium.Member {
		list := members(t)
		list[0].MSP = msp
		return list
	}
	for name, c := range map[string]struct {
		who     string
		members []consortium.Member
	}{
		"a bank, for the Commission":       {"BankB/operator", members(t)},
		"a bank, as the Commission":        {"BankB/operator", withCommission("BankBMSP")},
		"a stranger, naming nobody here":   {"Stranger/operator", withCommission("OtherMSP")},
		"the Commission's officer":         {"Commission/officer", members(t)},
		"the Central Bank":                 {"CentralBank/operator", members(t)},
		"the Commission, without itself":   {"Commission/operator", withCommission("OtherMSP")},
		"the Commission, as another party": {"Commission/operator", []consortium.Member{member(t, "CommissionMSP", command.Finance), member(t, "CentralBankMSP", command.CentralBank), member(t, "FinanceMSP", command.Commission), member(t, "BankAMSP", command.Bank)}},
	} {
		l := chaincodetest.Unfounded(t)
		raw, err := json.Marshal(founding(t, c.members...))
		require.NoError(t, err)
		_, _ = l.Invoke("commons", c.who, "consortium.Found:Submit", nil, map[string][]byte{"command": raw})
		packed, err := l.Invoke("commons", c.who, "reference:Packed", []string{""}, nil)
		require.NoError(t, err)
		require.Empty(t, packed, name)
		l.Must("commons", "Commission/operator", "consortium.Found", founding(t, members(t)...))
	}
}

func TestFoundingAgainIsAlreadyApplied(t *testing.T) {
	l := chaincodetest.Unfounded(t)
	l.Must("commons", "Commission/operator", "consortium.Found", founding(t, members(t)...))
	r, err := l.Submit("commons", "Commission/operator", "consortium.Found", founding(t, members(t)...))
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
}

func TestFoundingNeedsADateAndKnownParties(t *testing.T) {
	l := chaincodetest.Unfounded(t)
	c := founding(t, members(t)...)
	c.Date = 0
	require.Error(t, consortium.Found.Check(&c))
	c = founding(t, append(members(t), member(t, "XMSP", "X"))...)
	require.True(t, consortium.MembersWrong.Is(consortium.Found.Check(&c)))
	l.Must("commons", "Commission/operator", "consortium.Found", founding(t, members(t)...))
}

// A member is found among members that the genesis named in any order.
func TestRenamedMemberStandsOnce(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for _, who := range []struct {
		msp   string
		party command.Party
	}{{"CommissionMSP", command.Commission}, {"AuditMSP", command.Audit}, {"BankAMSP", command.Bank}} {
		m := member(t, who.msp, who.party)
		m.Names[0].Zh = "新名称"
		l.Must("commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{Head: head(t, "m-"+who.msp, "2024-08-01"), Change: consortium.Change{Members: []consortium.Member{m}}})
		l.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: head(t, "ok-"+who.msp, "2024-08-01"), Proposal: "m-" + who.msp})
	}
	var show consortium.Tables
	require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
	require.Len(t, show.Members, 8)
	for i, m := range show.Members {
		require.True(t, i == 0 || show.Members[i-1].MSP < m.MSP)
		if m.MSP == "BankAMSP" {
			require.Equal(t, "新名称", m.Names[0].Zh)
		}
	}
}

// No change of members may leave the consortium without its authorities.
func TestMembersChangeKeepsTheAuthorities(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for i, m := range []consortium.Member{
		member(t, "CentralBankMSP", command.Bank), member(t, "NewMSP", command.Commission), member(t, "NewMSP", "Q"), member(t, "NewMSP", ""),
	} {
		l.Refused("CONSORTIUM_MEMBERS", "commons", "Commission/operator", "consortium.Propose",
			consortium.ProposeContent{Head: head(t, "m"+string(rune('0'+i)), "2024-08-01"), Change: consortium.Change{Members: []consortium.Member{m}}})
	}
}

// Two authorities may use one number; an approval must not then put another
// change into force than the one its signer read.
func TestProposalNumbersDoNotMeet(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	lpr := consortium.Change{LPR: []consortium.LPR{{Published: chaincodetest.Day(t, "2024-10-21"), OneYear: chaincodetest.Percent(t, "3.10"), FiveYear: chaincodetest.Percent(t, "3.60")}}}
	items := consortium.Change{Items: []consortium.Item{{Code: "WATER", Zh: "水费", En: "water", Class: "CONSENT"}}}
	l.Must("commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{Head: head(t, "p1", "2024-08-01"), Change: items})
	l.Refused("PROPOSAL_PENDING", "commons", "CentralBank/officer", "consortium.Propose", consortium.ProposeContent{Head: head(t, "p1", "2024-08-01"), Change: lpr})
	l.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: head(t, "ok", "2024-08-01"), Proposal: "p1"})
	var show consortium.Tables
	require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
	require.Len(t, show.LPR, 4)
	require.Len(t, show.Items, 5)
}

// Every book reads the tables in every transaction.
func TestPublicTextsAreShort(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	long := strings.Repeat("长", 1000)
	l.Refused("TEXT_LENGTH", "commons", "Commission/operator", "consortium.Block", consortium.BlockContent{Head: head(t, "b", "2024-08-01"), Fingerprint: strings.Repeat("a", 64), Reason: long})
	m := member(t, "BankAMSP", command.Bank)
	m.Names[0].Zh = long
	for i, c := range []consortium.Change{
		{Items: []consortium.Item{{Code: "A", Zh: long, Class: "PUBLIC"}}},
		{Items: []consortium.Item{{Code: "A", Zh: "a", Class: "PUBLIC", Owner: long}}},
		{Purposes: []consortium.Purpose{{Code: "99", Zh: "a", En: long}}},
		{Products: []consortium.Product{{Code: "ABC", Zh: "a", From: 1, MaxPrincipal: 1, MaxMonths: 1, Methods: []string{long}, Guarantees: []string{"C1"}}}},
		{Members: []consortium.Member{m}},
	} {
		l.Refused("TEXT_LENGTH", "commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{Head: head(t, "p"+string(rune('0'+i)), "2024-08-01"), Change: c})
	}
}

// Blocking a certificate twice keeps it once.
func TestBlockedStandsOnce(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for _, n := range []string{"b1", "b2"} {
		l.Must("commons", "Commission/operator", "consortium.Block", consortium.BlockContent{Head: head(t, n, "2024-08-01"), Fingerprint: strings.Repeat("a", 64), Reason: "离岗"})
	}
	var show consortium.Tables
	require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
	require.Len(t, show.BlockedBy, 1)
}

// However far back-dating reaches, no command goes without a date.
func TestEarliestDateIsADate(t *testing.T) {
	tables := consortium.Tables{Open: chaincodetest.Day(t, "1950-01-01"), Rules: consortium.Parameters{BackDatingDays: 36525}}
	require.Equal(t, "1900-01-01", tables.Earliest().String())
}
