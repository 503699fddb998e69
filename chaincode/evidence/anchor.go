package evidence

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// AnchorContent is a log's checkpoint, and the proof that its tree begins
// with the one anchored last. The proof is looked at and not kept.
type AnchorContent struct {
	command.Head
	Sequence uint64   `json:"sequence"` // one more than the head's
	Note     string   `json:"note"`     // the signed checkpoint
	Proof    [][]byte `json:"proof"`    // RFC 6962 consistency proof; empty for the first anchor and for a heartbeat
}

// Anchor 锚定检查点: moves a log's head. One of the same size and root is a
// heartbeat: it says that nothing is new.
//
// What an anchor brings into being is its checkpoint, under the log and the
// sequence; sent again with the same number it is already applied, and
// another one of that sequence is refused there. The head is read and
// written, so of two anchors that were endorsed at once one commits.
var Anchor = command.Command[AnchorContent]{
	Spec: command.Spec{Name: "evidence.Anchor", Zh: "锚定检查点", En: "anchor a log's signed checkpoint", Source: consistency + "; " + tlogCheckpoint,
		Access: keepers, Lane: command.PublicLane},
	Wants: func(c AnchorContent) []ledgerstate.Want {
		cp, err := ParseCheckpoint(c.Note)
		if err != nil {
			return nil
		}
		return append([]ledgerstate.Want{{Kind: CheckpointKind, Ref: CheckpointRef(cp.Origin, c.Sequence), Birth: true}}, wantsOf(cp.Origin)...)
	},
	Valid: func(c AnchorContent) error {
		if c.Sequence < 1 || c.Sequence > MaxSequence {
			return SequenceWrong.At("sequence", "1..999999999999", c.Sequence)
		}
		if n := len(c.Proof); n > maxProof {
			return ProofForm.At("proof", maxProof, n)
		}
		for _, h := range c.Proof {
			if n := len(h); n != HashSize {
				return ProofForm.At("proof", HashSize, n)
			}
		}
		_, err := ParseCheckpoint(c.Note)
		return err
	},
	Decide: func(ctx *command.Context, c AnchorContent) ([]ledgerstate.Change, error) {
		cp, err := ParseCheckpoint(c.Note)
		if err != nil {
			return nil, err
		}
		o, _, err := own(ctx, cp.Origin)
		if err != nil {
			return nil, err
		}
		ring, found := o.Ring(cp.Origin)
		if !found {
			return nil, NoLog.At("note", nil, cp.Origin)
		}
		if err := ring.signed("note", c.Note); err != nil {
			return nil, err
		}
		h, err := HeadKind.Get(ctx.View, "note", HeadRef(cp.Origin))
		if err != nil {
			return nil, err
		}
		if next := h.State.Sequence + 1; c.Sequence != next {
			return nil, SequenceWrong.At("sequence", next, c.Sequence)
		}
		if err := cp.Tree.check(h.State.Tree, c.Proof); err != nil {
			return nil, err
		}
		tx, err := hex.DecodeString(ctx.TxID())
		if err != nil { // an engine whose IDs are not hex
			tx = []byte(ctx.TxID())
		}
		return []ledgerstate.Change{
			CheckpointKind.Born(CheckpointRef(cp.Origin, c.Sequence), Anchored{Note: c.Note, TxID: tx}),
			HeadKind.Happened(HeadRef(cp.Origin), Moved{Head{c.Sequence, cp.Tree}}),
		}, nil
	},
}

// signed tells whether a checkpoint bears the signature of the live key.
func (r Keyring) signed(field, checkpoint string) error {
	n, err := opened(checkpoint, field, r.verifiers()...)
	if err != nil {
		return err
	}
	var k Key
	for _, s := range n.Sigs {
		if k, _ = r.find(s.Name, s.Hash); k.State == Live {
			return nil
		}
	}
	if k.State == Revoked {
		return KeyRevoked.At(field, k.Doubted, k.Verifier)
	}
	live, _ := r.Live()
	return KeyRetired.At(field, live.Verifier, k.Verifier)
}

// CosignContent is another organization's signature of an anchored
// checkpoint.
type CosignContent struct {
	command.Head
	Origin      string `json:"origin"`
	Sequence    uint64 `json:"sequence"`    // of the anchor
	Cosignature string `json:"cosignature"` // one line, with its end
}

// Cosign 见证检查点: a witness has seen that the log only grew.
var Cosign = command.Command[CosignContent]{
	Spec: command.Spec{Name: "evidence.Cosign", Zh: "见证检查点", En: "cosign another organization's anchored checkpoint", Source: tlogCosignature,
		Access: witnesses, Lane: command.PublicLane},
	Wants: func(c CosignContent) []ledgerstate.Want {
		name, _, _ := signatureLine(c.Cosignature)
		msp, ok := OwnerOfWitness(name)
		if !ok {
			return nil
		}
		return []ledgerstate.Want{
			{Kind: CosignatureKind, Ref: CosignatureRef(c.Origin, c.Sequence, msp), Birth: true},
			{Kind: OrganizationKind, Ref: OrganizationRef(msp)},
			{Kind: CheckpointKind, Ref: CheckpointRef(c.Origin, c.Sequence)},
		}
	},
	Valid: func(c CosignContent) error {
		if _, ok := OwnerOfLog(c.Origin); !ok {
			return OriginForm.At("origin", Origin("MSP", 1), c.Origin)
		}
		if c.Sequence < 1 || c.Sequence > MaxSequence {
			return SequenceWrong.At("sequence", "1..999999999999", c.Sequence)
		}
		name, raw, ok := signatureLine(c.Cosignature)
		if !ok || len(raw) != cosignature {
			return CosignatureForm.At("cosignature", "— name base64", len(c.Cosignature))
		}
		if _, ok := OwnerOfWitness(name); !ok {
			return WitnessForm.At("cosignature", WitnessName("MSP"), name)
		}
		return nil
	},
	Decide: func(ctx *command.Context, c CosignContent) ([]ledgerstate.Change, error) {
		name, _, _ := signatureLine(c.Cosignature)
		o, _, err := own(ctx, name)
		if err != nil {
			return nil, err
		}
		if msp, _ := OwnerOfLog(c.Origin); msp == ctx.Actor.MSP {
			return nil, CosignOwn.At("origin", nil, msp)
		}
		ring, found := o.Ring(name)
		if !found {
			return nil, NoKey.At("cosignature", nil, name)
		}
		cp, err := CheckpointKind.At(ctx.View, CheckpointRef(c.Origin, c.Sequence).ID)
		if err != nil {
			return nil, err
		}
		if cp == nil || cp.Natural != CheckpointRef(c.Origin, c.Sequence).No {
			return nil, NoCheckpoint.At("sequence", c.Origin, c.Sequence)
		}
		if err := ring.signed("cosignature", body(cp.State.Note)+"\n"+c.Cosignature); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{CosignatureKind.Born(CosignatureRef(c.Origin, c.Sequence, ctx.Actor.MSP), Cosigned{c.Cosignature})}, nil
	},
}
