package identity

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Enroll gives every node and person of the topology what it lacks. It may
// be killed at any moment and run again.
func Enroll(ctx context.Context, o Options) (*Report, error) {
	began := time.Now()
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, o)
	if err != nil {
		return nil, err
	}
	defer unlock()
	orgs, err := missing(o)
	if err != nil {
		return nil, err
	}
	if len(orgs) == 0 {
		if o.NodesReady != nil {
			o.NodesReady()
		}
		return &Report{Took: time.Since(began)}, nil
	}
	if err := sweep(o); err != nil {
		return nil, err
	}
	passphrase, err := o.passphrase()
	if err != nil {
		return nil, err
	}
	s, authorities, err := openAuthorities(ctx, o, orgs)
	if err != nil {
		return nil, err
	}
	defer s.stop()

	report := &Report{}
	defer func() { report.Took = time.Since(began) }()
	var nodes, people []job
	for _, org := range orgs {
		if !org.founded {
			report.Organizations++
		}
		a := authorities[org.Name]
		for _, n := range org.nodes {
			nodes = append(nodes, job{"node " + n.name + " of " + org.Name, func(ctx context.Context) error { return a.enrollNode(ctx, o, n) }})
		}
		for _, e := range org.people {
			people = append(people, job{e.Org + "/" + e.User, func(ctx context.Context) error { return a.enrollPerson(ctx, o, e, passphrase) }})
		}
	}
	if report.Nodes, err = do(ctx, o.Parallel, nodes); err != nil {
		return report, err
	}
	if o.NodesReady != nil {
		o.NodesReady()
	}
	if report.People, err = do(ctx, o.Parallel, people); err != nil {
		return report, err
	}
	o.tell("enrolled nodes %d, people %d, organizations %d in %.1f s", report.Nodes, report.People, len(orgs), time.Since(began).Seconds())
	return report, nil
}

// job is one enrolment.
type job struct {
	what string
	run  func(context.Context) error
}

// do runs jobs, some at once, until one fails, and counts those that are done.
func do(ctx context.Context, parallel int, jobs []job) (int, error) {
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, j := range jobs {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := j.run(ctx); err != nil {
				return fmt.Errorf("enrol %s: %w", j.what, err)
			}
			done.Add(1)
			return nil
		})
	}
	err := g.Wait()
	return int(done.Load()), err
}

// lock keeps a second run out of the same state directory.
func lock(ctx context.Context, o Options) (func(), error) {
	dir := o.dir().Identity("")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(dir, ".lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		o.tell("waiting for another enrolment in %s", dir)
		got, err = l.TryLockContext(ctx, 100*time.Millisecond)
	}
	if err != nil || !got {
		return nil, fmt.Errorf("lock %s: %w", dir, errors.Join(err, ctx.Err()))
	}
	return func() { _ = l.Unlock() }, nil
}

