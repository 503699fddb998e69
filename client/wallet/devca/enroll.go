package devca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Options of an enrolment; the zero value is good for samples and tests.
type Options struct {
	Validity   time.Duration // of certificates; 5 years if 0
	WorkFactor int           // scrypt; wallet.WorkFactorSample if 0
}

// DefaultValidity is that of the sample consortium on both engines.
const DefaultValidity = 5 * 365 * 24 * time.Hour

// EnrollAll gives everybody a key and a certificate in the wallet of dir.
// Those who are enrolled already stay as they are; it reports how many are
// new.
func EnrollAll(dir string, people []wallet.Enrollee, passphrase []byte, opt Options) (enrolled int, err error) {
	authorities := map[string]*CA{}
	for _, e := range people {
		if _, err := os.Stat(wallet.Folder(dir, e.Org, e.User)); err == nil {
			continue
		}
		ca := authorities[e.Org]
		if ca == nil {
			if ca, err = Open(dir, e.Org); err != nil {
				return enrolled, err
			}
			authorities[e.Org] = ca
		}
		if err := ca.Enroll(dir, e, passphrase, opt); err != nil {
			return enrolled, fmt.Errorf("enrol %s/%s: %w", e.Org, e.User, err)
		}
		enrolled++
	}
	return enrolled, nil
}

// Enroll puts one new person into the wallet.
func (ca *CA) Enroll(dir string, e wallet.Enrollee, passphrase []byte, opt Options) error {
	if opt.Validity == 0 {
		opt.Validity = DefaultValidity
	}
	if opt.WorkFactor == 0 {
		opt.WorkFactor = wallet.WorkFactorSample
	}
	cn, attrs, err := e.Entitlement()
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	cert, err := ca.Issue(cn, attrs, key.Public(), opt.Validity)
	if err != nil {
		return err
	}
	p := wallet.Person{Org: e.Org, MSP: e.MSP, User: e.User, Zh: e.Zh, En: e.En, CertPEM: encode(cert)}
	return wallet.Write(dir, p, key, passphrase, opt.WorkFactor)
}
