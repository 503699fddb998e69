package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// secrets are what BankA's book holds and nobody else may come to know.
type secrets struct {
	deals    []*deal
	search   *searcher
	careless string // written without a salt, under itself as key
	contest  *contest
}

var (
	known     *secrets
	knownOnce sync.Once
)

// confide puts customers, contracts and amounts into BankA's book whose
// values occur nowhere else, a herder's, an enterprise's and one of a
// subject that signs for itself; and one value as no product code would.
func confide(t *testing.T, m *members) *secrets {
	t.Helper()
	knownOnce.Do(func() {
		s := &secrets{search: &searcher{}, careless: "careless-" + text(24)}
		s.importSample(t)
		for _, legal := range []bool{true, false} {
			d := m.newDeal(m.newBorrower("BankA", legal))
			m.lend(d)
			s.deals = append(s.deals, d)
			s.know(d)
		}
		s.knowSelf(m)
		s.contest = s.contend(m)
		seed := []byte(strings.Repeat("s", 32))
		_, err := m.ledger("BankA/officer1").Submit(t.Context(), ledger.Call{Chaincode: bookA, Function: "unsalted:Write",
			Transient: map[string][]byte{"value": []byte(s.careless), "seed": seed}, Endorsers: []string{"BankAMSP", "CommissionMSP"}})
		require.NoError(t, err)
		s.search.text(careless, s.careless)
		known = s
	})
	require.NotNil(t, known, "there is nothing to look for")
	return known
}

// importSample brings the sample province in, whose first bank has customers
// and contracts that the other has not.
func (s *secrets) importSample(t *testing.T) {
	t.Helper()
	v := newProvince(t, pick(40, sample.FullSize))
	require.Equal(t, "BankA", v.Sentinels.Organization)
	for _, f := range v.Files {
		r := network(t).run(t, importArgs(v, f, v.dir)...)
		require.Equal(t, exitOf(f), r.code, "%s\n%s\n%s", f.Name, r.stdout, r.stderr)
	}
	for _, number := range v.Sentinels.Subjects {
		s.search.text(ofPerson, number, "person")
	}
	for _, name := range v.Sentinels.Names {
		s.search.text(ofPerson, name)
	}
	for _, number := range v.Sentinels.Contracts {
		s.search.text(ofLoan, number, "loan", "acceptance")
	}
	for _, amount := range v.Sentinels.Amounts {
		s.search.amount(ofLoan, amount)
	}
	require.NotEmpty(t, v.Sentinels.Contracts)
}

func (s *secrets) know(d *deal) {
	x := s.search
	x.text(ofPerson, d.number, "person")
	x.text(ofPerson, d.name)
	if d.legal {
		x.text(ofPerson, d.repName)
		x.text(ofPerson, d.repID, "person")
		x.text(ofLoan, d.signer, "person")
		x.amount(ofPerson, d.revenue)
		x.amount(ofPerson, d.assets)
	}
	x.text(ofLoan, d.pseudonym, "person")
	x.text(ofLoan, d.contract.No, "loan", "acceptance")
	x.text(ofLoan, d.application.No, "application", "acceptance")
	x.text(ofLoan, d.grant.No, "grant", "revocation")
	x.raw(ofLoan, d.voucher)
	x.raw(ofLoan, d.payee)
	for _, amount := range []money.Fen{d.asked, d.limit, d.amount, d.paid} {
		x.amount(ofLoan, amount)
	}
}

// knowSelf has a subject apply with its own certificate. Its pseudonym is
// public then, since the certificate is; what it applies for is not.
func (s *secrets) knowSelf(m *members) {
	m.t.Helper()
	who := "Subject/s02-" + bookA
	d := m.newDeal(borrower{bank: "BankA", book: bookA, pseudonym: m.pseudonym(who)})
	m.accepted(who, bookA, "loan.Apply", d.apply())
	g := d.terms(d.day, "BankAMSP", "01")
	m.accepted(who, bookA, "authorization.Grant", g)
	s.search.text(ofLoan, d.application.No, "application")
	s.search.text(ofLoan, g.Grant.No, "grant", "revocation")
	s.search.amount(ofLoan, d.asked)
}

