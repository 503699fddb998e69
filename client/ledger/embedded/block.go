package embedded

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"time"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Validation codes, as Fabric names them.
const (
	codeValid   = "VALID"
	codeMVCC    = "MVCC_READ_CONFLICT"
	codePhantom = "PHANTOM_READ_CONFLICT"
	codePolicy  = "ENDORSEMENT_POLICY_FAILURE"
)

// Kinds of records.
const (
	kindTx       = 0
	kindSettings = 1
)

// Record is a transaction as it stands in a block: what everybody on the
// channel can see. It holds no private key and no private value.
type Record struct {
	Kind      uint8 // 0 a transaction, 1 the consortium's settings
	TxID      string
	Time      time.Time
	Chaincode string
	Function  string
	Args      []string
	Creator   []byte   // msp.SerializedIdentity
	Endorsers []string // MSP IDs

	Status       int32
	Response     []byte
	EventName    string
	EventPayload []byte

	Namespaces []NamespaceRecord
}

// NamespaceRecord is what a transaction read and wrote in one namespace.
type NamespaceRecord struct {
	Name        string
	Reads       []ReadRecord
	Writes      []WriteRecord
	Ranges      []RangeRecord
	Collections []CollectionRecord
}

// CollectionRecord is the hashed part of a private read-write set.
type CollectionRecord struct {
	Name   string
	Reads  []ReadRecord  // keys are SHA-256 of private keys
	Writes []WriteRecord // keys and values are SHA-256
}

// ReadRecord is a key and the version that was read; block 0 means absent.
type ReadRecord struct {
	Key   string
	Block uint64
	Tx    uint32
}

// WriteRecord is a key and its new value.
type WriteRecord struct {
	Key   string
	Value []byte
	Op    uint8 // 0 put, 1 delete, 2 purge
}

// RangeRecord is a range that was read, with its results' versions.
type RangeRecord struct {
	Start, End string
	Results    []ReadRecord
	Exhausted  bool
}

// Block is a block of the log, read back.
type Block struct {
	Number   uint64
	Previous []byte // hash of the block before
	Data     []byte // hash of the transactions and their codes
	Codes    []string
	Records  []Record
}

// stored is a block as it is kept. Bodies are encoded records.
type stored struct {
	Number   uint64
	Previous []byte
	Data     []byte
	Codes    []string
	Bodies   [][]byte
}

func (b *stored) dataHash() []byte {
	h := sha256.New()
	for i, body := range b.Bodies {
		hashPart(h, []byte(b.Codes[i]))
		hashPart(h, body)
	}
	return h.Sum(nil)
}

func (b *stored) hash() []byte {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64([]byte("qxl block\x00"), b.Number))
	hashPart(h, b.Previous)
	hashPart(h, b.Data)
	return h.Sum(nil)
}

func hashPart(h hash.Hash, b []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
	h.Write(b)
}

// encode puts a checksum before the block: damaged bytes must not reach the
// decoder, which trusts the lengths that they claim.
func (b *stored) encode() ([]byte, error) {
	raw, err := ledgerstate.Encode(b)
	return append(hashOf(raw), raw...), err
}

func decodeStored(raw []byte) (*stored, error) {
	if len(raw) < sha256.Size || !bytes.Equal(raw[:sha256.Size], hashOf(raw[sha256.Size:])) {
		return nil, errors.New("its bytes are damaged: the checksum differs")
	}
	b := &stored{}
	if err := ledgerstate.Decode(raw[sha256.Size:], b); err != nil {
		return nil, err
	}
	if len(b.Codes) != len(b.Bodies) {
		return nil, fmt.Errorf("%d codes for %d transactions", len(b.Codes), len(b.Bodies))
	}
	return b, nil
}

func (b *stored) open() (*Block, error) {
	out := &Block{Number: b.Number, Previous: b.Previous, Data: b.Data, Codes: b.Codes, Records: make([]Record, len(b.Bodies))}
	for i, body := range b.Bodies {
		if err := ledgerstate.Decode(body, &out.Records[i]); err != nil {
			return nil, fmt.Errorf("block %d, transaction %d: %w", b.Number, i, err)
		}
	}
	return out, nil
}

// record makes the public form of an endorsed transaction.
func (p *proposal) record(sim *simulation, endorsers []*organization) *Record {
	r := &Record{
		TxID: p.txID, Time: p.time, Chaincode: p.chaincode.name, Function: string(p.args[0]), Creator: p.creator,
		Status: sim.response.Status, Response: sim.response.Payload,
		EventName: sim.event.GetEventName(), EventPayload: sim.event.GetPayload(),
	}
	for _, a := range p.args[1:] {
		r.Args = append(r.Args, string(a))
	}
	for _, o := range endorsers {
		r.Endorsers = append(r.Endorsers, o.MSP)
	}
	return r
}
