package blob

import "github.com/ipfs/go-cid"

// Tree is the tree over given leaves, for tests that forge one.
func Tree(leaves [][]byte, emit func(Block) error) (cid.Cid, error) {
	t := tree{emit: emit}
	for _, leaf := range leaves {
		c, err := Address(leaf, true)
		if err != nil {
			return cid.Undef, err
		}
		if err := t.leaf(Link{CID: c, Size: uint64(len(leaf)), Tree: uint64(len(leaf))}); err != nil {
			return cid.Undef, err
		}
	}
	return t.root()
}

// DecodeNode and EncodeNode are what the fuzzer tries.
var (
	DecodeNode = decodeNode
	EncodeNode = encodeNode
)
