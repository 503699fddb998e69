package command_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// A joint command as small as can be: cups in a bank's book are filled from
// one tank of commons, which holds ten.

type cup struct{ Held int }
type poured struct{ Litres int }

func (e poured) Evolve(c cup) cup { c.Held += e.Litres; return c }

type tank struct{ Taken int }
type drawn struct{ Litres int }

func (e drawn) Evolve(t tank) tank { t.Taken += e.Litres; return t }

var (
	cups  = ledgerstate.NewKind[cup](ledgerstate.Kind[cup]{Code: "cup", Collection: command.Comp.Name, Slots: 4, Keep: 1, Schema: 1}, poured{})
	tanks = ledgerstate.NewKind[tank](ledgerstate.Kind[tank]{Code: "tank", Collection: command.Registry.Name, Slots: 1, Schema: 1, Under: true, Plain: true}, drawn{})

	tankRef = ledgerstate.Ref{ID: ledgerstate.ID{Page: "tank"}, No: "tank"}

	tankEmpty = refusal.New("TEST_TANK_EMPTY", "没有水了", "the tank is empty", "")
	cupFull   = refusal.New("TEST_CUP_FULL", "杯子满了", "the cup is full", "")
)

type pourContent struct {
	command.Head
	Cup    ledgerstate.Ref `json:"cup"`
	New    bool            `json:"new"`
	Litres int             `json:"litres"`
	Late   bool            `json:"late,omitempty"`  // the book refuses after the decision, as it never may
	Count  bool            `json:"count,omitempty"` // the facts say what the cup called "shared" holds
}

type pourFacts struct{ Litres, Shared int }

type pourDecision struct{ Left int }

var shared = ledgerstate.Ref{ID: ledgerstate.ID{Page: "shared"}, No: "shared"}

var pour = command.Joint[pourContent, pourFacts, pourDecision]{
	Spec: command.Spec{Name: "test.Pour", Zh: "倒水", En: "pour", Lane: command.FilingLane,
		Access: []command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Commission, Role: "operator"}}},
	Wants: func(c pourContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: cups, Ref: c.Cup, Birth: c.New}}
	},
	Ask: func(ctx *command.Context, c pourContent) (pourFacts, error) {
		f := pourFacts{Litres: c.Litres}
		if c.Count {
			r, err := cups.At(ctx.View, shared.ID)
			if err != nil {
				return f, err
			}
			if r != nil {
				f.Shared = r.State.Held
			}
		}
		held := 0
		if !c.New {
			r, err := cups.Get(ctx.View, "cup", c.Cup)
			if err != nil {
				return f, err
			}
			held = r.State.Held
		}
		if held+c.Litres > 4 {
			return f, cupFull.At("litres", 4-held, c.Litres)
		}
		return f, nil
	},
	Needs: func(*command.Context, pourContent, pourFacts) ([]ledgerstate.Want, error) {
		return []ledgerstate.Want{{Kind: tanks, Ref: tankRef}}, nil
	},
	Decide: func(ctx *command.Context, c pourContent, f pourFacts) (pourDecision, []ledgerstate.Change, error) {
		r, err := tanks.At(ctx.View, tankRef.ID)
		if err != nil {
			return pourDecision{}, nil, err
		}
		d, change := pourDecision{10}, tanks.Happened(tankRef, drawn{f.Litres})
		if r == nil {
			change = tanks.Born(tankRef, drawn{f.Litres})
		} else {
			d.Left -= r.State.Taken
		}
		if f.Litres > d.Left {
			return d, nil, tankEmpty.At("litres", 10, nil)
		}
		return d, []ledgerstate.Change{change}, nil
	},
	Apply: func(_ *command.Context, c pourContent, f pourFacts, _ pourDecision) ([]ledgerstate.Change, error) {
		if c.Late {
			return nil, cupFull.At("litres", nil, nil)
		}
		if c.New {
			return []ledgerstate.Change{cups.Born(c.Cup, poured{f.Litres})}, nil
		}
		return []ledgerstate.Change{cups.Happened(c.Cup, poured{f.Litres})}, nil
	},
}

type holding struct {
	ID ledgerstate.ID // a Ref would arrive without it
	No string
}

