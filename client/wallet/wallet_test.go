package wallet_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

const testWorkFactor = 2

func secret(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// enrol puts BankA/officer1 and BankA/approver1 into a new wallet.
func enrol(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	n, err := devca.EnrollAll(dir, []wallet.Enrollee{
		{Org: "BankA", MSP: "BankAMSP", User: "officer1", Zh: "张三", En: "Zhang San", Roles: []string{"officer", "reviewer"}, Post: "信贷员"},
		{Org: "BankA", MSP: "BankAMSP", User: "approver1", Roles: []string{"approver"}},
	}, []byte("open sesame"), devca.Options{WorkFactor: testWorkFactor})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	return dir
}

func TestRoundTrip(t *testing.T) {
	dir := enrol(t)
	p, err := wallet.Open(dir, "BankA/officer1", secret("open sesame"))
	require.NoError(t, err)
	require.Equal(t, "BankA/officer1", p.Name())
	require.Equal(t, "BankAMSP", p.MSP)
	require.Equal(t, "张三", p.Zh)
	require.Equal(t, "Zhang San", p.En)
	require.Equal(t, "officer,reviewer", p.Role)
	require.Equal(t, []string{"officer", "reviewer"}, p.Roles())
	require.Equal(t, "信贷员", p.Post)
	require.Equal(t, "officer1", p.Attrs[wallet.AttrUser])
	require.Len(t, p.Fingerprint(), 64)
	require.NotContains(t, string(p.CertPEM), "张三")

	digest := sha256.Sum256([]byte("what is signed"))
	sig, err := p.Signer.Sign(rand.Reader, digest[:], nil)
	require.NoError(t, err)
	require.True(t, ecdsa.VerifyASN1(p.Certificate.PublicKey.(*ecdsa.PublicKey), digest[:], sig))

	raw, err := p.Serialized()
	require.NoError(t, err)
	var creator msp.SerializedIdentity
	require.NoError(t, proto.Unmarshal(raw, &creator))
	require.Equal(t, "BankAMSP", creator.Mspid)
	id, sign, err := p.Fabric()
	require.NoError(t, err)
	require.Equal(t, creator.IdBytes, id.Credentials(), "the creator must be the same bytes whoever serializes it")
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	for range 20 {
		sig, err := sign(digest[:])
		require.NoError(t, err)
		require.True(t, ecdsa.VerifyASN1(p.Certificate.PublicKey.(*ecdsa.PublicKey), digest[:], sig))
		var rs struct{ R, S *big.Int }
		_, err = asn1.Unmarshal(sig, &rs)
		require.NoError(t, err)
		require.LessOrEqual(t, rs.S.Cmp(half), 0, "high-S")
	}
}

func TestFilesAreForTheirOwnerAndKeysAreSealed(t *testing.T) {
	dir := enrol(t)
	folder := wallet.Folder(dir, "BankA", "officer1")
	for _, name := range []string{"cert.pem", "key.age", "person.json"} {
		info, err := os.Stat(filepath.Join(folder, name))
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), name)
	}
	sealed, err := os.ReadFile(filepath.Join(folder, "key.age"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(sealed), "age-encryption.org/v1\n-> scrypt "))
	require.NotContains(t, string(sealed), "PRIVATE KEY")
}

func TestUnknownPersonListsWhomThereIs(t *testing.T) {
	dir := enrol(t)
	never := func() ([]byte, error) { t.Fatal("asked for a passphrase"); return nil, nil }
	_, err := wallet.Open(dir, "BankA/nobody", never)
	var unknown *wallet.UnknownPersonError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"BankA/approver1", "BankA/officer1"}, unknown.Known)
	require.EqualError(t, err, "person BankA/nobody is unknown; there are BankA/approver1, BankA/officer1")

	_, err = wallet.Open(dir, "BankZ/officer1", never)
	require.ErrorAs(t, err, &unknown)
	require.Len(t, unknown.Known, 2, "an unknown organization: everybody")

	_, err = wallet.Open(t.TempDir(), "BankA/officer1", never)
	require.ErrorContains(t, err, "nobody is enrolled")

	for _, bad := range []string{"", "BankA", "BankA/", "/x", "BankA/../BankB", "../x/y", "BankA/a/b", "BankA/.new-1", "银行/officer1"} {
		_, err = wallet.Open(dir, bad, never)
		var name *wallet.NameError
		require.ErrorAs(t, err, &name, bad)
	}
}

func TestWrongPassphrase(t *testing.T) {
	dir := enrol(t)
	for _, wrong := range []string{"open sesam", "", "OPEN SESAME"} {
		_, err := wallet.Open(dir, "BankA/officer1", secret(wrong))
		var e *wallet.PassphraseError
		require.ErrorAs(t, err, &e, "%q", wrong)
		require.EqualError(t, err, "wrong passphrase for the key of BankA/officer1")
	}
	cancelled := errors.New("cancelled")
	_, err := wallet.Open(dir, "BankA/officer1", func() ([]byte, error) { return nil, cancelled })
	require.ErrorIs(t, err, cancelled)
}

