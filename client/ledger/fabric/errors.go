package fabric

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/qingxinlian/qxl/client/ledger"
)

// symptom is a text in an error of peers or gateways and what it means. Texts
// are from Fabric v3.1; gRPC codes alone do not tell these apart.
type symptom struct {
	text  string
	code  string
	retry bool
}

var symptoms = []symptom{
	{"ProposalResponsePayloads do not match", ledger.CodeMismatch, true},
	{"exceeding concurrency limit", ledger.CodeOverloaded, true},
	{"no such transaction ID", ledger.CodeUnknownTx, false},
	{"failed to find any endorsing peers for org(s)", ledger.CodeUnavailable, true},
	{"no peers available to evaluate chaincode", ledger.CodeUnavailable, true},
	{"no endorsers found in the gateway's organization", ledger.CodeUnavailable, true},
	{"no orderer nodes available", ledger.CodeUnavailable, true},
	{"insufficient number of orderers", ledger.CodeUnavailable, true},
	{"no orderers could successfully process transaction", ledger.CodeUnavailable, true},
	{"chaincode stream terminated", ledger.CodeUnavailable, true},
	{"timeout expired while executing transaction", ledger.CodeTimeout, true},
	{"timeout expired", ledger.CodeTimeout, true},
	{"connection refused", ledger.CodeUnavailable, true},
	{"connection reset", ledger.CodeUnavailable, true},
	{"error reading from server", ledger.CodeUnavailable, true},
	{"transport is closing", ledger.CodeUnavailable, true},
	{"client connection is closing", ledger.CodeUnavailable, true},
	{"code = Unavailable", ledger.CodeUnavailable, true},
	{"code = DeadlineExceeded", ledger.CodeTimeout, true},
	// A chaincode whose process is not connected (being restarted).
	{"could not launch chaincode", ledger.CodeUnavailable, true},
	{"failed to execute transaction", ledger.CodeUnavailable, true},
	// The peers' own window is as wide as the chaincodes' and asked first.
	{"due to incorrect timestamp", ledger.CodeSkew, false},
	{"access denied", ledger.CodeAccess, false},
	{"creator certificate is not valid", ledger.CodeAccess, false},
	{"PermissionDenied", ledger.CodeAccess, false},
	{"chaincode response", ledger.CodeRefused, false},
}

// stageError gives an error of the gateway's client its stage and code.
func stageError(stage ledger.Stage, txID string, err error) *ledger.Error {
	st := status.Convert(unwrap(err))
	e := &ledger.Error{Stage: stage, TxID: txID, Err: err, Message: st.Message()}
	texts := texts(st)
	e.Code, e.Message, e.Retry = diagnose(st, texts)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		e.Code, e.Retry = ledger.CodeTimeout, true
	}
	switch stage {
	case ledger.StageEndorse, ledger.StageEvaluate, ledger.StageQuery:
		// Nothing came back from the gateway itself: it is the gateway that
		// cannot be reached.
		if st.Code() == codes.Unavailable && len(st.Details()) == 0 && ownConnection(st.Message()) {
			e.Stage = ledger.StageConnect
		}
	case ledger.StageSubmit:
		e.MayCommit = e.Code != ledger.CodeOverloaded && maySubmit(st)
	case ledger.StageCommitStatus:
		e.MayCommit, e.Retry = true, true
	}
	return e
}

// unwrap finds the error that carries the gRPC status.
func unwrap(err error) error {
	var t *client.TransactionError
	if errors.As(err, &t) {
		return t
	}
	return err
}

// texts are the messages of an error: those of single endorsers first, since
// they say why.
func texts(st *status.Status) []string {
	var list []string
	for _, d := range st.Details() {
		if x, ok := d.(*gatewaypb.ErrorDetail); ok {
			list = append(list, fmt.Sprintf("%s: %s", x.GetMspId(), x.GetMessage()))
		}
	}
	return append(list, st.Message())
}

// diagnose finds the code, the message and whether the same call may succeed
// later. What a chaincode of ours says comes first, then what is known of
// Fabric's texts, then the gRPC code.
func diagnose(st *status.Status, texts []string) (code, message string, retry bool) {
	for _, t := range texts {
		if code, message, later, ok := ledger.Said(t); ok {
			return code, message, later
		}
	}
	message = strings.Join(texts, "; ")
	for _, s := range symptoms {
		for _, t := range texts {
			if strings.Contains(t, s.text) {
				return s.code, message, s.retry
			}
		}
	}
	switch st.Code() {
	case codes.Unavailable:
		return ledger.CodeUnavailable, message, true
	case codes.DeadlineExceeded, codes.Canceled:
		return ledger.CodeTimeout, message, true
	case codes.PermissionDenied, codes.Unauthenticated:
		return ledger.CodeAccess, message, false
	}
	return ledger.CodeOther, message, false
}

// ownConnection tells a broken connection to the gateway from what the
// gateway says of others.
func ownConnection(message string) bool {
	for _, t := range []string{"failed to find any endorsing peers", "no peers available", "no endorsers found", "no orderer nodes available", "failed to get config"} {
		if strings.Contains(message, t) {
			return false
		}
	}
	return true
}

// maySubmit reports whether an orderer may have taken the transaction although
// the gateway's Submit failed: it may, unless the gateway says that it sent
// nothing.
func maySubmit(st *status.Status) bool {
	switch st.Code() {
	case codes.InvalidArgument, codes.NotFound, codes.FailedPrecondition:
		return false
	case codes.Unavailable:
		return !strings.Contains(st.Message(), "no orderer nodes available")
	}
	return true
}

// taken reports whether a failed Submit says that orderers hold the
// transaction: the gateway hands it to all of them, and one that heard of it
// from another, or has ordered it already, answers with an error. On a busy
// machine that is often enough of them for the gateway to give up.
func taken(err error) bool {
	for _, t := range texts(status.Convert(unwrap(err))) {
		if strings.Contains(t, "request already processed") || strings.Contains(t, "request already exists") {
			return true
		}
	}
	return false
}

// invalid is the error of a transaction that was ordered and found invalid.
func invalid(txID string, code peer.TxValidationCode, block uint64) *ledger.Error {
	name := code.String()
	return &ledger.Error{Stage: ledger.StageCommit, TxID: txID, Code: name, Message: fmt.Sprintf("found invalid in block %d: %s", block, name),
		Retry: code == peer.TxValidationCode_MVCC_READ_CONFLICT || code == peer.TxValidationCode_PHANTOM_READ_CONFLICT}
}
