package fabric

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// find reads one transaction of a block.
func find(block *common.Block, txID string) (*ledger.Transaction, error) {
	var codes []byte
	if m := block.GetMetadata().GetMetadata(); len(m) > int(common.BlockMetadataIndex_TRANSACTIONS_FILTER) {
		codes = m[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
	}
	for i, raw := range block.GetData().GetData() {
		tx, err := decode(raw)
		if err != nil {
			return nil, fmt.Errorf("transaction %d of block %d: %w", i, block.GetHeader().GetNumber(), err)
		}
		if tx.TxID != txID {
			continue
		}
		if i >= len(codes) {
			return nil, fmt.Errorf("block %d has %d validation codes for %d transactions", block.GetHeader().GetNumber(), len(codes), len(block.GetData().GetData()))
		}
		tx.Block, tx.Index = block.GetHeader().GetNumber(), i
		tx.Validation = peer.TxValidationCode(codes[i]).String()
		return tx, nil
	}
	return nil, fmt.Errorf("block %d does not hold transaction %.64q", block.GetHeader().GetNumber(), txID)
}

// into decodes a message and says which one could not be read.
func into[M proto.Message](raw []byte, m M) (M, error) {
	if err := proto.Unmarshal(raw, m); err != nil {
		return m, fmt.Errorf("%s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return m, nil
}

// decode reads what everybody can see of an envelope. Configuration
// transactions have a creator and no chaincode.
func decode(raw []byte) (*ledger.Transaction, error) {
	envelope, err := into(raw, &common.Envelope{})
	if err != nil {
		return nil, err
	}
	payload, err := into(envelope.GetPayload(), &common.Payload{})
	if err != nil {
		return nil, err
	}
	channel, err := into(payload.GetHeader().GetChannelHeader(), &common.ChannelHeader{})
	if err != nil {
		return nil, err
	}
	signature, err := into(payload.GetHeader().GetSignatureHeader(), &common.SignatureHeader{})
	if err != nil {
		return nil, err
	}
	tx := &ledger.Transaction{TxID: channel.GetTxId(), Time: channel.GetTimestamp().AsTime()}
	if len(signature.GetCreator()) > 0 {
		if tx.Creator, err = signer(signature.GetCreator()); err != nil {
			return nil, err
		}
	}
	if common.HeaderType(channel.GetType()) != common.HeaderType_ENDORSER_TRANSACTION {
		return tx, nil
	}
	body, err := into(payload.GetData(), &peer.Transaction{})
	if err != nil {
		return nil, err
	}
	if len(body.GetActions()) == 0 {
		return tx, nil
	}
	action, err := into(body.GetActions()[0].GetPayload(), &peer.ChaincodeActionPayload{})
	if err != nil {
		return nil, err
	}
	for _, e := range action.GetAction().GetEndorsements() {
		s, err := signer(e.GetEndorser())
		if err != nil {
			return nil, err
		}
		tx.Endorsers = append(tx.Endorsers, s)
	}
	result, err := into(action.GetAction().GetProposalResponsePayload(), &peer.ProposalResponsePayload{})
	if err != nil {
		return nil, err
	}
	answer, err := into(result.GetExtension(), &peer.ChaincodeAction{})
	if err != nil {
		return nil, err
	}
	tx.Response = answer.GetResponse().GetPayload()
	return tx, invocation(tx, action.GetChaincodeProposalPayload())
}

func invocation(tx *ledger.Transaction, raw []byte) error {
	proposal, err := into(raw, &peer.ChaincodeProposalPayload{})
	if err != nil {
		return err
	}
	call, err := into(proposal.GetInput(), &peer.ChaincodeInvocationSpec{})
	if err != nil {
		return err
	}
	tx.Chaincode = call.GetChaincodeSpec().GetChaincodeId().GetName()
	for i, a := range call.GetChaincodeSpec().GetInput().GetArgs() {
		if i == 0 {
			tx.Function = string(a)
			continue
		}
		tx.Args = append(tx.Args, string(a))
	}
	return nil
}

// signer reads a serialized identity.
func signer(raw []byte) (ledger.Signer, error) {
	id, err := into(raw, &msp.SerializedIdentity{})
	if err != nil {
		return ledger.Signer{}, err
	}
	s := ledger.Signer{MSP: id.GetMspid()}
	block, _ := pem.Decode(id.GetIdBytes())
	if block == nil {
		return s, fmt.Errorf("identity of %s holds no certificate", s.MSP)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return s, fmt.Errorf("certificate of %s: %w", s.MSP, err)
	}
	sum := sha256.Sum256(cert.Raw)
	s.Subject, s.Fingerprint = cert.Subject.CommonName, hex.EncodeToString(sum[:])
	attrs, err := wallet.Attributes(cert)
	if err != nil {
		return s, fmt.Errorf("attributes of %s's certificate: %w", s.MSP, err)
	}
	s.Post = attrs[wallet.AttrPost]
	if role := attrs[wallet.AttrRole]; role != "" {
		s.Roles = strings.Split(role, ",")
	}
	return s, nil
}
