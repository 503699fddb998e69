package command_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

func day(t *testing.T, number, date string) consortium.OpenDayContent {
	return consortium.OpenDayContent{Head: command.Head{Number: number, Date: chaincodetest.Day(t, date)}}
}

func TestRefusalNeverFailsItsNeighbours(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	results, err := l.Batch("commons", "CentralBank/officer", "public",
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d1", "2024-08-02")},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d2", "2024-08-02")},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d1", "2024-08-02")},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d1", "2024-08-03")},
		chaincodetest.Step{Name: "consortium.NoSuch", Content: day(t, "d1", "2024-08-03")},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: map[string]any{"number": "d9", "date": "2024-02-30"}},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: map[string]any{"number": "d9", "date": "2024-08-05", "surprise": 1}},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "", "2024-08-05")},
		chaincodetest.Step{Name: "consortium.Approve", Content: consortium.ApproveContent{Head: command.Head{Number: "a", Date: chaincodetest.Day(t, "2024-08-01")}, Proposal: "p"}},
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d3", "2024-08-05")},
	)
	require.NoError(t, err)
	var got []string
	for _, r := range results {
		s := r.Outcome
		if r.Refusal != nil {
			s = r.Refusal.Code
		}
		got = append(got, s)
	}
	require.Equal(t, []string{"accepted", "DAY_NOT_LATER", "already applied", "DUPLICATE_NUMBER", "UNKNOWN_COMMAND", "DATE_NOT_EXISTING", "MALFORMED", "NUMBER_LENGTH", "ACCESS_DENIED", "accepted"}, got)
	require.Equal(t, "2024-08-02", results[1].Refusal.Limit)
}

// Of a single command that is accepted the public answer says everything; of
// any other outcome, and of a batch, which does not name its commands, there is
// a receipt.
func TestAnAcceptedSingleCommandKeepsNoReceipt(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	found := func() bool {
		var a command.ReceiptAnswer
		require.NoError(t, l.Ask("commons", "Commission/auditor", "receipt.public", map[string]string{"lane": "public", "tx": l.Last}, &a))
		return a.Found
	}
	l.Must("commons", "CentralBank/officer", "consortium.OpenDay", day(t, "d1", "2024-08-02"))
	require.False(t, found())
	for _, outcome := range []string{"already applied", "refused"} {
		r, err := l.Submit("commons", "CentralBank/officer", "consortium.OpenDay", day(t, map[string]string{"already applied": "d1", "refused": "d2"}[outcome], "2024-08-02"))
		require.NoError(t, err)
		require.Equal(t, outcome, r.Outcome)
		require.True(t, found(), outcome)
	}
	_, err := l.Batch("commons", "CentralBank/officer", "public", chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d3", "2024-08-05")})
	require.NoError(t, err)
	require.True(t, found(), "a batch of one")
}

func TestClockOnlyWithholds(t *testing.T) {
	for _, off := range []time.Duration{-20 * time.Minute, 20 * time.Minute} {
		l := chaincodetest.New(t, "2024-08-01")
		l.TxOffset = off
		_, err := l.Submit("commons", "CentralBank/officer", "consortium.OpenDay", day(t, "d1", "2024-08-02"))
		require.ErrorContains(t, err, "qxl CLOCK_SKEW")
		require.ErrorContains(t, err, "20m0s")
		l.TxOffset = off * 7 / 10
		l.Must("commons", "CentralBank/officer", "consortium.OpenDay", day(t, "d1", "2024-08-02"))
	}
}

func TestStrangersAreRefusedBeforeAnyRule(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	_, err := l.Submit("commons", "Stranger/officer", "consortium.OpenDay", day(t, "d1", "2024-08-02"))
	require.ErrorContains(t, err, "qxl ACCESS_DENIED")
	_, err = l.Batch("commons", "CentralBank/officer", "nolane", chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d1", "2024-08-02")})
	require.ErrorContains(t, err, "qxl UNKNOWN_LANE")
}

func TestEveryCommandIsWholeAndEveryRefusalBilingual(t *testing.T) {
	names := map[string]bool{}
	for cc, list := range map[command.Chaincode][]command.Definition{command.Commons: chaincode.CommonsCommands, command.Book: chaincode.BookCommands} {
		for _, d := range list {
			s := d.Describe()
			require.False(t, names[string(cc)+s.Name], s.Name)
			names[string(cc)+s.Name] = true
			require.NotEmpty(t, s.Zh, s.Name)
			require.NotEmpty(t, s.En, s.Name)
			require.NotEmpty(t, s.Access, s.Name)
			require.Equal(t, cc, s.Lane.Chaincode, s.Name)
		}
	}
	require.NotEmpty(t, names)
	for _, r := range refusal.Table() {
		require.NotEmpty(t, r.Zh, r.Code)
		require.NotEmpty(t, r.En, r.Code)
		require.Regexp(t, `^[A-Z][A-Z0-9_]+$`, r.Code)
	}
}

func TestPoliciesOfTheTable(t *testing.T) {
	C, P, F, B := command.Commission, command.CentralBank, command.Finance, command.Bank
	for _, c := range []struct {
		collection command.Collection
		parties    []command.Party
		ok         bool
	}{
		{command.Person, []command.Party{B, C}, true}, {command.Person, []command.Party{B, P, F}, false},
		{command.Intake, []command.Party{C, F}, true}, {command.Intake, []command.Party{B, C}, false},
		{command.Loan, []command.Party{B, P}, true}, {command.Loan, []command.Party{C, P, F}, false}, {command.Loan, []command.Party{B}, false},
		{command.Comp, []command.Party{C, P, F}, true}, {command.Comp, []command.Party{B, C, P}, false},
		{command.Registry, []command.Party{C, P}, false}, {command.CommonsIntake, []command.Party{P, F}, true}, {command.Fund, []command.Party{C, P, F}, true},
	} {
		require.Equal(t, c.ok, c.collection.Endorse.SatisfiedBy(c.parties...), "%s %v", c.collection.Name, c.parties)
	}
	for _, cc := range []command.Chaincode{command.Book, command.Commons} {
		for _, lane := range cc.Lanes() {
			for _, col := range lane.Collections {
				require.False(t, col.Has(command.Audit) && lane.Endorse.SatisfiedBy(command.Audit), "Audit stands in no policy")
			}
		}
	}
}
