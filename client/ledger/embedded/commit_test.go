package embedded

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

func TestReadOfAChangedKeyIsAConflict(t *testing.T) {
	for _, c := range []struct {
		name string
		read op
		then op
	}{
		{"public value", op{Do: "get", Key: "k"}, op{Do: "put", Key: "k", Value: "2"}},
		{"absent public value", op{Do: "get", Key: "new"}, op{Do: "put", Key: "new", Value: "2"}},
		{"deleted public value", op{Do: "get", Key: "k"}, op{Do: "del", Key: "k"}},
		{"private value", op{Do: "get", Coll: "loan", Key: "k"}, op{Do: "put", Coll: "loan", Key: "k", Value: "2"}},
		{"private value, the same again", op{Do: "get", Coll: "loan", Key: "k"}, op{Do: "put", Coll: "loan", Key: "k", Value: "1"}},
		{"private values", op{Do: "mget", Coll: "loan", Keys: []string{"k", "other"}}, op{Do: "put", Coll: "loan", Key: "other", Value: "2"}},
		{"hash", op{Do: "hash", Coll: "loan", Key: "k"}, op{Do: "put", Coll: "loan", Key: "k", Value: "2"}},
		{"purged", op{Do: "get", Coll: "loan", Key: "k"}, op{Do: "purge", Coll: "loan", Key: "k"}},
		{"public range", op{Do: "range"}, op{Do: "put", Key: "k", Value: "2"}},
	} {
		want := codeMVCC
		if c.read.Do == "range" {
			want = codePhantom
		}
		for _, together := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, together %v", c.name, together), func(t *testing.T) {
				r := start(t)
				r.mustDo(bookA, forAll, op{Do: "put", Key: "k", Value: "1"}, op{Do: "put", Coll: "loan", Key: "k", Value: "1"})
				late := r.endorsedOnly(bookA, forAll, c.read, op{Do: "put", Coll: "loan", Key: "late", Value: "x"})
				change := r.endorsedOnly(bookA, forAll, c.then)
				if together { // in one block, the change first
					r.commit([]*envelope{change, late})
				} else {
					r.commit([]*envelope{change})
					r.commit([]*envelope{late})
				}
				require.Equal(t, codeValid, (<-change.done).code)
				out := <-late.done
				require.Equal(t, want, out.code)
				_, err := out.commit(late.txID, nil)
				e := requireCode(t, err, ledger.StageCommit, want)
				require.True(t, e.Retry)
				require.False(t, e.MayCommit)
				if c.read.Coll != "" {
					require.Contains(t, e.Message, "collection loan key hash")
					require.NotContains(t, e.Message, `"k"`)
				}
				require.Equal(t, []string{""}, r.mustAsk("BankAMSP", bookA, op{Do: "get", Coll: "loan", Key: "late"}), "nothing of an invalid transaction is applied")
				tx, err := r.as("BankAMSP").Transaction(context.Background(), late.txID)
				require.NoError(t, err)
				require.Equal(t, want, tx.Validation, "it stands in its block all the same")
				require.NoError(t, r.Verify())
			})
		}
	}
}

func TestTheFirstOfTwoInABlockWins(t *testing.T) {
	r := start(t)
	a := r.endorsedOnly(bookA, forLoan, op{Do: "get", Coll: "loan", Key: "k"}, op{Do: "put", Coll: "loan", Key: "k", Value: "a"})
	b := r.endorsedOnly(bookA, forLoan, op{Do: "get", Coll: "loan", Key: "k"}, op{Do: "put", Coll: "loan", Key: "k", Value: "b"})
	blind := r.endorsedOnly(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: "blind"})
	r.commit([]*envelope{b, a, blind})
	require.Equal(t, []string{codeValid, codeMVCC, codeValid}, []string{(<-b.done).code, (<-a.done).code, (<-blind.done).code})
	require.Equal(t, []string{"blind"}, r.mustAsk("FinanceMSP", bookA, op{Do: "get", Coll: "loan", Key: "k"}))
	require.NoError(t, r.Verify())
}

