package network_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network"
	"github.com/qingxinlian/qxl/network/channel"
	"github.com/qingxinlian/qxl/network/internal/testcc"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

// The test binary is also the supervisor and the chaincode process.
func TestMain(m *testing.M) {
	var err error
	switch {
	case len(os.Args) > 2 && os.Args[1] == "supervise":
		err = network.Supervise(context.Background(), os.Args[2])
	case len(os.Args) > 4 && os.Args[1] == "chaincode":
		var addresses, ids []string
		for _, s := range os.Args[5:] {
			address, id, _ := strings.Cut(s, "=")
			addresses, ids = append(addresses, address), append(ids, id)
		}
		err = testcc.Serve(os.Args[2], os.Args[3], os.Args[4], addresses, ids)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func peerOf(org string) network.Policy { return network.Policy{MSP: org + "MSP"} }

func all(p ...network.Policy) network.Policy { return network.Policy{Need: len(p), Of: p} }

var authorities = []network.Policy{peerOf("Commission"), peerOf("CentralBank"), peerOf("Finance")}

// book is a definition with one collection that BankA's rival must not see.
func book(bank string) network.ChaincodeDefinition {
	return network.ChaincodeDefinition{Name: "book-" + strings.ToLower(bank), Package: "book", Policy: all(authorities...),
		Collections: []network.Collection{{
			Name: "loan", Members: []string{bank + "MSP", "CommissionMSP", "CentralBankMSP", "FinanceMSP"},
			Endorsement: all(peerOf(bank), network.Policy{Need: 1, Of: authorities}),
		}}}
}

func e2eOptions(t *testing.T, dir string) network.Options {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	top, err := topology.Load("../test-network/topology.yaml")
	require.NoError(t, err)
	return network.Options{
		StateDir: dir, Topology: top, FreePorts: true, Books: []string{"book-banka"},
		Definitions: []network.ChaincodeDefinition{
			{Name: "commons", Package: "commons", Policy: all(authorities...)},
			book("BankA"),
		},
		Supervisor: []string{program, "supervise"},
		Chaincode: func(p network.ChaincodeProcess) network.Command {
			args := []string{"chaincode", p.Key, p.Cert, p.Roots}
			for _, s := range p.Serve {
				args = append(args, s.Address+"="+s.ID)
			}
			return network.Command{Program: program, Args: args}
		},
		Progress: func(e network.Event) { t.Logf("%s %-10s %s", time.Now().Format("05.000"), e.Stage, e.What) },
	}
}

// as connects as an organization's admin.
func as(t *testing.T, dir, org string) (*client.Gateway, func()) {
	t.Helper()
	top, err := topology.Load(layout.Dir(dir).Topology())
	require.NoError(t, err)
	members, err := channel.Connect(top, layout.Dir(dir))
	require.NoError(t, err)
	for _, m := range members {
		if m.Organization.Name != org {
			continue
		}
		g, err := client.Connect(m.Admin, client.WithClientConnection(m.Conn), client.WithSign(m.Admin.Sign), client.WithHash(hash.NONE))
		require.NoError(t, err)
		return g, func() { g.Close(); channel.CloseAll(members) }
	}
	t.Fatalf("no organization %s", org)
	return nil, nil
}

// leader is the orderer that leads, as most orderers see it: consenter i is the
// i-th orderer of the topology.
func leader(s supervisor.State) string {
	ids := []string{"", "Commission-orderer0", "CentralBank-orderer0", "Finance-orderer0", "BankA-orderer0"}
	votes := map[uint64]int{}
	best := uint64(0)
	for _, n := range s.Nodes {
		if n.Leader > 0 {
			if votes[n.Leader]++; votes[n.Leader] > votes[best] {
				best = n.Leader
			}
		}
	}
	return ids[best]
}

// TestE2E makes a real network of four orderers, six peers and six chaincode
// processes, and breaks it.
func TestE2E(t *testing.T) {
	if os.Getenv("QXL_E2E") == "" {
		t.Skip("SKIPPED: starts a real Fabric network for a minute or two; QXL_E2E=1 go test ./network -run E2E runs it")
	}
	dir := filepath.Join(t.TempDir(), "fabric")
	t.Cleanup(func() {
		_, err := network.Down(context.Background(), dir)
		require.NoError(t, err)
		left, err := supervisor.Processes(layout.Dir(dir).Run())
		require.NoError(t, err)
		require.Empty(t, left, "down leaves no process")
	})
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()

	report, err := network.Up(ctx, e2eOptions(t, dir))
	require.NoError(t, err)
	for _, s := range report.Stages {
		t.Logf("stage %-10s %6.2f s", s.Name, s.Took.Seconds())
	}
	bank, closeBank := as(t, dir, "BankA")
	loan := bank.GetNetwork(report.Topology.Channel).GetContract("book-banka")
	begun := time.Now()
	putPrivate := func(value string) {
		t.Helper()
		_, err := loan.Submit("putPrivate", client.WithArguments("loan", "k"), client.WithTransient(map[string][]byte{"value": []byte(value)}),
			client.WithEndorsingOrganizations("BankAMSP", "FinanceMSP"))
		require.NoError(t, err)
	}
	putPrivate("v1")
	t.Logf("first transaction %.2f s after ready; up %.2f s", time.Since(begun).Seconds(), report.Took.Seconds())
	require.Less(t, report.Took+time.Since(begun), 30*time.Second, "from built programs to the first transaction")

	t.Run("policies hold", func(t *testing.T) {
		_, err := loan.Submit("putPrivate", client.WithArguments("loan", "k2"), client.WithTransient(map[string][]byte{"value": []byte("x")}),
			client.WithEndorsingOrganizations("CommissionMSP", "FinanceMSP"))
		require.ErrorContains(t, err, "ENDORSEMENT_POLICY_FAILURE", "without the bank no write")
		b, closeB := as(t, dir, "BankB")
		defer closeB()
		_, err = b.GetNetwork(report.Topology.Channel).GetContract("book-banka").Evaluate("getPrivate", client.WithArguments("loan", "k"),
			client.WithEndorsingOrganizations("BankBMSP"))
		require.Error(t, err, "the rival's peer has nothing to answer with")
	})
	t.Run("up again changes nothing", func(t *testing.T) {
		before, err := network.Inspect(ctx, dir)
		require.NoError(t, err)
		again, err := network.Up(ctx, e2eOptions(t, dir))
		require.NoError(t, err)
		require.False(t, again.New)
		after, err := network.Inspect(ctx, dir)
		require.NoError(t, err)
		require.True(t, after.Running)
		for i, n := range after.Nodes {
			require.Equal(t, before.Nodes[i].PID, n.PID, n.Name)
			require.True(t, n.Healthy, n.Name)
			require.True(t, n.Expires.After(time.Now().AddDate(0, 11, 0)), n.Name)
			if n.Kind == network.KindPeer {
				require.Equal(t, "v3.1.1", n.Version)
				require.NotZero(t, n.Height)
			}
		}
	})
	t.Run("a new book while running", func(t *testing.T) {
		begun := time.Now()
		require.NoError(t, network.Deploy(ctx, dir, []network.ChaincodeDefinition{book("BankB")}, nil))
		t.Logf("a further book took %.2f s", time.Since(begun).Seconds())
		b, closeB := as(t, dir, "BankB")
		defer closeB()
		// Peers tell each other of a new definition by gossip, once a second;
		// until then a gateway knows no endorser for it, as founding bears too.
		var err error
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
			_, err = b.GetNetwork(report.Topology.Channel).GetContract("book-bankb").Submit("putPrivate", client.WithArguments("loan", "k"),
				client.WithTransient(map[string][]byte{"value": []byte("b1")}), client.WithEndorsingOrganizations("BankBMSP", "CommissionMSP"))
			if err == nil || !strings.Contains(err.Error(), "failed to find any endorsing peers") {
				break
			}
		}
		require.NoError(t, err)
		t.Logf("and its first transaction %.2f s", time.Since(begun).Seconds())
	})
	t.Run("thirty-eight further books", func(t *testing.T) {
		var books []network.ChaincodeDefinition
		for i := range 38 {
			d := book("BankB")
			d.Name = fmt.Sprintf("book-x%02d", i)
			books = append(books, d)
		}
		begun := time.Now()
		require.NoError(t, network.Deploy(ctx, dir, books, nil))
		t.Logf("38 further books took %.1f s", time.Since(begun).Seconds())
	})
	t.Run("private data are streamed to nobody", func(t *testing.T) {
		filtered := func(g *client.Gateway) bool {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			events, err := g.GetNetwork(report.Topology.Channel).FilteredBlockEvents(ctx, client.WithStartBlock(0))
			if err != nil {
				return false
			}
			_, got := <-events
			return got
		}
		blocks := func(g *client.Gateway) bool {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			events, err := g.GetNetwork(report.Topology.Channel).BlockAndPrivateDataEvents(ctx, client.WithStartBlock(0))
			if err != nil {
				return false
			}
			_, got := <-events
			return got
		}
		require.True(t, filtered(bank), "the control: streams work")
		require.False(t, blocks(bank), "an administrator, whose rival's could as well")
		officer, err := wallet.Open(dir, "BankA/officer1", wallet.Passphrase(dir, nil))
		require.NoError(t, err)
		id, sign, err := officer.Fabric()
		require.NoError(t, err)
		top, err := topology.Load(layout.Dir(dir).Topology())
		require.NoError(t, err)
		members, err := channel.Connect(top, layout.Dir(dir))
		require.NoError(t, err)
		defer channel.CloseAll(members)
		g, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(members[3].Conn))
		require.NoError(t, err)
		defer g.Close()
		_, err = g.GetNetwork(top.Channel).GetContract("book-banka").Evaluate("getPrivate", client.WithArguments("loan", "k"), client.WithEndorsingOrganizations("BankAMSP"))
		require.NoError(t, err, "the officer may ask the chaincode")
		require.False(t, blocks(g), "but gets no stream")
	})
	t.Run("a killed peer, chaincode and leading orderer come back", func(t *testing.T) {
		state, _, err := supervisor.Read(layout.Dir(dir).Run())
		require.NoError(t, err)
		victims := []string{"BankA-peer0", "CentralBank-chaincode", leader(state)}
		for _, v := range victims {
			n, ok := state.Node(v)
			require.True(t, ok, v)
			require.NoError(t, syscall.Kill(n.PID, syscall.SIGKILL))
		}
		begun := time.Now()
		require.Eventually(t, func() bool {
			_, err := loan.Submit("putPrivate", client.WithArguments("loan", "k"), client.WithTransient(map[string][]byte{"value": []byte("v1")}),
				client.WithEndorsingOrganizations("BankAMSP", "CentralBankMSP"))
			return err == nil
		}, time.Minute, 200*time.Millisecond)
		t.Logf("%v killed: %.1f s until the next transaction", victims, time.Since(begun).Seconds())
		require.Eventually(t, func() bool {
			s, err := network.Inspect(ctx, dir)
			if err != nil {
				return false
			}
			for _, n := range s.Nodes {
				if !n.Healthy || n.Height != s.Nodes[0].Height && n.Kind != network.KindChaincode {
					return false
				}
			}
			return true
		}, time.Minute, 300*time.Millisecond, "all at one height again")
		state, _, err = supervisor.Read(layout.Dir(dir).Run())
		require.NoError(t, err)
		for _, v := range victims {
			n, _ := state.Node(v)
			require.Equal(t, 1, n.Restarts, v)
		}
	})
	t.Run("restart one node", func(t *testing.T) {
		require.NoError(t, network.Restart(ctx, dir, "Finance/peer0"))
		require.ErrorContains(t, network.Restart(ctx, dir, "Nobody-peer0"), `no node "Nobody-peer0" (hint: one of Commission-orderer0, `)
	})
	t.Run("a frozen peer is replaced", func(t *testing.T) {
		state, _, err := supervisor.Read(layout.Dir(dir).Run())
		require.NoError(t, err)
		frozen, _ := state.Node("Audit-peer0")
		begun := time.Now()
		require.NoError(t, syscall.Kill(frozen.PID, syscall.SIGSTOP))
		require.Eventually(t, func() bool {
			s, _, err := supervisor.Read(layout.Dir(dir).Run())
			n, _ := s.Node("Audit-peer0")
			return err == nil && n.PID != frozen.PID && n.Healthy
		}, 2*time.Minute, 200*time.Millisecond)
		t.Logf("a frozen peer was replaced after %.1f s", time.Since(begun).Seconds())
	})
	closeBank()
	t.Run("every process killed", func(t *testing.T) {
		all, err := supervisor.Processes(layout.Dir(dir).Run())
		require.NoError(t, err)
		require.Len(t, all, 17)
		for pid := range all {
			require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		}
		begun := time.Now()
		_, err = network.Up(ctx, e2eOptions(t, dir))
		require.NoError(t, err)
		t.Logf("resumed in %.2f s", time.Since(begun).Seconds())
		g, closeG := as(t, dir, "BankA")
		defer closeG()
		contract := g.GetNetwork(report.Topology.Channel).GetContract("book-banka")
		value, err := contract.Evaluate("getPrivate", client.WithArguments("loan", "k"), client.WithEndorsingOrganizations("BankAMSP"))
		require.NoError(t, err)
		require.Equal(t, "v1", string(value), "what was committed is there")
		_, err = contract.Submit("putPrivate", client.WithArguments("loan", "k"), client.WithTransient(map[string][]byte{"value": []byte("v2")}),
			client.WithEndorsingOrganizations("BankAMSP", "CommissionMSP"))
		require.NoError(t, err)
	})
	t.Run("down and up", func(t *testing.T) {
		begun := time.Now()
		n, err := network.Down(ctx, dir)
		require.NoError(t, err)
		require.Equal(t, 17, n)
		t.Logf("down in %.2f s", time.Since(begun).Seconds())
		begun = time.Now()
		_, err = network.Up(ctx, e2eOptions(t, dir))
		require.NoError(t, err)
		t.Logf("up again in %.2f s", time.Since(begun).Seconds())
	})
	t.Run("a node that cannot start says why", func(t *testing.T) {
		_, err := network.Down(ctx, dir)
		require.NoError(t, err)
		key := layout.Dir(dir).NodeTLS("BankB", "peer0").Key
		good, err := os.ReadFile(key)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(key, []byte("no key\n"), 0o600))
		_, err = network.Up(ctx, e2eOptions(t, dir))
		var node *network.NodeError
		require.ErrorAs(t, err, &node)
		require.Contains(t, []string{"BankB-peer0", "BankB-chaincode"}, node.Node)
		t.Log(err)
		require.ErrorContains(t, err, "qxl network restart BankB-")
		require.NoError(t, os.WriteFile(key, good, 0o600))
		_, err = network.Up(ctx, e2eOptions(t, dir))
		require.NoError(t, err)
	})
}
