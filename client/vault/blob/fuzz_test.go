package blob_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/vault/blob"
)

func FuzzNode(f *testing.F) {
	s, _ := seal(f, make([]byte, 3*blob.BlockSize), make([]byte, blob.KeySize))
	for _, c := range s.nodes {
		f.Add(s.blocks[c])
	}
	f.Add([]byte{0x0a, 0x00})
	f.Fuzz(func(t *testing.T, raw []byte) {
		links, err := blob.DecodeNode(raw)
		if err == nil {
			require.Equal(t, raw, blob.EncodeNode(links), "one encoding only")
		}
	})
}

// FuzzChunk gives the opener a first block of any bytes, under a CID that
// fits: it never opens unless it is the sealer's.
func FuzzChunk(f *testing.F) {
	key := make([]byte, blob.KeySize)
	s, sealed := seal(f, []byte("合同"), key)
	whole := s.blocks[sealed.CID]
	f.Add(whole, uint64(6))
	f.Add(whole[:40], uint64(0))
	f.Fuzz(func(t *testing.T, raw []byte, size uint64) {
		c, err := blob.Address(raw, true)
		require.NoError(t, err)
		var out bytes.Buffer
		err = blob.Open(context.Background(), &out, c, size, key, binding, func(blob.Want) ([]byte, error) { return bytes.Clone(raw), nil })
		if err == nil {
			require.Equal(t, whole, raw)
			require.EqualValues(t, 6, size)
		}
	})
}

func car(t require.TestingT, n int) (*store, cid.Cid, []byte) {
	s, sealed := seal(t, random(n), make([]byte, blob.KeySize))
	var out bytes.Buffer
	require.NoError(t, blob.WriteCAR(context.Background(), &out, sealed.CID, s.fetch))
	return s, sealed.CID, out.Bytes()
}

func FuzzCAR(f *testing.F) {
	_, _, small := car(f, 10)
	f.Add(small)
	_, _, large := car(f, 2*blob.BlockSize)
	f.Add(large[:400])
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := blob.OpenCAR(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		_ = blob.Walk(c.Root, c.Fetch, func(blob.Block) error { return nil })
	})
}

// A CAR read back is the blob; with any byte changed it is refused or is the
// same blob.
func TestCARChanged(t *testing.T) {
	s, root, raw := car(t, 700)
	for i := range raw {
		raw[i] ^= 0x04
		c, err := blob.OpenCAR(bytes.NewReader(raw), int64(len(raw)))
		if err == nil && c.Root == root {
			err = blob.Walk(c.Root, c.Fetch, func(b blob.Block) error {
				require.Equal(t, s.blocks[b.CID], b.Data)
				return nil
			})
		}
		require.True(t, err != nil || c.Root != root, "byte %d", i)
		raw[i] ^= 0x04
	}
	for n := range raw {
		c, err := blob.OpenCAR(bytes.NewReader(raw[:n]), int64(n))
		if err == nil {
			err = blob.Walk(c.Root, c.Fetch, func(blob.Block) error { return nil })
		}
		require.Error(t, err, "cut to %d", n)
	}
}