func TestPhantoms(t *testing.T) {
	for _, c := range []struct {
		name   string
		rng    op
		change op
		code   string
	}{
		{"inserted", op{Key: "b", End: "d"}, op{Do: "put", Key: "c1", Value: "x"}, codePhantom},
		{"deleted", op{Key: "b", End: "d"}, op{Do: "del", Key: "c"}, codePhantom},
		{"at the end", op{Key: "b", End: "d"}, op{Do: "put", Key: "d", Value: "x"}, codeValid},
		{"before the start", op{Key: "b", End: "d"}, op{Do: "put", Key: "a", Value: "x"}, codeValid},
		{"behind what was read", op{Key: "a", Limit: 1}, op{Do: "put", Key: "d", Value: "x"}, codeValid},
		{"among what was read", op{Key: "a", Limit: 1}, op{Do: "put", Key: "a0", Value: "x"}, codePhantom},
		{"another namespace", op{Key: "a"}, op{Do: "invoke", Chaincode: bookB, Ops: []op{{Do: "put", Key: "b", Value: "x"}}}, codeValid},
	} {
		for _, together := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, together %v", c.name, together), func(t *testing.T) {
				r := start(t)
				r.mustDo("commons", three, op{Do: "put", Key: "a", Value: "1"}, op{Do: "put", Key: "b", Value: "1"}, op{Do: "put", Key: "c", Value: "1"}, op{Do: "put", Key: "d", Value: "1"})
				c.rng.Do = "range"
				late := r.endorsedOnly("commons", three, c.rng)
				change := r.endorsedOnly("commons", three, c.change)
				if together {
					r.commit([]*envelope{change, late})
				} else {
					r.commit([]*envelope{change})
					r.commit([]*envelope{late})
				}
				require.Equal(t, c.code, (<-late.done).code)
			})
		}
	}
}

// holders are organizations by party, for book-BankA.
var holders = map[command.Party]string{
	command.Commission: "CommissionMSP", command.CentralBank: "CentralBankMSP", command.Finance: "FinanceMSP",
	command.Bank: "BankAMSP", command.Audit: "AuditMSP",
}

// TestEveryPolicyOfTheTable writes every collection of both chaincodes, and
// public state, with every set of endorsers, and with the rival bank in the
// owner's place.
func TestEveryPolicyOfTheTable(t *testing.T) {
	r := start(t)
	parties := []command.Party{command.Commission, command.CentralBank, command.Finance, command.Bank, command.Audit}
	n := 0
	try := func(t *testing.T, chaincode, coll string, p command.Policy, endorsers []command.Party, rival bool) {
		var msps []string
		counted := []command.Party{}
		for _, party := range endorsers {
			msp := holders[party]
			if party == command.Bank && rival {
				msp = "BankBMSP"
			}
			if party != command.Bank || !rival && chaincode != "commons" {
				counted = append(counted, party)
			}
			msps = append(msps, msp)
		}
		n++
		_, err := r.do(chaincode, msps, op{Do: "put", Coll: coll, Key: fmt.Sprint("k", n), Value: "v"})
		if p.SatisfiedBy(counted...) {
			require.NoError(t, err, "%s %s %v", chaincode, coll, msps)
			return
		}
		e := requireCode(t, err, ledger.StageCommit, codePolicy)
		require.Contains(t, e.Message, "needs the endorsement of")
		require.False(t, e.Retry)
	}
	for chaincode, kind := range map[string]command.Chaincode{bookA: command.Book, "commons": command.Commons} {
		targets := append(kind.Collections(), command.Collection{Endorse: command.PublicPolicy})
		for _, c := range targets {
			for set := 1; set < 1<<len(parties); set++ {
				var endorsers []command.Party
				for i, p := range parties {
					if set&(1<<i) != 0 {
						endorsers = append(endorsers, p)
					}
				}
				try(t, chaincode, c.Name, c.Endorse, endorsers, false)
				try(t, chaincode, c.Name, c.Endorse, endorsers, true)
			}
		}
	}
	require.NoError(t, r.Verify())
}

