package topology

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

var (
	organizationName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,29}$`)
	nodeName         = regexp.MustCompile(`^[a-z][a-z0-9]{0,29}$`)
	channelName      = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,248}$`)
	usccForm         = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{18}$`)
)

// minimum of a Byzantine fault tolerant ordering service: 3f+1 nodes bear f
// faults, and fewer than four bear none.
const minOrderers = 4

type checker struct {
	t    *Topology
	tree *ast.File
	errs Errors
}

func (c *checker) fail(field, value, limit, hint string) {
	e := &Error{File: c.t.file, Field: field, Value: value, Limit: limit, Hint: hint}
	e.Line = line(c.tree, field)
	c.errs = append(c.errs, e)
}

// match fails unless the value has the form; empty is reported as missing.
func (c *checker) match(field, value string, form *regexp.Regexp, what string) {
	switch {
	case value == "":
		c.fail(field, "", "is missing", what)
	case !form.MatchString(value):
		c.fail(field, fmt.Sprintf("%q", value), "must match "+form.String(), what)
	}
}

func (t *Topology) check(tree *ast.File) error {
	c := &checker{t: t, tree: tree}
	c.match("consortium", t.Consortium, organizationName, "letters and digits, starting with a capital")
	c.match("channel", t.Channel, channelName, "lower-case letters, digits, dot and hyphen")
	if net.ParseIP(t.Host) == nil {
		c.fail("host", fmt.Sprintf("%q", t.Host), "must be an IP address", "127.0.0.1 for one machine")
	}
	if t.CA.ExpiryDays < 1 || t.CA.ExpiryDays > 366*t.CA.RootYears {
		c.fail("ca.expiryDays", fmt.Sprint(t.CA.ExpiryDays), "must be at least 1 and within the root's life", "365 is usual")
	}
	if len(t.Organizations) == 0 {
		c.fail("organizations", "", "is missing", "a consortium needs members")
	}
	c.organizations()
	c.parties()
	c.orderers()
	c.ports()
	if len(c.errs) == 0 {
		return nil
	}
	slices.SortStableFunc(c.errs, func(a, b *Error) int { return a.Line - b.Line })
	return c.errs
}

func (c *checker) organizations() {
	names, msps := map[string]int{}, map[string]int{}
	for i, o := range c.t.Organizations {
		at := fmt.Sprintf("organizations[%d].", i)
		c.match(at+"name", o.Name, organizationName, "letters and digits, starting with a capital: it names directories and the MSP")
		c.match(at+"msp", o.MSP, organizationName, "letters and digits, starting with a capital")
		c.unique(at+"name", o.Name, names, i)
		c.unique(at+"msp", o.MSP, msps, i)
		if o.USCC != "" && !usccForm.MatchString(o.USCC) {
			c.fail(at+"uscc", fmt.Sprintf("%q", o.USCC), "must be 18 characters of 0-9 and A-Z without I, O, S, V, Z", "统一社会信用代码; leave it out if unknown")
		}
		c.displayNames(at, o.Names)
		c.nodes(at, o)
		c.people(at, o)
	}
}

func (c *checker) unique(field, value string, seen map[string]int, i int) {
	key := strings.ToLower(value) // names become directories and definition names
	if first, ok := seen[key]; ok && value != "" {
		c.fail(field, fmt.Sprintf("%q", value), fmt.Sprintf("is already organizations[%d]'s", first), "names differ in more than case")
		return
	}
	seen[key] = i
}

func (c *checker) displayNames(at string, names []DisplayName) {
	if len(names) == 0 {
		c.fail(at+"names", "", "is missing", "give at least one display name {from, zh, en}")
	}
	last := ""
	for j, n := range names {
		field := fmt.Sprintf("%snames[%d].", at, j)
		if _, err := time.Parse(time.DateOnly, n.From); err != nil {
			c.fail(field+"from", fmt.Sprintf("%q", n.From), "must be a date YYYY-MM-DD", "the day the name came into force")
		} else if n.From <= last {
			c.fail(field+"from", n.From, "must be later than "+last, "oldest name first")
		} else {
			last = n.From
		}
		if n.Zh == "" {
			c.fail(field+"zh", "", "is missing", "the Chinese name")
		}
		if n.En == "" {
			c.fail(field+"en", "", "is missing", "the English name")
		}
	}
}

func (c *checker) nodes(at string, o Organization) {
	seen := map[string]bool{"chaincode": true, "admin": true} // names the layout uses itself
	check := func(field, name string) {
		c.match(field, name, nodeName, "lower-case letters and digits, as in peer0")
		if seen[name] {
			c.fail(field, fmt.Sprintf("%q", name), "is already taken in this organization", "peer0, orderer0, …")
		}
		seen[name] = true
	}
	for j, p := range o.Peers {
		check(fmt.Sprintf("%speers[%d].name", at, j), p.Name)
	}
	for j, p := range o.Orderers {
		check(fmt.Sprintf("%sorderers[%d].name", at, j), p.Name)
	}
	needed := 4*len(o.Peers) + 3*len(o.Orderers) + chaincodePorts
	if needed > portsPerOrganization {
		c.fail(at+"peers", fmt.Sprintf("%d nodes", len(o.Peers)+len(o.Orderers)), fmt.Sprintf("need %d ports, an organization has %d", needed, portsPerOrganization), "run fewer nodes per organization")
	}
	switch o.Party {
	case PartyC, PartyP, PartyF, Bank, Audit:
		if !o.HasPeer() {
			c.fail(at+"peers", "", "is missing", fmt.Sprintf("party %s runs at least one peer", o.Party))
		}
	case Subject, Provider:
		if len(o.Peers)+len(o.Orderers) > 0 {
			c.fail(at+"party", string(o.Party), "runs no nodes", "take its peers and orderers away")
		}
	}
}

func (c *checker) people(at string, o Organization) {
	seen := map[string]bool{}
	for j, p := range o.People {
		field := fmt.Sprintf("%speople[%d].", at, j)
		c.match(field+"user", p.User, nodeName, "lower-case letters and digits, as in officer1")
		if seen[p.User] {
			c.fail(field+"user", fmt.Sprintf("%q", p.User), "is already taken in this organization", "each person has a certificate of their own")
		}
		seen[p.User] = true
		if !slices.Contains(Roles, p.Role) {
			c.fail(field+"role", fmt.Sprintf("%q", p.Role), "must be one of "+strings.Join(Roles, ", "), "the role stands in the certificate")
		}
	}
	if o.Subjects < 0 || o.Subjects > 10000 {
		c.fail(at+"subjects", fmt.Sprint(o.Subjects), "must be between 0 and 10000", "subjects enrolled at start")
	}
	if o.Subjects > 0 && o.Party != Subject {
		c.fail(at+"subjects", fmt.Sprint(o.Subjects), "is for party Subject only", "this organization is party "+string(o.Party))
	}
}

func (c *checker) parties() {
	count := map[Party]int{}
	for i, o := range c.t.Organizations {
		if !slices.Contains(Parties, o.Party) {
			c.fail(fmt.Sprintf("organizations[%d].party", i), fmt.Sprintf("%q", o.Party), "must be one of C, P, F, Bank, Audit, Subject, Provider", "the organization's place in the consortium")
		}
		count[o.Party]++
		if one := o.Party != Bank && o.Party != Provider; one && count[o.Party] == 2 {
			c.fail(fmt.Sprintf("organizations[%d].party", i), string(o.Party), "is already taken by another organization", "only Bank and Provider may be several")
		}
	}
	for _, p := range []Party{PartyC, PartyP, PartyF} {
		if count[p] == 0 {
			c.fail("organizations", fmt.Sprintf("no party %s", p), "but exactly one is needed", "C, P and F endorse what is common")
		}
	}
	if count[Bank] == 0 {
		c.fail("organizations", "no party Bank", "but at least one is needed", "a bank keeps a book")
	}
}

func (c *checker) orderers() {
	n := 0
	for _, o := range c.t.Organizations {
		n += len(o.Orderers)
	}
	if n < minOrderers {
		c.fail("organizations", fmt.Sprintf("%d orderers", n), fmt.Sprintf("but Byzantine fault tolerant ordering needs at least %d", minOrderers), "3f+1 orderers bear f faults")
	}
}

func (c *checker) ports() {
	if c.t.PortBase < 1024 || c.t.PortBase > 65535 {
		c.fail("portBase", fmt.Sprint(c.t.PortBase), "must be between 1024 and 65535", "7000, or use free ports")
		return
	}
	seen := map[int]string{}
	for _, u := range c.t.Ports() {
		if u.Port < 1024 || u.Port > 65535 {
			c.fail(u.field, fmt.Sprint(u.Port), "must be between 1024 and 65535", "")
			continue
		}
		if owner, ok := seen[u.Port]; ok {
			c.fail(u.field, fmt.Sprint(u.Port), "is already the port of "+owner, "ports are unique in the network")
			continue
		}
		seen[u.Port] = u.Owner
	}
}
