package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	sdk "github.com/hyperledger/fabric-admin-sdk/pkg/channel"
	"github.com/hyperledger/fabric-admin-sdk/pkg/discovery"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// retry repeats a step every 100 ms until it succeeds, ctx ends, or alive says
// that trying on is pointless.
func retry(ctx context.Context, what string, alive func() error, step func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := step()
		if err == nil {
			return nil
		}
		if alive != nil {
			if dead := alive(); dead != nil {
				return dead
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: last answer: %w", what, context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// JoinOrderer joins an ordering node, waiting until it answers.
func JoinOrderer(ctx context.Context, t *topology.Topology, o topology.Organization, n topology.Orderer, dir layout.Dir, block *common.Block, alive func() error) error {
	files := dir.NodeTLS(o.Name, n.Name)
	roots, err := pool(files.CA)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return fmt.Errorf("read the TLS key of %s: %w", layout.ID(o.Name, n.Name), err)
	}
	url := "https://" + t.Address(n.Admin)
	return retry(ctx, "join orderer "+layout.ID(o.Name, n.Name), alive, func() error {
		list, err := sdk.ListChannel(url, roots, pair)
		if err != nil {
			return err
		}
		for _, c := range list.Channels {
			if c.Name == t.Channel {
				return nil
			}
		}
		resp, err := sdk.CreateChannel(url, block, roots, pair)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
			return fmt.Errorf("%s: %s", resp.Status, strings.TrimSpace(string(text)))
		}
		return nil
	})
}

// JoinPeer joins a member's peer, waiting until it answers.
func JoinPeer(ctx context.Context, t *topology.Topology, m *Member, block *common.Block, alive func() error) error {
	return retry(ctx, "join peer "+m.ID(), alive, func() error {
		call, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		joined, err := sdk.ListChannelOnPeer(call, m.Conn, m.Admin)
		if err != nil {
			m.Conn.ResetConnectBackoff()
			return err
		}
		for _, c := range joined {
			if c.ChannelId == t.Channel {
				return nil
			}
		}
		return sdk.JoinChannel(call, m.Conn, m.Admin, block)
	})
}

// AwaitPeers waits until the member's peer sees every peer of the channel:
// before that, its gateway knows no combination of endorsers.
func AwaitPeers(ctx context.Context, t *topology.Topology, m *Member, alive func() error) error {
	want := 0
	for _, o := range t.Endorsers() {
		want += len(o.Peers)
	}
	asked := discovery.NewPeer(m.Conn, m.Admin)
	return retry(ctx, "wait until "+m.ID()+" sees every peer", alive, func() error {
		call, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		result, err := asked.PeerMembershipQuery(call, t.Channel, nil)
		if err != nil {
			return err
		}
		if result == nil {
			return errors.New("discovery has no answer yet")
		}
		seen, missing := 0, []string{}
		for _, o := range t.Endorsers() {
			n := len(result.PeersByOrg[o.MSP].GetPeers())
			seen += n
			if n < len(o.Peers) {
				missing = append(missing, o.MSP)
			}
		}
		if seen < want {
			return fmt.Errorf("it sees %d of %d peers, none yet of %s", seen, want, strings.Join(missing, ", "))
		}
		return nil
	})
}

// Height is the number of blocks the member's peer has.
func Height(ctx context.Context, t *topology.Topology, m *Member) (uint64, error) {
	info, err := sdk.GetBlockChainInfo(ctx, m.Conn, m.Admin, t.Channel)
	if err != nil {
		return 0, fmt.Errorf("ask %s for its height: %w", m.ID(), err)
	}
	return info.Height, nil
}