func TestSeveralCollectionsNeedAllPolicies(t *testing.T) {
	r := start(t)
	loan, intake, public := op{Do: "put", Coll: "loan", Key: "k", Value: "v"}, op{Do: "put", Coll: "intake", Key: "k", Value: "v"}, op{Do: "put", Key: "k", Value: "v"}
	refused := func(chaincode string, endorsers []string, what string, ops ...op) {
		t.Helper()
		_, err := r.do(chaincode, endorsers, ops...)
		require.ErrorContains(t, err, what)
		requireCode(t, err, ledger.StageCommit, codePolicy)
	}
	// A private-only write follows the collection's policy alone.
	r.mustDo(bookA, []string{"BankAMSP", "FinanceMSP"}, loan)
	refused(bookA, []string{"BankAMSP", "FinanceMSP"}, "collection intake", loan, intake)
	refused(bookA, []string{"BankAMSP", "FinanceMSP"}, "public state", loan, public)
	refused(bookA, three, "collection loan", loan, public)
	r.mustDo(bookA, []string{"BankAMSP", "FinanceMSP", "CentralBankMSP"}, loan, intake)
	r.mustDo(bookA, forAll, loan, intake, public)
	// What is only read asks for nothing, but a transaction without writes
	// follows the policy of the chaincode that was called.
	refused(bookA, []string{"BankAMSP"}, "public state of book-BankA", op{Do: "get", Key: "k"})
	// Only the callee writes: its policy and the outer chaincode's.
	inner := op{Do: "invoke", Chaincode: bookA, Ops: []op{loan}}
	refused("commons", []string{"BankAMSP", "CommissionMSP"}, "public state of commons", inner)
	refused("commons", three, "collection loan of book-BankA", inner)
	r.mustDo("commons", forAll, inner)
	// A callee that is only read adds nothing.
	r.mustDo(bookA, forLoan, loan, op{Do: "invoke", Chaincode: "commons", Ops: []op{{Do: "get", Key: "k"}}})
	// Two books' owners are different banks.
	refused("commons", forAll, "collection loan of book-BankB", op{Do: "invoke", Chaincode: bookB, Ops: []op{loan}})
}

func TestDifferentResultsAreAMismatch(t *testing.T) {
	r := start(t)
	r.mustDo(bookA, forAll, op{Do: "put", Coll: "loan", Key: "k", Value: "v"})
	only := "CommissionMSP"
	for _, c := range []struct {
		ops  []op
		want string
	}{
		{[]op{{Do: "put", Coll: "loan", Key: "k", Value: "x", Only: only}}, "response payload differs"},
		{[]op{{Do: "random", Coll: "loan", Key: "k"}}, "namespace book-BankA collection loan key hash " + fmt.Sprintf("%x", hashOf([]byte("k"))) + " written differently"},
		{[]op{{Do: "event", Key: "e", Value: "1", Only: only}, {Do: "answer", Only: "BankAMSP"}}, "event differs"},
		{[]op{{Do: "who"}}, "response payload differs"},
		{[]op{{Do: "put", Key: "p", Value: "1", Only: only}, {Do: "answer", Only: "BankAMSP"}}, `namespace book-BankA key "p" written by one endorser only`},
		{[]op{{Do: "get", Key: "p", Only: only}, {Do: "answer", Only: "BankAMSP"}}, `namespace book-BankA key "p" read by one endorser only`},
		{[]op{{Do: "del", Coll: "loan", Key: "k", Only: only}, {Do: "purge", Coll: "loan", Key: "k", Only: "BankAMSP"}}, "written differently"},
		{[]op{{Do: "hash", Coll: "comp", Key: "k", Only: only}, {Do: "answer", Only: "BankAMSP"}}, "namespace book-BankA collection comp"},
		{[]op{{Do: "range", Only: only}, {Do: "answer", Only: "BankAMSP"}}, "range reads differ"},
		{[]op{{Do: "invoke", Chaincode: "commons", Ops: []op{{Do: "get", Key: "x", Only: only}}}, {Do: "answer"}}, `namespace commons`},
	} {
		_, err := r.do(bookA, forLoan, c.ops...)
		if c.want == `namespace commons` {
			require.Error(t, err) // the callee's answers differ already
			continue
		}
		e := requireCode(t, err, ledger.StageEndorse, ledger.CodeMismatch)
		require.Contains(t, e.Message, c.want)
		require.False(t, e.MayCommit)
		require.NotContains(t, e.Message, `"k"`, "private keys are named by hash")
	}
	require.EqualValues(t, 2, r.Height(), "nothing was ordered")
}

