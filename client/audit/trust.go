package audit

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// TrustFormat is the version of the trust file.
const TrustFormat = "qxl-trust/1"

// Trust 信任文件 is all that a verifier believes: which organizations make up
// the consortium, and their root certificates. It holds no secret; whoever
// gets one compares the fingerprints with the organizations'.
type Trust struct {
	Format        string         `json:"format"`
	Channel       string         `json:"channel"`
	Organizations []Organization `json:"organizations"` // by MSP
}

// Organization is a member as the channel's configuration has it.
type Organization struct {
	MSP           string        `json:"msp"`
	Party         command.Party `json:"party"`
	Orders        bool          `json:"orders"` // signs blocks
	Roots         []string      `json:"roots"`  // PEM, one certificate each
	Intermediates []string      `json:"intermediates,omitempty"`

	roots, between *x509.CertPool
}

func errTrust(format string, a ...any) error {
	return &invalid.Error{Code: "TRUST_FORMAT", Field: "trust", Zh: "信任文件不合格", En: fmt.Sprintf(format, a...), Hint: "qxl audit trust makes one from the consortium's channel"}
}

// maxTrust bounds a trust file's bytes.
const maxTrust = 4 << 20

// ReadTrust reads a trust file. One that no verifier could work with is an
// *invalid.Error.
func ReadTrust(r io.Reader) (*Trust, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTrust+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxTrust {
		return nil, errTrust("longer than %d bytes", maxTrust)
	}
	t := &Trust{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(t); err != nil {
		return nil, errTrust("%v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrust("more than one document")
	}
	return t, t.ready()
}

// ready checks the trust and prepares its certificates.
func (t *Trust) ready() error {
	if t.Format != TrustFormat {
		return errTrust("format %q, this program knows %q", invalid.Shown(t.Format), TrustFormat)
	}
	if t.Channel == "" {
		return errTrust("it names no channel")
	}
	parties, last := map[command.Party]int{}, ""
	for i := range t.Organizations {
		o := &t.Organizations[i]
		if o.MSP <= last {
			return errTrust("the organizations are not ordered by MSP, each once: %s after %s", invalid.Shown(o.MSP), last)
		}
		last = o.MSP
		parties[o.Party]++
		if err := o.ready(); err != nil {
			return err
		}
	}
	for _, p := range authorities {
		if parties[p] != 1 {
			return errTrust("%d organizations are party %s; limit 1", parties[p], p)
		}
	}
	if t.orderers() == 0 {
		return errTrust("no organization orders")
	}
	return nil
}

func (o *Organization) ready() (err error) {
	if len(o.Roots) == 0 {
		return errTrust("%s has no root certificate", o.MSP)
	}
	if o.roots, err = pool(o.MSP, o.Roots); err != nil {
		return err
	}
	o.between, err = pool(o.MSP, o.Intermediates)
	return err
}

func pool(msp string, list []string) (*x509.CertPool, error) {
	p := x509.NewCertPool()
	for _, text := range list {
		c, err := parsePEM([]byte(text))
		if err != nil {
			return nil, errTrust("a certificate of %s: %v", msp, err)
		}
		if !c.IsCA {
			return nil, errTrust("the certificate %s of %s is no authority's", c.Subject.CommonName, msp)
		}
		p.AddCert(c)
	}
	return p, nil
}

// parsePEM reads a PEM text of one certificate.
func parsePEM(text []byte) (*x509.Certificate, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("no PEM of one certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

// authorities must all have endorsed what is written to commons' public keys.
var authorities = []command.Party{command.Commission, command.CentralBank, command.Finance}

// orderers is the number of organizations that order.
func (t *Trust) orderers() int {
	n := 0
	for _, o := range t.Organizations {
		if o.Orders {
			n++
		}
	}
	return n
}

// Quorum is how many ordering organizations must have signed a block: more
// than half of those that are honest when a third is not.
func (t *Trust) Quorum() int { return quorum(t.orderers()) }

func quorum(n int) int {
	f := (n - 1) / 3
	return (n + f + 2) / 2 // ⌈(n+f+1)/2⌉
}

func (t *Trust) organization(msp string) *Organization {
	i, ok := slices.BinarySearchFunc(t.Organizations, msp, func(o Organization, msp string) int {
		return bytes.Compare([]byte(o.MSP), []byte(msp))
	})
	if !ok {
		return nil
	}
	return &t.Organizations[i]
}

// Write writes the trust file.
func (t *Trust) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(t)
}

// Fingerprints of an organization's root certificates: SHA-256 of the DER, in
// hex. They are what people compare by another way.
func (o *Organization) Fingerprints() []string {
	var list []string
	for _, text := range o.Roots {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			continue
		}
		list = append(list, fmt.Sprintf("%x", sha256.Sum256(block.Bytes)))
	}
	return list
}

// Kinds of nodes, as Fabric's certificates name them in their subject's OU.
const (
	ouPeer    = "peer"
	ouOrderer = "orderer"
)

// certified checks that a certificate is the organization's at a time, with
// the OU, and no authority's itself.
func (t *Trust) certified(msp string, c *x509.Certificate, ou string, at time.Time) (*Organization, error) {
	o := t.organization(msp)
	if o == nil {
		return nil, refuse(NotCertified, "%s is not in the trust file", msp)
	}
	if ou != "" && !slices.Contains(c.Subject.OrganizationalUnit, ou) {
		return nil, refuse(NotCertified, "the certificate %s of %s is no %s's: its OU is %q", c.Subject.CommonName, msp, ou, c.Subject.OrganizationalUnit)
	}
	if c.IsCA {
		return nil, refuse(NotCertified, "the certificate %s of %s is an authority's: it signs certificates only", c.Subject.CommonName, msp)
	}
	if _, err := c.Verify(x509.VerifyOptions{Roots: o.roots, Intermediates: o.between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		return nil, refuse(NotCertified, "the certificate %s is not one of %s: %v", c.Subject.CommonName, msp, err)
	}
	return o, nil
}
