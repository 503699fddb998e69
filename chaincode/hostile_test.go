package chaincode_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
)

// valid are values that let a content pass the checks of the other fields.
var valid = map[string]any{"use": "FEED", "product": "AGR", "reason": "R01", "guarantee": "C1", "method": "EQI", "purpose": "01", "items": []any{"LOAN"},
	"subject_type": "PERSON", "capacity": "SELF", "mode": "RAW", "grantee": "BankAMSP", "providers": []any{"CentralBankMSP"}, "consents": []any{"PROVISION"},
	"form": hex64, "signature": hex64, "warning": hex64, "voucher": hex64, "payee": hex64, "channel": "APP", "type": "HERDER", "id_kind": "USCC",
	"checked_by": "QX02", "day_count": "ACT/360", "rounding": "half-up", "month_end": "clamp", "fingerprint": hex64, "origin": "qxl/BankAMSP/1",
	"key": evidenceKey, "cosignature": "— qxl/BankBMSP/witness " + base64.StdEncoding.EncodeToString(make([]byte, 76)) + "\n", "proof": []any{}, "old_signature": base64.StdEncoding.EncodeToString(make([]byte, 64)), "new_signature": base64.StdEncoding.EncodeToString(make([]byte, 64))}

// A verifier key and a checkpoint of the right form, of zeros: its signature
// does not verify.
var (
	evidenceKey  = "qxl/CommissionMSP/1+" + zeroHash() + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, make([]byte, 32)...))
	evidenceNote = "qxl/CommissionMSP/1\n1\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n\n— qxl/CommissionMSP/1 " + base64.StdEncoding.EncodeToString(make([]byte, 68)) + "\n"
)

func zeroHash() string {
	sum := sha256.Sum256(append([]byte("qxl/CommissionMSP/1\n\x01"), make([]byte, 32)...))
	return hex.EncodeToString(sum[:4])
}

var hex64 = strings.Repeat("0", 64)

// skeleton is a content with every field present, as JSON values.
func skeleton(t reflect.Type) any {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()) {
		return map[string]any{"Date": "2024-08-01", "ID": "abcdefgh.0", "Fen": "1.00", "Rate": "1.0"}[t.Name()]
	}
	switch t.Kind() {
	case reflect.Pointer:
		return skeleton(t.Elem())
	case reflect.Slice:
		return []any{skeleton(t.Elem())}
	case reflect.Struct:
		m := map[string]any{}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case name == "-" || !f.IsExported():
			case f.Anonymous && name == "":
				for k, v := range skeleton(f.Type).(map[string]any) {
					m[k] = v
				}
			default:
				if name == "" {
					name = f.Name
				}
				m[name] = skeleton(f.Type)
				if good, ok := valid[name]; ok {
					m[name] = good
				}
			}
		}
		return m
	case reflect.String:
		return "abcdefgh"
	case reflect.Bool:
		return true
	}
	return 1
}

// mutate calls visit with v after each place of it was replaced by each of
// the hostile values.
func mutate(v any, set func(any), visit func()) {
	for _, bad := range []string{`null`, `{}`, `[]`, `[null]`, `""`, `"\u0000/~"`, `-1`, `1e400`, `9223372036854775807`, `-9223372036854775808`, `1.5`,
		`"2200-12-31"`, `"1900-01-01"`, `"abcdefgh.255"`, `"92233720368547758.07"`, `true`, `{"a":{"a":{}}}`} {
		set(json.RawMessage(bad))
		visit()
	}
	set(v)
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			mutate(e, func(n any) { x[k] = n }, visit)
		}
	case []any:
		for i, e := range x {
			mutate(e, func(n any) { x[i] = n }, visit)
		}
	}
}

// Whatever stands in a command's content, it is refused by itself: it never
// fails the transaction, and never the process.
func TestHostileContentIsRefusedAlone(t *testing.T) {
	for _, x := range []struct {
		cc   string
		defs []command.Definition
	}{{"commons", chaincode.CommonsCommands}, {chaincodetest.BookA, chaincode.BookCommands}} {
		for _, d := range x.defs {
			spec := d.Describe()
			if spec.Name == "consortium.OpenDay" {
				continue // its dates are tested on their own: the first would close the door to all others
			}
			t.Run(spec.Name, func(t *testing.T) {
				l := chaincodetest.New(t, "2024-08-01")
				org := map[command.Party]string{command.Commission: "Commission", command.CentralBank: "CentralBank", command.Finance: "Finance", command.Bank: "BankA",
					command.Subject: "Subject", command.Audit: "Audit"}[spec.Access[0].Party]
				who := org + "/" + spec.Access[0].Role
				if spec.Access[0].Party == command.Subject {
					who = "Subject/abcdefgh" // the one whom the skeleton names
				}
				var steps []chaincodetest.Step
				root := skeleton(reflect.TypeOf(d.New()).Elem())
				if spec.Name == "authorization.Grant" || spec.Name == "authorization.GrantOther" {
					root.(map[string]any)["method"] = "CA"
				}
				if spec.Name == "evidence.Anchor" {
					root.(map[string]any)["note"] = evidenceNote
				}
				content := root
				mutate(root, func(v any) { content = v }, func() {
					raw, err := json.Marshal(content)
					require.NoError(t, err)
					steps = append(steps, chaincodetest.Step{Name: spec.Name, Content: json.RawMessage(raw)})
				})
				for len(steps) > 0 {
					n := min(len(steps), command.MaxBatch)
					if _, err := l.Batch(x.cc, who, spec.Lane.Name, steps[:n]...); err != nil {
						for _, s := range steps[:n] {
							_, err := l.Batch(x.cc, who, spec.Lane.Name, s)
							require.NoError(t, err, "%s", s.Content)
						}
						require.NoError(t, err)
					}
					steps = steps[n:]
				}
			})
		}
	}
}
