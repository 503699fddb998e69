package main

import (
	"fmt"
	"io"
	"os"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// connectionProfile is what fabric-sdk-go reads; fields that it does without
// are left out.
type connectionProfile struct {
	Version       string                         `yaml:"version" json:"version"`
	Name          string                         `yaml:"name" json:"name"`
	Client        profileClient                  `yaml:"client" json:"client"`
	Channels      map[string]profileChannel      `yaml:"channels" json:"channels"`
	Organizations map[string]profileOrganization `yaml:"organizations" json:"organizations"`
	Orderers      map[string]profileNode         `yaml:"orderers" json:"orderers"`
	Peers         map[string]profileNode         `yaml:"peers" json:"peers"`
}

type profileClient struct {
	Organization string         `yaml:"organization" json:"organization"`
	Logging      profileLogging `yaml:"logging" json:"logging"`
}

type profileLogging struct {
	Level string `yaml:"level" json:"level"`
}

type profileChannel struct {
	Orderers []string               `yaml:"orderers" json:"orderers"`
	Peers    map[string]profileRole `yaml:"peers" json:"peers"`
}

type profileRole struct {
	EndorsingPeer  bool `yaml:"endorsingPeer" json:"endorsingPeer"`
	ChaincodeQuery bool `yaml:"chaincodeQuery" json:"chaincodeQuery"`
	LedgerQuery    bool `yaml:"ledgerQuery" json:"ledgerQuery"`
	EventSource    bool `yaml:"eventSource" json:"eventSource"`
}

type profileOrganization struct {
	MSPID      string   `yaml:"mspid" json:"mspid"`
	CryptoPath string   `yaml:"cryptoPath" json:"cryptoPath"`
	Peers      []string `yaml:"peers,omitempty" json:"peers,omitempty"`
}

type profileNode struct {
	URL         string         `yaml:"url" json:"url"`
	GRPCOptions map[string]any `yaml:"grpcOptions" json:"grpcOptions"`
	TLSCACerts  profilePEM     `yaml:"tlsCACerts" json:"tlsCACerts"`
}

type profilePEM struct {
	PEM string `yaml:"pem" json:"pem"`
}

func newProfileCommand(a *app) *cobra.Command {
	var state, org string
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "write a connection profile of the network here 生成连接配置",
		Long: `Reads the topology and the TLS roots of a network in a state directory and prints a connection
profile for fabric-sdk-go. It holds addresses and public certificates only, no key.`,
		Example: `  qxl-fabsdk profile --state DIR --org BankA > connection.yaml`,
		RunE: func(*cobra.Command, []string) error {
			if org == "" {
				return usagef("--org is needed: whose profile it is")
			}
			dir, err := fabricDir(state)
			if err != nil {
				return err
			}
			p, err := profileOf(layout.Dir(dir), org)
			if err != nil {
				return err
			}
			text, err := yaml.MarshalWithOptions(p, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
			if err != nil {
				return err
			}
			return a.print(p, func(w io.Writer) { fmt.Fprintf(w, "%s", text) })
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "qxl's state directory 状态目录 (default $QXL_STATE or ~/.local/state/qxl)")
	cmd.Flags().StringVar(&org, "org", "", "organization whose profile it is 所属机构 (needed)")
	return cmd
}

// profileOf makes a profile from a network's topology.
func profileOf(dir layout.Dir, org string) (*connectionProfile, error) {
	t, err := topology.Load(dir.Topology())
	if err != nil {
		return nil, &problem{Exit: exitUsage, Code: "NETWORK_MISSING", Field: "--state", Value: string(dir), Zh: "此处没有网络", En: err.Error(), Hint: "qxl up --fabric makes one"}
	}
	o, ok := t.Organization(org)
	if ok && !o.HasPeer() {
		return nil, &problem{Exit: exitUsage, Code: "ORGANIZATION_PEERLESS", Field: "--org", Value: org, Zh: "该机构没有节点，不能使用 fabric-sdk-go",
			En: org + " has no peer, and fabric-sdk-go cannot do without one of its own organization", Hint: "use qxl: the gateway of another organization serves it"}
	}
	if !ok {
		p := &problem{Exit: exitUsage, Code: "ORGANIZATION_UNKNOWN", Field: "--org", Value: org, Zh: "没有这个机构", En: fmt.Sprintf("no organization %q in the topology", org)}
		for i, o := range t.Organizations {
			if i > 0 {
				p.Limit += ", "
			}
			p.Limit += o.Name
		}
		return nil, p
	}
	p := &connectionProfile{Version: "1.0.0", Name: t.Consortium,
		Client:   profileClient{Organization: org, Logging: profileLogging{Level: "error"}},
		Channels: map[string]profileChannel{}, Organizations: map[string]profileOrganization{},
		Orderers: map[string]profileNode{}, Peers: map[string]profileNode{}}
	ch := profileChannel{Peers: map[string]profileRole{}}
	for _, o := range t.Organizations {
		// fabric-sdk-go wants a cryptoPath though nobody's keys are read from it.
		member := profileOrganization{MSPID: o.MSP, CryptoPath: o.Name}
		var root string
		if len(o.Peers)+len(o.Orderers) > 0 {
			pem, err := os.ReadFile(dir.TLSRoot(o.Name))
			if err != nil {
				return nil, &problem{Exit: exitInfrastructure, Code: "TLS_ROOT", Value: o.Name, Zh: "缺少 TLS 根证书", En: err.Error(), Hint: "qxl up --fabric makes the network whole"}
			}
			root = string(pem)
		}
		node := func(port int) profileNode {
			// Without a scheme the address is what discovery and the channel's
			// configuration say, by which fabric-sdk-go finds this entry again.
			return profileNode{URL: t.Address(port), GRPCOptions: map[string]any{"allow-insecure": false, "fail-fast": false, "keep-alive-time": "0s", "keep-alive-timeout": "20s", "keep-alive-permit": false},
				TLSCACerts: profilePEM{root}}
		}
		for _, peer := range o.Peers {
			name := layout.ID(o.Name, peer.Name)
			p.Peers[name] = node(peer.Port)
			member.Peers = append(member.Peers, name)
			ch.Peers[name] = profileRole{EndorsingPeer: true, ChaincodeQuery: true, LedgerQuery: true, EventSource: true}
		}
		for _, orderer := range o.Orderers {
			name := layout.ID(o.Name, orderer.Name)
			p.Orderers[name] = node(orderer.Port)
			ch.Orderers = append(ch.Orderers, name)
		}
		p.Organizations[o.Name] = member
	}
	p.Channels[t.Channel] = ch
	return p, nil
}
