package anchor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Prover proves that another organization's log only grew: a copy of the log
// (Copy), or its published tiles (Tiles).
type Prover interface {
	Consistency(from, to evidencelog.Checkpoint) ([]evidencelog.Hash, error)
}

// Witness cosigns other organizations' checkpoints with its organization's
// witness key. What it has signed lies in its directory, one file a log; a
// directory serves one process at a time.
type Witness struct {
	dir    string
	msp    string
	signer *fnote.Signer
}

// OpenWitness opens the witness of an organization; secret is its key as
// NewWitnessKey made it.
func OpenWitness(dir, msp, secret string) (*Witness, error) {
	s, err := fnote.NewSignerForCosignatureV1(secret)
	if err != nil {
		return nil, fmt.Errorf("witness key: %w", err)
	}
	if s.Name() != evidence.WitnessName(msp) {
		return nil, fmt.Errorf("witness key is %s's, not %s's", s.Name(), evidence.WitnessName(msp))
	}
	return &Witness{dir, msp, s}, nil
}

// Seen is the checkpoint that a witness signed last of a log.
type Seen struct {
	Origin   string           `json:"origin"`
	Sequence uint64           `json:"sequence"`
	Size     uint64           `json:"size"`
	Root     evidencelog.Hash `json:"root"`
	Note     string           `json:"note"` // as the log signed it: with another one of this size, the proof of a fork
}

func (s Seen) checkpoint() evidencelog.Checkpoint {
	return evidencelog.Checkpoint{Log: s.Origin, Size: s.Size, Root: s.Root}
}

// WitnessError says why a checkpoint is not cosigned: the log is not what it
// was. Both checkpoints, each signed by the log, prove it to anybody.
type WitnessError struct {
	Before, Now Seen
	Err         error
}

func (e *WitnessError) Error() string {
	return fmt.Sprintf("%s is not cosigned: its checkpoint of %d leaves does not follow the one of %d that was signed last: %v", e.Now.Origin, e.Now.Size, e.Before.Size, e.Err)
}
func (e *WitnessError) Unwrap() error { return e.Err }

// Cosigned is what came of a log that was looked at.
type Cosigned struct {
	Seen
	TxID string `json:"tx,omitempty"`
	New  bool   `json:"new"` // cosigned by this call
}

// Cosign looks at the last anchored checkpoint of a log and cosigns it on the
// ledger, if that has not been done.
func (w *Witness) Cosign(ctx context.Context, c *book.Client, origin string, p Prover, how book.Delivery) (Cosigned, error) {
	now, done, err := w.look(ctx, c, origin)
	if err != nil || done {
		return Cosigned{Seen: now}, err
	}
	if err := w.follows(now, p); err != nil {
		return Cosigned{}, err
	}
	line, err := w.sign(now.Note)
	if err != nil {
		return Cosigned{}, err
	}
	t, err := book.Show(ctx, c.Ledger())
	if err != nil {
		return Cosigned{}, err
	}
	content := evidence.CosignContent{Head: command.Head{Number: "cosign-" + strconv.FormatUint(now.Sequence, 10), Date: t.Open}, Origin: origin, Sequence: now.Sequence, Cosignature: line}
	r, err := deliver(ctx, c, evidence.Cosign, &content, how)
	switch {
	case err != nil:
		return Cosigned{}, err
	case r.Refusal != nil && (ledgerstate.DuplicateNumber.Is(r.Refusal) || ledgerstate.Exists.Is(r.Refusal)):
		return Cosigned{Seen: now}, nil // by an attempt before, with another time in it
	case r.Refusal != nil:
		return Cosigned{}, r.Refusal
	}
	return Cosigned{Seen: now, TxID: r.TxID, New: true}, nil
}

// look reads the last anchored checkpoint and verifies the log's signature;
// done says that this witness has cosigned it.
func (w *Witness) look(ctx context.Context, c *book.Client, origin string) (now Seen, done bool, err error) {
	owner, ok := evidence.OwnerOfLog(origin)
	if !ok {
		return Seen{}, false, evidence.OriginForm.At("origin", evidence.Origin("MSP", 1), origin)
	}
	if owner == w.msp {
		return Seen{}, false, evidence.CosignOwn.At("origin", nil, owner)
	}
	var s evidence.CheckpointSheet
	if err := c.Ask(ctx, command.CommonsName, evidence.ShowCheckpoint.Name, evidence.CheckpointQuery{Origin: origin}, &s); err != nil {
		return Seen{}, false, err
	}
	var keys evidence.KeysAnswer
	if err := c.Ask(ctx, command.CommonsName, evidence.Keys.Name, evidence.KeysQuery{Owner: owner}, &keys); err != nil {
		return Seen{}, false, err
	}
	cp, err := Verified(s.Note, origin, keys)
	if err != nil {
		return Seen{}, false, err
	}
	now = Seen{Origin: origin, Sequence: s.Sequence, Size: cp.Size, Root: evidencelog.Hash(cp.Root), Note: s.Note}
	for _, x := range s.Cosignatures {
		done = done || x.Witness == w.msp
	}
	return now, done, nil
}