// Whatever single byte of a file changes, the person either opens with the
// same key and certificate or not at all.
func TestTamper(t *testing.T) {
	dir := enrol(t)
	folder := wallet.Folder(dir, "BankA", "officer1")
	whole, err := wallet.Open(dir, "BankA/officer1", secret("open sesame"))
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"cert.pem", "key.age", "person.json"}).Draw(t, "file")
		path := filepath.Join(folder, name)
		good, err := os.ReadFile(path)
		require.NoError(t, err)
		defer func() { require.NoError(t, os.WriteFile(path, good, 0o600)) }()
		bad := append([]byte{}, good...)
		i := rapid.IntRange(0, len(bad)-1).Draw(t, "byte")
		if name == "key.age" && strings.Contains(string(good[:i+1]), "-> scrypt ") && i < 60 {
			return // the work factor in the header: each value up to the limit would have to be computed
		}
		bad[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		p, err := wallet.Open(dir, "BankA/officer1", secret("open sesame"))
		if err != nil {
			return
		}
		require.NotEqual(t, "key.age", name, "a changed key file must not open")
		require.True(t, p.Certificate.Equal(whole.Certificate))
		require.Equal(t, whole.Role, p.Role)
		require.Equal(t, whole.Post, p.Post)
		require.Equal(t, whole.CertPEM, p.CertPEM)
	})
}

func TestCutAndMissingFiles(t *testing.T) {
	for _, name := range []string{"cert.pem", "key.age", "person.json"} {
		dir := enrol(t)
		path := filepath.Join(wallet.Folder(dir, "BankA", "officer1"), name)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o600))
		_, err = wallet.Open(dir, "BankA/officer1", secret("open sesame"))
		var damaged *wallet.DamagedError
		require.ErrorAs(t, err, &damaged, name)
		require.Equal(t, name, damaged.File)
		require.NoError(t, os.Remove(path))
		_, err = wallet.Open(dir, "BankA/officer1", secret("open sesame"))
		require.ErrorAs(t, err, &damaged, name)
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

func TestWhatDoesNotBelongTogether(t *testing.T) {
	dir := enrol(t)
	a, b := wallet.Folder(dir, "BankA", "officer1"), wallet.Folder(dir, "BankA", "approver1")
	key, err := os.ReadFile(filepath.Join(b, "key.age"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(a, "key.age"), key, 0o600))
	_, err = wallet.Open(dir, "BankA/officer1", secret("open sesame"))
	var mismatch *wallet.MismatchError
	require.ErrorAs(t, err, &mismatch)
	require.EqualError(t, err, "the key of BankA/officer1 does not match the certificate")

	about, err := os.ReadFile(filepath.Join(b, "person.json"))
	require.NoError(t, err)
	raised := strings.Replace(string(about), `"approver"`, `"officer"`, 1)
	require.NotEqual(t, string(about), raised)
	require.NoError(t, os.WriteFile(filepath.Join(b, "person.json"), []byte(raised), 0o600))
	_, err = wallet.Open(dir, "BankA/approver1", secret("open sesame"))
	require.EqualError(t, err, `role of BankA/approver1 is "officer", but the certificate says "approver"`)
}

