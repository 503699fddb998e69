package topology_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/network/topology"
)

const sampleFile = "../../test-network/topology.yaml"

func sample(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(sampleFile)
	require.NoError(t, err)
	return string(data)
}

func TestSampleTopology(t *testing.T) {
	top, err := topology.Load(sampleFile)
	require.NoError(t, err)
	require.Len(t, top.Organizations, 8)
	require.Len(t, top.Endorsers(), 6)

	p := top.ByParty(topology.PartyP)[0]
	require.Equal(t, "CentralBankMSP", p.MSP)
	require.Equal(t, "中国人民银行西宁中心支行", p.NameAt("2023-08-17").Zh)
	require.Equal(t, "中国人民银行青海省分行", p.NameAt("2023-08-18").Zh)
	require.Equal(t, "中国人民银行西宁中心支行", p.NameAt("1999-01-01").Zh, "the first name holds before its date")

	b, ok := top.Organization("BankB")
	require.True(t, ok)
	require.Len(t, b.People, 5, "an alias shares the people's posts, not their certificates")
	require.Equal(t, 7100, b.Peers[0].Port)
	require.Equal(t, []int{7104, 7105, 7106, 7107}, b.Chaincode.Ports)
	require.Equal(t, "127.0.0.1:7100", top.Address(b.Peers[0].Port))
}

// TestMessages: each mistake is shown with file, line, field, value, limit and
// hint. The edits are made to the sample; LINE is the line of the text at.
func TestMessages(t *testing.T) {
	cases := []struct{ name, old, new, at, want string }{
		{"unknown party", "party: Audit", "party: Auditor", "party: Auditor",
			`t.yaml:LINE: organizations[5].party: "Auditor" must be one of C, P, F, Bank, Audit, Subject, Provider (hint: the organization's place in the consortium)`},
		{"second commission", "party: Audit\n", "party: C\n", "name: Audit\n    party: C",
			`t.yaml:LINE: organizations[5].party: C is already taken by another organization (hint: only Bank and Provider may be several)`},
		{"unknown role", "role: provider", "role: chief", "role: chief",
			`t.yaml:LINE: organizations[7].people[0].role: "chief" must be one of officer, reviewer, approver, operator, provider, subject, auditor, admin (hint: the role stands in the certificate)`},
		{"port twice", "  - name: Finance\n    party: F\n", "  - name: Finance\n    party: F\n    chaincode: {ports: [9001, 9001]}\n", "chaincode: {ports",
			`t.yaml:LINE: organizations[2].chaincode.ports[1]: 9001 is already the port of Finance-chaincode (hint: ports are unique in the network)`},
		{"port out of range", "portBase: 7000", "portBase: 70000", "portBase: 70000",
			`t.yaml:LINE: portBase: 70000 must be between 1024 and 65535 (hint: 7000, or use free ports)`},
		{"port text", "portBase: 7000", "portBase: seven", "portBase",
			`t.yaml:LINE: cannot unmarshal string into Go struct field Topology.PortBase of type int (hint: see test-network/topology.yaml for the format)`},
		{"misspelt field", "synthetic: true", "sinthetic: true", "sinthetic",
			`t.yaml:LINE: unknown field "sinthetic" (hint: see test-network/topology.yaml for the format)`},
		{"renamed backwards", "from: 2023-08-18", "from: 2019-08-18", "from: 2019-08-18",
			`t.yaml:LINE: organizations[1].names[1].from: 2019-08-18 must be later than 2020-01-01 (hint: oldest name first)`},
		{"impossible date", "from: 2023-08-18", "from: 2023-02-30", "from: 2023-02-30",
			`t.yaml:LINE: organizations[1].names[1].from: "2023-02-30" must be a date YYYY-MM-DD (hint: the day the name came into force)`},
		{"two of one name", "name: BankB", "name: banka", "name: banka",
			`t.yaml:LINE: organizations[4].name: "banka" must match ^[A-Z][A-Za-z0-9]{0,29}$ (hint: letters and digits, starting with a capital: it names directories and the MSP)`},
		{"bad uscc", "party: F\n", "party: F\n    uscc: 91I\n", "uscc: 91I",
			`t.yaml:LINE: organizations[2].uscc: "91I" must be 18 characters of 0-9 and A-Z without I, O, S, V, Z (hint: 统一社会信用代码; leave it out if unknown)`},
		{"subject with a peer", "subjects: 12", "peers: [{name: peer0}]", "party: Subject",
			`t.yaml:LINE: organizations[6].party: Subject runs no nodes (hint: take its peers and orderers away)`},
		{"channel in capitals", "channel: credit", "channel: Credit", "channel: Credit",
			`t.yaml:LINE: channel: "Credit" must match ^[a-z][a-z0-9.-]{0,248}$ (hint: lower-case letters, digits, dot and hyphen)`},
		{"duplicate user", "user: operator2", "user: operator1", "user: operator1, zh: 白玛",
			`t.yaml:LINE: organizations[0].people[1].user: "operator1" is already taken in this organization (hint: each person has a certificate of their own)`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := sample(t)
			require.Contains(t, text, c.old)
			text = strings.Replace(text, c.old, c.new, 1)
			_, err := topology.Parse("t.yaml", []byte(text))
			require.Error(t, err)
			before, _, found := strings.Cut(text, c.at)
			require.True(t, found)
			last := c.at[:strings.LastIndex(c.at, "\n")+1] // of several lines the last is meant
			line := strconv.Itoa(1 + strings.Count(before+last, "\n"))
			require.Equal(t, strings.Replace(c.want, "LINE", line, 1), strings.Split(err.Error(), "\n")[0])
			var e *topology.Error
			require.True(t, errors.As(err, &e))
			require.NotEmpty(t, e.Hint)
		})
	}
}

