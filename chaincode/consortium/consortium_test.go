package consortium_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

func head(t *testing.T, number, day string) command.Head {
	return command.Head{Number: number, Date: chaincodetest.Day(t, day)}
}

func TestLPRChangesByTwoSignatures(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	change := consortium.Change{LPR: []consortium.LPR{{Published: chaincodetest.Day(t, "2024-10-21"), OneYear: chaincodetest.Percent(t, "3.10"), FiveYear: chaincodetest.Percent(t, "3.60")}}}
	propose := consortium.ProposeContent{Head: head(t, "lpr-1", "2024-08-01"), Change: change}
	l.Refused("TABLE_OWNER", "commons", "Commission/operator", "consortium.Propose", propose)
	l.Refused("ACCESS_DENIED", "commons", "CentralBank/auditor", "consortium.Propose", propose)
	l.Must("commons", "CentralBank/officer", "consortium.Propose", propose)
	var show consortium.Tables
	require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
	require.Len(t, show.LPR, 4, "a proposal is not in force")
	approve := consortium.ApproveContent{Head: head(t, "lpr-1-ok", "2024-08-01"), Proposal: "lpr-1"}
	l.Refused("TABLE_OWNER", "commons", "Finance/approver", "consortium.Approve", approve)
	l.Must("commons", "CentralBank/approver", "consortium.Approve", approve)
	require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
	require.Len(t, show.LPR, 5)
	require.Empty(t, show.Pending)
	r, err := l.Submit("commons", "CentralBank/approver", "consortium.Approve", approve)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
}

func TestBusinessDaysOpenInOrder(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Refused("DAY_NOT_LATER", "commons", "CentralBank/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: head(t, "d1", "2024-07-31")})
	l.Must("commons", "CentralBank/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: head(t, "d2", "2024-08-02")})
	var show consortium.Tables
	require.NoError(t, l.Ask("commons", "Subject/abc", "consortium.Show", struct{}{}, &show))
	require.Equal(t, "2024-08-02", show.Open.String())
	_, err := l.Submit("commons", "BankA/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: head(t, "d3", "2024-08-05")})
	require.ErrorContains(t, err, "qxl ACCESS_DENIED")
}

func TestLeaverIsBlockedTheSameDay(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Must("commons", "Commission/operator", "consortium.Block", consortium.BlockContent{Head: head(t, "b1", "2024-08-01"), Fingerprint: l.Fingerprint("CentralBank/officer"), Reason: "离岗"})
	l.Refused("CERTIFICATE_BLOCKED", "commons", "CentralBank/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: head(t, "d2", "2024-08-02")})
	l.Must("commons", "CentralBank/officer#2", "consortium.OpenDay", consortium.OpenDayContent{Head: head(t, "d2", "2024-08-02")})
}

func TestNumberComesAgainWithOtherContent(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	day := consortium.OpenDayContent{Head: head(t, "d2", "2024-08-02")}
	l.Must("commons", "CentralBank/officer", "consortium.OpenDay", day)
	r, err := l.Submit("commons", "CentralBank/officer", "consortium.OpenDay", day)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	day.Date++
	l.Refused("DUPLICATE_NUMBER", "commons", "CentralBank/officer", "consortium.OpenDay", day)
}