// leaks lists the sentinels that stand in a text.
func (s *secrets) leaks(data []byte) (found []string) {
	s.search.search(data, func(n int) {
		if p := s.search.patterns[n]; p.class != careless {
			found = append(found, p.sentinel+" as "+p.form)
		}
	})
	return found
}

var (
	rivals = []string{"BankB/officer1", "BankB/officer2", "BankB/reviewer1", "BankB/approver1", "BankB/auditor1"}
	peers  = []string{"BankBMSP", "CommissionMSP", "BankAMSP", "CentralBankMSP", "FinanceMSP", "AuditMSP"}
)

// TestRivalsAreRefusedAtEveryPeer has BankB's people ask every peer, by
// name, for BankA's loans, and try every command of BankA's book there.
func TestRivalsAreRefusedAtEveryPeer(t *testing.T) {
	m := open(t, network(t))
	s := confide(t, m)
	d := s.deals[0]
	subjects := map[string]any{"loan.Show": loan.LoanQuery{Loan: d.contract.No}, "loan.Schedule": loan.LoanQuery{Loan: d.contract.No}, "loan.History": loan.LoanQuery{Loan: d.contract.No},
		"loan.ShowApplication": loan.ApplicationQuery{Application: d.application.No}, "locate.loan": command.LocateQuery{Numbers: []string{d.contract.No}},
		"locate.person": command.LocateQuery{Numbers: []string{d.number}}}
	for _, msp := range []string{"BankAMSP", "CommissionMSP", "CentralBankMSP", "FinanceMSP"} {
		var sheet json.RawMessage
		require.NoError(t, m.as("BankA/officer1").AskAt(t.Context(), msp, bookA, "loan.Show", subjects["loan.Show"], &sheet), "control")
		require.NotEmpty(t, s.leaks(sheet), "control: the owner sees its loan at %s", msp)
	}
	tries, codes := 0, map[string]int{}
	refused := func(who, at, what string, answer []byte, err error) {
		t.Helper()
		tries++
		code := ledger.CodeOf(err)
		codes[code]++
		require.Error(t, err, "%s at %s as %s", what, at, who)
		require.Contains(t, []string{accessDenied, notAMember}, code, "%s at %s as %s: %v", what, at, who, err)
		require.Empty(t, s.leaks(append([]byte(fmt.Sprintf("%+v", err)), answer...)), "%s at %s as %s", what, at, who)
	}
	for _, who := range rivals {
		l := m.ledger(who)
		for _, at := range peers {
			for _, q := range chaincode.BookQueries {
				name := q.DescribeQuery().Name
				body := []byte("{}")
				if c := subjects[name]; c != nil {
					body, _ = json.Marshal(c)
				}
				answer, err := l.Evaluate(t.Context(), ledger.Call{Chaincode: bookA, Function: name + ":Ask", Transient: map[string][]byte{"query": body}, Endorsers: []string{at}})
				refused(who, at, name, answer, err)
			}
			for _, def := range chaincode.BookCommands {
				spec := def.Describe()
				call := batchOf(bookA, spec.Lane.Name, []command.Envelope{s.envelope(spec.Name)}, at)
				answer, err := l.Evaluate(t.Context(), call)
				refused(who, at, spec.Name+" as a query", answer, err)
				_, err = l.Submit(t.Context(), call)
				refused(who, at, spec.Name, nil, err)
			}
		}
		for _, def := range chaincode.BookCommands { // with all whose endorsement it would need
			spec := def.Describe()
			endorsers, err := m.as(who).Endorsers(bookA, spec.Lane.Name)
			require.NoError(t, err)
			_, err = l.Submit(t.Context(), batchOf(bookA, spec.Lane.Name, []command.Envelope{s.envelope(spec.Name)}, endorsers...))
			refused(who, strings.Join(endorsers, "+"), spec.Name, nil, err)
		}
	}
	fmt.Printf("rivals: %d attempts by %d people at %d peers refused: %v\n", tries, len(rivals), len(peers), codes)
}

