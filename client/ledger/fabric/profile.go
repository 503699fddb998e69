package fabric

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Peer is where an organization's gateway listens.
type Peer struct {
	Endpoint     string // host:port
	TLSRoot      []byte // PEM of the authority that issued its TLS certificate
	HostOverride string // name in that certificate, if not the endpoint's host
}

// Profile says how to reach a network. Zero values of the numbers are the
// defaults.
type Profile struct {
	Channel string
	// Peers are the gateways by MSP ID. A client needs its own organization's
	// only; Evaluate at another's goes through the own one.
	Peers map[string]Peer
	// Hosts are the MSP IDs whose gateways serve people of organizations that
	// have no peer, in order of preference: the Commission's, then the
	// central bank's.
	Hosts []string
	// People finds a person ORG/USER with the key.
	People func(person string) (*wallet.Person, error)

	// Concurrency bounds the calls open at once to one gateway. The network
	// sets the gateway's own limit higher (peer.limits.concurrency).
	Concurrency int

	EndorseTimeout  time.Duration
	SubmitTimeout   time.Duration
	CommitTimeout   time.Duration
	EvaluateTimeout time.Duration
}

// Defaults of a profile.
const (
	DefaultConcurrency = 200
	// DefaultEndorseTimeout bears a full batch on a loaded machine.
	DefaultEndorseTimeout = 30 * time.Second
	DefaultSubmitTimeout  = 15 * time.Second
	// DefaultCommitTimeout is longer than the channel stalls when its leading
	// orderer dies (10 s) and the view changes.
	DefaultCommitTimeout   = 30 * time.Second
	DefaultEvaluateTimeout = 60 * time.Second

	// maxMessage bounds a call and its answer: Fabric's own limit.
	maxMessage = 100 << 20
	// maxReconnect is how long at most a peer that is back waits for us.
	maxReconnect = 2 * time.Second
)

func (p *Profile) complete() error {
	set := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	set(&p.EndorseTimeout, DefaultEndorseTimeout)
	set(&p.SubmitTimeout, DefaultSubmitTimeout)
	set(&p.CommitTimeout, DefaultCommitTimeout)
	set(&p.EvaluateTimeout, DefaultEvaluateTimeout)
	if p.Concurrency <= 0 {
		p.Concurrency = DefaultConcurrency
	}
	switch {
	case p.Channel == "":
		return fmt.Errorf("network profile: the channel has no name")
	case len(p.Peers) == 0:
		return fmt.Errorf("network profile: no peers")
	case p.People == nil:
		return fmt.Errorf("network profile: no wallet")
	}
	for _, h := range p.Hosts {
		if _, ok := p.Peers[h]; !ok {
			return fmt.Errorf("network profile: host %s has no peer", h)
		}
	}
	return nil
}

// dial prepares a connection; it is made with the first call and again
// whenever it is lost.
func dial(msp string, p Peer) (*grpc.ClientConn, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(p.TLSRoot) {
		return nil, fmt.Errorf("network profile: TLS root of %s holds no certificate", msp)
	}
	retry := backoff.DefaultConfig
	retry.BaseDelay, retry.MaxDelay = 100*time.Millisecond, maxReconnect
	conn, err := grpc.NewClient(p.Endpoint,
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, ServerName: p.HostOverride, MinVersion: tls.VersionTLS12})),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: retry, MinConnectTimeout: 5 * time.Second}),
		// A frozen peer keeps its connections: ask whether it lives.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
	)
	if err != nil {
		return nil, fmt.Errorf("peer of %s at %s: %w", msp, p.Endpoint, err)
	}
	return conn, nil
}
