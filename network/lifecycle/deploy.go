package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hyperledger/fabric-admin-sdk/pkg/chaincode"
	"github.com/hyperledger/fabric-gateway/pkg/client"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	fabric "github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/status"

	"github.com/qingxinlian/qxl/network/channel"
)

// Plan is what Deploy brings about. It is a wish, not a script: whatever of it
// holds already is left alone.
type Plan struct {
	Channel     string
	Members     []*channel.Member             // one per peer; the first commits
	Packages    map[string]map[string]Package // by organization and package name
	Definitions []Definition
	// Committers are the MSPs whose peers endorse a definition's commit.
	Committers []string
	// Alive says whether trying on makes sense; may be nil.
	Alive func() error
	// Done is told of each stage that changed something; may be nil.
	Done func(what string)
}

// tally counts what a stage changed.
type tally struct{ atomic.Int64 }

// attempt is how long one transaction may take before it is tried again.
const attempt = 20 * time.Second

// version is every definition's: what runs is the process's own affair, and
// changed policies count in the sequence.
const version = "1"

// wanted is a definition with the sequence number it has or will have.
type wanted struct {
	compiled
	sequence  int64
	committed bool
}

func (w wanted) definition(ch, packageID string) *chaincode.Definition {
	return &chaincode.Definition{
		ChannelName: ch, PackageID: packageID, Name: w.Name, Version: version, Sequence: w.sequence,
		EndorsementPlugin: "escc", ValidationPlugin: "vscc",
		ApplicationPolicy: w.policy, Collections: w.collections,
	}
}

// Deploy installs packages on every member's peer, approves the definitions for
// every organization and commits them.
func Deploy(ctx context.Context, p Plan) error {
	if len(p.Members) == 0 {
		return errors.New("deploy chaincode: no member has a peer")
	}
	var plan []wanted
	for _, d := range p.Definitions {
		c, err := compile(d)
		if err != nil {
			return err
		}
		plan = append(plan, wanted{compiled: c})
	}
	var installed, approvals, commits tally
	installing, ictx := errgroup.WithContext(ctx)
	for _, m := range p.Members {
		installing.Go(func() error { return p.install(ictx, m, &installed) })
	}
	if err := installing.Wait(); err != nil {
		return err
	}
	p.done(&installed, "installed chaincode: %d packages on %d peers", len(p.Members))
	if err := p.number(ctx, plan); err != nil {
		return err
	}
	approving, actx := errgroup.WithContext(ctx)
	approved := map[string]bool{}
	for _, m := range p.Members {
		if approved[m.Organization.Name] {
			continue // an approval is the organization's, not the peer's
		}
		approved[m.Organization.Name] = true
		for _, w := range plan {
			approving.Go(func() error { return p.approve(actx, m, w, &approvals) })
		}
	}
	if err := approving.Wait(); err != nil {
		return err
	}
	p.done(&approvals, "approved chaincode: %d times, by %d organizations", len(approved))
	committing, cctx := errgroup.WithContext(ctx)
	for _, w := range plan {
		if !w.committed {
			committing.Go(func() error { return p.commit(cctx, w, &commits) })
		}
	}
	if err := committing.Wait(); err != nil {
		return err
	}
	p.done(&commits, "committed chaincode: %d of %d definitions", len(plan))
	seeing, sctx := errgroup.WithContext(ctx)
	for _, m := range p.Members {
		seeing.Go(func() error { return p.await(sctx, m, plan) })
	}
	return seeing.Wait()
}

