package wallet

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts a new person into the wallet: whole, or not at all if killed in
// between. p needs Org, MSP, User and CertPEM; role and post are taken from
// the certificate. It refuses to overwrite anybody (*ExistsError).
func Write(dir string, p Person, key crypto.Signer, passphrase []byte, workFactor int) error {
	if _, _, err := Split(p.Name()); err != nil {
		return err
	}
	if p.MSP == "" {
		return fmt.Errorf("person %s has no MSP", p.Name())
	}
	if err := p.certify(p.CertPEM); err != nil {
		return fmt.Errorf("certificate of %s: %w", p.Name(), err)
	}
	if !fits(key, &p) {
		return &MismatchError{Person: p.Name(), What: "key"}
	}
	if err := p.issuedBy(dir); err != nil {
		return err
	}
	p.Role, p.Post = p.Attrs[AttrRole], p.Attrs[AttrPost]
	folder := Folder(dir, p.Org, p.User)
	if _, err := os.Stat(folder); err == nil {
		return &ExistsError{Person: p.Name()}
	}
	sealed, err := seal(key, passphrase, workFactor)
	if err != nil {
		return fmt.Errorf("key of %s: %w", p.Name(), err)
	}
	about, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	files := map[string][]byte{certFile: p.CertPEM, keyFile: sealed, personFile: append(about, '\n')}
	if err := WriteFolder(folder, files); errors.Is(err, fs.ErrExist) { // another process was faster
		return &ExistsError{Person: p.Name()}
	} else if err != nil {
		return err
	}
	return nil
}

// ReplaceCertificate gives a person a renewed certificate for the same key,
// with the same role and post.
func ReplaceCertificate(dir, person string, certPEM []byte) error {
	p, err := load(dir, person)
	if err != nil {
		return err
	}
	old := p.Certificate.PublicKey
	if err := p.certify(certPEM); err != nil {
		return fmt.Errorf("certificate of %s: %w", person, err)
	}
	if pub, ok := old.(interface{ Equal(crypto.PublicKey) bool }); !ok || !pub.Equal(p.Certificate.PublicKey) {
		return &MismatchError{Person: person, What: "key"}
	}
	if err := errors.Join(p.agree(), p.issuedBy(dir)); err != nil {
		return err
	}
	return ReplaceFile(filepath.Join(Folder(dir, p.Org, p.User), certFile), p.CertPEM)
}
