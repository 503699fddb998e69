package evidencelog

import (
	"bytes"
	"encoding/binary"

	"github.com/ipfs/go-cid"
)

// leafMagic opens every leaf: the format's name and its version.
const leafMagic = "QXL\x01"

// Encode gives the leaf's bytes. They are the same for the same leaf, always,
// and DecodeLeaf takes no others. A leaf that breaks a rule of its kind is an
// *invalid.Error.
func (l Leaf) Encode() ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	return l.appendTo(make([]byte, 0, 224)), nil
}

// Hash is the leaf's hash in the tree; of a leaf that Encode refuses it is zero.
func (l Leaf) Hash() Hash {
	b, err := l.Encode()
	if err != nil {
		return Hash{}
	}
	return hashLeaf(b)
}

// appendTo writes a checked leaf. docs/evidence-format.md is its description.
func (l *Leaf) appendTo(b []byte) []byte {
	start := len(b)
	b = append(b, leafMagic...)
	b = append(b, byte(l.Kind))
	b = binary.BigEndian.AppendUint64(b, l.Seq)
	b = append(b, l.Subject[:]...)
	b = binary.BigEndian.AppendUint64(b, l.SubjectSeq)
	b = append(b, l.SubjectPrev[:]...)
	b = append(b, l.FieldRoot[:]...)
	b = append(b, 0) // length of the commitment for threshold proofs, which do not exist yet
	b = appendShort(b, l.Schema)
	b = appendShort(b, l.CID.KeyString())
	end := len(b)
	switch l.Kind {
	case KindCorrection:
		b = binary.BigEndian.AppendUint64(b, l.Corrects)
	case KindErasure:
		b = l.Erasure.appendTo(b)
	case KindKeyRotate:
		b = l.Rotation.appendTo(b)
	}
	// C2SP tlog-addenda: where a SHA-256 of data outside the log stands.
	if !l.CID.Defined() {
		return append(b, 0)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(end-start-len(Hash{})))
	return append(b, 1)
}

func (e *Erasure) appendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, e.First)
	b = binary.BigEndian.AppendUint64(b, e.Last)
	b = appendShort(b, e.Basis)
	b = appendShort(b, e.Request)
	b = append(b, e.Key[:]...)
	b = append(b, byte(len(e.Approvals)))
	for _, a := range e.Approvals {
		b = append(b, a[:]...)
	}
	return b
}

func (r *Rotation) appendTo(b []byte) []byte {
	b = append(b, r.Old...)
	b = append(b, r.New...)
	b = append(b, r.OldSig...)
	return append(b, r.NewSig...)
}

// appendShort writes at most 255 bytes behind their length.
func appendShort(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }

// DecodeLeaf reads a leaf's bytes and refuses, with an *invalid.Error,
// whatever Encode would not have written.
func DecodeLeaf(b []byte) (Leaf, error) {
	var l Leaf
	if len(b) > MaxLeaf {
		return l, errLeaf("longer than a leaf may be", len(b))
	}
	r := reader{rest: b}
	if string(r.take(len(leafMagic))) != leafMagic {
		return l, errLeaf("does not begin as a leaf of this version", len(b))
	}
	l.Kind = Kind(r.byte())
	l.Seq = r.uint64()
	copy(l.Subject[:], r.take(len(l.Subject)))
	l.SubjectSeq = r.uint64()
	copy(l.SubjectPrev[:], r.take(len(l.SubjectPrev)))
	copy(l.FieldRoot[:], r.take(len(l.FieldRoot)))
	r.take(int(r.byte()))
	l.Schema = string(r.short())
	if raw := r.short(); len(raw) > 0 {
		c, err := cid.Cast(raw)
		if err != nil {
			return Leaf{}, errLeaf("holds a CID that is none", len(b))
		}
		l.CID = c
	}
	switch l.Kind {
	case KindCorrection:
		l.Corrects = r.uint64()
	case KindErasure:
		l.Erasure = r.erasure()
	case KindKeyRotate:
		l.Rotation = r.rotation()
	}
	if r.cut {
		return Leaf{}, errLeaf("ends before its last field", len(b))
	}
	if err := l.check(); err != nil {
		return Leaf{}, err
	}
	// Reserved bytes, lengths and the suffix are judged here all at once.
	var again [MaxLeaf]byte
	if !bytes.Equal(l.appendTo(again[:0]), b) {
		return Leaf{}, errLeaf("is not written as leaves are", len(b))
	}
	return l, nil
}

// reader takes fields off the front; what is missing reads as zero.
type reader struct {
	rest []byte
	cut  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.cut, n = true, len(r.rest)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) uint64() uint64 {
	var b [8]byte
	copy(b[:], r.take(8))
	return binary.BigEndian.Uint64(b[:])
}

func (r *reader) short() []byte { return r.take(int(r.byte())) }

func (r *reader) erasure() *Erasure {
	e := &Erasure{First: r.uint64(), Last: r.uint64(), Basis: string(r.short()), Request: string(r.short())}
	copy(e.Key[:], r.take(len(e.Key)))
	for range r.byte() {
		var a [32]byte
		copy(a[:], r.take(len(a)))
		e.Approvals = append(e.Approvals, a)
	}
	return e
}

func (r *reader) rotation() *Rotation {
	own := func(n int) []byte { return bytes.Clone(r.take(n)) }
	return &Rotation{Old: own(keyBytes), New: own(keyBytes), OldSig: own(sigBytes), NewSig: own(sigBytes)}
}
