package vault_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
)

// vectorShare is the share of docs/evidence-format.md and its blob: key 00 01 …
// 1f, record 01 02 03 and zeros, schema contract/1, a file that says "contract".
func vectorShare(t *testing.T) (vault.Released, blob.Fetch) {
	key := make([]byte, blob.KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	id := vault.RecordID{1, 2, 3}
	blocks := map[string][]byte{}
	sealed, err := blob.Seal(context.Background(), bytes.NewReader([]byte("contract")), key, blob.Binding{Record: id, Schema: "contract/1"}, func(b blob.Block) error {
		blocks[b.CID.String()] = bytes.Clone(b.Data)
		b.Release()
		return nil
	})
	require.NoError(t, err)
	sum := sha256.Sum256([]byte("contract"))
	return vault.Released{Format: "qxl-share/1", Organization: "BankA", Record: id, CID: sealed.CID.String(), Schema: "contract/1", Size: "8", Key: key,
		Fields: []vault.ReleasedField{{Name: "amount", Value: []byte("100000.00")}, {Name: vault.FieldSHA256, Value: []byte(hex.EncodeToString(sum[:]))},
			{Name: vault.FieldSize, Value: strconv.AppendInt(nil, 8, 10)}},
		To: "BankBMSP", Purpose: "loan", Authorization: "grant-1", At: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)}, func(w blob.Want) ([]byte, error) { return bytes.Clone(blocks[w.CID.String()]), nil }
}

// The share of the document opens with the document's identity, says what the
// document says, and opens the blob; its field root was computed by a Python
// program from the page.
func TestTheDocumentsShareOpens(t *testing.T) {
	page, err := os.ReadFile("../../docs/evidence-format.md")
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/share/identity.txt")
	require.NoError(t, err)
	require.Contains(t, string(page), string(bytes.TrimSpace(text)))
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	require.NoError(t, err)
	sealed, err := os.ReadFile("testdata/share/share.age")
	require.NoError(t, err)
	got, err := vault.OpenShare(bytes.NewReader(sealed), identities...)
	require.NoError(t, err)
	want, fetch := vectorShare(t)
	require.Equal(t, want, got)
	plain, err := json.Marshal(want)
	require.NoError(t, err)
	require.Contains(t, string(page), string(plain))
	var out bytes.Buffer
	require.NoError(t, got.Open(context.Background(), &out, fetch))
	require.Equal(t, "contract", out.String())
	root, err := got.FieldRoot()
	require.NoError(t, err)
	require.Equal(t, "a8d49af6faafd1c2b053d11cbb4b312653951d0ee7588fcdb42344b28fcbcef1", hex.EncodeToString(root[:]))
	require.Contains(t, string(page), "a8d49af6faafd1c2b053d11cbb4b312653951d0ee7588fcdb42344b28fcbcef1")

	sealed[len(sealed)-1] ^= 1
	_, err = vault.OpenShare(bytes.NewReader(sealed), identities...)
	require.Error(t, err)
}
