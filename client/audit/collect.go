package audit

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Source is where trusts and bundles are made: a channel whose peer answers
// with whole blocks, and the places of the consortium's members by MSP.
type Source struct {
	Blocks  ledger.RawBlocks
	Height  func(context.Context) (uint64, error)
	Parties map[string]command.Party

	configs map[uint64]*config
}

// Trust makes the trust of the channel as it is now. It is worth as much as
// the peer that was asked: compare the fingerprints.
func (s *Source) Trust(ctx context.Context) (*Trust, error) {
	height, err := s.Height(ctx)
	if err != nil {
		return nil, err
	}
	tip, err := s.block(ctx, height-1)
	if err != nil {
		return nil, err
	}
	c, err := s.config(ctx, tip)
	if err != nil {
		return nil, err
	}
	return c.trust(s.Parties)
}

func (s *Source) block(ctx context.Context, number uint64) (*common.Block, error) {
	raw, err := s.Blocks.RawBlock(ctx, number)
	if err != nil {
		return nil, err
	}
	return into(raw, &common.Block{})
}

// signatures reads what orderers signed of a block beside its header.
func signatures(block *common.Block) (*common.Metadata, error) {
	m := block.GetMetadata().GetMetadata()
	if len(m) <= int(common.BlockMetadataIndex_SIGNATURES) {
		return nil, fmt.Errorf("block %d bears no signatures", block.GetHeader().GetNumber())
	}
	return into(m[common.BlockMetadataIndex_SIGNATURES], &common.Metadata{})
}

// config is the configuration that was in force when a block was ordered.
func (s *Source) config(ctx context.Context, block *common.Block) (*config, error) {
	number := uint64(0) // before any other configuration the first block's counts
	if block.GetHeader().GetNumber() > 0 {
		signed, err := signatures(block)
		if err != nil {
			return nil, err
		}
		said, err := into(signed.GetValue(), &common.OrdererBlockMetadata{})
		if err != nil {
			return nil, err
		}
		number = said.GetLastConfig().GetIndex()
	}
	if c := s.configs[number]; c != nil {
		return c, nil
	}
	raw, err := s.block(ctx, number)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(raw)
	if err != nil {
		return nil, err
	}
	if s.configs == nil {
		s.configs = map[uint64]*config{}
	}
	s.configs[number] = c
	return c, nil
}

// LookAhead is how many blocks after the anchor's are searched for its
// confirmation: a log is anchored every minute at least.
const LookAhead = 5000

// Bundle makes the bundle of an anchored receipt, with the first confirmation
// that the blocks hold. What it gives verifies against the channel's own trust.
func (s *Source) Bundle(ctx context.Context, r evidencelog.Receipt) (*Bundle, *Verdict, error) {
	if r.Anchor == nil {
		return nil, nil, &invalid.Error{Code: "RECEIPT_NOT_ANCHORED", Field: "receipt", Zh: "回执尚未锚定", En: "the receipt is sequenced only: no checkpoint over it stands on the ledger", Hint: "anchor the log, then make the receipt again"}
	}
	raw, err := s.Blocks.RawBlockOf(ctx, r.Anchor.TxID)
	if err != nil {
		return nil, nil, err
	}
	block, err := into(raw, &common.Block{})
	if err != nil {
		return nil, nil, err
	}
	b := &Bundle{Receipt: r}
	if err := s.add(ctx, b, &b.Anchor, block); err != nil {
		return nil, nil, err
	}
	x, index, err := b.Anchor.find(r.Anchor.TxID)
	if err != nil {
		return nil, nil, err
	}
	if codes := block.GetMetadata().GetMetadata()[common.BlockMetadataIndex_TRANSACTIONS_FILTER]; index >= uint64(len(codes)) || peer.TxValidationCode(codes[index]) != peer.TxValidationCode_VALID {
		return nil, nil, refuse(NotWritten, "transaction %s was found invalid", x.id)
	}
	// What is anchored is the checkpoint without others' cosignatures: those
	// have transactions of their own.
	b.Receipt.Checkpoint = firstSignature(r.Checkpoint)
	c, err := s.config(ctx, block)
	if err != nil {
		return nil, nil, err
	}
	t, err := c.trust(s.Parties)
	if err != nil {
		return nil, nil, err
	}
	v, err := t.Verify(b)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.confirmation(ctx, v, index)
	if err != nil || found == nil {
		return b, v, err
	}
	b.Confirms = make([]Block, 1)
	if err := s.add(ctx, b, &b.Confirms[0], found); err != nil {
		return nil, nil, err
	}
	v, err = t.Verify(b)
	return b, v, err
}

// firstSignature is a note with its first signature only.
func firstSignature(note []byte) []byte {
	body, lines, ok := bytes.Cut(note, []byte("\n\n"))
	first, _, more := bytes.Cut(lines, []byte("\n"))
	if !ok || !more {
		return note
	}
	return bytes.Join([][]byte{body, []byte("\n\n"), first, []byte("\n")}, nil)
}

// add puts what is signed of a block into a bundle: exactly a quorum of its
// signatures, those of the lowest numbers, one of each organization.
func (s *Source) add(ctx context.Context, b *Bundle, to *Block, block *common.Block) error {
	c, err := s.config(ctx, block)
	if err != nil {
		return err
	}
	meta, err := signatures(block)
	if err != nil {
		return err
	}
	*to = Block{Number: block.GetHeader().GetNumber(), Previous: block.GetHeader().GetPreviousHash(), Value: meta.GetValue(), Envelopes: block.GetData().GetData()}
	list := make([]BlockSignature, 0, len(meta.GetSignatures()))
	for _, m := range meta.GetSignatures() {
		list = append(list, BlockSignature{m.GetIdentifierHeader(), m.GetSignature()})
	}
	slices.SortStableFunc(list, func(x, y BlockSignature) int {
		i, _ := x.id()
		j, _ := y.id()
		return cmp.Compare(i, j)
	})
	msps := map[string]bool{}
	for _, sig := range list {
		id, err := sig.id()
		o, ok := c.orderer(id)
		if err != nil || !ok || msps[o.MSP] || len(to.Signatures) == c.quorum() {
			continue
		}
		msps[o.MSP] = true
		to.Signatures = append(to.Signatures, sig)
		if known := b.orderer(id); known == nil {
			b.Orderers = append(b.Orderers, o)
		} else if !bytes.Equal(known.Certificate, o.Certificate) {
			return fmt.Errorf("orderer %d has changed its certificate between block %d and the anchor (hint: the next anchor's receipt is proven with the new one)", id, to.Number)
		}
	}
	slices.SortFunc(b.Orderers, func(x, y Orderer) int { return cmp.Compare(x.ID, y.ID) })
	return nil
}

// confirmation finds the first block with a valid transaction that has read
// the anchor; nil if there is none yet.
func (s *Source) confirmation(ctx context.Context, v *Verdict, index uint64) (*common.Block, error) {
	height, err := s.Height(ctx)
	if err != nil {
		return nil, err
	}
	for n := v.Block + 1; n < min(height, v.Block+1+LookAhead); n++ {
		block, err := s.block(ctx, n)
		if err != nil {
			return nil, err
		}
		for _, e := range block.GetData().GetData() {
			if x, err := takeApart(e); err == nil && v.readBy(x, index) {
				return block, nil
			}
		}
	}
	return nil, nil
}
