package e2e

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

const certificateBook = "CERTIFICATE_BOOK"

// certifier signs certificates as an organization's authority does.
type certifier struct {
	root *x509.Certificate
	key  crypto.Signer
}

// stolen is the real authority of an organization, with its key.
func (m *members) stolen(org string) certifier {
	m.t.Helper()
	home := filepath.Join(m.dir.Identity(org), "ca")
	raw, err := os.ReadFile(filepath.Join(home, "ca-cert.pem"))
	require.NoError(m.t, err)
	root, err := wallet.ParseCertificate(raw)
	require.NoError(m.t, err)
	files, err := filepath.Glob(filepath.Join(home, "msp", "keystore", "*"))
	require.NoError(m.t, err)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		require.NoError(m.t, err)
		block, _ := pem.Decode(raw)
		if block == nil {
			continue
		}
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if ec, ok := key.(*ecdsa.PrivateKey); err == nil && ok && ec.PublicKey.Equal(root.PublicKey) {
			return certifier{root, ec}
		}
	}
	require.Fail(m.t, "the authority's key is not there", "%s of %d files", home, len(files))
	return certifier{}
}

// pretended is an authority of the same name that nobody has admitted.
func pretended(t *testing.T, like certifier) certifier {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := *like.root
	template.PublicKey, template.SignatureAlgorithm = nil, x509.ECDSAWithSHA256
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	require.NoError(t, err)
	root, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return certifier{root, key}
}

// certify gives somebody's key another certificate, which says of him what
// the old one does but for these attributes.
func (c certifier) certify(t *testing.T, p *wallet.Person, attrs map[string]string) *wallet.Person {
	t.Helper()
	value, err := json.Marshal(map[string]any{"attrs": attrs})
	require.NoError(t, err)
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	for {
		serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
		require.NoError(t, err)
		template := &x509.Certificate{SerialNumber: serial, Subject: p.Certificate.Subject, NotBefore: p.Certificate.NotBefore, NotAfter: p.Certificate.NotAfter,
			KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}, Value: value}}}
		der, err := x509.CreateCertificate(rand.Reader, template, c.root, p.Signer.Public(), c.key)
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		var signature struct{ R, S *big.Int }
		_, err = asn1.Unmarshal(cert.Signature, &signature)
		require.NoError(t, err)
		if signature.S.Cmp(half) <= 0 { // Fabric wants low-S
			return with(p, cert)
		}
	}
}

// with is a person with another certificate for the same key.
func with(p *wallet.Person, cert *x509.Certificate) *wallet.Person {
	q := *p
	q.Certificate, q.CertPEM = cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	return &q
}

// impostor is somebody who signs with the key of a subject of BankA's book.
type impostor struct {
	name   string
	code   string // what he is told everywhere but where he is at home
	athome string // the one chaincode that takes his certificate
}

