package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/qingxinlian/qxl/network/channel"
	"github.com/qingxinlian/qxl/network/config"
	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/lifecycle"
	"github.com/qingxinlian/qxl/network/programs"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

// network is one call's view of a state directory.
type network struct {
	options  Options
	dir      layout.Dir
	topology *topology.Topology
	isNew    bool

	mu    sync.Mutex // of Progress
	watch sync.Mutex // of the two below
	asked time.Time
	found error
}

func (n *network) tell(e Event) {
	if n.options.Progress == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.options.Progress(e)
}

// alive is an error once a node keeps failing. Many wait at once; the state is
// read at most five times a second.
func (n *network) alive() error {
	n.watch.Lock()
	defer n.watch.Unlock()
	if time.Since(n.asked) > 200*time.Millisecond {
		n.asked, n.found = time.Now(), failing(n.dir)
	}
	return n.found
}

// ErrNoNetwork says that a state directory holds no network.
var ErrNoNetwork = errors.New("no network here (hint: qxl up --fabric makes one)")

// open finds the network of a state directory, or prepares a new one if the
// options hold a topology.
func open(o Options) (*network, error) {
	dir, err := filepath.Abs(o.StateDir)
	if err != nil {
		return nil, err
	}
	n := &network{options: o, dir: layout.Dir(dir)}
	kept, err := topology.Load(n.dir.Topology())
	_, noGenesis := os.Stat(n.dir.Genesis())
	switch {
	case err == nil && noGenesis != nil && o.Topology != nil:
		// Begun and never finished: the topology may still be mended.
	case err == nil:
		n.topology = kept
		if o.Topology != nil {
			return n, n.adopt(o.Topology)
		}
		return n, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	case o.Topology == nil:
		return nil, fmt.Errorf("%s: %w", dir, ErrNoNetwork)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state directory: %w", err)
	}
	n.topology, n.isNew = o.Topology, true
	if o.FreePorts {
		if err := n.topology.UseFreePorts(); err != nil {
			return nil, err
		}
	}
	return n, n.topology.Write(n.dir.Topology())
}

// adopt takes people and display names from a topology file whose nodes are
// those of the existing network, which keeps its ports.
func (n *network) adopt(t *topology.Topology) error {
	differs := func(field string, have, want any) error {
		if fmt.Sprint(have) == fmt.Sprint(want) {
			return nil
		}
		return &OtherTopologyError{Dir: string(n.dir), Field: field, Have: fmt.Sprint(have), Want: fmt.Sprint(want)}
	}
	names := func(t *topology.Topology) (list []string) {
		for _, o := range t.Organizations {
			list = append(list, o.Name)
		}
		return list
	}
	if err := errors.Join(differs("consortium", n.topology.Consortium, t.Consortium), differs("channel", n.topology.Channel, t.Channel),
		differs("organizations", names(n.topology), names(t))); err != nil {
		return err
	}
	for i := range n.topology.Organizations {
		have, want := &n.topology.Organizations[i], t.Organizations[i]
		nodes := func(o topology.Organization) (list []string) {
			for _, p := range o.Peers {
				list = append(list, p.Name)
			}
			for _, p := range o.Orderers {
				list = append(list, p.Name)
			}
			return list
		}
		at := have.Name + "."
		if err := errors.Join(differs(at+"msp", have.MSP, want.MSP), differs(at+"party", have.Party, want.Party),
			differs(at+"nodes", nodes(*have), nodes(want))); err != nil {
			return err
		}
		have.People, have.Names, have.USCC, have.Subjects = slices.Clone(want.People), slices.Clone(want.Names), want.USCC, want.Subjects
	}
	n.topology.Profile = t.Profile
	return n.topology.Write(n.dir.Topology())
}

// Up makes the network or resumes it, and returns when every node answers and
// every peer sees every other.
func Up(ctx context.Context, o Options) (*Report, error) {
	if len(o.Supervisor) == 0 {
		return nil, errors.New("start the network: no supervisor command")
	}
	n, err := open(o)
	if err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(string(n.dir), "up.lock"))
	if got, err := lock.TryLock(); err != nil || !got {
		return nil, fmt.Errorf("start the network: another qxl up is at work in %s (hint: wait for it)", n.dir)
	}
	defer lock.Unlock()
	report := &Report{Topology: n.topology, New: n.isNew}
	return report, n.up(ctx, &stages{report, n.tell})
}

