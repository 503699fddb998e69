package vault

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// Dir is the vault's directory.
func (v *Vault) Dir() string { return v.dir }

// SwapRecords and SwapBlocks do what somebody with access to the database may.
func (v *Vault) SwapRecords(a, b RecordID) error {
	x, err := v.records.Get(numbered(atRecord, a.number()), nil)
	y, err2 := v.records.Get(numbered(atRecord, b.number()), nil)
	return errors.Join(err, err2, v.records.Put(numbered(atRecord, a.number()), y, nil), v.records.Put(numbered(atRecord, b.number()), x, nil))
}

func (v *Vault) SwapBlocks(a, b RecordID) error {
	x, err := v.blocks.Get(leafKey(a.number(), 0), nil)
	y, err2 := v.blocks.Get(leafKey(b.number(), 0), nil)
	return errors.Join(err, err2, v.blocks.Put(leafKey(a.number(), 0), y, nil), v.blocks.Put(leafKey(b.number(), 0), x, nil))
}

// Now is the vault's clock.
func (v *Vault) Now() time.Time { return v.now() }

// Keys is the key store.
func (v *Vault) Keys() *keys.Store { return v.keys }

// Secrets are a subject's raw keys, pseudonym key and wrapping key, and the
// sealed part of its file.
func (v *Vault) Secrets(id keys.ID) (raw [][]byte, sealed []byte) {
	s, err := v.keys.ByID(id)
	if err != nil {
		panic(err)
	}
	file, err := os.ReadFile(filepath.Join(v.dir, keysFolder, "subjects", id.String()+".key"))
	if err != nil {
		panic(err)
	}
	return s.Secrets(), file[32:96]
}

// Block is a part of a record's ciphertext.
func (v *Vault) Block(id RecordID) []byte {
	raw, err := v.blocks.Get(leafKey(id.number(), 0), nil)
	if err != nil {
		panic(err)
	}
	return raw[64:128]
}

// Wrapped is a record's wrapped key.
func (v *Vault) Wrapped(id RecordID) []byte {
	r, err := v.Record(id)
	if err != nil {
		panic(err)
	}
	return r.wrapped
}

// Unreferenced are the numbers of blobs that no record has.
func (v *Vault) Unreferenced() (numbers []uint64) {
	it := v.blocks.NewIterator(prefix([]byte{inBlocks}), nil)
	defer it.Release()
	for it.Next() {
		if number := numberIn(it.Key(), 1); v.active[number] || number >= v.next {
			panic("a number that is in use or to come")
		} else if garbage, err := v.unreferenced(number); err != nil || garbage {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// ParseRequest and ParseReleased read what people hand in.
var (
	ParseRequest  = parseRequest
	ParseReleased = parseReleased
)

// RecordAgain reads a record's value in the database and writes it.
func RecordAgain(raw []byte) ([]byte, error) {
	r, err := decodeRecord(raw)
	if err != nil {
		return nil, err
	}
	return r.encode()
}

// SampleRecord is a value as the database has them.
func SampleRecord() []byte {
	c, err := blob.Address([]byte("ciphertext"), true)
	if err != nil {
		panic(err)
	}
	raw, err := (&Record{ID: RecordID{7: 1}, CID: c, Schema: "contract/1", Stored: time.UnixMilli(1).UTC(), Cipher: 512, Log: "qxl/BankAMSP/1", Seq: 3, SubjectSeq: 1, wrapped: []byte("wrapped"), sealed: []byte("sealed")}).encode()
	if err != nil {
		panic(err)
	}
	return raw
}
