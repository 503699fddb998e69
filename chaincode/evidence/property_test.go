package evidence_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/evidence/evidencetest"
)

// However a log grows and whatever is tried, its head is the true log at some
// size: what is no part of it is refused, and moves nothing. (What nobody but
// the log's own key can lie about is how many leaves came after the head: a
// proof of some sizes fits others. It is found at the next honest anchor, and
// by whoever reads the log.)
func TestTheHeadNeverLeavesTheLog(t *testing.T) {
	w := newWorld(t)
	fresh := w.Snapshot()
	accepted, refused := 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		fresh()
		l := evidencetest.NewLog(logA)
		w.register(signsA, l.Key)
		var gone []evidencetest.Signer // keys that sign no more
		at, sequence := uint64(0), uint64(0)
		good := func(size uint64) evidence.AnchorContent { return w.anchor(l, size) }
		signed := func(t evidence.Tree, s evidencetest.Signer) string { return evidencetest.Signed(logA, t, s) }
		within := func(label string, least, most uint64) uint64 { return rapid.Uint64Range(least, most).Draw(rt, label) }
		bad := func(code, who string, c evidence.AnchorContent) {
			r, err := w.Submit("commons", who, "evidence.Anchor", c)
			require.NoError(rt, err)
			require.Equal(rt, "refused", r.Outcome)
			require.Equal(rt, code, r.Refusal.Code)
			refused[code]++
		}
		// another is a tree that differs from the log before the head.
		another := func() *evidencetest.Log {
			f := l.Fork(within("fork", 0, at-1))
			f.Append(int(l.Size()-f.Size()) + rapid.IntRange(0, 9).Draw(rt, "further"))
			return f
		}
		rt.Repeat(map[string]func(*rapid.T){
			"grow": func(*rapid.T) { l.Append(rapid.IntRange(1, 40).Draw(rt, "leaves")) },
			"anchor": func(*rapid.T) {
				size := within("size", at, l.Size())
				w.does(keepsA, "evidence.Anchor", good(size))
				at, sequence = size, sequence+1
				accepted++
			},
			"fork": func(*rapid.T) {
				if at == 0 {
					rt.Skip("nothing to fork from")
				}
				f := another()
				c := good(l.Size())
				c.Note = f.Note()
				if rapid.Bool().Draw(rt, "with its own proof") {
					c.Proof = f.Proof(at, f.Size())
				}
				bad("EVIDENCE_NOT_CONSISTENT", keepsA, c)
			},
			"another root": func(*rapid.T) {
				tree := l.Tree(l.Size())
				if at == 0 && tree.Size > 0 {
					rt.Skip("the first anchor's root is the log's word")
				}
				tree.Root = append([]byte(nil), tree.Root...)
				tree.Root[within("byte", 0, 31)] ^= byte(within("bits", 1, 255))
				c := good(l.Size())
				c.Note = signed(tree, l.Signer)
				bad("EVIDENCE_NOT_CONSISTENT", keepsA, c)
			},
			"another proof": func(*rapid.T) {
				c := good(l.Size())
				if len(c.Proof) == 0 {
					c.Proof = [][]byte{l.Tree(0).Root}
				} else {
					i := within("hash", 0, uint64(len(c.Proof)-1))
					if rapid.Bool().Draw(rt, "drop") {
						c.Proof = append(c.Proof[:i], c.Proof[i+1:]...)
					} else {
						c.Proof[i] = append([]byte(nil), c.Proof[i]...)
						c.Proof[i][within("byte", 0, 31)] ^= byte(within("bits", 1, 255))
					}
				}
				bad("EVIDENCE_NOT_CONSISTENT", keepsA, c)
			},
			"smaller": func(*rapid.T) {
				if at == 0 {
					rt.Skip("nothing is smaller")
				}
				c := good(l.Size())
				c.Note = l.At(within("size", 0, at-1))
				bad("EVIDENCE_SIZE", keepsA, c)
			},
			"another log's": func(*rapid.T) {
				c := good(l.Size())
				c.Note = evidencetest.Signed("qxl/BankAMSP/2", l.Tree(l.Size()), l.Signer)
				bad("EVIDENCE_NO_LOG", keepsA, c)
			},
			"unknown key": func(*rapid.T) {
				c := good(l.Size())
				c.Note = signed(l.Tree(l.Size()), evidencetest.NewSigner(logA))
				bad("EVIDENCE_KEY_UNKNOWN", keepsA, c)
			},
			"gone key": func(*rapid.T) {
				if len(gone) == 0 {
					rt.Skip("none is gone")
				}
				c := good(l.Size())
				c.Note = signed(l.Tree(l.Size()), rapid.SampledFrom(gone).Draw(rt, "key"))
				r, err := w.Submit("commons", keepsA, "evidence.Anchor", c)
				require.NoError(rt, err)
				require.Contains(rt, []string{"EVIDENCE_KEY_RETIRED", "EVIDENCE_KEY_REVOKED"}, r.Refusal.Code)
				refused[r.Refusal.Code]++
			},
			"another organization": func(*rapid.T) {
				who := rapid.SampledFrom([]string{keepsB, "Commission/operator", "CentralBank/officer", "Finance/officer", "Audit/auditor"}).Draw(rt, "who")
				bad("EVIDENCE_NOT_OWNER", who, good(l.Size()))
			},
			"sequence": func(*rapid.T) {
				c := good(l.Size())
				c.Sequence += within("skipped", 1, 1000)
				bad("EVIDENCE_SEQUENCE", keepsA, c)
			},
			"rotate": func(*rapid.T) {
				if len(gone) > 8 {
					rt.Skip("often enough")
				}
				next := evidencetest.NewSigner(logA)
				c := evidencetest.Rotation(logA, l.Size(), l.Signer, next)
				c.Head = w.head()
				w.does(signsA, "evidence.RotateKey", c)
				gone, l.Signer = append(gone, l.Signer), next
			},
			"revoke": func(*rapid.T) {
				if len(gone) > 8 {
					rt.Skip("often enough")
				}
				w.does(signsA, "evidence.RevokeKey", evidence.RevokeContent{Head: w.head(), Key: l.Key, From: within("from", 0, at), Reason: "x"})
				bad("EVIDENCE_KEY_REVOKED", keepsA, good(l.Size()))
				gone, l.Signer = append(gone, l.Signer), evidencetest.NewSigner(logA)
				w.register(signsA, l.Key)
			},
			"": func(*rapid.T) {
				s := w.log(logA)
				require.Equal(rt, sequence, s.Sequence)
				require.Equal(rt, l.Tree(at), evidence.Tree{Size: s.Size, Root: s.Root})
			},
		})
	})
	require.Greater(t, accepted, 100)
	for _, code := range []string{"EVIDENCE_NOT_CONSISTENT", "EVIDENCE_SIZE", "EVIDENCE_NO_LOG", "EVIDENCE_KEY_UNKNOWN", "EVIDENCE_KEY_RETIRED", "EVIDENCE_KEY_REVOKED", "EVIDENCE_NOT_OWNER", "EVIDENCE_SEQUENCE"} {
		require.Greater(t, refused[code], 20, code)
	}
	t.Log(accepted, "anchors accepted, refused:", refused)
}
