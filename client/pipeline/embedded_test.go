package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/founding"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/pipeline"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// The same stories on the embedded ledger, whose transactions are endorsed,
// ordered and validated: a room of two kinds on two lanes.

type count struct{ N int }

type stepped struct{ Number string }

func (stepped) Evolve(c count) count { return count{c.N + 1} }

func newKind(code, collection string, tails ...int) *ledgerstate.Kind[count] {
	return ledgerstate.NewKind[count](ledgerstate.Kind[count]{Code: code, Collection: collection, Slots: 16, Keep: 4, Schema: 1, Tails: tails, Zh: code, En: code}, stepped{})
}

var (
	grantKind = newKind("grant", "intake")
	loanKind  = newKind("loan", "loan", 4, 2)

	badStep = refusal.New("PIPELINE_TEST_BAD", "拒绝", "refused", "")
	anyone  = []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.Bank, Role: "operator"}}
)

type stepContent struct {
	command.Head
	Target ledgerstate.Ref  `json:"target"`
	Reads  *ledgerstate.Ref `json:"reads,omitempty"`
	Birth  bool             `json:"birth"`
	Bad    bool             `json:"bad"`
}

func stepOn(kind *ledgerstate.Kind[count], lane command.Lane) command.Definition {
	return command.Command[stepContent]{
		Spec: command.Spec{Name: lane.Name + ".Step", Zh: "步骤", En: "step", Access: anyone, Lane: lane},
		Wants: func(c stepContent) []ledgerstate.Want {
			wants := []ledgerstate.Want{{Kind: kind, Ref: c.Target, Birth: c.Birth}}
			if c.Reads != nil {
				wants = append(wants, ledgerstate.Want{Kind: grantKind, Ref: *c.Reads})
			}
			return wants
		},
		Decide: func(ctx *command.Context, c stepContent) ([]ledgerstate.Change, error) {
			if c.Bad {
				return nil, badStep.At("bad", nil, nil)
			}
			if c.Reads != nil {
				if _, err := grantKind.Get(ctx.View, "reads", *c.Reads); err != nil {
					return nil, err
				}
			}
			if c.Birth {
				return []ledgerstate.Change{kind.Born(c.Target, stepped{c.Number})}, nil
			}
			if _, err := kind.Get(ctx.View, "target", c.Target); err != nil {
				return nil, err
			}
			return []ledgerstate.Change{kind.Happened(c.Target, stepped{c.Number})}, nil
		},
	}
}

var steps = map[string]command.Definition{"loan": stepOn(loanKind, command.LoanLane), "grant": stepOn(grantKind, command.IntakeLane)}

func testBook(msp string) (shim.Chaincode, error) {
	env := &command.Environment{Chaincode: command.Book, MSP: msp, Clock: time.Now, DecodeReference: consortium.Decode}
	queries := []command.QueryDefinition{
		command.Locate(command.Book, command.Loan, loanKind, anyone...), command.Locate(command.Book, command.Intake, grantKind, anyone...),
		command.Export(command.Book, command.Loan, loanKind, anyone...), command.Export(command.Book, command.Intake, grantKind, anyone...),
	}
	return command.NewChaincode(env, []command.Definition{steps["loan"], steps["grant"]}, append(queries, command.ReceiptQueries(command.Book)...), consortium.Setup(env))
}

// newLedger founds a consortium with one bank in one process.
func newLedger(t *testing.T) (operator, bank ledger.Ledger, today calendar.Date) {
	dir := t.TempDir()
	today, err := calendar.ParseDate("2024-08-01")
	require.NoError(t, err)
	content := consortium.FoundContent{Head: command.Head{Number: "found", Date: today}, Simulated: true}
	c := embedded.Consortium{NoSync: true, Books: []embedded.Book{{Name: modelBook, Bank: "BankAMSP"}},
		NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
			if kind == command.Book {
				return testBook(msp)
			}
			return chaincode.New(kind, msp, time.Now)
		}}
	var people []wallet.Enrollee
	for _, p := range []command.Party{command.Commission, command.CentralBank, command.Finance, command.Bank} {
		org := map[command.Party]string{command.Commission: "Commission", command.CentralBank: "CentralBank", command.Finance: "Finance", command.Bank: "BankA"}[p]
		m := consortium.Member{MSP: org + "MSP", Party: p, Names: []consortium.Name{{From: today, Zh: org, En: org}}}
		if p == command.Bank {
			m.Book = modelBook
		}
		content.Members = append(content.Members, m)
		c.Organizations = append(c.Organizations, embedded.Organization{MSP: org + "MSP", Party: p})
		people = append(people, wallet.Enrollee{Org: org, MSP: org + "MSP", User: "operator1", Roles: []string{"operator"}, Post: "post"})
	}
	_, err = devca.EnrollAll(dir+"/embedded", people, []byte("test"), devca.Options{WorkFactor: 4})
	require.NoError(t, err)
	t.Setenv(wallet.PassphraseEnv, "test")
	engine, err := embedded.Open(dir, c)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, engine.Verify())
		require.NoError(t, engine.Close())
	})
	operator, err = engine.As(t.Context(), "Commission/operator1")
	require.NoError(t, err)
	require.NoError(t, founding.Found(t.Context(), founding.Options{Operator: operator, Content: content}))
	bank, err = engine.As(t.Context(), "BankA/operator1")
	require.NoError(t, err)
	return operator, bank, today
}

