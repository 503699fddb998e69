package embedded

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// op is one step of a scripted transaction. The tests drive the real stub
// with it, through a chaincode that knows no rules of its own.
type op struct {
	Do         string // put, get, del, …: see script.Invoke
	Coll       string `json:",omitempty"`
	Key        string `json:",omitempty"`
	End        string `json:",omitempty"`
	Value      string `json:",omitempty"`
	Chaincode  string `json:",omitempty"`
	Ops        []op   `json:",omitempty"`
	Only       string `json:",omitempty"` // MSP that alone does it
	Keys       []string
	Limit      int32
	IgnoreErrs bool
}

// script is a chaincode that does what transient "ops" say; "args:" takes
// them from the first argument instead.
type script struct {
	msp   string
	calls *atomic.Int64
}

func (s script) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (s script) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	s.calls.Add(1)
	function, params := stub.GetFunctionAndParameters()
	transient, _ := stub.GetTransient()
	raw := transient["ops"]
	if function == "args" {
		raw = []byte(params[0])
	}
	var ops []op
	if err := json.Unmarshal(raw, &ops); err != nil {
		return shim.Error(err.Error())
	}
	var answers []string
	for _, o := range ops {
		if o.Only != "" && o.Only != s.msp {
			continue
		}
		answer, err := s.do(stub, o)
		if err != nil && !o.IgnoreErrs {
			return shim.Error(err.Error())
		}
		if err != nil {
			answer = "error: " + err.Error()
		}
		answers = append(answers, answer)
	}
	out, _ := json.Marshal(answers)
	return shim.Success(out)
}

func (s script) do(stub shim.ChaincodeStubInterface, o op) (answer string, err error) {
	var value []byte
	switch o.Do {
	case "put":
		if o.Coll != "" {
			return "", stub.PutPrivateData(o.Coll, o.Key, []byte(o.Value))
		}
		return "", stub.PutState(o.Key, []byte(o.Value))
	case "get":
		if o.Coll != "" {
			value, err = stub.GetPrivateData(o.Coll, o.Key)
		} else {
			value, err = stub.GetState(o.Key)
		}
	case "add":
		if value, err = stub.GetPrivateData(o.Coll, o.Key); err != nil {
			return "", err
		}
		n, _ := strconv.Atoi(string(value))
		return "", stub.PutPrivateData(o.Coll, o.Key, []byte(strconv.Itoa(n+1)))
	case "mget":
		var values [][]byte
		if o.Coll != "" {
			values, err = stub.GetMultiplePrivateData(o.Coll, o.Keys...)
		} else {
			values, err = stub.GetMultipleStates(o.Keys...)
		}
		return fmt.Sprintf("%q", values), err
	case "hash":
		value, err = stub.GetPrivateDataHash(o.Coll, o.Key)
		return fmt.Sprintf("%x", value), err
	case "del":
		if o.Coll != "" {
			return "", stub.DelPrivateData(o.Coll, o.Key)
		}
		return "", stub.DelState(o.Key)
	case "purge":
		return "", stub.PurgePrivateData(o.Coll, o.Key)
	case "range":
		return s.walk(stub, o)
	case "page":
		it, meta, err := stub.GetStateByRangeWithPagination(o.Key, o.End, o.Limit, o.Value)
		if err != nil {
			return "", err
		}
		text, err := collect(it, 0)
		return fmt.Sprintf("%s %d %q", text, meta.FetchedRecordsCount, meta.Bookmark), err
	case "invoke":
		inner, _ := json.Marshal(o.Ops)
		resp := stub.InvokeChaincode(o.Chaincode, [][]byte{[]byte("args"), inner}, "")
		if resp.Status != shim.OK {
			return "", fmt.Errorf("%d %s", resp.Status, resp.Message)
		}
		return string(resp.Payload), nil
	case "event":
		return "", stub.SetEvent(o.Key, []byte(o.Value))
	case "start":
		stub.StartWriteBatch()
	case "finish":
		return "", stub.FinishWriteBatch()
	case "fail":
		return "", fmt.Errorf("%s", o.Value)
	case "panic":
		panic(o.Value)
	case "random":
		b := make([]byte, 8)
		_, _ = rand.Read(b)
		return "", stub.PutPrivateData(o.Coll, o.Key, b)
	case "answer":
		return o.Value, nil
	case "transient":
		all, err := stub.GetTransient()
		return string(all[o.Key]), err
	case "outer":
		return outerChaincode(stub)
	case "who":
		return s.msp, nil
	default:
		err = fmt.Errorf("unknown op %q", o.Do)
	}
	return string(value), err
}

func (s script) walk(stub shim.ChaincodeStubInterface, o op) (string, error) {
	var it shim.StateQueryIteratorInterface
	var err error
	switch {
	case o.Coll != "" && o.Keys != nil:
		it, err = stub.GetPrivateDataByPartialCompositeKey(o.Coll, o.Key, o.Keys)
	case o.Coll != "":
		it, err = stub.GetPrivateDataByRange(o.Coll, o.Key, o.End)
	case o.Keys != nil:
		it, err = stub.GetStateByPartialCompositeKey(o.Key, o.Keys)
	default:
		it, err = stub.GetStateByRange(o.Key, o.End)
	}
	if err != nil {
		return "", err
	}
	return collect(it, int(o.Limit))
}

