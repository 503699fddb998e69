package network

import (
	"fmt"
	"os"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/programs"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

// Kinds of nodes.
const (
	KindOrderer   = "orderer"
	KindPeer      = "peer"
	KindChaincode = "chaincode"
)

// node is one process of the network and where it is found.
type node struct {
	id, org, kind string
	name          string // within the organization: peer0
	address       string
	operations    string // loopback address of health and metrics
}

// probe is how an orderer or a peer is asked how it is.
func (x node) probe(t *topology.Topology) supervisor.Probe {
	return supervisor.Probe{
		Health:  "http://" + x.operations + "/healthz",
		Metrics: "http://" + x.operations + "/metrics", Channel: t.Channel,
	}
}

// nodes lists the network's processes in the order they are started.
func nodes(t *topology.Topology) []node {
	var all []node
	local := func(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
	for _, o := range t.Organizations {
		for _, n := range o.Orderers {
			all = append(all, node{layout.ID(o.Name, n.Name), o.Name, KindOrderer, n.Name, t.Address(n.Port), local(n.Operations)})
		}
	}
	for _, o := range t.Organizations {
		for _, p := range o.Peers {
			all = append(all, node{layout.ID(o.Name, p.Name), o.Name, KindPeer, p.Name, t.Address(p.Port), local(p.Operations)})
		}
	}
	for _, o := range t.Endorsers() {
		all = append(all, node{layout.ID(o.Name, KindChaincode), o.Name, KindChaincode, KindChaincode, t.Address(o.Chaincode.Ports[0]), ""})
	}
	return all
}

// environment is what a process gets and nothing more: a CORE_ or ORDERER_
// variable in the operator's shell must not reach a node.
func environment(more ...string) []string {
	env := []string{"GOGC=400"} // the heaps are small, the machine is not
	for _, v := range []string{"PATH", "HOME", "TMPDIR", "TZ", "LANG"} {
		if value, ok := os.LookupEnv(v); ok {
			env = append(env, v+"="+value)
		}
	}
	return append(env, more...)
}

// logFormat is Fabric's without colours: logs are files.
const logFormat = "%{time:2006-01-02 15:04:05.000 MST} %{level:.4s} [%{module}] %{message}"

// stamp tells one build of a program from another: a network that is up runs
// the new one once qxl up is called.
func stamp(program string) string {
	info, err := os.Stat(program)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())
}

// processes makes the supervisor's configuration.
func (n *network) processes(set *programs.Set, packages map[string][]Served) (supervisor.Config, error) {
	var c supervisor.Config
	for _, x := range nodes(n.topology) {
		p := supervisor.Process{Name: x.id, Dir: n.dir.Data(x.id), Log: n.dir.Log(x.id)}
		if err := os.MkdirAll(p.Dir, 0o755); err != nil {
			return c, fmt.Errorf("make the data directory of %s: %w", x.id, err)
		}
		switch x.kind {
		case KindOrderer, KindPeer:
			p.Program, p.Args = set.Path("orderer"), nil
			if x.kind == KindPeer {
				p.Program, p.Args = set.Path("peer"), []string{"node", "start"}
			}
			p.Env = environment("FABRIC_CFG_PATH="+n.dir.Config(x.id), "FABRIC_LOGGING_SPEC=warn:grpc=error", "FABRIC_LOGGING_FORMAT="+logFormat)
			p.Probe = x.probe(n.topology)
		case KindChaincode:
			o, _ := n.topology.Organization(x.org)
			if len(packages[x.org]) == 0 || n.options.Chaincode == nil {
				continue
			}
			tls, peer := n.dir.NodeTLS(x.org, KindChaincode), n.dir.NodeTLS(x.org, o.Peers[0].Name)
			command := n.options.Chaincode(ChaincodeProcess{
				Organization: o, Key: tls.Key, Cert: tls.Cert, Roots: n.dir.TLSRoot(x.org), Serve: packages[x.org],
			})
			p.Program, p.Args = command.Program, command.Args
			p.Env = append(environment("CORE_PEER_LOCALMSPID="+o.MSP), command.Env...)
			p.Probe = supervisor.Probe{TLS: packages[x.org][0].Address, Cert: peer.Cert, Key: peer.Key, Root: n.dir.TLSRoot(x.org)}
		}
		p.Stamp = stamp(p.Program)
		c.Processes = append(c.Processes, p)
	}
	return c, nil
}
