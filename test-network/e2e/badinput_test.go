package e2e

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Bad input that needs no network is tested where it is found: cell by cell
// in client/dayfile, as a clerk sees it in cmd/qxl (badinput_test.go there).
// Here is what only a network can show.

// stray is a file with one repayment on a loan that nobody has: the ledger
// refuses the line, but it takes a transaction to say so.
func stray(t *testing.T, m *members) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stray.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	w, err := dayfile.NewWriter(f, dayfile.UTF8, dayfile.Head{Organization: "BankA", Date: m.today(), Note: "合成数据"})
	require.NoError(t, err)
	require.NoError(t, w.Fill("还款", map[string]string{"业务流水号": "e2e-" + text(12), "业务日期": m.today().String(), "合同编号": "e2e-" + text(12), "还款金额": "1000.00"}))
	require.NoError(t, w.Close())
	return path
}

// sendStray imports it to the end.
func (p *program) sendStray(t *testing.T, path string) {
	t.Helper()
	r := p.run(t, "import", path, "--as", "BankA/officer2", "--json")
	require.Equal(t, 1, r.code, "%s\n%s", r.stdout, r.stderr)
	raw, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".receipt.csv")
	require.NoError(t, err)
	require.Contains(t, string(raw), "\r\n回执尾,1,0,0,1\r\n")
}

// Without orderers an import waits, says so, and can be interrupted; sent
// again once they are back, it ends.
func TestOrderersDown(t *testing.T) {
	p := network(t)
	path := stray(t, open(t, p))
	var orderers []string
	for _, x := range p.nodes(t) {
		if x.Kind == "orderer" {
			orderers = append(orderers, x.Name)
		}
	}
	require.Len(t, orderers, 4)
	free := p.hold(t)
	p.signal(t, syscall.SIGKILL, orderers...)

	begun := time.Now()
	r := p.launch(t, "import", path, "--as", "BankA/officer2")
	r.heard(t, pausedZh, pausedEn)
	fmt.Printf("orderers down: the import says so after %.1f s\n", time.Since(begun).Seconds())
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGINT))
	require.Equal(t, 3, r.wait(t), r.said())
	fmt.Printf("orderers down, importing and interrupted:\n%s\n", r.said())
	require.Regexp(t, `(?m)^账本暂不可用,已暂停,恢复后自动继续:submit: .*order.*$`, r.said())
	require.Contains(t, r.said(), "错误: 已中断\n")
	require.Contains(t, r.said(), "hint: run the same command again; what was done is kept\n")
	require.NoFileExists(t, strings.TrimSuffix(path, ".csv")+".receipt.csv")

	r = p.launch(t, "import", path, "--as", "BankA/officer2")
	r.heard(t, pausedZh, pausedEn)
	free()
	require.Equal(t, 1, r.wait(t), r.said())
	require.Contains(t, r.said(), resumedZh+"\n"+resumedEn+"\n")
	p.sendStray(t, path) // again: the same refusal
}

// Who cannot reach the own peer is told so at once, with what to do.
func TestOwnPeerDown(t *testing.T) {
	p := network(t)
	path := stray(t, open(t, p))
	free := p.hold(t)
	p.signal(t, syscall.SIGKILL, "BankA-peer0")
	for _, args := range [][]string{{"import", path}, {"loan", "list"}} {
		r := p.run(t, append(args, "--as", "BankA/officer2", "--json")...)
		require.Equal(t, 3, r.code, "%s\n%s", r.stdout, r.stderr)
		var document struct {
			Error struct{ Code, Zh, Message, Hint string }
		}
		require.NoError(t, json.Unmarshal([]byte(r.stdout), &document), r.stdout)
		e := document.Error
		fmt.Printf("own peer down, qxl %s: %+v\n", args[0], e)
		require.Equal(t, "UNAVAILABLE", e.Code)
		require.Equal(t, "节点无法连接（阶段：connect）", e.Zh)
		require.Contains(t, e.Message, "connection refused")
		require.Equal(t, "qxl status shows the nodes, qxl up starts them; then run the same command again", e.Hint)
		require.Contains(t, r.stderr, "错误: "+e.Zh+"\n")
	}
	r := p.run(t, "status", "--json")
	require.Equal(t, 3, r.code, "status says that a node is not well")
	free()
	p.sendStray(t, path)
}

