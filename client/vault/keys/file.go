package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// A key file: magic, nonce, then AES-256-GCM over the fields with magic and
// the subject's ID as associated data, so that no file passes for another.
const (
	subjectMagic = "qxlskey\x01"
	nameMagic    = "qxlname\x01"
	nonceSize    = 12
	tagSize      = 16
	maxName      = 256
	maxFile      = 1024
)

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func sealFile(aead cipher.AEAD, magic string, about, plain []byte) []byte {
	out := append([]byte(magic), make([]byte, nonceSize)...)
	nonce := out[len(magic):]
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(out, nonce, plain, append([]byte(magic), about...))
}

var errSealed = errors.New("not a file of this key store, or its bytes were changed")

func openFile(aead cipher.AEAD, magic string, about, raw []byte) ([]byte, error) {
	if len(raw) < len(magic)+nonceSize+tagSize || len(raw) > maxFile || string(raw[:len(magic)]) != magic {
		return nil, errSealed
	}
	nonce := raw[len(magic) : len(magic)+nonceSize]
	plain, err := aead.Open(nil, nonce, raw[len(magic)+nonceSize:], append([]byte(magic), about...))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// encode writes a subject's fields: ID, seconds of its making, pseudonym
// key, number of wrapping keys (1, or 2 while they are renewed) with their
// IDs, newest first, name.
func (s *Subject) encode() []byte {
	out := append([]byte(nil), s.ID[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(s.Made.Unix()))
	out = append(out, s.pseudonym[:]...)
	out = append(out, byte(len(s.wraps)))
	for _, w := range s.wraps {
		out = append(out, w.id[:]...)
		out = append(out, w.key[:]...)
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(s.Name)))
	return append(out, s.Name...)
}

func decodeSubject(raw []byte) (*Subject, error) {
	s := &Subject{}
	take := func(into []byte) bool {
		if len(raw) < len(into) {
			return false
		}
		copy(into, raw)
		raw = raw[len(into):]
		return true
	}
	var made [8]byte
	var count [1]byte
	if !take(s.ID[:]) || !take(made[:]) || !take(s.pseudonym[:]) || !take(count[:]) || count[0] < 1 || count[0] > 2 {
		return nil, errors.New("subject key is cut or has no wrapping key")
	}
	seconds := binary.BigEndian.Uint64(made[:])
	if seconds > 1<<40 {
		return nil, fmt.Errorf("subject key made at second %d", seconds)
	}
	s.Made = time.Unix(int64(seconds), 0).UTC()
	s.wraps = make([]wrap, count[0])
	for i := range s.wraps {
		if !take(s.wraps[i].id[:]) || !take(s.wraps[i].key[:]) {
			return nil, errors.New("subject key is cut")
		}
	}
	var n [2]byte
	if !take(n[:]) || int(binary.BigEndian.Uint16(n[:])) != len(raw) || len(raw) == 0 || len(raw) > maxName || !utf8.Valid(raw) {
		return nil, errors.New("subject key with a wrong name")
	}
	s.Name = string(raw)
	return s, nil
}
