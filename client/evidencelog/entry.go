package evidencelog

import (
	"crypto/ed25519"

	"github.com/ipfs/go-cid"
)

// Kind is what a leaf records.
type Kind uint8

// The kinds; their numbers stand in leaves for ever.
const (
	KindRecord     Kind = 1 // a record exists 存证
	KindCorrection Kind = 2 // a record takes the place of an earlier one of the same subject 更正
	KindErasure    Kind = 3 // records of a subject were erased by law 删除
	KindKeyRotate  Kind = 4 // the log is signed by another key from the next leaf on 换钥
	KindHeartbeat  Kind = 5 // nothing happened, and the log lives 心跳
)

var kindNames = map[Kind]string{KindRecord: "RECORD", KindCorrection: "CORRECTION", KindErasure: "ERASURE", KindKeyRotate: "KEYROTATE", KindHeartbeat: "HEARTBEAT"}

// String is the kind's name in capitals.
func (k Kind) String() string { return kindNames[k] }

// MarshalText is String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Entry is what a caller gives to the log.
type Entry struct {
	Kind Kind
	// Subject is the pseudonym 假名 of whom the record is about, another in each
	// log: HMAC(k_subject, "sub" ‖ log). Zero for heartbeats and key rotations.
	Subject [32]byte
	// CID is the address of the ciphertext: CIDv1 with SHA-256, the blob's
	// root. Needed for records and corrections; an erasure may name its papers.
	CID cid.Cid
	// FieldRoot is commitment.Root of the record's fields; zero where it has
	// none, as a scanned contract.
	FieldRoot [32]byte
	// Schema says how to read the record, "contract/1": at most MaxName
	// characters of a-z, 0-9, '.', '_', '/' and '-'.
	Schema string
	// Corrects is the sequence number of the leaf whose place a correction takes.
	Corrects uint64
	// Erasure is of KindErasure only.
	Erasure *Erasure
}

// Erasure says what was erased and by what right. The subject's chain goes on
// with it: whoever reads the chain to its end sees that it was erased.
type Erasure struct {
	// First and Last are the subject sequence numbers whose content is gone, both included.
	First, Last uint64
	// Basis is the code of the legal basis, "pipl-47": a name as Schema is.
	Basis string
	// Request identifies the request or the timer behind it: a name as Schema
	// is, and opaque, since leaves are public.
	Request string
	// Key identifies the destroyed key; random, chosen by the key store.
	Key [16]byte
	// Approvals are SHA-256 fingerprints of the certificates of those who
	// approved, in the order of approving: MinApprovals to MaxApprovals, each once.
	Approvals [][32]byte
}

// Rotation says that New signs the log's checkpoints after its leaf; both
// keys signed evidence.RotationMessage. The checkpoint over that leaf bears both signatures.
type Rotation struct {
	Old, New       ed25519.PublicKey
	OldSig, NewSig []byte
}

// Limits of a leaf.
const (
	MaxLeaf      = 1024 // bytes
	MaxName      = 64   // bytes of a schema, a legal basis, a request
	MaxCID       = 64   // bytes of a CID
	MinApprovals = 2    // two people approve an erasure, never one
	MaxApprovals = 8
)

// Leaf is an entry in its place in the log.
type Leaf struct {
	Entry
	// Seq is the leaf's index in the tree.
	Seq uint64
	// SubjectSeq counts the subject's leaves from 1; 0 without a subject.
	SubjectSeq uint64
	// SubjectPrev is the hash of the subject's leaf before; zero for the first.
	SubjectPrev Hash
	// Rotation is of KindKeyRotate only; the log makes it itself.
	Rotation *Rotation
}
