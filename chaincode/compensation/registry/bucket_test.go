package registry

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// A loan that was settled so long ago that nothing of it can be reversed leaves
// its bucket; what was lent on it still counts for the breaker.
func TestSettledLoansLeaveTheBucket(t *testing.T) {
	day, earliest := calendar.MustParse("2026-12-31"), calendar.MustParse("2026-01-01")
	var b Bucket
	for _, no := range []string{"L1", "L2", "L3", "L4"} {
		b = b.put(Entry{Borrower: []byte("same"), Bank: "BankAMSP", Contract: no, Counted: 100})
	}
	b = b.put(Entry{Borrower: []byte("same"), Bank: "BankBMSP", Contract: "L1", Counted: 100})
	found := []compensation.Standing{
		{Contract: "L1", Filed: true, Lent: 100, Settled: earliest - 1, Compensated: 10},
		{Contract: "L2", Filed: true, Lent: 200, Settled: earliest},
		{Contract: "L3", Filed: true, Lent: 300, Outstanding: 70, Class: account.Doubtful, Compensated: 30, Owing: true},
		{Contract: "L4", Filed: true, Lent: 400, Settled: earliest - 1, Compensated: 40, Owing: true},
	}
	b, err := b.refreshed("BankAMSP", day, earliest, []int{0, 1, 2, 3}, found)
	require.NoError(t, err)
	require.Len(t, b.Entries, 4)
	require.Equal(t, "L2", b.Entries[0].Contract)
	require.Zero(t, b.Entries[0].Counted)
	require.EqualValues(t, 70, b.Entries[1].Counted)
	require.True(t, b.Entries[1].Owing)
	require.Equal(t, "L4", b.Entries[2].Contract, "who owes the fund stays")
	require.EqualValues(t, 100, b.Entries[3].Counted, "another bank's of the same number")
	n := b.Counts[0]
	require.Equal(t, 1, n.Loans)
	require.EqualValues(t, []int64{70, 70, 900, 70, 100, 10}, []int64{int64(n.Filed), int64(n.Bad), int64(n.Disbursed), int64(n.Compensated), int64(n.Past.Disbursed), int64(n.Past.Compensated)})
	b, err = b.refreshed("BankAMSP", day, earliest, []int{0, 1, 2}, found[1:])
	require.NoError(t, err)
	require.EqualValues(t, 100, b.Counts[0].Past.Disbursed, "counted once")

	_, err = b.refreshed("BankAMSP", day, earliest, []int{0, 1, 2}, found[:3])
	require.Error(t, err, "a book that speaks of another loan")
}

// Whoever owes the fund for one loan gets no other filed, at any bank.
func TestWhatWasCompensatedAndNotRecoveredStopsAFiling(t *testing.T) {
	pack := consortium.RulePack{Caps: consortium.BorrowerCaps{Total: 1000, Credit: 500, Household: 300}}
	e := Entry{Borrower: []byte("same"), Bank: "BankAMSP", Contract: "L2", Counted: 1}
	b := Bucket{}.put(Entry{Borrower: []byte("same"), Bank: "BankBMSP", Contract: "L1", Owing: true})
	_, err := b.admit(pack, e, compensation.Counted{})
	require.ErrorContains(t, err, "REGISTRY_UNRECOVERED")
	e.Borrower = []byte("another")
	_, err = b.admit(pack, e, compensation.Counted{})
	require.NoError(t, err)
}
