package audit

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
)

// signed tells whether a signature over a message is the certificate's key's:
// ECDSA over SHA-256 as Fabric makes it, which takes of the two signatures
// that each key and message have the one with the lower S.
func signed(c *x509.Certificate, message, signature []byte) error {
	key, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return errors.New("its key is no ECDSA key")
	}
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &rs); err != nil || len(rest) > 0 {
		return errors.New("its signature is no ECDSA signature")
	}
	if half := new(big.Int).Rsh(key.Params().N, 1); rs.S.Cmp(half) > 0 {
		return errors.New("its signature has the higher S")
	}
	sum := sha256.Sum256(message)
	if !ecdsa.VerifyASN1(key, sum[:], signature) {
		return errors.New("its signature is not over this")
	}
	return nil
}
