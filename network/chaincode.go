package network

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/qingxinlian/qxl/network/channel"
	"github.com/qingxinlian/qxl/network/lifecycle"
	"github.com/qingxinlian/qxl/network/topology"
)

// packageNames are the chaincode packages of the network in the order they
// first came: the i-th is served on each organization's i-th chaincode port,
// for ever, since a package's ID holds its address.
func (n *network) packageNames(definitions []ChaincodeDefinition) ([]string, error) {
	file := filepath.Join(n.dir.Packages(), "packages.json")
	var names []string
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &names)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the list of chaincode packages: %w", err)
	}
	known := len(names)
	for _, d := range definitions {
		if !slices.Contains(names, d.Package) {
			names = append(names, d.Package)
		}
	}
	if len(names) == known {
		return names, nil
	}
	if data, err = json.Marshal(names); err == nil {
		if err = os.MkdirAll(n.dir.Packages(), 0o700); err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("write the list of chaincode packages: %w", err)
	}
	return names, nil
}

// pack makes every organization's packages.
func (n *network) pack(names []string) (map[string]map[string]lifecycle.Package, map[string][]Served, error) {
	packages, served := map[string]map[string]lifecycle.Package{}, map[string][]Served{}
	for _, o := range n.topology.Endorsers() {
		if len(names) > len(o.Chaincode.Ports) {
			return nil, nil, fmt.Errorf("organization %s has %d chaincode ports for %d packages (hint: name more under chaincode.ports in %s)",
				o.Name, len(o.Chaincode.Ports), len(names), n.topology.File())
		}
		packages[o.Name] = map[string]lifecycle.Package{}
		for i, name := range names {
			connection, err := n.connection(o, o.Chaincode.Ports[i])
			if err != nil {
				return nil, nil, err
			}
			p, err := lifecycle.Pack(name, connection)
			if err != nil {
				return nil, nil, err
			}
			packages[o.Name][name] = p
			served[o.Name] = append(served[o.Name], Served{Package: name, Address: connection.Address, ID: p.ID})
		}
	}
	return packages, served, nil
}

func (n *network) connection(o topology.Organization, port int) (lifecycle.Connection, error) {
	c := lifecycle.Connection{Address: n.topology.Address(port), Timeout: "10s", TLS: true, ClientAuth: true}
	peer := n.dir.NodeTLS(o.Name, o.Peers[0].Name)
	for file, to := range map[string]*string{peer.Key: &c.ClientKey, peer.Cert: &c.ClientCert, n.dir.TLSRoot(o.Name): &c.RootCert} {
		data, err := os.ReadFile(file)
		if err != nil {
			return c, fmt.Errorf("pack chaincode for %s: %w", o.Name, err)
		}
		*to = string(data)
	}
	return c, nil
}

// deploy installs, approves and commits.
func (n *network) deploy(ctx context.Context, members []*channel.Member, packages map[string]map[string]lifecycle.Package, definitions []ChaincodeDefinition, say func(string, ...any)) error {
	if len(definitions) == 0 {
		return nil
	}
	var committers []string
	for _, p := range []topology.Party{topology.PartyC, topology.PartyP, topology.PartyF} {
		for _, o := range n.topology.ByParty(p) {
			committers = append(committers, o.MSP)
		}
	}
	return lifecycle.Deploy(ctx, lifecycle.Plan{
		Channel: n.topology.Channel, Members: members, Packages: packages, Definitions: definitions,
		Committers: committers, Alive: n.alive,
		Done: func(what string) { say("%s", what) },
	})
}

// Deploy brings definitions to a running network: a new bank's book. Their
// packages must be ones that Up has deployed.
func Deploy(ctx context.Context, stateDir string, definitions []ChaincodeDefinition, progress func(Event)) error {
	n, err := open(Options{StateDir: stateDir, Progress: progress})
	if err != nil {
		return err
	}
	names, err := n.packageNames(nil)
	if err != nil {
		return err
	}
	for _, d := range definitions {
		if !slices.Contains(names, d.Package) {
			return fmt.Errorf("chaincode definition %s: package %s is not served by the network (hint: qxl up deploys packages)", d.Name, d.Package)
		}
	}
	packages, _, err := n.pack(names)
	if err != nil {
		return err
	}
	members, err := channel.Connect(n.topology, n.dir)
	if err != nil {
		return err
	}
	defer channel.CloseAll(members)
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return n.deploy(ctx, members, packages, definitions, func(format string, args ...any) {
		n.tell(Event{Stage: "chaincode", What: fmt.Sprintf(format, args...)})
	})
}
