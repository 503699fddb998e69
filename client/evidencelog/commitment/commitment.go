// Package commitment commits to the fields of a record so that any of them can be opened later and the others stay hidden.
//
//	salt_i = HKDF-Expand-SHA256(record key, "qxl/field-salt/1" ‖ 0x00 ‖ name, 32)
//	c_i    = HMAC-SHA256(salt_i, len(name) ‖ name ‖ len(value) ‖ value)     lengths: 4 bytes, big endian
//	leaf   = SHA-256(0x10 ‖ c_i)    node = SHA-256(0x11 ‖ left ‖ right)    root = SHA-256(0x12 ‖ count ‖ top)
//
// A salt tells nothing of the record key nor of another salt, so opening a
// field gives away that field. Values of few possibilities (a telephone
// number) cannot be guessed from a commitment without the record key. Bytes
// before what is hashed differ from those of the log's tree: no node of one is
// a node of the other. A record's number of fields shows.
package commitment

import (
	"bytes"
	"cmp"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// Field is a named value of a record. Names are unique within a record.
type Field struct {
	Name  string
	Value []byte
}

// saltInfo separates this use of a record key from every other.
const saltInfo = "qxl/field-salt/1\x00"

// Salt is the salt of a field. recordKey is uniformly random and secret.
func Salt(recordKey [32]byte, name string) [32]byte {
	out, err := hkdf.Expand(sha256.New, recordKey[:], saltInfo+name, 32)
	if err != nil {
		panic(err) // only for a length that is not 32
	}
	return [32]byte(out)
}

// Commit is the commitment to a field.
func Commit(salt [32]byte, f Field) [32]byte {
	b := make([]byte, 0, 8+len(f.Name)+len(f.Value))
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Name)))
	b = append(b, f.Name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Value)))
	b = append(b, f.Value...)
	mac := hmac.New(sha256.New, salt[:])
	mac.Write(b)
	return [32]byte(mac.Sum(nil))
}

// Record sorts fields by name and commits to each: the order in which Root and
// Prove take commitments.
func Record(recordKey [32]byte, fields []Field) ([]Field, [][32]byte, error) {
	sorted := slices.Clone(fields)
	slices.SortFunc(sorted, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	commitments := make([][32]byte, len(sorted))
	for i, f := range sorted {
		if i > 0 && sorted[i-1].Name == f.Name {
			return nil, nil, fmt.Errorf("field %q stands in the record twice", f.Name)
		}
		commitments[i] = Commit(Salt(recordKey, f.Name), f)
	}
	return sorted, commitments, nil
}

// MaxFields is how many fields a record may have.
const MaxFields = 1 << 16

// Root is the root over commitments, in the order given; no commitments have
// the zero root, which stands for a record without fields.
func Root(commitments [][32]byte) [32]byte {
	if len(commitments) == 0 {
		return [32]byte{}
	}
	return seal(len(commitments), top(commitments))
}

func seal(count int, top [32]byte) [32]byte {
	return hash(0x12, binary.BigEndian.AppendUint32(nil, uint32(count)), top[:])
}

func leaf(c [32]byte) [32]byte           { return hash(0x10, c[:]) }
func node(left, right [32]byte) [32]byte { return hash(0x11, left[:], right[:]) }

func hash(tag byte, parts ...[]byte) [32]byte {
	return sha256.Sum256(append([]byte{tag}, bytes.Join(parts, nil)...))
}

// top is the tree as RFC 6962 shapes it: left of the split is the largest
// power of two below the count. No leaf is ever doubled.
func top(commitments [][32]byte) [32]byte {
	if len(commitments) == 1 {
		return leaf(commitments[0])
	}
	k := split(len(commitments))
	return node(top(commitments[:k]), top(commitments[k:]))
}

func split(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}
