package embedded

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/client/ledger"
)

// outerChaincode reads the name of the chaincode that the client called from
// the signed proposal, the only place where a callee can learn it.
func outerChaincode(stub shim.ChaincodeStubInterface) (string, error) {
	signed, err := stub.GetSignedProposal()
	if err != nil {
		return "", err
	}
	var p peer.Proposal
	var h common.Header
	var ch common.ChannelHeader
	var ext peer.ChaincodeHeaderExtension
	for _, step := range []struct {
		raw func() []byte
		to  proto.Message
	}{
		{func() []byte { return signed.ProposalBytes }, &p},
		{func() []byte { return p.Header }, &h},
		{func() []byte { return h.ChannelHeader }, &ch},
		{func() []byte { return ch.Extension }, &ext},
	} {
		if err := proto.Unmarshal(step.raw(), step.to); err != nil {
			return "", err
		}
	}
	return ext.ChaincodeId.Name, nil
}

func TestWritesAreReadBackByEveryMemberAndByHashEverywhere(t *testing.T) {
	r := start(t)
	r.mustDo(bookA, forAll,
		op{Do: "put", Key: "public", Value: "p"},
		op{Do: "put", Coll: "loan", Key: "k", Value: "secret"})
	for _, msp := range forAll {
		require.Equal(t, []string{"p", "secret"}, r.mustAsk(msp, bookA, op{Do: "get", Key: "public"}, op{Do: "get", Coll: "loan", Key: "k"}))
	}
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte("secret")))
	for _, o := range r.peers() {
		require.Equal(t, []string{"p", hash}, r.mustAsk(o.MSP, bookA, op{Do: "get", Key: "public"}, op{Do: "hash", Coll: "loan", Key: "k"}))
	}
	require.NoError(t, r.Verify())
}

func TestAbsentReadsAsEmpty(t *testing.T) {
	r := start(t)
	got := r.mustAsk("BankAMSP", bookA,
		op{Do: "get", Key: "x"}, op{Do: "get", Coll: "loan", Key: "x"}, op{Do: "hash", Coll: "loan", Key: "x"},
		op{Do: "mget", Keys: []string{"x", "y"}}, op{Do: "mget", Coll: "loan", Keys: []string{"x"}}, op{Do: "range"}, op{Do: "range", Coll: "loan"})
	require.Equal(t, []string{"", "", "", `["" ""]`, `[""]`, "", ""}, got)
}

func TestOwnWritesAreNotSeen(t *testing.T) {
	r := start(t)
	r.mustDo(bookA, forAll, op{Do: "put", Key: "a", Value: "1"}, op{Do: "put", Coll: "loan", Key: "a", Value: "1"})
	got := r.mustDo(bookA, forAll,
		op{Do: "put", Key: "a", Value: "2"}, op{Do: "get", Key: "a"}, op{Do: "range"},
		op{Do: "put", Coll: "loan", Key: "a", Value: "2"}, op{Do: "get", Coll: "loan", Key: "a"}, op{Do: "mget", Coll: "loan", Keys: []string{"a"}})
	require.Equal(t, []string{"", "1", `"a"=1;`, "", "1", `["1"]`}, got)
}

func TestDeletedAndEmptyValuesAreAbsent(t *testing.T) {
	r := start(t)
	for _, gone := range []op{{Do: "del"}, {Do: "put", Value: ""}} {
		r.mustDo(bookA, forAll, op{Do: "put", Key: "a", Value: "1"}, op{Do: "put", Coll: "loan", Key: "a", Value: "1"})
		public, private := gone, gone
		public.Key, private.Key, private.Coll = "a", "a", "loan"
		r.mustDo(bookA, forAll, public, private)
		require.Equal(t, []string{"", "", "", "", ""}, r.mustAsk("BankAMSP", bookA,
			op{Do: "get", Key: "a"}, op{Do: "get", Coll: "loan", Key: "a"}, op{Do: "hash", Coll: "loan", Key: "a"}, op{Do: "range"}, op{Do: "range", Coll: "loan"}))
		require.NoError(t, r.Verify())
	}
}

