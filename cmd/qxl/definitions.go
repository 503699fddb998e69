package main

import (
	"fmt"
	"os"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/network"
	"github.com/qingxinlian/qxl/network/topology"
)

// definitions turns the table of chaincode/command into what the network
// deploys: commons, and a book for each bank. The table names parties; the
// topology says which organization holds which.
func definitions(t *topology.Topology) []network.ChaincodeDefinition {
	list := []network.ChaincodeDefinition{definition(t, command.Commons, command.CommonsName, "")}
	for _, o := range t.Organizations {
		if o.Party == topology.Bank {
			list = append(list, definition(t, command.Book, bookName(o.Name), o.MSP))
		}
	}
	return list
}

func definition(t *topology.Topology, cc command.Chaincode, name, bank string) network.ChaincodeDefinition {
	msp := func(p command.Party) string {
		if p == command.Bank {
			return bank
		}
		return holder(t, topology.Party(p)).MSP
	}
	d := network.ChaincodeDefinition{Name: name, Package: string(cc), Policy: policy(command.PublicPolicy, msp)}
	for _, c := range cc.Collections() {
		col := network.Collection{Name: c.Name, Endorsement: policy(c.Endorse, msp)}
		for _, p := range c.Members {
			if m := msp(p); m != "" { // a consortium may have no audit node
				col.Members = append(col.Members, m)
			}
		}
		d.Collections = append(d.Collections, col)
	}
	return d
}

// entrusted is the definition of a book whose bank has left or refuses: the
// same data with the same members, endorsed by the authorities alone.
func entrusted(t *topology.Topology, name, bank string) network.ChaincodeDefinition {
	d := definition(t, command.Book, name, bank)
	for i, c := range command.Book.Collections() {
		d.Collections[i].Endorsement = policy(command.Entrusted(c), func(p command.Party) string { return holder(t, topology.Party(p)).MSP })
	}
	return d
}

func policy(p command.Policy, msp func(command.Party) string) network.Policy {
	if p.Party != "" {
		return network.Policy{MSP: msp(p.Party)}
	}
	out := network.Policy{Need: p.Need}
	for _, q := range p.Of {
		out.Of = append(out.Of, policy(q, msp))
	}
	return out
}

// chaincodeProcess is this very program as an organization's chaincode
// process.
func chaincodeProcess(profile func(org string) string) (func(network.ChaincodeProcess) network.Command, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	return func(p network.ChaincodeProcess) network.Command {
		args := []string{"chaincode", "--msp", p.Organization.MSP, "--tls-key", p.Key, "--tls-cert", p.Cert, "--tls-roots", p.Roots}
		for _, s := range p.Serve {
			args = append(args, "--serve", s.Package+"="+s.Address+"="+s.ID)
		}
		if profile != nil {
			if address := profile(p.Organization.Name); address != "" {
				args = append(args, "--profile", address)
			}
		}
		return network.Command{Program: self, Args: args, Env: []string{"GOGC=400"}}
	}, nil
}
