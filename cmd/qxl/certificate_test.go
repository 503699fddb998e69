package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// A subject of BankA's book has one key. Whatever certificate it has for it,
// it is nobody in BankB's book and in commons, and nothing of it gets into a
// block. (That a certificate is its authority's, only Fabric checks.)
func TestASubjectsCertificateServesOneBook(t *testing.T) {
	const self, bookA, bookB = "Subject/s01-book-banka", "book-banka", "book-bankb"
	d := newDesk(t)
	a := &app{out: new(bytes.Buffer), err: new(bytes.Buffer), stateDir: filepath.Join(d.dir, "state")}
	s, err := a.open(t.Context())
	require.NoError(t, err)
	p, err := wallet.Open(s.dir, self, wallet.Passphrase(s.dir, nil))
	require.NoError(t, err)
	ca, err := devca.Open(s.dir, "Subject")
	require.NoError(t, err)
	certified := func(attrs map[string]string) ledger.Ledger {
		t.Helper()
		attrs[wallet.AttrRole], attrs[wallet.AttrPseudonym] = wallet.RoleSubject, p.Attrs[wallet.AttrPseudonym]
		cert, err := ca.Issue(p.Certificate.Subject.CommonName, attrs, p.Signer.Public(), time.Hour)
		require.NoError(t, err)
		return connect(t, s, p, cert)
	}
	own, err := s.As(t.Context(), self)
	require.NoError(t, err)
	forCommons, err := s.As(t.Context(), "Subject/s01-commons")
	require.NoError(t, err)
	edited, err := x509.ParseCertificate(bytes.ReplaceAll(p.Certificate.Raw, []byte(bookA), []byte("book-bankc")))
	require.NoError(t, err)
	before, err := own.Height(t.Context())
	require.NoError(t, err)
	for name, x := range map[string]struct {
		ledger.Ledger
		home string
	}{
		"as enrolled": {own, bookA}, "for commons": {forCommons, command.CommonsName}, "edited": {connect(t, s, p, edited), ""},
		"no book": {certified(map[string]string{}), ""}, "empty": {certified(map[string]string{"book": ""}), ""}, "both": {certified(map[string]string{"book": bookA + "," + bookB}), ""},
		"other name": {certified(map[string]string{"Book": bookB, "books": bookB}), ""}, "bank": {certified(map[string]string{"book": "BankBMSP"}), ""},
	} {
		for book, act := range map[string]string{bookA: "loan.Apply", bookB: "loan.Apply", command.CommonsName: "authorization.GrantOther"} {
			if book == x.home {
				continue
			}
			_, err := x.Submit(t.Context(), ledger.Call{Chaincode: book, Function: act + ":Submit",
				Transient: map[string][]byte{"seed": make([]byte, 32), "command": []byte(`{"number":"x"}`)}, Endorsers: []string{"CommissionMSP", "CentralBankMSP"}})
			require.Equal(t, command.WrongBook.Code, ledger.CodeOf(err), "%s at %s: %v", name, book, err)
			query := map[string]string{bookA: "loan.ShowApplication", bookB: "loan.ShowApplication", command.CommonsName: "authorization.ListOther"}[book]
			_, err = x.Evaluate(t.Context(), ledger.Call{Chaincode: book, Function: query + ":Ask", Transient: map[string][]byte{"query": []byte(`{}`)}})
			require.Equal(t, command.WrongBook.Code, ledger.CodeOf(err), "%s at %s: %v", name, book, err)
		}
		_, err := x.Evaluate(t.Context(), ledger.Call{Chaincode: command.CommonsName, Function: "consortium.Show:Ask"})
		require.NoError(t, err, "what is public")
	}
	after, err := own.Height(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
	_, err = forCommons.Evaluate(t.Context(), ledger.Call{Chaincode: command.CommonsName, Function: "authorization.ListOther:Ask", Transient: map[string][]byte{"query": []byte(`{}`)}})
	require.NoError(t, err, "control")
	require.NoError(t, s.Close())

	apply := func(bank string) (int, string) {
		content, err := json.Marshal(map[string]any{"application": map[string]any{"no": "SQ1"}, "subject": p.Attrs[wallet.AttrPseudonym], "product": "AGR",
			"amount": "1000.00", "months": 6, "use": "FEED", "channel": "APP"})
		require.NoError(t, err)
		path := filepath.Join(d.dir, "application.json")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		code, _, stderr := d.qxl("loan", "apply", "--as", self, "--bank", bank, "--number", "x1", "--date", "2024-12-27", "--content", path)
		return code, stderr
	}
	code, stderr := apply("BankB")
	require.Equal(t, exitRefused, code, stderr)
	require.Contains(t, stderr, "错误: 主体证书只能用于其所属账簿（阶段：endorse）\n")
	require.Contains(t, stderr, `the subject's certificate is for "book-banka", this is book-bankb; sign with the certificate that was issued for book-bankb`)
	require.Contains(t, stderr, "hint: sign as the subject's person for this book, such as Subject/s01-book-banka")
	code, stderr = d.ask("BankB", self)
	require.Equal(t, exitRefused, code, stderr)
	require.Contains(t, stderr, "错误: 主体证书只能用于其所属账簿")
	code, stderr = apply("BankA")
	require.Equal(t, exitDone, code, stderr)
	code, stderr = d.ask("BankA", self)
	require.Equal(t, exitDone, code, stderr)
}

// ask has a subject look for its application in a bank's book.
func (d desk) ask(bank, who string) (int, string) {
	d.t.Helper()
	code, _, stderr := d.qxl("loan", "show-application", "--as", who, "--bank", bank, "--application", "SQ1")
	return code, stderr
}

// connect is somebody's key with another certificate.
func connect(t *testing.T, s *session, p *wallet.Person, cert *x509.Certificate) ledger.Ledger {
	t.Helper()
	q := *p
	q.Certificate, q.CertPEM = cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	person, err := embedded.FromWallet(&q)
	require.NoError(t, err)
	l, err := s.Factory.(*embedded.Engine).Connect(person)
	require.NoError(t, err)
	return l
}
