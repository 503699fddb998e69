package vault

import (
	"errors"
	"fmt"
	"strings"
)

// ErrClosed: the vault was closed.
var ErrClosed = errors.New("the vault is closed")

// IDError: what was given is no record's ID.
type IDError struct{ Value string }

func (e *IDError) Error() string {
	return fmt.Sprintf("record %q is not 32 hexadecimal digits; qxl vault list shows records", e.Value)
}

// UnknownRecordError: no such record in this vault.
type UnknownRecordError struct{ Record RecordID }

func (e *UnknownRecordError) Error() string {
	return fmt.Sprintf("record %s is unknown here", e.Record)
}

// ErasedError: the record was erased by law.
type ErasedError struct {
	Record  RecordID
	Request string
}

func (e *ErasedError) Error() string {
	return fmt.Sprintf("record %s was erased under request %s", e.Record, e.Request)
}

// DamagedError: what is stored of a record is cut, changed or missing.
type DamagedError struct {
	Record RecordID
	Err    error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("record %s is damaged: %v", e.Record, e.Err)
}
func (e *DamagedError) Unwrap() error { return e.Err }

// InvalidError: something that was given cannot be taken.
type InvalidError struct {
	Field, Limit, Value string
	Zh, En, Hint        string
}

func (e *InvalidError) Error() string { return fmt.Sprintf("%s: %s", e.Field, e.En) }

// NotVaultError: there is no vault in the directory.
type NotVaultError struct{ Dir string }

func (e *NotVaultError) Error() string { return fmt.Sprintf("there is no vault in %s", e.Dir) }

func join(names []string) string { return strings.Join(names, ", ") }
