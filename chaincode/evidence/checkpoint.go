package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// HashSize is the length of a tree's hashes: SHA-256.
const HashSize = 32

// MaxNote bounds a checkpoint's bytes.
const MaxNote = 1 << 10

// maxProof bounds a proof's hashes: those of a tree of 2⁶³ leaves.
const maxProof = 64

// Tree is a log at a size.
type Tree struct {
	Size uint64
	Root []byte
}

// EmptyTree is what every log begins as.
func EmptyTree() Tree { return Tree{Root: rfc6962.DefaultHasher.EmptyRoot()} }

// Checkpoint is what a log's signature says.
type Checkpoint struct {
	Origin string
	Tree
}

// Body is the checkpoint's text, which is what is signed.
func (c Checkpoint) Body() string {
	return c.Origin + "\n" + strconv.FormatUint(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root) + "\n"
}

// maxSignatures of a checkpoint: the one over the leaf by which a key follows
// another bears those of both.
const maxSignatures = 2

// ParseCheckpoint reads a signed checkpoint without looking at the signatures:
// three lines, an empty one, one signature or two. It takes one form only, so
// that what is stored is what everybody else would write.
func ParseCheckpoint(signed string) (Checkpoint, error) {
	_, signatures, ok := strings.Cut(signed, "\n\n")
	body := body(signed)
	switch {
	case len(signed) > MaxNote:
		return Checkpoint{}, NoteForm.At("note", MaxNote, len(signed))
	case !ok:
		return Checkpoint{}, NoteForm.At("note", "1..2 signatures", 0)
	}
	list := strings.SplitAfter(signatures, "\n")
	if n := len(list) - 1; n < 1 || n > maxSignatures || list[n] != "" {
		return Checkpoint{}, NoteForm.At("note", "1..2 signatures", n)
	}
	for _, line := range list[:len(list)-1] {
		if _, raw, ok := signatureLine(line); !ok || len(raw) != ed25519Signature {
			return Checkpoint{}, NoteForm.At("note", "Ed25519 signatures", line)
		}
	}
	lines := strings.Split(body, "\n") // the last is empty
	if len(lines) != 4 {
		return Checkpoint{}, NoteForm.At("note", "3 lines", len(lines)-1)
	}
	if _, ok := OwnerOfLog(lines[0]); !ok {
		return Checkpoint{}, OriginForm.At("note", Origin("MSP", 1), lines[0])
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return Checkpoint{}, NoteForm.At("note", "size", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != HashSize {
		return Checkpoint{}, NoteForm.At("note", "root of 32 bytes", lines[2])
	}
	c := Checkpoint{lines[0], Tree{size, root}}
	if c.Body() != body {
		return Checkpoint{}, NoteForm.At("note", c.Body(), body)
	}
	return c, nil
}

// body is what of a signed text is signed.
func body(signed string) string {
	text, _, _ := strings.Cut(signed, "\n\n")
	return text + "\n"
}

// Lengths of what follows the four bytes of the key's hash in a signature.
const (
	keyHash          = 4
	ed25519Signature = keyHash + 64
	cosignature      = keyHash + 8 + 64 // a time first
)

// signatureLine reads one line "— name base64" with its end, in the one form
// that a note gives it.
func signatureLine(s string) (name string, raw []byte, ok bool) {
	rest, ok := strings.CutPrefix(s, "— ")
	name, encoded, found := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	return name, raw, ok && found && err == nil && "— "+name+" "+base64.StdEncoding.EncodeToString(raw)+"\n" == s
}

// check tells whether now is the tree that was, grown: the rule that keeps a
// log from forking. A tree of the same size must be the same.
func (now Tree) check(was Tree, hashes [][]byte) error {
	if now.Size < was.Size {
		return SizeBack.At("note", was.Size, now.Size)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, was.Size, now.Size, hashes, was.Root, now.Root); err != nil {
		return Inconsistent.At("proof", was.String(), now.String())
	}
	return nil
}

// String is the tree in a refusal: its size and root.
func (t Tree) String() string {
	return strconv.FormatUint(t.Size, 10) + " " + base64.StdEncoding.EncodeToString(t.Root)
}

// RotationMessage is what both keys sign, as they are, when one follows the
// other: a line that no checkpoint and no cosignature begins with, the name, the
// leaf of the log that says so (0 for a witness) in 8 bytes, and both keys.
func RotationMessage(name string, seq uint64, old, next ed25519.PublicKey) []byte {
	b := []byte("qxl log key rotation v1\n" + name + "\n")
	b = binary.BigEndian.AppendUint64(b, seq)
	return append(append(b, old...), next...)
}

// opened is a signed text whose signatures verify, or why they do not.
func opened(signed, field string, keys ...note.Verifier) (*note.Note, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(keys...))
	var wrong *note.InvalidSignatureError
	var unknown *note.UnverifiedNoteError
	switch {
	case err == nil:
		return n, nil
	case errors.As(err, &wrong):
		return nil, Signature.At(field, nil, keyID(wrong.Name, wrong.Hash))
	case errors.As(err, &unknown):
		return unknown.Note, KeyUnknown.At(field, ids(keys), signers(unknown.Note))
	}
	return nil, NoteForm.At(field, "a signed note", nil)
}

// keyID is how people tell keys apart: name and hash.
func keyID(name string, hash uint32) string {
	const digits = "0123456789abcdef"
	b := make([]byte, 8)
	for i := range b {
		b[i] = digits[hash>>(28-4*i)&15]
	}
	return name + "+" + string(b)
}

func ids(keys []note.Verifier) string {
	var list []string
	for _, k := range keys {
		list = append(list, keyID(k.Name(), k.KeyHash()))
	}
	return strings.Join(list, " ")
}

func signers(n *note.Note) string {
	var list []string
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		list = append(list, keyID(s.Name, s.Hash))
	}
	return strings.Join(list, " ")
}