// sweep removes what killed runs have left half written; under the lock,
// nobody is writing.
func sweep(o Options) error {
	org := o.dir().Identity("*")
	for _, pattern := range []string{filepath.Join(org, ".new-*"), filepath.Join(org, "*", ".new-*")} {
		left, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, path := range left {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// openAuthorities starts a server for the organizations and founds the
// authorities of those that have none. On success the caller stops the
// server.
func openAuthorities(ctx context.Context, o Options, orgs []*organization) (*server, map[string]*authority, error) {
	// fabric-ca lends the first authority's settings to the others where they
	// have none, registrars included: a founded one, which names none, first.
	orgs = slices.Clone(orgs)
	if i := slices.IndexFunc(orgs, func(org *organization) bool { return org.founded }); i > 0 {
		orgs[0], orgs[i] = orgs[i], orgs[0]
	}
	for range highS {
		secrets := map[string]string{}
		for _, org := range orgs {
			if org.founded {
				continue
			}
			// Nothing was issued yet: what lies there is from a killed run.
			if err := os.RemoveAll(caHome(o.dir(), org.Name)); err != nil {
				return nil, nil, err
			}
			secret, err := randomHex()
			if err != nil {
				return nil, nil, err
			}
			secrets[org.Name] = secret
		}
		var names []string
		for _, org := range orgs {
			names = append(names, org.Name)
		}
		o.tell("starting the certificate authority of %s", strings.Join(names, ", "))
		s, err := startServer(ctx, o, orgs, secrets)
		if err != nil {
			return nil, nil, err
		}
		authorities, err := attach(ctx, o, s, orgs, secrets)
		if err == nil {
			return s, authorities, nil
		}
		s.stop()
		if !errors.Is(err, errHighS) {
			return nil, nil, err
		}
	}
	return nil, nil, errHighS
}

// errHighS: chance has given a root a signature that a Fabric MSP rewrites,
// after which identities it has issued are not recognized. Another is made.
var errHighS = errors.New("root certificate has a high-S signature")

func attach(ctx context.Context, o Options, s *server, orgs []*organization, secrets map[string]string) (map[string]*authority, error) {
	d := o.dir()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: o.Parallel}}
	authorities := map[string]*authority{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(o.Parallel)
	for _, org := range orgs {
		root, err := readCertificate(caCert(d, org.Name))
		if err != nil {
			return nil, err
		}
		if !wallet.LowS(root.Signature) && !org.founded {
			return nil, fmt.Errorf("%s: %w", org.Name, errHighS)
		}
		a := &authority{org: org.Name, url: s.url, subject: subjectOf(o.Topology.CA, org.Name), root: root, http: client}
		a.rootPEM = (&credential{cert: root}).certPEM()
		a.hosts = []string{"localhost", loopback}
		if h := o.Topology.Host; h != "" && !slices.Contains(a.hosts, h) {
			a.hosts = append(a.hosts, h)
		}
		authorities[org.Name] = a
		g.Go(func() error {
			if org.founded {
				return a.loadRegistrar(o)
			}
			if err := a.found(ctx, o, secrets[org.Name]); err != nil {
				return fmt.Errorf("found the certificate authority of %s: %w", org.Name, err)
			}
			return nil
		})
	}
	return authorities, g.Wait()
}

func (a *authority) loadRegistrar(o Options) error {
	dir := registrarDir(o.dir(), a.org)
	cert, err := readCertificate(filepath.Join(dir, "cert.pem"))
	if err != nil {
		return err
	}
	key, err := readKey(filepath.Join(dir, "key.pem"))
	if err != nil {
		return err
	}
	if now := time.Now(); now.After(cert.NotAfter) {
		// A registrar can always be renewed by reenrolment, which ignores expiry.
		a.as = &credential{cert, key}
		return a.renewRegistrar(o)
	}
	a.as = &credential{cert, key}
	return nil
}

func (a *authority) renewRegistrar(o Options) error {
	renewed, err := a.reenroll(context.Background(), a.as, "", a.as.key)
	if err != nil {
		return err
	}
	a.as = renewed
	return wallet.ReplaceFile(filepath.Join(registrarDir(o.dir(), a.org), "cert.pem"), renewed.certPEM())
}

// found makes the registrar and then the organization's MSP, whose presence
// says that the authority is complete.
func (a *authority) found(ctx context.Context, o Options, secret string) error {
	registrar, err := a.enroll(ctx, registrarID(a.org), secret, "")
	if err != nil {
		return err
	}
	key, err := keyPEM(registrar.key)
	if err != nil {
		return err
	}
	d := o.dir()
	if err := wallet.WriteFolder(registrarDir(d, a.org), map[string][]byte{"cert.pem": registrar.certPEM(), "key.pem": key}); err != nil {
		return err
	}
	// The secret is spent; it need not lie about either.
	if err := forget(filepath.Join(caHome(d, a.org), serverConfig)); err != nil {
		return err
	}
	if err := wallet.ReplaceFile(d.TLSRoot(a.org), a.rootPEM); err != nil {
		return err
	}
	a.as = registrar
	return wallet.WriteFolder(d.MSP(a.org), mspFiles("", a.rootPEM))
}

// forget removes a configuration file, which is written anew at each start.
func forget(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return wallet.SyncDir(filepath.Dir(path))
}

// enrollNode makes a node's folder.
func (a *authority) enrollNode(ctx context.Context, o Options, n node) error {
	profile := ""
	if !n.msp {
		profile = profileTLS
	}
	id := n.id(a.org)
	secret, err := a.register(ctx, id, n.typ, nil)
	if err != nil {
		return err
	}
	first, err := a.enroll(ctx, id, secret, profile)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	serves := first
	if n.msp {
		files = mspFiles("msp", a.rootPEM)
		files[signCert] = first.certPEM()
		if files[signKey], err = keyPEM(first.key); err != nil {
			return err
		}
		if n.tls {
			if serves, err = a.reenroll(ctx, first, profileTLS, nil); err != nil {
				return err
			}
		}
	}
	if n.tls {
		files["tls/server.crt"] = serves.certPEM()
		files["tls/ca.crt"] = a.rootPEM
		if files["tls/server.key"], err = keyPEM(serves.key); err != nil {
			return err
		}
	}
	return wallet.WriteFolder(o.dir().Node(a.org, n.name), files)
}

func (a *authority) enrollPerson(ctx context.Context, o Options, e wallet.Enrollee, passphrase []byte) error {
	id, attrs, err := e.Entitlement()
	if err != nil {
		return err
	}
	secret, err := a.register(ctx, id, typeClient, attrs)
	if err != nil {
		return err
	}
	c, err := a.enroll(ctx, id, secret, "")
	if err != nil {
		return err
	}
	if err := bears(c.cert, attrs); err != nil {
		return err
	}
	p := wallet.Person{Org: e.Org, MSP: e.MSP, User: e.User, Zh: e.Zh, En: e.En, CertPEM: c.certPEM()}
	return wallet.Write(o.StateDir, p, c.key, passphrase, o.WorkFactor)
}

// bears checks that a certificate carries the attributes it was asked for:
// without them the ledger would refuse its holder.
func bears(cert *x509.Certificate, attrs map[string]string) error {
	have, err := wallet.Attributes(cert)
	if err != nil {
		return err
	}
	for name, want := range attrs {
		if have[name] != want {
			return fmt.Errorf("attribute %s of the certificate is %q instead of %q", name, have[name], want)
		}
	}
	return nil
}