// Verified opens a checkpoint with the keys that the ledger knows for the
// log and size.
func Verified(signed, origin string, keys evidence.KeysAnswer) (evidence.Checkpoint, error) {
	cp, err := evidence.ParseCheckpoint(signed)
	if err != nil {
		return cp, err
	}
	if cp.Origin != origin {
		return cp, evidence.OriginForm.At("note", origin, cp.Origin)
	}
	var list []note.Verifier
	for _, o := range keys.Organizations {
		ring, _ := o.Ring(origin)
		for _, k := range ring.Keys {
			if k.State == evidence.Revoked && cp.Size > k.Doubted {
				continue
			}
			v, err := note.NewVerifier(k.Verifier)
			if err != nil {
				return cp, err
			}
			list = append(list, v)
		}
	}
	if _, err := note.Open([]byte(signed), note.VerifierList(list...)); err != nil {
		return cp, fmt.Errorf("checkpoint of %s: %w", origin, err)
	}
	return cp, nil
}

// follows proves that a checkpoint's tree begins with the one signed last,
// and writes it down: before it is signed, so that whatever happens in
// between, nothing that contradicts it is ever signed.
func (w *Witness) follows(now Seen, p Prover) error {
	before, err := w.last(now.Origin)
	if err != nil {
		return err
	}
	no := func(err error) error { return &WitnessError{before, now, err} }
	switch {
	case before.Origin == "": // the first: trusted as it is
	case now.Size < before.Size:
		return no(errors.New("it is shorter"))
	case now.Size == before.Size && now.Root != before.Root:
		return no(errors.New("it has another root"))
	case now.Size > before.Size && before.Size > 0:
		if p == nil {
			return no(errors.New("nobody gave a proof"))
		}
		proof, err := p.Consistency(before.checkpoint(), now.checkpoint())
		if err == nil {
			err = evidencelog.VerifyConsistency(before.checkpoint(), now.checkpoint(), proof)
		}
		if err != nil {
			return no(err)
		}
	}
	raw, err := now.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	return wallet.ReplaceFile(w.path(now.Origin), raw)
}

func (s Seen) encode() ([]byte, error) {
	raw, err := json.MarshalIndent(s, "", "  ")
	return append(raw, '\n'), err
}

// readSeen takes nothing but what encode writes.
func readSeen(raw []byte) (s Seen, err error) {
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, err
	}
	if again, err := s.encode(); err != nil || !bytes.Equal(again, raw) {
		return s, errors.New("it is not as it was written")
	}
	return s, nil
}

// path of a log's file; origins have no other sign that a file's name may not
// have.
func (w *Witness) path(origin string) string { return filepath.Join(w.dir, seenFile(origin)) }

func seenFile(origin string) string { return strings.ReplaceAll(origin, "/", "_") + ".json" }

// last is what was signed last of a log; nothing is the zero value.
func (w *Witness) last(origin string) (Seen, error) {
	raw, err := os.ReadFile(w.path(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return Seen{}, nil
	}
	var s Seen
	if err == nil {
		s, err = readSeen(raw)
	}
	if err == nil && s.Origin != origin {
		err = fmt.Errorf("it is about %q", s.Origin)
	}
	if err != nil {
		return Seen{}, fmt.Errorf("what was signed of %s cannot be read, so nothing is signed: %w", origin, err)
	}
	return s, nil
}

// sign gives the witness's line under a checkpoint, with the time.
func (w *Witness) sign(signed string) (string, error) {
	text, _, _ := strings.Cut(signed, "\n\n")
	out, err := note.Sign(&note.Note{Text: text + "\n"}, w.signer)
	if err != nil {
		return "", err
	}
	_, line, _ := strings.Cut(string(out), "\n\n")
	return line, nil
}
