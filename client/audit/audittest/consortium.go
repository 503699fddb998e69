package audittest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// Channel of the consortium.
const Channel = "credit"

// Organization is a member with a peer, some with an orderer.
type Organization struct {
	*Authority
	Party   command.Party
	Peer    *Node
	Orderer *Node // nil: does not order
	Client  *Node
}

// Consortium is the members and the channel's blocks.
type Consortium struct {
	Organizations []*Organization
	Blocks        []*common.Block
	Now           time.Time
	Skip          int // so many orderers, the first ones, do not sign
}

// New makes a consortium of five members, of which four order, and its first
// block. More ordering banks may be added to it.
func New(moreBanks int) *Consortium {
	c := &Consortium{Now: from.AddDate(0, 6, 0)}
	add := func(msp string, party command.Party, orders bool) {
		a := NewAuthority(msp)
		o := &Organization{Authority: a, Party: party, Peer: a.Issue("peer0", "peer"), Client: a.Issue("officer1", "client")}
		if orders {
			o.Orderer = a.Issue("orderer0", "orderer")
		}
		c.Organizations = append(c.Organizations, o)
	}
	add("CommissionMSP", command.Commission, true)
	add("CentralBankMSP", command.CentralBank, true)
	add("FinanceMSP", command.Finance, true)
	add("BankAMSP", command.Bank, true)
	add("AuditMSP", command.Audit, false)
	for i := range moreBanks {
		add(fmt.Sprintf("Bank%cMSP", 'B'+i), command.Bank, true)
	}
	c.cut([][]byte{c.config()})
	return c
}

// Of is a member.
func (c *Consortium) Of(msp string) *Organization {
	for _, o := range c.Organizations {
		if o.MSP == msp {
			return o
		}
	}
	panic(msp)
}

// Parties says who holds which place.
func (c *Consortium) Parties() map[string]command.Party {
	m := map[string]command.Party{}
	for _, o := range c.Organizations {
		m[o.MSP] = o.Party
	}
	return m
}

// config is an envelope of the channel's configuration.
func (c *Consortium) config() []byte {
	group := func() *common.ConfigGroup {
		g := &common.ConfigGroup{Groups: map[string]*common.ConfigGroup{}, Values: map[string]*common.ConfigValue{}}
		for _, o := range c.Organizations {
			m := &msp.FabricMSPConfig{Name: o.MSP, RootCerts: [][]byte{o.PEM}, FabricNodeOus: &msp.FabricNodeOUs{Enable: true,
				PeerOuIdentifier: &msp.FabricOUIdentifier{OrganizationalUnitIdentifier: "peer"}, OrdererOuIdentifier: &msp.FabricOUIdentifier{OrganizationalUnitIdentifier: "orderer"}}}
			g.Groups[o.MSP] = &common.ConfigGroup{Values: map[string]*common.ConfigValue{"MSP": {Value: encode(&msp.MSPConfig{Config: encode(m)})}}}
		}
		return g
	}
	orderers, nodes := group(), &common.Orderers{}
	for i, o := range c.Organizations {
		if o.Orderer != nil {
			nodes.ConsenterMapping = append(nodes.ConsenterMapping, &common.Consenter{Id: uint32(i + 1), MspId: o.MSP, Identity: o.Orderer.PEM})
		}
	}
	orderers.Values["Orderers"] = &common.ConfigValue{Value: encode(nodes)}
	whole := &common.ConfigEnvelope{Config: &common.Config{ChannelGroup: &common.ConfigGroup{Groups: map[string]*common.ConfigGroup{"Application": group(), "Orderer": orderers}}}}
	header := encode(&common.ChannelHeader{Type: int32(common.HeaderType_CONFIG), ChannelId: Channel})
	return encode(&common.Envelope{Payload: encode(&common.Payload{Header: &common.Header{ChannelHeader: header}, Data: encode(whole)})})
}

// Cut makes the next block, signed by the orderers, its transactions all valid.
func (c *Consortium) Cut(envelopes ...[]byte) uint64 {
	c.cut(envelopes)
	return uint64(len(c.Blocks) - 1)
}

func (c *Consortium) cut(envelopes [][]byte) {
	data := sha256.New()
	for _, e := range envelopes {
		data.Write(e)
	}
	b := &common.Block{Header: &common.BlockHeader{Number: uint64(len(c.Blocks)), DataHash: data.Sum(nil)}, Data: &common.BlockData{Data: envelopes}}
	if n := len(c.Blocks); n > 0 {
		sum := sha256.Sum256(headerOf(c.Blocks[n-1].Header))
		b.Header.PreviousHash = sum[:]
	}
	meta := &common.Metadata{Value: encode(&common.OrdererBlockMetadata{LastConfig: &common.LastConfig{}, ConsenterMetadata: []byte("view")})}
	for i, o := range c.Organizations {
		if o.Orderer == nil || i < c.Skip || len(c.Blocks) == 0 {
			continue
		}
		id := encode(&common.IdentifierHeader{Identifier: uint32(i + 1), Nonce: []byte(rand.Text())})
		message := append(append(append([]byte(nil), meta.Value...), id...), headerOf(b.Header)...)
		meta.Signatures = append(meta.Signatures, &common.MetadataSignature{IdentifierHeader: id, Signature: o.Orderer.Sign(message)})
	}
	b.Metadata = &common.BlockMetadata{Metadata: [][]byte{encode(meta), nil, make([]byte, len(envelopes)), nil, nil}}
	c.Blocks = append(c.Blocks, b)
}

func headerOf(h *common.BlockHeader) []byte {
	return must(asn1.Marshal(struct {
		Number         *big.Int
		Previous, Data []byte
	}{new(big.Int).SetUint64(h.Number), h.PreviousHash, h.DataHash}))
}

// RawBlock implements ledger.RawBlocks.
func (c *Consortium) RawBlock(_ context.Context, number uint64) ([]byte, error) {
	if number >= uint64(len(c.Blocks)) {
		return nil, errors.New("no such block")
	}
	return encode(c.Blocks[number]), nil
}

// RawBlockOf implements ledger.RawBlocks.
func (c *Consortium) RawBlockOf(ctx context.Context, txID string) ([]byte, error) {
	for _, b := range c.Blocks[1:] {
		for _, raw := range b.Data.Data {
			if idOf(raw) == txID {
				return c.RawBlock(ctx, b.Header.Number)
			}
		}
	}
	return nil, errors.New("no such transaction")
}

// Height is the number of blocks.
func (c *Consortium) Height(context.Context) (uint64, error) { return uint64(len(c.Blocks)), nil }

func idOf(raw []byte) string {
	var e common.Envelope
	var p common.Payload
	var h common.ChannelHeader
	must(0, decode(raw, &e))
	must(0, decode(e.Payload, &p))
	must(0, decode(p.Header.ChannelHeader, &h))
	return h.TxId
}

// hexOf is a transaction's ID.
func hexOf(nonce, creator []byte) string {
	sum := sha256.Sum256(append(append([]byte(nil), nonce...), creator...))
	return hex.EncodeToString(sum[:])
}
