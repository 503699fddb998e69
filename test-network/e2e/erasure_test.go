package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/erasure"
	"github.com/qingxinlian/qxl/client/facts"
	"github.com/qingxinlian/qxl/network/layout"
)

// leaving is a customer that leaves after its application was rejected, and a
// neighbour on the same pages.
type leaving struct {
	bank, book, order string
	gone, stays       *deal
	search            *searcher
}

func beside(id ledgerstate.ID) ledgerstate.ID { id.Slot++; return id }

// leave brings both onto a book: every page that the one has, the other has
// too, but identities.
func (m *members) leave(bank, order string) *leaving {
	m.t.Helper()
	x := &leaving{bank: bank, book: "book-" + strings.ToLower(bank), order: order, search: &searcher{}}
	x.gone, x.stays = m.newDeal(m.newBorrower(bank, false)), m.newDeal(m.newBorrower(bank, false))
	x.stays.contract.ID, x.stays.application.ID = beside(x.gone.contract.ID), beside(x.gone.application.ID)
	var page ledgerstate.ID
	for i, d := range []*deal{x.gone, x.stays} {
		g := d.terms(d.day, bank+"MSP", "01")
		if i == 0 {
			page = g.Grant.ID
		} else {
			g.Grant.ID = beside(page)
		}
		m.accepted("Commission/operator1", x.book, "authorization.Grant", g)
		d.grant = g.Grant
		m.route(d)
		m.accepted(bank+"/officer1", x.book, "loan.Accept", d.accept(g.Grant))
		c := []class{ofPerson, ofLoan}[i] // here: what must be gone, and what must stay
		for _, number := range []string{d.number, d.name, d.pseudonym, d.contract.No, d.application.No, d.grant.No} {
			x.search.encoded(c, number, "text", []byte(number))
		}
		x.search.amount(c, d.asked)
	}
	m.accepted(bank+"/officer1", x.book, "loan.Reject", loan.RejectContent{Head: newHead(x.gone.day), Loan: x.gone.contract, Reason: "R01"})
	return x
}

func (x *leaving) show(m *members, who string) string {
	var sheet json.RawMessage
	require.NoError(m.t, m.as(who).Ask(m.t.Context(), x.book, "loan.Show", loan.LoanQuery{Loan: x.stays.contract.No}, &sheet))
	return string(sheet)
}

func (x *leaving) approved(t *testing.T, p *program) {
	t.Helper()
	p.must(t, nil, "erase", "order", x.order, "--loan", x.gone.contract.No, "--basis", "pipl-47", "--as", "Commission/operator1", "--bank", x.bank)
	// Another organization's peer may be a block behind.
	soon := func(says string, args ...string) {
		t.Helper()
		var last result
		require.Eventually(t, func() bool {
			last = p.run(t, append(args, "--bank", x.bank)...)
			return last.code == 0 && strings.Contains(last.stdout, says)
		}, time.Minute, 200*time.Millisecond, "%s", args)
	}
	soon("", "erase", "approve", x.order, "--as", "CentralBank/approver1")
	soon("APPROVED", "erase", "show", x.order, "--as", "Commission/operator1")
}

func (x *leaving) run(more ...string) []string {
	return append([]string{"erase", "run", x.order, "--as", "Commission/operator1", "--bank", x.bank}, more...)
}

