package fabsdk

import (
	"context"
	"fmt"
	"testing"

	pb "github.com/hyperledger/fabric-protos-go/peer"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/multi"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/status"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/qingxinlian/qxl/client/ledger"
)

func TestErrorsGetTheirStageAndCode(t *testing.T) {
	chaincode := func(message string) error {
		return errors.Wrap(status.New(status.ChaincodeStatus, 500, message, nil), "Transaction processing for endorser [127.0.0.1:7080]")
	}
	grpc := func(code codes.Code, message string) error {
		return errors.WithMessage(status.New(status.GRPCTransportStatus, int32(code), message, nil), "connection failed")
	}
	for name, c := range map[string]struct {
		err   error
		code  string
		retry bool
	}{
		"chaincode's own":        {chaincode("qxl CLOCK_SKEW: the transaction's time is 20m0s off"), "CLOCK_SKEW", false},
		"lacks data":             {chaincode("qxl DATA_MISSING_ON_PEER: this node lacks a value"), ledger.CodeDataMissing, true},
		"one of several":         {multi.New(grpc(codes.Unavailable, "connection error"), chaincode("qxl ACCESS_DENIED: BankBMSP may not")), ledger.CodeAccess, false},
		"somebody else's":        {chaincode("no such function"), ledger.CodeRefused, false},
		"mismatch":               {errors.WithMessage(status.New(status.EndorserClientStatus, status.EndorsementMismatch.ToInt32(), "ProposalResponsePayloads do not match", nil), "endorsement validation failed"), ledger.CodeMismatch, true},
		"peer down":              {grpc(codes.Unavailable, "connection error"), ledger.CodeUnavailable, true},
		"cancelled by discovery": {grpc(codes.Canceled, "context canceled"), ledger.CodeUnavailable, true},
		"dialing":                {errors.Wrap(status.New(status.EndorserClientStatus, status.ConnectionFailed.ToInt32(), "dialing connection on target", nil), "x"), ledger.CodeUnavailable, true},
		"slow":                   {status.New(status.ClientStatus, status.Timeout.ToInt32(), "request timed out or been cancelled", nil), ledger.CodeTimeout, true},
		"deadline":               {fmt.Errorf("no status: %w", context.DeadlineExceeded), ledger.CodeTimeout, true},
		"orderer":                {errors.Wrap(status.New(status.OrdererServerStatus, 503, "SERVICE_UNAVAILABLE", nil), "calling orderer"), ledger.CodeUnavailable, true},
		"foreign creator":        {chaincode("access denied: channel [credit] creator org [BankAMSP]"), ledger.CodeAccess, false},
		"clock off":              {chaincode("request unauthorized due to incorrect timestamp 2026-11-24T17:24:52Z, peer time 2026-11-24T17:44:52Z"), "CLOCK_SKEW", false},
		"profile":                {fmt.Errorf("FinanceMSP: %w", errNoPeer), CodeProfile, false},
		"unknown":                {errors.New("surprise"), ledger.CodeOther, false},
	} {
		e := stageError(ledger.StageEndorse, "tx", c.err)
		require.Equal(t, c.code, e.Code, name)
		require.Equal(t, c.retry, e.Retry, name)
		require.False(t, e.MayCommit, name)
		require.Equal(t, c.err, e.Err, name)
	}
	require.True(t, stageError(ledger.StageSubmit, "tx", errors.New("surprise")).MayCommit)
	status := stageError(ledger.StageCommitStatus, "tx", errors.New("surprise"))
	require.True(t, status.MayCommit && status.Retry)
	require.True(t, invalid("tx", pb.TxValidationCode_MVCC_READ_CONFLICT).Retry)
	policy := stageError(ledger.StageCommitStatus, "tx", invalid("tx", pb.TxValidationCode_ENDORSEMENT_POLICY_FAILURE))
	require.Equal(t, ledger.StageCommit, policy.Stage)
	require.Equal(t, "ENDORSEMENT_POLICY_FAILURE", policy.Code)
	require.False(t, policy.MayCommit || policy.Retry)
}
