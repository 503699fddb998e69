package evidencetest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/evidence"
)

// Log is an RFC 6962 log in memory.
type Log struct {
	Name string // origin
	Signer
	tree *testonly.Tree
}

// Signer is a key of a log or witness.
type Signer struct {
	note.Signer
	Key    string // verifier key
	Secret ed25519.PrivateKey
}

// must is for what cannot fail in a test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// NewLog makes an empty log with a key.
func NewLog(origin string) *Log {
	return &Log{Name: origin, Signer: NewSigner(origin), tree: testonly.New(rfc6962.DefaultHasher)}
}

// NewSigner draws a log's key.
func NewSigner(origin string) Signer {
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		panic(err)
	}
	return Signer{must(note.NewSigner(secret)), public, private(secret)}
}

// NewWitness draws a witness's key.
func NewWitness(msp string) Signer {
	secret, public, err := note.GenerateKey(rand.Reader, evidence.WitnessName(msp))
	if err != nil {
		panic(err)
	}
	return Signer{must(fnote.NewSignerForCosignatureV1(secret)), must(fnote.VKeyToCosignatureV1(public)), private(secret)}
}

// Append adds n leaves that nobody else adds.
func (l *Log) Append(n int) {
	for range n {
		l.tree.AppendData([]byte(rand.Text()))
	}
}

// Size of the log.
func (l *Log) Size() uint64 { return l.tree.Size() }

// Fork is another history after the first leaves, with the same key.
func (l *Log) Fork(after uint64) *Log {
	fork := &Log{Name: l.Name, Signer: l.Signer, tree: testonly.New(rfc6962.DefaultHasher)}
	for i := range after {
		fork.tree.Append(l.tree.LeafHash(i))
	}
	return fork
}

// Tree is the log at a size that it has or had.
func (l *Log) Tree(size uint64) evidence.Tree {
	return evidence.Tree{Size: size, Root: l.tree.HashAt(size)}
}

// At is the signed checkpoint of a size.
func (l *Log) At(size uint64) string { return Signed(l.Name, l.Tree(size), l.Signer) }

// Note is the signed checkpoint.
func (l *Log) Note() string { return l.At(l.Size()) }

// Signed is a checkpoint of a tree with signatures.
func Signed(origin string, t evidence.Tree, signers ...Signer) string {
	return SignedText(evidence.Checkpoint{Origin: origin, Tree: t}.Body(), signers...)
}

// SignedText is a text with signatures.
func SignedText(text string, signers ...Signer) string {
	var list []note.Signer
	for _, s := range signers {
		list = append(list, s.Signer)
	}
	return string(must(note.Sign(&note.Note{Text: text}, list...)))
}

// Proof that the log at a size begins with the one at a smaller size.
func (l *Log) Proof(from, to uint64) [][]byte { return must(l.tree.ConsistencyProof(from, to)) }

// private is the Ed25519 key in a note's signer key.
func private(secret string) ed25519.PrivateKey {
	raw := must(base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4]))
	return ed25519.NewKeyFromSeed(raw[1:])
}

// Rotation is the statement by which a key follows another.
func Rotation(name string, seq uint64, old, next Signer) evidence.RotateContent {
	message := evidence.RotationMessage(name, seq, old.Secret.Public().(ed25519.PublicKey), next.Secret.Public().(ed25519.PublicKey))
	return evidence.RotateContent{Key: next.Key, Seq: seq, OldSignature: ed25519.Sign(old.Secret, message), NewSignature: ed25519.Sign(next.Secret, message)}
}

// Cosign is a witness's line under a signed checkpoint.
func Cosign(w Signer, signed string) string {
	text, _, _ := strings.Cut(signed, "\n\n")
	_, line, ok := strings.Cut(SignedText(text+"\n", w), "\n\n")
	if !ok {
		panic(fmt.Sprintf("no signature in %q", signed))
	}
	return line
}