// TestErasure carries two orders out on the real network: in BankA's book,
// killed between collections and run again; and in BankB's, which refuses, by
// the authorities alone. Then it looks for what was erased in all that every
// member's peer keeps, and finds the neighbours there by the same search.
func TestErasure(t *testing.T) {
	p := network(t)
	m := open(t, p)
	a, b := m.leave("BankA", "ORD-"+text(6)), m.leave("BankB", "ORD-"+text(6))
	neighbour := a.show(m, "BankA/officer1")

	// A loan that lives is not erased.
	refused := p.run(t, "erase", "order", "ORD-"+text(6), "--loan", a.stays.contract.No, "--basis", "pipl-47", "--as", "Commission/operator1", "--bank", "BankA", "--json")
	require.Equal(t, 1, refused.code, refused.stderr)
	require.Contains(t, refused.stdout+refused.stderr, "ERASURE_LOAN_LIVES")

	a.approved(t, p)
	killed := p.launch(t, a.run()...)
	require.Eventually(t, func() bool { return killed.over() || strings.Contains(killed.said(), "done: ") }, time.Minute, time.Millisecond)
	_ = killed.cmd.Process.Signal(syscall.SIGKILL)
	<-killed.ended
	var r erasure.Report
	p.must(t, &r, a.run()...)
	fmt.Printf("erasure in BankA's book: killed after %q; run again: %+v\n", strings.TrimSpace(killed.said()), r.Done)
	require.Equal(t, "CLOSED", r.Status)
	require.Empty(t, r.Left)
	require.Less(t, len(r.Done), 4, "it goes on, it does not begin again")
	require.Equal(t, neighbour, a.show(m, "BankA/officer1"), "the neighbour on the same pages")
	m.accepted("BankA/approver1", a.book, "loan.Credit", a.stays.credit(m.second(a)))

	// BankB refuses: its peer does not answer. The authorities cannot write its
	// loans without it, until the book's definition names them alone.
	b.approved(t, p)
	without := p.run(t, b.run("--entrusted")...)
	require.NotZero(t, without.code, "the old definition asks for the bank's endorsement")
	require.Contains(t, without.stdout+without.stderr, "ENDORSEMENT_POLICY_FAILURE")
	p.must(t, nil, "network", "entrust", "BankB")
	require.Eventually(t, func() bool { return p.run(t, b.run("--entrusted")...).code == 0 }, 2*time.Minute, time.Second, "the book's new definition")
	p.must(t, &r, b.run("--entrusted")...)
	require.Equal(t, "CLOSED", r.Status)

	// A fact pack tells erased by law from missing.
	for _, collection := range []string{"person", "intake", "loan"} {
		path := t.TempDir() + "/" + collection + ".facts"
		p.must(t, nil, "facts", "export", "book-banka/"+collection, path, "--as", "Commission/approver1")
		var v facts.Verdict
		p.must(t, &v, "facts", "check", path, "--as", "Commission/approver1")
		require.Empty(t, v.Findings)
		require.Positive(t, v.Purged, collection)
		require.Equal(t, v.Purged, v.ByLaw, collection)
	}

	// The store of private data is rid of purged values at each tenth block.
	for range 12 {
		m.refused("UNKNOWN", "BankA/officer1", a.book, "loan.Settle", loan.SettleContent{Head: newHead(m.today()), Loan: newRef("HT" + digits(14))})
	}
	m.factory.Close()
	p.must(t, nil, "down")
	p.must(t, nil, "network", "compact")
	defer p.must(t, nil, "up")
	for _, x := range []*leaving{a, b} {
		for _, org := range []string{x.bank, "Commission", "CentralBank", "Finance"} {
			at := newScan()
			for _, o := range m.topology.Organizations {
				if o.Name == org {
					require.NoError(t, at.tree(x.search, m.dir.Data(layout.ID(o.Name, o.Peers[0].Name))))
				}
			}
			// An attempt that was endorsed and never ordered, since another
			// endorser's answer differed, stays in the endorsers' transient stores for
			// transientstoreMaxBlockRetention blocks: no transaction can purge it.
			uncommitted := 0
			for _, list := range at.of(ofPerson) {
				for _, f := range list {
					if strings.Contains(f.file, "/transientstore") {
						uncommitted++
						continue
					}
					require.Fail(t, "what was erased is still there", "%s of %s: %s as %s in %s", x.bank, org, f.pattern.sentinel, f.pattern.form, f.file)
				}
			}
			stays := at.of(ofLoan)
			for _, number := range []string{x.stays.contract.No, x.stays.application.No, x.stays.grant.No, x.stays.pseudonym} {
				require.NotEmpty(t, stays[number], "control: the neighbour's %s at %s", number, org)
			}
			fmt.Printf("erased from %s, searched at %s: %d files, %d tables, %.1f MB, %d entries; nothing of %d patterns (%d in attempts that were never ordered), the neighbour at %d places\n", x.book, org, at.files, at.tables, float64(at.bytes)/1e6, at.entries, len(x.search.patterns)/2, uncommitted, len(stays))
		}
	}
}

// second is a grant of purpose 02 for the neighbour's decision.
func (m *members) second(x *leaving) ledgerstate.Ref {
	g := x.stays.terms(x.stays.day, x.bank+"MSP", "02")
	m.accepted("Commission/operator1", x.book, "authorization.Grant", g)
	return g.Grant
}
