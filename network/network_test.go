package network

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

func load(t *testing.T) *topology.Topology {
	t.Helper()
	top, err := topology.Load("../test-network/topology.yaml")
	require.NoError(t, err)
	return top
}

// existing is a state directory as a finished network leaves it.
func existing(t *testing.T) (string, *topology.Topology) {
	t.Helper()
	dir, top := t.TempDir(), load(t)
	require.NoError(t, top.UseFreePorts())
	require.NoError(t, top.Write(layout.Dir(dir).Topology()))
	require.NoError(t, os.WriteFile(layout.Dir(dir).Genesis(), []byte("block"), 0o644))
	return dir, top
}

func TestPortTaken(t *testing.T) {
	top := load(t)
	require.NoError(t, top.UseFreePorts())
	dir := layout.Dir(t.TempDir())
	require.NoError(t, checkPorts(top, dir))
	o, _ := top.Organization("Finance")
	l, err := net.Listen("tcp", top.Address(o.Orderers[0].Admin))
	require.NoError(t, err)
	defer l.Close()
	err = checkPorts(top, dir)
	var taken *PortError
	require.ErrorAs(t, err, &taken)
	require.Equal(t, o.Orderers[0].Admin, taken.Port)
	require.Equal(t, "Finance-orderer0 admin", taken.Owner)
	require.Contains(t, taken.Holder, "process ")
	require.Contains(t, taken.Holder, "(network.test)", "it is this test that has it")
	require.ErrorContains(t, err, "(hint: stop that process, or start the network on free ports or another portBase)")
}

func TestNothingHere(t *testing.T) {
	dir := t.TempDir()
	_, err := Inspect(context.Background(), dir)
	require.ErrorIs(t, err, ErrNoNetwork)
	require.ErrorIs(t, Restart(context.Background(), dir, "x"), ErrNoNetwork)
	_, err = Log(dir, "supervisor")
	require.ErrorIs(t, err, ErrNoNetwork)
	n, err := Down(context.Background(), filepath.Join(dir, "absent"))
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestExistingNetworkKeepsItsPorts(t *testing.T) {
	dir, kept := existing(t)
	given := load(t)
	given.Organizations[3].People = append(given.Organizations[3].People, topology.Person{User: "officer3", Role: "officer"})
	n, err := open(Options{StateDir: dir, Topology: given})
	require.NoError(t, err)
	require.False(t, n.isNew)
	require.Equal(t, kept.Ports(), n.topology.Ports())
	require.Len(t, n.topology.Organizations[3].People, 6, "people may be added")
	again, err := open(Options{StateDir: dir})
	require.NoError(t, err)
	require.Len(t, again.topology.Organizations[3].People, 6)
}

func TestAnotherTopologyIsRefused(t *testing.T) {
	dir, _ := existing(t)
	for field, spoil := range map[string]func(*topology.Topology){
		"channel":       func(t *topology.Topology) { t.Channel = "other" },
		"organizations": func(t *topology.Topology) { t.Organizations = t.Organizations[:6] },
		"Audit.party":   func(t *topology.Topology) { t.Organizations[5].Party = topology.Bank },
		"BankB.nodes":   func(t *topology.Topology) { t.Organizations[4].Peers[0].Name = "peer7" },
	} {
		given := load(t)
		spoil(given)
		_, err := open(Options{StateDir: dir, Topology: given})
		var other *OtherTopologyError
		require.ErrorAs(t, err, &other)
		require.Equal(t, field, other.Field)
	}
}

func TestUnfinishedNetworkTakesAMendedTopology(t *testing.T) {
	dir, _ := existing(t)
	require.NoError(t, os.Remove(layout.Dir(dir).Genesis()))
	given := load(t)
	given.Channel = "mended"
	n, err := open(Options{StateDir: dir, Topology: given})
	require.NoError(t, err)
	require.True(t, n.isNew)
	require.Equal(t, "mended", n.topology.Channel)
}

func TestPackagesKeepTheirPorts(t *testing.T) {
	dir, _ := existing(t)
	n, err := open(Options{StateDir: dir})
	require.NoError(t, err)
	names, err := n.packageNames([]ChaincodeDefinition{{Package: "commons"}, {Package: "book"}, {Package: "book"}})
	require.NoError(t, err)
	require.Equal(t, []string{"commons", "book"}, names)
	names, err = n.packageNames([]ChaincodeDefinition{{Package: "later"}, {Package: "book"}})
	require.NoError(t, err)
	require.Equal(t, []string{"commons", "book", "later"}, names, "one that was there stays where it was")
}

func TestANodeThatFailsSaysWhy(t *testing.T) {
	dir := layout.Dir(t.TempDir())
	require.NoError(t, os.MkdirAll(dir.Logs(), 0o755))
	require.NoError(t, os.WriteFile(dir.Log("BankB-peer0"), []byte("---- started\nstarting\npanic: no MSP\n\ngoroutine 1 [running]:\n"), 0o644))
	err := nodeError(dir, supervisor.Node{Name: "BankB-peer0", Problem: "ended: exit status 2"})
	require.Equal(t, `node BankB-peer0 does not run: ended: exit status 2: panic: no MSP
    ---- started
    starting
    panic: no MSP
    
    goroutine 1 [running]:
(hint: mend the cause, then qxl network restart BankB-peer0; the whole log: qxl logs BankB-peer0)`, err.Error())
}

func TestNodeNames(t *testing.T) {
	top := load(t)
	for _, name := range []string{"BankA-peer0", "BankA/peer0", "banka-PEER0"} {
		id, err := NodeID(top, name)
		require.NoError(t, err)
		require.Equal(t, "BankA-peer0", id)
	}
	_, err := NodeID(top, "BankZ-peer0")
	require.ErrorContains(t, err, `no node "BankZ-peer0" (hint: one of Commission-orderer0, `)
	require.Len(t, nodes(top), 16)
}

func TestNodesInheritNoFabricSettings(t *testing.T) {
	t.Setenv("CORE_PEER_TLS_ENABLED", "false")
	t.Setenv("ORDERER_GENERAL_LISTENPORT", "1")
	for _, v := range environment("X=1") {
		require.False(t, strings.HasPrefix(v, "CORE_") || strings.HasPrefix(v, "ORDERER_"), v)
	}
	require.Contains(t, environment("X=1"), "X=1")
}

func TestFollowSeesWhatIsAddedAndATrim(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.log")
	require.NoError(t, os.WriteFile(file, []byte("old, and rather long\n"), 0o644))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lines := make(chan string, 10)
	go Follow(ctx, file, writer(func(p []byte) { lines <- string(p) })) //nolint:errcheck // ends with the test
	time.Sleep(50 * time.Millisecond)
	appendTo := func(text string) {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = f.WriteString(text)
		require.NoError(t, err)
	}
	appendTo("new\n")
	require.Equal(t, "new\n", <-lines)
	require.NoError(t, os.Truncate(file, 0))
	appendTo("after\n")
	require.Equal(t, "after\n", <-lines)
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(append([]byte(nil), p...)); return len(p), nil }
