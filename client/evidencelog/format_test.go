package evidencelog

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/stretchr/testify/require"
)

// The vector of docs/evidence-format.md was computed from the page by another
// program; the leaf that it describes has those bytes and that hash.
func TestVectorOfTheFormat(t *testing.T) {
	page, err := os.ReadFile("../../docs/evidence-format.md")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^leaf  ([0-9a-f]+)\nhash  ([0-9a-f]{64})$`).FindSubmatch(page)
	require.Len(t, found, 3)

	digest := sha256.Sum256([]byte("ciphertext"))
	mh, err := multihash.Encode(digest[:], multihash.SHA2_256)
	require.NoError(t, err)
	l := Leaf{Entry: Entry{Kind: KindRecord, CID: cid.NewCidV1(cid.Raw, mh), FieldRoot: sha256.Sum256([]byte("fields")), Schema: "contract/1"}, Seq: 7, SubjectSeq: 1}
	for i := range l.Subject {
		l.Subject[i] = byte(i)
	}
	b, err := l.Encode()
	require.NoError(t, err)
	require.Equal(t, string(found[1]), hex.EncodeToString(b))
	h := l.Hash()
	require.Equal(t, string(found[2]), hex.EncodeToString(h[:]))

	again, err := DecodeLeaf(b)
	require.NoError(t, err)
	require.Equal(t, l, again)
}
