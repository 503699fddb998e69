package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/qingxinlian/qxl/client/ledger"
)

// codeBadSettings is this engine's own code.
const codeBadSettings = "CONSORTIUM_REFUSED"

// refused is a chaincode that answered with an error.
type refused struct {
	msp     string
	message string
}

func (r *refused) Error() string { return fmt.Sprintf("%s: %s", r.msp, r.message) }

func (r *refused) ledgerError(stage ledger.Stage, txID string) *ledger.Error {
	e := &ledger.Error{Stage: stage, TxID: txID, Code: ledger.CodeRefused, Message: r.message, Err: r}
	if code, message, later, ok := ledger.Said(r.message); ok {
		e.Code, e.Message, e.Retry = code, message, later
	}
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
		return &ledger.Error{Stage: stage, TxID: txID, Code: ledger.CodeTimeout, Retry: true, Message: err.Error(), Err: err}
	}
	return &ledger.Error{Stage: stage, TxID: txID, Code: ledger.CodeOther, Message: err.Error(), Err: err}
}

func unavailable(stage ledger.Stage, err error) *ledger.Error {
	return &ledger.Error{Stage: stage, Code: ledger.CodeUnavailable, Retry: true, Message: err.Error(), Err: err}
}
