package embedded

import (
	"fmt"
	"log/slog"
	"regexp"
	"sort"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// Organization is a member of the consortium.
type Organization struct {
	MSP   string        `json:"msp"`
	Party command.Party `json:"party"`
}

// Peerless organizations sign transactions but hold nothing and endorse
// nothing.
func (o Organization) peerless() bool {
	return o.Party == command.Subject || o.Party == command.Provider
}

// Book is a bank's chaincode definition.
type Book struct {
	Name string `json:"name"` // "book-BankA"
	Bank string `json:"bank"` // MSP of the bank that owns it
}

// Consortium is what the ledger serves.
type Consortium struct {
	Organizations []Organization
	Books         []Book
	// NewChaincode makes the chaincode object of one organization. It is
	// called once per kind and organization, when first needed.
	NewChaincode func(kind command.Chaincode, msp string) (shim.Chaincode, error)

	Channel string           // name of the channel; "credit" if empty
	Clock   func() time.Time // time of transactions; time.Now if nil
	// People finds a person ORG/USER; nil reads the wallet in DIR/embedded.
	People func(person string) (Person, error)
	// NoSync leaves out the fsync of each block: a loss of power may then
	// cost the last blocks or the ledger. kill -9 costs nothing either way.
	NoSync bool
	Log    *slog.Logger // slog.Default if nil
}

// namespace is a deployed chaincode: its collections and their members.
type namespace struct {
	name        string
	kind        command.Chaincode
	bank        string // owner of a book
	collections map[string]*collection
}

type collection struct {
	command.Collection
	namespace string
	members   []*organization
	isMember  map[string]bool
}

// party is the place of an organization in this namespace: a bank has none in
// another bank's book, and none in commons.
func (n *namespace) party(o Organization) command.Party {
	if o.Party == command.Bank && o.MSP != n.bank {
		return ""
	}
	return o.Party
}

func newNamespace(name string, kind command.Chaincode, bank string, orgs []*organization) *namespace {
	n := &namespace{name: name, kind: kind, bank: bank, collections: map[string]*collection{}}
	for _, c := range kind.Collections() {
		col := &collection{Collection: c, namespace: name, isMember: map[string]bool{}}
		for _, o := range orgs {
			if !o.peerless() && c.Has(n.party(o.Organization)) {
				col.members = append(col.members, o)
				col.isMember[o.MSP] = true
			}
		}
		n.collections[c.Name] = col
	}
	return n
}

// settings is the part of a Consortium that the ledger remembers: data at
// rest depends on it.
type settings struct {
	Channel       string         `json:"channel"`
	Organizations []Organization `json:"organizations"`
	Books         []Book         `json:"books"`
}

var (
	mspName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`) // also a folder's name
	bookName = regexp.MustCompile(`^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$`) // as Fabric names chaincodes
)

func (s settings) check() error {
	seen := map[string]command.Party{}
	for _, o := range s.Organizations {
		if !mspName.MatchString(o.MSP) {
			return fmt.Errorf("consortium: organization %q: an MSP ID must match %s", o.MSP, mspName)
		}
		if _, twice := seen[o.MSP]; twice {
			return fmt.Errorf("consortium: organization %s is named twice", o.MSP)
		}
		switch o.Party {
		case command.Commission, command.CentralBank, command.Finance:
			for _, p := range s.Organizations {
				if p.Party == o.Party && p.MSP != o.MSP {
					return fmt.Errorf("consortium: party %s is held by %s and %s, one may hold it", o.Party, o.MSP, p.MSP)
				}
			}
		case command.Bank, command.Audit, command.Subject, command.Provider:
		default:
			return fmt.Errorf("consortium: organization %s: unknown party %q", o.MSP, o.Party)
		}
		seen[o.MSP] = o.Party
	}
	names := map[string]bool{command.CommonsName: true}
	for _, b := range s.Books {
		switch {
		case !bookName.MatchString(b.Name):
			return fmt.Errorf("consortium: book %q: the name must match %s", b.Name, bookName)
		case names[b.Name]:
			return fmt.Errorf("consortium: chaincode %s is named twice", b.Name)
		case seen[b.Bank] != command.Bank:
			return fmt.Errorf("consortium: book %s: its owner %q is no bank of the consortium", b.Name, b.Bank)
		}
		names[b.Name] = true
	}
	return nil
}

// join adds what next has and s has not. What the ledger knows already may
// not change its place: values would be held by the wrong organizations.
func (s settings) join(next settings) (joined settings, changed bool, err error) {
	joined = settings{Channel: s.Channel}
	joined.Organizations = append(joined.Organizations, s.Organizations...)
	joined.Books = append(joined.Books, s.Books...)
	if next.Channel != s.Channel {
		return joined, false, fmt.Errorf("consortium: this ledger is channel %q, not %q; use another state directory", s.Channel, next.Channel)
	}
	known := map[string]command.Party{}
	for _, o := range s.Organizations {
		known[o.MSP] = o.Party
	}
	for _, o := range next.Organizations {
		party, old := known[o.MSP]
		switch {
		case old && party != o.Party:
			return joined, false, fmt.Errorf("consortium: %s is party %s in this ledger, not %s; use another state directory", o.MSP, party, o.Party)
		case old:
			continue
		case o.Party != command.Bank && !o.peerless():
			return joined, false, fmt.Errorf("consortium: %s (party %s) would be a member of collections that are already in use; use another state directory", o.MSP, o.Party)
		}
		joined.Organizations, changed = append(joined.Organizations, o), true
	}
	owner := map[string]string{}
	for _, b := range s.Books {
		owner[b.Name] = b.Bank
	}
	for _, b := range next.Books {
		bank, old := owner[b.Name]
		if old && bank != b.Bank {
			return joined, false, fmt.Errorf("consortium: book %s belongs to %s in this ledger, not to %s", b.Name, bank, b.Bank)
		}
		if !old {
			joined.Books, changed = append(joined.Books, b), true
		}
	}
	return joined, changed, joined.check()
}

func (s settings) namespaces(orgs []*organization) map[string]*namespace {
	all := map[string]*namespace{
		command.CommonsName: newNamespace(command.CommonsName, command.Commons, "", orgs),
	}
	for _, b := range s.Books {
		all[b.Name] = newNamespace(b.Name, command.Book, b.Bank, orgs)
	}
	return all
}

// policyText writes a policy for people: "all of (B, 1 of (C, P, F))".
func policyText(p command.Policy) string {
	if p.Party != "" {
		return string(p.Party)
	}
	s := fmt.Sprintf("%d of (", p.Need)
	if p.Need == len(p.Of) {
		s = "all of ("
	}
	for i, q := range p.Of {
		if i > 0 {
			s += ", "
		}
		s += policyText(q)
	}
	return s + ")"
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