// until repeats a step that may fail because a node is not there yet.
func (p Plan) until(ctx context.Context, what string, step func(context.Context) error) error {
	for {
		try, cancel := context.WithTimeout(ctx, attempt)
		err := step(try)
		cancel()
		if err == nil {
			return nil
		}
		if p.Alive != nil {
			if dead := p.Alive(); dead != nil {
				return dead
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: last answer: %s", what, context.Cause(ctx), explain(err))
		case <-time.After(150 * time.Millisecond):
		}
	}
}

// explain adds what the peers behind a gateway said: the gateway's own message
// is only that they refused.
func explain(err error) string {
	text := err.Error()
	for _, d := range status.Convert(errors.Unwrap(err)).Details() {
		if e, ok := d.(*gatewaypb.ErrorDetail); ok {
			text += fmt.Sprintf("; %s (%s): %s", e.Address, e.MspId, e.Message)
		}
	}
	return text
}

func (p Plan) done(changed *tally, format string, of int) {
	if n := changed.Load(); n > 0 && p.Done != nil {
		p.Done(fmt.Sprintf(format, n, of))
	}
}

func (p Plan) install(ctx context.Context, m *channel.Member, installed *tally) error {
	packages := p.Packages[m.Organization.Name]
	peer := chaincode.NewPeer(m.Conn, m.Admin)
	return p.until(ctx, "install chaincode on "+m.ID(), func(ctx context.Context) error {
		there, err := peer.QueryInstalled(ctx)
		if err != nil {
			return err
		}
		have := map[string]bool{}
		for _, c := range there.GetInstalledChaincodes() {
			have[c.GetPackageId()] = true
		}
		for _, pkg := range packages {
			if have[pkg.ID] {
				continue
			}
			if _, err := peer.Install(ctx, bytes.NewReader(pkg.Bytes)); err != nil {
				return err
			}
			installed.Add(1)
		}
		return nil
	})
}

// number gives each definition the sequence it is committed with, or the next.
func (p Plan) number(ctx context.Context, plan []wanted) error {
	m := p.Members[0]
	return p.until(ctx, "ask "+m.ID()+" for its chaincode", func(ctx context.Context) error {
		committed, err := query(ctx, p.Channel, m)
		if err != nil {
			return err
		}
		for i := range plan {
			w := &plan[i]
			w.sequence, w.committed = 1, false
			if c, ok := committed[w.Name]; ok {
				w.sequence = c.GetSequence()
				w.committed = w.same(c.GetValidationParameter(), c.GetCollections())
				if !w.committed {
					w.sequence++
				}
			}
		}
		return nil
	})
}

func query(ctx context.Context, ch string, m *channel.Member) (map[string]*fabric.QueryChaincodeDefinitionsResult_ChaincodeDefinition, error) {
	result, err := chaincode.NewGateway(m.Conn, m.Admin).QueryCommitted(ctx, ch)
	if err != nil {
		return nil, err
	}
	by := map[string]*fabric.QueryChaincodeDefinitionsResult_ChaincodeDefinition{}
	for _, c := range result.GetChaincodeDefinitions() {
		by[c.GetName()] = c
	}
	return by, nil
}

func (p Plan) approve(ctx context.Context, m *channel.Member, w wanted, approvals *tally) error {
	pkg, ok := p.Packages[m.Organization.Name][w.Package]
	if !ok {
		return fmt.Errorf("chaincode definition %s: organization %s has no package %s", w.Name, m.Organization.Name, w.Package)
	}
	gateway := chaincode.NewGateway(m.Conn, m.Admin)
	return p.until(ctx, fmt.Sprintf("approve chaincode %s for %s", w.Name, m.Organization.Name), func(ctx context.Context) error {
		// An error means that nothing is approved yet, or will show again below.
		if a, err := gateway.QueryApproved(ctx, p.Channel, w.Name, w.sequence); err == nil &&
			a.GetSource().GetLocalPackage().GetPackageId() == pkg.ID &&
			w.same(a.GetValidationParameter(), a.GetCollections()) {
			return nil
		}
		err := gateway.Approve(ctx, w.definition(p.Channel, pkg.ID))
		if err != nil && !strings.Contains(explain(err), "with unchanged content") {
			return err
		}
		approvals.Add(1)
		return nil
	})
}

// commit asks the committers' peers by name: discovery needs seconds more to
// know which peers those are.
func (p Plan) commit(ctx context.Context, w wanted, commits *tally) error {
	m := p.Members[0]
	args, err := commitArguments(w)
	if err != nil {
		return err
	}
	return p.until(ctx, "commit chaincode "+w.Name, func(ctx context.Context) error {
		committed, err := query(ctx, p.Channel, m)
		if err != nil {
			return err
		}
		if c, ok := committed[w.Name]; ok && c.GetSequence() >= w.sequence {
			return nil
		}
		gateway, err := client.Connect(m.Admin, client.WithClientConnection(m.Conn), client.WithSign(m.Admin.Sign), client.WithHash(asIs))
		if err != nil {
			return err
		}
		defer gateway.Close()
		_, err = gateway.GetNetwork(p.Channel).GetContract("_lifecycle").SubmitWithContext(ctx, "CommitChaincodeDefinition",
			client.WithBytesArguments(args), client.WithEndorsingOrganizations(p.Committers...))
		if err != nil {
			return err
		}
		commits.Add(1)
		return nil
	})
}

// await waits until the member's peer has the definitions, so that whoever asks
// it next is served.
func (p Plan) await(ctx context.Context, m *channel.Member, plan []wanted) error {
	return p.until(ctx, "wait for chaincode on "+m.ID(), func(ctx context.Context) error {
		committed, err := query(ctx, p.Channel, m)
		if err != nil {
			return err
		}
		for _, w := range plan {
			if c, ok := committed[w.Name]; !ok || c.GetSequence() < w.sequence {
				return fmt.Errorf("it has not committed %s yet", w.Name)
			}
		}
		return nil
	})
}
