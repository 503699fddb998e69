package fabric

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/qingxinlian/qxl/client/ledger"
)

// hashedWrites reads a block's private writes, as hashes, and sees that its
// header fits its data.
func hashedWrites(block *common.Block) (*ledger.Block, error) {
	h := block.GetHeader()
	data := sha256.New()
	for _, raw := range block.GetData().GetData() {
		data.Write(raw)
	}
	if !bytes.Equal(data.Sum(nil), h.GetDataHash()) {
		return nil, errors.New("its header is of other data")
	}
	// The header's hash is over its ASN.1 form.
	header, err := asn1.Marshal(struct {
		Number             *big.Int
		Previous, DataHash []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(header)
	b := &ledger.Block{Number: h.GetNumber(), Previous: h.GetPreviousHash(), Hash: sum[:]}
	var codes []byte
	if m := block.GetMetadata().GetMetadata(); len(m) > int(common.BlockMetadataIndex_TRANSACTIONS_FILTER) {
		codes = m[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
	}
	if len(codes) != len(block.GetData().GetData()) {
		return nil, fmt.Errorf("it has %d validation codes for %d transactions", len(codes), len(block.GetData().GetData()))
	}
	for i, raw := range block.GetData().GetData() {
		tx, err := writesOf(raw)
		if err != nil {
			return nil, fmt.Errorf("transaction %d: %w", i, err)
		}
		tx.Validation = peer.TxValidationCode(codes[i]).String()
		b.Transactions = append(b.Transactions, tx)
	}
	return b, nil
}

func writesOf(raw []byte) (tx ledger.BlockTransaction, err error) {
	envelope, err := into(raw, &common.Envelope{})
	if err != nil {
		return tx, err
	}
	payload, err := into(envelope.GetPayload(), &common.Payload{})
	if err != nil {
		return tx, err
	}
	channel, err := into(payload.GetHeader().GetChannelHeader(), &common.ChannelHeader{})
	if err != nil {
		return tx, err
	}
	tx.TxID = channel.GetTxId()
	if common.HeaderType(channel.GetType()) != common.HeaderType_ENDORSER_TRANSACTION {
		return tx, nil
	}
	body, err := into(payload.GetData(), &peer.Transaction{})
	if err != nil {
		return tx, err
	}
	for _, a := range body.GetActions() {
		action, err := into(a.GetPayload(), &peer.ChaincodeActionPayload{})
		if err != nil {
			return tx, err
		}
		result, err := into(action.GetAction().GetProposalResponsePayload(), &peer.ProposalResponsePayload{})
		if err != nil {
			return tx, err
		}
		done, err := into(result.GetExtension(), &peer.ChaincodeAction{})
		if err != nil {
			return tx, err
		}
		sets, err := into(done.GetResults(), &rwset.TxReadWriteSet{})
		if err != nil {
			return tx, err
		}
		for _, ns := range sets.GetNsRwset() {
			for _, c := range ns.GetCollectionHashedRwset() {
				hashed, err := into(c.GetHashedRwset(), &kvrwset.HashedRWSet{})
				if err != nil {
					return tx, err
				}
				for _, w := range hashed.GetHashedWrites() {
					tx.Writes = append(tx.Writes, ledger.HashedWrite{Chaincode: ns.GetNamespace(), Collection: c.GetCollectionName(), Key: w.GetKeyHash(), Value: w.GetValueHash(),
						Deleted: w.GetIsDelete() || w.GetIsPurge(), Purged: w.GetIsPurge()})
				}
			}
		}
	}
	return tx, nil
}
