package subject

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// SealSize is the length of a seal in bytes.
const SealSize = 16

// Identity is a subject's identity as text that is the same in every bank's
// book: "USCC:…" or "RID:…".
func (s Subject) Identity(natural string) string {
	if s.ID == ResidentID {
		return "RID:" + natural
	}
	return "USCC:" + natural
}

// Seal hides an identity until somebody shows it together with its blind. Who
// has the seal alone learns nothing, though identities are few enough to try.
func Seal(identity string, blind []byte) []byte {
	h := sha256.New()
	h.Write([]byte("qxl borrower"))
	var n [4]byte
	for _, part := range [][]byte{blind, []byte(identity)} {
		binary.BigEndian.PutUint32(n[:], uint32(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	return h.Sum(nil)[:SealSize]
}

// Opens reports whether identity and blind are what was sealed.
func Opens(seal []byte, identity string, blind []byte) bool {
	return len(seal) == SealSize && subtle.ConstantTimeCompare(seal, Seal(identity, blind)) == 1
}

// Opened is what opens a subject's seal. Both parts are seen by the bank and
// the Commission alone, until the bank shows them.
type Opened struct {
	Identity string
	Blind    []byte
}

// OpenedAt gives what opens the seal of a subject of this book. Only lanes and
// queries of the collection person may ask.
func OpenedAt(ctx *command.Context, pseudonym string) (Opened, error) {
	ref := Want(pseudonym, "").Ref
	r, err := Kind.At(ctx.View, ref.ID)
	if err != nil {
		return Opened{}, err
	}
	if r == nil {
		return Opened{}, Unknown.At("subject", nil, pseudonym)
	}
	blind, err := ctx.MAC(command.Person.Name, "borrower", []byte(pseudonym))
	return Opened{r.State.Identity(r.Natural), blind}, err
}

// SealOf is the seal that a loan keeps of its borrower.
func SealOf(ctx *command.Context, pseudonym string) ([]byte, error) {
	o, err := OpenedAt(ctx, pseudonym)
	if err != nil {
		return nil, err
	}
	return Seal(o.Identity, o.Blind), nil
}
