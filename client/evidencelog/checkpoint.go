package evidencelog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"

	tlog "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Checkpoint is what a log signs: a tree of Size leaves has this root.
type Checkpoint struct {
	Log  string `json:"log"`
	Size uint64 `json:"size"`
	Root Hash   `json:"root"`
}

// body is the C2SP checkpoint without signatures.
func (c Checkpoint) body() string {
	return string(tlog.Checkpoint{Origin: c.Log, Size: c.Size, Hash: c.Root[:]}.Marshal())
}

func (c Checkpoint) sign(signers ...note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.body()}, signers...)
}

// OpenCheckpoint reads a signed checkpoint of the log that key belongs to. It
// takes the very bytes that a log writes: three lines and signatures, no
// extension lines. Signatures by others do not count and do no harm.
func OpenCheckpoint(signed []byte, key note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(raw) != s.Base64 {
			return Checkpoint{}, fmt.Errorf("checkpoint of %s: the signature of %s has a second spelling", key.Name(), s.Name)
		}
	}
	var parsed tlog.Checkpoint
	if _, err := parsed.Unmarshal([]byte(n.Text)); err != nil || len(parsed.Hash) != len(Hash{}) {
		return Checkpoint{}, fmt.Errorf("checkpoint of %s is not written as checkpoints are", key.Name())
	}
	c := Checkpoint{Log: parsed.Origin, Size: parsed.Size, Root: Hash(parsed.Hash)}
	if c.Log != key.Name() {
		return Checkpoint{}, fmt.Errorf("checkpoint of the log %q, signed with the key of %q", c.Log, key.Name())
	}
	if c.body() != n.Text {
		return Checkpoint{}, fmt.Errorf("checkpoint of %s is not written as checkpoints are", c.Log)
	}
	return c, nil
}

// OpenAny is OpenCheckpoint with the newest of a log's keys that signed it.
func OpenAny(signed []byte, keys []note.Verifier) (c Checkpoint, err error) {
	err = errors.New("no key of the log is known")
	for i := len(keys) - 1; i >= 0 && err != nil; i-- {
		c, err = OpenCheckpoint(signed, keys[i])
	}
	return c, err
}

var logName = regexp.MustCompile(`^qxl(/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){2}$`)

// checkLogName: qxl/MSP/NUMBER. The name goes into every checkpoint, and "+"
// and spaces mean something in notes.
func checkLogName(log string) error {
	if logName.MatchString(log) {
		return nil
	}
	return &invalid.Error{Code: "LOG_NAME", Field: "log", Limit: "qxl/MSP/NUMBER", Value: invalid.Shown(log), Zh: "日志名称写法不对", En: "not written as names of logs are", Hint: "for example qxl/BankAMSP/1"}
}
