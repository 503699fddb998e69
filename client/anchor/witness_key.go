package anchor

import (
	"crypto/rand"
	"fmt"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/wallet"
)

// NewWitnessKey draws an organization's witness key: the secret, and the
// verifier key that is registered.
func NewWitnessKey(msp string) (secret, key string, err error) {
	secret, public, err := note.GenerateKey(rand.Reader, evidence.WitnessName(msp))
	if err != nil {
		return "", "", err
	}
	key, err = fnote.VKeyToCosignatureV1(public)
	return secret, key, err
}

// SealKey encrypts a witness key for a file, as people's keys are.
func SealKey(secret string, passphrase []byte, workFactor int) ([]byte, error) {
	return wallet.SealSecret([]byte(secret), passphrase, workFactor)
}

// OpenKey decrypts a witness key.
func OpenKey(sealed, passphrase []byte) (string, error) {
	plain, err := wallet.OpenSecret(sealed, passphrase)
	if err != nil {
		return "", fmt.Errorf("witness key: %w", err)
	}
	return string(plain), nil
}
