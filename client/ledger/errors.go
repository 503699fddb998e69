package ledger

import (
	"errors"
	"fmt"
)

// Stage is the step of a transaction's way at which an error occurred.
type Stage string

const (
	StageConnect      Stage = "connect"       // no peer reached; nothing was sent
	StageEvaluate     Stage = "evaluate"      // a query failed
	StageEndorse      Stage = "endorse"       // no endorsement; nothing was ordered
	StageSubmit       Stage = "submit"        // handing to the orderers failed: it may be ordered all the same
	StageCommitStatus Stage = "commit status" // ordered, but its fate is not known yet
	StageCommit       Stage = "commit"        // ordered and found invalid
	StageQuery        Stage = "query"         // looking at the ledger failed
)

// Error says which stage failed and what the caller may do.
type Error struct {
	Stage Stage
	TxID  string
	// Code is stable: one of the constants Code…, a chaincode's own, or
	// Fabric's name of why a transaction was found invalid.
	Code      string
	MayCommit bool   // the transaction may still be committed: ask by business number before sending again
	Retry     bool   // the same call may succeed later without any change
	Message   string // without private data
	Err       error
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Stage, e.Message)
	if e.TxID != "" {
		s += fmt.Sprintf(" (transaction %s)", e.TxID)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of a ledger error, "" for anything else.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// MayCommit reports whether the transaction behind err may still be
// committed.
func MayCommit(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.MayCommit
}
