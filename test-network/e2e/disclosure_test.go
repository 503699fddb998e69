package e2e

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/disclosing"
)

// TestDisclosureMatrix acts out on the network who gets a record and who does
// not, and that the subject sees all of it.
func TestDisclosureMatrix(t *testing.T) {
	m := open(t, network(t))
	roots := disclosure.Roots{}
	for _, o := range m.topology.Organizations {
		list, err := wallet.Roots(string(m.dir), o.Name)
		require.NoError(t, err)
		roots[o.MSP] = list
	}
	disclosing.Matrix(t, &disclosing.World{Roots: roots, Channel: m.topology.Channel, As: m.as,
		Wallet: func(person string) *wallet.Person {
			p, err := wallet.Open(string(m.dir), person, wallet.Passphrase(string(m.dir), nil))
			require.NoError(t, err)
			return p
		}})
}

// TestDisclosureOverTheNetwork goes the way of people at their desks: Finance
// runs its node, a bank's officer asks for a record and for two fields of it,
// the fields are verified offline, and the subject looks at what happened.
func TestDisclosureOverTheNetwork(t *testing.T) {
	p := network(t)
	m := open(t, p)
	var logs evidence.LogsAnswer
	require.NoError(t, m.as("Finance/officer1").Ask(t.Context(), command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{Owner: "FinanceMSP"}, &logs))
	p.must(t, nil, "log", "init", "--org", "Finance", "--log-number", strconv.Itoa(len(logs.Logs)+1))
	p.must(t, nil, "log", "register", "--as", "Finance/approver1")
	p.must(t, nil, "vault", "init", "--org", "Finance")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	content := bytes.Repeat([]byte("财政补贴证明"), 100_000)
	require.NoError(t, os.WriteFile(in("paper.pdf"), content, 0o600))
	self, err := wallet.Read(string(m.dir), "Subject/s02-"+bookA)
	require.NoError(t, err)
	pseudonym, number := self.Attrs[wallet.AttrPseudonym], residentID()
	p.must(t, nil, "vault", "put", in("paper.pdf"), "--org", "Finance", "--subject", number, "--schema", "loan/1", "--field", "amount=500000.00", "--field", "overdue=0", "--field", "phone=13900000000", "--receipt", in("receipt"))
	p.must(t, nil, "log", "anchor", "--as", "Finance/officer1")
	require.NoError(t, os.WriteFile(in("subjects.csv"), []byte(bookA+","+pseudonym+","+number+"\n"), 0o600))
	g := borrower{pseudonym: pseudonym}.terms(m.today(), "BankAMSP", "01")
	g.Providers = []string{"CentralBankMSP", "FinanceMSP"}
	m.accepted("Commission/operator1", bookA, "authorization.Grant", g)

	node := p.command(t.Context(), "disclose", "serve", "--as", "Finance/officer1", "--listen", "127.0.0.1:0", "--subjects", in("subjects.csv"), "--json")
	said, err := node.StderrPipe()
	require.NoError(t, err)
	var outcomes bytes.Buffer
	node.Stdout = &outcomes
	require.NoError(t, node.Start())
	ended := false
	stop := func() {
		if !ended {
			ended = true
			require.NoError(t, node.Process.Signal(os.Interrupt))
			require.NoError(t, node.Wait())
		}
	}
	t.Cleanup(stop)
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		if _, after, ok := strings.Cut(lines.Text(), "listens: "); ok {
			address = after
		}
	}
	require.NotEmpty(t, address)

	var got struct {
		Status  string
		Request string
		Records []struct {
			File, Leaf string
			Anchored   bool
		}
	}
	ask := []string{"disclose", "ask", "--as", "BankA/officer1", "--grant", g.Grant.No, "--why", "SQ" + digits(8), "--record", in("receipt"), "--node", address}
	p.must(t, &got, append(ask, "-o", in("whole"))...)
	require.Equal(t, "RECEIVED", got.Status)
	require.True(t, got.Records[0].Anchored)
	plain, err := os.ReadFile(got.Records[0].File)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, plain))
	p.must(t, &got, append(ask, "-o", in("fields"), "--field", "amount", "--field", "overdue")...)
	no := p.run(t, append(ask, "-o", in("no"), "--purpose", "03", "--json")...)
	require.Equal(t, 1, no.code, no.stdout)
	require.Contains(t, no.stdout, "AUTHORIZATION_PURPOSE")
	stop()
	require.Equal(t, 2, strings.Count(outcomes.String(), `"recorded":true`), outcomes.String())
	down := p.run(t, append(ask, "-o", in("down"))...)
	require.Equal(t, 3, down.code, "the node is down: %s", down.stderr)

	// Offline: fields, leaf, checkpoint, block, certificates.
	p.must(t, nil, "log", "anchor", "--beat", "--as", "Finance/officer1")
	p.must(t, nil, "audit", "trust", "--as", "Audit/auditor1", "-o", in("trust.json"))
	var made struct{ State string }
	p.must(t, &made, "audit", "bundle", in("receipt"), "--as", "Finance/officer1", "-o", in("bundle"), "--wait", "1m")
	require.Equal(t, "CONFIRMED", made.State)
	alone := &program{bin: p.bin, state: in("none")}
	var v struct {
		Verdict string
		Fields  []struct{ Name, Value string }
	}
	alone.must(t, &v, "disclose", "verify", got.Records[0].File, "--bundle", in("bundle"), "--trust", in("trust.json"))
	require.Equal(t, "CONFIRMED", v.Verdict)
	require.Len(t, v.Fields, 2)
	require.Equal(t, "500000.00", v.Fields[0].Value)
	require.NoDirExists(t, alone.state)

	var trace struct {
		Trace []struct{ What, Request, Code, MSP, Why string }
	}
	p.must(t, &trace, "audit", "subject", "--as", "Subject/s02-"+bookA)
	what := map[string]int{}
	for _, s := range trace.Trace {
		what[s.What]++
	}
	require.Equal(t, 2, what["delivered"], "%+v", what)
	require.Equal(t, 2, what["received"], "%+v", what)
	require.Equal(t, 3, what["asked"], "%+v", what)
	require.Equal(t, 1, what["denied"], "%+v", what)
}
