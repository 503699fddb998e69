package disclosure

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Roots are the root certificates of the consortium's members, by MSP.
type Roots map[string][]*x509.Certificate

// MemberError: a certificate is no member's, or not the one's that was called.
type MemberError struct{ Subject, Want string }

func (e *MemberError) Error() string {
	if e.Want != "" {
		return fmt.Sprintf("the certificate %q was not issued by %s", e.Subject, e.Want)
	}
	return fmt.Sprintf("the certificate %q was issued by no member of the consortium", e.Subject)
}

// who tells whose certificate it is, today.
func (r Roots) who(cert *x509.Certificate) (disclosure.Who, error) {
	found := ""
	for msp, roots := range r {
		pool := x509.NewCertPool()
		for _, root := range roots {
			pool.AddCert(root)
		}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err == nil && !cert.IsCA {
			if found != "" { // two organizations claim it: nobody's
				return disclosure.Who{}, &MemberError{Subject: cert.Subject.CommonName}
			}
			found = msp
		}
	}
	if found == "" {
		return disclosure.Who{}, &MemberError{Subject: cert.Subject.CommonName}
	}
	attrs, err := wallet.Attributes(cert)
	if err != nil {
		return disclosure.Who{}, err
	}
	print := sha256.Sum256(cert.Raw)
	return disclosure.Who{MSP: found, Fingerprint: print[:], Post: attrs[wallet.AttrPost]}, nil
}

func shown(p *wallet.Person) []tls.Certificate {
	return []tls.Certificate{{Certificate: [][]byte{p.Certificate.Raw}, PrivateKey: p.Signer, Leaf: p.Certificate}}
}

// serverTLS is a node's side: whoever calls is a member's.
func serverTLS(p *wallet.Person, roots Roots) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: shown(p), ClientAuth: tls.RequireAnyClientCert, SessionTicketsDisabled: true,
		VerifyConnection: func(c tls.ConnectionState) error {
			_, err := roots.who(c.PeerCertificates[0])
			return err
		}}
}

// clientTLS is a user's side: the one that answers is the owner's, whatever
// its address. The standard verification of host names has no place where
// members are known by their certificates.
func clientTLS(p *wallet.Person, roots Roots, owner string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: shown(p), InsecureSkipVerify: true,
		VerifyConnection: func(c tls.ConnectionState) error {
			who, err := roots.who(c.PeerCertificates[0])
			if err == nil && who.MSP != owner {
				err = &MemberError{Subject: c.PeerCertificates[0].Subject.CommonName, Want: owner}
			}
			return err
		}}
}
