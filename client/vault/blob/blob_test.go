package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/client/vault/blob"
)

var binding = blob.Binding{Record: [16]byte{1, 2, 3}, Schema: "contract/1"}

// store keeps blocks as a map and in order.
type store struct {
	blocks map[cid.Cid][]byte
	leaves []cid.Cid
	nodes  []cid.Cid
}

func (s *store) fetch(w blob.Want) ([]byte, error) {
	data, ok := s.blocks[w.CID]
	if !ok {
		return nil, blob.ErrMissing
	}
	return bytes.Clone(data), nil
}

func seal(t require.TestingT, text, key []byte) (*store, blob.Sealed) {
	s := &store{blocks: map[cid.Cid][]byte{}}
	sealed, err := blob.Seal(context.Background(), bytes.NewReader(text), key, binding, func(b blob.Block) error {
		s.blocks[b.CID] = bytes.Clone(b.Data)
		if b.Leaf {
			s.leaves = append(s.leaves, b.CID)
		} else {
			s.nodes = append(s.nodes, b.CID)
		}
		b.Release()
		return nil
	})
	require.NoError(t, err)
	return s, sealed
}

func open(s *store, sealed blob.Sealed, key []byte) ([]byte, error) {
	var out bytes.Buffer
	err := blob.Open(context.Background(), &out, sealed.CID, sealed.Size, key, binding, s.fetch)
	return out.Bytes(), err
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func TestRoundTripAtChunkBorders(t *testing.T) {
	key := random(blob.KeySize)
	// The sizes at which content, padding or trailer end at a chunk's border.
	first, next := blob.BlockSize-40-16, blob.BlockSize-16
	rapid.Check(t, func(t *rapid.T) {
		border := rapid.SampledFrom([]int{0, 8, 504, 512, 1 << 16, 1 << 17, first, first + next, first + 2*next, blob.BlockSize}).Draw(t, "border")
		n := max(border+rapid.IntRange(-17, 17).Draw(t, "off"), 0)
		text := random(n)
		s, sealed := seal(t, text, key)
		require.EqualValues(t, n, sealed.Size)
		require.Equal(t, sha256.Sum256(text), sealed.SHA256)
		require.Equal(t, blob.CipherSize(uint64(n)), sealed.Cipher)
		require.Len(t, s.leaves, int(sealed.Leaves))
		got, err := open(s, sealed, key)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, got))
		for _, wrong := range []uint64{sealed.Size + 1, sealed.Size - 1, 0} {
			if wrong == sealed.Size {
				continue
			}
			err = blob.Open(context.Background(), &bytes.Buffer{}, sealed.CID, wrong, key, binding, s.fetch)
			var damage *blob.DamageError
			require.ErrorAs(t, err, &damage, "size %d for %d", wrong, sealed.Size)
			if blob.CipherSize(wrong) == sealed.Cipher { // else the last chunk's mark says it first
				require.ErrorIs(t, err, blob.ErrLength)
			}
		}
	})
}

// Sizes tell little: all plaintexts within about a tenth look alike.
func TestSizesArePadded(t *testing.T) {
	require.Equal(t, blob.CipherSize(0), blob.CipherSize(504))
	sizes := map[uint64]bool{}
	for n := uint64(1 << 20); n < 1<<21; n += 1 << 10 {
		require.LessOrEqual(t, blob.CipherSize(n), n+n/8+64)
		sizes[blob.CipherSize(n)] = true
	}
	require.LessOrEqual(t, len(sizes), 33)
}

// whole is a store's tree made anew over other leaves, as somebody would who
// may write but has no key: every hash fits again.
func (s *store) rebuilt(t *testing.T, leaves [][]byte) (*store, cid.Cid) {
	out := &store{blocks: map[cid.Cid][]byte{}}
	var cids []cid.Cid
	for _, leaf := range leaves {
		c, err := blob.Address(leaf, true)
		require.NoError(t, err)
		out.blocks[c] = leaf
		cids = append(cids, c)
	}
	root, err := blob.Tree(leaves, func(b blob.Block) error { out.blocks[b.CID] = b.Data; return nil })
	require.NoError(t, err)
	out.leaves = cids
	return out, root
}

func (s *store) data() (leaves [][]byte) {
	for _, c := range s.leaves {
		leaves = append(leaves, bytes.Clone(s.blocks[c]))
	}
	return leaves
}

