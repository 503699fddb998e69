package blob

import (
	"errors"
	"fmt"

	"github.com/ipfs/go-cid"
)

// Want is a block that a reader asks for.
type Want struct {
	CID  cid.Cid
	Leaf bool
	// Number counts leaves from 0: where blocks are kept in order it says
	// where this one is.
	Number uint64
}

// Fetch gives a block as it is stored; it need not check it.
type Fetch func(Want) ([]byte, error)

// DamageError: what is stored is not what the CID says, or is not there.
type DamageError struct {
	Root   cid.Cid
	Block  cid.Cid
	Number uint64 // of the leaf, if it is one
	Err    error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("blob %s: block %s (leaf %d): %v", e.Root, e.Block, e.Number, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// What can be wrong with a block.
var (
	ErrMissing = errors.New("is missing")
	ErrHash    = errors.New("its bytes do not have the hash of its CID")
	ErrShape   = errors.New("the blocks are not laid out as the format says")
	ErrTag     = errors.New("it does not authenticate under the key: another key, record or schema, or other bytes")
	ErrKey     = errors.New("the key, record or schema is not the one that the blob was made with")
	ErrLength  = errors.New("the length is not the record's")
)

// Walk visits a blob's blocks from the root, each before those below it,
// leaves in order, each checked against its CID. It ends without error only
// if the blob is whole and is laid out in the one way that Seal does.
func Walk(root cid.Cid, fetch Fetch, visit func(Block) error) error {
	if err := Addressed(root); err != nil {
		return err
	}
	w := walker{root: root, fetch: fetch, visit: visit}
	w.again.emit = func(Block) error { return nil }
	if err := w.walk(Link{CID: root}, 0); err != nil {
		return err
	}
	if again, err := w.again.root(); err != nil || !again.Equals(root) {
		return w.damaged(root, errors.Join(ErrShape, err))
	}
	return nil
}

type walker struct {
	root   cid.Cid
	fetch  Fetch
	visit  func(Block) error
	leaves uint64
	short  bool // a leaf that can only be the last has been seen
	again  tree // grown anew from the leaves
}

func (w *walker) damaged(c cid.Cid, err error) error {
	return &DamageError{Root: w.root, Block: c, Number: w.leaves, Err: err}
}

// walk visits what a link leads to. Of the root the link has no sizes.
func (w *walker) walk(l Link, depth int) error {
	leaf := l.CID.Prefix().Codec == cid.Raw
	data, err := w.fetch(Want{CID: l.CID, Leaf: leaf, Number: w.leaves})
	if err != nil {
		return w.damaged(l.CID, err)
	}
	if is, err := Address(data, leaf); err != nil || !is.Equals(l.CID) {
		return w.damaged(l.CID, errors.Join(ErrHash, err))
	}
	block := Block{CID: l.CID, Data: data, Leaf: leaf}
	size := uint64(len(data))
	if leaf {
		switch {
		case size == 0 || size > BlockSize || w.short,
			depth > 0 && (l.Size != size || l.Tree != size):
			return w.damaged(l.CID, ErrShape)
		}
		w.short = size < BlockSize
		if err := w.visit(block); err != nil {
			return err
		}
		w.leaves++
		return w.again.leaf(Link{CID: l.CID, Size: size, Tree: size})
	}
	links, err := decodeNode(data)
	if err != nil || depth == maxDepth {
		return w.damaged(l.CID, errors.Join(ErrShape, err))
	}
	tree := size
	size = 0
	for _, child := range links {
		size += child.Size
		tree += child.Tree
	}
	if depth > 0 && (l.Size != size || l.Tree != tree) {
		return w.damaged(l.CID, ErrShape)
	}
	if err := w.visit(block); err != nil {
		return err
	}
	for _, child := range links {
		if err := w.walk(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}
