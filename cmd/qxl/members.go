package main

import (
	"os"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/network/topology"
	testnetwork "github.com/qingxinlian/qxl/test-network"
)

// loadTopology reads the file, or the sample consortium's if none is named.
func loadTopology(file string) (*topology.Topology, error) {
	if file == "" {
		return topology.Parse("test-network/topology.yaml", testnetwork.Topology)
	}
	if _, err := os.Stat(file); err != nil {
		return nil, &problem{Exit: exitUsage, Code: "TOPOLOGY_FILE", Field: "--topology", Value: file,
			Zh: "找不到拓扑文件", En: err.Error(), Hint: "leave --topology out for the sample consortium"}
	}
	return topology.Load(file)
}

// party is the place of an organization in policies and access lines.
func party(p topology.Party) command.Party {
	if p == topology.Bank {
		return command.Bank
	}
	return command.Party(p)
}

// bookName is the chaincode name of a bank's book.
func bookName(org string) string { return "book-" + strings.ToLower(org) }

// books names every bank's book, in the order of the topology.
func books(t *topology.Topology) []string {
	var list []string
	for _, o := range t.Organizations {
		if o.Party == topology.Bank {
			list = append(list, bookName(o.Name))
		}
	}
	return list
}

// certified are the chaincodes that a subject holds a certificate for, each
// its own: every book, and commons, where it grants to others than banks.
func certified(t *topology.Topology) []string { return append(books(t), command.CommonsName) }

// holder finds the organization of a party that stands once in a topology.
func holder(t *topology.Topology, p topology.Party) topology.Organization {
	for _, o := range t.Organizations {
		if o.Party == p {
			return o
		}
	}
	return topology.Organization{}
}
