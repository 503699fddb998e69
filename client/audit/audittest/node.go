package audittest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// must is for what cannot fail in a test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func encode(m proto.Message) []byte {
	return must(proto.MarshalOptions{Deterministic: true}.Marshal(m))
}

// Node is somebody with a certificate: a peer, an orderer, a client.
type Node struct {
	MSP  string
	Cert *x509.Certificate
	PEM  []byte
	key  *ecdsa.PrivateKey
	high bool
}

// Authority issues an organization's certificates.
type Authority struct{ Node }

var from = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// NewAuthority makes an organization's root.
func NewAuthority(msp string) *Authority {
	a := &Authority{Node{MSP: msp, key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca." + msp}, NotBefore: from, NotAfter: from.AddDate(15, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.set(must(x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)))
	return a
}

func (n *Node) set(der []byte) {
	n.Cert = must(x509.ParseCertificate(der))
	n.PEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// Issue makes a node with an OU: peer, orderer, client.
func (a *Authority) Issue(name, ou string) *Node { return a.issue(name, ou, false) }

// IssueAuthority makes a node whose certificate is an authority's as well.
func (a *Authority) IssueAuthority(name, ou string) *Node { return a.issue(name, ou, true) }

func (a *Authority) issue(name, ou string, authority bool) *Node {
	n := &Node{MSP: a.MSP, key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	template := &x509.Certificate{SerialNumber: must(rand.Int(rand.Reader, big.NewInt(1<<62))), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{ou}},
		NotBefore: from, NotAfter: from.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true, IsCA: authority}
	n.set(must(x509.CreateCertificate(rand.Reader, template, a.Cert, n.key.Public(), a.key)))
	return n
}

// Identity is the node as Fabric writes it.
func (n *Node) Identity() []byte {
	return encode(&msp.SerializedIdentity{Mspid: n.MSP, IdBytes: n.PEM})
}

// Sign signs as Fabric does: of the two signatures the one with the lower S.
func (n *Node) Sign(message []byte) []byte {
	sum := sha256.Sum256(message)
	var rs struct{ R, S *big.Int }
	must(asn1.Unmarshal(must(ecdsa.SignASN1(rand.Reader, n.key, sum[:])), &rs))
	if order := n.key.Params().N; (rs.S.Cmp(new(big.Int).Rsh(order, 1)) > 0) != n.high {
		rs.S.Sub(order, rs.S)
	}
	return must(asn1.Marshal(rs))
}

// High is the node signing with the higher S, which Fabric does not take.
func (n *Node) High() *Node {
	other := *n
	other.high = true
	return &other
}