func TestTooFewOrderersAndNoBank(t *testing.T) {
	text := strings.Replace(sample(t), "orderers: [{name: orderer0}]", "", 1)
	text = strings.ReplaceAll(text, "party: Bank", "party: Provider")
	_, err := topology.Parse("t.yaml", []byte(text))
	require.ErrorContains(t, err, "t.yaml:14: organizations: 3 orderers but Byzantine fault tolerant ordering needs at least 4 (hint: 3f+1 orderers bear f faults)")
	require.ErrorContains(t, err, "organizations: no party Bank but at least one is needed")
}

func TestWrittenTopologyIsTheSame(t *testing.T) {
	top, err := topology.Load(sampleFile)
	require.NoError(t, err)
	require.NoError(t, top.Shift(1000))
	file := filepath.Join(t.TempDir(), "topology.yaml")
	require.NoError(t, top.Write(file))
	again, err := topology.Load(file)
	require.NoError(t, err)
	require.Equal(t, top.Organizations, again.Organizations)
	require.Equal(t, top.CA, again.CA)
	require.Equal(t, top.Ports(), again.Ports())
}

func TestFreePortsAvoidTakenOnes(t *testing.T) {
	top, err := topology.Load(sampleFile)
	require.NoError(t, err)
	require.NoError(t, top.UseFreePorts())
	for _, u := range top.Ports() {
		l, err := net.Listen("tcp", top.Address(u.Port))
		require.NoError(t, err, u.Owner)
		l.Close()
	}
}

func TestShiftBeyondTheLastPort(t *testing.T) {
	top, err := topology.Load(sampleFile)
	require.NoError(t, err)
	require.ErrorContains(t, top.Shift(60000), "portBase: 67000 must be between 1024 and 65535")
}

// FuzzParse: no file makes the reader panic.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(sampleFile)
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("organizations: [{name: X, peers: [{}]}]"))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		top, err := topology.Parse("f.yaml", data)
		if err == nil && len(top.Endorsers()) < 4 {
			t.Fatal("a consortium without C, P, F and a bank was accepted")
		}
	})
}
