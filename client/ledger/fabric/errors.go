package fabric

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/qingxinlian/qxl/client/ledger"
)

// Codes of client/ledger that this engine gives, besides the chaincodes' own.
const (
	codeMismatch    = "ENDORSEMENT_MISMATCH"
	codeRefused     = "CHAINCODE_REFUSED"
	codeAccess      = "ACCESS_DENIED"
	codeUnavailable = "UNAVAILABLE"
	codeOverloaded  = "OVERLOADED"
	codeTimeout     = "TIMEOUT"
	codeUnknownTx   = "TRANSACTION_UNKNOWN"
	codeSkew        = "CLOCK_SKEW"
	codeOther       = "OTHER"
)

// ours is how the chaincodes of this module begin what they refuse.
var ours = regexp.MustCompile(`qxl ([A-Z][A-Z0-9_]*): (?s:(.*))`)

// passing are the codes of our chaincodes that say: not now.
var passing = map[string]bool{"DATA_MISSING_ON_PEER": true, "LEDGER_READ": true, "COMMONS_UNREADABLE": true}

// symptom is a text in an error of peers or gateways and what it means. Texts
// are from Fabric v3.1; gRPC codes alone do not tell these apart.
type symptom struct {
	text  string
	code  string
	retry bool
}

var symptoms = []symptom{
	{"ProposalResponsePayloads do not match", codeMismatch, true},
	{"exceeding concurrency limit", codeOverloaded, true},
	{"no such transaction ID", codeUnknownTx, false},
	{"failed to find any endorsing peers for org(s)", codeUnavailable, true},
	{"no peers available to evaluate chaincode", codeUnavailable, true},
	{"no endorsers found in the gateway's organization", codeUnavailable, true},
	{"no orderer nodes available", codeUnavailable, true},
	{"insufficient number of orderers", codeUnavailable, true},
	{"no orderers could successfully process transaction", codeUnavailable, true},
	{"chaincode stream terminated", codeUnavailable, true},
	{"timeout expired while executing transaction", codeTimeout, true},
	{"timeout expired", codeTimeout, true},
	{"connection refused", codeUnavailable, true},
	{"connection reset", codeUnavailable, true},
	{"error reading from server", codeUnavailable, true},
	{"transport is closing", codeUnavailable, true},
	{"client connection is closing", codeUnavailable, true},
	{"code = Unavailable", codeUnavailable, true},
	{"code = DeadlineExceeded", codeTimeout, true},
	// A chaincode whose process is not connected (being restarted).
	{"could not launch chaincode", codeUnavailable, true},
	{"failed to execute transaction", codeUnavailable, true},
	// The peers' own window is as wide as the chaincodes' and asked first.
	{"due to incorrect timestamp", codeSkew, false},
	{"access denied", codeAccess, false},
	{"creator certificate is not valid", codeAccess, false},
	{"PermissionDenied", codeAccess, false},
	{"chaincode response", codeRefused, false},
}

// stageError gives an error of the gateway's client its stage and code.
func stageError(stage ledger.Stage, txID string, err error) *ledger.Error {
	st := status.Convert(unwrap(err))
	e := &ledger.Error{Stage: stage, TxID: txID, Err: err, Message: st.Message()}
	texts := texts(st)
	e.Code, e.Message, e.Retry = diagnose(st, texts)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		e.Code, e.Retry = codeTimeout, true
	}
	switch stage {
	case ledger.StageEndorse, ledger.StageEvaluate, ledger.StageQuery:
		// Nothing came back from the gateway itself: it is the gateway that
		// cannot be reached.
		if st.Code() == codes.Unavailable && len(st.Details()) == 0 && ownConnection(st.Message()) {
			e.Stage = ledger.StageConnect
		}
	case ledger.StageSubmit:
		e.MayCommit = e.Code != codeOverloaded && maySubmit(st)
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
		if m := ours.FindStringSubmatch(t); m != nil {
			return m[1], m[2], passing[m[1]]
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
		return codeUnavailable, message, true
	case codes.DeadlineExceeded, codes.Canceled:
		return codeTimeout, message, true
	case codes.PermissionDenied, codes.Unauthenticated:
		return codeAccess, message, false
	}
	return codeOther, message, false
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