// Somebody whose certificate carries no fitting role is refused line by line.
func TestIdentityWithoutTheRole(t *testing.T) {
	p := network(t)
	path := stray(t, open(t, p))
	r := p.run(t, "import", path, "--as", "BankA/approver1", "--json")
	require.Equal(t, 1, r.code, "%s\n%s", r.stdout, r.stderr)
	raw, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".receipt.csv")
	require.NoError(t, err)
	require.Contains(t, string(raw), ",拒绝,ACCESS_DENIED,报送人身份,B/officer,B/approver,无权办理此业务,this identity may not do this,")
}

// A transaction whose client's clock is 20 minutes off is refused, early or
// late: by the peers themselves, whose window is as wide as the chaincodes'
// own (chaincode/command tests that one). At 14 minutes it is endorsed. The
// message as a clerk sees it is pinned in cmd/qxl.
func TestClock20MinutesOff(t *testing.T) {
	p := network(t)
	m := open(t, p)
	for _, off := range []time.Duration{-20 * time.Minute, 20 * time.Minute, -14 * time.Minute, 14 * time.Minute} {
		err := m.endorseAt(t, "BankA/officer2", time.Now().Add(off))
		if off.Abs() < 15*time.Minute {
			require.NoError(t, err)
			continue
		}
		require.Error(t, err)
		said := fmt.Sprint(status.Convert(err).Details())
		require.Contains(t, said, "request unauthorized due to incorrect timestamp")
		require.Contains(t, said, "peer.authentication.timewindow 15m0s")
	}
}

// endorseAt has a repayment endorsed with a time that the client claims,
// signed as it stands.
func (m *members) endorseAt(t *testing.T, person string, at time.Time) error {
	t.Helper()
	who, err := wallet.Open(string(m.dir), person, wallet.Passphrase(string(m.dir), nil))
	require.NoError(t, err)
	id, sign, err := who.Fabric()
	require.NoError(t, err)
	root, err := os.ReadFile(m.dir.TLSRoot(who.Org))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(root))
	org, _ := m.topology.Organization(who.Org)
	conn, err := grpc.NewClient(m.topology.Address(org.Peers[0].Port), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})))
	require.NoError(t, err)
	defer conn.Close()
	session, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	require.NoError(t, err)
	defer session.Close()

	command := fmt.Sprintf(`{"number":"e2e-%s","date":%q,"loan":{"no":"e2e-%s"},"amount":"1000.00"}`, text(12), m.today(), text(12))
	msps, err := m.as(person).Endorsers(bookA, "loan")
	require.NoError(t, err)
	made, err := session.GetNetwork(m.topology.Channel).GetContract(bookA).NewProposal("loan.Repay:Submit",
		client.WithTransient(map[string][]byte{"command": []byte(command), "seed": []byte(strings.Repeat("s", 32))}), client.WithEndorsingOrganizations(msps...))
	require.NoError(t, err)
	raw, err := made.Bytes()
	require.NoError(t, err)
	shifted := stamped(t, raw, at)
	proposed := &gateway.ProposedTransaction{}
	require.NoError(t, proto.Unmarshal(shifted, proposed))
	digest := sha256.Sum256(proposed.GetProposal().GetProposalBytes())
	signature, err := sign(digest[:])
	require.NoError(t, err)
	signed, err := session.NewSignedProposal(shifted, signature)
	require.NoError(t, err)
	_, err = signed.Endorse()
	return err
}

// stamped is a proposal with another time in its channel header.
func stamped(t *testing.T, raw []byte, at time.Time) []byte {
	t.Helper()
	proposed, proposal, header, channel := &gateway.ProposedTransaction{}, &peer.Proposal{}, &common.Header{}, &common.ChannelHeader{}
	require.NoError(t, proto.Unmarshal(raw, proposed))
	require.NoError(t, proto.Unmarshal(proposed.GetProposal().GetProposalBytes(), proposal))
	require.NoError(t, proto.Unmarshal(proposal.GetHeader(), header))
	require.NoError(t, proto.Unmarshal(header.GetChannelHeader(), channel))
	channel.Timestamp = timestamppb.New(at)
	var err error
	header.ChannelHeader, err = proto.Marshal(channel)
	require.NoError(t, err)
	proposal.Header, err = proto.Marshal(header)
	require.NoError(t, err)
	proposed.Proposal.ProposalBytes, err = proto.Marshal(proposal)
	require.NoError(t, err)
	out, err := proto.Marshal(proposed)
	require.NoError(t, err)
	return out
}