func TestNonMemberReadsFailAsInFabric(t *testing.T) {
	r := start(t)
	r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: "secret"})
	for _, msp := range []string{"BankBMSP", "AuditMSP"} {
		_, err := r.ask(msp, bookA, op{Do: "get", Coll: "loan", Key: "k"})
		e := requireCode(t, err, ledger.StageEvaluate, "CHAINCODE_REFUSED")
		require.Contains(t, e.Message, "private data matching public hash version is not available")
		// A multi-get says nothing: only the hash tells missing from absent.
		require.Equal(t, []string{`[""]`, ""}, r.mustAsk(msp, bookA, op{Do: "mget", Coll: "loan", Keys: []string{"k"}}, op{Do: "range", Coll: "loan"}))
	}
	_, err := r.ask("BankAMSP", bookA, op{Do: "get", Coll: "fund", Key: "k"})
	require.ErrorContains(t, err, "collection [book-BankA/fund] is not defined")
	_, err = r.ask("BankAMSP", bookA, op{Do: "put", Coll: "nothing", Key: "k", Value: "v"})
	require.ErrorContains(t, err, "collection [book-BankA/nothing] is not defined")
}

func TestKeyRules(t *testing.T) {
	r := start(t)
	for _, key := range []string{"", "\x00", "\x00a", "a\xff"} {
		for _, coll := range []string{"", "loan"} {
			// JSON cannot carry invalid UTF-8, so the stub is driven directly.
			_, err := r.direct(bookA, func(s shim.ChaincodeStubInterface) error {
				if coll == "" {
					return s.PutState(key, []byte("v"))
				}
				return s.PutPrivateData(coll, key, []byte("v"))
			})
			require.ErrorContains(t, err, "key", "%q %q", coll, key)
		}
	}
	_, err := r.direct(bookA, func(s shim.ChaincodeStubInterface) error {
		key, err := s.CreateCompositeKey("loan", []string{"a", ""})
		if err == nil {
			err = s.PutState(key, []byte("v"))
		}
		if err == nil {
			err = s.PutPrivateData("loan", key, []byte("v"))
		}
		return err
	})
	require.NoError(t, err)
	_, err = r.direct(bookA, func(s shim.ChaincodeStubInterface) error { return s.PutPrivateData("", "k", []byte("v")) })
	require.ErrorContains(t, err, "collection must not be an empty string")
	_, err = r.ask("BankAMSP", bookA, op{Do: "range", Key: "\x00a"})
	require.ErrorContains(t, err, "null character")
}

// direct runs f as the chaincode of the Commission, without committing.
func (r *rig) direct(chaincode string, f func(shim.ChaincodeStubInterface) error) (*simulation, error) {
	r.t.Helper()
	p := person(r.t, "BankAMSP", nil)
	pr, err := newProposal("credit", &p, r.namespace(chaincode), ledger.Call{Function: "f"}, r.clock())
	require.NoError(r.t, err)
	v := r.enter()
	defer r.leave(v)
	sim := &simulation{engine: r.Engine, org: r.organization("CommissionMSP"), proposal: pr, view: v, set: rwset{}}
	defer sim.close()
	st := newStub(sim, pr.chaincode, pr.args)
	if err := f(st); err != nil {
		return sim, err
	}
	return sim, st.FinishWriteBatch()
}

func TestPrivateRangeAndWritesExcludeEachOther(t *testing.T) {
	r := start(t)
	rng, put := op{Do: "range", Coll: "loan"}, op{Do: "put", Coll: "loan", Key: "k", Value: "v"}
	_, err := r.do(bookA, forLoan, rng, put)
	require.ErrorContains(t, err, "already performed queries on private data")
	_, err = r.do(bookA, forLoan, put, rng)
	require.ErrorContains(t, err, "only in a read-only transaction")
	// With a write batch the write comes later and is refused then.
	_, err = r.do(bookA, forLoan, op{Do: "start"}, put, rng)
	require.ErrorContains(t, err, "already performed queries on private data")
	_, err = r.do(bookA, three, op{Do: "page", Limit: 1}, op{Do: "put", Key: "k", Value: "v"})
	require.ErrorContains(t, err, "already performed a paginated query")
	// Read-only is fine, and may even be submitted.
	r.mustDo(bookA, three, rng)
}

