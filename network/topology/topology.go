package topology

import (
	"fmt"
	"net"
	"strconv"
	"time"
)

// Party is the place an organization has in the consortium.
type Party string

const (
	PartyC   Party = "C"        // lead: development and reform commission
	PartyP   Party = "P"        // lead: central bank
	PartyF   Party = "F"        // finance department
	Bank     Party = "Bank"     // a member bank; any number
	Audit    Party = "Audit"    // verifies; stands in no policy
	Subject  Party = "Subject"  // 信息主体, pseudonymous, no nodes
	Provider Party = "Provider" // 责任单位, no nodes
)

// Parties in the order they are documented.
var Parties = []Party{PartyC, PartyP, PartyF, Bank, Audit, Subject, Provider}

// Roles that a person's certificate may carry in its attribute "role".
var Roles = []string{"officer", "reviewer", "approver", "operator", "provider", "subject", "auditor", "admin"}

// Topology is a consortium as data. The yaml tags are the file's format.
type Topology struct {
	// Consortium names the network in configuration and logs.
	Consortium string `yaml:"consortium"`
	// Channel is the one channel all organizations share.
	Channel string `yaml:"channel"`
	// Synthetic marks a sample consortium whose identities protect nothing: a
	// passphrase may then lie in a file beside the keys it opens.
	Synthetic bool `yaml:"synthetic,omitempty"`
	// Host is the address every node listens on and is reached at.
	Host string `yaml:"host,omitempty"`
	// PortBase is where ports are counted from, for nodes that name none.
	// Organization i has PortBase + 20·i … + 19 (see Assign).
	PortBase int `yaml:"portBase"`
	// Profile lets the peers serve Go's profiles, for measuring.
	Profile bool `yaml:"profile,omitempty"`
	// CA says how certificates are issued.
	CA CA `yaml:"ca,omitempty"`
	// Organizations in a fixed order: ports are counted by it.
	Organizations []Organization `yaml:"organizations"`

	file string // where it was read from, for errors
}

// CA holds the settings of the certificate authorities, one per organization
// in one server process that runs only while people are enrolled.
type CA struct {
	Port       int `yaml:"port,omitempty"`       // default PortBase
	Operations int `yaml:"operations,omitempty"` // default PortBase + 1
	// ExpiryDays is how long certificates of nodes and people are valid.
	ExpiryDays int `yaml:"expiryDays,omitempty"` // default 365
	// RootYears is how long an organization's root certificate is valid.
	RootYears int `yaml:"rootYears,omitempty"` // default 15
	// Country, Province and Locality stand in every certificate's subject.
	Country  string `yaml:"country,omitempty"`
	Province string `yaml:"province,omitempty"`
	Locality string `yaml:"locality,omitempty"`
}

// Organization is one member of the consortium.
type Organization struct {
	// Name is short, ASCII and for ever: it names directories and, with MSP
	// added, the membership service provider.
	Name  string `yaml:"name"`
	MSP   string `yaml:"msp,omitempty"` // default Name + "MSP"
	Party Party  `yaml:"party"`
	// USCC is the unified social credit code 统一社会信用代码, if known.
	USCC string `yaml:"uscc,omitempty"`
	// Names are display names by date, oldest first: organizations are renamed
	// and the ledger outlives their names.
	Names     []DisplayName `yaml:"names"`
	Peers     []Peer        `yaml:"peers,omitempty"`
	Orderers  []Orderer     `yaml:"orderers,omitempty"`
	Chaincode Chaincode     `yaml:"chaincode,omitempty"`
	People    []Person      `yaml:"people,omitempty"`
	// Subjects is how many pseudonymous subjects are enrolled, for each book
	// and for commons (Subject party only). Their pseudonyms are random and made at enrolment.
	Subjects int `yaml:"subjects,omitempty"`
}

// DisplayName is an organization's name from a date on.
type DisplayName struct {
	From string `yaml:"from"` // civil date YYYY-MM-DD
	Zh   string `yaml:"zh"`
	En   string `yaml:"en"`
}

