package audit

import (
	"cmp"
	"encoding/pem"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// config is what a verifier needs of a channel's configuration.
type config struct {
	channel   string
	members   map[string]*msp.FabricMSPConfig // by MSP
	consenter []*common.Consenter
}

// Groups and values of a channel's configuration, as Fabric names them.
const (
	applicationGroup = "Application"
	ordererGroup     = "Orderer"
	mspValue         = "MSP"
	consentersValue  = "Orderers"
)

// parseConfig reads a block of configuration.
func parseConfig(block *common.Block) (*config, error) {
	if n := len(block.GetData().GetData()); n != 1 {
		return nil, fmt.Errorf("block %d is no configuration: it holds %d transactions", block.GetHeader().GetNumber(), n)
	}
	envelope, err := into(block.GetData().GetData()[0], &common.Envelope{})
	if err != nil {
		return nil, err
	}
	payload, err := into(envelope.GetPayload(), &common.Payload{})
	if err != nil {
		return nil, err
	}
	header, err := into(payload.GetHeader().GetChannelHeader(), &common.ChannelHeader{})
	if err != nil {
		return nil, err
	}
	if common.HeaderType(header.GetType()) != common.HeaderType_CONFIG {
		return nil, fmt.Errorf("block %d is no configuration", block.GetHeader().GetNumber())
	}
	whole, err := into(payload.GetData(), &common.ConfigEnvelope{})
	if err != nil {
		return nil, err
	}
	groups := whole.GetConfig().GetChannelGroup().GetGroups()
	c := &config{channel: header.GetChannelId(), members: map[string]*msp.FabricMSPConfig{}}
	for _, name := range []string{applicationGroup, ordererGroup} {
		for org, g := range groups[name].GetGroups() {
			outer, err := into(g.GetValues()[mspValue].GetValue(), &msp.MSPConfig{})
			if err != nil {
				return nil, fmt.Errorf("organization %s: %w", org, err)
			}
			m, err := into(outer.GetConfig(), &msp.FabricMSPConfig{})
			if err != nil {
				return nil, fmt.Errorf("organization %s: %w", org, err)
			}
			c.members[m.GetName()] = m
		}
	}
	nodes, err := into(groups[ordererGroup].GetValues()[consentersValue].GetValue(), &common.Orderers{})
	if err != nil {
		return nil, err
	}
	if c.consenter = nodes.GetConsenterMapping(); len(c.consenter) == 0 {
		return nil, fmt.Errorf("channel %s has no ordering nodes of SmartBFT", c.channel)
	}
	return c, nil
}

// trust is what the configuration says, with the places of its members, which
// only the ledger knows.
func (c *config) trust(parties map[string]command.Party) (*Trust, error) {
	t := &Trust{Format: TrustFormat, Channel: c.channel}
	for name, m := range c.members {
		party, ok := parties[name]
		if !ok {
			return nil, fmt.Errorf("%s is in the channel and not among the consortium's members", name)
		}
		nodes := m.GetFabricNodeOus()
		if !nodes.GetEnable() || nodes.GetPeerOuIdentifier().GetOrganizationalUnitIdentifier() != ouPeer || nodes.GetOrdererOuIdentifier().GetOrganizationalUnitIdentifier() != ouOrderer {
			return nil, fmt.Errorf("%s does not tell its nodes apart by the OUs %s and %s", name, ouPeer, ouOrderer)
		}
		o := Organization{MSP: name, Party: party, Orders: slices.ContainsFunc(c.consenter, func(n *common.Consenter) bool { return n.GetMspId() == name })}
		for _, raw := range m.GetRootCerts() {
			o.Roots = append(o.Roots, string(raw))
		}
		for _, raw := range m.GetIntermediateCerts() {
			o.Intermediates = append(o.Intermediates, string(raw))
		}
		t.Organizations = append(t.Organizations, o)
	}
	slices.SortFunc(t.Organizations, func(a, b Organization) int { return cmp.Compare(a.MSP, b.MSP) })
	return t, t.ready()
}

// orderer finds an ordering node's certificate.
func (c *config) orderer(id uint32) (Orderer, bool) {
	for _, n := range c.consenter {
		if n.GetId() != id {
			continue
		}
		block, _ := pem.Decode(n.GetIdentity())
		if block == nil {
			return Orderer{}, false
		}
		return Orderer{id, n.GetMspId(), block.Bytes}, true
	}
	return Orderer{}, false
}

// quorum is that of the configuration's ordering organizations.
func (c *config) quorum() int {
	msps := map[string]bool{}
	for _, n := range c.consenter {
		msps[n.GetMspId()] = true
	}
	return quorum(len(msps))
}
