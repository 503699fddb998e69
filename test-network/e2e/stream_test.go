package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/client/wallet"
)

// pseudonym is what a subject's certificate calls it.
func (m *members) pseudonym(person string) string {
	m.t.Helper()
	p, err := wallet.Read(string(m.dir), person)
	require.NoError(m.t, err)
	return p.Attrs[wallet.AttrPseudonym]
}

// channel is somebody's view of the channel at an organization's peer,
// around our own client.
func (m *members) channel(id identity.Identity, sign identity.Sign, at string) *client.Network {
	m.t.Helper()
	o, _ := m.topology.Organization(at)
	root, err := os.ReadFile(m.dir.TLSRoot(at))
	require.NoError(m.t, err)
	pool := x509.NewCertPool()
	require.True(m.t, pool.AppendCertsFromPEM(root))
	conn, err := grpc.NewClient(m.topology.Address(o.Peers[0].Port), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(100<<20)))
	require.NoError(m.t, err)
	m.t.Cleanup(func() { conn.Close() })
	session, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	require.NoError(m.t, err)
	m.t.Cleanup(func() { session.Close() })
	return session.GetNetwork(m.topology.Channel)
}

// person and node are whose view it is: somebody with a post, or a key of
// the organization's machines, its administrator's too.
func (m *members) person(name string) (identity.Identity, identity.Sign) {
	m.t.Helper()
	p, err := wallet.Open(string(m.dir), name, wallet.Passphrase(string(m.dir), nil))
	require.NoError(m.t, err)
	id, sign, err := p.Fabric()
	require.NoError(m.t, err)
	return id, sign
}

func (m *members) node(org, name string) (identity.Identity, identity.Sign) {
	m.t.Helper()
	msp := m.dir.NodeMSP(org, name)
	raw, err := os.ReadFile(filepath.Join(msp, "signcerts", "cert.pem"))
	require.NoError(m.t, err)
	cert, err := identity.CertificateFromPEM(raw)
	require.NoError(m.t, err)
	id, err := identity.NewX509Identity(org+"MSP", cert)
	require.NoError(m.t, err)
	raw, err = os.ReadFile(filepath.Join(msp, "keystore", "key.pem"))
	require.NoError(m.t, err)
	key, err := identity.PrivateKeyFromPEM(raw)
	require.NoError(m.t, err)
	sign, err := identity.NewPrivateKeySign(key)
	require.NoError(m.t, err)
	return id, sign
}

// drain reads a stream until it has had all blocks up to height, or ends,
// and gives each message's bytes.
func drain[M proto.Message](t *testing.T, stream <-chan M, height uint64, each func([]byte)) (messages int, ended bool) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for uint64(messages) < height {
		select {
		case message, open := <-stream:
			if !open {
				return messages, true
			}
			messages++
			raw, err := proto.Marshal(message)
			require.NoError(t, err)
			each(raw)
		case <-timeout:
			require.Fail(t, "the stream neither ends nor goes on", "after %d messages of %d", messages, height)
		}
	}
	return messages, false
}

// TestNobodyStreamsPrivateData: a Fabric peer streams blocks with private
// data to whoever the channel's access list admits, and where a collection
// is not memberOnlyRead it does not ask whether the reader is a member: a
// rival's administrator got every loan. Ours admits nobody. What one sees is
// a stream that ends at once, without a block and without an error.
func TestNobodyStreamsPrivateData(t *testing.T) {
	m := open(t, network(t))
	s := confide(t, m)
	height, err := m.ledger("BankB/officer1").Height(t.Context())
	require.NoError(t, err)
	readers := map[string]func() (identity.Identity, identity.Sign){}
	for _, who := range []string{"BankB/officer1", "BankB/auditor1", "BankA/officer1", "Commission/operator1", "Subject/s01-" + bookA} {
		readers[who] = func() (identity.Identity, identity.Sign) { return m.person(who) }
	}
	for _, org := range []string{"BankA", "BankB", "Commission", "Audit"} {
		for _, node := range []string{"admin", "peer0"} {
			readers[org+"'s "+node] = func() (identity.Identity, identity.Sign) { return m.node(org, node) }
		}
	}
	streams := 0
	for who, credentials := range readers {
		for _, at := range []string{"BankA", "Commission", "BankB"} {
			id, sign := credentials()
			network := m.channel(id, sign, at)
			ctx, cancel := context.WithCancel(t.Context())
			private, err := network.BlockAndPrivateDataEvents(ctx, client.WithStartBlock(0))
			require.NoError(t, err)
			var leaks []string
			n, ended := drain(t, private, height, func(raw []byte) { leaks = append(leaks, s.leaks(raw)...) })
			require.Empty(t, leaks, "%s streams private data at %s", who, at)
			require.Zero(t, n, "%s streams blocks with private data at %s", who, at)
			require.True(t, ended)
			blocks, err := network.BlockEvents(ctx, client.WithStartBlock(0))
			require.NoError(t, err)
			n, ended = drain(t, blocks, height, func([]byte) {})
			require.Zero(t, n, "%s streams blocks at %s", who, at)
			require.True(t, ended)
			filtered, err := network.FilteredBlockEvents(ctx, client.WithStartBlock(0))
			require.NoError(t, err)
			n, _ = drain(t, filtered, height, func(raw []byte) { leaks = append(leaks, s.leaks(raw)...) })
			require.EqualValues(t, height, n, "control: %s streams filtered blocks at %s", who, at)
			require.Empty(t, leaks)
			cancel()
			streams += 2
		}
	}
	fmt.Printf("block streams: %d as %d readers end without a block; filtered ones give %d blocks, nothing private\n", streams, len(readers), height)
}
