package embedded

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Person is somebody who signs transactions.
type Person struct {
	MSP     string
	Creator []byte                              // msp.SerializedIdentity
	Sign    func(digest []byte) ([]byte, error) // signs a SHA-256
}

// FromWallet makes a person of one who was opened in a wallet.
func FromWallet(p *wallet.Person) (Person, error) {
	creator, err := p.Serialized()
	if err != nil {
		return Person{}, fmt.Errorf("identity of %s: %w", p.Name(), err)
	}
	_, sign, err := p.Fabric()
	if err != nil {
		return Person{}, err
	}
	return Person{MSP: p.MSP, Creator: creator, Sign: sign}, nil
}

// certificateOf reads the certificate of a serialized identity.
func certificateOf(creator []byte) (mspID string, cert *x509.Certificate, err error) {
	var id msp.SerializedIdentity
	if err := proto.Unmarshal(creator, &id); err != nil {
		return "", nil, fmt.Errorf("serialized identity: %w", err)
	}
	block, _ := pem.Decode(id.IdBytes)
	if block == nil {
		return id.Mspid, nil, fmt.Errorf("serialized identity of %s holds no certificate", id.Mspid)
	}
	cert, err = x509.ParseCertificate(block.Bytes)
	return id.Mspid, cert, err
}

// check refuses a creator as a peer would: an organization that is not of
// the consortium, a certificate that is not in force. No certificate
// authority is asked: this ledger trusts its wallet.
func (c *connection) check(now time.Time) error {
	if c.mspID != c.person.MSP {
		return fmt.Errorf("the identity is of %s, not of %s", c.mspID, c.person.MSP)
	}
	if c.engine.organization(c.mspID) == nil {
		return fmt.Errorf("%s is no organization of this consortium", c.mspID)
	}
	if from, to := c.certificate.NotBefore, c.certificate.NotAfter; now.Before(from) || now.After(to) {
		return fmt.Errorf("certificate of %s is in force from %s to %s, now is %s", c.mspID,
			from.Format(time.RFC3339), to.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	return nil
}

// signerOf describes a creator for people.
func signerOf(creator []byte) ledger.Signer {
	mspID, cert, err := certificateOf(creator)
	s := ledger.Signer{MSP: mspID}
	if err != nil {
		return s
	}
	sum := sha256.Sum256(cert.Raw)
	s.Subject, s.Fingerprint = cert.Subject.CommonName, hex.EncodeToString(sum[:])
	if attrs, err := wallet.Attributes(cert); err == nil {
		s.Post = attrs[wallet.AttrPost]
		if role := attrs[wallet.AttrRole]; role != "" {
			s.Roles = strings.Split(role, ",")
		}
	}
	return s
}
