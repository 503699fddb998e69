package wallet

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Work factors: scrypt runs 2^factor rounds each time a key is sealed or
// opened. It is what a thief of the file pays per guessed passphrase.
const (
	// WorkFactorStandard costs about a second and 256 MiB, for people whose
	// keys are worth something.
	WorkFactorStandard = 18
	// WorkFactorStore costs about a quarter of a second and 64 MiB, for keys of
	// what runs beside the ledger, vault and log: opening them must not take
	// more memory than all of their work (200 MB).
	WorkFactorStore = 16
	// WorkFactorSample costs about 10 ms: the passphrase of a synthetic
	// consortium lies beside the keys, so more would protect nothing.
	WorkFactorSample = 12
)

// maxWorkFactor bounds what a file may make us compute.
const maxWorkFactor = 22

// seal encrypts a private key as PKCS#8 PEM in age format.
func seal(key crypto.Signer, passphrase []byte, workFactor int) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return SealSecret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), passphrase, workFactor)
}

func unseal(sealed, passphrase []byte) (crypto.Signer, error) {
	plain, err := OpenSecret(sealed, passphrase)
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
