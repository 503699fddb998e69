package audit

import (
	"strings"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// State is how far a bundle proves a leaf.
type State string

const (
	// Confirmed 已确认: endorsers of all three authorities have since read what
	// the anchor wrote, so it was valid.
	Confirmed State = "CONFIRMED"
	// Unconfirmed 已锚定待确认: ordered and endorsed, but of two anchors that
	// were endorsed at once one is void, and no signature tells which.
	Unconfirmed State = "ANCHORED-UNCONFIRMED"
)

// Verdict is what a bundle proves.
type Verdict struct {
	State     State            `json:"verdict"`
	Log       string           `json:"log"`
	Owner     string           `json:"owner"` // MSP
	Seq       uint64           `json:"seq"`
	Kind      evidencelog.Kind `json:"kind"`
	Schema    string           `json:"schema,omitempty"`
	CID       string           `json:"cid,omitempty"`
	LeafHash  evidencelog.Hash `json:"leaf_hash"`
	Size      uint64           `json:"size"` // of the anchored tree
	Root      evidencelog.Hash `json:"root"`
	Sequence  uint64           `json:"sequence"` // of the anchor
	Channel   string           `json:"channel"`
	Block     uint64           `json:"block"`
	TxID      string           `json:"transaction"`
	Time      time.Time        `json:"time"` // as its creator says; within 15 minutes of the endorsers' clocks
	Orderers  []string         `json:"orderers"`
	Endorsers []string         `json:"endorsers"`
	Confirms  []Confirmation   `json:"confirmations"`
	Fields    []Field          `json:"fields,omitempty"` // opened, and proven to be the record's
}

// Confirmation is a later transaction that has read what the anchor wrote.
type Confirmation struct {
	Block uint64    `json:"block"`
	TxID  string    `json:"transaction"`
	Time  time.Time `json:"time"`
	// Says what it is: "next anchor", "cosigned by MSP", or "read".
	Says string `json:"says"`
}

// Keys of commons' public state begin with the kind of what lies there.
const (
	headKey        = "Phead:"
	checkpointKey  = "Pcheckpoint:"
	cosignatureKey = "Pcosignature:"
)

// Verify verifies a bundle against a trust. What is wrong with it is a
// *Refused. It changes nothing and reads nothing else.
func (t *Trust) Verify(b *Bundle) (*Verdict, error) {
	r := &b.Receipt
	if r.Anchor == nil {
		return nil, refuse(NotThere, "the receipt names no anchor: it is sequenced only")
	}
	if r.Anchor.Channel != t.Channel {
		return nil, refuse(OtherChannel, "the receipt is of channel %.64q, trusted is %q", r.Anchor.Channel, t.Channel)
	}
	v := &Verdict{State: Unconfirmed, Channel: t.Channel, Block: b.Anchor.Number, TxID: r.Anchor.TxID, Confirms: []Confirmation{}}
	if r.Anchor.Block != b.Anchor.Number {
		return nil, refuse(NotThere, "the receipt names block %d, given is block %d", r.Anchor.Block, b.Anchor.Number)
	}
	x, index, err := b.Anchor.find(r.Anchor.TxID)
	if err != nil {
		return nil, err
	}
	if v.Orderers, err = t.ordered(b, &b.Anchor, x.time); err != nil {
		return nil, err
	}
	if v.Endorsers, err = t.endorsed(x); err != nil {
		return nil, err
	}
	v.Time = x.time
	if err := v.wrote(x, r); err != nil {
		return nil, err
	}
	leaf, err := v.included(r)
	if err != nil {
		return nil, err
	}
	if err := v.opened(b.Fields, leaf); err != nil {
		return nil, err
	}
	for i := range b.Confirms {
		c, err := t.confirmed(b, &b.Confirms[i], v, index)
		if err != nil {
			return nil, err
		}
		v.Confirms, v.State = append(v.Confirms, *c), Confirmed
	}
	return v, nil
}

// find is the transaction of that ID and its place in the block: the first,
// since a second one of the same ID is void.
func (k *Block) find(id string) (*transaction, uint64, error) {
	for i, e := range k.Envelopes {
		if idOf(e) != id {
			continue
		}
		x, err := takeApart(e)
		if err != nil {
			return nil, 0, refuse(NotThere, "transaction %s: %v", id, err)
		}
		return x, uint64(i), nil
	}
	return nil, 0, refuse(NotThere, "block %d does not hold the transaction %.64q", k.Number, id)
}

// wrote finds the receipt's checkpoint, byte for byte, among what the
// transaction wrote, under the key of its log and sequence.
func (v *Verdict) wrote(x *transaction, r *evidencelog.Receipt) error {
	cp, err := evidence.ParseCheckpoint(string(r.Checkpoint))
	if err != nil {
		return refuse(NotWritten, "the receipt's checkpoint: %v", err)
	}
	owner, _ := evidence.OwnerOfLog(cp.Origin)
	if x.creator.msp != owner {
		return refuse(NotWritten, "the log %s is %s's, the transaction is %s's", cp.Origin, owner, x.creator.msp)
	}
	if x.chaincode != command.CommonsName {
		return refuse(NotWritten, "transaction %s is one of %q, anchors are of %s", x.id, x.chaincode, command.CommonsName)
	}
	head := false
	for _, w := range x.public.GetWrites() {
		if w.GetKey() == headKey+evidence.HeadRef(cp.Origin).ID.Page && !w.GetIsDelete() {
			head = true
		}
		if !strings.HasPrefix(w.GetKey(), checkpointKey) || w.GetIsDelete() {
			continue
		}
		told, err := evidence.CheckpointKind.Tell(w.GetValue(), nil)
		if err != nil || len(told) != 1 {
			continue
		}
		a, ok := told[0].State.(evidence.Anchored)
		sequence := sequenceOf(told[0].Natural, cp.Origin)
		if ok && a.Note == string(r.Checkpoint) && sequence > 0 && w.GetKey() == checkpointKey+evidence.CheckpointRef(cp.Origin, sequence).ID.Page {
			v.Sequence = sequence
		}
	}
	if v.Sequence == 0 || !head {
		return refuse(NotWritten, "transaction %s wrote no head of %s with this checkpoint of size %d", x.id, cp.Origin, cp.Size)
	}
	v.Log, v.Owner, v.Size, v.Root = cp.Origin, owner, cp.Size, evidencelog.Hash(cp.Root)
	return nil
}

// included verifies that the leaf is the receipt's, in its place, in the
// anchored tree.
func (v *Verdict) included(r *evidencelog.Receipt) (*evidencelog.Leaf, error) {
	leaf, err := evidencelog.DecodeLeaf(r.Leaf)
	if err != nil {
		return nil, refuse(NotIncluded, "%v", err)
	}
	if leaf.Seq != r.Seq || r.Size != v.Size {
		return nil, refuse(NotIncluded, "the leaf says it is number %d of its log, the receipt %d", leaf.Seq, r.Seq)
	}
	if err := evidencelog.VerifyInclusion(evidencelog.Checkpoint{Log: v.Log, Size: v.Size, Root: v.Root}, r.Seq, r.LeafHash, r.Proof); err != nil {
		return nil, refuse(NotIncluded, "%v", err)
	}
	v.Seq, v.Kind, v.Schema, v.LeafHash = r.Seq, leaf.Kind, leaf.Schema, r.LeafHash
	if leaf.CID.Defined() {
		v.CID = leaf.CID.String()
	}
	return &leaf, nil
}

// confirmed finds in a block an endorsed transaction that has read the head or
// the checkpoint as the anchor wrote it: at the version that is its block and
// its place there.
func (t *Trust) confirmed(b *Bundle, k *Block, v *Verdict, index uint64) (*Confirmation, error) {
	if k.Number <= v.Block {
		return nil, refuse(NotConfirming, "block %d is no later one than block %d", k.Number, v.Block)
	}
	why := refuse(NotConfirming, "block %d holds no transaction that has read the anchor of block %d", k.Number, v.Block)
	for _, e := range k.Envelopes {
		x, err := takeApart(e)
		if err != nil || !v.readBy(x, index) {
			continue
		}
		if _, err := t.ordered(b, k, x.time); err != nil {
			return nil, err
		}
		if _, err := t.endorsed(x); err != nil {
			why = err
			continue
		}
		return &Confirmation{Block: k.Number, TxID: x.id, Time: x.time, Says: v.saidBy(x)}, nil
	}
	return nil, why
}

func (v *Verdict) readBy(x *transaction, index uint64) bool {
	for _, r := range x.public.GetReads() {
		switch r.GetKey() {
		case headKey + evidence.HeadRef(v.Log).ID.Page, checkpointKey + evidence.CheckpointRef(v.Log, v.Sequence).ID.Page:
			if n := r.GetVersion(); n != nil && n.GetBlockNum() == v.Block && n.GetTxNum() == index {
				return true
			}
		}
	}
	return false
}

// saidBy is what a transaction that has read the anchor is itself.
func (v *Verdict) saidBy(x *transaction) string {
	for _, w := range x.public.GetWrites() {
		if w.GetKey() == checkpointKey+evidence.CheckpointRef(v.Log, v.Sequence+1).ID.Page {
			return "next anchor"
		}
		if strings.HasPrefix(w.GetKey(), cosignatureKey) && w.GetKey() == cosignatureKey+evidence.CosignatureRef(v.Log, v.Sequence, x.creator.msp).ID.Page {
			return "cosigned by " + x.creator.msp
		}
	}
	return "read"
}

// sequenceOf reads the natural key of a checkpoint of a log; 0 if it is none.
func sequenceOf(natural, origin string) uint64 {
	rest, ok := strings.CutPrefix(natural, origin+"#")
	if !ok {
		return 0
	}
	var n uint64
	for _, c := range []byte(rest) {
		if c < '0' || c > '9' || n > evidence.MaxSequence {
			return 0
		}
		n = 10*n + uint64(c-'0')
	}
	if evidence.CheckpointRef(origin, n).No != natural || n > evidence.MaxSequence {
		return 0
	}
	return n
}
