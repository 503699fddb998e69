package keys

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ID names a subject, or a wrapping key. It is random and says nothing.
type ID [16]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText is String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (id *ID) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(id) {
		return fmt.Errorf("ID %q is not 32 hexadecimal digits", text)
	}
	copy(id[:], raw)
	return nil
}

// Subject is a 信息主体 with the keys on which all of its records hang.
type Subject struct {
	ID   ID
	Name string // as the organization knows it: a number, not sent anywhere
	Made time.Time

	pseudonym [32]byte // stays the same for the subject's life
	wraps     []wrap   // newest first
}

type wrap struct {
	id  ID
	key [32]byte
}

func newSubject(name string, now time.Time) *Subject {
	s := &Subject{Name: name, Made: now, wraps: []wrap{newWrap()}}
	_, _ = rand.Read(s.ID[:])
	_, _ = rand.Read(s.pseudonym[:])
	return s
}

func newWrap() (w wrap) {
	_, _ = rand.Read(w.id[:])
	_, _ = rand.Read(w.key[:])
	return w
}

func (s *Subject) clone() *Subject {
	c := *s
	c.wraps = slices.Clone(s.wraps)
	return &c
}

// Pseudonym is the subject's name 假名 in a log, another in each: HMAC of the
// log's ID under a key of the subject alone. Once the key is destroyed nobody
// can tell any more whose it was.
func (s *Subject) Pseudonym(log string) [32]byte {
	mac := hmac.New(sha256.New, s.pseudonym[:])
	mac.Write([]byte("sub"))
	mac.Write([]byte(log))
	return [32]byte(mac.Sum(nil))
}

// Wrapping is the ID of the key under which records' keys are wrapped now:
// the one whose destruction an erasure states.
func (s *Subject) Wrapping() ID { return s.wraps[0].id }

// Renewed is the ID of the wrapping key that is being replaced, if one is.
func (s *Subject) Renewed() (ID, bool) {
	if len(s.wraps) < 2 {
		return ID{}, false
	}
	return s.wraps[1].id, true
}

// ErrWrapped: a record's key does not open under its subject's.
var ErrWrapped = errors.New("the record's key does not open under its subject's: another subject or record, or other bytes")

// Wrap seals a record's key for the record it belongs to.
func (s *Subject) Wrap(dek, record []byte) ([]byte, error) {
	w := s.wraps[0]
	aead, err := newGCM(w.key[:])
	if err != nil {
		return nil, err
	}
	out := append(append(make([]byte, 0, len(w.id)+nonceSize+len(dek)+tagSize), w.id[:]...), make([]byte, nonceSize)...)
	nonce := out[len(w.id):]
	_, _ = rand.Read(nonce)
	return aead.Seal(out, nonce, dek, record), nil
}

// Wraps reports whether Wrap would wrap under the same key today.
func (s *Subject) Wraps(wrapped []byte) bool {
	return len(wrapped) > len(ID{}) && ID(wrapped[:len(ID{})]) == s.Wrapping()
}

// Unwrap opens what Wrap made.
func (s *Subject) Unwrap(wrapped, record []byte) ([]byte, error) {
	for _, w := range s.wraps {
		if len(wrapped) < len(w.id)+nonceSize+tagSize || !slices.Equal(wrapped[:len(w.id)], w.id[:]) {
			continue
		}
		aead, err := newGCM(w.key[:])
		if err != nil {
			return nil, err
		}
		rest := wrapped[len(w.id):]
		dek, err := aead.Open(nil, rest[:nonceSize], rest[nonceSize:], record)
		if err != nil {
			return nil, ErrWrapped
		}
		return dek, nil
	}
	return nil, ErrWrapped
}

// Secrets are the raw keys, for a test that looks for them on the disk.
func (s *Subject) Secrets() [][]byte {
	out := [][]byte{slices.Clone(s.pseudonym[:])}
	for _, w := range s.wraps {
		out = append(out, slices.Clone(w.key[:]))
	}
	return out
}
