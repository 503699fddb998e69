package anchor

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

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

// keyFile is where a witness's key is, in its folder.
const keyFile = "key.json"

// KeyFile holds an organization's witness key: the verifier key in the clear,
// the secret sealed.
type KeyFile struct {
	Key    string `json:"key"`
	Sealed []byte `json:"sealed"`
}

func (f KeyFile) encode() ([]byte, error) {
	raw, err := json.MarshalIndent(f, "", "  ")
	return append(raw, '\n'), err
}

// Write puts the file into a witness's folder.
func (f KeyFile) Write(dir string) error {
	raw, err := f.encode()
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = wallet.ReplaceFile(filepath.Join(dir, keyFile), raw)
	}
	return err
}

// ReadKeyFile reads the file in a witness's folder; fs.ErrNotExist if there is
// none.
func ReadKeyFile(dir string) (f KeyFile, err error) {
	path := filepath.Join(dir, keyFile)
	raw, err := os.ReadFile(path)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if again, err := f.encode(); err != nil || !bytes.Equal(again, raw) {
		return f, fmt.Errorf("%s is not as it was written", path)
	}
	return f, nil
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
