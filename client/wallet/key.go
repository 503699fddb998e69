package wallet

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// Work factors: scrypt runs 2^factor rounds each time a key is sealed or
// opened. It is what a thief of the file pays per guessed passphrase.
const (
	// WorkFactorStandard costs about a second and 256 MiB, for people whose
	// keys are worth something.
	WorkFactorStandard = 18
	// WorkFactorSample costs about 10 ms: the passphrase of a synthetic
	// consortium lies beside the keys, so more would protect nothing.
	WorkFactorSample = 12
)

// maxWorkFactor bounds what a file may make us compute.
const maxWorkFactor = 22

// seal encrypts a private key as PKCS#8 PEM in age format.
func seal(key crypto.Signer, passphrase []byte, workFactor int) ([]byte, error) {
	if workFactor < 1 || workFactor > maxWorkFactor {
		return nil, fmt.Errorf("scrypt work factor %d is not between 1 and %d", workFactor, maxWorkFactor)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return nil, err // an empty passphrase
	}
	recipient.SetWorkFactor(workFactor)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if err := pem.Encode(w, &pem.Block{Type: "PRIVATE KEY", Bytes: der}); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// errPassphrase is told apart from damage: age checks the passphrase in the
// header first.
var errPassphrase = errors.New("passphrase does not open the file")

func unseal(sealed, passphrase []byte) (crypto.Signer, error) {
	id, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, errPassphrase
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		var noMatch *age.NoIdentityMatchError
		if errors.As(err, &noMatch) {
			return nil, errPassphrase
		}
		return nil, err
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	block, _ := pem.Decode(plain)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("no PKCS#8 PEM key inside")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("key is %T, not ECDSA", key)
	}
	return ec, nil
}