// digests are the state digests of both kinds.
func digests(t *testing.T, l ledger.Ledger) []string {
	c, err := book.Open(t.Context(), l, "CommissionMSP")
	require.NoError(t, err)
	var lines []string
	for _, kind := range []string{"loan", "grant"} {
		var a command.ExportAnswer
		require.NoError(t, c.Ask(t.Context(), modelBook, "digest."+kind, command.ExportQuery{Limit: 5000}, &a))
		for _, x := range a.Aggregates {
			lines = append(lines, kind+" "+x.Natural+" "+x.Digest)
		}
	}
	return lines
}

func post(t *testing.T, l ledger.Ledger, today calendar.Date, o pipeline.Options, list []step) ([]string, pipeline.Progress) {
	client, err := book.Open(t.Context(), l, "BankAMSP")
	require.NoError(t, err)
	o.Writer, o.Chaincode = client, modelBook
	p, err := pipeline.New(t.Context(), o)
	require.NoError(t, err)
	futures := make([]*pipeline.Future, len(list))
	for i, s := range list {
		c := &stepContent{Head: command.Head{Number: s.Number, Date: today}, Target: s.Target, Birth: s.Birth, Bad: s.Bad}
		if s.Reads != nil {
			r := *s.Reads
			c.Reads = &r
		}
		item, err := pipeline.ItemOf(steps[kindOf(s.Target.No)], c)
		require.NoError(t, err)
		futures[i], err = p.Add(t.Context(), item)
		require.NoError(t, err)
	}
	require.NoError(t, p.Close(t.Context()))
	outcomes := make([]string, len(list))
	for i, f := range futures {
		r, err := f.Wait(t.Context())
		require.NoError(t, err)
		outcomes[i] = r.Outcome
	}
	return outcomes, p.Progress()
}

func TestOnTheEmbeddedLedger(t *testing.T) {
	list := story(rand.New(rand.NewPCG(7, 7)), 150, 2500)
	want, _ := expect(list)
	var first []string
	for _, o := range []pipeline.Options{
		{},
		{BatchSize: 37, Partitions: 3, InFlight: 5, Pushback: 300, MaxAge: 2 * time.Millisecond},
	} {
		operator, bank, today := newLedger(t)
		begin := time.Now()
		outcomes, progress := post(t, bank, today, o, list)
		t.Logf("%d commands in %d transactions, %s", len(list), progress.Transactions, time.Since(begin).Round(time.Millisecond))
		for i := range list {
			require.Equal(t, strings.HasPrefix(want[i], "accepted"), outcomes[i] == "accepted", "item %d %+v: %s, want %s", i, list[i], outcomes[i], want[i])
		}
		require.Zero(t, progress.Retried, "no transaction disturbs another")
		lines := digests(t, operator)
		if first == nil {
			first = lines
		}
		require.ElementsMatch(t, first, lines, "any division into batches gives the same state")

		again, progress := post(t, bank, today, pipeline.Options{}, list)
		for i := range again {
			w := outcomes[i]
			if w == "accepted" {
				w = "already applied"
			}
			require.Equal(t, w, again[i], "item %d", i)
		}
		require.Zero(t, progress.Accepted)
		require.ElementsMatch(t, first, digests(t, operator))
	}
}

// Two importers at once, with the same items: each item is applied by one of
// them.
func TestTwoWritersOfTheSameFile(t *testing.T) {
	list := story(rand.New(rand.NewPCG(8, 8)), 40, 300)
	_, bank, today := newLedger(t)
	type run struct {
		outcomes []string
		progress pipeline.Progress
	}
	runs := make([]run, 2)
	done := make(chan struct{})
	for i := range runs {
		go func() {
			defer func() { done <- struct{}{} }()
			runs[i].outcomes, runs[i].progress = post(t, bank, today, pipeline.Options{BatchSize: 50, MaxAge: time.Millisecond}, list)
		}()
	}
	<-done
	<-done
	want, _ := expect(list)
	for _, r := range runs {
		require.Len(t, r.outcomes, len(list))
	}
	for i := range list {
		got := []string{runs[0].outcomes[i], runs[1].outcomes[i]}
		if want[i] == "accepted" {
			require.ElementsMatch(t, []string{"accepted", "already applied"}, got, "item %d %+v", i, list[i])
		} else {
			require.Equal(t, []string{"refused", "refused"}, got, "item %d %+v", i, list[i])
		}
	}
}

