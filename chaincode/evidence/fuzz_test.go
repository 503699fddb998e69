package evidence_test

import (
	"strings"
	"testing"

	"github.com/qingxinlian/qxl/chaincode/evidence"
)

// FuzzParseCheckpoint: the ledger takes a checkpoint in one spelling.
func FuzzParseCheckpoint(f *testing.F) {
	signature := "\n— qxl/BankAMSP/1 " + strings.Repeat("A", 91) + "=\n"
	body := evidence.Checkpoint{Origin: "qxl/BankAMSP/1", Tree: evidence.Tree{Size: 7, Root: make([]byte, 32)}}.Body()
	for _, text := range []string{body + signature, body + signature + signature[1:], "0" + body + signature, body} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, signed string) {
		c, err := evidence.ParseCheckpoint(signed)
		if err != nil {
			return
		}
		if !strings.HasPrefix(signed, c.Body()+"\n") {
			t.Fatalf("%q says %q", signed, c.Body())
		}
		if len(signed) > evidence.MaxNote || strings.Count(signed, "\n") > 6 {
			t.Fatalf("%q is too long", signed)
		}
	})
}