// envelope is a command about a loan that is there.
func (s *secrets) envelope(name string) command.Envelope {
	d := s.deals[0]
	contents := map[string]any{"loan.Apply": d.apply(), "loan.Accept": d.accept(d.grant), "loan.Credit": d.credit(d.grant),
		"loan.Repay": loan.RepayContent{Head: newHead(d.day), Loan: d.contract, Amount: d.paid}, "authorization.Grant": d.terms(d.day, "BankAMSP", "01")}
	content := contents[name]
	if content == nil {
		content = map[string]any{"number": text(8)}
	}
	e, err := book.Envelope(name, content)
	if err != nil {
		panic(err)
	}
	return e
}

// TestNothingRawThroughTheGateway has BankB's people call what the chaincode
// does not offer, and what it offers to others.
func TestNothingRawThroughTheGateway(t *testing.T) {
	m := open(t, network(t))
	s := confide(t, m)
	d := s.deals[0]
	tries := 0
	for _, at := range peers {
		for _, call := range []ledger.Call{
			{Function: "GetPrivateData", Args: []string{"loan", d.contract.No}},
			{Function: "loan:GetPrivateData", Args: []string{"loan", d.contract.No}},
			{Function: "loan.Show:GetPrivateData", Args: []string{"loan", "Iloan:" + d.contract.No}},
			{Function: "unsalted:Read", Args: []string{s.careless}},
			{Function: "setup:Secret", Args: []string{"loan"}, Transient: map[string][]byte{"secret": make([]byte, 32)}},
			{Function: "setup:Open", Args: []string{"BankBMSP"}},
			{Function: "reference:Packed", Args: []string{""}},
			{Function: "loan.Show:Ask", Args: []string{`{"loan":"` + d.contract.No + `"}`}},
		} {
			call.Chaincode, call.Endorsers = bookA, []string{at}
			answer, err := m.ledger(rivals[0]).Evaluate(t.Context(), call)
			require.Error(t, err, "%s at %s", call.Function, at)
			require.Empty(t, answer)
			tries++
		}
		// A system chaincode gives whole blocks, to everybody: hashes only.
		raw, err := m.ledger(rivals[0]).Evaluate(t.Context(), ledger.Call{Chaincode: "qscc", Function: "GetChainInfo", Args: []string{m.topology.Channel}, Endorsers: []string{at}})
		require.NoError(t, err)
		require.NotEmpty(t, raw, "control: the gateway reaches the peer of %s", at)
	}
	fmt.Printf("raw calls: %d refused\n", tries)
}