func TestWriteBatchIsAppliedAtFinishOrAtTheEnd(t *testing.T) {
	r := start(t)
	for i, end := range [][]op{{{Do: "finish"}}, nil} {
		key := fmt.Sprint("k", i)
		ops := append([]op{{Do: "start"}, {Do: "put", Coll: "loan", Key: key, Value: "v1"}, {Do: "put", Coll: "loan", Key: key, Value: "v2"}}, end...)
		r.mustDo(bookA, forLoan, ops...)
		require.Equal(t, []string{"v2"}, r.mustAsk("FinanceMSP", bookA, op{Do: "get", Coll: "loan", Key: key}))
	}
	// What a batch holds back is refused when it is applied.
	got := r.mustAsk("BankAMSP", bookA, op{Do: "start"}, op{Do: "put", Coll: "none", Key: "k", Value: "v"}, op{Do: "finish", IgnoreErrs: true})
	require.Contains(t, got[2], "is not defined")
	_, err := r.do(bookA, forLoan, op{Do: "start"}, op{Do: "put", Coll: "none", Key: "k", Value: "v"})
	requireCode(t, err, ledger.StageEndorse, "CHAINCODE_REFUSED")
	require.ErrorContains(t, err, "is not defined")
}

func TestRangesAndPages(t *testing.T) {
	r := start(t)
	ops := []op{}
	for _, k := range []string{"a", "a1", "b", "c", "\x00t\x00x\x00", "\x00t\x00x\x00y\x00", "\x00u\x00x\x00"} {
		ops = append(ops, op{Do: "put", Key: k, Value: k[:1]}, op{Do: "put", Coll: "loan", Key: k, Value: k[:1]})
	}
	r.mustDo(bookA, forAll, ops...)
	for _, coll := range []string{"", "loan"} {
		require.Equal(t, []string{
			`"a"=a;"a1"=a;"b"=b;"c"=c;`, `"a"=a;"a1"=a;`, `"b"=b;"c"=c;`, "",
			"\"\\x00t\\x00x\\x00\"=\x00;\"\\x00t\\x00x\\x00y\\x00\"=\x00;",
		}, r.mustAsk("BankAMSP", bookA,
			op{Do: "range", Coll: coll}, op{Do: "range", Coll: coll, Key: "a", End: "b"}, op{Do: "range", Coll: coll, Key: "b"},
			op{Do: "range", Coll: coll, Key: "a2", End: "b"}, op{Do: "range", Coll: coll, Key: "t", Keys: []string{}}))
	}
	require.Equal(t, []string{`"a"=a;"a1"=a; 2 "b"`, `"b"=b;"c"=c; 2 ""`}, r.mustAsk("BankAMSP", bookA,
		op{Do: "page", Limit: 2}, op{Do: "page", Limit: 2, Value: "b"}))
	require.NoError(t, r.Verify())
}

func TestOneEventPerTransactionAndOnlyOfTheOuterChaincode(t *testing.T) {
	r := start(t)
	commit, err := r.as("BankAMSP").Submit(context.Background(), scripted("commons", []op{
		{Do: "event", Key: "first", Value: "1"}, {Do: "event", Key: "second", Value: "2"},
		{Do: "invoke", Chaincode: bookA, Ops: []op{{Do: "event", Key: "inner", Value: "3"}}},
	}, three...))
	require.NoError(t, err)
	b, err := r.Block(commit.Block)
	require.NoError(t, err)
	require.Equal(t, "second", b.Records[0].EventName)
	require.Equal(t, []byte("2"), b.Records[0].EventPayload)
}