// TestASubjectsCertificateServesOneBook has the key of a subject of BankA's
// book sign every command and every private query of BankB's book and of
// commons: with the certificate that it was issued, with what its authority
// should never issue, and with what nobody issued. Nothing is endorsed, so no
// block holds any of these certificates.
func TestASubjectsCertificateServesOneBook(t *testing.T) {
	m := open(t, network(t))
	m.enrolEveryRole()
	const self = "Subject/s01-" + bookA
	p, err := wallet.Open(string(m.dir), self, wallet.Passphrase(string(m.dir), nil))
	require.NoError(t, err)
	subjects := m.stolen("Subject")
	attrs := func(book string) map[string]string {
		a := map[string]string{wallet.AttrRole: wallet.RoleSubject, wallet.AttrPseudonym: p.Attrs[wallet.AttrPseudonym]}
		if book != "" {
			a[wallet.AttrBook] = book
		}
		return a
	}
	// The bytes of its own certificate, but for one letter of the book's name.
	doctored := bytes.ReplaceAll(p.Certificate.Raw, []byte(bookA), []byte(bookB))
	require.NotEqual(t, p.Certificate.Raw, doctored)
	edited, err := x509.ParseCertificate(doctored)
	require.NoError(t, err)
	m.forged["Subject/reissued"] = subjects.certify(t, p, attrs(bookA))
	m.forged["Subject/bookless"] = subjects.certify(t, p, attrs(""))
	m.forged["Subject/both"] = subjects.certify(t, p, attrs(bookA+","+bookB))
	m.forged["Subject/edited"] = with(p, edited)
	m.forged["Subject/selfmade"] = pretended(t, subjects).certify(t, p, attrs(bookB))
	impostors := []impostor{{self, certificateBook, bookA}, {"Subject/reissued", certificateBook, bookA}, {"Subject/bookless", certificateBook, ""}, {"Subject/both", certificateBook, ""},
		{"Subject/edited", accessDenied, ""}, {"Subject/selfmade", accessDenied, ""}, {"Subject/s01-" + command.CommonsName, certificateBook, command.CommonsName}}
	for _, i := range impostors {
		m.as(i.name)
	}
	began := time.Now()
	tried, answered := 0, 0
	for _, cc := range []string{bookA, bookB, command.CommonsName} {
		kind := command.Book
		definitions, queries := chaincode.BookCommands, chaincode.BookQueries
		if cc == command.CommonsName {
			kind, definitions, queries = command.Commons, chaincode.CommonsCommands, chaincode.CommonsQueries
		}
		for _, i := range impostors {
			if i.athome == cc {
				continue
			}
			for _, lane := range kind.Lanes() {
				var commands []command.Envelope
				for _, d := range definitions {
					if s := d.Describe(); s.Lane.Name == lane.Name {
						commands = append(commands, command.Envelope{Name: s.Name, Content: json.RawMessage(`{"number":"x"}`)})
					}
				}
				if len(commands) == 0 {
					continue
				}
				name := cc
				if lane.Joint() {
					name = bookA
				}
				_, err := m.submit(t.Context(), i.name, name, lane.Name, commands)
				require.Equal(t, i.code, ledger.CodeOf(err), "lane %s of %s as %s: %v", lane.Name, cc, i.name, err)
				var e *ledger.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, ledger.StageEndorse, e.Stage)
				require.False(t, e.MayCommit)
				tried += len(commands)
			}
			for _, d := range queries {
				q := d.DescribeQuery()
				_, err := m.as(i.name).Ledger().Evaluate(t.Context(), ledger.Call{Chaincode: cc, Function: q.Name + ":Ask", Transient: map[string][]byte{"query": []byte("{}")}})
				if len(q.Collections) == 0 && i.code == certificateBook { // what is public, any member may read
					if err != nil { // a query that needs to be told what it is about: its own rule answers
						require.Contains(t, ledger.CodeOf(err), "EVIDENCE_", "%s of %s as %s: %v", q.Name, cc, i.name, err)
					}
					answered++
					continue
				}
				require.Equal(t, i.code, ledger.CodeOf(err), "%s of %s as %s: %v", q.Name, cc, i.name, err)
				tried++
			}
		}
	}
	require.Positive(t, answered)
	require.NoError(t, m.atHome(t.Context(), self), "control: the certificate is good where it belongs")
	require.NoError(t, m.atHome(t.Context(), "Subject/reissued"), "control: what the test's authority signs is good")
	fmt.Printf("certificates of another book on the network: %d commands and queries refused in %.1f s, %d of public state answered\n", tried, time.Since(began).Seconds(), answered)
}

// atHome has a subject look for its own grants in BankA's book.
func (m *members) atHome(ctx context.Context, who string) error {
	_, err := m.as(who).Ledger().Evaluate(ctx, ledger.Call{Chaincode: bookA, Function: "authorization.List:Ask", Transient: map[string][]byte{"query": []byte("{}")}})
	return err
}