var holds = command.Question[holding, int]{Name: "test.Holds", Collections: []command.Collection{command.Comp},
	Answer: func(ctx *command.Context, q holding) (int, error) {
		r, err := cups.Get(ctx.View, "cup", ledgerstate.Ref{ID: q.ID, No: q.No})
		if err != nil {
			return 0, err
		}
		return r.State.Held, nil
	}}

type lookQuery struct {
	Book string          `json:"book"`
	Cup  ledgerstate.Ref `json:"cup"`
}

func init() {
	authorities := []command.Allow{{Party: command.Finance, Role: "officer"}, {Party: command.Audit, Role: "auditor"}}
	chaincode.CommonsCommands = append(chaincode.CommonsCommands, pour)
	chaincode.BookQuestions = append(chaincode.BookQuestions, holds)
	chaincode.CommonsQueries = append(chaincode.CommonsQueries, command.Query[lookQuery, int]{
		QuerySpec: command.QuerySpec{Name: "test.Look", Chaincode: command.Commons, Collections: []command.Collection{command.Registry}, Access: authorities},
		Answer: func(ctx *command.Context, q lookQuery) (int, error) {
			return holds.Of(ctx, q.Book, holding{q.Cup.ID, q.Cup.No})
		},
	}, command.Query[struct{}, int]{
		QuerySpec: command.QuerySpec{Name: "test.Taken", Chaincode: command.Commons, Collections: []command.Collection{command.Registry}, Access: authorities},
		Answer: func(ctx *command.Context, _ struct{}) (int, error) {
			r, err := tanks.At(ctx.View, tankRef.ID)
			if err != nil || r == nil {
				return 0, err
			}
			return r.State.Taken, nil
		},
	})
}

type jointLedger struct {
	*chaincodetest.Ledger
	t *testing.T
	n int
}

func (l *jointLedger) pouring(no string, slot int, litres int) pourContent {
	l.n++
	return pourContent{Head: command.Head{Number: fmt.Sprintf("n%d", l.n), Date: chaincodetest.Day(l.t, "2024-08-01")},
		Cup: ledgerstate.Ref{ID: chaincodetest.ID("cups", slot), No: no}, New: true, Litres: litres}
}

func (l *jointLedger) outcomes(results []command.Result, err error) []string {
	l.t.Helper()
	require.NoError(l.t, err)
	var list []string
	for _, r := range results {
		if r.Refusal != nil {
			list = append(list, r.Refusal.Code)
			continue
		}
		list = append(list, r.Outcome)
	}
	return list
}

func (l *jointLedger) pour(contents ...pourContent) []string {
	l.t.Helper()
	steps := make([]chaincodetest.Step, len(contents))
	for i := range contents {
		steps[i] = chaincodetest.Step{Name: "test.Pour", Content: contents[i]}
	}
	return l.outcomes(l.Batch(chaincodetest.BookA, "BankA/officer", "filing", steps...))
}

func (l *jointLedger) taken() int {
	l.t.Helper()
	var n int
	require.NoError(l.t, l.Ask("commons", "Finance/officer", "test.Taken", struct{}{}, &n))
	return n
}

func (l *jointLedger) holds(book, no string, slot int) (int, error) {
	var n int
	err := l.Ask("commons", "Finance/officer", "test.Look", lookQuery{book, ledgerstate.Ref{ID: chaincodetest.ID("cups", slot), No: no}}, &n)
	return n, err
}

func newJoint(t *testing.T) *jointLedger {
	return &jointLedger{Ledger: chaincodetest.New(t, "2024-08-01"), t: t}
}