func TestValidity(t *testing.T) {
	dir := t.TempDir()
	ca, err := devca.Open(dir, "BankA")
	require.NoError(t, err)
	write := func(user string, certDER []byte, key *ecdsa.PrivateKey) {
		require.NoError(t, wallet.Write(dir, wallet.Person{Org: "BankA", MSP: "BankAMSP", User: user, CertPEM: pemOf(certDER)}, key, []byte("p"), testWorkFactor))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	old, err := ca.IssueExpired("old", nil, key.Public(), time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	write("old", old.Raw, key)
	_, err = wallet.Open(dir, "BankA/old", secret("p"))
	var validity *wallet.ValidityError
	require.ErrorAs(t, err, &validity)
	require.EqualError(t, err, "the certificate of BankA/old expired on 2024-03-01 08:00 UTC: enrol again")

	early, err := ca.IssueExpired("early", nil, key.Public(), time.Now().Add(48*time.Hour))
	require.NoError(t, err)
	write("early", early.Raw, key)
	_, err = wallet.Open(dir, "BankA/early", secret("p"))
	require.ErrorAs(t, err, &validity)
	require.ErrorContains(t, err, "check this machine's clock")

	p, err := wallet.Read(dir, "BankA/old")
	require.NoError(t, err, "to look at somebody, the certificate need not be in force")
	require.Nil(t, p.Signer)

	renewed, err := ca.Issue("old", nil, key.Public(), time.Hour)
	require.NoError(t, err)
	require.NoError(t, wallet.ReplaceCertificate(dir, "BankA/old", pemOf(renewed.Raw)))
	_, err = wallet.Open(dir, "BankA/old", secret("p"))
	require.NoError(t, err)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	foreign, err := ca.Issue("old", nil, other.Public(), time.Hour)
	require.NoError(t, err)
	var mismatch *wallet.MismatchError
	require.ErrorAs(t, wallet.ReplaceCertificate(dir, "BankA/old", pemOf(foreign.Raw)), &mismatch)
	promoted, err := ca.Issue("old", map[string]string{"role": "approver"}, key.Public(), time.Hour)
	require.NoError(t, err)
	require.ErrorAs(t, wallet.ReplaceCertificate(dir, "BankA/old", pemOf(promoted.Raw)), &mismatch)
}

func TestForeignCertificateIsRefused(t *testing.T) {
	dir := enrol(t)
	stranger, err := devca.New("BankA") // same names, another key
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert, err := stranger.Issue("officer2", map[string]string{"role": "officer"}, key.Public(), time.Hour)
	require.NoError(t, err)
	p := wallet.Person{Org: "BankA", MSP: "BankAMSP", User: "officer2", CertPEM: pemOf(cert.Raw)}
	var issuer *wallet.IssuerError
	require.ErrorAs(t, wallet.Write(dir, p, key, []byte("p"), testWorkFactor), &issuer)
	require.NoError(t, os.WriteFile(filepath.Join(wallet.Folder(dir, "BankA", "approver1"), "cert.pem"), p.CertPEM, 0o600))
	_, err = wallet.Open(dir, "BankA/approver1", secret("open sesame"))
	require.Error(t, err)
}

func TestWriteRefuses(t *testing.T) {
	dir := enrol(t)
	ca, err := devca.Open(dir, "BankA")
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert, err := ca.Issue("officer1", nil, key.Public(), time.Hour)
	require.NoError(t, err)
	p := wallet.Person{Org: "BankA", MSP: "BankAMSP", User: "officer1", CertPEM: pemOf(cert.Raw)}
	var exists *wallet.ExistsError
	require.ErrorAs(t, wallet.Write(dir, p, key, []byte("p"), testWorkFactor), &exists)

	p.User = "officer2"
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	var mismatch *wallet.MismatchError
	require.ErrorAs(t, wallet.Write(dir, p, other, []byte("p"), testWorkFactor), &mismatch)
	require.Error(t, wallet.Write(dir, p, key, nil, testWorkFactor), "an empty passphrase")
	require.Error(t, wallet.Write(dir, p, key, []byte("p"), 31), "a work factor out of bounds")
	p.User = "../x"
	require.Error(t, wallet.Write(dir, p, key, []byte("p"), testWorkFactor))
	names, err := wallet.Names(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"BankA/approver1", "BankA/officer1"}, names)
	left, err := filepath.Glob(filepath.Join(dir, "identity", "BankA", "people", ".new-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A Write that was killed leaves a hidden folder, which nobody sees.
func TestKilledWriteIsNotSeen(t *testing.T) {
	dir := enrol(t)
	half := filepath.Join(dir, "identity", "BankA", "people", ".new-123")
	require.NoError(t, os.Mkdir(half, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(half, "cert.pem"), []byte("-----BEGIN"), 0o600))
	people, err := wallet.List(dir)
	require.NoError(t, err)
	require.Len(t, people, 2)
}

func TestPassphraseSources(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(wallet.PassphraseEnv, "")
	_, err := wallet.Passphrase(dir, nil)()
	require.ErrorIs(t, err, wallet.ErrNoPassphrase)

	asked := 0
	ask := wallet.Passphrase(dir, func() ([]byte, error) { asked++; return []byte("typed"), nil })
	for range 2 {
		p, err := ask()
		require.NoError(t, err)
		require.Equal(t, "typed", string(p))
	}
	require.Equal(t, 1, asked, "asked once for all people of a command")

	require.NoError(t, wallet.WritePassphraseFile(dir, []byte("sample")))
	require.NoError(t, wallet.WritePassphraseFile(dir, []byte("other")), "an existing file stays")
	p, err := wallet.Passphrase(dir, nil)()
	require.NoError(t, err)
	require.Equal(t, "sample", string(p))
	require.NoError(t, os.Chmod(wallet.PassphraseFile(dir), 0o644))
	_, err = wallet.Passphrase(dir, nil)()
	require.ErrorContains(t, err, "can be read by others (mode 0644, limit 0600)")

	t.Setenv(wallet.PassphraseEnv, "from env")
	p, err = wallet.Passphrase(dir, nil)()
	require.NoError(t, err)
	require.Equal(t, "from env", string(p))
}

func FuzzAttributes(f *testing.F) {
	ca, err := devca.New("BankA")
	if err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	cert, err := ca.Issue("officer1", map[string]string{"role": "officer"}, key.Public(), time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ca.CertPEM)
	f.Add(pemOf(cert.Raw))
	f.Fuzz(func(t *testing.T, data []byte) {
		cert, err := wallet.ParseCertificate(data)
		if err != nil {
			return
		}
		attrs, err := wallet.Attributes(cert)
		require.Equal(t, err == nil, attrs != nil)
	})
}
