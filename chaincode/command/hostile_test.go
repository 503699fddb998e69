package command_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// What encoding/json says changes from one Go version to the next, so that
// two endorsers' receipts would differ; and it repeats what it read.
func TestNoDecoderTextInReceipts(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	application := func(id any) map[string]any {
		return map[string]any{"number": "n", "date": "2024-08-01", "application": map[string]any{"id": id, "no": "A1"}}
	}
	results, err := l.Batch(chaincodetest.BookA, "Commission/operator", "intake",
		chaincodetest.Step{Name: "loan.Route", Content: application("630102199001011234 SECRET")},
		chaincodetest.Step{Name: "loan.Route", Content: application(7)},
		chaincodetest.Step{Name: "loan.Route", Content: map[string]any{"number": "n", "SECRET": 1}},
		chaincodetest.Step{Name: "loan.Route", Content: "SECRET"},
		chaincodetest.Step{Name: "loan.Apply", Content: map[string]any{"months": json.Number("99999999999999999999")}},
	)
	require.NoError(t, err)
	for i, r := range results {
		require.NotNil(t, r.Refusal, "%d", i)
		require.Equal(t, command.Malformed.Code, r.Refusal.Code)
		require.Empty(t, r.Refusal.Limit+r.Refusal.Actual, "%d", i)
	}
}

// A receipt is kept for ever by every member: nobody stores a novel in one.
func TestReceiptsRepeatNoLongText(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	long := strings.Repeat("长", 100_000)
	for _, step := range []chaincodetest.Step{
		{Name: "loan.Route", Content: map[string]any{"number": "n", "date": "2024-08-01", "application": map[string]any{"id": "aaaa.0", "no": long}}},
		{Name: "loan.Apply", Content: map[string]any{"number": "n", "date": "2024-08-01", "application": map[string]any{"id": "aaaa.0", "no": "A1"},
			"subject": "abcdefgh", "amount": "1.00", "months": 1, "use": long, "channel": "APP", "product": "AGR"}},
		{Name: "loan.Apply", Content: map[string]any{"number": "n", "date": "2024-08-01", "application": map[string]any{"id": "aaaa.0", "no": "A1"},
			"subject": "abcdefgh", "amount": "1.00", "months": 1, "use": "FEED", "channel": "APP", "product": long}},
	} {
		results, err := l.Batch(chaincodetest.BookA, "Commission/operator", "intake", step)
		require.NoError(t, err)
		r := results[0].Refusal
		require.NotNil(t, r)
		require.LessOrEqual(t, len(r.Limit), 1024, step.Name)
		require.LessOrEqual(t, len(r.Actual), 1024, step.Name)
		require.NotContains(t, r.Actual+r.Limit, "�", "cut between characters")
	}
}

// What a batch gives does not depend on how commands were put into batches,
// also where a command changes the day that the next one is dated.
func TestPublicLaneSeesTheDayThatItOpened(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	propose := consortium.ProposeContent{Head: command.Head{Number: "p1", Date: chaincodetest.Day(t, "2024-08-20")},
		Change: consortium.Change{LPR: []consortium.LPR{{Published: chaincodetest.Day(t, "2024-08-20"), OneYear: chaincodetest.Percent(t, "3.35"), FiveYear: chaincodetest.Percent(t, "3.85")}}}}
	results, err := l.Batch("commons", "CentralBank/officer", "public",
		chaincodetest.Step{Name: "consortium.OpenDay", Content: day(t, "d1", "2024-08-20")},
		chaincodetest.Step{Name: "consortium.Propose", Content: propose})
	require.NoError(t, err)
	require.Equal(t, "accepted", results[0].Outcome)
	require.Equal(t, "accepted", results[1].Outcome, "%v", results[1].Refusal)
}

// A birth without an ID, or beyond its page, is refused alone: it neither
// fails its neighbours nor leaves an index that nobody can read.
func TestBirthNeedsAnIDWithinItsPage(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	apply := func(id, no string) map[string]any {
		return map[string]any{"number": "n" + no, "date": "2024-08-01", "application": map[string]any{"id": id, "no": no},
			"subject": "abcdefgh", "amount": "1.00", "months": 1, "use": "FEED", "channel": "APP", "product": "AGR"}
	}
	results, err := l.Batch(chaincodetest.BookA, "Commission/operator", "intake",
		chaincodetest.Step{Name: "loan.Apply", Content: apply("", "A1")},
		chaincodetest.Step{Name: "loan.Apply", Content: apply("aaaa.16", "A2")},
		chaincodetest.Step{Name: "loan.Apply", Content: apply("aaaa.15", "A3")})
	require.NoError(t, err)
	require.Equal(t, "ID_WRONG", results[0].Refusal.Code)
	require.Equal(t, "ID_WRONG", results[1].Refusal.Code)
	require.Equal(t, "accepted", results[2].Outcome, "%v", results[2].Refusal)
	var a command.LocateAnswer
	require.NoError(t, l.Ask(chaincodetest.BookA, "Commission/operator", "locate.application", command.LocateQuery{Numbers: []string{"A1", "A2", "A3"}}, &a))
	require.Equal(t, []ledgerstate.ID{{}, {}, {Page: "aaaa", Slot: 15}}, a.IDs)
}

// The place to go on from is the client's: it must not lead into another
// kind's pages.
func TestScanStaysWithinItsKind(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Must(chaincodetest.BookA, "Commission/operator", "loan.Apply", map[string]any{"number": "n", "date": "2024-08-01", "application": map[string]any{"id": "aaaa.0", "no": "A1"},
		"subject": "abcdefgh", "amount": "1.00", "months": 1, "use": "FEED", "channel": "APP", "product": "AGR"})
	for _, after := range []string{"P", "Papplication:", "A", "~", "\x00", "Pgrant"} {
		var answer map[string]any
		err := l.Ask(chaincodetest.BookA, "Commission/operator", "authorization.List", map[string]any{"after": after}, &answer)
		require.ErrorContains(t, err, "qxl AFTER_WRONG", "%q", after)
	}
}
