package disclosure

import (
	"bytes"
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// people of two members and of a stranger, each with an authority of its own.
func people(t *testing.T) (map[string]*wallet.Person, Roots) {
	dir := t.TempDir()
	found, roots := map[string]*wallet.Person{}, Roots{}
	t.Setenv(wallet.PassphraseEnv, "test")
	for _, org := range []string{"Owner", "User", "Stranger"} {
		_, err := devca.EnrollAll(dir, []wallet.Enrollee{{Org: org, MSP: org + "MSP", User: "one", Roles: []string{"officer"}, Post: "岗位"}}, []byte("test"), devca.Options{WorkFactor: 4})
		require.NoError(t, err)
		found[org], err = wallet.Open(dir, org+"/one", wallet.Passphrase(filepath.Join(dir), nil))
		require.NoError(t, err)
		if org != "Stranger" {
			roots[org+"MSP"], err = wallet.Roots(dir, org)
			require.NoError(t, err)
		}
	}
	return found, roots
}

// node serves nothing but what comes before the ledger is asked.
func node(t *testing.T, p *wallet.Person, roots Roots) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- (&Node{Person: p, Roots: roots}).Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	return "https://" + l.Addr().String()
}

// A node talks with members alone, and a user with the owner alone.
func TestWhoTalksWithWhom(t *testing.T) {
	found, roots := people(t)
	at := node(t, found["Owner"], roots)
	ask := func(who *wallet.Person, roots Roots, owner string) error {
		_, err := (&User{Person: who, Roots: roots}).call(t.Context(), at, owner, http.MethodGet, "/", nil)
		return err
	}
	require.ErrorContains(t, ask(found["User"], roots, "OwnerMSP"), "404")
	var no *MemberError
	require.ErrorAs(t, ask(found["User"], roots, "UserMSP"), &no, "the node is another's than the one called")
	require.Equal(t, "UserMSP", no.Want)
	require.ErrorAs(t, ask(found["User"], Roots{"UserMSP": roots["UserMSP"]}, "OwnerMSP"), &no, "the node is no member's")
	require.NotContains(t, ask(found["Stranger"], roots, "OwnerMSP").Error(), "404", "the caller is no member's")
	both := Roots{"OwnerMSP": roots["OwnerMSP"], "OtherMSP": roots["OwnerMSP"]}
	_, err := both.who(found["Owner"].Certificate)
	require.ErrorAs(t, err, &no, "two members claim the authority: it is nobody's")

	// Without a certificate, and with an older TLS, there is no talk at all.
	c := clientTLS(found["User"], roots, "OwnerMSP")
	c.Certificates = nil
	_, err = (&http.Client{Transport: &http.Transport{TLSClientConfig: c}}).Get(at)
	require.Error(t, err)
	c = clientTLS(found["User"], roots, "OwnerMSP")
	c.MinVersion, c.MaxVersion = 0, 0x0303
	_, err = (&http.Client{Transport: &http.Transport{TLSClientConfig: c}}).Get(at)
	require.ErrorContains(t, err, "protocol version")
	resp, err := http.Get("http" + strings.TrimPrefix(at, "https"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusBadRequest, resp.StatusCode, "HTTP without TLS")
}

// Everything that comes is bounded and strict.
func TestLimitsOfANode(t *testing.T) {
	found, roots := people(t)
	at := node(t, found["Owner"], roots)
	u := &User{Person: found["User"], Roots: roots}
	send := func(body []byte) error {
		_, err := u.call(t.Context(), at, "OwnerMSP", http.MethodPost, pathDisclose, body)
		return err
	}
	require.ErrorContains(t, send([]byte("{}")), "400")
	require.ErrorContains(t, send([]byte(`{"format":"qxl-disclosure-ask/1","more":1}`)), "400")
	require.ErrorContains(t, send([]byte(`{"format":"qxl-disclosure-ask/1"}`)), "400")
	require.ErrorContains(t, send(bytes.Repeat([]byte(" "), maxAsk+1)), "400")
	var last error
	for range maxPerMinute {
		last = send(nil)
	}
	require.ErrorContains(t, last, "429")

	h := &handler{Node: &Node{}, calls: map[string]int{}}
	who, err := roots.who(found["User"].Certificate)
	require.NoError(t, err)
	require.Equal(t, "UserMSP", who.MSP)
	require.Equal(t, "岗位", who.Post)
	for range maxPerMinute {
		require.False(t, h.often(who))
	}
	require.True(t, h.often(who))
	h.since = time.Now().Add(-2 * time.Minute)
	require.False(t, h.often(who))
}

// An expired certificate is nobody's, and an authority's own is no person's.
func TestCertificatesOfNobody(t *testing.T) {
	dir := t.TempDir()
	_, err := devca.EnrollAll(dir, []wallet.Enrollee{{Org: "Owner", MSP: "OwnerMSP", User: "one", Roles: []string{"officer"}}}, []byte("test"), devca.Options{WorkFactor: 4})
	require.NoError(t, err)
	ca, err := devca.Open(dir, "Owner")
	require.NoError(t, err)
	list, err := wallet.Roots(dir, "Owner")
	require.NoError(t, err)
	roots := Roots{"OwnerMSP": list}
	p, err := wallet.Read(dir, "Owner/one")
	require.NoError(t, err)
	_, err = roots.who(p.Certificate)
	require.NoError(t, err)
	old, err := ca.IssueExpired("one", map[string]string{"role": "officer"}, p.Certificate.PublicKey, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	for _, c := range []*x509.Certificate{old, list[0]} {
		_, err = roots.who(c)
		require.ErrorAs(t, err, new(*MemberError))
	}
}
