package audit

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
)

// Bundle 证据包 is all that is needed, beside a Trust, to verify a receipt.
type Bundle struct {
	Orderers []Orderer
	Anchor   Block            // holds the transaction that anchored the receipt's checkpoint
	Confirms []Block          // each holds a transaction that has read what it wrote; rising
	Fields   *vault.Disclosed // of the record, opened; nil: none is
	Receipt  evidencelog.Receipt
}

// Orderer is an ordering node's certificate, by the number that stands in its
// signatures.
type Orderer struct {
	ID          uint32
	MSP         string
	Certificate []byte // DER
}

// Block is a block without what nobody signs: its validation flags among others.
type Block struct {
	Number     uint64
	Previous   []byte // hash of the header before
	Value      []byte // what the orderers sign beside the header: value of the metadata SIGNATURES
	Signatures []BlockSignature
	Envelopes  [][]byte // all of them
}

// BlockSignature is an ordering node's.
type BlockSignature struct {
	Header    []byte // common.IdentifierHeader
	Signature []byte
}

// Limits of a bundle.
const (
	MaxBundle   = 256 << 20 // bytes
	MaxConfirms = 16
	maxOrderers = 256
)

// bundleHeader opens a bundle: the format's name and version.
const bundleHeader = "qxl-bundle/1"

// Encode gives the bundle's text; DecodeBundle takes no other.
func (b *Bundle) Encode() ([]byte, error) {
	receipt, err := b.Receipt.MarshalText()
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(nil)
	fmt.Fprintln(out, bundleHeader)
	for _, o := range b.Orderers {
		fmt.Fprintf(out, "orderer %d %s %s\n", o.ID, o.MSP, b64(o.Certificate))
	}
	for _, k := range append([]Block{b.Anchor}, b.Confirms...) {
		fmt.Fprintf(out, "block %d %s %s\n", k.Number, b64(k.Previous), b64(k.Value))
		for _, s := range k.Signatures {
			fmt.Fprintf(out, "signature %s %s\n", b64(s.Header), b64(s.Signature))
		}
		for _, e := range k.Envelopes {
			fmt.Fprintf(out, "envelope %s\n", b64(e))
		}
	}
	if b.Fields != nil {
		fmt.Fprintf(out, "fields %s\n", b64(b.Fields.Proof.Encode()))
		for _, o := range b.Fields.Openings {
			fmt.Fprintf(out, "field %s %s %s\n", b64([]byte(o.Name)), b64(o.Value), b64(o.Salt[:]))
		}
	}
	fmt.Fprintln(out, "receipt")
	out.Write(receipt)
	return out.Bytes(), nil
}

// b64 is base64; nothing is a hyphen.
func b64(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	return base64.StdEncoding.EncodeToString(b)
}

func errBundle(line int, format string, a ...any) error {
	return &invalid.Error{Code: "BUNDLE_FORMAT", Field: "bundle", Value: "line " + strconv.Itoa(line), Zh: "不是完整的证据包", En: fmt.Sprintf(format, a...),
		Hint: "docs/evidence-format.md says what a bundle looks like; qxl audit bundle makes one"}
}

// IsBundle tells whether a file begins as a bundle does.
func IsBundle(text []byte) bool { return bytes.HasPrefix(text, []byte(bundleHeader+"\n")) }

