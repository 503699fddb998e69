package disclosure

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/vault"
)

// Formats of what goes over the wire.
const (
	AskFormat    = "qxl-disclosure-ask/1"
	AnswerFormat = "qxl-disclosure-answer/1"
)

// Limits of what goes over the wire.
const (
	maxAsk    = 64 << 10 // bytes of a request
	maxAnswer = 64 << 20 // of an answer without ciphertext
)

// Paths of a node.
const (
	pathDisclose   = "/v1/disclose"
	pathCiphertext = "/v1/ciphertext"
)

// Ask is what a user shows a node. All but the recipient stands on the ledger;
// it is repeated so that what never stood there can be told to the subject.
type Ask struct {
	Format    string                `json:"format"`
	Chaincode string                `json:"chaincode"` // where the request stands: a book or commons
	Use       disclosure.UseContent `json:"use"`
	Recipient string                `json:"recipient"` // age1…; its SHA-256 stands in the request
}

// RecipientHash is what stands on the ledger of a recipient's key.
func RecipientHash(recipient string) disclosure.Hash {
	sum := sha256.Sum256([]byte(recipient))
	return sum[:]
}

// Answer is what an owner hands over for a request.
type Answer struct {
	Format  string   `json:"format"`
	Request string   `json:"request"`
	Owner   string   `json:"owner"`
	Records []PartOf `json:"records"`
}

// PartOf is what is handed over of one record.
type PartOf struct {
	disclosure.Record
	Kind    string `json:"kind"`    // key or fields
	Sealed  []byte `json:"sealed"`  // age, for the recipient: a share of the vault, or a FieldProof
	Receipt string `json:"receipt"` // the leaf's C2SP tlog-proof, of today
}

// Kinds of what is handed over.
const (
	Key    = "key"    // the record's key: the whole record
	Fields = "fields" // fields with their proof, and nothing else
)

// RefusedError is a node's no.
type RefusedError struct {
	*refusal.Refusal
	Recorded bool // it stands on the ledger
}

func (e *RefusedError) Error() string { return "the owner's node refuses: " + e.Refusal.Error() }

// Unwrap is the refusal.
func (e *RefusedError) Unwrap() error { return e.Refusal }

// refusedAnswer is a RefusedError on the wire.
type refusedAnswer struct {
	Refusal  *refusal.Refusal `json:"refusal"`
	Recorded bool             `json:"recorded"`
}

func errAnswer(format string, a ...any) error {
	return &invalid.Error{Code: "DISCLOSURE_ANSWER", Field: "answer", Zh: "数据持有方的答复不可用", En: fmt.Sprintf(format, a...), Hint: "nothing of it is to be used; ask the owner"}
}

// decode reads one JSON document strictly.
func decode(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("more than one document")
	}
	return nil
}

// seal encrypts for a recipient.
func seal(recipient string, plain []byte) ([]byte, error) {
	to, _, err := vault.ParseRecipient(recipient)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// unseal opens what seal made.
func unseal(sealed []byte, identity age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, errAnswer("it does not open with the recipient's key: %v", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil {
		return nil, errAnswer("it is damaged: %v", err)
	}
	return plain, nil
}
