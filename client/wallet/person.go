package wallet

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/protobuf/encoding/protowire"
)

// Names of the certificate attributes that commands are decided by.
const (
	AttrRole      = "role"      // comma list: officer, reviewer, approver, operator, provider, subject, auditor
	AttrPost      = "post"      // the post a person holds 职务
	AttrUser      = "user"      // USER of ORG/USER; subjects have none
	AttrPseudonym = "pseudonym" // a subject's ID in one book
	AttrBook      = "book"      // the one chaincode a subject's certificate is for: a book or commons; no other takes it
)

// Person is somebody who signs transactions. The JSON fields are what
// person.json holds; everything else comes from the certificate and the key.
type Person struct {
	Org  string `json:"org"`            // short name, BankA
	MSP  string `json:"msp"`            // BankAMSP
	User string `json:"user"`           // officer1
	Zh   string `json:"zh,omitempty"`   // name in Chinese, for screens only
	En   string `json:"en,omitempty"`   // name in English, for screens only
	Role string `json:"role,omitempty"` // comma list
	Post string `json:"post,omitempty"`

	Certificate *x509.Certificate `json:"-"`
	CertPEM     []byte            `json:"-"`
	// Signer is nil for a person from List. It does not make signatures
	// low-S, which Fabric demands: sign for Fabric with Fabric().
	Signer crypto.Signer `json:"-"`
	// Attrs are the attributes in the certificate, those that the ledger
	// sees and decides by.
	Attrs map[string]string `json:"-"`
}

// Name is the person as everybody writes it: ORG/USER.
func (p *Person) Name() string { return p.Org + "/" + p.User }

// Roles are the roles of the certificate, in its order.
func (p *Person) Roles() []string {
	role := p.Role
	if p.Attrs != nil {
		role = p.Attrs[AttrRole]
	}
	return strings.FieldsFunc(role, func(r rune) bool { return r == ',' || r == ' ' })
}

// Fingerprint is the hex SHA-256 of the certificate's DER form: how a
// person who has left is blocked on the ledger.
func (p *Person) Fingerprint() string {
	sum := sha256.Sum256(p.Certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// Fabric is the person as fabric-gateway wants it; signatures are low-S.
func (p *Person) Fabric() (*identity.X509Identity, identity.Sign, error) {
	id, err := identity.NewX509Identity(p.MSP, p.Certificate)
	if err != nil {
		return nil, nil, fmt.Errorf("identity of %s: %w", p.Name(), err)
	}
	sign, err := identity.NewPrivateKeySign(p.Signer)
	if err != nil {
		return nil, nil, fmt.Errorf("key of %s: %w", p.Name(), err)
	}
	return id, sign, nil
}

// Serialized is the creator field of this person's transactions: an
// msp.SerializedIdentity. Its two fields are written here, because the
// generated message must not be in one binary with the one of
// fabric-sdk-go, whose connector (client/fabsdk) reads this wallet too.
func (p *Person) Serialized() ([]byte, error) {
	var b []byte
	b = protowire.AppendTag(b, 1, protowire.BytesType) // mspid
	b = protowire.AppendString(b, p.MSP)
	b = protowire.AppendTag(b, 2, protowire.BytesType) // id_bytes
	return protowire.AppendBytes(b, p.CertPEM), nil
}

var shortName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// Split takes ORG/USER apart. Names are ASCII letters, digits, - and _, so
// that they cannot leave the folder they name.
func Split(person string) (org, user string, err error) {
	org, user, ok := strings.Cut(person, "/")
	if !ok || !shortName.MatchString(org) || !shortName.MatchString(user) {
		return "", "", &NameError{Value: person}
	}
	return org, user, nil
}

// attributeOID marks the attributes that fabric-ca puts into a certificate
// and Fabric's cid package reads: JSON {"attrs":{name:value}}.
const attributeOID = "1.2.3.4.5.6.7.8.1"

// Attributes reads the fabric-ca attributes of a certificate; a certificate
// without them has none.
func Attributes(cert *x509.Certificate) (map[string]string, error) {
	for _, ext := range cert.Extensions {
		if ext.Id.String() != attributeOID {
			continue
		}
		var doc struct {
			Attrs map[string]string `json:"attrs"`
		}
		if err := json.Unmarshal(ext.Value, &doc); err != nil {
			return nil, fmt.Errorf("certificate attributes: %w", err)
		}
		if doc.Attrs == nil {
			break
		}
		return doc.Attrs, nil
	}
	return map[string]string{}, nil
}

// ParseCertificate reads exactly one PEM certificate.
func ParseCertificate(data []byte) (*x509.Certificate, error) {
	block, rest := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("no PEM certificate in %d bytes", len(data))
	}
	if len(strings.TrimSpace(string(rest))) > 0 {
		return nil, fmt.Errorf("%d bytes after the certificate", len(rest))
	}
	return x509.ParseCertificate(block.Bytes)
}
