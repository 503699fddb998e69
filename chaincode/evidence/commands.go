package evidence

import (
	"crypto/ed25519"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Commands of the room, all in commons.
var Commands = []command.Definition{RegisterLog, RegisterWitness, RotateKey, RevokeKey, Anchor, Cosign}

// signatories answer for an organization's keys.
var signatories = []command.Allow{{Party: command.Commission, Role: "approver"}, {Party: command.CentralBank, Role: "approver"}, {Party: command.Finance, Role: "approver"},
	{Party: command.Bank, Role: "approver"}, {Party: command.Audit, Role: "auditor"}}

// keepers run an organization's log and witness: the people whose certificates
// its programs work with.
var keepers = []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.CentralBank, Role: "officer"}, {Party: command.Finance, Role: "officer"},
	{Party: command.Bank, Role: "officer"}, {Party: command.Audit, Role: "auditor"}}

// witnesses may besides be an organization's own auditors.
var witnesses = append([]command.Allow{{Party: command.CentralBank, Role: "auditor"}, {Party: command.Bank, Role: "auditor"}}, keepers...)

// RegisterContent gives a log or witness a verifier key, whose name says
// which.
type RegisterContent struct {
	command.Head
	Key string `json:"key"` // C2SP signed-note verifier key: name+hash+base64
}

// RegisterLog 登记存证日志: an organization's own, with its first key, or with
// a new one after the last was revoked.
var RegisterLog = command.Command[RegisterContent]{
	Spec: command.Spec{Name: "evidence.RegisterLog", Zh: "登记存证日志", En: "register a log of the organization, with its key", Source: tlogCheckpoint,
		Access: signatories, Lane: command.PublicLane},
	Wants: wantsOfKey,
	Valid: func(c RegisterContent) error {
		v, err := verifier(c.Key)
		if err != nil {
			return err
		}
		if _, ok := OwnerOfLog(v.Name()); !ok {
			return OriginForm.At("key", Origin("MSP", 1), v.Name())
		}
		return nil
	},
	Decide: register,
}

// RegisterWitness 登记见证密钥: the key by which an organization cosigns
// others' checkpoints.
var RegisterWitness = command.Command[RegisterContent]{
	Spec: command.Spec{Name: "evidence.RegisterWitness", Zh: "登记见证密钥", En: "register the key by which the organization cosigns others' checkpoints", Source: tlogCosignature,
		Access: signatories, Lane: command.PublicLane},
	Wants: wantsOfKey,
	Valid: func(c RegisterContent) error {
		v, err := verifier(c.Key)
		if err != nil {
			return err
		}
		if _, ok := OwnerOfWitness(v.Name()); !ok {
			return WitnessForm.At("key", WitnessName("MSP"), v.Name())
		}
		return nil
	},
	Decide: register,
}

// wantsOfKey reads who owns the key, and the head of its log.
func wantsOfKey(c RegisterContent) []ledgerstate.Want {
	v, err := verifier(c.Key)
	if err != nil {
		return nil
	}
	return wantsOf(v.Name())
}

func wantsOf(name string) []ledgerstate.Want {
	msp, ok := ownerOf(name)
	if !ok {
		return nil
	}
	wants := []ledgerstate.Want{{Kind: OrganizationKind, Ref: OrganizationRef(msp)}}
	if _, log := OwnerOfLog(name); log {
		wants = append(wants, ledgerstate.Want{Kind: HeadKind, Ref: HeadRef(name)})
	}
	return wants
}

// own is the organization of the one who acts, if the log or key is its.
func own(ctx *command.Context, name string) (Organization, bool, error) {
	msp, _ := ownerOf(name)
	if msp != ctx.Actor.MSP {
		return Organization{}, false, NotOwner.At("key", msp, ctx.Actor.MSP)
	}
	return organization(ctx.View, msp)
}

func organization(v *ledgerstate.View, msp string) (Organization, bool, error) {
	r, err := OrganizationKind.At(v, OrganizationRef(msp).ID)
	if err != nil || r == nil {
		return Organization{}, false, err
	}
	return r.State, true, nil
}

// head is where a log stands; the empty tree for a witness's name and for a
// log of which there is none.
func head(v *ledgerstate.View, name string) (Head, bool, error) {
	if _, log := OwnerOfLog(name); log {
		r, err := HeadKind.At(v, HeadRef(name).ID)
		if err != nil {
			return Head{}, false, err
		}
		if r != nil {
			return r.State, true, nil
		}
	}
	return Head{Tree: EmptyTree()}, false, nil
}

// happens is an event of an organization, its first or a later one.
func happens(msp string, known bool, e ledgerstate.Event[Organization]) ledgerstate.Change {
	if known {
		return OrganizationKind.Happened(OrganizationRef(msp), e)
	}
	return OrganizationKind.Born(OrganizationRef(msp), e)
}

func register(ctx *command.Context, c RegisterContent) ([]ledgerstate.Change, error) {
	v, err := verifier(c.Key)
	if err != nil {
		return nil, err
	}
	name := v.Name()
	o, known, err := own(ctx, name)
	if err != nil {
		return nil, err
	}
	ring, found := o.Ring(name)
	if live, ok := ring.Live(); ok {
		return nil, LogExists.At("key", live.Verifier, c.Key)
	}
	if n := len(o.Names); !found && n >= maxNames {
		return nil, TooMany.At("key", maxNames, n)
	}
	if no := fresh(ring, v.Name(), v.KeyHash()); no != nil {
		return nil, no
	}
	h, anchoring, err := head(ctx.View, name)
	if err != nil {
		return nil, err
	}
	changes := []ledgerstate.Change{happens(ctx.Actor.MSP, known, Registered{Name: name, Key: c.Key, Size: h.Size})}
	if _, log := OwnerOfLog(name); log && !anchoring {
		changes = append(changes, HeadKind.Born(HeadRef(name), Moved{h}))
	}
	return changes, nil
}