// TestNothingPrivateOnOthersNodes looks for BankA's secrets in all that the
// nodes of those keep who must not know them, and finds them with the same
// search where they belong.
func TestNothingPrivateOnOthersNodes(t *testing.T) {
	p := network(t)
	m := open(t, p)
	s := confide(t, m)
	// A client that names the wrong endorser hands its content to a node
	// that must not see it: that node keeps nothing.
	for _, msp := range []string{"BankBMSP", "AuditMSP"} {
		_, err := m.ledger("Commission/operator1").Submit(t.Context(), batchOf(bookA, "intake", []command.Envelope{s.envelope("loan.Apply")}, msp))
		require.Equal(t, notAMember, ledger.CodeOf(err), "%v", err)
	}
	for _, who := range []string{"BankA/officer1", "Commission/operator1", "CentralBank/officer1", "Finance/officer1"} { // each member's peer has all data
		for _, d := range s.deals {
			require.Eventually(t, func() bool {
				var sheet json.RawMessage
				return m.as(who).Ask(t.Context(), bookA, "loan.Show", loan.LoanQuery{Loan: d.contract.No}, &sheet) == nil
			}, time.Minute, 200*time.Millisecond, "%s never got the loan's data", who)
		}
		for _, contract := range s.contest.filed {
			require.Eventually(t, func() bool {
				var f compensation.FilingView
				return m.as(who).Ask(t.Context(), bookA, "comp.ShowFiling", compensation.FilingQuery{Loan: contract}, &f) == nil && f.Status == compensation.FilingFiled
			}, time.Minute, 200*time.Millisecond, "%s never got the filing's data", who)
		}
	}
	m.factory.Close()
	// A start turns the databases' journals into compressed tables.
	p.must(t, nil, "down")
	p.must(t, nil, "up")
	p.must(t, nil, "down")
	defer p.must(t, nil, "up")

	mayKnow := map[string][]class{"BankA": {ofPerson, ofLoan}, "Commission": {ofPerson, ofLoan}, "CentralBank": {ofLoan}, "Finance": {ofLoan}}
	var total, strangers scan
	for _, o := range m.topology.Organizations {
		var nodes []string
		for _, n := range o.Peers {
			nodes = append(nodes, layout.ID(o.Name, n.Name))
		}
		for _, n := range o.Orderers {
			nodes = append(nodes, layout.ID(o.Name, n.Name))
		}
		for i, id := range nodes {
			began, at := time.Now(), newScan()
			require.NoError(t, at.tree(s.search, m.dir.Data(id)))
			classes := mayKnow[o.Name]
			if i >= len(o.Peers) {
				classes = nil // no orderer may, its own bank's neither
			}
			m.judge(s, id, at, classes)
			fmt.Printf("searched %s: %d files, %d databases with %d tables, %.1f MB, %d entries, %.1f s: %d places\n", id, at.files, at.databases, at.tables, float64(at.bytes)/1e6, at.entries, time.Since(began).Seconds(), len(at.found))
			total.add(at)
			if classes == nil {
				strangers.add(at)
			}
		}
	}
	require.Positive(t, total.tables, "no database has been written to a table")
	logs := newScan()
	require.NoError(t, logs.tree(s.search, m.dir.Logs()))
	require.Greater(t, logs.files, 16, "every process has a log")
	for _, f := range logs.found {
		require.Fail(t, "a log holds a secret", "%s of %s as %s, %d times in %s", f.pattern.class, f.pattern.sentinel, f.pattern.form, f.times, f.file)
	}
	fmt.Printf("sentinels: %d patterns; %d files, %d databases with %d tables, %.0f MB, %d entries searched (%.0f MB and %d entries on nodes that must hold nothing), %d logs of %.1f MB\n",
		len(s.search.patterns), total.files, total.databases, total.tables, float64(total.bytes)/1e6, total.entries, float64(strangers.bytes)/1e6, strangers.entries, logs.files, float64(logs.bytes)/1e6)
}

func (s *scan) add(o *scan) {
	s.files, s.databases, s.tables, s.bytes, s.entries = s.files+o.files, s.databases+o.databases, s.tables+o.tables, s.bytes+o.bytes, s.entries+o.entries
}

// judge compares what was found on a node with what its organization may
// know: all of that, nothing else.
func (m *members) judge(s *secrets, id string, at *scan, may []class) {
	t := m.t
	t.Helper()
	sentinels := map[class]map[string]bool{}
	for _, p := range s.search.patterns {
		if sentinels[p.class] == nil {
			sentinels[p.class] = map[string]bool{}
		}
		sentinels[p.class][p.sentinel] = true
	}
	allowed := map[class]bool{}
	for _, c := range may {
		allowed[c] = true
	}
	for _, c := range []class{ofPerson, ofLoan} {
		found := at.of(c)
		if !allowed[c] {
			for sentinel, places := range found {
				t.Errorf("%s holds %s %s: as %s, %d times in %s", id, c, sentinel, places[0].pattern.form, places[0].times, places[0].file)
			}
			continue
		}
		for sentinel := range sentinels[c] {
			require.NotEmpty(t, found[sentinel], "control: %s, a member, holds %s %s", id, c, sentinel)
		}
	}
	// Everybody has blocks: a value without a salt shows by its hash, and
	// that search would see ours.
	forms := map[string]int{}
	for _, places := range at.of(careless) {
		for _, f := range places {
			forms[f.pattern.form] += f.times
		}
	}
	require.GreaterOrEqual(t, forms["SHA-256 of text"], 2, "control: %s shows the hashes of a careless key and value", id)
	require.Equal(t, allowed[ofLoan], forms["text"] > 0, "control: %s and the careless value itself", id)
}