// Commands of one batch see each other in commons, whatever books refuse, and
// each has its own outcome in the book's receipt.
func TestJointCommandsShareWhatCommonsHolds(t *testing.T) {
	l := newJoint(t)
	tooMuch := l.pouring("B", 1, 5)
	future := l.pouring("C", 1, 1)
	future.Date = chaincodetest.Day(t, "2024-08-02")
	malformed := chaincodetest.Step{Name: "test.Pour", Content: map[string]any{"litres": "many"}}
	results, err := l.Batch(chaincodetest.BookA, "BankA/officer", "filing",
		chaincodetest.Step{Name: "test.Pour", Content: l.pouring("A", 0, 4)},
		chaincodetest.Step{Name: "test.Pour", Content: tooMuch}, // refused by the book
		malformed,
		chaincodetest.Step{Name: "test.Pour", Content: future},
		chaincodetest.Step{Name: "test.Pour", Content: l.pouring("D", 1, 4)},
		chaincodetest.Step{Name: "test.Pour", Content: l.pouring("E", 2, 3)}, // refused by commons: 2 are left
		chaincodetest.Step{Name: "test.Pour", Content: l.pouring("F", 2, 2)}, // its ID was wished for before
		chaincodetest.Step{Name: "test.Pour", Content: l.pouring("G", 3, 2)},
		chaincodetest.Step{Name: "loan.Repay", Content: tooMuch},
	)
	require.Equal(t, []string{"accepted", "TEST_CUP_FULL", "MALFORMED", "DATE_AFTER_OPEN_DAY", "accepted", "TEST_TANK_EMPTY", "retry", "accepted", "UNKNOWN_COMMAND"}, l.outcomes(results, err))
	require.Equal(t, "10", results[5].Refusal.Limit)
	require.Empty(t, results[5].Refusal.Actual)
	require.Equal(t, 10, l.taken())
	held, err := l.holds(chaincodetest.BookA, "D", 1)
	require.NoError(t, err)
	require.Equal(t, 4, held)
	for no, slot := range map[string]int{"B": 1, "E": 2} {
		_, err = l.holds(chaincodetest.BookA, no, slot)
		require.ErrorContains(t, err, "UNKNOWN", "a refusal of the book's rule comes back as one")
	}
	var a command.ReceiptAnswer
	require.NoError(t, l.Ask(chaincodetest.BookA, "BankA/officer", "receipt.filing", map[string]string{"tx": l.Last}, &a))
	require.True(t, a.Found)
	require.Len(t, a.Results, 9)
	require.Equal(t, "BankAMSP", a.Actor.MSP)
	require.Equal(t, command.Bank, a.Actor.Party)
}

func TestJointCommandIsAppliedOnce(t *testing.T) {
	l := newJoint(t)
	c := l.pouring("A", 0, 3)
	l.Must(chaincodetest.BookA, "BankA/officer", "test.Pour", c)
	again := c
	again.Cup.ID = chaincodetest.ID("other", 0)
	require.Equal(t, []string{"already applied"}, l.pour(again))
	again.Litres = 2
	require.Equal(t, []string{"DUPLICATE_NUMBER"}, l.pour(again))
	require.Equal(t, 3, l.taken(), "commons counts it once")

	other := l.pouring("B", 0, 1)
	require.Equal(t, []string{"retry"}, l.pour(other), "the slot is another cup's")
	other.Cup.ID.Slot = 9
	require.Equal(t, []string{"ID_WRONG"}, l.pour(other))
	require.Equal(t, 3, l.taken())

	more := l.pouring("A", 0, 1)
	more.New = false
	second := l.pouring("A", 0, 0)
	second.New = false
	require.Equal(t, []string{"accepted", "ONE_AT_A_TIME"}, l.pour(more, second))
	require.Equal(t, []string{"already applied", "accepted"}, l.pour(more, second))
	require.Equal(t, 4, l.taken())
}

// Commons decides on what the book said before. Where an earlier command of
// the batch made that untrue, nothing of the batch is recorded.
func TestJointDecisionRestsOnFactsThatHold(t *testing.T) {
	l := newJoint(t)
	first := l.pouring("shared", 0, 1)
	first.Cup = shared
	second := l.pouring("A", 0, 1)
	second.Count = true
	_, err := l.Batch(chaincodetest.BookA, "BankA/officer", "filing", chaincodetest.Step{Name: "test.Pour", Content: first}, chaincodetest.Step{Name: "test.Pour", Content: second})
	require.ErrorContains(t, err, "JOINT_FACTS_CHANGED")
	require.Equal(t, 0, l.taken())
	require.Equal(t, []string{"accepted"}, l.pour(first))
	require.Equal(t, []string{"accepted"}, l.pour(second))

	late := l.pouring("B", 1, 1)
	late.Late = true
	_, err = l.Submit(chaincodetest.BookA, "BankA/officer", "test.Pour", late)
	require.ErrorContains(t, err, "JOINT_REFUSED_LATE")
	require.Equal(t, 2, l.taken())
}

