package fabsdk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	pb "github.com/hyperledger/fabric-protos-go/peer"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/multi"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/status"
	"google.golang.org/grpc/codes"

	"github.com/qingxinlian/qxl/client/ledger"
)

// Codes of client/ledger that this connector gives, besides the chaincodes'
// own.
const (
	CodeMismatch    = "ENDORSEMENT_MISMATCH"
	CodeRefused     = "CHAINCODE_REFUSED"
	CodeAccess      = "ACCESS_DENIED"
	CodeUnavailable = "UNAVAILABLE"
	CodeOverloaded  = "OVERLOADED"
	CodeTimeout     = "TIMEOUT"
	CodeUnknownTx   = "TRANSACTION_UNKNOWN"
	CodeDataMissing = "DATA_MISSING_ON_PEER"
	CodeProfile     = "PROFILE_PEER_MISSING"
	CodeOther       = "OTHER"
)

// ours is how the chaincodes of this module begin what they refuse.
var ours = regexp.MustCompile(`qxl ([A-Z][A-Z0-9_]*): (?s:(.*))`)

// passing are the codes of our chaincodes that say: not now.
var passing = map[string]bool{CodeDataMissing: true, "LEDGER_READ": true, "COMMONS_UNREADABLE": true}

// symptoms are texts in errors of peers and of fabric-sdk-go, and what they
// mean. Texts are from Fabric v3.1 and fabric-sdk-go v1.0.0.
var symptoms = []struct {
	text  string
	code  string
	retry bool
}{
	{"ProposalResponsePayloads do not match", CodeMismatch, true},
	{"exceeding concurrency limit", CodeOverloaded, true},
	{"no such transaction ID", CodeUnknownTx, false},
	{"creator certificate is not valid", CodeAccess, false},
	{"due to incorrect timestamp", "CLOCK_SKEW", false},
	{"access denied", CodeAccess, false},
	{"chaincode stream terminated", CodeUnavailable, true},
	{"could not launch chaincode", CodeUnavailable, true},
	{"timeout expired", CodeTimeout, true},
	{"connection refused", CodeUnavailable, true},
	{"connection reset", CodeUnavailable, true},
	{"transport is closing", CodeUnavailable, true},
	{"client connection is closing", CodeUnavailable, true},
	{"dialing peer", CodeUnavailable, true},
	{"dialing connection", CodeUnavailable, true},
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
		if m := ours.FindStringSubmatch(x.Error()); m != nil {
			return m[1], m[2], passing[m[1]]
		}
	}
	message = err.Error()
	if errors.Is(err, errNoPeer) {
		return CodeProfile, message, false
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return CodeTimeout, message, true
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
				return CodeUnavailable, message, true
			case codes.DeadlineExceeded:
				return CodeTimeout, message, true
			case codes.ResourceExhausted:
				return CodeOverloaded, message, true
			case codes.PermissionDenied, codes.Unauthenticated:
				return CodeAccess, message, false
			}
		case status.EndorserClientStatus, status.OrdererClientStatus, status.ClientStatus:
			switch status.ToSDKStatusCode(s.Code) {
			case status.ConnectionFailed, status.NoPeersFound, status.QueryEndorsers:
				return CodeUnavailable, message, true
			case status.Timeout:
				return CodeTimeout, message, true
			}
		case status.OrdererServerStatus, status.DiscoveryServerStatus:
			return CodeUnavailable, message, true
		case status.ChaincodeStatus, status.EndorserServerStatus:
			return CodeRefused, message, false
		}
	}
	if strings.Contains(message, "context canceled") {
		return CodeUnavailable, message, true
	}
	return CodeOther, message, false
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
