package devca_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

type creator []byte

func (c creator) GetCreator() ([]byte, error) { return c, nil }

var people = []wallet.Enrollee{
	{Org: "Commission", MSP: "CommissionMSP", User: "operator1", Zh: "李四", En: "Li Si", Roles: []string{"operator"}, Post: "系统管理员"},
	{Org: "BankA", MSP: "BankAMSP", User: "officer1", Zh: "张三", En: "Zhang San", Roles: []string{"officer", "reviewer"}, Post: "信贷员"},
	{Org: "Subject", MSP: "SubjectMSP", User: "herder1banka", Zh: "才让多杰", En: "Tsering Dorje", Post: "牧民", Roles: []string{"subject"}, Attrs: map[string]string{"book": "book-BankA", "user": "caidan"}},
	{Org: "Subject", MSP: "SubjectMSP", User: "herder1bankb", Zh: "才让多杰", En: "Tsering Dorje", Roles: []string{"subject"}, Attrs: map[string]string{"book": "book-BankB"}},
}

var fast = devca.Options{WorkFactor: 2}

func secret() ([]byte, error) { return []byte("p"), nil }

func TestAttributesReadByChaincode(t *testing.T) {
	dir := t.TempDir()
	_, err := devca.EnrollAll(dir, people, []byte("p"), fast)
	require.NoError(t, err)
	for _, e := range people {
		p, err := wallet.Open(dir, e.Org+"/"+e.User, secret)
		require.NoError(t, err)
		raw, err := p.Serialized()
		require.NoError(t, err)
		id, err := cid.New(creator(raw))
		require.NoError(t, err)
		msp, err := id.GetMSPID()
		require.NoError(t, err)
		require.Equal(t, e.MSP, msp)
		role, found, err := id.GetAttributeValue("role")
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, strings.Join(e.Roles, ","), role)
		client, err := id.HasOUValue("client")
		require.NoError(t, err)
		require.True(t, client)

		ca, err := devca.Open(dir, e.Org)
		require.NoError(t, err)
		require.NoError(t, p.Certificate.CheckSignatureFrom(ca.Certificate))
		require.True(t, strings.HasSuffix(p.Certificate.Subject.String(), "O="+e.Org+",ST=Qinghai,C=CN"), p.Certificate.Subject.String())
	}
}

func TestSubjectsArePseudonymous(t *testing.T) {
	dir := t.TempDir()
	_, err := devca.EnrollAll(dir, people, []byte("p"), fast)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, e := range people[2:] {
		p, err := wallet.Open(dir, e.Org+"/"+e.User, secret)
		require.NoError(t, err)
		pseudonym := p.Attrs["pseudonym"]
		require.Len(t, pseudonym, 32)
		require.Equal(t, pseudonym, p.Certificate.Subject.CommonName)
		require.False(t, seen[pseudonym], "one pseudonym per book")
		seen[pseudonym] = true
		require.Equal(t, e.Attrs["book"], p.Attrs["book"])
		for _, name := range []string{e.User, e.Zh, e.En, "Tsering", "caidan", "牧民"} {
			require.NotContains(t, string(p.Certificate.Raw), name)
		}
		require.Equal(t, e.Zh, p.Zh, "the name stays in the holder's own wallet")
	}
	_, err = devca.EnrollAll(dir, []wallet.Enrollee{{Org: "Subject", MSP: "SubjectMSP", User: "x", Roles: []string{"subject"}}}, []byte("p"), fast)
	require.ErrorContains(t, err, "one certificate per book")
}

func TestEnrollAgainChangesNothing(t *testing.T) {
	dir := t.TempDir()
	n, err := devca.EnrollAll(dir, people[:2], []byte("p"), fast)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	before := snapshot(t, dir)
	n, err = devca.EnrollAll(dir, people[:2], []byte("p"), fast)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, before, snapshot(t, dir))
	n, err = devca.EnrollAll(dir, people, []byte("p"), fast)
	require.NoError(t, err)
	require.Equal(t, 2, n, "only those who are new")
	after := snapshot(t, dir)
	for path, data := range before {
		require.Equal(t, data, after[path], path)
	}
}

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	}))
	return files
}

func TestSignaturesAreLowS(t *testing.T) {
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for range 20 {
		ca, err := devca.New("BankA")
		require.NoError(t, err)
		cert, err := ca.Issue("officer1", nil, key.Public(), time.Hour)
		require.NoError(t, err)
		for _, c := range []*x509.Certificate{ca.Certificate, cert} {
			var rs struct{ R, S *big.Int }
			_, err := asn1.Unmarshal(c.Signature, &rs)
			require.NoError(t, err)
			require.LessOrEqual(t, rs.S.Cmp(half), 0)
		}
	}
}

func TestDamagedAuthorityIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	_, err := devca.Open(dir, "BankA")
	require.NoError(t, err)
	path := filepath.Join(dir, "identity", "BankA", "ca", "authority.pem")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o600))
	_, err = devca.Open(dir, "BankA")
	require.ErrorContains(t, err, "authority of BankA")
}