func TestJointLaneNamesOneBookOfItsOwn(t *testing.T) {
	l := newJoint(t)
	c := l.pouring("A", 0, 1)
	_, err := l.Submit(chaincodetest.BookB, "BankA/officer", "test.Pour", c)
	require.ErrorContains(t, err, "qxl ACCESS_DENIED", "another bank's book")
	_, err = l.Submit("book-none", "BankA/officer", "test.Pour", c)
	require.ErrorContains(t, err, "qxl BOOK_UNKNOWN")
	l.Refused("ACCESS_DENIED", chaincodetest.BookA, "BankA/approver", "test.Pour", c)
	_, err = l.Invoke("commons", "BankA/officer", "test.Pour:Submit", []string{"commons"}, nil)
	require.ErrorContains(t, err, "qxl BOOK_UNKNOWN")
	_, err = l.Submit(chaincodetest.BookA, "Subject/somebody1@commons", "test.Pour", c)
	require.ErrorContains(t, err, "qxl ACCESS_DENIED")
	_, err = l.Invoke("commons", "BankA/officer", "batch:Submit", []string{"filing", "1"}, map[string][]byte{"commands": []byte(`[{"name":"test.Pour","content":{}}]`)})
	require.ErrorContains(t, err, "qxl BOOK_MISSING")
	_, err = l.Invoke("commons", "BankA/officer", "batch:SubmitFor", []string{"others", "1", chaincodetest.BookA}, map[string][]byte{"commands": []byte(`[{"name":"test.Pour","content":{}}]`)})
	require.ErrorContains(t, err, "qxl LANE_NOT_JOINT")
	require.Equal(t, 0, l.taken())
	l.Must(chaincodetest.BookB, "Commission/operator", "test.Pour", c)
	held, err := l.holds(chaincodetest.BookB, "A", 0)
	require.NoError(t, err)
	require.Equal(t, 1, held)
}

// Nobody but commons reaches a book's part of a joint transaction, whatever
// the proposal claims.
func TestBookPartIsCalledByCommonsAlone(t *testing.T) {
	l := newJoint(t)
	for _, function := range []string{"joint:Ask", "joint:Apply", "joint:Answer", "joint:Else"} {
		for _, who := range []string{"BankA/officer", "Commission/operator", "Finance/approver"} {
			_, err := l.Invoke(chaincodetest.BookA, who, function, []string{"", ""}, nil)
			require.ErrorContains(t, err, "qxl NOT_FROM_COMMONS", "%s by %s", function, who)
			l.Header = "commons"
			_, err = l.Invoke(chaincodetest.BookA, who, function, []string{"", ""}, nil)
			require.ErrorContains(t, err, "qxl NOT_FROM_COMMONS", "%s by %s with a header that names commons", function, who)
			l.Header = ""
		}
	}
	_, err := l.Invoke(chaincodetest.BookA, "BankA/officer", "test.Pour:Submit", []string{chaincodetest.BookA}, map[string][]byte{"command": []byte("{}")})
	require.Error(t, err, "a book has no such function")
	_, err = l.Invoke("commons", "BankA/officer", "joint:Apply", []string{"", ""}, nil)
	require.Error(t, err)
}

// A node that lacks the book's data fails; it does not decide on nothing.
func TestJointFailsWhereDataIsMissing(t *testing.T) {
	l := newJoint(t)
	l.Must(chaincodetest.BookA, "BankA/officer", "test.Pour", l.pouring("A", 0, 1))
	restore := l.Hide(chaincodetest.BookA, "comp", "Pcup")
	c := l.pouring("A", 0, 1)
	c.New = false
	_, err := l.Submit(chaincodetest.BookA, "BankA/officer", "test.Pour", c)
	require.ErrorContains(t, err, "qxl DATA_MISSING_ON_PEER")
	restore()
	l.Hide("commons", "registry", "Ptank")
	_, err = l.Submit(chaincodetest.BookA, "BankA/officer", "test.Pour", c)
	require.ErrorContains(t, err, "qxl DATA_MISSING_ON_PEER")
}
