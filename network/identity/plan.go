package identity

import (
	"fmt"
	"os"
	"strings"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// Names of the two things in nodes/ that are no node of the topology.
const (
	AdminNode     = "admin"     // the organization's administrator
	ChaincodeNode = "chaincode" // its chaincode process: TLS only
)

// The types of identity that become the certificate's organizational unit.
// NodeOUs admit the first four; a certificate of another type is no
// identity on the channel whoever holds its key.
const (
	typePeer      = "peer"
	typeOrderer   = "orderer"
	typeAdmin     = "admin"
	typeClient    = "client"
	typeChaincode = "chaincode"
	typeRegistrar = "registrar"
)

// node is something with a key in clear on an operator's machine.
type node struct {
	name string
	typ  string
	msp  bool // it signs
	tls  bool // it serves
}

// id is its enrolment name. The dot keeps it apart from people's.
func (n node) id(org string) string { return n.name + "." + org }

// organization is what one organization needs.
type organization struct {
	topology.Organization
	founded bool // its authority is there, whole
	nodes   []node
	people  []wallet.Enrollee
}

// People lists everybody of a topology who holds a certificate: officers as
// they stand there, and each subject once per book, as s01-BOOK, s02-BOOK, …:
// chaincode takes a subject's certificate in the book it names and no other.
// The embedded engine enrols the same list.
func People(t *topology.Topology, books []string) []wallet.Enrollee {
	var all []wallet.Enrollee
	for _, o := range t.Organizations {
		for _, p := range o.People {
			all = append(all, wallet.Enrollee{Org: o.Name, MSP: o.MSP, User: p.User, Zh: p.Zh, En: p.En,
				Roles: strings.FieldsFunc(p.Role, func(r rune) bool { return r == ',' || r == ' ' }), Post: p.Post})
		}
		for i := range o.Subjects {
			for _, book := range books {
				all = append(all, wallet.Enrollee{Org: o.Name, MSP: o.MSP, User: fmt.Sprintf("s%02d-%s", i+1, book),
					Roles: []string{wallet.RoleSubject}, Attrs: map[string]string{wallet.AttrBook: book}})
			}
		}
	}
	return all
}

func nodesOf(o topology.Organization) []node {
	nodes := []node{{name: AdminNode, typ: typeAdmin, msp: true}}
	for _, p := range o.Peers {
		nodes = append(nodes, node{name: p.Name, typ: typePeer, msp: true, tls: true})
	}
	for _, p := range o.Orderers {
		nodes = append(nodes, node{name: p.Name, typ: typeOrderer, msp: true, tls: true})
	}
	if o.HasPeer() {
		nodes = append(nodes, node{name: ChaincodeNode, typ: typeChaincode, tls: true})
	}
	return nodes
}

// missing compares the topology with the state directory: only
// organizations that lack something, and only what they lack.
func missing(o Options) ([]*organization, error) {
	d := o.dir()
	people := map[string][]wallet.Enrollee{}
	for _, e := range People(o.Topology, o.Books) {
		if !exists(d.Person(e.Org, e.User)) {
			people[e.Org] = append(people[e.Org], e)
		}
	}
	var lacking []*organization
	for _, org := range o.Topology.Organizations {
		if org.Subjects > 0 && len(o.Books) == 0 {
			return nil, fmt.Errorf("organization %s has %d subjects, but no books are named that they get certificates for", org.Name, org.Subjects)
		}
		need := &organization{Organization: org, founded: exists(d.MSP(org.Name)), people: people[org.Name]}
		if err := need.check(d); err != nil {
			return nil, err
		}
		for _, n := range nodesOf(org) {
			if !exists(d.Node(org.Name, n.name)) {
				need.nodes = append(need.nodes, n)
			}
		}
		if !need.founded || len(need.nodes)+len(need.people) > 0 {
			lacking = append(lacking, need)
		}
	}
	return lacking, nil
}

// check refuses to found an authority anew over what an older one has
// issued, and to go on with one that has lost its key.
func (n *organization) check(d layout.Dir) error {
	if n.founded {
		for _, part := range []string{registrarDir(d, n.Name), caCert(d, n.Name)} {
			if !exists(part) {
				return &IncompleteError{Org: n.Name, Missing: part}
			}
		}
		return nil
	}
	for _, part := range []string{d.Node(n.Name, ""), d.Person(n.Name, "")} {
		left, err := os.ReadDir(part)
		if err == nil && len(left) > 0 {
			return &IncompleteError{Org: n.Name, Missing: d.MSP(n.Name)}
		}
	}
	return nil
}

// IncompleteError: part of an organization's identity is gone, so that
// neither going on nor starting anew would be right.
type IncompleteError struct{ Org, Missing string }

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("the identity of %s is incomplete: %s is missing; restore it from a backup, or remove the whole state directory to start a new network", e.Org, e.Missing)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
