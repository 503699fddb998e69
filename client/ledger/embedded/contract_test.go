package embedded

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

// accounts is a contract as contract-api runs it.
type accounts struct {
	contractapi.Contract
}

func (accounts) Put(ctx contractapi.TransactionContextInterface, key string) (string, error) {
	transient, err := ctx.GetStub().GetTransient()
	if err != nil {
		return "", err
	}
	role, _, err := ctx.GetClientIdentity().GetAttributeValue("role")
	if err != nil {
		return "", err
	}
	if role != "officer" {
		return "", errors.New("qxl ACCESS_DENIED: only an officer may")
	}
	msp, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return "", err
	}
	return msp, ctx.GetStub().PutPrivateData("loan", key, transient["value"])
}

func (accounts) Get(ctx contractapi.TransactionContextInterface, key string) (string, error) {
	value, err := ctx.GetStub().GetPrivateData("loan", key)
	return string(value), err
}

func TestAContractAPIContractRuns(t *testing.T) {
	made := map[string]int{}
	r := startIn(t, t.TempDir(), func(c *Consortium) {
		c.NewChaincode = func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
			made[fmt.Sprint(kind, msp)]++
			contract := &accounts{}
			contract.Name = "accounts"
			return contractapi.NewChaincode(contract)
		}
	})
	ctx := context.Background()
	call := ledger.Call{Chaincode: bookA, Function: "accounts:Put", Args: []string{"k"}, Transient: map[string][]byte{"value": []byte("v")}, Endorsers: []string{"BankAMSP"}}
	_, err := r.as("BankAMSP").Submit(ctx, call)
	requireCode(t, err, ledger.StageEndorse, "ACCESS_DENIED")
	require.Equal(t, "only an officer may", func() string { var e *ledger.Error; errors.As(err, &e); return e.Message }())

	l, err := r.Connect(person(t, "BankAMSP", map[string]string{"role": "officer"}))
	require.NoError(t, err)
	call.Endorsers = forLoan
	commit, err := l.Submit(ctx, call)
	require.NoError(t, err)
	require.Equal(t, "BankAMSP", string(commit.Response))
	for range 2 {
		raw, err := l.Evaluate(ctx, ledger.Call{Chaincode: bookA, Function: "accounts:Get", Args: []string{"k"}, Endorsers: []string{"FinanceMSP"}})
		require.NoError(t, err)
		require.Equal(t, "v", string(raw))
	}
	_, err = l.Evaluate(ctx, ledger.Call{Chaincode: bookA, Function: "accounts:None"})
	require.ErrorContains(t, err, "Function None not found")
	require.Equal(t, map[string]int{"bookBankAMSP": 1, "bookCommissionMSP": 1, "bookFinanceMSP": 1}, made, "one object per organization and package")
}

func TestWhatRoomsNeverCallSaysSo(t *testing.T) {
	r := start(t)
	for name, call := range map[string]func(shim.ChaincodeStubInterface) error{
		"SetStateValidationParameter": func(s shim.ChaincodeStubInterface) error { return s.SetStateValidationParameter("k", nil) },
		"SetPrivateDataValidationParameter": func(s shim.ChaincodeStubInterface) error {
			return s.SetPrivateDataValidationParameter("loan", "k", nil)
		},
		"GetStateValidationParameter": func(s shim.ChaincodeStubInterface) error { _, err := s.GetStateValidationParameter("k"); return err },
		"GetPrivateDataValidationParameter": func(s shim.ChaincodeStubInterface) error {
			_, err := s.GetPrivateDataValidationParameter("loan", "k")
			return err
		},
		"GetQueryResult": func(s shim.ChaincodeStubInterface) error { _, err := s.GetQueryResult("{}"); return err },
		"GetPrivateDataQueryResult": func(s shim.ChaincodeStubInterface) error {
			_, err := s.GetPrivateDataQueryResult("loan", "{}")
			return err
		},
		"GetHistoryForKey": func(s shim.ChaincodeStubInterface) error { _, err := s.GetHistoryForKey("k"); return err },
		"GetQueryResultWithPagination": func(s shim.ChaincodeStubInterface) error {
			_, _, err := s.GetQueryResultWithPagination("{}", 1, "")
			return err
		},
		"GetAllStatesCompositeKeyWithPagination": func(s shim.ChaincodeStubInterface) error {
			_, _, err := s.GetAllStatesCompositeKeyWithPagination(1, "")
			return err
		},
	} {
		_, err := r.direct(bookA, call)
		require.EqualError(t, err, name+" is not offered by the embedded ledger")
	}
	_, err := r.direct(bookA, func(s shim.ChaincodeStubInterface) error {
		if resp := s.InvokeChaincode("commons", nil, "elsewhere"); resp.Status != shim.OK {
			return errors.New(resp.Message)
		}
		return nil
	})
	require.ErrorContains(t, err, "calls into another channel are not offered")
}

func TestTheStubTellsWhatFabricsTells(t *testing.T) {
	r := start(t)
	_, err := r.direct(bookA, func(s shim.ChaincodeStubInterface) error {
		creator, err := s.GetCreator()
		require.NoError(t, err)
		require.Equal(t, person(t, "BankAMSP", nil).Creator, creator)
		require.Equal(t, [][]byte{[]byte("f")}, s.GetArgs())
		function, params := s.GetFunctionAndParameters()
		require.Equal(t, "f", function)
		require.Empty(t, params)
		all, err := s.GetArgsSlice()
		require.NoError(t, err)
		require.Equal(t, []byte("f"), all)
		require.Len(t, s.GetTxID(), 64)
		require.Equal(t, "credit", s.GetChannelID())
		stamp, err := s.GetTxTimestamp()
		require.NoError(t, err)
		require.True(t, stamp.IsValid())
		outer, err := outerChaincode(s)
		require.NoError(t, err)
		require.Equal(t, bookA, outer)
		binding, err := s.GetBinding()
		require.NoError(t, err)
		require.Len(t, binding, 32)
		require.Nil(t, s.GetDecorations())
		require.Error(t, s.SetEvent("", nil))
		key, err := s.CreateCompositeKey("t", []string{"a", "", "b"})
		require.NoError(t, err)
		kind, parts, err := s.SplitCompositeKey(key)
		require.NoError(t, err)
		require.Equal(t, "t", kind)
		require.Equal(t, []string{"a", "", "b"}, parts)
		_, _, err = s.SplitCompositeKey("plain")
		require.Error(t, err)
		it, err := s.GetStateByRange("", "")
		require.NoError(t, err)
		require.False(t, it.HasNext())
		_, err = it.Next()
		require.Error(t, err)
		require.NoError(t, it.Close())
		return it.Close()
	})
	require.NoError(t, err)
}