// DecodeBundle reads what Encode writes, and nothing else. It verifies nothing.
func DecodeBundle(text []byte) (*Bundle, error) {
	if len(text) > MaxBundle {
		return nil, errBundle(0, "longer than %d bytes", MaxBundle)
	}
	b, blocks := &Bundle{}, []Block(nil)
	rest, n := text, 0
	for ended := false; !ended; {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if n++; !ok {
			return nil, errBundle(n, "it ends before its receipt: it was cut")
		}
		rest = after
		f := words{left: strings.Split(string(line), " ")}
		var block *Block
		if len(blocks) > 0 {
			block = &blocks[len(blocks)-1]
		}
		switch word := f.next(); {
		case n == 1 && string(line) == bundleHeader:
			f.left = nil
		case n > 1 && word == "orderer" && block == nil && len(b.Orderers) < maxOrderers:
			b.Orderers = append(b.Orderers, Orderer{uint32(f.number(32)), f.next(), f.bytes()})
		case n > 1 && word == "block" && b.Fields == nil && len(blocks) <= MaxConfirms:
			blocks = append(blocks, Block{Number: f.number(64), Previous: f.bytes(), Value: f.bytes()})
		case word == "signature" && block != nil && b.Fields == nil && len(block.Envelopes) == 0 && len(block.Signatures) < maxOrderers:
			block.Signatures = append(block.Signatures, BlockSignature{f.bytes(), f.bytes()})
		case word == "envelope" && block != nil && b.Fields == nil:
			block.Envelopes = append(block.Envelopes, f.bytes())
		case word == "fields" && block != nil && b.Fields == nil:
			b.Fields = &vault.Disclosed{}
			var err error
			if b.Fields.Proof, err = commitment.DecodeProof(f.bytes()); err != nil {
				return nil, errBundle(n, "%v", err)
			}
		case word == "field" && b.Fields != nil && len(b.Fields.Openings) < len(b.Fields.Proof.Index):
			b.Fields.Openings = append(b.Fields.Openings, commitment.Opening{Field: commitment.Field{Name: string(f.bytes()), Value: f.bytes()}, Salt: f.hash()})
		case word == "receipt" && block != nil:
			ended = true
		default:
			return nil, errBundle(n, "no line that may stand here")
		}
		if f.bad || len(f.left) > 0 {
			return nil, errBundle(n, "not written as its kind of line is")
		}
	}
	b.Anchor, b.Confirms = blocks[0], blocks[1:]
	var err error
	if b.Receipt, err = evidencelog.ParseReceipt(rest); err != nil {
		return nil, err
	}
	if again, err := b.Encode(); err != nil || !bytes.Equal(again, text) {
		return nil, errBundle(0, "not written as bundles are")
	}
	return b, b.check()
}

// words takes words off a line; what is missing or malformed makes it bad.
type words struct {
	left []string
	bad  bool
}

func (f *words) next() string {
	if len(f.left) == 0 {
		f.bad = true
		return ""
	}
	word := f.left[0]
	f.left = f.left[1:]
	return word
}

func (f *words) number(bits int) uint64 {
	n, err := strconv.ParseUint(f.next(), 10, bits)
	f.bad = f.bad || err != nil
	return n
}

func (f *words) bytes() []byte {
	word := f.next()
	if word == "-" {
		return nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(word)
	f.bad = f.bad || err != nil
	return b
}

func (f *words) hash() (h [32]byte) {
	b := f.bytes()
	f.bad = f.bad || len(b) != len(h)
	copy(h[:], b)
	return h
}

// check holds a bundle to what does not need a Trust: orders, and that
// nothing is in it that verifying does not use.
func (b *Bundle) check() error {
	used := map[uint32]bool{}
	number := uint64(0)
	for i, k := range append([]Block{b.Anchor}, b.Confirms...) {
		if i > 0 && k.Number <= number {
			return errBundle(0, "block %d does not come after block %d", k.Number, number)
		}
		number = k.Number
		if len(k.Envelopes) == 0 {
			return errBundle(0, "block %d holds nothing", k.Number)
		}
		last := -1
		for _, s := range k.Signatures {
			id, err := s.id()
			if err != nil {
				return errBundle(0, "a signature of block %d: %v", k.Number, err)
			}
			if int(id) <= last {
				return errBundle(0, "the signatures of block %d are not ordered by orderer, each once", k.Number)
			}
			last, used[id] = int(id), true
		}
	}
	last := -1
	for _, o := range b.Orderers {
		if int(o.ID) <= last || !used[o.ID] {
			return errBundle(0, "orderer %d is given twice, or out of order, or signed nothing", o.ID)
		}
		last = int(o.ID)
		if _, err := x509.ParseCertificate(o.Certificate); err != nil {
			return errBundle(0, "the certificate of orderer %d: %v", o.ID, err)
		}
	}
	return nil
}

// id is the number of the orderer who signed.
func (s BlockSignature) id() (uint32, error) {
	h := &common.IdentifierHeader{}
	err := proto.Unmarshal(s.Header, h)
	return h.GetIdentifier(), err
}

func (b *Bundle) orderer(id uint32) *Orderer {
	i := slices.IndexFunc(b.Orderers, func(o Orderer) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &b.Orderers[i]
}
