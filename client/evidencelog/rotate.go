package evidencelog

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"

	"github.com/qingxinlian/qxl/chaincode/evidence"
)

// Check verifies both signatures of a rotation in its place.
func (r *Rotation) Check(log string, seq uint64) error {
	msg := evidence.RotationMessage(log, seq, r.Old, r.New)
	if !ed25519.Verify(r.Old, msg, r.OldSig) || !ed25519.Verify(r.New, msg, r.NewSig) {
		return errors.New("the key rotation does not bear the signatures of both its keys")
	}
	return nil
}

// Rotate makes a new key, which signs the log from then on. Its leaf bears the
// signatures of both keys, and so does the checkpoint over it: whoever knows
// either key takes it. The old key's file is removed. Killed half-way, the log
// has either key, and the file of the other is removed at the next opening.
func (l *Log) Rotate(ctx context.Context) (Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return Receipt{}, err
	}
	key, err := newKey(l.dir, l.o)
	if err != nil {
		return Receipt{}, err
	}
	next, err := newNoteSigner(l.name, key)
	if err != nil {
		return Receipt{}, err
	}
	r := &Rotation{Old: l.signer.pub(), New: next.pub()}
	msg := evidence.RotationMessage(l.name, l.tree.size, r.Old, r.New)
	for _, s := range []struct {
		key crypto.Signer
		sig *[]byte
	}{{l.signer.key, &r.OldSig}, {key, &r.NewSig}} {
		if *s.sig, err = s.key.Sign(rand.Reader, msg, crypto.Hash(0)); err != nil {
			return Receipt{}, err
		}
	}
	receipts, err := l.commit([]Leaf{{Entry: Entry{Kind: KindKeyRotate}, Seq: l.tree.size, Rotation: r}}, &next)
	if err != nil {
		return Receipt{}, err
	}
	return receipts[0], dropKeys(l.dir, next.pub())
}
