package disclosure

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
)

// FieldsFormat is the version of a field proof.
const FieldsFormat = "qxl-fields/1"

// MaxFieldProof bounds a field proof's bytes.
const MaxFieldProof = 4 << 20

// FieldProof opens fields of a record, and proves that they belong to a leaf
// of a log: to anybody, offline, with the rest of the record closed.
type FieldProof struct {
	Format  string        `json:"format"`
	Proof   []byte        `json:"proof"`   // commitment.Proof
	Fields  []OpenedField `json:"fields"`  // in the proof's order
	Receipt string        `json:"receipt"` // the leaf's C2SP tlog-proof
}

// OpenedField is a field and the salt that ties it to its commitment.
type OpenedField struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
	Salt  []byte `json:"salt"`
}

// ProveFields makes a field proof of what a vault has opened and its leaf's
// receipt.
func ProveFields(d vault.Disclosed, receipt evidencelog.Receipt) (*FieldProof, error) {
	text, err := receipt.MarshalText()
	if err != nil {
		return nil, err
	}
	p := &FieldProof{Format: FieldsFormat, Proof: d.Proof.Encode(), Receipt: string(text)}
	for _, o := range d.Openings {
		p.Fields = append(p.Fields, OpenedField{o.Name, o.Value, o.Salt[:]})
	}
	_, _, err = p.Verify()
	return p, err
}

// Encode writes the proof in its one spelling.
func (p *FieldProof) Encode() ([]byte, error) {
	raw, err := json.MarshalIndent(p, "", "  ")
	return append(raw, '\n'), err
}

func errFields(format string, a ...any) error {
	return &invalid.Error{Code: "FIELDS_FORMAT", Field: "fields", Zh: "不是完整的字段证明", En: fmt.Sprintf(format, a...), Hint: "docs/evidence-format.md says what a field proof looks like"}
}

// OtherFieldsError: the fields are not the leaf's.
type OtherFieldsError struct{ Err error }

func (e *OtherFieldsError) Error() string { return e.Err.Error() }

// Unwrap is what the proof says.
func (e *OtherFieldsError) Unwrap() error { return e.Err }

// DecodeFields reads what Encode writes, and nothing else.
func DecodeFields(raw []byte) (*FieldProof, error) {
	if len(raw) > MaxFieldProof {
		return nil, errFields("longer than %d bytes", MaxFieldProof)
	}
	p := &FieldProof{}
	if err := decode(raw, p); err != nil {
		return nil, errFields("%v", err)
	}
	if p.Format != FieldsFormat {
		return nil, errFields("format %q, this program knows %q", invalid.Shown(p.Format), FieldsFormat)
	}
	if again, err := p.Encode(); err != nil || !bytes.Equal(again, raw) {
		return nil, errFields("not written as field proofs are")
	}
	return p, nil
}

// Verify proves that the fields are those of the leaf in the receipt, and
// gives both. That the leaf is in the log, the receipt proves with the log's
// key (Receipt.Verify) or a bundle with a trust (client/audit).
func (p *FieldProof) Verify() (evidencelog.Leaf, evidencelog.Receipt, error) {
	r, err := evidencelog.ParseReceipt([]byte(p.Receipt))
	if err != nil {
		return evidencelog.Leaf{}, r, err
	}
	leaf, err := evidencelog.DecodeLeaf(r.Leaf)
	if err != nil {
		return leaf, r, err
	}
	if leaf.Seq != r.Seq {
		return leaf, r, errFields("the leaf is number %d of its log, the receipt says %d", leaf.Seq, r.Seq)
	}
	proof, err := commitment.DecodeProof(p.Proof)
	if err != nil {
		return leaf, r, errFields("%v", err)
	}
	var openings []commitment.Opening
	for _, f := range p.Fields {
		o := commitment.Opening{Field: commitment.Field{Name: f.Name, Value: f.Value}}
		if copy(o.Salt[:], f.Salt); len(f.Salt) != len(o.Salt) {
			return leaf, r, errFields("the salt of %s has %d bytes, not %d", invalid.Shown(f.Name), len(f.Salt), len(o.Salt))
		}
		openings = append(openings, o)
	}
	if err := proof.Verify(leaf.FieldRoot, openings); err != nil {
		return leaf, r, &OtherFieldsError{err}
	}
	return leaf, r, nil
}
