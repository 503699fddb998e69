package embedded

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/qingxinlian/qxl/client/ledger"
)

// proposal is what a client signs: one for all endorsers.
type proposal struct {
	txID      string
	nonce     []byte
	creator   []byte
	time      time.Time
	chaincode *namespace
	args      [][]byte
	transient map[string][]byte
	signed    *peer.SignedProposal
}

func newProposal(channel string, p *Person, ns *namespace, call ledger.Call, at time.Time) (*proposal, error) {
	nonce := make([]byte, 24)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(nonce)
	h.Write(p.Creator)
	pr := &proposal{
		txID: hex.EncodeToString(h.Sum(nil)), nonce: nonce, creator: p.Creator, time: at.UTC(),
		chaincode: ns, transient: call.Transient, args: make([][]byte, 0, 1+len(call.Args)),
	}
	pr.args = append(pr.args, []byte(call.Function))
	for _, a := range call.Args {
		pr.args = append(pr.args, []byte(a))
	}
	return pr, pr.sign(channel, p)
}

// sign builds the proposal as Fabric's clients do.
func (pr *proposal) sign(channel string, p *Person) error {
	id := &peer.ChaincodeID{Name: pr.chaincode.name}
	var encoded [4][]byte
	for i, m := range []proto.Message{
		&peer.ChaincodeHeaderExtension{ChaincodeId: id},
		&common.SignatureHeader{Creator: pr.creator, Nonce: pr.nonce},
		&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{ChaincodeId: id, Input: &peer.ChaincodeInput{Args: pr.args}}},
	} {
		b, err := proto.Marshal(m)
		if err != nil {
			return fmt.Errorf("proposal: %w", err)
		}
		encoded[i] = b
	}
	channelHeader, err := proto.Marshal(&common.ChannelHeader{
		Type: int32(common.HeaderType_ENDORSER_TRANSACTION), ChannelId: channel, TxId: pr.txID,
		Timestamp: timestamppb.New(pr.time), Extension: encoded[0],
	})
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	header, err := proto.Marshal(&common.Header{ChannelHeader: channelHeader, SignatureHeader: encoded[1]})
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	payload, err := proto.Marshal(&peer.ChaincodeProposalPayload{Input: encoded[2], TransientMap: pr.transient})
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	raw, err := proto.Marshal(&peer.Proposal{Header: header, Payload: payload})
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	digest := sha256.Sum256(raw)
	signature, err := p.Sign(digest[:])
	if err != nil {
		return fmt.Errorf("sign the proposal: %w", err)
	}
	pr.signed = &peer.SignedProposal{ProposalBytes: raw, Signature: signature}
	return nil
}

// binding links the proposal to its creator as shim computes it; the epoch
// is always 0.
func (pr *proposal) binding() []byte {
	h := sha256.New()
	h.Write(pr.nonce)
	h.Write(pr.creator)
	h.Write(make([]byte, 8))
	return h.Sum(nil)
}
