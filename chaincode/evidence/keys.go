package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// maxKey bounds a verifier key: the longest name, a hash and 33 bytes.
const maxKey = maxName + 64

// Kinds of keys, as C2SP numbers signatures.
const (
	ed25519Key     = 0x01
	cosignatureKey = 0x04
)

// verifier reads a verifier key, a log's or a witness's by its name.
func verifier(key string) (note.Verifier, error) {
	if len(key) > maxKey {
		return nil, KeyForm.At("key", maxKey, len(key))
	}
	name, rest, _ := strings.Cut(key, "+")
	_, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	_, log := OwnerOfLog(name)
	_, witness := OwnerOfWitness(name)
	switch {
	case err != nil || len(raw) != 1+32 || base64.StdEncoding.EncodeToString(raw) != encoded:
		return nil, KeyForm.At("key", "name+hash+base64", key)
	case log && raw[0] == ed25519Key:
		v, err := note.NewVerifier(key)
		if err != nil {
			return nil, KeyForm.At("key", "name+hash+base64", key)
		}
		return v, nil
	case witness && raw[0] == cosignatureKey:
		v, err := fnote.NewVerifierForCosignatureV1(key)
		if err != nil || !strings.HasPrefix(key, keyID(v.Name(), v.KeyHash())+"+") { // it does not look at the hash
			return nil, KeyForm.At("key", "name+hash+base64", key)
		}
		return v, nil
	}
	return nil, KeyForm.At("key", "qxl/<MSP>/<number> Ed25519 (0x01), or qxl/<MSP>/witness (0x04)", key)
}

// publicKey is the Ed25519 key in a verifier key that was read before.
func publicKey(key string) ed25519.PublicKey {
	_, rest, _ := strings.Cut(key, "+") // base64 has this sign too
	_, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize {
		return make(ed25519.PublicKey, ed25519.PublicKeySize) // no key: nothing verifies
	}
	return raw[1:]
}
