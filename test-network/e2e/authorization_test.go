package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// needing are the commands whose rules read a grant that is there already.
func needing() map[string]bool {
	names := map[string]bool{}
	for _, d := range append(append([]command.Definition(nil), chaincode.BookCommands...), chaincode.CommonsCommands...) {
		for _, w := range command.Wants(d, d.New()) {
			if w.Kind.KindCode() == authorization.Kind.KindCode() && !w.Birth {
				names[d.Describe().Name] = true
			}
		}
	}
	return names
}

// need is a command that a grant has to cover.
type need struct {
	name, person, book string
	content            func(grant ledgerstate.Ref) any
	// recipient is whose grant it takes; elsewhere is the code for a grant to
	// somebody else: another bank's grants are in another book, so this one
	// has none of that number.
	recipient, elsewhere string
	// purpose is what the grant is for, another what one is for that does not
	// serve here.
	purpose, another string
}

// TestNothingWithoutALiveAuthorization runs each command that needs a grant
// without one, and with ones that are over, not begun, taken back, another's
// or for something else, and at last with one that covers it.
func TestNothingWithoutALiveAuthorization(t *testing.T) {
	m := open(t, network(t))
	b, other := m.newBorrower("BankA", true), m.newBorrower("BankA", false)
	rival := m.newBorrower("BankB", true)
	d := m.newDeal(b)
	m.route(d)
	existing := newRef("HT" + digits(14))
	check := func(grant ledgerstate.Ref) any {
		return authorization.CheckContent{Head: newHead(d.day), Grant: grant, Subject: b.pseudonym, Purpose: "01", Items: []string{"LOAN"}, Why: d.application.No}
	}
	use := func(grant ledgerstate.Ref) any {
		return disclosure.UseContent{Head: newHead(d.day), Request: text(26), Terms: disclosure.Terms{Grant: grant, Subject: b.pseudonym, Purpose: "01", Why: d.application.No, Owner: "CentralBankMSP",
			Records: []disclosure.Record{{Log: "qxl/CentralBankMSP/1", Leaf: hashOf(digest()), Item: "LOAN"}}, Recipient: hashOf(digest())}}
	}
	needs := []need{
		{"authorization.Check", "BankA/officer1", bookA, check, "BankAMSP", authorization.Missing.Code, "01", "03"},
		{"authorization.CheckOther", "Commission/operator1", command.CommonsName, check, "CommissionMSP", authorization.Foreign.Code, "01", "03"},
		{"disclosure.Use", "BankA/officer1", bookA, use, "BankAMSP", authorization.Missing.Code, "01", "03"},
		{"disclosure.UseOther", "Commission/operator1", command.CommonsName, use, "CommissionMSP", authorization.Foreign.Code, "01", "03"},
		{"loan.Accept", "BankA/officer1", bookA, func(g ledgerstate.Ref) any { return d.accept(g) }, "BankAMSP", authorization.Missing.Code, "01", "03"},
		{"loan.Credit", "BankA/approver1", bookA, func(g ledgerstate.Ref) any { return d.credit(g) }, "BankAMSP", authorization.Missing.Code, "01", "03"},
		{"loan.TakeOn", "BankA/officer1", bookA, func(g ledgerstate.Ref) any { return d.takeOn(existing, g) }, "BankAMSP", authorization.Missing.Code, "03", "01"},
	}
	tried := map[string]bool{}
	refusals := 0
	for _, n := range needs {
		tried[n.name] = true
		grant := func(of borrower, change func(*authorization.GrantContent)) ledgerstate.Ref {
			g := of.terms(d.day, n.recipient, n.purpose)
			if change != nil {
				change(&g)
			}
			cc, name := n.book, "authorization.Grant"
			if cc == command.CommonsName {
				name = "authorization.GrantOther"
			}
			m.accepted("Commission/operator1", cc, name, g)
			return g.Grant
		}
		revoked := grant(b, nil)
		suffix := ""
		if n.book == command.CommonsName {
			suffix = "Other"
		}
		m.accepted("Commission/operator1", n.book, "authorization.Revoke"+suffix,
			authorization.RevokeContent{Head: newHead(d.day), Grant: ledgerstate.Ref{No: revoked.No}, Subject: b.pseudonym, Channel: "PHONE", Reason: "不再申请"})
		var elsewhere ledgerstate.Ref
		if n.book == command.CommonsName {
			elsewhere = grant(b, func(g *authorization.GrantContent) { g.Grantee = "FinanceMSP" })
		} else {
			g := rival.terms(d.day, "BankBMSP", n.purpose)
			m.accepted("Commission/operator1", bookB, "authorization.Grant", g)
			elsewhere = g.Grant
		}
		for _, bad := range []struct {
			code  string
			grant ledgerstate.Ref
		}{
			{authorization.Missing.Code, newRef("SQS" + digits(12))},
			{authorization.Expired.Code, grant(b, func(g *authorization.GrantContent) { g.Signed, g.From, g.To = d.day-60, d.day-60, d.day-1 })},
			{authorization.NotYet.Code, grant(b, func(g *authorization.GrantContent) { g.From, g.To = d.day+1, d.day+20 })},
			{authorization.AlreadyOver.Code, revoked},
			{authorization.Foreign.Code, grant(other, nil)},
			{n.elsewhere, elsewhere},
			{authorization.WrongUse.Code, grant(b, func(g *authorization.GrantContent) { g.Purpose = n.another })},
		} {
			m.refused(bad.code, n.person, n.book, n.name, n.content(bad.grant))
			refusals++
		}
		m.accepted(n.person, n.book, n.name, n.content(grant(b, nil)))
	}
	require.Equal(t, needing(), tried, "a command that needs a grant is not among those tried here")
	fmt.Printf("authorization: %d commands, %d refusals, each accepted with a live grant\n", len(tried), refusals)
}
