package identity

import (
	"context"
	"fmt"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
)

// Revocation is what has become of a leaver's certificate.
type Revocation struct {
	Person      string
	Fingerprint string // of the certificate, to block it on the ledger at once
	CRL         string // file in the organization's MSP folder
	Entries     int    // of the whole list
}

// Revoke ends the certificates of a person, written ORG/USER, and stores the
// authority's revocation list in the organization's MSP folder. The network
// heeds the list once the channel's configuration holds it; to stop the
// person at once, block the fingerprint on the ledger. Doing it again is no
// error.
func Revoke(ctx context.Context, o Options, person string) (*Revocation, error) {
	p, err := wallet.Read(o.StateDir, person)
	if err != nil {
		return nil, err
	}
	r := &Revocation{Person: person, Fingerprint: p.Fingerprint(), CRL: crlFile(layout.Dir(o.StateDir), p.Org)}
	err = with(ctx, o, p.Org, func(a *authority) error {
		data, err := a.revoke(ctx, p.Certificate.Subject.CommonName)
		if err != nil {
			return err
		}
		list, err := parseCRL(data)
		if err != nil {
			return fmt.Errorf("revocation list: %w", err)
		}
		if err := list.CheckSignatureFrom(a.root); err != nil {
			return fmt.Errorf("revocation list: %w", err)
		}
		r.Entries = len(list.RevokedCertificateEntries)
		return wallet.ReplaceFile(r.CRL, data)
	})
	if err != nil {
		return nil, fmt.Errorf("revoke %s: %w", person, err)
	}
	return r, nil
}

// with runs something at one organization's authority, which must be founded.
func with(ctx context.Context, o Options, org string, do func(*authority) error) error {
	o, err := o.complete()
	if err != nil {
		return err
	}
	unlock, err := lock(ctx, o)
	if err != nil {
		return err
	}
	defer unlock()
	member, ok := o.Topology.Organization(org)
	if !ok {
		return fmt.Errorf("organization %s is not in the topology %s", org, o.Topology.File())
	}
	d := o.dir()
	one := &organization{Organization: member, founded: exists(d.MSP(org))}
	if !one.founded {
		return &IncompleteError{Org: org, Missing: d.MSP(org)}
	}
	if err := one.check(d); err != nil {
		return err
	}
	s, authorities, err := openAuthorities(ctx, o, []*organization{one})
	if err != nil {
		return err
	}
	defer s.stop()
	return do(authorities[org])
}
