package main

import (
	"os"

	"github.com/qingxinlian/qxl/client/ledger/fabric"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// openFabric connects to the network whose state lies here.
func (a *app) openFabric(state string) (*session, error) {
	dir := layout.Dir(state + "/" + fabricEngine)
	if _, err := os.Stat(dir.Topology()); err != nil {
		return nil, &problem{Exit: exitInfrastructure, Code: "NETWORK_MISSING", Field: "--state", Value: state,
			Zh: "此处没有 Fabric 网络", En: "there is no Fabric network here", Hint: "qxl up --fabric makes one"}
	}
	t, err := topology.Load(dir.Topology())
	if err != nil {
		return nil, err
	}
	passphrase := wallet.Passphrase(string(dir), wallet.Prompt)
	p := fabric.Profile{Channel: t.Channel, Peers: map[string]fabric.Peer{},
		People: func(person string) (*wallet.Person, error) { return wallet.Open(string(dir), person, passphrase) }}
	for _, o := range t.Organizations {
		if len(o.Peers) == 0 {
			continue
		}
		root, err := os.ReadFile(dir.TLSRoot(o.Name))
		if err != nil {
			return nil, err
		}
		p.Peers[o.MSP] = fabric.Peer{Endpoint: t.Address(o.Peers[0].Port), TLSRoot: root}
	}
	for _, x := range []topology.Party{topology.PartyC, topology.PartyP} {
		p.Hosts = append(p.Hosts, holder(t, x).MSP)
	}
	f, err := fabric.Open(p)
	if err != nil {
		return nil, err
	}
	return &session{Factory: f, engine: fabricEngine, dir: string(dir), topology: t}, nil
}
