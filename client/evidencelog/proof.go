package evidencelog

import (
	"fmt"
	"strconv"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Prove gives the receipt of a leaf with its proof of inclusion: in the first
// anchored checkpoint over it, else in the log's last one. It hands out no
// proof that does not verify.
func (l *Log) Prove(seq uint64) (Receipt, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := l.within(seq); err != nil {
		return Receipt{}, err
	}
	a, err := l.anchorOver(seq)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Log: l.name, Seq: seq, Checkpoint: l.head.checkpoint, State: Sequenced}
	if a != nil {
		r.Checkpoint, r.State, r.Anchor = a.Checkpoint, Anchored, &a.Anchor
	}
	c, err := l.ownCheckpoint(r.Checkpoint)
	if err != nil {
		return Receipt{}, &DamagedError{l.dir, err}
	}
	r.Size = c.Size
	if r.Leaf, err = l.readRaw(seq); err != nil {
		return Receipt{}, err
	}
	r.LeafHash = hashLeaf(r.Leaf)
	if r.Proof, err = l.inclusion(seq, c.Size); err != nil {
		return Receipt{}, err
	}
	if err := r.check(c); err != nil {
		return Receipt{}, &DamagedError{l.dir, err}
	}
	return r, nil
}

// Consistency proves that the tree of one size is the beginning of the tree of another.
func (l *Log) Consistency(from, to uint64) ([]Hash, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, ErrClosed
	}
	if from > to || to > l.tree.size {
		return nil, &invalid.Error{Code: "LOG_SIZE", Field: "size", Limit: "from ≤ to ≤ " + strconv.FormatUint(l.tree.size, 10), Value: fmt.Sprintf("%d, %d", from, to), Zh: "日志没有这么长", En: "the log has no such sizes"}
	}
	nodes, err := proof.Consistency(from, to)
	if err != nil {
		return nil, err
	}
	return hashesIn(l.tile, nodes)
}

func (l *Log) inclusion(seq, size uint64) ([]Hash, error) { return inclusionIn(l.tile, seq, size) }

func inclusionIn(tile func(tileID) ([]Hash, error), seq, size uint64) ([]Hash, error) {
	nodes, err := proof.Inclusion(seq, size)
	if err != nil {
		return nil, err
	}
	return hashesIn(tile, nodes)
}

// hashesIn reads the nodes of a proof and joins those that stand for one.
func hashesIn(tile func(tileID) ([]Hash, error), nodes proof.Nodes) ([]Hash, error) {
	raw := make([][]byte, len(nodes.IDs))
	for i, id := range nodes.IDs {
		h, err := nodeIn(tile, id.Level, id.Index)
		if err != nil {
			return nil, err
		}
		raw[i] = h[:]
	}
	joined, err := nodes.Rehash(raw, rfc6962.DefaultHasher.HashChildren)
	if err != nil {
		return nil, err
	}
	out := make([]Hash, len(joined))
	for i := range joined {
		out[i] = Hash(joined[i])
	}
	return out, nil
}

// rootAt is the root of the tree when it had this size.
func (l *Log) rootAt(size uint64) (Hash, error) {
	if size == 0 {
		return emptyRoot, nil
	}
	var root Hash
	first := true
	for level, rest := uint(0), size; rest > 0; level, rest = level+1, rest>>1 {
		if rest&1 == 0 {
			continue
		}
		peak, err := l.node(level, rest-1)
		switch {
		case err != nil:
			return Hash{}, err
		case first:
			root, first = peak, false
		default:
			root = hashNode(peak, root)
		}
	}
	return root, nil
}

// VerifyInclusion reports nil if the leaf with this hash stands at this place
// in the checkpoint's tree.
func VerifyInclusion(c Checkpoint, seq uint64, leaf Hash, hashes []Hash) error {
	return proof.VerifyInclusion(rfc6962.DefaultHasher, seq, c.Size, leaf[:], slicesOf(hashes), c.Root[:])
}

// VerifyConsistency reports nil if the tree of old is the beginning of the tree of new.
func VerifyConsistency(old, new Checkpoint, hashes []Hash) error {
	return proof.VerifyConsistency(rfc6962.DefaultHasher, old.Size, new.Size, slicesOf(hashes), old.Root[:], new.Root[:])
}

func slicesOf(hashes []Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}