// Two importers at once, whose births share index keys: where they get into
// each other's way one is sent again, and no birth is lost from a list.
func TestTwoWritersOfSharedIndexKeys(t *testing.T) {
	operator, bank, today := newLedger(t)
	lists := make([][]step, 2)
	for i := range 400 {
		no := fmt.Sprintf("loan-%04d", i)
		lists[i%2] = append(lists[i%2], step{Number: no, Target: ledgerstate.Ref{No: no}, Birth: true})
	}
	retried := make(chan int)
	for _, list := range lists {
		go func() {
			outcomes, progress := post(t, bank, today, pipeline.Options{BatchSize: 20, MaxAge: time.Millisecond}, list)
			for i, o := range outcomes {
				assert.Equal(t, "accepted", o, list[i].Number)
			}
			retried <- progress.Retried
		}()
	}
	t.Logf("sent again: %d", <-retried+<-retried)
	require.Len(t, digests(t, operator), 400)
	client, err := book.Open(t.Context(), operator, "CommissionMSP")
	require.NoError(t, err)
	var numbers []string
	for i := range 401 {
		numbers = append(numbers, fmt.Sprintf("loan-%04d", i))
	}
	ids, err := client.Locate(t.Context(), modelBook, "loan", numbers)
	require.NoError(t, err)
	at := map[ledgerstate.ID]bool{}
	for i, id := range ids[:400] {
		require.False(t, id.IsZero(), "%s is not found", numbers[i])
		at[id] = true
	}
	require.Len(t, at, 400)
	require.True(t, ids[400].IsZero())
}

// What a room's command names is found in its content, whatever it derives.
func TestItemOf(t *testing.T) {
	for _, def := range append(append([]command.Definition(nil), chaincode.BookCommands...), chaincode.CommonsCommands...) {
		_, err := pipeline.ItemOf(def, def.New())
		require.NoError(t, err, def.Describe().Name)
	}
	other := newKind("shadow", "loan")
	def := command.Command[stepContent]{
		Spec: command.Spec{Name: "loan.Shadow", Lane: command.LoanLane},
		Wants: func(c stepContent) []ledgerstate.Want {
			return []ledgerstate.Want{
				{Kind: loanKind, Ref: c.Target, Birth: true},
				{Kind: other, Ref: ledgerstate.Ref{ID: c.Target.ID, No: c.Reads.No}, Birth: true},
				{Kind: grantKind, Ref: *c.Reads},
				{Kind: grantKind, Ref: ledgerstate.Ref{ID: ledgerstate.ID{Page: "of" + c.Reads.ID.Page}, No: "derived"}},
				{Kind: grantKind, Ref: ledgerstate.Ref{ID: ledgerstate.ID{Page: "fixed"}, No: "fixed"}},
				{Kind: grantKind, Ref: ledgerstate.Ref{}},
			}
		},
	}
	c := &stepContent{Target: ledgerstate.Ref{No: "l1"}, Reads: &ledgerstate.Ref{No: "g1"}}
	item, err := pipeline.ItemOf(def, c)
	require.NoError(t, err)
	require.True(t, c.Target.ID.IsZero() && c.Reads.ID.IsZero(), "the content is as before")
	loan, grant := pipeline.Kind{Code: "loan", Slots: 16, Tail: 4}, pipeline.Kind{Code: "grant", Slots: 16}
	require.Equal(t, []pipeline.Ref{
		{Kind: loan, At: &c.Target, Birth: true},
		{Kind: pipeline.Kind{Code: "shadow", Slots: 16}, At: &ledgerstate.Ref{No: "g1"}, With: &c.Target, Birth: true},
		{Kind: grant, At: c.Reads, Reads: true},
		{Kind: grant, At: &ledgerstate.Ref{ID: ledgerstate.ID{Page: "fixed"}, No: "fixed"}, Reads: true},
	}, item.Refs)
	require.Same(t, &c.Target, item.Refs[0].At)
	require.Same(t, c.Reads, item.Refs[2].At)
	require.Equal(t, "loan.Shadow", item.Command)

	c.Reads.ID = ledgerstate.ID{Page: "given"}
	item, err = pipeline.ItemOf(def, c)
	require.NoError(t, err)
	require.Same(t, c.Reads, item.Refs[2].At)
	require.Equal(t, "ofgiven.0", item.Refs[3].At.ID.String(), "derived from an ID that is known")
	_, err = pipeline.ItemOf(def, *c)
	require.ErrorContains(t, err, "not a pointer")
}
