package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

func program(t *testing.T, in string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errw bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(in), &out, &errw)
	return out.String(), errw.String(), code
}

// state makes a state directory with a topology, TLS roots and one person, as
// a network leaves it.
func state(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	fabric := filepath.Join(dir, "fabric")
	top, err := topology.Load("../../test-network/topology.yaml")
	require.NoError(t, err)
	t.Setenv(wallet.PassphraseEnv, "test")
	_, err = devca.EnrollAll(fabric, []wallet.Enrollee{{Org: "BankA", MSP: "BankAMSP", User: "officer1", Roles: []string{"officer"}, Post: "客户经理"}}, []byte("test"), devca.Options{WorkFactor: 4})
	require.NoError(t, err)
	require.NoError(t, top.Write(layout.Dir(fabric).Topology()))
	roots, err := filepath.Glob(filepath.Join(wallet.RootsFolder(fabric, "BankA"), "*.pem"))
	require.NoError(t, err)
	root, err := os.ReadFile(roots[0])
	require.NoError(t, err)
	for _, o := range top.Organizations {
		require.NoError(t, os.MkdirAll(layout.Dir(fabric).Identity(o.Name), 0o755))
		require.NoError(t, os.WriteFile(layout.Dir(fabric).TLSRoot(o.Name), root, 0o644))
	}
	return dir
}

func TestProfileNamesEveryNodeByTheAddressThatDiscoveryGives(t *testing.T) {
	dir := state(t)
	out, _, code := program(t, "", "profile", "--state", dir, "--org", "BankA")
	require.Zero(t, code)
	require.NotContains(t, out, "PRIVATE KEY")
	var p connectionProfile
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(out), &p, yaml.Strict()))
	require.Equal(t, "BankA", p.Client.Organization)
	require.Len(t, p.Peers, 6)
	require.Len(t, p.Orderers, 4)
	require.Equal(t, []string{"Commission-orderer0", "CentralBank-orderer0", "Finance-orderer0", "BankA-orderer0"}, p.Channels["credit"].Orderers)
	require.Len(t, p.Channels["credit"].Peers, 6)
	require.Equal(t, profileOrganization{MSPID: "BankAMSP", CryptoPath: "BankA", Peers: []string{"BankA-peer0"}}, p.Organizations["BankA"])
	require.Empty(t, p.Organizations["Subject"].Peers)
	require.Equal(t, "127.0.0.1:7080", p.Peers["BankA-peer0"].URL, "without a scheme")
	require.Contains(t, p.Peers["BankA-peer0"].TLSCACerts.PEM, "BEGIN CERTIFICATE")

	again, _, code := program(t, "", "--json", "profile", "--state", dir, "--org", "BankA")
	require.Zero(t, code)
	var j connectionProfile
	require.NoError(t, json.Unmarshal([]byte(again), &j))
	require.Equal(t, p.Peers["BankA-peer0"].URL, j.Peers["BankA-peer0"].URL)
}

// TestFabricSDKReadsTheProfile goes as far as one can without a network.
func TestFabricSDKReadsTheProfile(t *testing.T) {
	dir := state(t)
	out, _, code := program(t, "", "profile", "--state", dir, "--org", "BankA")
	require.Zero(t, code)
	file := filepath.Join(t.TempDir(), "connection.yaml")
	require.NoError(t, os.WriteFile(file, []byte(out), 0o644))
	id, err := fabsdk.FromWallet(filepath.Join(dir, "fabric"), "BankA/officer1", wallet.Passphrase(dir, nil))
	require.NoError(t, err)
	_, err = fabsdk.Open(fabsdk.Options{Profile: file, Org: "BankZ", Identity: id})
	var profile *fabsdk.ProfileError
	require.ErrorAs(t, err, &profile)
	_, err = fabsdk.Open(fabsdk.Options{Profile: file, Org: "Subject", Identity: id})
	require.ErrorContains(t, err, "no peer of SubjectMSP")
	require.Subset(t, profile.Known, []string{"commission", "banka", "subject"}, "fabric-sdk-go has read the organizations")
}

