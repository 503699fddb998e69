package wallet

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// NameError: what was given is not ORG/USER.
type NameError struct{ Value string }

func (e *NameError) Error() string {
	return fmt.Sprintf("person %q is not of the form ORG/USER, such as BankA/officer1", e.Value)
}

// UnknownPersonError: nobody of this name is in the wallet. Known lists whom
// there is in the organization, or everybody if the organization is unknown.
type UnknownPersonError struct {
	Person string
	Dir    string
	Known  []string
}

func (e *UnknownPersonError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("person %s is unknown: nobody is enrolled in %s yet", e.Person, e.Dir)
	}
	return fmt.Sprintf("person %s is unknown; there are %s", e.Person, strings.Join(e.Known, ", "))
}

// ExistsError: Write does not overwrite anybody.
type ExistsError struct{ Person string }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("person %s exists already; a new certificate for the same key goes through ReplaceCertificate", e.Person)
}

// PassphraseError: the passphrase does not open this person's key.
type PassphraseError struct{ Person string }

func (e *PassphraseError) Error() string {
	return fmt.Sprintf("wrong passphrase for the key of %s", e.Person)
}

// DamagedError: a file of this person is missing, cut or changed.
type DamagedError struct {
	Person string
	File   string
	Err    error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s of %s is damaged: %v", e.File, e.Person, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// MismatchError: two things that must belong together do not: the key and
// the certificate, or person.json and the certificate.
type MismatchError struct {
	Person string
	What   string // "key", "organization", …
	Want   string // what the certificate says; "" for a key
	Have   string
}

func (e *MismatchError) Error() string {
	if e.What == "key" {
		return fmt.Sprintf("the key of %s does not match the certificate", e.Person)
	}
	return fmt.Sprintf("%s of %s is %q, but the certificate says %q", e.What, e.Person, e.Have, e.Want)
}

// IssuerError: the certificate is not one of the organization's authority,
// or has been changed since.
type IssuerError struct{ Person, Org, Issuer string }

func (e *IssuerError) Error() string {
	return fmt.Sprintf("the certificate of %s (issuer %q) was not issued by the authority of %s, or has been changed: enrol again", e.Person, e.Issuer, e.Org)
}

// ValidityError: today lies outside the certificate's validity.
type ValidityError struct {
	Person              string
	NotBefore, NotAfter time.Time
	Now                 time.Time
}

func (e *ValidityError) Error() string {
	const day = "2006-01-02 15:04 MST"
	if e.Now.Before(e.NotBefore) {
		return fmt.Sprintf("the certificate of %s is valid from %s only, and it is %s: check this machine's clock",
			e.Person, e.NotBefore.UTC().Format(day), e.Now.UTC().Format(day))
	}
	return fmt.Sprintf("the certificate of %s expired on %s: enrol again", e.Person, e.NotAfter.UTC().Format(day))
}

// ErrNoPassphrase: none was given, and there is no terminal to ask on.
var ErrNoPassphrase = errors.New("no passphrase for people's keys: set QXL_PASSPHRASE or run on a terminal")
