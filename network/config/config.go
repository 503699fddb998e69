package config

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

//go:embed templates/*.yaml
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"quote": strconv.Quote, // a Go string of printable text is a YAML one
	"anyOf": anyOf,
}).ParseFS(files, "templates/*.yaml"))

// anyOf is the signature rule that any of these roles of an MSP satisfies.
func anyOf(msp string, roles ...string) string { return anyMember([]string{msp}, roles...) }

// anyMember is the signature rule that any of these roles of any of these MSPs
// satisfies.
func anyMember(msps []string, roles ...string) string {
	var quoted []string
	for _, msp := range msps {
		for _, r := range roles {
			quoted = append(quoted, fmt.Sprintf("'%s.%s'", msp, r))
		}
	}
	return "OR(" + strings.Join(quoted, ",") + ")"
}

// Profile is the name of the channel's profile in configtx.yaml.
const Profile = "Consortium"

func render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return b.Bytes(), nil
}

type anchor struct {
	Host string
	Port int
}

type organization struct {
	Name, MSP, MSPDir string
	AnchorPeers       []anchor
	OrdererEndpoints  []string
}

type consenter struct {
	ID, Port                     int
	Host, MSP, Identity, TLSCert string
}

// Channel is configtx.yaml. It names each orderer's enrolment certificate,
// hence needs the identities.
func Channel(t *topology.Topology, dir layout.Dir) ([]byte, error) {
	var orgs []organization
	var consenters []consenter
	var members, orderers []string
	for _, o := range t.Organizations {
		members = append(members, o.MSP)
		if len(o.Orderers) > 0 {
			orderers = append(orderers, o.MSP)
		}
		org := organization{Name: o.Name, MSP: o.MSP, MSPDir: dir.MSP(o.Name)}
		for _, p := range o.Peers {
			org.AnchorPeers = append(org.AnchorPeers, anchor{t.Host, p.Port})
		}
		for _, n := range o.Orderers {
			org.OrdererEndpoints = append(org.OrdererEndpoints, t.Address(n.Port))
			identity, err := signingCertificate(dir.NodeMSP(o.Name, n.Name))
			if err != nil {
				return nil, err
			}
			consenters = append(consenters, consenter{
				ID: len(consenters) + 1, Host: t.Host, Port: n.Port, MSP: o.MSP,
				Identity: identity, TLSCert: dir.NodeTLS(o.Name, n.Name).Cert,
			})
		}
		orgs = append(orgs, org)
	}
	return render("configtx.yaml", map[string]any{
		"Organizations": orgs, "Consenters": consenters,
		"Readers":        anyMember(members, "admin", "peer", "client", "orderer"),
		"Writers":        anyMember(members, "admin", "client"),
		"BlockSigners":   anyMember(orderers, "orderer"),
		"Administration": authorities(t, "OutOf(2, %s)", "admin"),
		"Authorities":    authorities(t, "AND(%s)", "peer"),
	})
}

// authorities is a signature rule over the parties C, P and F.
func authorities(t *topology.Topology, rule, role string) string {
	var who []string
	for _, p := range []topology.Party{topology.PartyC, topology.PartyP, topology.PartyF} {
		for _, o := range t.ByParty(p) {
			who = append(who, fmt.Sprintf("'%s.%s'", o.MSP, role))
		}
	}
	return fmt.Sprintf(rule, strings.Join(who, ", "))
}

func signingCertificate(mspDir string) (string, error) {
	found, err := filepath.Glob(filepath.Join(mspDir, "signcerts", "*.pem"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("find the certificate in %s/signcerts: %d files, want 1 (hint: the node is not enrolled)", mspDir, len(found))
	}
	return found[0], nil
}

// Peer is a peer's core.yaml.
func Peer(t *topology.Topology, o topology.Organization, p topology.Peer, dir layout.Dir) ([]byte, error) {
	id := layout.ID(o.Name, p.Name)
	bootstrap := p.Port
	for _, q := range o.Peers {
		if q.Name != p.Name {
			bootstrap = q.Port
			break
		}
	}
	return render("core.yaml", map[string]any{
		"ID": id, "Network": t.Consortium, "MSP": o.MSP,
		"Address": t.Address(p.Port), "ChaincodeListener": t.Address(p.ChaincodeListener),
		"Bootstrap":  t.Address(bootstrap),
		"Operations": local(p.Operations), "Profile": t.Profile, "ProfileAddress": local(p.Profile),
		"MSPDir": dir.NodeMSP(o.Name, p.Name), "TLS": dir.NodeTLS(o.Name, p.Name),
		"Data": dir.Data(id), "Snapshots": filepath.Join(dir.Data(id), "snapshots"), "Builder": dir.Builder(),
	})
}

// Orderer is an orderer's orderer.yaml.
func Orderer(t *topology.Topology, o topology.Organization, n topology.Orderer, dir layout.Dir) ([]byte, error) {
	id := layout.ID(o.Name, n.Name)
	var roots []string
	for _, q := range t.Organizations {
		if len(q.Orderers) > 0 {
			roots = append(roots, dir.TLSRoot(q.Name))
		}
	}
	return render("orderer.yaml", map[string]any{
		"MSP": o.MSP, "Host": t.Host, "Port": n.Port,
		"Admin": t.Address(n.Admin), "Operations": local(n.Operations),
		"MSPDir": dir.NodeMSP(o.Name, n.Name), "TLS": dir.NodeTLS(o.Name, n.Name), "TLSRoots": roots,
		"Data": dir.Data(id), "WAL": filepath.Join(dir.Data(id), "wal"), "Snapshots": filepath.Join(dir.Data(id), "snap"),
	})
}

// local is where health and metrics are served: without TLS, hence never to
// other machines.
func local(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// builder is what the peer runs instead of a container engine: it recognizes a
// package of type ccaas and hands its connection.json on.
var builder = map[string]string{
	"detect":  "#!/bin/sh\ngrep -q '\"type\":\"ccaas\"' \"$2/metadata.json\"\n",
	"build":   "#!/bin/sh\ncp \"$1/connection.json\" \"$3/\"\n",
	"release": "#!/bin/sh\nmkdir -p \"$2/chaincode/server\" && cp \"$1/connection.json\" \"$2/chaincode/server/\"\n",
}

// Write puts every node's configuration and the builder in its place.
func Write(t *topology.Topology, dir layout.Dir) error {
	for name, text := range builder {
		if err := put(filepath.Join(dir.Builder(), "bin", name), []byte(text), 0o755); err != nil {
			return err
		}
	}
	for _, o := range t.Organizations {
		for _, p := range o.Peers {
			data, err := Peer(t, o, p, dir)
			if err == nil {
				err = put(filepath.Join(dir.Config(layout.ID(o.Name, p.Name)), "core.yaml"), data, 0o644)
			}
			if err != nil {
				return err
			}
		}
		for _, n := range o.Orderers {
			data, err := Orderer(t, o, n, dir)
			if err == nil {
				err = put(filepath.Join(dir.Config(layout.ID(o.Name, n.Name)), "orderer.yaml"), data, 0o644)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteChannel puts configtx.yaml in its place.
func WriteChannel(t *topology.Topology, dir layout.Dir) error {
	data, err := Channel(t, dir)
	if err != nil {
		return err
	}
	return put(filepath.Join(dir.ChannelConfig(), "configtx.yaml"), data, 0o644)
}

func put(file string, data []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := os.WriteFile(file, data, mode); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}