func TestCallsBetweenChaincodes(t *testing.T) {
	r := start(t)
	r.mustDo("commons", three, op{Do: "put", Key: "table", Value: "LPR"})
	t.Run("callee reads its own namespace and sees transient, creator and outer name", func(t *testing.T) {
		calls := []op{{Do: "get", Key: "table"}, {Do: "transient", Key: "extra"}, {Do: "outer"}, {Do: "who"}}
		call := scripted(bookA, []op{{Do: "invoke", Chaincode: "commons", Ops: calls}, {Do: "get", Key: "table"}}, "BankAMSP")
		call.Transient["extra"] = []byte("seen")
		raw, err := r.as("BankAMSP").Evaluate(context.Background(), call)
		require.NoError(t, err)
		require.Equal(t, []string{`["LPR","seen","book-BankA","BankAMSP"]`, ""}, answers(t, raw))
	})
	t.Run("writes go to the callee, a second call does not see them", func(t *testing.T) {
		got := r.mustDo("commons", three,
			op{Do: "put", Coll: "fund", Key: "f", Value: "1"},
			op{Do: "invoke", Chaincode: bookA, Ops: []op{{Do: "put", Coll: "comp", Key: "c", Value: "1"}}},
			op{Do: "invoke", Chaincode: bookA, Ops: []op{{Do: "get", Coll: "comp", Key: "c"}}})
		require.Equal(t, `[""]`, got[2])
		require.Equal(t, []string{"1"}, r.mustAsk("BankAMSP", bookA, op{Do: "get", Coll: "comp", Key: "c"}))
		require.Equal(t, []string{"1"}, r.mustAsk("AuditMSP", "commons", op{Do: "get", Coll: "fund", Key: "f"}))
	})
	t.Run("a callee's read is checked at commit", func(t *testing.T) {
		env := r.endorsedOnly("commons", three, op{Do: "invoke", Chaincode: bookA, Ops: []op{{Do: "get", Coll: "comp", Key: "c"}}})
		r.mustDo(bookA, three, op{Do: "put", Coll: "comp", Key: "c", Value: "2"})
		require.Equal(t, codeMVCC, r.enqueue(env).code)
	})
	t.Run("no way back in, not even through another definition of the package", func(t *testing.T) {
		back := []op{{Do: "invoke", Chaincode: bookB, Ops: []op{{Do: "who"}}}}
		_, err := r.ask("CommissionMSP", bookA, back...)
		require.ErrorContains(t, err, "package book is already running")
		_, err = r.ask("CommissionMSP", bookA, op{Do: "invoke", Chaincode: "commons", Ops: back})
		require.ErrorContains(t, err, "package book is already running")
		_, err = r.ask("CommissionMSP", bookA, op{Do: "invoke", Chaincode: "book-none"})
		require.ErrorContains(t, err, "chaincode book-none not found")
		// One after the other is fine.
		r.mustAsk("CommissionMSP", "commons", op{Do: "invoke", Chaincode: bookA, Ops: []op{{Do: "who"}}}, op{Do: "invoke", Chaincode: bookB, Ops: []op{{Do: "who"}}})
	})
	t.Run("a callee's error is an answer, not the end", func(t *testing.T) {
		got := r.mustAsk("CommissionMSP", "commons", op{Do: "invoke", Chaincode: bookA, Ops: []op{{Do: "fail", Value: "no"}}, IgnoreErrs: true})
		require.Equal(t, []string{"error: 500 no"}, got)
	})
	require.NoError(t, r.Verify())
}

// endorsedOnly is a transaction that has not been handed over yet.
func (r *rig) endorsedOnly(chaincode string, endorsers []string, ops ...op) *envelope {
	r.t.Helper()
	c := r.as("BankAMSP").(*connection)
	call := scripted(chaincode, ops)
	orgs, err := c.endorsers(endorsers)
	require.NoError(r.t, err)
	p, err := c.prepare(call, ledger.StageEndorse)
	require.NoError(r.t, err)
	env, _, err := r.endorsed(context.Background(), p, orgs)
	require.NoError(r.t, err)
	return env
}

func (r *rig) enqueue(env *envelope) outcome {
	r.queue <- env
	return <-env.done
}
