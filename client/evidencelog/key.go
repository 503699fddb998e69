package evidencelog

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/client/wallet"
)

// noteSigner signs notes in the log's name with an Ed25519 key, wherever the
// key is kept.
type noteSigner struct {
	note.Verifier
	key crypto.Signer
}

func (s noteSigner) pub() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

func (s noteSigner) Sign(msg []byte) ([]byte, error) {
	return s.key.Sign(rand.Reader, msg, crypto.Hash(0))
}

// VerifierKey is the key's text form, as C2SP notes write it:
// qxl/BankAMSP/1+33fcc1e4+AX…. It is what the ledger registers.
func VerifierKey(log string, key ed25519.PublicKey) (string, error) {
	return note.NewEd25519VerifierKey(log, key)
}

func verifier(log string, key ed25519.PublicKey) (note.Verifier, error) {
	text, err := VerifierKey(log, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(text)
}

func newNoteSigner(log string, key crypto.Signer) (noteSigner, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return noteSigner{}, fmt.Errorf("a log is signed with Ed25519, not with %T", key)
	}
	v, err := verifier(log, pub)
	return noteSigner{v, key}, err
}

// keyPath is where a key of the log is kept. The file bears the key's name, so
// that a rotation killed half-way leaves both keys, and the head says which counts.
func keyPath(dir string, key ed25519.PublicKey) string {
	return filepath.Join(dir, "key-"+hex.EncodeToString(key[:8])+".age")
}

const pemKey = "PRIVATE KEY"

// newKey makes a key and seals it into a file as people's keys are.
func newKey(dir string, o Options) (ed25519.PrivateKey, error) {
	secret, err := o.Passphrase()
	if err != nil {
		return nil, err
	}
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	plain := pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der})
	defer clear(plain)
	sealed, err := wallet.SealSecret(plain, secret, o.WorkFactor)
	if err != nil {
		return nil, err
	}
	return key, wallet.ReplaceFile(keyPath(dir, pub), sealed)
}

// KeyError says that the log's key cannot be used.
type KeyError struct {
	File string
	Err  error // wallet.ErrPassphrase for a wrong passphrase
}

func (e *KeyError) Error() string { return fmt.Sprintf("key of the log %s: %v", e.File, e.Err) }
func (e *KeyError) Unwrap() error { return e.Err }

func openKey(dir string, pub ed25519.PublicKey, o Options) (crypto.Signer, error) {
	path := keyPath(dir, pub)
	info, err := os.Stat(path)
	if err != nil {
		return nil, &KeyError{path, err}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &KeyError{path, fmt.Errorf("others can read it (mode %04o, limit 0600)", info.Mode().Perm())}
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, &KeyError{path, err}
	}
	secret, err := o.Passphrase()
	if err != nil {
		return nil, err
	}
	plain, err := wallet.OpenSecret(sealed, secret)
	if err != nil {
		return nil, &KeyError{path, err}
	}
	defer clear(plain)
	block, rest := pem.Decode(plain)
	if block == nil || block.Type != pemKey || len(rest) > 0 {
		return nil, &KeyError{path, errors.New("no PKCS#8 PEM key inside")}
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, &KeyError{path, err}
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok || !pub.Equal(key.Public()) {
		return nil, &KeyError{path, errors.New("another key than the one that signed the last checkpoint")}
	}
	return key, nil
}

// dropKeys removes the keys that the log is no longer signed with.
func dropKeys(dir string, current ed25519.PublicKey) error {
	old, err := filepath.Glob(filepath.Join(dir, "key-*.age"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if path == keyPath(dir, current) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return wallet.SyncDir(dir)
}