// Peer is one Fabric peer. Zero ports are assigned from PortBase.
type Peer struct {
	Name       string `yaml:"name"`
	Port       int    `yaml:"port,omitempty"`
	Operations int    `yaml:"operations,omitempty"`
	// ChaincodeListener must differ per peer on one machine, though with
	// chaincode as a service nothing connects to it.
	ChaincodeListener int `yaml:"chaincodeListener,omitempty"`
	// Profile serves Go's profiles (pprof) while the topology says profile.
	Profile int `yaml:"profile,omitempty"`
}

// Orderer is one SmartBFT ordering node.
type Orderer struct {
	Name       string `yaml:"name"`
	Port       int    `yaml:"port,omitempty"`
	Admin      int    `yaml:"admin,omitempty"`
	Operations int    `yaml:"operations,omitempty"`
}

// Chaincode says where the organization's chaincode process listens: one port
// for each chaincode package, in the order the packages are deployed.
type Chaincode struct {
	Ports []int `yaml:"ports,omitempty"` // default four
}

// Person is somebody who signs: an officer of an organization, never a
// subject.
type Person struct {
	User string `yaml:"user"`
	Zh   string `yaml:"zh,omitempty"`
	En   string `yaml:"en,omitempty"`
	Role string `yaml:"role"`
	Post string `yaml:"post,omitempty"`
}

// NameAt is the display name in force on a civil date; before the first date
// it is the first name.
func (o Organization) NameAt(date string) DisplayName {
	var in DisplayName
	for i, n := range o.Names {
		if i == 0 || n.From <= date {
			in = n
		}
	}
	return in
}

// NameNow is the display name in force today.
func (o Organization) NameNow() DisplayName { return o.NameAt(time.Now().Format(time.DateOnly)) }

// HasPeer reports whether the organization runs a peer, hence chaincode.
func (o Organization) HasPeer() bool { return len(o.Peers) > 0 }

// Organization finds a member by its short name.
func (t *Topology) Organization(name string) (Organization, bool) {
	for _, o := range t.Organizations {
		if o.Name == name {
			return o, true
		}
	}
	return Organization{}, false
}

// ByParty lists the members of a party in file order.
func (t *Topology) ByParty(p Party) []Organization {
	var of []Organization
	for _, o := range t.Organizations {
		if o.Party == p {
			of = append(of, o)
		}
	}
	return of
}

// Endorsers lists the organizations that run a peer, in file order.
func (t *Topology) Endorsers() []Organization {
	var of []Organization
	for _, o := range t.Organizations {
		if o.HasPeer() {
			of = append(of, o)
		}
	}
	return of
}

// Address is host:port as nodes and clients write it.
func (t *Topology) Address(port int) string { return net.JoinHostPort(t.Host, strconv.Itoa(port)) }

// File is where the topology was read from.
func (t *Topology) File() string { return t.file }

// Use is one assigned port and who has it.
type Use struct {
	Port  int
	Owner string // "BankA-peer0 operations"
	field string
}

// Ports lists every assigned port with its owner, in file order. Zero means
// not yet assigned.
func (t *Topology) Ports() []Use {
	uses := []Use{
		{t.CA.Port, "certificate authorities", "ca.port"},
		{t.CA.Operations, "certificate authorities operations", "ca.operations"},
	}
	for i, o := range t.Organizations {
		at := func(format string, args ...any) string {
			return fmt.Sprintf("organizations[%d].", i) + fmt.Sprintf(format, args...)
		}
		for j, p := range o.Peers {
			node := o.Name + "-" + p.Name
			uses = append(uses,
				Use{p.Port, node, at("peers[%d].port", j)},
				Use{p.Operations, node + " operations", at("peers[%d].operations", j)},
				Use{p.ChaincodeListener, node + " chaincode listener", at("peers[%d].chaincodeListener", j)},
				Use{p.Profile, node + " profile", at("peers[%d].profile", j)})
		}
		for j, p := range o.Orderers {
			node := o.Name + "-" + p.Name
			uses = append(uses,
				Use{p.Port, node, at("orderers[%d].port", j)},
				Use{p.Admin, node + " admin", at("orderers[%d].admin", j)},
				Use{p.Operations, node + " operations", at("orderers[%d].operations", j)})
		}
		for j, p := range o.Chaincode.Ports {
			uses = append(uses, Use{p, o.Name + "-chaincode", at("chaincode.ports[%d]", j)})
		}
	}
	return uses
}
