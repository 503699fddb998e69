package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

func sample(t *testing.T) *topology.Topology {
	t.Helper()
	top, err := topology.Load("../../test-network/topology.yaml")
	require.NoError(t, err)
	return top
}

// at reads a value of a YAML document by its path.
func at(t *testing.T, data []byte, path string) any {
	t.Helper()
	p, err := yaml.PathString(path)
	require.NoError(t, err)
	var v any
	require.NoError(t, p.Read(strings.NewReader(string(data)), &v), path)
	return v
}

func TestPeerConfiguration(t *testing.T) {
	top, dir := sample(t), layout.Dir(`/srv/青海 "net"`)
	o, _ := top.Organization("BankB")
	data, err := Peer(top, o, o.Peers[0], dir)
	require.NoError(t, err)
	for path, want := range map[string]any{
		"$.peer.localMspId":                        "BankBMSP",
		"$.peer.address":                           "127.0.0.1:7100",
		"$.peer.gossip.externalEndpoint":           "127.0.0.1:7100",
		"$.peer.chaincodeListenAddress":            "127.0.0.1:7102",
		"$.peer.mspConfigPath":                     `/srv/青海 "net"/identity/BankB/nodes/peer0/msp`,
		"$.peer.tls.enabled":                       true,
		"$.peer.deliveryclient.policy":             "cluster",
		"$.peer.gossip.pvtData.pullRetryThreshold": "5s",
		"$.peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit": true,
		"$.peer.gossip.pvtData.reconciliationEnabled":                      true,
		"$.vm.endpoint": "",
		"$.chaincode.runtimeParams.useWriteBatch":                   true,
		"$.chaincode.runtimeParams.useGetMultipleKeys":              true,
		"$.ledger.pvtdataStore.deprioritizedDataReconcilerInterval": "15s",
		"$.ledger.state.stateDatabase":                              "goleveldb",
		"$.operations.listenAddress":                                "127.0.0.1:7101",
		"$.metrics.provider":                                        "prometheus",
		"$.peer.profile.enabled":                                    false,
	} {
		require.Equal(t, want, at(t, data, path), path)
	}
}

func TestOrdererConfiguration(t *testing.T) {
	top, dir := sample(t), layout.Dir("/srv/net")
	o, _ := top.Organization("Finance")
	data, err := Orderer(top, o, o.Orderers[0], dir)
	require.NoError(t, err)
	require.Equal(t, "FinanceMSP", at(t, data, "$.General.LocalMSPID"))
	require.Equal(t, "none", at(t, data, "$.General.BootstrapMethod"))
	require.Equal(t, true, at(t, data, "$.Admin.TLS.ClientAuthRequired"))
	roots := at(t, data, "$.General.Cluster.RootCAs").([]any)
	require.Len(t, roots, 4, "every organization with an orderer, and no other")
}

// fakeNodes writes certificate files that configtx.yaml names.
func fakeNodes(t *testing.T, top *topology.Topology, dir layout.Dir) {
	t.Helper()
	for _, o := range top.Organizations {
		for _, n := range o.Orderers {
			certs := filepath.Join(dir.NodeMSP(o.Name, n.Name), "signcerts")
			require.NoError(t, os.MkdirAll(certs, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(certs, "cert.pem"), []byte("x"), 0o644))
		}
	}
}

func TestChannelConfiguration(t *testing.T) {
	top, dir := sample(t), layout.Dir(t.TempDir())
	_, err := Channel(top, dir)
	require.ErrorContains(t, err, "0 files, want 1 (hint: the node is not enrolled)")
	fakeNodes(t, top, dir)
	data, err := Channel(top, dir)
	require.NoError(t, err)
	const profile = "$.Profiles.Consortium"
	require.Equal(t, "BFT", at(t, data, profile+".Orderer.OrdererType"))
	require.Len(t, at(t, data, profile+".Orderer.ConsenterMapping"), 4)
	require.Equal(t, "OR('CommissionMSP.orderer','CentralBankMSP.orderer','FinanceMSP.orderer','BankAMSP.orderer')", at(t, data, profile+".Orderer.Policies.Writers.Rule"))
	for _, group := range []string{"", ".Application"} {
		for policy, roles := range map[string][]string{"Readers": {"admin", "peer", "client", "orderer"}, "Writers": {"admin", "client"}} {
			var who []string
			for _, o := range top.Organizations {
				for _, r := range roles {
					who = append(who, "'"+o.MSP+"."+r+"'")
				}
			}
			require.Equal(t, "Signature", at(t, data, profile+group+".Policies."+policy+".Type"), "an implicit policy verifies a signature once for each member that it tries")
			require.Equal(t, "OR("+strings.Join(who, ",")+")", at(t, data, profile+group+".Policies."+policy+".Rule"))
		}
	}
	require.Equal(t, "/Channel/Application/StreamReaders", at(t, data, profile+".Application.ACLs.event/Block"))
	require.Equal(t, "ALL StreamReaders", at(t, data, profile+".Application.Policies.StreamReaders.Rule"), "ANY lets a rival's administrator stream every collection")
	require.Equal(t, "AND('CommissionMSP.peer', 'CentralBankMSP.peer', 'FinanceMSP.peer')", at(t, data, profile+".Application.Policies.LifecycleEndorsement.Rule"))
	require.Equal(t, "OutOf(2, 'CommissionMSP.admin', 'CentralBankMSP.admin', 'FinanceMSP.admin')", at(t, data, profile+".Application.Policies.Admins.Rule"))
	require.Len(t, at(t, data, "$.Organizations"), 8)
	again, err := Channel(top, dir)
	require.NoError(t, err)
	require.Equal(t, string(data), string(again))
}

// TestBuilder runs the three programs as a peer does.
func TestBuilder(t *testing.T) {
	dir := layout.Dir(t.TempDir())
	require.NoError(t, Write(sample(t), dir))
	source, metadata, out, release := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	program := func(name string, args ...string) error {
		return exec.Command(filepath.Join(dir.Builder(), "bin", name), args...).Run()
	}
	write := func(file, text string) {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	write(filepath.Join(metadata, "metadata.json"), `{"type":"golang","label":"x"}`)
	require.Error(t, program("detect", source, metadata), "only ccaas is ours")
	write(filepath.Join(metadata, "metadata.json"), `{"type":"ccaas","label":"x"}`)
	require.NoError(t, program("detect", source, metadata))
	require.Error(t, program("build", source, metadata, out), "no connection.json")
	write(filepath.Join(source, "connection.json"), "{}")
	require.NoError(t, program("build", source, metadata, out))
	require.NoError(t, program("release", out, release))
	require.FileExists(t, filepath.Join(release, "chaincode", "server", "connection.json"))
}
