package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// RecordID names a record in its vault: its number there, then 64 random bits.
type RecordID [16]byte

func (id RecordID) String() string { return hex.EncodeToString(id[:]) }

func (id RecordID) number() uint64 { return binary.BigEndian.Uint64(id[:8]) }

// MarshalText is String.
func (id RecordID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseRecordID.
func (id *RecordID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseRecordID(string(text))
	return err
}

// ParseRecordID reads 32 hexadecimal digits.
func ParseRecordID(text string) (id RecordID, err error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(id) {
		return id, &IDError{Value: text}
	}
	copy(id[:], raw)
	return id, nil
}

// Record is what a vault knows of a record. What its key opens is in Content.
type Record struct {
	ID      RecordID      `json:"record"`
	CID     cid.Cid       `json:"-"`
	Schema  string        `json:"schema"`
	Subject keys.ID       `json:"subject"` // opaque; the name is with the keys
	Stored  time.Time     `json:"stored"`
	Cipher  uint64        `json:"ciphertext_bytes"`
	Retain  calendar.Date `json:"-"` // 保存期限届满日, the first day on which it must be gone; zero if none

	Log        string `json:"log,omitempty"` // "" until it is in one
	Seq        uint64 `json:"seq"`
	SubjectSeq uint64 `json:"subject_seq,omitempty"`

	Corrects uint64 `json:"-"`                // number of the record whose place it takes 更正; 0 if none
	Erased   string `json:"erased,omitempty"` // the request by which it was erased

	wrapped []byte // the record's key under its subject's
	sealed  []byte // Content under the record's key
}

// Content is what only the record's key opens.
type Content struct {
	Size   uint64             // of the plaintext
	Fields []commitment.Field // in order of name
}

// Names of the fields that every record has beside its own, so that whoever
// holds the file can be shown that it is the one in the log.
const (
	FieldSHA256 = "file.sha256" // of the plaintext, hexadecimal
	FieldSize   = "file.size"   // of the plaintext, decimal
	FieldName   = "file.name"   // if it has one
)

// stored is a record's form in the database.
type stored struct {
	ID         []byte
	CID        []byte
	Schema     string
	Subject    []byte
	Stored     int64 // milliseconds
	Cipher     uint64
	Retain     int32
	Log        string
	Seq        uint64
	SubjectSeq uint64
	Corrects   uint64
	Erased     string
	Wrapped    []byte
	Sealed     []byte
}

type storedContent struct {
	Size   uint64
	Names  []string
	Values [][]byte
}

func (r *Record) encode() ([]byte, error) {
	return ledgerstate.Encode(stored{ID: r.ID[:], CID: r.CID.Bytes(), Schema: r.Schema, Subject: r.Subject[:], Stored: r.Stored.UnixMilli(),
		Cipher: r.Cipher, Retain: int32(r.Retain), Log: r.Log, Seq: r.Seq, SubjectSeq: r.SubjectSeq, Corrects: r.Corrects, Erased: r.Erased, Wrapped: r.wrapped, Sealed: r.sealed})
}

func decodeRecord(raw []byte) (*Record, error) {
	var s stored
	if err := ledgerstate.Decode(raw, &s); err != nil {
		return nil, err
	}
	r := &Record{Schema: s.Schema, Stored: time.UnixMilli(s.Stored).UTC(), Cipher: s.Cipher, Retain: calendar.Date(s.Retain),
		Log: s.Log, Seq: s.Seq, SubjectSeq: s.SubjectSeq, Corrects: s.Corrects, Erased: s.Erased, wrapped: s.Wrapped, sealed: s.Sealed}
	if len(s.ID) != len(r.ID) || len(s.Subject) != len(r.Subject) || (s.Retain != 0 && !r.Retain.Valid()) {
		return nil, errors.New("record with a wrong ID, subject or date")
	}
	copy(r.ID[:], s.ID)
	copy(r.Subject[:], s.Subject)
	var err error
	if r.CID, err = cid.Cast(s.CID); err == nil {
		err = blob.Addressed(r.CID)
	}
	return r, err
}

// bound is what the record's key authenticates of the record beside its
// contents.
func (r *Record) bound() []byte {
	out := append([]byte("qxl record 1"), r.ID[:]...)
	out = append(out, r.Subject[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(r.Stored.UnixMilli()))
	out = binary.BigEndian.AppendUint64(out, r.Cipher)
	out = binary.BigEndian.AppendUint32(out, uint32(r.Retain))
	out = binary.BigEndian.AppendUint64(out, r.Corrects)
	out = append(out, byte(len(r.Schema)))
	out = append(out, r.Schema...)
	return append(out, r.CID.Bytes()...)
}

// A record's key serves the blob (package blob), its fields' salts and its
// contents in the database, each by a key of its own.
func fieldKey(dek []byte) ([32]byte, error) {
	k, err := hkdf.Key(sha256.New, dek, nil, "qxl vault 1 fields", 32)
	if err != nil {
		return [32]byte{}, err
	}
	return [32]byte(k), nil
}

func contentAEAD(dek []byte) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, dek, nil, "qxl vault 1 content", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (r *Record) seal(dek []byte, c Content) error {
	s := storedContent{Size: c.Size}
	for _, f := range c.Fields {
		s.Names, s.Values = append(s.Names, f.Name), append(s.Values, f.Value)
	}
	plain, err := ledgerstate.Encode(s)
	if err != nil {
		return err
	}
	aead, err := contentAEAD(dek)
	if err != nil {
		return err
	}
	r.sealed = aead.Seal(nil, nil, plain, r.bound())
	return nil
}

func (r *Record) open(dek []byte) (Content, error) {
	aead, err := contentAEAD(dek)
	if err != nil {
		return Content{}, err
	}
	plain, err := aead.Open(nil, nil, r.sealed, r.bound())
	if err != nil {
		return Content{}, &DamagedError{Record: r.ID, Err: errors.New("what is stored of it does not authenticate under its key")}
	}
	var s storedContent
	if err := ledgerstate.Decode(plain, &s); err != nil {
		return Content{}, &DamagedError{Record: r.ID, Err: err}
	}
	if len(s.Names) != len(s.Values) {
		return Content{}, &DamagedError{Record: r.ID, Err: fmt.Errorf("%d names of %d fields", len(s.Names), len(s.Values))}
	}
	c := Content{Size: s.Size}
	for i := range s.Names {
		c.Fields = append(c.Fields, commitment.Field{Name: s.Names[i], Value: s.Values[i]})
	}
	return c, nil
}

// newRecordID is a number with 64 random bits.
func newRecordID(number uint64) (id RecordID) {
	binary.BigEndian.PutUint64(id[:8], number)
	_, _ = rand.Read(id[8:]) // never fails
	return id
}
