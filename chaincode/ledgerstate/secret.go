package ledgerstate

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"
)

const (
	secretKey  = "S"
	SecretSize = 32 // bytes of a collection's secret
	SeedSize   = 32 // bytes of a transaction's seed, in the transient map
	saltSize   = 16
	markSize   = 8
	hintSize   = 4
)

// Schema of a secret. Collections opened before natural keys shared index
// keys have the first: there, a number may be under a key of its own though
// its list has room.
const (
	secretBeforeLists = 1
	secretSchema      = 2
)

type secretValue struct {
	Schema uint8
	Salt   []byte
	Secret []byte
}

// erasedSecretValue is a secret as stored once something of its collection was
// erased: then a page or list may live under another key than its first.
type erasedSecretValue struct {
	Schema uint8
	Salt   []byte
	Secret []byte
	Erased bool
}

// DecodeMsgpack reads both forms.
func (s *erasedSecretValue) DecodeMsgpack(dec *msgpack.Decoder) error { return DecodeGrown(dec, s) }

// mac is HMAC-SHA256 over length-prefixed parts, so that no two lists of
// parts give the same input.
func mac(secret []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, secret)
	var n [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}

// privateKey names a private value so that nobody outside the collection can
// tell what it names, although Fabric publishes a hash of every key.
func privateKey(prefix string, secret []byte, parts ...[]byte) string {
	return prefix + ":" + base64.RawURLEncoding.EncodeToString(mac(secret, append([][]byte{[]byte(prefix)}, parts...)...)[:18])
}

// salt makes a value's hash, which is public, tell nothing about the value.
func (v *View) salt(collection, key string) ([]byte, error) {
	if len(v.seed) != SeedSize {
		return nil, Errorf("SEED_MISSING", "transient field %q must hold %d random bytes, not %d", "seed", SeedSize, len(v.seed))
	}
	return hkdf.Key(sha256.New, v.seed, nil, v.namespace+"\x00"+collection+"\x00"+key, saltSize)
}

// secret is the collection's secret; without one nothing can be kept there.
func (v *View) secret(collection string) ([]byte, error) {
	if s, ok := v.secrets[collection]; ok {
		return s, nil
	}
	raw, err := v.read(collection, secretKey)
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, Errorf("BOOK_NOT_OPEN", "collection %s of %s has no secret yet", collection, v.namespace)
	}
	var s erasedSecretValue
	if err := Decode(raw, &s); err != nil || len(s.Secret) != SecretSize {
		return nil, Errorf("STATE_CORRUPT", "secret of collection %s of %s cannot be read", collection, v.namespace)
	}
	v.secrets[collection] = s.Secret
	v.older[collection] = s.Schema == secretBeforeLists
	v.erased[collection] = s.Erased
	return s.Secret, nil
}

// MAC is an HMAC under a collection's secret: what nobody outside the
// collection can compute, however few values there are to guess from. A
// purpose is a label that no other use of the secret has.
func (v *View) MAC(collection, purpose string, parts ...[]byte) ([]byte, error) {
	secret, err := v.secret(collection)
	if err != nil {
		return nil, err
	}
	return mac(secret, append([][]byte{[]byte("use"), []byte(purpose)}, parts...)...), nil
}

// PlaceSecret gives a collection its secret, once and for ever.
func (v *View) PlaceSecret(collection string, secret []byte) error {
	if len(secret) != SecretSize {
		return Errorf("SECRET_SIZE", "secret of collection %s must be %d bytes, not %d", collection, SecretSize, len(secret))
	}
	old, err := v.read(collection, secretKey)
	if err != nil {
		return err
	}
	if old != nil {
		return Errorf("SECRET_EXISTS", "collection %s of %s has its secret already", collection, v.namespace)
	}
	salt, err := v.salt(collection, secretKey)
	if err != nil {
		return err
	}
	raw, err := Encode(secretValue{secretSchema, salt, secret})
	if err != nil {
		return err
	}
	v.write(collection, secretKey, raw)
	v.secrets[collection] = secret
	return nil
}

// HasSecret reports whether the collection has its secret.
func (v *View) HasSecret(collection string) (bool, error) {
	raw, err := v.read(collection, secretKey)
	return raw != nil, err
}

// Error is a failure of the whole transaction: it is endorsed by nobody and
// nothing is written. It carries no private data, since it is logged.
type Error struct {
	Code string
	Text string
}

// Errorf makes an Error with a stable code.
func Errorf(code, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// Error has the form that both engines read the code from.
func (e *Error) Error() string { return "qxl " + e.Code + ": " + e.Text }
