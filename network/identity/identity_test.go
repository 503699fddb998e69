package identity_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

var books = []string{"book-banka", "book-bankb"}

// caProgram finds fabric-ca-server: where QXL_FABRIC_CA says, else in the
// cache of programs that qxl has built. Building it takes a minute and a
// half and a C compiler, so a test without it says so and is not run.
func caProgram(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("QXL_FABRIC_CA"); path != "" {
		_, err := os.Stat(path)
		require.NoError(t, err, "QXL_FABRIC_CA")
		return path
	}
	if cache, err := os.UserCacheDir(); err == nil {
		found, err := filepath.Glob(filepath.Join(cache, "qxl", "fabric-*", "fabric-ca-server"))
		require.NoError(t, err)
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	t.Skip("NOT RUN: no fabric-ca-server. Run `qxl up --fabric` once, which builds it, or set QXL_FABRIC_CA to one")
	return ""
}

// small is a consortium of three with every kind of node and person.
func small() *topology.Topology {
	return &topology.Topology{
		Consortium: "Small", Channel: "credit", Synthetic: true, Host: "127.0.0.1",
		CA: topology.CA{ExpiryDays: 400, RootYears: 15, Country: "CN", Province: "Qinghai", Locality: "Xining"},
		Organizations: []topology.Organization{
			{Name: "Commission", MSP: "CommissionMSP", Party: topology.PartyC,
				Peers: []topology.Peer{{Name: "peer0"}}, Orderers: []topology.Orderer{{Name: "orderer0"}},
				People: []topology.Person{{User: "operator1", Zh: "安措", En: "An Cuo", Role: "operator", Post: "平台录入岗"}}},
			{Name: "BankA", MSP: "BankAMSP", Party: topology.Bank, Peers: []topology.Peer{{Name: "peer0"}},
				People: []topology.Person{
					{User: "officer1", Zh: "马俊", En: "Ma Jun", Role: "officer,reviewer", Post: "客户经理"},
					{User: "admin", Zh: "祁连山", En: "Qi Lianshan", Role: "approver"}}}, // named as the organization's admin is
			{Name: "Subject", MSP: "SubjectMSP", Party: topology.Subject, Subjects: 2},
		},
	}
}

func options(t *testing.T) identity.Options {
	t.Helper()
	return identity.Options{Topology: small(), StateDir: t.TempDir(), ServerPath: caProgram(t), Books: books,
		WorkFactor: 2, Progress: func(s string) { t.Log(s) }}
}

func enroll(t *testing.T, o identity.Options) *identity.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	r, err := identity.Enroll(ctx, o)
	require.NoError(t, err)
	return r
}

type creator []byte

func (c creator) GetCreator() ([]byte, error) { return c, nil }

func readCert(t *testing.T, path string) *x509.Certificate {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	cert, err := wallet.ParseCertificate(data)
	require.NoError(t, err)
	return cert
}