func collect(it shim.StateQueryIteratorInterface, limit int) (string, error) {
	defer it.Close()
	text := ""
	for n := 0; it.HasNext() && (limit == 0 || n < limit); n++ {
		kv, err := it.Next()
		if err != nil {
			return "", err
		}
		text += fmt.Sprintf("%q=%s;", kv.Key, kv.Value)
	}
	return text, nil
}

// The sample consortium of the tests.
var organizations = []Organization{
	{"CommissionMSP", command.Commission}, {"CentralBankMSP", command.CentralBank}, {"FinanceMSP", command.Finance},
	{"BankAMSP", command.Bank}, {"BankBMSP", command.Bank}, {"AuditMSP", command.Audit},
	{"SubjectMSP", command.Subject}, {"ProviderMSP", command.Provider},
}

const bookA, bookB = "book-BankA", "book-BankB"

func consortium(calls *atomic.Int64) Consortium {
	return Consortium{
		Organizations: organizations,
		Books:         []Book{{bookA, "BankAMSP"}, {bookB, "BankBMSP"}},
		NewChaincode: func(_ command.Chaincode, msp string) (shim.Chaincode, error) {
			return script{msp, calls}, nil
		},
	}
}

// rig is an engine under test.
type rig struct {
	*Engine
	t     testing.TB
	calls atomic.Int64
}

func start(t testing.TB) *rig {
	t.Helper()
	return startIn(t, t.TempDir(), nil)
}

func startIn(t testing.TB, dir string, change func(*Consortium)) *rig {
	t.Helper()
	r := &rig{t: t}
	c := consortium(&r.calls)
	if change != nil {
		change(&c)
	}
	e, err := Open(dir, c)
	require.NoError(t, err)
	r.Engine = e
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return r
}

var people = map[string]Person{}

// person makes an identity of an MSP with the given attributes, once.
func person(t testing.TB, mspID string, attrs map[string]string) Person {
	t.Helper()
	if p, ok := people[mspID]; ok && attrs == nil {
		return p
	}
	ca, err := devca.New(mspID)
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert, err := ca.Issue("officer1", attrs, key.Public(), time.Hour)
	require.NoError(t, err)
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: mspID, IdBytes: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})})
	require.NoError(t, err)
	p := Person{MSP: mspID, Creator: creator, Sign: func(digest []byte) ([]byte, error) { return ecdsa.SignASN1(rand.Reader, key, digest) }}
	if attrs == nil {
		people[mspID] = p
	}
	return p
}

func (r *rig) as(mspID string) ledger.Ledger {
	r.t.Helper()
	l, err := r.Connect(person(r.t, mspID, nil))
	require.NoError(r.t, err)
	return l
}

func scripted(chaincode string, ops []op, endorsers ...string) ledger.Call {
	raw, _ := json.Marshal(ops)
	return ledger.Call{Chaincode: chaincode, Function: "script", Transient: map[string][]byte{"ops": raw}, Endorsers: endorsers}
}

// do submits a script as BankA.
func (r *rig) do(chaincode string, endorsers []string, ops ...op) ([]string, error) {
	r.t.Helper()
	commit, err := r.as("BankAMSP").Submit(context.Background(), scripted(chaincode, ops, endorsers...))
	if err != nil {
		return nil, err
	}
	return answers(r.t, commit.Response), nil
}

func (r *rig) mustDo(chaincode string, endorsers []string, ops ...op) []string {
	r.t.Helper()
	got, err := r.do(chaincode, endorsers, ops...)
	require.NoError(r.t, err)
	return got
}

// ask evaluates a script on one organization's view.
func (r *rig) ask(mspID, chaincode string, ops ...op) ([]string, error) {
	r.t.Helper()
	raw, err := r.as("BankAMSP").Evaluate(context.Background(), scripted(chaincode, ops, mspID))
	if err != nil {
		return nil, err
	}
	return answers(r.t, raw), nil
}

func (r *rig) mustAsk(mspID, chaincode string, ops ...op) []string {
	r.t.Helper()
	got, err := r.ask(mspID, chaincode, ops...)
	require.NoError(r.t, err)
	return got
}

func answers(t testing.TB, raw []byte) []string {
	t.Helper()
	var list []string
	require.NoError(t, json.Unmarshal(raw, &list))
	return list
}

// Endorsers that satisfy the loan collection and all policies of book-BankA
// at once.
var (
	forLoan = []string{"BankAMSP", "CommissionMSP"}
	forAll  = []string{"BankAMSP", "CommissionMSP", "CentralBankMSP", "FinanceMSP"}
	three   = []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"}
)

func requireCode(t testing.TB, err error, stage ledger.Stage, code string) *ledger.Error {
	t.Helper()
	var e *ledger.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(stage)+" "+code, string(e.Stage)+" "+e.Code, "%v", err)
	return e
}
