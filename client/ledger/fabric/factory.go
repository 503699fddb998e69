package fabric

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"google.golang.org/grpc"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Factory opens connections for several people on one network. People of one
// organization share its gateway's connection.
type Factory struct {
	profile Profile

	mu       sync.Mutex
	gateways map[string]*gateway
}

var _ ledger.Factory = (*Factory)(nil)

// gateway is one peer's gateway service.
type gateway struct {
	msp  string
	conn *grpc.ClientConn
	open chan struct{} // one element per open call
}

// Open prepares connections to a network. Nothing is contacted before the
// first call.
func Open(p Profile) (*Factory, error) {
	if err := p.complete(); err != nil {
		return nil, err
	}
	return &Factory{profile: p, gateways: map[string]*gateway{}}, nil
}

// As implements ledger.Factory.
func (f *Factory) As(_ context.Context, person string) (ledger.Ledger, error) {
	p, err := f.profile.People(person)
	if err != nil {
		return nil, err
	}
	return f.Connect(p)
}

// Connect is As for somebody whose wallet has been opened already.
func (f *Factory) Connect(p *wallet.Person) (ledger.Ledger, error) {
	serving := []string{p.MSP}
	if _, ok := f.profile.Peers[p.MSP]; !ok {
		serving = f.profile.Hosts
	}
	if len(serving) == 0 {
		return nil, &ledger.Error{Stage: ledger.StageConnect, Code: ledger.CodeUnavailable,
			Message: fmt.Sprintf("%s has no peer and no other organization's gateway serves it; name hosts in the network profile", p.MSP)}
	}
	c := &connection{factory: f, msp: p.MSP}
	for _, msp := range serving {
		g, err := f.gateway(msp)
		if err == nil {
			err = c.through(g, p)
		}
		if err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

func (f *Factory) gateway(msp string) (*gateway, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if g := f.gateways[msp]; g != nil {
		return g, nil
	}
	conn, err := dial(msp, f.profile.Peers[msp])
	if err != nil {
		return nil, err
	}
	g := &gateway{msp: msp, conn: conn, open: make(chan struct{}, f.profile.Concurrency)}
	f.gateways[msp] = g
	return g, nil
}

// Close ends all connections, those of people too.
func (f *Factory) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, g := range f.gateways {
		errs = append(errs, g.conn.Close())
	}
	f.gateways = map[string]*gateway{}
	return errors.Join(errs...)
}

// enter waits until the gateway takes another call.
func (g *gateway) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.open <- struct{}{}:
		return func() { <-g.open }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
