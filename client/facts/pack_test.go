package facts

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/ledger"
)

func packed(t testing.TB, values ...Value) []byte {
	var b bytes.Buffer
	w := newWriter(&b)
	require.NoError(t, w.line(Header{Format: Format, Chaincode: "book-banka", Collection: "loan", Blocks: 1, Tip: "00"}))
	for _, v := range values {
		require.NoError(t, w.line(v))
	}
	require.NoError(t, w.end(Trailer{Values: len(values), Secret: hex.EncodeToString(secretHash[:])}))
	return b.Bytes()
}

// FuzzRead: whatever a file holds, it is read back as it was written, or
// refused.
func FuzzRead(f *testing.F) {
	f.Add(packed(f))
	f.Add(packed(f, Value{Fact: ledgerstate.Fact{Key: "Iloan:x", Value: []byte{1, 2}}, Block: 3, Tx: "ab"}))
	f.Add([]byte("{}\n{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		var b bytes.Buffer
		w := newWriter(&b)
		require.NoError(t, w.line(p.Header))
		for _, v := range p.Values {
			require.NoError(t, w.line(v))
		}
		require.NoError(t, w.end(p.Trailer))
		again, err := Read(&b)
		require.NoError(t, err)
		again.Trailer.SHA256 = p.Trailer.SHA256 // of lines that another program may space otherwise
		require.Equal(t, p, again)
	})
}

// chain answers with blocks.
type chain []*ledger.Block

func (c chain) Block(_ context.Context, n uint64) (*ledger.Block, error) { return c[n], nil }

// A replay follows writes, deletions and purges of valid transactions of its
// own collection, and blocks that follow each other.
func TestReplay(t *testing.T) {
	write := func(cc, collection, key, value string) ledger.HashedWrite {
		return ledger.HashedWrite{Chaincode: cc, Collection: collection, Key: []byte(key), Value: []byte(value), Deleted: value == "", Purged: value == ""}
	}
	tx := func(validation string, writes ...ledger.HashedWrite) ledger.BlockTransaction {
		return ledger.BlockTransaction{TxID: "t", Validation: validation, Writes: writes}
	}
	c := chain{
		{Number: 0, Hash: []byte("h0"), Transactions: []ledger.BlockTransaction{tx("VALID", write("book-a", "loan", "k1", "v1"), write("book-a", "loan", "k2", "v2"), write("book-b", "loan", "k3", "v3"), write("book-a", "comp", "k4", "v4"))}},
		{Number: 1, Previous: []byte("h0"), Hash: []byte("h1"), Transactions: []ledger.BlockTransaction{tx("MVCC_READ_CONFLICT", write("book-a", "loan", "k1", "bad")), tx("VALID", write("book-a", "loan", "k2", ""))}},
	}
	r := newReplay("book-a", "loan")
	require.NoError(t, r.to(t.Context(), c, 2, nil))
	require.Equal(t, map[string]written{"k1": {[]byte("v1"), 0, "t"}}, r.live)
	require.Equal(t, map[string]written{"k2": {block: 1, tx: "t"}}, r.purged)
	c[1].Previous = []byte("other")
	require.ErrorContains(t, newReplay("book-a", "loan").to(t.Context(), c, 2, nil), "does not follow block 0")
}
