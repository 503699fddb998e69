package wallet

import (
	"crypto/elliptic"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Of s and n-s exactly one is low, and what is no signature is not.
func TestLowS(t *testing.T) {
	n := elliptic.P256().Params().N
	encode := func(s *big.Int) []byte {
		der, err := asn1.Marshal(struct{ R, S *big.Int }{big.NewInt(7), s})
		require.NoError(t, err)
		return der
	}
	rapid.Check(t, func(t *rapid.T) {
		s := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 32).Draw(t, "s"))
		s.Mod(s, new(big.Int).Sub(n, big.NewInt(1))).Add(s, big.NewInt(1))
		other := new(big.Int).Sub(n, s)
		require.NotEqual(t, LowS(encode(s)), LowS(encode(other)))
		require.Equal(t, s.Cmp(other) < 0, LowS(encode(s)))
	})
	require.False(t, LowS(nil))
	require.False(t, LowS(append(encode(big.NewInt(1)), 0)))
}
