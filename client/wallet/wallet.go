package wallet

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"
)

const (
	certFile   = "cert.pem"
	keyFile    = "key.age"
	personFile = "person.json"
)

// Folder is where a person of an engine's state directory lives.
func Folder(dir, org, user string) string {
	return filepath.Join(dir, "identity", org, "people", user)
}

// Open reads a person, decrypts the key and checks that key, certificate and
// names belong together and that the certificate is in force. passphrase is
// called only once the person is known to exist.
func Open(dir, person string, passphrase func() ([]byte, error)) (*Person, error) {
	p, err := load(dir, person)
	if err != nil {
		return nil, err
	}
	if now := time.Now(); now.Before(p.Certificate.NotBefore) || now.After(p.Certificate.NotAfter) {
		return nil, &ValidityError{Person: person, NotBefore: p.Certificate.NotBefore, NotAfter: p.Certificate.NotAfter, Now: now}
	}
	sealed, err := os.ReadFile(filepath.Join(Folder(dir, p.Org, p.User), keyFile))
	if err != nil {
		return nil, &DamagedError{Person: person, File: keyFile, Err: err}
	}
	secret, err := passphrase()
	if err != nil {
		return nil, err
	}
	key, err := unseal(sealed, secret)
	if errors.Is(err, ErrPassphrase) {
		return nil, &PassphraseError{Person: person}
	}
	if err != nil {
		return nil, &DamagedError{Person: person, File: keyFile, Err: err}
	}
	if !fits(key, p) {
		return nil, &MismatchError{Person: person, What: "key"}
	}
	p.Signer = key
	return p, nil
}

// Read is Open without the key: Signer is nil, and an expired certificate is
// no error. For status and for looking at who has signed.
func Read(dir, person string) (*Person, error) { return load(dir, person) }

func load(dir, person string) (*Person, error) {
	org, user, err := Split(person)
	if err != nil {
		return nil, err
	}
	folder := Folder(dir, org, user)
	raw, err := os.ReadFile(filepath.Join(folder, personFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(folder); errors.Is(statErr, fs.ErrNotExist) {
			return nil, unknown(dir, org, person)
		}
	}
	if err != nil {
		return nil, &DamagedError{Person: person, File: personFile, Err: err}
	}
	p := &Person{}
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, &DamagedError{Person: person, File: personFile, Err: err}
	}
	if p.Org != org || p.User != user || p.MSP == "" {
		return nil, &DamagedError{Person: person, File: personFile, Err: fmt.Errorf("it describes %q of MSP %q", p.Name(), p.MSP)}
	}
	certPEM, err := os.ReadFile(filepath.Join(folder, certFile))
	if err != nil {
		return nil, &DamagedError{Person: person, File: certFile, Err: err}
	}
	if err := p.certify(certPEM); err != nil {
		return nil, &DamagedError{Person: person, File: certFile, Err: err}
	}
	if err := p.agree(); err != nil {
		return nil, err
	}
	return p, p.issuedBy(dir)
}

// certify attaches a certificate and what it says.
func (p *Person) certify(certPEM []byte) error {
	cert, err := ParseCertificate(certPEM)
	if err != nil {
		return err
	}
	attrs, err := Attributes(cert)
	if err != nil {
		return err
	}
	// One encoding only: the creator of a transaction is compared by bytes.
	p.CertPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	p.Certificate, p.Attrs = cert, attrs
	return nil
}

// agree compares person.json with the certificate: the file may add names,
// never roles.
func (p *Person) agree() error {
	for _, f := range []struct{ what, have, want string }{
		{"role", p.Role, p.Attrs[AttrRole]},
		{"post", p.Post, p.Attrs[AttrPost]},
	} {
		if f.have != f.want {
			return &MismatchError{Person: p.Name(), What: f.what, Have: f.have, Want: f.want}
		}
	}
	return nil
}

// RootsFolder is where an organization's root certificates lie; it is part
// of the MSP folder that network and devca make.
func RootsFolder(dir, org string) string {
	return filepath.Join(dir, "identity", org, "msp", "cacerts")
}

// issuedBy checks that the organization's own authority has issued the
// certificate, so that a damaged or foreign one is named here and not first
// refused by a peer. Where no roots lie beside the people, peers decide.
func (p *Person) issuedBy(dir string) error {
	roots, err := Roots(dir, p.Org)
	if err != nil || len(roots) == 0 {
		return err
	}
	for _, root := range roots {
		if p.Certificate.CheckSignatureFrom(root) == nil {
			return nil
		}
	}
	return &IssuerError{Person: p.Name(), Org: p.Org, Issuer: p.Certificate.Issuer.CommonName}
}

// Roots are the certificates of an organization's authority; none where they
// do not lie beside the people.
func Roots(dir, org string) ([]*x509.Certificate, error) {
	paths, err := filepath.Glob(filepath.Join(RootsFolder(dir, org), "*.pem"))
	if err != nil {
		return nil, err
	}
	var roots []*x509.Certificate
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		root, err := ParseCertificate(data)
		if err != nil {
			return nil, fmt.Errorf("root certificate %s: %w", path, err)
		}
		roots = append(roots, root)
	}
	return roots, nil
}

func fits(key crypto.Signer, p *Person) bool {
	pub, ok := key.Public().(*ecdsa.PublicKey)
	return ok && pub.Equal(p.Certificate.PublicKey)
}

func unknown(dir, org, person string) error {
	e := &UnknownPersonError{Person: person, Dir: dir}
	names, err := Names(dir)
	if err != nil {
		return e // the folder of identities is not there at all
	}
	for _, name := range names {
		if o, _, _ := Split(name); o == org {
			e.Known = append(e.Known, name)
		}
	}
	if e.Known == nil {
		e.Known = names
	}
	return e
}

// Names lists everybody in the wallet as ORG/USER, in order. A wallet that
// is not there yet is empty.
func Names(dir string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "identity", "*", "people", "*"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range found {
		name := filepath.Base(filepath.Dir(filepath.Dir(f))) + "/" + filepath.Base(f)
		if _, _, err := Split(name); err == nil { // what a killed Write leaves starts with a dot
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, nil
}

// List reads everybody in the wallet, without keys.
func List(dir string) ([]*Person, error) {
	names, err := Names(dir)
	if err != nil {
		return nil, err
	}
	people := make([]*Person, 0, len(names))
	for _, name := range names {
		p, err := load(dir, name)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	return people, nil
}
