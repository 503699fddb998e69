package fabsdk

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Identity is who signs: certificate and private key, PEM both.
type Identity struct {
	Certificate []byte
	Key         []byte
}

// IdentityError: certificate and key cannot be used together.
type IdentityError struct {
	File string
	Err  error
}

func (e *IdentityError) Error() string { return fmt.Sprintf("identity %s: %v", e.File, e.Err) }
func (e *IdentityError) Unwrap() error { return e.Err }

// FromFiles reads an identity as fabric-sdk-go systems keep it: a certificate
// and a key in clear. key may be a directory, such as an MSP's keystore, with
// one file in it.
func FromFiles(cert, key string) (Identity, error) {
	var id Identity
	var err error
	if id.Certificate, err = os.ReadFile(cert); err != nil {
		return id, &IdentityError{cert, err}
	}
	if info, err := os.Stat(key); err == nil && info.IsDir() {
		files, err := filepath.Glob(filepath.Join(key, "*"))
		if err != nil || len(files) != 1 {
			return id, &IdentityError{key, fmt.Errorf("a key store with %d files, limit 1: name the file", len(files))}
		}
		key = files[0]
	}
	if id.Key, err = os.ReadFile(key); err != nil {
		return id, &IdentityError{key, err}
	}
	if err := id.check(time.Now()); err != nil {
		return Identity{}, &IdentityError{cert, err}
	}
	return id, nil
}

// FromWallet reads a person, ORG/USER, of a network's state directory, whose
// key lies encrypted there.
func FromWallet(dir, person string, passphrase func() ([]byte, error)) (Identity, error) {
	p, err := wallet.Open(dir, person, passphrase)
	if err != nil {
		return Identity{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(p.Signer)
	if err != nil {
		return Identity{}, fmt.Errorf("key of %s: %w", person, err)
	}
	defer clear(der)
	return Identity{Certificate: p.CertPEM, Key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})}, nil
}

// check refuses before the network does, which says no more than that the
// creator is not valid.
func (id Identity) check(now time.Time) error {
	cert, err := wallet.ParseCertificate(id.Certificate)
	if err != nil {
		return err
	}
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return fmt.Errorf("certificate is valid from %s to %s, and it is %s: enrol again", cert.NotBefore.UTC().Format(time.DateOnly), cert.NotAfter.UTC().Format(time.DateOnly), now.UTC().Format(time.DateOnly))
	}
	block, _ := pem.Decode(id.Key)
	if block == nil {
		return errors.New("no PEM private key")
	}
	var key any
	if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		if key, err = x509.ParseECPrivateKey(block.Bytes); err != nil {
			return errors.New("private key is neither PKCS#8 nor SEC 1; an encrypted one must be decrypted first")
		}
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return fmt.Errorf("private key is %T, not ECDSA", key)
	}
	if pub, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || !pub.Equal(&ec.PublicKey) {
		return errors.New("private key does not match the certificate")
	}
	return nil
}
