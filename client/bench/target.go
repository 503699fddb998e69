package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Bank is the bank whose book parts a to d write. Its people are written
// ORG/USER.
type Bank struct {
	Name, MSP, Book string
	Accepts         string // officer who accepts applications
	Decides         string // approver
	Lends           string // second officer: signs, disburses, repays
}

// Target is the consortium that is measured.
type Target struct {
	Factory ledger.Factory
	Members book.Members
	Bank    Bank
	Enters  string   // operator of the Commission who registers subjects and grants
	Applies string   // operator who enters applications
	Opens   string   // officer of the central bank who opens business days
	Agrees  string   // approver of Finance who records cooperation agreements
	Keepers []Keeper // who keeps evidence logs
	// Peers are people of each organization that has a peer: a block counts
	// once each of their peers has it.
	Peers []string
	// Processes gives the processes of the network by kind; the program that
	// measures is added as "client".
	Processes func() (map[string][]int, error)
	Data      string // directory whose growth is reported

	Workers   int // single commands at once
	BatchSize int // 0 is the pipeline's default
	InFlight  int // 0 is the pipeline's default
}

// Bench is a target with its connections open. Close it.
type Bench struct {
	Target
	clients map[string]*book.Client
	peers   []ledger.Ledger
	loans   []loanAt
	round   int // of repayments: each has its own business number
}

// Open opens the connections of everybody whom a measurement needs, so that
// none pays for decrypting a key.
func Open(ctx context.Context, t Target) (*Bench, error) {
	b := &Bench{Target: t, clients: map[string]*book.Client{}}
	commission := t.Members.Authorities[command.Commission]
	for person, msp := range map[string]string{t.Opens: t.Members.Authorities[command.CentralBank], t.Enters: commission, t.Applies: commission,
		t.Bank.Accepts: t.Bank.MSP, t.Bank.Decides: t.Bank.MSP, t.Bank.Lends: t.Bank.MSP} {
		if err := b.connect(ctx, person, msp); err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	for _, person := range t.Peers {
		l, err := t.Factory.As(ctx, person)
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		b.peers = append(b.peers, l)
	}
	return b, nil
}

func (b *Bench) connect(ctx context.Context, person, msp string) error {
	if b.clients[person] != nil {
		return nil
	}
	l, err := b.Factory.As(ctx, person)
	if err == nil {
		b.clients[person] = book.New(l, b.Members, msp)
	}
	return err
}

// Close closes the connections.
func (b *Bench) Close() error {
	var errs []error
	for _, c := range b.clients {
		errs = append(errs, c.Ledger().Close())
	}
	for _, l := range b.peers {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

const (
	copyCommand   = "bench.Copy"  // chaincode/bench.go
	writeFunction = "bench:Write" // chaincode/bench.go
)

// HasBaselines tells whether this program was built with the tag bench, which
// parts a and c need.
func HasBaselines() bool { return definition(copyCommand) != nil }

func definition(name string) command.Definition {
	for _, list := range [][]command.Definition{chaincode.BookCommands, chaincode.CommonsCommands} {
		for _, d := range list {
			if d.Describe().Name == name {
				return d
			}
		}
	}
	return nil
}

// everyPeer waits until every peer has the block.
func (b *Bench) everyPeer(ctx context.Context, block uint64) error {
	g, gctx := errgroup.WithContext(ctx)
	for i, l := range b.peers {
		g.Go(func() error {
			for {
				height, err := l.Height(gctx)
				if err == nil && height > block {
					return nil
				}
				var e *ledger.Error
				if err != nil && (!errors.As(err, &e) || !e.Retry) {
					return fmt.Errorf("height of the peer of %s: %w", b.Peers[i], err)
				}
				select {
				case <-gctx.Done():
					return gctx.Err()
				case <-time.After(20 * time.Millisecond):
				}
			}
		})
	}
	return g.Wait()
}
