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
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for name, data := range map[string][]byte{certFile: p.CertPEM, keyFile: sealed, personFile: append(about, '\n')} {
		if err := WriteSynced(filepath.Join(tmp, name), data); err != nil {
			return err
		}
	}
	if err := SyncDir(tmp); err != nil {
		return err
	}
	// rename onto a folder that another process has meanwhile filled fails.
	if err := os.Rename(tmp, folder); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return &ExistsError{Person: p.Name()}
		}
		return err
	}
	return SyncDir(parent)
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
	folder := Folder(dir, p.Org, p.User)
	tmp := filepath.Join(folder, ".cert.new")
	if err := WriteSynced(tmp, p.CertPEM); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(folder, certFile)); err != nil {
		return err
	}
	return SyncDir(folder)
}

// WriteSynced writes a file that only its owner may read and waits until it
// is on the disk.
func WriteSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// SyncDir waits until a folder's entries are on the disk.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
