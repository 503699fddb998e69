package evidencelog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Hash is a SHA-256 hash: of a leaf, of a node of the tree, of the tree.
type Hash [sha256.Size]byte

// String is the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String, so that JSON shows hashes in hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText writes, and nothing else.
func (h *Hash) UnmarshalText(text []byte) error {
	var parsed Hash
	if n, err := hex.Decode(parsed[:], text[:min(len(text), 2*len(parsed))]); err != nil || n != len(parsed) || parsed.String() != string(text) {
		return fmt.Errorf("%q is no hash: 64 small hexadecimal digits", text)
	}
	*h = parsed
	return nil
}

// RFC 6962 puts a byte before what is hashed, so that no leaf is a node.
const (
	leafPrefix = 0x00
	nodePrefix = 0x01
)

// hashLeaf is the RFC 6962 hash of a leaf's bytes.
func hashLeaf(leaf []byte) Hash {
	if len(leaf) <= MaxLeaf { // in one go and without allocating
		var b [1 + MaxLeaf]byte
		b[0] = leafPrefix
		return sha256.Sum256(b[:1+copy(b[1:], leaf)])
	}
	h := sha256.New()
	h.Write([]byte{leafPrefix})
	h.Write(leaf)
	return Hash(h.Sum(nil))
}

// hashNode is the RFC 6962 hash of a node over its two children.
func hashNode(left, right Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = nodePrefix
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// emptyRoot is the root of a tree without leaves.
var emptyRoot = Hash(sha256.Sum256(nil))
