package wallet

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Enrollee is somebody who is to get a certificate, on either engine.
type Enrollee struct {
	Org, MSP, User string
	Zh, En         string // for person.json; never in the certificate
	Roles          []string
	Post           string
	// Attrs go into the certificate besides role, post and user. A subject
	// needs "book", the one chaincode the certificate is for; its
	// "pseudonym" is made at random unless given.
	Attrs map[string]string
}

// RoleSubject is the role of a 信息主体 whose data the ledger is about.
const RoleSubject = "subject"

// Entitlement is what the certificate will say: its common name and its
// attributes. A subject's says role, book and pseudonym and nothing that
// leads to a name, not even USER or post.
func (e Enrollee) Entitlement() (cn string, attrs map[string]string, err error) {
	if _, _, err := Split(e.Org + "/" + e.User); err != nil {
		return "", nil, err
	}
	attrs = map[string]string{}
	maps.Copy(attrs, e.Attrs)
	if len(e.Roles) > 0 {
		attrs[AttrRole] = strings.Join(e.Roles, ",")
	}
	if !slices.Contains(e.Roles, RoleSubject) {
		if e.Post != "" {
			attrs[AttrPost] = e.Post
		}
		attrs[AttrUser] = e.User
		return e.User, attrs, nil
	}
	if attrs[AttrBook] == "" {
		return "", nil, fmt.Errorf("subject %s/%s has no attribute %q: a subject holds one certificate per book", e.Org, e.User, AttrBook)
	}
	delete(attrs, AttrUser)
	delete(attrs, AttrPost)
	if attrs[AttrPseudonym] == "" {
		if attrs[AttrPseudonym], err = NewPseudonym(); err != nil {
			return "", nil, err
		}
	}
	return attrs[AttrPseudonym], attrs, nil
}

// NewPseudonym is a subject's name in one book: 128 random bits, in hex.
func NewPseudonym() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}