func TestEachEndorserRunsOnce(t *testing.T) {
	r := start(t)
	r.mustDo(bookA, append(forAll, "BankAMSP"), op{Do: "put", Key: "k", Value: "v"})
	require.EqualValues(t, 4, r.calls.Load())
}

func TestConcurrentCountersLoseNothing(t *testing.T) {
	r := start(t)
	const clients, each = 8, 12
	var wg sync.WaitGroup
	l := r.as("BankAMSP")
	for range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for done := 0; done < each; {
				_, err := l.Submit(context.Background(), scripted(bookA, []op{{Do: "add", Coll: "loan", Key: "n"}}, forLoan...))
				if err == nil {
					done++
				} else if ledger.CodeOf(err) != codeMVCC {
					t.Error(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	require.Equal(t, []string{strconv.Itoa(clients * each)}, r.mustAsk("FinanceMSP", bookA, op{Do: "get", Coll: "loan", Key: "n"}))
	require.NoError(t, r.Verify())
}

func TestWhatQueuesUpGoesIntoOneBlock(t *testing.T) {
	r := start(t)
	busy, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	r.step = func(s string) {
		if s == "block" {
			once.Do(func() { close(busy); <-release })
		}
	}
	submit := func(key string) chan outcome {
		env := r.endorsedOnly(bookA, forLoan, op{Do: "put", Coll: "loan", Key: key, Value: "v"})
		r.queue <- env
		return env.done
	}
	first := submit("0")
	<-busy
	var rest []chan outcome
	for i := 1; i <= 5; i++ {
		rest = append(rest, submit(fmt.Sprint(i)))
	}
	close(release)
	alone := (<-first).block
	for _, done := range rest {
		require.Equal(t, alone+1, (<-done).block)
	}
}

func TestGivingUpMayStillCommit(t *testing.T) {
	r := start(t)
	release := make(chan struct{})
	r.step = func(s string) {
		if s == "block" {
			<-release
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := r.as("BankAMSP").Submit(ctx, scripted(bookA, []op{{Do: "put", Coll: "loan", Key: "k", Value: "v"}}, forLoan...))
	e := requireCode(t, err, ledger.StageCommitStatus, ledger.CodeTimeout)
	require.True(t, ledger.MayCommit(err))
	close(release)
	require.Eventually(t, func() bool {
		_, err := r.as("BankAMSP").Transaction(context.Background(), e.TxID)
		return err == nil
	}, 5*time.Second, 5*time.Millisecond, "and so it did")

	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	_, err = r.as("BankAMSP").Submit(ctx, scripted(bookA, []op{{Do: "put", Coll: "loan", Key: "k", Value: "v"}}, forLoan...))
	requireCode(t, err, ledger.StageEndorse, ledger.CodeTimeout)
	require.False(t, ledger.MayCommit(err))
}
