package wallet

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// ErrPassphrase: the passphrase does not open a sealed secret. It is told
// apart from damage: age checks the passphrase in the header first.
var ErrPassphrase = errors.New("passphrase does not open the file")

// SealSecret encrypts a secret in age format under a passphrase: people's
// keys, and the keys of what stands beside the ledger (client/vault).
func SealSecret(secret, passphrase []byte, workFactor int) ([]byte, error) {
	if workFactor < 1 || workFactor > maxWorkFactor {
		return nil, fmt.Errorf("scrypt work factor %d is not between 1 and %d", workFactor, maxWorkFactor)
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
	if _, err := w.Write(secret); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// OpenSecret opens what SealSecret made; a wrong passphrase is ErrPassphrase,
// anything else damage. The caller clears the secret after use.
func OpenSecret(sealed, passphrase []byte) ([]byte, error) {
	id, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, ErrPassphrase
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		var noMatch *age.NoIdentityMatchError
		if errors.As(err, &noMatch) {
			return nil, ErrPassphrase
		}
		return nil, err
	}
	return io.ReadAll(r)
}
