package lifecycle

import (
	"fmt"
	"regexp"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Definition is one chaincode on the channel. Several definitions may share a
// package, but two that do cannot call each other.
type Definition struct {
	Name        string
	Package     string // name of the chaincode package
	Policy      Policy // of public keys
	Collections []Collection
}

// Collection is a private data collection of a definition.
type Collection struct {
	Name        string
	Members     []string // MSP ids of those who hold the data
	Endorsement Policy
	// RequiredPeers and MaxPeers are how many other members an endorser pushes
	// the data to before it signs. 0 and 0 leave the others to pull it.
	RequiredPeers, MaxPeers int
}

var definitionName = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

// compiled is a definition as Fabric takes it.
type compiled struct {
	Definition
	policy      *peer.ApplicationPolicy
	collections *peer.CollectionConfigPackage
}

func compile(d Definition) (compiled, error) {
	c := compiled{Definition: d}
	wrong := func(err error) (compiled, error) {
		return c, fmt.Errorf("chaincode definition %s: %w", d.Name, err)
	}
	if !definitionName.MatchString(d.Name) {
		return wrong(fmt.Errorf("name %q must match %s", d.Name, definitionName))
	}
	var err error
	if c.policy, err = applicationPolicy(d.Policy); err != nil {
		return wrong(err)
	}
	if len(d.Collections) == 0 {
		return c, nil
	}
	c.collections = &peer.CollectionConfigPackage{}
	seen := map[string]bool{}
	for _, col := range d.Collections {
		config, err := col.compile()
		if err == nil && proto.Equal(config.GetStaticCollectionConfig().EndorsementPolicy, c.policy) {
			// A collection that names no policy has the chaincode's. The validator
			// parses the whole definition for each private key, so bytes count.
			config.GetStaticCollectionConfig().EndorsementPolicy = nil
		}
		if err == nil && seen[col.Name] {
			err = fmt.Errorf("is there twice")
		}
		if err != nil {
			return wrong(fmt.Errorf("collection %s: %w", col.Name, err))
		}
		seen[col.Name] = true
		c.collections.Config = append(c.collections.Config, config)
	}
	return c, nil
}

func (c Collection) compile() (*peer.CollectionConfig, error) {
	if c.Name == "" || len(c.Members) == 0 {
		return nil, fmt.Errorf("needs a name and members")
	}
	if c.RequiredPeers < 0 || c.MaxPeers < c.RequiredPeers {
		return nil, fmt.Errorf("required peers %d and max peers %d: need 0 <= required <= max", c.RequiredPeers, c.MaxPeers)
	}
	members, err := membership(c.Members)
	if err != nil {
		return nil, err
	}
	endorsement, err := applicationPolicy(c.Endorsement)
	if err != nil {
		return nil, err
	}
	return &peer.CollectionConfig{Payload: &peer.CollectionConfig_StaticCollectionConfig{
		StaticCollectionConfig: &peer.StaticCollectionConfig{
			Name: c.Name,
			MemberOrgsPolicy: &peer.CollectionPolicyConfig{Payload: &peer.CollectionPolicyConfig_SignaturePolicy{
				SignaturePolicy: members}},
			RequiredPeerCount: int32(c.RequiredPeers),
			MaximumPeerCount:  int32(c.MaxPeers),
			// The chaincode itself decides who may read and write: subjects hold
			// certificates of an organization that is no member.
			MemberOnlyRead:    false,
			MemberOnlyWrite:   false,
			EndorsementPolicy: endorsement,
		}}}, nil
}

// same reports whether a committed definition says what this one says.
func (c compiled) same(policy []byte, collections *peer.CollectionConfigPackage) bool {
	committed := &peer.ApplicationPolicy{}
	if err := proto.Unmarshal(policy, committed); err != nil || !proto.Equal(committed, c.policy) {
		return false
	}
	if len(collections.GetConfig()) == 0 && len(c.collections.GetConfig()) == 0 {
		return true
	}
	return proto.Equal(collections, c.collections)
}
