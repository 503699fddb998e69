package audit

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// header is the block's header as orderers sign it: ASN.1 over number, hash of
// the header before and SHA-256 of all envelopes, one after another.
func (k *Block) header() ([]byte, error) {
	data := sha256.New()
	for _, e := range k.Envelopes {
		data.Write(e)
	}
	return asn1.Marshal(struct {
		Number             *big.Int
		Previous, DataHash []byte
	}{new(big.Int).SetUint64(k.Number), k.Previous, data.Sum(nil)})
}

// ordered verifies that a quorum of ordering organizations signed the block,
// with certificates that were good at a time, and names them. The quorum is
// exact, so that there is no signature that nobody needs.
func (t *Trust) ordered(b *Bundle, k *Block, at time.Time) ([]string, error) {
	if err := k.divided(); err != nil {
		return nil, err
	}
	header, err := k.header()
	if err != nil {
		return nil, refuse(NotOrdered, "block %d: %v", k.Number, err)
	}
	if n := len(k.Signatures); n != t.Quorum() {
		return nil, refuse(NotOrdered, "block %d bears %d signatures; %d of %d ordering organizations are the quorum", k.Number, n, t.Quorum(), t.orderers())
	}
	var msps []string
	for _, s := range k.Signatures {
		id, err := s.id()
		if err != nil {
			return nil, refuse(NotOrdered, "block %d: %v", k.Number, err)
		}
		o := b.orderer(id)
		if o == nil {
			return nil, refuse(NotOrdered, "block %d is signed by orderer %d, whose certificate is not given", k.Number, id)
		}
		c, err := x509.ParseCertificate(o.Certificate)
		if err != nil {
			return nil, refuse(NotCertified, "orderer %d: %v", id, err)
		}
		member, err := t.certified(o.MSP, c, ouOrderer, at)
		if err != nil {
			return nil, err
		}
		if !member.Orders || slices.Contains(msps, o.MSP) {
			return nil, refuse(NotOrdered, "block %d: the signature of orderer %d of %s does not count: the organization does not order, or has signed already", k.Number, id, o.MSP)
		}
		if err := signed(c, bytes.Join([][]byte{k.Value, s.Header, header}, nil), s.Signature); err != nil {
			return nil, refuse(NotOrdered, "block %d: orderer %d of %s: %v", k.Number, id, o.MSP, err)
		}
		msps = append(msps, o.MSP)
	}
	slices.Sort(msps)
	return msps, nil
}

// divided checks that the block's data is divided into envelopes where the
// envelopes begin. The header's hash is over their concatenation, so without
// this the same hash would stand for other divisions, in which another
// transaction has the place. An envelope begins with its payload, field 1, and
// has no other.
func (k *Block) divided() error {
	for i, e := range k.Envelopes {
		for rest, first := e, true; len(rest) > 0; first = false {
			number, kind, n := protowire.ConsumeTag(rest)
			if n < 0 {
				return refuse(NotOrdered, "transaction %d of block %d is no envelope", i, k.Number)
			}
			if payload := number == 1 && kind == protowire.BytesType; payload != first {
				return refuse(NotOrdered, "transaction %d of block %d does not begin where an envelope does, or holds another", i, k.Number)
			}
			m := protowire.ConsumeFieldValue(number, kind, rest[n:])
			if m < 0 {
				return refuse(NotOrdered, "transaction %d of block %d is no envelope", i, k.Number)
			}
			rest = rest[n+m:]
		}
	}
	return nil
}