func TestChunksSwappedDroppedDoubledOrCut(t *testing.T) {
	key := random(blob.KeySize)
	text := random(5*blob.BlockSize + 1234)
	s, sealed := seal(t, text, key)
	same, root := s.rebuilt(t, s.data())
	require.Equal(t, sealed.CID, root, "the forger's tree is the sealer's")
	_, err := open(same, sealed, key)
	require.NoError(t, err)
	try := func(name string, change func([][]byte) [][]byte) {
		t.Run(name, func(t *testing.T) {
			forged, root := s.rebuilt(t, change(s.data()))
			lie := sealed
			lie.CID = root
			_, err := open(forged, lie, key)
			var damage *blob.DamageError
			require.ErrorAs(t, err, &damage)
		})
	}
	for i := range len(s.leaves) - 2 {
		try(fmt.Sprintf("swapped %d", i), func(l [][]byte) [][]byte { l[i], l[i+1] = l[i+1], l[i]; return l })
		try(fmt.Sprintf("dropped %d", i), func(l [][]byte) [][]byte { return slices.Delete(l, i, i+1) })
		try(fmt.Sprintf("doubled %d", i), func(l [][]byte) [][]byte { return slices.Insert(l, i, l[i]) })
	}
	try("the last one dropped", func(l [][]byte) [][]byte { return l[:len(l)-1] })
	try("the last one cut", func(l [][]byte) [][]byte { l[len(l)-1] = l[len(l)-1][:100]; return l })
	try("one more", func(l [][]byte) [][]byte { return append(l[:len(l):len(l)], random(100)) })
	try("a chunk of another blob", func(l [][]byte) [][]byte {
		other, _ := seal(t, text, random(blob.KeySize))
		l[2] = other.data()[2]
		return l
	})
}

// Every byte of what is stored counts: nodes, header, chunks and tags.
func TestEveryByteFlippedIsFound(t *testing.T) {
	key := random(blob.KeySize)
	for _, n := range []int{0, 300, 2000} {
		s, sealed := seal(t, random(n), key)
		for c, data := range s.blocks {
			for i := range data {
				data[i] ^= 0x20
				_, err := open(s, sealed, key)
				require.ErrorIs(t, err, blob.ErrHash, "%s byte %d", c, i)
				data[i] ^= 0x20
			}
		}
		// And with the hash made to fit again.
		for i := range s.blocks[s.leaves[0]] {
			leaf := bytes.Clone(s.blocks[s.leaves[0]])
			leaf[i] ^= 1
			forged, root := s.rebuilt(t, [][]byte{leaf})
			lie := sealed
			lie.CID = root
			_, err := open(forged, lie, key)
			require.Error(t, err, "byte %d", i)
		}
	}
	// Of a large one, every byte of its nodes and some of each leaf.
	s, sealed := seal(t, random(3*blob.BlockSize), key)
	require.NotEmpty(t, s.nodes)
	for c, data := range s.blocks {
		step := 1
		if slices.Contains(s.leaves, c) {
			step = blob.BlockSize/7 + 1
		}
		for i := 0; i < len(data); i += step {
			data[i] ^= 0x80
			_, err := open(s, sealed, key)
			require.ErrorIs(t, err, blob.ErrHash, "%s byte %d", c, i)
			data[i] ^= 0x80
		}
	}
	_, err := open(s, sealed, key)
	require.NoError(t, err)
}

func TestWrongKeyRecordOrSchema(t *testing.T) {
	key := random(blob.KeySize)
	s, sealed := seal(t, []byte("合同"), key)
	_, err := open(s, sealed, random(blob.KeySize))
	require.ErrorIs(t, err, blob.ErrKey)
	for _, b := range []blob.Binding{{Record: [16]byte{9}, Schema: binding.Schema}, {Record: binding.Record, Schema: "contract/2"}} {
		err := blob.Open(context.Background(), &bytes.Buffer{}, sealed.CID, sealed.Size, key, b, s.fetch)
		require.ErrorIs(t, err, blob.ErrKey)
	}
}

func TestMissingBlock(t *testing.T) {
	key := random(blob.KeySize)
	s, sealed := seal(t, random(3*blob.BlockSize), key)
	for c, data := range s.blocks {
		delete(s.blocks, c)
		_, err := open(s, sealed, key)
		require.ErrorIs(t, err, blob.ErrMissing, "%s", c)
		s.blocks[c] = data
	}
}

// A reader that fails, and an emit that fails, end Seal with their error.
func TestSealStops(t *testing.T) {
	key := random(blob.KeySize)
	for _, at := range []int{0, 100, blob.BlockSize, 3 * blob.BlockSize} {
		_, err := blob.Seal(context.Background(), &failing{left: at}, key, binding, func(b blob.Block) error { return nil })
		require.ErrorIs(t, err, errSource)
	}
	n := 0
	_, err := blob.Seal(context.Background(), bytes.NewReader(random(4*blob.BlockSize)), key, binding, func(b blob.Block) error {
		if n++; n == 2 {
			return errSource
		}
		return nil
	})
	require.ErrorIs(t, err, errSource)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = blob.Seal(ctx, bytes.NewReader(random(9*blob.BlockSize)), key, binding, func(b blob.Block) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
}

var errSource = fmt.Errorf("the source fails")

type failing struct{ left int }

func (f *failing) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errSource
	}
	n := min(len(p), f.left)
	f.left -= n
	return n, nil
}