func TestWrongUsageIsNamedBeforeAnythingIsSent(t *testing.T) {
	dir := state(t)
	content := filepath.Join(t.TempDir(), "c.json")
	require.NoError(t, os.WriteFile(content, []byte(`{"number":"1"}`), 0o600))
	badProfile := filepath.Join(t.TempDir(), "p.yaml")
	require.NoError(t, os.WriteFile(badProfile, []byte("version: 1.0.0\nchannels: [\n"), 0o600))
	post := []string{"post", "--chaincode", "book-banka", "--command", "loan.Repay", "--content"}
	for name, c := range map[string]struct {
		in   string
		args []string
		code string
		says string
	}{
		"no verb":             {"", []string{"pay"}, "USAGE", `unknown command "pay"`},
		"argument":            {"", []string{"query", "loan.Show"}, "USAGE", `unexpected argument "loan.Show"`},
		"unknown flag":        {"", []string{"post", "--bank", "A"}, "USAGE", "unknown flag: --bank"},
		"nothing said":        {"", []string{"post"}, "USAGE", "--chaincode, --command and --content are needed"},
		"unknown command":     {"", []string{"post", "--chaincode", "book-banka", "--command", "loan.Forgive", "--content", content}, "USAGE", "loan.Repay"},
		"unknown chaincode":   {"", []string{"query", "--chaincode", "banka", "--query", "loan.Show"}, "USAGE", "neither commons nor book-<bank>"},
		"no content file":     {"", append(post, content+".missing"), "CONTENT_FILE", "no such file"},
		"content no object":   {`"text"`, append(post, "-"), "CONTENT_FILE", "content 1 is no JSON object"},
		"content cut":         {`{"number":"1`, append(post, "-"), "CONTENT_FILE", "content 1 is no JSON object"},
		"second not object":   {`[{"number":"1"},null]`, append(post, "-"), "CONTENT_FILE", "content 2 is no JSON object"},
		"query with a list":   {`[{},{}]`, []string{"query", "--chaincode", "commons", "--query", "consortium.Show", "--content", "-"}, "USAGE", "not a list"},
		"no profile":          {"", append(post, content), "PROFILE_MISSING", "no connection profile given"},
		"no signer":           {"", append(post, content, "--profile", badProfile), "SIGNER_MISSING", "no signer given"},
		"half a signer":       {"", append(post, content, "--profile", badProfile, "--cert", content), "USAGE", "--cert and --key belong together"},
		"two signers":         {"", append(post, content, "--profile", badProfile, "--cert", content, "--key", content, "--as", "BankA/officer1"), "USAGE", "not both"},
		"certificate no PEM":  {"", append(post, content, "--profile", badProfile, "--cert", content, "--key", content), "IDENTITY", "no PEM certificate"},
		"unknown person":      {"", append(post, content, "--profile", badProfile, "--state", dir, "--as", "BankA/nobody"), "PERSON_UNKNOWN", "BankA/officer1"},
		"person without org":  {"", append(post, content, "--profile", badProfile, "--state", dir, "--as", "officer1"), "PERSON_NAME", "ORG/USER"},
		"profile broken":      {"", append(post, content, "--profile", badProfile, "--state", dir, "--as", "BankA/officer1"), "PROFILE", "connection profile"},
		"profile of nobody":   {"", []string{"profile", "--state", dir}, "USAGE", "--org is needed"},
		"profile of stranger": {"", []string{"profile", "--state", dir, "--org", "BankZ"}, "ORGANIZATION_UNKNOWN", "BankZ"},
		"profile of peerless": {"", []string{"profile", "--state", dir, "--org", "Provider"}, "ORGANIZATION_PEERLESS", "has no peer"},
		"no network":          {"", []string{"profile", "--state", t.TempDir(), "--org", "BankA"}, "NETWORK_MISSING", "topology"},
	} {
		out, stderr, code := program(t, c.in, append([]string{"--json"}, c.args...)...)
		require.Equal(t, exitUsage, code, "%s: %s", name, stderr)
		var document struct{ Error problem }
		require.NoError(t, json.Unmarshal([]byte(out), &document), "%s: stdout is one JSON document: %q", name, out)
		require.Equal(t, c.code, document.Error.Code, name)
		require.Contains(t, document.Error.En+document.Error.Limit, c.says, name)
		require.NotEmpty(t, document.Error.Zh, name)
		require.True(t, strings.HasPrefix(stderr, "错误: "), "%s: Chinese first: %q", name, stderr)
	}
	out, _, code := program(t, "", "--help")
	require.Zero(t, code)
	require.Contains(t, out, "post")
}
