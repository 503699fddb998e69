package fabsdk

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/hyperledger/fabric-sdk-go/pkg/client/channel"
	ledgerclient "github.com/hyperledger/fabric-sdk-go/pkg/client/ledger"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/logging"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/core"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/fab"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/msp"
	"github.com/hyperledger/fabric-sdk-go/pkg/core/config"
	"github.com/hyperledger/fabric-sdk-go/pkg/core/cryptosuite/bccsp/sw"
	"github.com/hyperledger/fabric-sdk-go/pkg/fabsdk"
	"github.com/hyperledger/fabric-sdk-go/pkg/fabsdk/factory/defcore"

	"github.com/qingxinlian/qxl/client/ledger"
)

// Options say how to connect.
type Options struct {
	Profile  string // file: a connection profile of fabric-sdk-go, YAML or JSON
	Org      string // organization of the profile; "" is its client.organization
	Channel  string // "" is the profile's one channel
	Identity Identity
	Verbose  bool // let fabric-sdk-go log what it does
}

// ProfileError: the connection profile cannot be used.
type ProfileError struct {
	File  string
	Field string
	Value string
	Err   error
	Known []string
}

func (e *ProfileError) Error() string {
	s := fmt.Sprintf("connection profile %s: %v", e.File, e.Err)
	if len(e.Known) > 0 {
		s += "; there are " + strings.Join(e.Known, ", ")
	}
	return s
}
func (e *ProfileError) Unwrap() error { return e.Err }

// Connection is one person's way to the channel. Its methods may be used
// concurrently.
type Connection struct {
	sdk     *fabsdk.FabricSDK
	channel *channel.Client
	ledger  *ledgerclient.Client
	create  func(*fab.NetworkPeer) (fab.Peer, error)
	msp     string
	orgs    map[string]string             // organization in lower case → MSP
	peers   map[string][]*fab.NetworkPeer // MSP → its peers, by URL
}

// memoryKeys is fabric-sdk-go's own core, but with keys in memory only.
type memoryKeys struct{ *defcore.ProviderFactory }

func (memoryKeys) CreateCryptoSuiteProvider(core.CryptoSuiteConfig) (core.CryptoSuite, error) {
	return sw.GetSuiteWithDefaultEphemeral()
}

// quiet are the modules that log on standard error by themselves.
var quiet = []string{"fabsdk", "fabsdk/client", "fabsdk/core", "fabsdk/fab", "fabsdk/common", "fabsdk/util", "fabsdk/msp", "fabsdk/metrics"}

// Open reads the profile and connects. The channel's configuration is fetched
// from a peer of the profile.
func Open(o Options) (*Connection, error) {
	level := logging.CRITICAL
	if o.Verbose {
		level = logging.DEBUG
	}
	for _, module := range quiet {
		logging.SetLevel(module, level)
	}
	sdk, err := fabsdk.New(config.FromFile(o.Profile), fabsdk.WithCorePkg(memoryKeys{defcore.NewProviderFactory()}))
	if err != nil {
		return nil, &ProfileError{File: o.Profile, Err: err}
	}
	c := &Connection{sdk: sdk}
	if err := c.open(o); err != nil {
		sdk.Close()
		return nil, err
	}
	return c, nil
}

func (c *Connection) open(o Options) error {
	client, err := c.sdk.Context()()
	if err != nil {
		return &ProfileError{File: o.Profile, Err: err}
	}
	endpoints := client.EndpointConfig()
	c.create = client.InfraProvider().CreatePeerFromConfig
	c.orgs, c.peers = map[string]string{}, map[string][]*fab.NetworkPeer{}
	for name, org := range endpoints.NetworkConfig().Organizations {
		c.orgs[strings.ToLower(name)] = org.MSPID
	}
	for _, p := range endpoints.NetworkPeers() {
		c.peers[p.MSPID] = append(c.peers[p.MSPID], &p)
	}
	for _, list := range c.peers {
		slices.SortFunc(list, func(a, b *fab.NetworkPeer) int { return strings.Compare(a.URL, b.URL) })
	}
	org := o.Org
	if org == "" {
		org = client.IdentityConfig().Client().Organization
	}
	if c.msp = c.orgs[strings.ToLower(org)]; c.msp == "" {
		return &ProfileError{File: o.Profile, Field: "--org", Value: org, Err: fmt.Errorf("no organization %q under organizations", org), Known: c.Organizations()}
	}
	if len(c.peers[c.msp]) == 0 {
		return &ProfileError{File: o.Profile, Field: "--org", Value: org,
			Err: fmt.Errorf("no peer of %s: fabric-sdk-go reads the channel's configuration from the own organization's peer alone, so an organization without one uses qxl", c.msp)}
	}
	manager, ok := client.IdentityManager(org)
	if !ok {
		return &ProfileError{File: o.Profile, Field: "--org", Value: org, Err: fmt.Errorf("organization %q has no identities", org)}
	}
	who, err := manager.CreateSigningIdentity(msp.WithCert(o.Identity.Certificate), msp.WithPrivateKey(o.Identity.Key))
	if err != nil {
		return &IdentityError{"key", err}
	}
	name := o.Channel
	if name == "" {
		var known []string
		for n := range endpoints.NetworkConfig().Channels {
			if n != "_default" {
				known = append(known, n)
			}
		}
		if len(known) != 1 {
			sort.Strings(known)
			return &ProfileError{File: o.Profile, Field: "--channel", Err: fmt.Errorf("%d channels: say which", len(known)), Known: known}
		}
		name = known[0]
	}
	provider := c.sdk.ChannelContext(name, fabsdk.WithIdentity(who))
	// The first request races with discovery under current gRPC, and is now
	// and then cancelled by it: nothing has been sent yet, so try once more.
	for attempt := 0; ; attempt++ {
		if c.channel, err = channel.New(provider); err == nil {
			break
		}
		if attempt == 1 {
			return stageError(ledger.StageConnect, "", err)
		}
	}
	if c.ledger, err = ledgerclient.New(provider); err != nil {
		return stageError(ledger.StageConnect, "", err)
	}
	return nil
}

// Close ends all connections.
func (c *Connection) Close() error {
	c.sdk.Close()
	return nil
}

// MSP is the organization of the person behind the connection.
func (c *Connection) MSP() string { return c.msp }

// Organizations lists the profile's, as it names them (fabric-sdk-go knows
// them in lower case only).
func (c *Connection) Organizations() []string {
	var list []string
	for name := range c.orgs {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// Resolve turns an organization's name in the profile, or an MSP, into the
// MSP.
func (c *Connection) Resolve(org string) (string, error) {
	if msp := c.orgs[strings.ToLower(org)]; msp != "" {
		return msp, nil
	}
	for _, msp := range c.orgs {
		if msp == org {
			return msp, nil
		}
	}
	return "", &ProfileError{File: "in use", Field: "--endorsers", Value: org, Err: fmt.Errorf("no organization %q", org), Known: c.Organizations()}
}

// errNoPeer is told apart from what peers say.
var errNoPeer = errors.New("no peer of it under peers in the connection profile")

// targets are the peers of organizations: the first that the profile lists
// of each.
func (c *Connection) targets(msps []string) ([]fab.Peer, error) {
	var list []fab.Peer
	for _, msp := range msps {
		if len(c.peers[msp]) == 0 {
			return nil, fmt.Errorf("%s: %w", msp, errNoPeer)
		}
		p, err := c.create(c.peers[msp][0])
		if err != nil {
			return nil, fmt.Errorf("peer of %s: %w", msp, err)
		}
		list = append(list, p)
	}
	return list, nil
}
