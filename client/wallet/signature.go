package wallet

import (
	"crypto/elliptic"
	"encoding/asn1"
	"math/big"
)

var halfOrder = new(big.Int).Rsh(elliptic.P256().Params().N, 1)

// LowS reports whether a signature is in the form that Fabric takes for the
// canonical one of the two: it refuses certificates that are signed otherwise.
func LowS(signature []byte) bool {
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &sig); err != nil || len(rest) > 0 {
		return false
	}
	return sig.S.Cmp(halfOrder) <= 0
}
