package identity

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
)

// What a certificate is for.
const (
	UseRoot   = "root"   // the organization's authority
	UseNode   = "node"   // signing of a peer, an orderer or the administrator
	UseTLS    = "tls"    // connections of a node or a chaincode process
	UsePerson = "person" // signing of an officer or a subject
)

// Expiry is one certificate and how long it is valid.
type Expiry struct {
	Org         string    `json:"org"`
	Name        string    `json:"name"` // node or USER; the organization's for a root
	Use         string    `json:"use"`
	NotAfter    time.Time `json:"notAfter"`
	Fingerprint string    `json:"fingerprint"`
	Revoked     bool      `json:"revoked,omitempty"` // stands on the organization's revocation list
}

// Expiries lists every certificate of a state directory, soonest first.
func Expiries(stateDir string) ([]Expiry, error) {
	d := layout.Dir(stateDir)
	var all []Expiry
	for _, at := range []struct{ pattern, use string }{
		{filepath.Join(d.MSP("*"), "cacerts", "*.pem"), UseRoot},
		{filepath.Join(d.Node("*", "*"), signCert), UseNode},
		{d.NodeTLS("*", "*").Cert, UseTLS},
		{filepath.Join(d.Person("*", "*"), "cert.pem"), UsePerson},
	} {
		files, err := filepath.Glob(at.pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			org, name := place(d, file, at.use)
			if name[0] == '.' {
				continue // a killed run's
			}
			cert, err := readCertificate(file)
			if err != nil {
				return nil, err
			}
			revoked, err := isRevoked(d, org, cert)
			if err != nil {
				return nil, err
			}
			all = append(all, Expiry{Org: org, Name: name, Use: at.use, NotAfter: cert.NotAfter, Fingerprint: Fingerprint(cert), Revoked: revoked})
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if !a.NotAfter.Equal(b.NotAfter) {
			return a.NotAfter.Before(b.NotAfter)
		}
		return a.Org+"/"+a.Name < b.Org+"/"+b.Name
	})
	return all, nil
}

// place reads organization and name off a certificate's path.
func place(d layout.Dir, file, use string) (org, name string) {
	rel, err := filepath.Rel(d.Identity(""), file)
	if err != nil {
		return "", file
	}
	parts := splitPath(rel) // ORG/msp/…, ORG/nodes/NAME/…, ORG/people/NAME/…
	if use == UseRoot {
		return parts[0], parts[0]
	}
	return parts[0], parts[2]
}

func splitPath(path string) []string {
	var parts []string
	for path != "." && path != "" {
		parts = append([]string{filepath.Base(path)}, parts...)
		path = filepath.Dir(path)
	}
	return parts
}

// Fingerprint is the hex SHA-256 of the certificate's DER form: how the
// consortium blocks a person on the ledger the day they leave.
func Fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

// PersonFingerprint is Fingerprint for ORG/USER of a state directory.
func PersonFingerprint(stateDir, person string) (string, error) {
	p, err := wallet.Read(stateDir, person)
	if err != nil {
		return "", err
	}
	return p.Fingerprint(), nil
}

func crlFile(d layout.Dir, org string) string { return filepath.Join(d.MSP(org), "crls", "crl.pem") }

func isRevoked(d layout.Dir, org string, cert *x509.Certificate) (bool, error) {
	data, err := os.ReadFile(crlFile(d, org))
	if os.IsNotExist(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	list, err := parseCRL(data)
	if err != nil {
		return false, fmt.Errorf("revocation list of %s: %w", org, err)
	}
	for _, entry := range list.RevokedCertificateEntries {
		if entry.SerialNumber.Cmp(cert.SerialNumber) == 0 {
			return true, nil
		}
	}
	return false, nil
}

func parseCRL(data []byte) (*x509.RevocationList, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("no PEM in %d bytes", len(data))
	}
	return x509.ParseRevocationList(block.Bytes)
}
