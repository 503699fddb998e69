package fabsdk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pb "github.com/hyperledger/fabric-protos-go/peer"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/multi"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/status"
	"google.golang.org/grpc/codes"

	"github.com/qingxinlian/qxl/client/ledger"
)

// CodeProfile is this connector's own code: the profile lacks a peer.
const CodeProfile = "PROFILE_PEER_MISSING"

// symptoms are texts in errors of peers and of fabric-sdk-go, and what they
// mean. Texts are from Fabric v3.1 and fabric-sdk-go v1.0.0.
var symptoms = []struct {
	text  string
	code  string
	retry bool
}{
	{"ProposalResponsePayloads do not match", ledger.CodeMismatch, true},
	{"exceeding concurrency limit", ledger.CodeOverloaded, true},
	{"no such transaction ID", ledger.CodeUnknownTx, false},
	{"creator certificate is not valid", ledger.CodeAccess, false},
	{"due to incorrect timestamp", ledger.CodeSkew, false},
	{"access denied", ledger.CodeAccess, false},
	{"chaincode stream terminated", ledger.CodeUnavailable, true},
	{"could not launch chaincode", ledger.CodeUnavailable, true},
	{"timeout expired", ledger.CodeTimeout, true},
	{"connection refused", ledger.CodeUnavailable, true},
	{"connection reset", ledger.CodeUnavailable, true},
	{"transport is closing", ledger.CodeUnavailable, true},
	{"client connection is closing", ledger.CodeUnavailable, true},
	{"dialing peer", ledger.CodeUnavailable, true},
	{"dialing connection", ledger.CodeUnavailable, true},
}

// stageError gives an error of fabric-sdk-go its stage and code.
func stageError(stage ledger.Stage, txID string, err error) *ledger.Error {
	var done *ledger.Error
	if errors.As(err, &done) {
		return done
	}
	e := &ledger.Error{Stage: stage, TxID: txID, Err: err}
	e.Code, e.Message, e.Retry = diagnose(err)
	switch stage {
	case ledger.StageSubmit:
		e.MayCommit = true
	case ledger.StageCommitStatus:
		e.MayCommit, e.Retry = true, true
	}
	return e
}

// diagnose finds the code, the message and whether the same call may succeed
// later: what a chaincode of ours says first, then what is known of texts,
// then the codes of fabric-sdk-go and gRPC.
func diagnose(err error) (code, message string, retry bool) {
	list := flatten(err)
	for _, x := range list {
		if code, message, later, ok := ledger.Said(x.Error()); ok {
			return code, message, later
		}
	}
	message = err.Error()
	if errors.Is(err, errNoPeer) {
		return CodeProfile, message, false
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return ledger.CodeTimeout, message, true
	}
	for _, s := range symptoms {
		if strings.Contains(message, s.text) {
			return s.code, message, s.retry
		}
	}
	for _, x := range list {
		s, ok := status.FromError(x)
		if !ok {
			continue
		}
		switch s.Group {
		case status.GRPCTransportStatus:
			switch codes.Code(s.Code) {
			case codes.Unavailable, codes.Canceled: // cancelled by the race with discovery
				return ledger.CodeUnavailable, message, true
			case codes.DeadlineExceeded:
				return ledger.CodeTimeout, message, true
			case codes.ResourceExhausted:
				return ledger.CodeOverloaded, message, true
			case codes.PermissionDenied, codes.Unauthenticated:
				return ledger.CodeAccess, message, false
			}
		case status.EndorserClientStatus, status.OrdererClientStatus, status.ClientStatus:
			switch status.ToSDKStatusCode(s.Code) {
			case status.ConnectionFailed, status.NoPeersFound, status.QueryEndorsers:
				return ledger.CodeUnavailable, message, true
			case status.Timeout:
				return ledger.CodeTimeout, message, true
			}
		case status.OrdererServerStatus, status.DiscoveryServerStatus:
			return ledger.CodeUnavailable, message, true
		case status.ChaincodeStatus, status.EndorserServerStatus:
			return ledger.CodeRefused, message, false
		}
	}
	if strings.Contains(message, "context canceled") {
		return ledger.CodeUnavailable, message, true
	}
	return ledger.CodeOther, message, false
}

// flatten lists an error's parts: several peers may have failed each in its
// own way.
func flatten(err error) []error {
	var many multi.Errors
	if !errors.As(err, &many) {
		return []error{err}
	}
	var list []error
	for _, x := range many {
		list = append(list, flatten(x)...)
	}
	return list
}

// invalid is the error of a transaction that was ordered and found invalid.
func invalid(txID string, code pb.TxValidationCode) *ledger.Error {
	return &ledger.Error{Stage: ledger.StageCommit, TxID: txID, Code: code.String(), Message: fmt.Sprintf("found invalid: %s", code),
		Retry: code == pb.TxValidationCode_MVCC_READ_CONFLICT || code == pb.TxValidationCode_PHANTOM_READ_CONFLICT}
}
