package identity

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"path/filepath"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Renew gives a node new certificates for the keys it has; the node takes
// them up when it is restarted. An orderer is known to the channel by its
// certificates: they must be put into the channel's configuration before it
// is restarted with them.
func Renew(ctx context.Context, o Options, org, name string) error {
	folder := o.dir().Node(org, name)
	err := with(ctx, o, org, func(a *authority) error {
		for _, pair := range []struct{ cert, key, profile string }{
			{filepath.Join(folder, signCert), filepath.Join(folder, signKey), ""},
			{o.dir().NodeTLS(org, name).Cert, o.dir().NodeTLS(org, name).Key, profileTLS},
		} {
			if !exists(pair.cert) {
				continue // the administrator serves nothing, chaincode signs nothing
			}
			cert, err := readCertificate(pair.cert)
			if err != nil {
				return err
			}
			key, err := readKey(pair.key)
			if err != nil {
				return err
			}
			renewed, err := a.reenroll(ctx, &credential{cert, key}, pair.profile, key)
			if err != nil {
				return err
			}
			if err := wallet.ReplaceFile(pair.cert, renewed.certPEM()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("renew node %s of %s: %w", name, org, err)
	}
	return nil
}

// RenewPerson gives a person a new certificate for the same key, with the
// same attributes. The fingerprint changes.
func RenewPerson(ctx context.Context, o Options, person string, passphrase func() ([]byte, error)) error {
	p, err := wallet.Open(o.StateDir, person, passphrase)
	if err != nil {
		return err
	}
	err = with(ctx, o, p.Org, func(a *authority) error {
		key, ok := p.Signer.(*ecdsa.PrivateKey)
		if !ok {
			return fmt.Errorf("key is a %T, not ECDSA", p.Signer)
		}
		renewed, err := a.reenroll(ctx, &credential{p.Certificate, key}, "", key)
		if err != nil {
			return err
		}
		return wallet.ReplaceCertificate(o.StateDir, person, renewed.certPEM())
	})
	if err != nil {
		return fmt.Errorf("renew %s: %w", person, err)
	}
	return nil
}
