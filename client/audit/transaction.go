package audit

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// transaction is an envelope taken apart. Nothing of it is verified yet.
type transaction struct {
	id        string
	time      time.Time
	channel   string
	chaincode string
	creator   identity
	endorsers []endorsement

	payload, signature        []byte // what the creator signed
	nonce                     []byte
	header                    *common.Header
	proposal, result, repeats []byte // what was proposed; what came of it; the signature header once more
	hash                      []byte // of the proposal, as the endorsers say
	status                    int32
	public                    *kvrwset.KVRWSet // reads and writes of commons' public keys
}

type identity struct {
	raw  []byte
	msp  string
	cert *x509.Certificate
}

type endorsement struct {
	identity
	signature []byte
}

// into decodes a message and says which one could not be read.
func into[M proto.Message](raw []byte, m M) (M, error) {
	if err := proto.Unmarshal(raw, m); err != nil {
		return m, fmt.Errorf("%s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return m, nil
}

// idOf is an envelope's transaction ID, "" of what is no transaction.
func idOf(raw []byte) string {
	envelope, err := into(raw, &common.Envelope{})
	if err != nil {
		return ""
	}
	payload, err := into(envelope.GetPayload(), &common.Payload{})
	if err != nil {
		return ""
	}
	channel, err := into(payload.GetHeader().GetChannelHeader(), &common.ChannelHeader{})
	if err != nil || common.HeaderType(channel.GetType()) != common.HeaderType_ENDORSER_TRANSACTION {
		return ""
	}
	return channel.GetTxId()
}

// takeApart reads an envelope of an endorsed transaction.
func takeApart(raw []byte) (*transaction, error) {
	envelope, err := into(raw, &common.Envelope{})
	if err != nil {
		return nil, err
	}
	t := &transaction{payload: envelope.GetPayload(), signature: envelope.GetSignature(), public: &kvrwset.KVRWSet{}}
	payload, err := into(t.payload, &common.Payload{})
	if err != nil {
		return nil, err
	}
	t.header = payload.GetHeader()
	channel, err := into(t.header.GetChannelHeader(), &common.ChannelHeader{})
	if err != nil {
		return nil, err
	}
	if common.HeaderType(channel.GetType()) != common.HeaderType_ENDORSER_TRANSACTION {
		return nil, fmt.Errorf("it is no endorsed transaction")
	}
	t.id, t.time, t.channel = channel.GetTxId(), channel.GetTimestamp().AsTime(), channel.GetChannelId()
	signature, err := into(t.header.GetSignatureHeader(), &common.SignatureHeader{})
	if err != nil {
		return nil, err
	}
	t.nonce = signature.GetNonce()
	if t.creator, err = parseIdentity(signature.GetCreator()); err != nil {
		return nil, fmt.Errorf("its creator: %w", err)
	}
	body, err := into(payload.GetData(), &peer.Transaction{})
	if err != nil {
		return nil, err
	}
	if n := len(body.GetActions()); n != 1 {
		return nil, fmt.Errorf("it has %d actions; limit 1", n)
	}
	t.repeats = body.GetActions()[0].GetHeader()
	action, err := into(body.GetActions()[0].GetPayload(), &peer.ChaincodeActionPayload{})
	if err != nil {
		return nil, err
	}
	t.proposal, t.result = action.GetChaincodeProposalPayload(), action.GetAction().GetProposalResponsePayload()
	for _, e := range action.GetAction().GetEndorsements() {
		if who, err := parseIdentity(e.GetEndorser()); err == nil { // others do not count
			t.endorsers = append(t.endorsers, endorsement{who, e.GetSignature()})
		}
	}
	return t, t.takeResult()
}

func (t *transaction) takeResult() error {
	result, err := into(t.result, &peer.ProposalResponsePayload{})
	if err != nil {
		return err
	}
	done, err := into(result.GetExtension(), &peer.ChaincodeAction{})
	if err != nil {
		return err
	}
	t.hash, t.status, t.chaincode = result.GetProposalHash(), done.GetResponse().GetStatus(), done.GetChaincodeId().GetName()
	sets, err := into(done.GetResults(), &rwset.TxReadWriteSet{})
	if err != nil {
		return err
	}
	for _, ns := range sets.GetNsRwset() {
		if ns.GetNamespace() != command.CommonsName {
			continue
		}
		set, err := into(ns.GetRwset(), &kvrwset.KVRWSet{})
		if err != nil {
			return err
		}
		t.public.Reads = append(t.public.Reads, set.GetReads()...)
		t.public.Writes = append(t.public.Writes, set.GetWrites()...)
	}
	return nil
}

func parseIdentity(raw []byte) (identity, error) {
	id, err := into(raw, &msp.SerializedIdentity{})
	if err != nil {
		return identity{}, err
	}
	c, err := parsePEM(id.GetIdBytes())
	if err != nil {
		return identity{}, fmt.Errorf("certificate of %s: %w", id.GetMspid(), err)
	}
	return identity{raw, id.GetMspid(), c}, nil
}

// endorsed verifies a transaction: that its creator made it on the trusted
// channel, and that peers of all three authorities signed what came of it. It
// names those whose endorsements hold.
func (t *Trust) endorsed(x *transaction) ([]string, error) {
	if x.channel != t.Channel {
		return nil, refuse(OtherChannel, "transaction %s is of channel %q, trusted is %q", x.id, x.channel, t.Channel)
	}
	if sum := sha256.Sum256(append(bytes.Clone(x.nonce), x.creator.raw...)); hex.EncodeToString(sum[:]) != x.id {
		return nil, refuse(NotThere, "the ID %.64q of the transaction is not that of its creator and nonce", x.id)
	}
	if _, err := t.certified(x.creator.msp, x.creator.cert, "", x.time); err != nil {
		return nil, err
	}
	if err := signed(x.creator.cert, x.payload, x.signature); err != nil {
		return nil, refuse(NotThere, "transaction %s: its creator %s: %v", x.id, x.creator.msp, err)
	}
	if !bytes.Equal(x.repeats, x.header.GetSignatureHeader()) {
		return nil, refuse(NotThere, "transaction %s names two creators", x.id)
	}
	sum := sha256.Sum256(bytes.Join([][]byte{x.header.GetChannelHeader(), x.header.GetSignatureHeader(), x.proposal}, nil))
	if !bytes.Equal(sum[:], x.hash) {
		return nil, refuse(NotEndorsed, "transaction %s: what was endorsed is another proposal's", x.id)
	}
	if x.status != 200 || x.chaincode == "" {
		return nil, refuse(NotEndorsed, "transaction %s: the chaincode %q answered %d", x.id, x.chaincode, x.status)
	}
	var by []string
	var parties []command.Party
	var why error
	for _, e := range x.endorsers {
		o, err := t.certified(e.msp, e.cert, ouPeer, x.time)
		if err == nil {
			if err = signed(e.cert, append(bytes.Clone(x.result), e.raw...), e.signature); err == nil {
				by, parties = append(by, e.msp), append(parties, o.Party)
				continue
			}
		}
		why = err
	}
	for _, p := range authorities {
		if !slices.Contains(parties, p) {
			return nil, refuse(NotEndorsed, "transaction %s: party %s did not endorse it (%v)", x.id, p, why)
		}
	}
	slices.Sort(by)
	return slices.Compact(by), nil
}