// fresh refuses a key that the ring knows, and more keys than it may have.
func fresh(r Keyring, name string, hash uint32) error {
	if n := len(r.Keys); n >= maxKeys {
		return TooMany.At("key", maxKeys, n)
	}
	if k, used := r.find(name, hash); used {
		return KeyUsed.At("key", nil, k.Verifier)
	}
	return nil
}

// RotateContent lets a key follow the live one of the same name.
type RotateContent struct {
	command.Head
	Key          string `json:"key"`           // the new verifier key
	Seq          uint64 `json:"seq"`           // the leaf of the log that holds the same statement; 0 for a witness
	OldSignature []byte `json:"old_signature"` // of RotationMessage, by the live key
	NewSignature []byte `json:"new_signature"` // and by the new one
}

// RotateKey 轮换密钥: of a log or of the witness, by a statement that both
// keys sign. What the old key signed stands.
var RotateKey = command.Command[RotateContent]{
	Spec: command.Spec{Name: "evidence.RotateKey", Zh: "轮换密钥", En: "let a new key follow that of a log or of the witness", Source: "RFC 8032",
		Access: signatories, Lane: command.PublicLane},
	Wants: func(c RotateContent) []ledgerstate.Want { return wantsOfKey(RegisterContent{Key: c.Key}) },
	Valid: func(c RotateContent) error {
		if n := len(c.OldSignature); n != ed25519.SignatureSize {
			return Statement.At("old_signature", ed25519.SignatureSize, n)
		}
		if n := len(c.NewSignature); n != ed25519.SignatureSize {
			return Statement.At("new_signature", ed25519.SignatureSize, n)
		}
		_, err := verifier(c.Key)
		return err
	},
	Decide: func(ctx *command.Context, c RotateContent) ([]ledgerstate.Change, error) {
		v, err := verifier(c.Key)
		if err != nil {
			return nil, err
		}
		name := v.Name()
		o, _, err := own(ctx, name)
		if err != nil {
			return nil, err
		}
		ring, found := o.Ring(name)
		if !found {
			return nil, NoLog.At("key", nil, name)
		}
		live, ok := ring.Live()
		if !ok {
			return nil, KeyRevoked.At("key", nil, ring.Keys[len(ring.Keys)-1].Verifier)
		}
		if no := fresh(ring, name, v.KeyHash()); no != nil {
			return nil, no
		}
		message := RotationMessage(name, c.Seq, publicKey(live.Verifier), publicKey(c.Key))
		if !ed25519.Verify(publicKey(live.Verifier), message, c.OldSignature) {
			return nil, Statement.At("old_signature", live.Verifier, nil)
		}
		if !ed25519.Verify(publicKey(c.Key), message, c.NewSignature) {
			return nil, Statement.At("new_signature", c.Key, nil)
		}
		h, _, err := head(ctx.View, name)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{happens(ctx.Actor.MSP, true, Rotated{Name: name, Key: c.Key, Size: h.Size})}, nil
	},
}

// RevokeContent stops a key.
type RevokeContent struct {
	command.Head
	Key    string `json:"key"`    // the verifier key
	From   uint64 `json:"from"`   // its signatures of greater sizes are doubted; at most what is anchored
	Reason string `json:"reason"` // why; public for ever
}

const maxReason = 200

// RevokeKey 吊销密钥: nothing is anchored or cosigned with it any more. A
// retired key may be revoked too, when it turns out to have been lost.
var RevokeKey = command.Command[RevokeContent]{
	Spec: command.Spec{Name: "evidence.RevokeKey", Zh: "吊销密钥", En: "revoke a key of a log or of the witness",
		Access: signatories, Lane: command.PublicLane},
	Wants: func(c RevokeContent) []ledgerstate.Want { return wantsOfKey(RegisterContent{Key: c.Key}) },
	Valid: func(c RevokeContent) error {
		if n := len(c.Reason); n < 1 || n > maxReason {
			return ReasonMissing.At("reason", "1..200", n)
		}
		_, err := verifier(c.Key)
		return err
	},
	Decide: func(ctx *command.Context, c RevokeContent) ([]ledgerstate.Change, error) {
		v, err := verifier(c.Key)
		if err != nil {
			return nil, err
		}
		name := v.Name()
		o, _, err := own(ctx, name)
		if err != nil {
			return nil, err
		}
		ring, _ := o.Ring(name)
		k, ok := ring.find(name, v.KeyHash())
		switch {
		case !ok || k.Verifier != c.Key:
			return nil, NoKey.At("key", nil, c.Key)
		case k.State == Revoked:
			return nil, KeyRevoked.At("key", nil, c.Key)
		}
		h, _, err := head(ctx.View, name)
		if err != nil {
			return nil, err
		}
		if c.From > h.Size {
			return nil, RevokeSize.At("from", h.Size, c.From)
		}
		return []ledgerstate.Change{happens(ctx.Actor.MSP, true, KeyRevocation{Name: name, Key: c.Key, Size: h.Size, From: c.From, Reason: c.Reason})}, nil
	},
}
