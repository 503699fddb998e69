package book

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/ledger"
)

// UnknownChaincodeError: the consortium has no such book.
type UnknownChaincodeError struct {
	Name  string
	Known []string
}

func (e *UnknownChaincodeError) Error() string {
	return fmt.Sprintf("no chaincode %q in the consortium; there are %s", e.Name, strings.Join(e.Known, ", "))
}

// UnsettledError: the call ended while it was not known whether one of these
// transactions is committed. Sending the same commands again is safe.
type UnsettledError struct {
	TxIDs []string
	Err   error
}

func (e *UnsettledError) Error() string {
	return fmt.Sprintf("%v; transaction %s may be committed all the same: send the same commands again, what was applied is reported as already applied",
		e.Err, strings.Join(e.TxIDs, ", "))
}

func (e *UnsettledError) Unwrap() error { return e.Err }

// unsettled wraps err if the fate of some transaction is open.
func unsettled(open []string, err error) error {
	if len(open) == 0 {
		return err
	}
	return &UnsettledError{TxIDs: open, Err: err}
}

// asked gives the error of a query the refusal that the chaincode sent in it,
// so that errors.As finds a *refusal.Refusal.
func asked(query string, err error) error {
	var e *ledger.Error
	if errors.As(err, &e) {
		if r := refusalIn(e.Code, e.Message); r != nil {
			return fmt.Errorf("%s: %w", query, &RefusedError{Refusal: r, Err: err})
		}
	}
	return fmt.Errorf("%s: %w", query, err)
}

// RefusedError is a query that a rule refused.
type RefusedError struct {
	Refusal *refusal.Refusal
	Err     error // the ledger's
}

func (e *RefusedError) Error() string { return e.Refusal.Error() }

// Unwrap gives errors.As both.
func (e *RefusedError) Unwrap() []error { return []error{e.Refusal, e.Err} }

// refusalIn finds the JSON of a refusal in a chaincode's message.
func refusalIn(code, message string) *refusal.Refusal {
	start := strings.IndexByte(message, '{')
	if start < 0 {
		return nil
	}
	r := &refusal.Refusal{}
	if err := json.NewDecoder(strings.NewReader(message[start:])).Decode(r); err != nil || r.Code != code {
		return nil
	}
	return r
}

func atEndorse(err error) bool {
	var e *ledger.Error
	return errors.As(err, &e) && (e.Stage == ledger.StageEndorse || e.Stage == ledger.StageEvaluate)
}

// retryable reports whether the same call may succeed later. A mismatch
// counts: an endorser that lags catches up.
func retryable(err error) bool {
	var e *ledger.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case ledger.CodeMismatch, ledger.CodeMVCC, ledger.CodePhantom:
		return true
	}
	return e.Retry
}
