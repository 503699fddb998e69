package disclosure

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Limits of the record, not of law.
const (
	maxRecords  = 16
	maxFields   = 32
	maxText     = 64  // bytes of a name, code or number
	maxDetail   = 200 // of a refusal's limit or actual value
	maxRefusals = 32  // kept of a request
	minNumber   = 16
)

func validNumber(s string) error {
	if len(s) < minNumber || len(s) > maxText || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return NumberForm.At("request", "16..64 of a-z 0-9 -", invalid.Shown(s))
	}
	return nil
}

func (t Terms) valid() error {
	switch {
	case len(t.Grant.No) > maxText:
		return authorization.NumberForm.At("grant.no", "1..64", len(t.Grant.No))
	case !subject.ValidPseudonym(t.Subject):
		return authorization.SubjectForm.At("subject", "8..32 of a-z 0-9", invalid.Shown(t.Subject))
	case t.Purpose == "" || len(t.Purpose) > maxText:
		return authorization.PurposeUnknown.At("purpose", nil, invalid.Shown(t.Purpose))
	case t.Why == "" || len(t.Why) > maxText:
		return TextLength.At("why", "1..64", len(t.Why))
	case t.Owner == "" || len(t.Owner) > maxText:
		return OwnerWrong.At("owner", nil, invalid.Shown(t.Owner))
	case len(t.Recipient) == 0:
		return RecipientForm.At("recipient", nil, nil)
	case len(t.Records) < 1 || len(t.Records) > maxRecords:
		return RecordsWrong.At("records", "1..16", len(t.Records))
	case len(t.Fields) > maxFields:
		return FieldsWrong.At("fields", "0..32", len(t.Fields))
	}
	for i, f := range t.Fields {
		if f == "" || len(f) > maxText || i > 0 && t.Fields[i-1] >= f {
			return FieldsWrong.At("fields", "names in order, each once", invalid.Shown(f))
		}
	}
	seen := map[string]bool{}
	for _, r := range t.Records {
		if msp, ok := evidence.OwnerOfLog(r.Log); !ok || msp != t.Owner {
			return RecordsWrong.At("records", evidence.Origin(t.Owner, 1), invalid.Shown(r.Log))
		}
		if len(r.Leaf) == 0 || r.Item == "" || len(r.Item) > maxText || seen[string(r.Leaf)] {
			return RecordsWrong.At("records", "each once, with leaf and item", invalid.Shown(r.Item))
		}
		seen[string(r.Leaf)] = true
	}
	return nil
}
