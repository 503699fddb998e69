package commitment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Opening is a disclosed field and the salt that ties it to its commitment.
type Opening struct {
	Field
	Salt [32]byte
}

// Proof ties some fields of a record to its root.
type Proof struct {
	Count  int        // fields of the record
	Index  []int      // places of the disclosed fields, rising
	Hashes [][32]byte // subtrees without any of them, from left to right
}

// Prove makes the proof for the commitments at the given places.
func Prove(commitments [][32]byte, index ...int) (Proof, error) {
	index = slices.Sorted(slices.Values(index))
	p := Proof{Count: len(commitments), Index: index}
	if err := p.check(); err != nil {
		return Proof{}, err
	}
	p.Hashes = without(commitments, 0, index, nil)
	return p, nil
}

// without collects the hashes of the subtrees that hold none of index.
func without(commitments [][32]byte, first int, index []int, out [][32]byte) [][32]byte {
	if len(index) == 0 {
		return append(out, top(commitments))
	}
	if len(commitments) == 1 {
		return out
	}
	k := split(len(commitments))
	cut, _ := slices.BinarySearch(index, first+k)
	out = without(commitments[:k], first, index[:cut], out)
	return without(commitments[k:], first+k, index[cut:], out)
}

// ErrRoot: fields and proof do not lead to the root.
var ErrRoot = errors.New("the fields do not belong to this record: their commitments lead to another root")

// Verify reports nil if the fields, in the order of p.Index, belong to the
// record of this root. It says nothing of who made the root: prove its leaf.
func (p Proof) Verify(root [32]byte, fields []Opening) error {
	if err := p.check(); err != nil {
		return err
	}
	if len(fields) != len(p.Index) {
		return fmt.Errorf("%d fields for a proof of %d", len(fields), len(p.Index))
	}
	rest := p.Hashes
	got, err := p.climb(0, p.Count, p.Index, fields, &rest)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("the proof has %d hashes too many", len(rest))
	}
	if seal(p.Count, got) != root {
		return ErrRoot
	}
	return nil
}

func (p Proof) climb(first, count int, index []int, fields []Opening, rest *[][32]byte) ([32]byte, error) {
	if len(index) == 0 {
		if len(*rest) == 0 {
			return [32]byte{}, errors.New("the proof lacks hashes")
		}
		h := (*rest)[0]
		*rest = (*rest)[1:]
		return h, nil
	}
	if count == 1 {
		return leaf(Commit(fields[0].Salt, fields[0].Field)), nil
	}
	k := split(count)
	cut, _ := slices.BinarySearch(index, first+k)
	left, err := p.climb(first, k, index[:cut], fields[:cut], rest)
	if err != nil {
		return left, err
	}
	right, err := p.climb(first+k, count-k, index[cut:], fields[cut:], rest)
	return node(left, right), err
}

func (p Proof) check() error {
	if p.Count < 1 || p.Count > MaxFields {
		return fmt.Errorf("a record of %d fields; limit %d", p.Count, MaxFields)
	}
	if len(p.Index) == 0 {
		return errors.New("a proof of no field")
	}
	last := -1
	for _, i := range p.Index {
		if i <= last || i >= p.Count {
			return fmt.Errorf("place %d of a field is not between %d and %d", i, last+1, p.Count-1)
		}
		last = i
	}
	return nil
}

// Encode gives the proof's bytes: count, number of places and places, 4 bytes
// each and big endian, then the hashes.
func (p Proof) Encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(p.Count))
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.Index)))
	for _, i := range p.Index {
		b = binary.BigEndian.AppendUint32(b, uint32(i))
	}
	for _, h := range p.Hashes {
		b = append(b, h[:]...)
	}
	return b
}

// DecodeProof reads what Encode writes, and nothing else.
func DecodeProof(b []byte) (Proof, error) {
	uint32At := func(i int) int { return int(binary.BigEndian.Uint32(b[4*i:])) }
	if len(b) < 8 || uint32At(1) > (len(b)-8)/4 {
		return Proof{}, errors.New("the proof of fields ends too early")
	}
	p := Proof{Count: uint32At(0)}
	n := uint32At(1)
	for i := range n {
		p.Index = append(p.Index, uint32At(2+i))
	}
	if err := p.check(); err != nil {
		return Proof{}, err
	}
	hashes := b[8+4*n:]
	if len(hashes) != 32*needed(0, p.Count, p.Index) {
		return Proof{}, fmt.Errorf("the proof of fields holds %d bytes of hashes, want %d", len(hashes), 32*needed(0, p.Count, p.Index))
	}
	for ; len(hashes) > 0; hashes = hashes[32:] {
		p.Hashes = append(p.Hashes, [32]byte(hashes))
	}
	return p, nil
}

// needed is the number of hashes of a proof.
func needed(first, count int, index []int) int {
	if len(index) == 0 {
		return 1
	}
	if count == 1 {
		return 0
	}
	k := split(count)
	cut, _ := slices.BinarySearch(index, first+k)
	return needed(first, k, index[:cut]) + needed(first+k, count-k, index[cut:])
}
