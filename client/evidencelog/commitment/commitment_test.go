package commitment

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func record(t require.TestingT, n int) ([]Opening, [][32]byte) {
	key := [32]byte{42}
	var fields []Field
	for i := range n {
		fields = append(fields, Field{fmt.Sprintf("field%05d", n-i), []byte{byte(i)}})
	}
	sorted, commitments, err := Record(key, fields)
	require.NoError(t, err)
	var openings []Opening
	for _, f := range sorted {
		openings = append(openings, Opening{f, Salt(key, f.Name)})
	}
	return openings, commitments
}

// Any subset of the fields is proven; nothing changed is.
func TestSubsetsOfFieldsAreProven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "fields")
		all, commitments := record(t, n)
		index := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID[int]).Draw(t, "disclosed")
		p, err := Prove(commitments, index...)
		require.NoError(t, err)
		p, err = DecodeProof(p.Encode())
		require.NoError(t, err)
		var shown []Opening
		for _, i := range p.Index {
			shown = append(shown, all[i])
		}
		root := Root(commitments)
		require.NoError(t, p.Verify(root, shown))

		at := rapid.IntRange(0, len(shown)-1).Draw(t, "changed")
		for _, change := range []func(*Opening){
			func(o *Opening) { o.Value = append(bytes.Clone(o.Value), 0) },
			func(o *Opening) { o.Name += "x" },
			func(o *Opening) { o.Salt[31] ^= 1 },
		} {
			wrong := slices.Clone(shown)
			change(&wrong[at])
			require.ErrorIs(t, p.Verify(root, wrong), ErrRoot)
		}
		for i := range p.Hashes {
			wrong := p
			wrong.Hashes = slices.Clone(p.Hashes)
			wrong.Hashes[i][0] ^= 1
			require.ErrorIs(t, wrong.Verify(root, shown), ErrRoot)
			wrong.Hashes = p.Hashes[:i]
			require.Error(t, wrong.Verify(root, shown))
		}
		longer := p
		longer.Hashes = append(slices.Clone(p.Hashes), [32]byte{})
		require.Error(t, longer.Verify(root, shown))
		require.Error(t, p.Verify(root, shown[1:]))
		more := p
		more.Count++
		require.Error(t, more.Verify(root, shown), "the root binds the number of fields")
	})
}

// A place cannot be claimed for another field, nor the order changed.
func TestTheRootBindsOrderAndNumber(t *testing.T) {
	_, c := record(t, 3)
	seen := map[[32]byte]bool{}
	for _, order := range [][][32]byte{c, {c[1], c[0], c[2]}, {c[0], c[1]}, {c[0], c[1], c[2], c[2]}, {c[0]}, {c[1]}} {
		root := Root(order)
		require.False(t, seen[root])
		seen[root] = true
	}
	require.Zero(t, Root(nil))
}

// Moving a byte from the name to the value gives another commitment.
func TestNameAndValueDoNotRunTogether(t *testing.T) {
	salt := [32]byte{1}
	require.NotEqual(t, Commit(salt, Field{"ab", []byte("c")}), Commit(salt, Field{"a", []byte("bc")}))
	require.NotEqual(t, Salt([32]byte{1}, "a"), Salt([32]byte{1}, "b"))
	require.NotEqual(t, Salt([32]byte{1}, "a"), Salt([32]byte{2}, "a"))
}

func TestAFieldStandsOnce(t *testing.T) {
	_, _, err := Record([32]byte{}, []Field{{"a", nil}, {"b", nil}, {"a", nil}})
	require.ErrorContains(t, err, `"a"`)
}

func TestProofsThatAreNone(t *testing.T) {
	_, c := record(t, 5)
	for _, index := range [][]int{nil, {5}, {-1}, {1, 1}} {
		_, err := Prove(c, index...)
		require.Error(t, err, "%v", index)
	}
	p, err := Prove(c, 1)
	require.NoError(t, err)
	for i := range p.Encode() {
		_, err := DecodeProof(p.Encode()[:i])
		require.Error(t, err)
	}
	_, err = DecodeProof(append(p.Encode(), 0))
	require.Error(t, err)
}

// The vectors of docs/evidence-format.md, as another program would compute them.
func TestVectors(t *testing.T) {
	key := [32]byte(bytes.Repeat([]byte{7}, 32))
	salt := Salt(key, "amount")
	require.Equal(t, vectorSalt, hex.EncodeToString(salt[:]))
	c := Commit(salt, Field{"amount", []byte("100000.00")})
	require.Equal(t, vectorCommitment, hex.EncodeToString(c[:]))
	_, commitments, err := Record(key, []Field{{"term", []byte("12")}, {"amount", []byte("100000.00")}, {"rate", []byte("3.45")}})
	require.NoError(t, err)
	require.Equal(t, c, commitments[0])
	root := Root(commitments)
	require.Equal(t, vectorRoot, hex.EncodeToString(root[:]))

	term := Salt(key, "term")
	require.Equal(t, vectorTermSalt, hex.EncodeToString(term[:]))
	raw, err := hex.DecodeString(vectorProof)
	require.NoError(t, err)
	p, err := DecodeProof(raw)
	require.NoError(t, err)
	require.NoError(t, p.Verify(root, []Opening{{Field{"amount", []byte("100000.00")}, salt}, {Field{"term", []byte("12")}, term}}))
	own, err := Prove(commitments, 0, 2)
	require.NoError(t, err)
	require.Equal(t, raw, own.Encode())
	page, err := os.ReadFile("../../../docs/evidence-format.md")
	require.NoError(t, err)
	for _, v := range []string{vectorSalt, vectorTermSalt, vectorCommitment, vectorRoot, vectorProof} {
		require.Contains(t, string(page), v)
	}
}

func FuzzDecodeProof(f *testing.F) {
	_, c := record(f, 9)
	for _, index := range [][]int{{0}, {8}, {1, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8}} {
		p, err := Prove(c, index...)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodeProof(b)
		if err == nil && !bytes.Equal(p.Encode(), b) {
			t.Fatalf("%x is written again as %x", b, p.Encode())
		}
	})
}
