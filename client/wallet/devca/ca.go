package devca

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/qingxinlian/qxl/client/wallet"
)

// CA issues the certificates of one organization.
type CA struct {
	Org         string
	Certificate *x509.Certificate
	CertPEM     []byte
	key         crypto.Signer
}

// backdate covers clocks that run behind the one that issues.
const backdate = 5 * time.Minute

// caValidity is fabric-ca's default for a root.
const caValidity = 15 * 365 * 24 * time.Hour

const authorityFile = "authority.pem" // certificate and key in one file: both or none

// Open reads the authority of an organization from its folder in an engine's
// state directory, or makes it there.
func Open(dir, org string) (*CA, error) {
	path := filepath.Join(dir, "identity", org, "ca", authorityFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = create(path, org)
	}
	if err != nil {
		return nil, err
	}
	ca, err := parse(org, data)
	if err != nil {
		return nil, fmt.Errorf("authority of %s in %s: %w", org, path, err)
	}
	root := filepath.Join(wallet.RootsFolder(dir, org), "ca.pem")
	if _, err := os.Stat(root); err == nil {
		return ca, nil
	}
	if err := write(root, ca.CertPEM, os.Rename); err != nil {
		return nil, err
	}
	return ca, nil
}

// New makes an authority that exists in memory only.
func New(org string) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:               subject(org, "", "ca."+org),
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(caValidity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	cert, err := sign(template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &CA{Org: org, Certificate: cert, CertPEM: encode(cert), key: key}, nil
}

// create makes an authority and gives what is in its file, which is another
// process's if that was faster.
func create(path, org string) ([]byte, error) {
	ca, err := New(org)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(ca.key)
	if err != nil {
		return nil, err
	}
	data := append(bytes.Clone(ca.CertPEM), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	// A link, unlike a rename, lets the first of two win.
	if err := write(path, data, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// write puts a file in its place, whole or not at all.
func write(path string, data []byte, place func(tmp, path string) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return place(tmp.Name(), path)
}

func parse(org string, data []byte) (*CA, error) {
	block, rest := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("it does not begin with a certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if block, _ = pem.Decode(rest); block == nil {
		return nil, errors.New("the key is missing")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || !ec.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("the key does not match the certificate")
	}
	return &CA{Org: org, Certificate: cert, CertPEM: encode(cert), key: ec}, nil
}

// Issue makes a client certificate for a public key, with common name cn and
// the given attributes.
func (ca *CA) Issue(cn string, attrs map[string]string, pub crypto.PublicKey, validity time.Duration) (*x509.Certificate, error) {
	return ca.issue(cn, attrs, pub, time.Now().Add(-backdate), validity+backdate)
}

// IssueExpired makes a certificate whose time has passed, for tests of what
// happens then.
func (ca *CA) IssueExpired(cn string, attrs map[string]string, pub crypto.PublicKey, notAfter time.Time) (*x509.Certificate, error) {
	return ca.issue(cn, attrs, pub, notAfter.Add(-24*time.Hour), 24*time.Hour)
}

func (ca *CA) issue(cn string, attrs map[string]string, pub crypto.PublicKey, from time.Time, validity time.Duration) (*x509.Certificate, error) {
	all := map[string]string{"hf.Affiliation": "", "hf.EnrollmentID": cn, "hf.Type": "client"}
	for name, value := range attrs {
		all[name] = value
	}
	ext, err := json.Marshal(map[string]any{"attrs": all})
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               subject(ca.Org, "client", cn),
		NotBefore:             from,
		NotAfter:              from.Add(validity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		ExtraExtensions:       []pkix.Extension{{Id: attributeOID, Value: ext}},
	}
	return sign(template, ca.Certificate, pub, ca.key)
}

// attributeOID is where fabric-ca puts attributes and cid looks for them.
var attributeOID = asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}

func subject(org, ou, cn string) pkix.Name {
	name := pkix.Name{Country: []string{"CN"}, Province: []string{"Qinghai"}, Organization: []string{org}, CommonName: cn}
	if ou != "" {
		name.OrganizationalUnit = []string{ou}
	}
	return name
}

// sign issues with a random serial number until the signature is low-S: a
// Fabric MSP rewrites high-S certificates before comparing them.
func sign(template, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	for {
		serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 159))
		if err != nil {
			return nil, err
		}
		template.SerialNumber = serial
		der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, key)
		if err != nil {
			return nil, err
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		if wallet.LowS(cert.Signature) {
			return cert, nil
		}
	}
}

func encode(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}
