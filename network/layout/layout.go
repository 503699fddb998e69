// Package layout says where everything of one network lies under its state
// directory. It touches no file; whoever writes one says so itself.
package layout

import "path/filepath"

// Dir is the state directory of one Fabric network.
type Dir string

func (d Dir) join(elem ...string) string {
	return filepath.Join(append([]string{string(d)}, elem...)...)
}

// Topology is the topology the network was made from, completed.
func (d Dir) Topology() string { return d.join("topology.yaml") }

// Genesis is the channel's first block.
func (d Dir) Genesis() string { return d.join("genesis.block") }

// Identity holds all that an organization's certificate authority issued.
func (d Dir) Identity(org string) string { return d.join("identity", org) }

// MSP is the organization's public membership directory.
func (d Dir) MSP(org string) string { return filepath.Join(d.Identity(org), "msp") }

// TLSRoot is the organization's TLS root certificate.
func (d Dir) TLSRoot(org string) string { return filepath.Join(d.Identity(org), "tlsca.pem") }

// Node is where one enrolled node's, the admin's or the chaincode process's
// keys lie: msp and tls.
func (d Dir) Node(org, node string) string { return filepath.Join(d.Identity(org), "nodes", node) }

// NodeMSP is a node's own membership directory with its signing key.
func (d Dir) NodeMSP(org, node string) string { return filepath.Join(d.Node(org, node), "msp") }

// TLS names the files of a TLS server.
type TLS struct{ Cert, Key, CA string }

// NodeTLS is a node's TLS key pair and root.
func (d Dir) NodeTLS(org, node string) TLS {
	dir := filepath.Join(d.Node(org, node), "tls")
	return TLS{filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), filepath.Join(dir, "ca.crt")}
}

// Person is where a person's certificate and encrypted key lie.
func (d Dir) Person(org, user string) string {
	return filepath.Join(d.Identity(org), "people", user)
}

// ID names a node in the whole network: BankA-peer0.
func ID(org, node string) string { return org + "-" + node }

// Config is a node's configuration directory (FABRIC_CFG_PATH).
func (d Dir) Config(id string) string { return d.join("cfg", id) }

// ChannelConfig is the directory of configtx.yaml.
func (d Dir) ChannelConfig() string { return d.join("cfg", "channel") }

// Builder is the external builder that hands chaincode to its own process.
func (d Dir) Builder() string { return d.join("cfg", "builder") }

// Data is a node's ledger.
func (d Dir) Data(id string) string { return d.join("data", id) }

// Logs holds one log a node.
func (d Dir) Logs() string { return d.join("log") }

// Log is a node's log.
func (d Dir) Log(id string) string { return d.join("log", id+".log") }

// Run holds what is true only while the network runs.
func (d Dir) Run() string { return d.join("run") }

// Packages holds the chaincode packages.
func (d Dir) Packages() string { return d.join("packages") }
