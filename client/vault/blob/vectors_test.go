package blob_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/vault/blob"
)

// Vectors of docs/evidence-format.md: key 00 01 … 1f, record 01 02 03 and
// zeros, schema contract/1; an empty text, and three million zeros.
const (
	vectorEmpty = "bafkreigb2maf6z4wmcumcyxskyrgewugpphbk3iwdfhxsg7fiyn575vb54"
	vectorLarge = "bafybeicoroj5cn5new3w32bi4tmvby67i2st3bj2g53isujd6n724fpy2y"
)

func TestVectorsOfTheDocument(t *testing.T) {
	key := make([]byte, blob.KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	doc, err := os.ReadFile("../../../docs/evidence-format.md")
	require.NoError(t, err)
	for text, want := range map[string]string{"": vectorEmpty, strings.Repeat("\x00", 3_000_000): vectorLarge} {
		s, sealed := seal(t, []byte(text), key)
		require.Equal(t, want, sealed.CID.String())
		require.Contains(t, string(doc), want)
		got, err := open(s, sealed, key)
		require.NoError(t, err)
		require.True(t, bytes.Equal([]byte(text), got))
	}
}
