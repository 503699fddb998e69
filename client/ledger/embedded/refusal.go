package embedded

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/qingxinlian/qxl/client/ledger"
)

// Codes of client/ledger that this engine gives.
const (
	codeMismatch    = "ENDORSEMENT_MISMATCH"
	codeRefused     = "CHAINCODE_REFUSED"
	codeAccess      = "ACCESS_DENIED"
	codeUnavailable = "UNAVAILABLE"
	codeTimeout     = "TIMEOUT"
	codeUnknownTx   = "TRANSACTION_UNKNOWN"
	codeOther       = "OTHER"
	codeBadSettings = "CONSORTIUM_REFUSED"
)

// refused is a chaincode that answered with an error.
type refused struct {
	msp     string
	message string
}

func (r *refused) Error() string { return fmt.Sprintf("%s: %s", r.msp, r.message) }

// ours is how the chaincodes of this module begin their refusals.
var ours = regexp.MustCompile(`^qxl ([A-Z][A-Z0-9_]*): (?s:(.*))$`)

// passing are the chaincodes' codes that say: not now. The same as on Fabric.
var passing = map[string]bool{"DATA_MISSING_ON_PEER": true, "LEDGER_READ": true, "COMMONS_UNREADABLE": true}

func (r *refused) ledgerError(stage ledger.Stage, txID string) *ledger.Error {
	e := &ledger.Error{Stage: stage, TxID: txID, Code: codeRefused, Message: r.message, Err: r}
	if m := ours.FindStringSubmatch(r.message); m != nil {
		e.Code, e.Message = m[1], m[2]
	}
	e.Retry = passing[e.Code]
	return e
}

// stageError is any other failure at a stage at which nothing has been
// handed over yet.
func stageError(stage ledger.Stage, txID string, err error) *ledger.Error {
	var r *refused
	if errors.As(err, &r) {
		return r.ledgerError(stage, txID)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &ledger.Error{Stage: stage, TxID: txID, Code: codeTimeout, Retry: true, Message: err.Error(), Err: err}
	}
	return &ledger.Error{Stage: stage, TxID: txID, Code: codeOther, Message: err.Error(), Err: err}
}

func unavailable(stage ledger.Stage, err error) *ledger.Error {
	return &ledger.Error{Stage: stage, Code: codeUnavailable, Retry: true, Message: err.Error(), Err: err}
}
