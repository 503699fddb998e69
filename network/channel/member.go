package channel

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	admin "github.com/hyperledger/fabric-admin-sdk/pkg/identity"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// Member is one organization as its admin acts for it on one of its peers.
type Member struct {
	Organization topology.Organization
	Peer         topology.Peer
	Admin        admin.SigningIdentity
	Conn         *grpc.ClientConn
}

// ID names the peer in the network.
func (m *Member) ID() string { return layout.ID(m.Organization.Name, m.Peer.Name) }

// Connect opens one member per peer of the topology, in file order. Nothing is
// dialled yet. Close them with CloseAll.
func Connect(t *topology.Topology, dir layout.Dir) ([]*Member, error) {
	var members []*Member
	for _, o := range t.Endorsers() {
		id, err := Admin(o, dir)
		if err != nil {
			CloseAll(members)
			return nil, err
		}
		roots, err := pool(dir.TLSRoot(o.Name))
		if err != nil {
			CloseAll(members)
			return nil, err
		}
		for _, p := range o.Peers {
			conn, err := grpc.NewClient("passthrough:///"+t.Address(p.Port),
				grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})),
				grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(100<<20), grpc.MaxCallSendMsgSize(100<<20)))
			if err != nil {
				CloseAll(members)
				return nil, fmt.Errorf("connect to %s: %w", layout.ID(o.Name, p.Name), err)
			}
			members = append(members, &Member{Organization: o, Peer: p, Admin: id, Conn: conn})
		}
	}
	return members, nil
}

// CloseAll closes the members' connections.
func CloseAll(members []*Member) {
	for _, m := range members {
		m.Conn.Close()
	}
}

// Admin is an organization's admin identity.
func Admin(o topology.Organization, dir layout.Dir) (admin.SigningIdentity, error) {
	msp := dir.NodeMSP(o.Name, "admin")
	certPEM, err := only(msp, "signcerts")
	if err != nil {
		return nil, err
	}
	keyPEM, err := only(msp, "keystore")
	if err != nil {
		return nil, err
	}
	cert, err := identity.CertificateFromPEM(certPEM)
	if err != nil {
		return nil, fmt.Errorf("read the admin of %s: %w", o.Name, err)
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return nil, fmt.Errorf("read the admin of %s: %w", o.Name, err)
	}
	return admin.NewPrivateKeySigningIdentity(o.MSP, cert, key)
}

// only reads the one file of a directory.
func only(dir ...string) ([]byte, error) {
	d := filepath.Join(dir...)
	found, err := filepath.Glob(filepath.Join(d, "*"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("read %s: %d files, want 1 (hint: the identity is not enrolled)", d, len(found))
	}
	return os.ReadFile(found[0])
}

func pool(file string) (*x509.CertPool, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read TLS root: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("read TLS root %s: no certificate in it", file)
	}
	return roots, nil
}