// One enrolment, looked at from every side.
func TestEnroll(t *testing.T) {
	o := options(t)
	ready := 0
	o.NodesReady = func() {
		ready++
		all, err := identity.Expiries(o.StateDir)
		require.NoError(t, err)
		require.Len(t, all, 3+(3+2+1)+(2+1+2), "all nodes and nobody else")
	}
	r := enroll(t, o)
	require.Equal(t, 1, ready)
	o.NodesReady = nil
	require.Equal(t, 3, r.Organizations)
	require.Equal(t, 3+2+1+2, r.Nodes, "administrators, peers, orderer, chaincode processes")
	require.Equal(t, 3+2*2, r.People)
	d := layout.Dir(o.StateDir)

	t.Run("people carry their attributes", func(t *testing.T) {
		for _, e := range identity.People(o.Topology, books) {
			p, err := wallet.Open(o.StateDir, e.Org+"/"+e.User, wallet.Passphrase(o.StateDir, nil))
			require.NoError(t, err)
			raw, err := p.Serialized()
			require.NoError(t, err)
			id, err := cid.New(creator(raw))
			require.NoError(t, err)
			msp, err := id.GetMSPID()
			require.NoError(t, err)
			require.Equal(t, e.MSP, msp)
			want := map[string]string{"role": strings.Join(e.Roles, ",")}
			if e.Roles[0] == "subject" {
				want["book"], want["pseudonym"] = e.Attrs["book"], p.Certificate.Subject.CommonName
				require.Len(t, want["pseudonym"], 32)
			} else {
				want["user"] = e.User
				if e.Post != "" {
					want["post"] = e.Post
				}
			}
			for name, value := range want {
				have, found, err := id.GetAttributeValue(name)
				require.NoError(t, err)
				require.True(t, found, name)
				require.Equal(t, value, have, name)
			}
			client, err := id.HasOUValue("client")
			require.NoError(t, err)
			require.True(t, client)
			require.Equal(t, []string{"Qinghai"}, p.Certificate.Subject.Province)
			require.Equal(t, []string{e.Org}, p.Certificate.Subject.Organization)
			require.WithinDuration(t, time.Now().Add(400*24*time.Hour), p.Certificate.NotAfter, 10*time.Minute)
		}
	})

	t.Run("certificates name nobody", func(t *testing.T) {
		pseudonyms := map[string]bool{}
		for _, e := range identity.People(o.Topology, books) {
			p, err := wallet.Read(o.StateDir, e.Org+"/"+e.User)
			require.NoError(t, err)
			names := []string{e.Zh, e.En}
			if e.Roles[0] == "subject" {
				names = append(names, e.User, "s01", "s02")
				pseudonyms[p.Attrs["pseudonym"]] = true
			}
			for _, name := range names {
				if name != "" {
					require.NotContains(t, string(p.Certificate.Raw), name)
				}
			}
		}
		require.Len(t, pseudonyms, 4, "one pseudonym per subject and book")
	})

	t.Run("every certificate is low-S and in force", func(t *testing.T) {
		half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
		n := 0
		walk(t, o.StateDir, func(path string, data []byte) {
			for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
				if block.Type != "CERTIFICATE" {
					continue
				}
				cert, err := x509.ParseCertificate(block.Bytes)
				require.NoError(t, err, path)
				var sig struct{ R, S *big.Int }
				_, err = asn1.Unmarshal(cert.Signature, &sig)
				require.NoError(t, err)
				require.LessOrEqual(t, sig.S.Cmp(half), 0, path)
				require.Equal(t, elliptic.P256(), cert.PublicKey.(*ecdsa.PublicKey).Curve)
				require.True(t, time.Now().After(cert.NotBefore) && time.Now().Before(cert.NotAfter))
				n++
			}
		})
		require.Greater(t, n, 40)
	})

	t.Run("nodes have what their programs want", func(t *testing.T) {
		for _, n := range []struct{ org, name, ou string }{
			{"Commission", "peer0", "peer"}, {"Commission", "orderer0", "orderer"}, {"Commission", "admin", "admin"},
			{"BankA", "peer0", "peer"}, {"Subject", "admin", "admin"},
		} {
			msp := d.NodeMSP(n.org, n.name)
			cert := readCert(t, filepath.Join(msp, "signcerts", "cert.pem"))
			require.Equal(t, []string{n.ou}, cert.Subject.OrganizationalUnit)
			_, err := tls.LoadX509KeyPair(filepath.Join(msp, "signcerts", "cert.pem"), filepath.Join(msp, "keystore", "key.pem"))
			require.NoError(t, err, "key and certificate belong together")
			root := readCert(t, filepath.Join(msp, "cacerts", "ca.pem"))
			require.NoError(t, cert.CheckSignatureFrom(root))
			require.True(t, root.Equal(readCert(t, d.TLSRoot(n.org))))
			config, err := os.ReadFile(filepath.Join(msp, "config.yaml"))
			require.NoError(t, err)
			require.Contains(t, string(config), "Certificate: cacerts/ca.pem")
		}
		chaincode := readCert(t, d.NodeTLS("BankA", "chaincode").Cert)
		require.Equal(t, []string{"chaincode"}, chaincode.Subject.OrganizationalUnit, "no identity of the channel")
		require.NoDirExists(t, d.NodeMSP("BankA", "chaincode"))
		require.NoDirExists(t, d.Node("Subject", "chaincode"))
	})

	t.Run("TLS works both ways", func(t *testing.T) {
		for _, n := range [][2]string{{"Commission", "peer0"}, {"Commission", "orderer0"}, {"BankA", "chaincode"}} {
			pair := d.NodeTLS(n[0], n[1])
			handshake(t, pair, d.NodeTLS("BankA", "peer0"))
		}
	})

	t.Run("keys and secrets are kept", func(t *testing.T) {
		walk(t, o.StateDir, func(path string, data []byte) {
			if strings.Contains(path, "/people/") {
				require.NotContains(t, string(data), "PRIVATE KEY", path)
			}
			require.NotContains(t, string(data), "pass:", path)
		})
		require.NoError(t, filepath.WalkDir(o.StateDir+"/identity", func(path string, e fs.DirEntry, err error) error {
			require.NoError(t, err)
			info, err := e.Info()
			require.NoError(t, err)
			if filepath.Base(path) == "ca" && e.IsDir() {
				require.Zero(t, info.Mode().Perm()&0o077, path)
				return fs.SkipDir // fabric-ca's own files: behind the folder's mode
			}
			require.Zero(t, info.Mode().Perm()&0o077, path)
			return nil
		}))
	})

	t.Run("again changes nothing", func(t *testing.T) {
		before := snapshot(t, o.StateDir)
		again := o
		again.ServerPath = "/nonexistent" // no server is started
		r := enroll(t, again)
		require.Zero(t, r.Organizations+r.Nodes+r.People)
		require.Equal(t, before, snapshot(t, o.StateDir))
	})

	t.Run("only what is missing is added", func(t *testing.T) {
		before := snapshot(t, o.StateDir)
		more := o
		more.Topology = small()
		bank := &more.Topology.Organizations[1]
		bank.People = append(bank.People, topology.Person{User: "auditor1", Role: "auditor"})
		more.Topology.Organizations = append(more.Topology.Organizations[:1:1], append([]topology.Organization{
			{Name: "BankB", MSP: "BankBMSP", Party: topology.Bank, Peers: []topology.Peer{{Name: "peer0"}}}}, more.Topology.Organizations[1:]...)...)
		r := enroll(t, more)
		require.Equal(t, []int{1, 3, 1}, []int{r.Organizations, r.Nodes, r.People})
		after := snapshot(t, o.StateDir)
		for path, data := range before {
			if !strings.Contains(path, "/ca/") && !strings.Contains(path, "/log/") {
				require.Equal(t, data, after[path], path)
			}
		}
		require.NoFileExists(t, filepath.Join(o.StateDir, "identity", "BankB", "ca", "fabric-ca-server.db-journal"))
	})

	t.Run("expiries", func(t *testing.T) {
		all, err := identity.Expiries(o.StateDir)
		require.NoError(t, err)
		uses := map[string]int{}
		for i, e := range all {
			uses[e.Use]++
			require.False(t, e.Revoked)
			if i > 0 {
				require.False(t, e.NotAfter.Before(all[i-1].NotAfter), "soonest first")
			}
		}
		require.Equal(t, map[string]int{"root": 4, "node": 4 + 3 + 1, "tls": 3 + 1 + 3, "person": 4 + 4}, uses)
	})

	t.Run("a leaver is revoked", func(t *testing.T) {
		r, err := identity.Revoke(t.Context(), o, "BankA/officer1")
		require.NoError(t, err)
		require.Equal(t, 1, r.Entries)
		p, err := wallet.Read(o.StateDir, "BankA/officer1")
		require.NoError(t, err)
		require.Equal(t, identity.Fingerprint(p.Certificate), r.Fingerprint)
		data, err := os.ReadFile(r.CRL)
		require.NoError(t, err)
		block, _ := pem.Decode(data)
		require.Equal(t, "X509 CRL", block.Type)
		list, err := x509.ParseRevocationList(block.Bytes)
		require.NoError(t, err)
		require.Zero(t, list.RevokedCertificateEntries[0].SerialNumber.Cmp(p.Certificate.SerialNumber))

		again, err := identity.Revoke(t.Context(), o, "BankA/officer1")
		require.NoError(t, err)
		require.Equal(t, 1, again.Entries)
		second, err := identity.Revoke(t.Context(), o, "BankA/admin")
		require.NoError(t, err)
		require.Equal(t, 2, second.Entries, "the list keeps those before")
		all, err := identity.Expiries(o.StateDir)
		require.NoError(t, err)
		var revoked []string
		for _, e := range all {
			if e.Revoked {
				revoked = append(revoked, e.Org+"/"+e.Name+" "+e.Use)
			}
		}
		require.ElementsMatch(t, []string{"BankA/officer1 person", "BankA/admin person"}, revoked)

		_, err = identity.Revoke(t.Context(), o, "BankA/nobody")
		var unknown *wallet.UnknownPersonError
		require.ErrorAs(t, err, &unknown)
		require.Zero(t, enroll(t, o).People, "a leaver is not enrolled anew")
	})

	t.Run("renewal keeps the key", func(t *testing.T) {
		sign := filepath.Join(d.NodeMSP("Commission", "orderer0"), "signcerts", "cert.pem")
		serve := d.NodeTLS("Commission", "orderer0").Cert
		oldSign, oldServe := readCert(t, sign), readCert(t, serve)
		require.NoError(t, identity.Renew(t.Context(), o, "Commission", "orderer0"))
		for _, c := range []struct{ old, new *x509.Certificate }{{oldSign, readCert(t, sign)}, {oldServe, readCert(t, serve)}} {
			require.NotZero(t, c.old.SerialNumber.Cmp(c.new.SerialNumber))
			require.True(t, c.old.PublicKey.(*ecdsa.PublicKey).Equal(c.new.PublicKey))
			require.Equal(t, c.old.Subject.String(), c.new.Subject.String())
			require.Equal(t, c.old.DNSNames, c.new.DNSNames)
			require.Equal(t, c.old.ExtKeyUsage, c.new.ExtKeyUsage)
		}
		require.NoError(t, identity.Renew(t.Context(), o, "Commission", "chaincode"))
		require.Error(t, identity.Renew(t.Context(), o, "BankZ", "peer0"))

		before, err := wallet.Read(o.StateDir, "Commission/operator1")
		require.NoError(t, err)
		require.NoError(t, identity.RenewPerson(t.Context(), o, "Commission/operator1", wallet.Passphrase(o.StateDir, nil)))
		after, err := wallet.Open(o.StateDir, "Commission/operator1", wallet.Passphrase(o.StateDir, nil))
		require.NoError(t, err)
		require.Equal(t, before.Attrs, after.Attrs)
		require.NotEqual(t, before.Fingerprint(), after.Fingerprint())
	})
}

