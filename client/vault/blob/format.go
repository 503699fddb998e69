package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Sizes of the format.
const (
	// BlockSize is the size of every leaf block but the last, and the most
	// that a block may have.
	BlockSize = 1 << 20
	// KeySize is the size of a record's key, the DEK.
	KeySize = 32
	// MaxSchema is the longest name of a schema, in bytes.
	MaxSchema = 64

	magic      = "qxlblob\x01" // the last byte is the version
	headerSize = len(magic) + sha256.Size
	tagSize    = 16
	trailer    = 8 // the plaintext's length, at its padded end
	smallest   = 512
)

// Binding is what a blob is for. Another record's blob, or one of another
// schema, does not open in its place.
type Binding struct {
	Record [16]byte
	Schema string
}

// aad is what every chunk is authenticated with.
func (b Binding) aad() []byte {
	out := append(make([]byte, 0, len(magic)+16+1+len(b.Schema)), magic...)
	out = append(out, b.Record[:]...)
	out = append(out, byte(len(b.Schema)))
	return append(out, b.Schema...)
}

// keys are what a record's key is for in the blob: encrypting, and a
// commitment, because AES-GCM alone opens one ciphertext under two keys if
// whoever made it wants that, with two contents.
type keys struct {
	aead       cipher.AEAD
	aad        []byte
	commitment [sha256.Size]byte
}

func newKeys(dek []byte, b Binding) (keys, error) {
	if len(dek) != KeySize {
		return keys{}, fmt.Errorf("a record's key has %d bytes, not %d", KeySize, len(dek))
	}
	if len(b.Schema) > MaxSchema {
		return keys{}, fmt.Errorf("schema %q has more than %d bytes", b.Schema, MaxSchema)
	}
	encryption, err := hkdf.Key(sha256.New, dek, nil, "qxl blob 1 encryption", 32)
	if err != nil {
		return keys{}, err
	}
	committing, err := hkdf.Key(sha256.New, dek, nil, "qxl blob 1 commitment", 32)
	if err != nil {
		return keys{}, err
	}
	block, err := aes.NewCipher(encryption)
	if err != nil {
		return keys{}, err
	}
	k := keys{aad: b.aad()}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return keys{}, err
	}
	mac := hmac.New(sha256.New, committing)
	mac.Write(k.aad)
	mac.Sum(k.commitment[:0])
	return k, nil
}

// nonce numbers a chunk and marks the last: chunks cannot change places, and
// none can be cut off the end (the STREAM construction). A key is used for
// one record only, so numbers never meet again.
func nonce(n [12]byte, chunk uint64, last bool) [12]byte {
	binary.BigEndian.PutUint64(n[3:11], chunk)
	n[11] = 0
	if last {
		n[11] = 1
	}
	return n
}

// room is how much of the padded plaintext a chunk takes.
func room(chunk uint64) int {
	if chunk == 0 {
		return BlockSize - headerSize - tagSize
	}
	return BlockSize - tagSize
}

// padded is the size of a plaintext of n bytes with padding and trailer: the
// next number whose binary form is about as short as its own logarithm
// (Padmé), at most 12 % more. Sizes tell much about records, and blobs are
// seen by many.
func padded(n uint64) uint64 {
	n = max(n+trailer, smallest)
	exponent := bits.Len64(n) - 1
	keep := bits.Len64(uint64(exponent))
	mask := uint64(1)<<(exponent-keep) - 1
	return (n + mask) &^ mask
}

// CipherSize is the size of the blob of a plaintext of n bytes, nodes not counted.
func CipherSize(n uint64) uint64 {
	p := padded(n)
	chunks := uint64(1)
	if first := uint64(room(0)); p > first {
		chunks += (p - first + uint64(room(1)) - 1) / uint64(room(1))
	}
	return uint64(headerSize) + p + chunks*tagSize
}
