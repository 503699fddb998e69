package audittest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/vmihailenco/msgpack/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
)

func decode(raw []byte, m proto.Message) error { return proto.Unmarshal(raw, m) }

// Tx is a transaction that is to be made. Tests turn single parts of it false.
type Tx struct {
	By        *Node
	Endorsers []*Node
	Reads     []*kvrwset.KVRead
	Writes    []*kvrwset.KVWrite

	Channel   string // Channel
	Chaincode string // commons
	Namespace string // commons
	Status    int32  // 200
	// Before the endorsers sign, and before the creator does.
	Endorsing func(result *peer.ProposalResponsePayload)
	Signing   func(payload *common.Payload)
	// Nonce is drawn if there is none.
	Nonce []byte
}

// Tx is one of a member, endorsed by the authorities.
func (c *Consortium) Tx(msp string) *Tx {
	return &Tx{By: c.Of(msp).Client, Endorsers: []*Node{c.Of("CommissionMSP").Peer, c.Of("CentralBankMSP").Peer, c.Of("FinanceMSP").Peer},
		Channel: Channel, Chaincode: command.CommonsName, Namespace: command.CommonsName, Status: 200, Nonce: []byte(rand.Text())}
}

// ID is the transaction's.
func (x *Tx) ID() string { return hexOf(x.Nonce, x.By.Identity()) }

// Envelope is the transaction as it goes to the orderers.
func (c *Consortium) Envelope(x *Tx) []byte {
	header := &common.Header{
		ChannelHeader: encode(&common.ChannelHeader{Type: int32(common.HeaderType_ENDORSER_TRANSACTION), ChannelId: x.Channel, TxId: x.ID(), Timestamp: timestamppb.New(c.Now),
			Extension: encode(&peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: x.Chaincode}})}),
		SignatureHeader: encode(&common.SignatureHeader{Creator: x.By.Identity(), Nonce: x.Nonce}),
	}
	proposal := encode(&peer.ChaincodeProposalPayload{Input: []byte("batch:Submit")})
	sum := sha256.Sum256(bytes.Join([][]byte{header.ChannelHeader, header.SignatureHeader, proposal}, nil))
	set := encode(&kvrwset.KVRWSet{Reads: x.Reads, Writes: x.Writes})
	done := &peer.ChaincodeAction{Results: encode(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{{Namespace: "_lifecycle"}, {Namespace: x.Namespace, Rwset: set}}}),
		Response: &peer.Response{Status: x.Status}, ChaincodeId: &peer.ChaincodeID{Name: x.Chaincode}}
	result := &peer.ProposalResponsePayload{ProposalHash: sum[:], Extension: encode(done)}
	if x.Endorsing != nil {
		x.Endorsing(result)
	}
	raw := encode(result)
	action := &peer.ChaincodeEndorsedAction{ProposalResponsePayload: raw}
	for _, n := range x.Endorsers {
		action.Endorsements = append(action.Endorsements, &peer.Endorsement{Endorser: n.Identity(), Signature: n.Sign(append(bytes.Clone(raw), n.Identity()...))})
	}
	body := encode(&peer.Transaction{Actions: []*peer.TransactionAction{{Header: header.SignatureHeader,
		Payload: encode(&peer.ChaincodeActionPayload{ChaincodeProposalPayload: proposal, Action: action})}}})
	payload := &common.Payload{Header: header, Data: body}
	if x.Signing != nil {
		x.Signing(payload)
	}
	signed := encode(payload)
	return encode(&common.Envelope{Payload: signed, Signature: x.By.Sign(signed)})
}

// Version of a key: what a transaction at a place in a block wrote.
func Version(block, tx uint64) *kvrwset.Version { return &kvrwset.Version{BlockNum: block, TxNum: tx} }

// HeadKey is the key of a log's head in commons.
func HeadKey(origin string) string { return "Phead:" + evidence.HeadRef(origin).ID.Page }

// CheckpointKey is the key of an anchor in commons.
func CheckpointKey(origin string, sequence uint64) string {
	return "Pcheckpoint:" + evidence.CheckpointRef(origin, sequence).ID.Page
}

// CosignatureKey is the key of a witness's cosignature in commons.
func CosignatureKey(origin string, sequence uint64, msp string) string {
	return "Pcosignature:" + evidence.CosignatureRef(origin, sequence, msp).ID.Page
}

// Anchor lets a transaction anchor a checkpoint as the chaincode does.
func (x *Tx) Anchor(origin string, sequence uint64, note []byte) *Tx {
	ref := evidence.CheckpointRef(origin, sequence)
	x.Writes = append(x.Writes,
		&kvrwset.KVWrite{Key: CheckpointKey(origin, sequence), Value: page(ref.ID.Page, ref.No, []any{string(note), must(hex.DecodeString(x.ID()))})},
		&kvrwset.KVWrite{Key: HeadKey(origin), Value: []byte("not looked at")})
	return x
}

// Read lets a transaction have read a key at a version.
func (x *Tx) Read(key string, at *kvrwset.Version) *Tx {
	x.Reads = append(x.Reads, &kvrwset.KVRead{Key: key, Version: at})
	return x
}

// page is a page of one aggregate with one event, written as docs/evidence-format.md says.
func page(name, natural string, event []any) []byte {
	slot := pack(uint8(1), natural, 0, []byte(nil), nil)
	slot = append(slot, 0x91) // a log of one entry
	slot = append(slot, pack("A-1", "B", []byte("8 bytes.") /* mark */, 20635, []byte("8 bytes."), 0, event)...)
	return pack([]any{uint8(2), []byte(nil), name, 0, [][]byte{slot}})
}

func pack(values ...any) []byte {
	var b bytes.Buffer
	enc := msgpack.NewEncoder(&b)
	enc.UseCompactInts(true)
	must(0, enc.EncodeMulti(values...))
	return b.Bytes()
}