func (n *network) up(ctx context.Context, s *stages) error {
	t, report := n.topology, s.report
	var block *common.Block
	var packages map[string]map[string]lifecycle.Package
	var members []*channel.Member

	err := s.do(ctx, "programs", func(ctx context.Context, say func(string, ...any)) (err error) {
		from := n.options.Programs
		from.Progress = func(p programs.Step) {
			n.tell(Event{Stage: "programs", What: p.Doing + " " + p.Module, Done: p.Done, Total: p.Total})
		}
		report.Programs, err = programs.Provide(ctx, from)
		return err
	})
	if err != nil {
		return err
	}
	err = s.do(ctx, "ports", func(ctx context.Context, say func(string, ...any)) error {
		if err := os.MkdirAll(n.dir.Run(), 0o755); err != nil {
			return fmt.Errorf("make the run directory: %w", err)
		}
		return checkPorts(t, n.dir)
	})
	if err != nil {
		return err
	}
	err = s.do(ctx, "identities", func(ctx context.Context, say func(string, ...any)) (err error) {
		report.Enrolled, err = identity.Enroll(ctx, identity.Options{
			Topology: t, StateDir: string(n.dir), ServerPath: report.Programs.Path("fabric-ca-server"),
			Books: n.options.Books, Passphrase: n.options.Passphrase,
			Progress: func(what string) { say("%s", what) },
		})
		return err
	})
	if err != nil {
		return err
	}
	err = s.do(ctx, "genesis", func(ctx context.Context, say func(string, ...any)) (err error) {
		if err := config.Write(t, n.dir); err != nil {
			return err
		}
		block, err = channel.Genesis(ctx, report.Programs.Path("configtxgen"), t, n.dir)
		return err
	})
	if err != nil {
		return err
	}
	err = s.do(ctx, "processes", func(ctx context.Context, say func(string, ...any)) error {
		names, err := n.packageNames(n.options.Definitions)
		if err != nil {
			return err
		}
		all, served, err := n.pack(names)
		if err != nil {
			return err
		}
		packages = all
		c, err := n.processes(report.Programs, served)
		if err != nil {
			return err
		}
		if err := supervisor.Write(n.dir.Run(), c); err != nil {
			return err
		}
		say("starting %d processes", len(c.Processes))
		return supervisor.Start(ctx, n.dir.Run(), n.options.Supervisor, n.dir.Log("supervisor"))
	})
	if err != nil {
		return err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("not done within %s (hint: qxl status, qxl logs NODE)", startLimit))
	defer cancel()
	if members, err = channel.Connect(t, n.dir); err != nil {
		return err
	}
	defer channel.CloseAll(members)
	if err = s.do(ctx, "join", n.join(members, block)); err != nil {
		return err
	}
	err = s.do(ctx, "chaincode", func(ctx context.Context, say func(string, ...any)) error {
		return n.deploy(ctx, members, packages, n.options.Definitions, say)
	})
	if err != nil {
		return err
	}
	return s.do(ctx, "ready", n.ready(members))
}

func (n *network) join(members []*channel.Member, block *common.Block) func(context.Context, func(string, ...any)) error {
	return func(ctx context.Context, say func(string, ...any)) error {
		g, ctx := errgroup.WithContext(ctx)
		for _, o := range n.topology.Organizations {
			for _, x := range o.Orderers {
				g.Go(func() error { return channel.JoinOrderer(ctx, n.topology, o, x, n.dir, block, n.alive) })
			}
		}
		for _, m := range members {
			g.Go(func() error { return channel.JoinPeer(ctx, n.topology, m, block, n.alive) })
		}
		return g.Wait()
	}
}

// ready waits until every process answers and every peer sees every other.
func (n *network) ready(members []*channel.Member) func(context.Context, func(string, ...any)) error {
	return func(ctx context.Context, say func(string, ...any)) error {
		g, gctx := errgroup.WithContext(ctx)
		for _, m := range members {
			g.Go(func() error { return channel.AwaitPeers(gctx, n.topology, m, n.alive) })
		}
		g.Go(func() error { return n.awaitAnswers(gctx) })
		if err := g.Wait(); err != nil {
			return err
		}
		say("every node answers, every peer sees every other")
		return nil
	}
}

// awaitAnswers waits until the supervisor has seen every process answer.
func (n *network) awaitAnswers(ctx context.Context) error {
	for {
		s, running, err := supervisor.Read(n.dir.Run())
		silent := "the supervisor"
		if err == nil && running {
			silent = ""
			for _, x := range s.Nodes {
				if x.Phase != supervisor.Running || !x.Healthy {
					silent = x.Name
				}
			}
		}
		if silent == "" {
			return nil
		}
		if dead := n.alive(); dead != nil {
			return dead
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s to answer: %w", silent, context.Cause(ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