// The sample consortium. How long it took is logged: `qxl up` has 30 seconds
// for everything on a machine that does nothing else.
func TestSampleConsortium(t *testing.T) {
	sample, err := topology.Load(filepath.Join("..", "..", "test-network", "topology.yaml"))
	require.NoError(t, err)
	require.NoError(t, sample.UseFreePorts())
	o := options(t)
	o.Topology, o.WorkFactor = sample, 0
	r := enroll(t, o)
	t.Logf("%d authorities, %d nodes, %d people in %.1f s", r.Organizations, r.Nodes, r.People, r.Took.Seconds())
	require.Equal(t, len(sample.Organizations), r.Organizations)
	require.Equal(t, len(identity.People(sample, books)), r.People)
	_, err = wallet.Open(o.StateDir, "Subject/s12-book-bankb", wallet.Passphrase(o.StateDir, nil))
	require.NoError(t, err)
}

func handshake(t *testing.T, server, client layout.TLS) {
	t.Helper()
	load := func(p layout.TLS) (tls.Certificate, *x509.CertPool) {
		pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
		require.NoError(t, err)
		root, err := os.ReadFile(p.CA)
		require.NoError(t, err)
		pool := x509.NewCertPool()
		require.True(t, pool.AppendCertsFromPEM(root))
		return pair, pool
	}
	serverPair, serverRoot := load(server)
	clientPair, clientRoot := load(client)
	for _, name := range []string{"localhost", "127.0.0.1"} {
		a, b := net.Pipe()
		done := make(chan error, 1)
		go func() {
			done <- tls.Server(a, &tls.Config{Certificates: []tls.Certificate{serverPair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clientRoot, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}).Handshake()
		}()
		require.NoError(t, tls.Client(b, &tls.Config{Certificates: []tls.Certificate{clientPair}, RootCAs: serverRoot, ServerName: name, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}).Handshake())
		require.NoError(t, <-done)
		a.Close()
		b.Close()
	}
}

func walk(t *testing.T, dir string, see func(path string, data []byte)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		see(path, data)
		return nil
	}))
}

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	walk(t, dir, func(path string, data []byte) { files[path] = string(bytes.Clone(data)) })
	return files
}
