package identity

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
)

const rootFile = "ca.pem" // in cacerts and tlscacerts of every MSP folder

// Where in a node's folder its enrolment key pair lies.
var (
	signCert = filepath.Join("msp", "signcerts", "cert.pem")
	signKey  = filepath.Join("msp", "keystore", "key.pem")
)

func registrarDir(d layout.Dir, org string) string {
	return filepath.Join(caHome(d, org), "registrar")
}

func caHome(d layout.Dir, org string) string { return filepath.Join(d.Identity(org), "ca") }

func caCert(d layout.Dir, org string) string { return filepath.Join(caHome(d, org), "ca-cert.pem") }

// nodeOUs tells people, peers, orderers and administrators apart by the
// organizational unit that the authority writes into their certificates.
func nodeOUs() []byte {
	var b strings.Builder
	b.WriteString("NodeOUs:\n  Enable: true\n")
	for _, ou := range [][2]string{{"Client", typeClient}, {"Peer", typePeer}, {"Admin", typeAdmin}, {"Orderer", typeOrderer}} {
		fmt.Fprintf(&b, "  %sOUIdentifier:\n    Certificate: cacerts/%s\n    OrganizationalUnitIdentifier: %s\n", ou[0], rootFile, ou[1])
	}
	return []byte(b.String())
}

// mspFiles are what every MSP folder of an organization holds, below prefix.
func mspFiles(prefix string, root []byte) map[string][]byte {
	return map[string][]byte{
		filepath.Join(prefix, "cacerts", rootFile):    root,
		filepath.Join(prefix, "tlscacerts", rootFile): root,
		filepath.Join(prefix, "config.yaml"):          nodeOUs(),
	}
}

func keyPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func readKey(path string) (*ecdsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM key", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a %T, not an ECDSA key", path, key)
	}
	return ec, nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	cert, err := wallet.ParseCertificate(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cert, nil
}
