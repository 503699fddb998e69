package disclosure_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

const (
	book     = chaincodetest.BookA
	commons  = "commons"
	operator = "Commission/operator"
	officer  = "BankA/officer"
	owner    = "CentralBank/officer"
	herder   = "herder0001"
	other    = "herder0002"
)

func head(number string) command.Head {
	return command.Head{Number: number, Date: calendar.MustParse("2024-03-05")}
}

func hash(b byte) disclosure.Hash { return bytes.Repeat([]byte{b}, 32) }

// grantOf is a herder's grant for its credit information, two uses.
func grantOf(number string, slot int) authorization.GrantContent {
	date := calendar.MustParse
	return authorization.GrantContent{Head: head("g-" + number), Grant: ledgerstate.Ref{ID: chaincodetest.ID("grantpage1", slot), No: number},
		Terms: authorization.Terms{Subject: herder, Who: authorization.Person, Capacity: authorization.Self, Signed: date("2024-03-01"), Grantee: "BankAMSP",
			Purpose: "01", Items: []string{"LOAN"}, Mode: authorization.Raw, From: date("2024-03-01"), To: date("2024-05-30"), Max: 2},
		Evidence: authorization.Evidence{Contact: "0971-1234567", Providers: []string{"CentralBankMSP"}, NoReprovision: true, Form: authorization.Hash(hash('f')),
			Consents: []authorization.Consent{authorization.ConsentProvision}, Method: "FACE_SMS", Signature: authorization.Hash(hash('s'))}}
}

// number makes a request's number.
func number(s string) string { return "request-0000000-" + s }

func useOf(g authorization.GrantContent, no string) disclosure.UseContent {
	return disclosure.UseContent{Head: head("u-" + no), Request: number(no), Terms: disclosure.Terms{Grant: g.Grant, Subject: g.Subject, Purpose: "01", Why: "SQ2024030001",
		Owner: "CentralBankMSP", Records: []disclosure.Record{{Log: "qxl/CentralBankMSP/1", Seq: 7, Leaf: hash('l'), Item: "LOAN"}}, Recipient: hash('r')}}
}

func deliveryOf(c disclosure.UseContent) disclosure.DeliverContent {
	d := disclosure.DeliverContent{Head: head("d-" + c.Request), Request: c.Request, Sealed: hash('x')}
	for _, r := range c.Records {
		d.Records = append(d.Records, r.Leaf)
	}
	return d
}

func receiptOf(c disclosure.UseContent) disclosure.ReceiveContent {
	return disclosure.ReceiveContent{Head: head("r-" + c.Request), Request: c.Request, Sealed: hash('x')}
}

func show(t *testing.T, l *chaincodetest.Ledger, cc, who, no string) disclosure.ShowAnswer {
	t.Helper()
	var a disclosure.ShowAnswer
	require.NoError(t, l.Ask(cc, who, disclosure.In(cc).Show.DescribeQuery().Name, disclosure.ShowQuery{Number: no}, &a))
	return a
}

func list(t *testing.T, l *chaincodetest.Ledger, cc, who, query string, q disclosure.ListQuery) map[string]disclosure.ShowAnswer {
	t.Helper()
	var a disclosure.ListAnswer
	require.NoError(t, l.Ask(cc, who, query, q, &a))
	m := map[string]disclosure.ShowAnswer{}
	for _, r := range a.Requests {
		m[r.Request] = r
	}
	return m
}

func what(a disclosure.ShowAnswer) string {
	var list []string
	for _, s := range a.Steps {
		list = append(list, s.What)
	}
	return strings.Join(list, " ")
}

func TestARequestFromUseToDeletion(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	c := useOf(g, "a")
	for _, x := range []struct {
		who, name string
		content   any
		status    disclosure.Status
	}{
		{officer, "disclosure.Use", c, disclosure.Open},
		{owner, "disclosure.Deliver", deliveryOf(c), disclosure.Delivered},
		{officer, "disclosure.Receive", receiptOf(c), disclosure.Received},
	} {
		l.Must(book, x.who, x.name, x.content)
		require.Equal(t, x.status, show(t, l, book, officer, c.Request).Status)
		r, err := l.Submit(book, x.who, x.name, x.content)
		require.NoError(t, err)
		require.Equal(t, "already applied", r.Outcome, x.name)
	}
	var used authorization.ShowAnswer
	require.NoError(t, l.Ask(book, officer, "authorization.Show", authorization.GrantQuery{Number: "SQ001"}, &used))
	require.Equal(t, 1, used.Used, "a request consumes one use")

	require.Empty(t, list(t, l, book, officer, "disclosure.Owed", disclosure.ListQuery{}))
	l.Must(book, "Subject/"+herder, "authorization.Revoke", authorization.RevokeContent{Head: head("rv"), Grant: ledgerstate.Ref{No: "SQ001"}, Subject: herder, Channel: "APP", Delete: true})
	owed := list(t, l, book, "Subject/"+herder, "disclosure.Owed", disclosure.ListQuery{})
	require.Equal(t, "revocation", owed[c.Request].Owes)
	l.Refused("AUTHORIZATION_REVOKED", book, officer, "disclosure.Use", useOf(g, "b"))
	l.Must(book, officer, "disclosure.CertifyDeletion", disclosure.CertifyContent{Head: head("c"), Request: c.Request, Basis: "revocation", Certificate: hash('c')})
	require.Empty(t, list(t, l, book, officer, "disclosure.Owed", disclosure.ListQuery{}))
	l.Refused("DISCLOSURE_DELETED", book, officer, "disclosure.CertifyDeletion", disclosure.CertifyContent{Head: head("c2"), Request: c.Request, Basis: "revocation", Certificate: hash('c')})

	a := list(t, l, book, "Subject/"+herder, "disclosure.List", disclosure.ListQuery{})[c.Request]
	require.Equal(t, "asked delivered received deleted", what(a))
	require.Equal(t, disclosure.Deleted, a.Status)
	require.Equal(t, "BankAMSP", a.Steps[0].Who.MSP)
	require.Equal(t, "officer", a.Steps[0].Who.Post)
	require.Equal(t, "SQ2024030001", a.Why)
	require.Equal(t, "CentralBankMSP", a.Steps[1].Who.MSP)
	require.Equal(t, hash('x'), a.Steps[1].Proof)
	require.Equal(t, hash('c'), a.Steps[3].Proof)
	require.Empty(t, list(t, l, book, "Subject/"+other, "disclosure.List", disclosure.ListQuery{}), "another subject sees nothing of it")
	_, err := l.Submit(chaincodetest.BookA, "BankB/officer", "disclosure.Use", useOf(g, "z"))
	require.ErrorContains(t, err, "ACCESS_DENIED", "a rival has no place here")
}

// Each refusal of a request has its code, consumes nothing, and is seen by the
// subject it names; who names another's grant is seen by that one too.
func TestWhatIsRefusedIsSeen(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	type change = func(*disclosure.UseContent)
	grants := map[string]authorization.GrantContent{}
	for i, x := range []struct {
		number string
		change func(*authorization.GrantContent)
	}{
		{"GOOD", func(*authorization.GrantContent) {}},
		{"OLD", func(g *authorization.GrantContent) { g.To = calendar.MustParse("2024-03-04") }},
		{"GONE", func(*authorization.GrantContent) {}},
		{"ONCE", func(g *authorization.GrantContent) { g.Max = 1 }},
		{"MODEL", func(g *authorization.GrantContent) {
			g.Mode, g.Consents = authorization.Model, append(g.Consents, authorization.ConsentAutomated)
		}},
		{"DERIVED", func(g *authorization.GrantContent) { g.Mode = authorization.Derived }},
		{"OTHERS", func(g *authorization.GrantContent) { g.Subject = other }},
	} {
		g := grantOf(x.number, i)
		x.change(&g)
		l.Must(book, operator, "authorization.Grant", g)
		grants[x.number] = g
	}
	l.Must(book, "Subject/"+herder, "authorization.Revoke", authorization.RevokeContent{Head: head("rv"), Grant: ledgerstate.Ref{No: "GONE"}, Subject: herder, Channel: "APP"})
	once := useOf(grants["ONCE"], "once")
	l.Must(book, officer, "disclosure.Use", once)
	derived := useOf(grants["DERIVED"], "derived")
	derived.Fields = []string{"amount"}
	l.Must(book, officer, "disclosure.Use", derived)

	for i, x := range []struct {
		code, grant string
		change      change
	}{
		{"AUTHORIZATION_MISSING", "GOOD", func(c *disclosure.UseContent) { c.Grant = ledgerstate.Ref{No: "NONE"} }},
		{"AUTHORIZATION_EXPIRED", "OLD", func(*disclosure.UseContent) {}},
		{"AUTHORIZATION_REVOKED", "GONE", func(*disclosure.UseContent) {}},
		{"AUTHORIZATION_PURPOSE", "GOOD", func(c *disclosure.UseContent) { c.Purpose = "03" }},
		{"AUTHORIZATION_ITEMS", "GOOD", func(c *disclosure.UseContent) { c.Records[0].Item = "TAXAMT" }},
		{"AUTHORIZATION_EXHAUSTED", "ONCE", func(*disclosure.UseContent) {}},
		{"AUTHORIZATION_MODE_SCOPE", "MODEL", func(*disclosure.UseContent) {}},
		{"AUTHORIZATION_MODE_SCOPE", "DERIVED", func(*disclosure.UseContent) {}},
		{"AUTHORIZATION_NOT_PROVIDER", "GOOD", func(c *disclosure.UseContent) { c.Owner, c.Records[0].Log = "FinanceMSP", "qxl/FinanceMSP/1" }},
		{"AUTHORIZATION_FOREIGN", "OTHERS", func(c *disclosure.UseContent) { c.Subject = herder }},
		{"DISCLOSURE_OWNER", "GOOD", func(c *disclosure.UseContent) { c.Owner, c.Records[0].Log = "BankBMSP", "qxl/BankBMSP/1" }},
	} {
		c := useOf(grants[x.grant], "r"+string(rune('a'+i)))
		x.change(&c)
		l.Refused(x.code, book, officer, "disclosure.Use", c)
		a := show(t, l, book, "Subject/"+herder, c.Request)
		require.Equal(t, disclosure.Denied, a.Status)
		require.Equal(t, x.code, a.Denied.Code)
		require.Equal(t, "denied", what(a))
		require.Equal(t, "BankAMSP", a.User.MSP)
		require.Equal(t, l.Fingerprint(officer)[:16], a.Steps[0].By)
		r, err := l.Submit(book, officer, "disclosure.Use", c)
		require.NoError(t, err)
		require.Equal(t, "already applied", r.Outcome, "what was refused stays refused")
		l.Refused("DISCLOSURE_DENIED", book, owner, "disclosure.Deliver", func() any {
			d := deliveryOf(c)
			if c.Owner != "CentralBankMSP" {
				d.Request = number("ra")
			}
			return d
		}())
		if x.grant == "OTHERS" {
			b := show(t, l, book, "Subject/"+other, c.Request)
			require.Equal(t, &disclosure.Denial{Code: x.code}, b.Denied, "the grant's subject sees the attempt")
			require.Empty(t, b.Subject, "and not at whom else it was aimed")
			require.Empty(t, b.Why)
		}
	}
	var g authorization.ShowAnswer
	require.NoError(t, l.Ask(book, officer, "authorization.Show", authorization.GrantQuery{Number: "GOOD"}, &g))
	require.Zero(t, g.Used)

	// A number serves once, whoever comes with it.
	l.Refused("DISCLOSURE_NUMBER_USED", book, "BankA/reviewer", "disclosure.Use", func() any { c := once; c.Number, c.Grant = "again", grants["GOOD"].Grant; return c }())
	a := show(t, l, book, "Subject/"+herder, once.Request)
	require.Equal(t, disclosure.Open, a.Status)
	require.Equal(t, "asked refused", what(a))
	require.Equal(t, "reviewer", a.Steps[1].Who.Post)
	l.Must(book, officer, "disclosure.Use", useOf(grants["GOOD"], "good"))
	require.Len(t, list(t, l, book, "Subject/"+herder, "disclosure.List", disclosure.ListQuery{Status: disclosure.Denied}), 11)
}

// In commons a grant has one recipient, who is not the one that asks.
func TestAnotherRecipientsGrant(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	g.Grantee, g.Providers = "FinanceMSP", []string{"CentralBankMSP", "CommissionMSP"}
	l.Must(commons, operator, "authorization.GrantOther", g)
	c := useOf(g, "a")
	l.Refused("AUTHORIZATION_FOREIGN", commons, "Audit/auditor", "disclosure.UseOther", c)
	require.Equal(t, "AUTHORIZATION_FOREIGN", show(t, l, commons, "Subject/"+herder, c.Request).Denied.Code)
	c = useOf(g, "b")
	c.Owner, c.Records[0].Log = "CommissionMSP", "qxl/CommissionMSP/1"
	l.Refused("DISCLOSURE_OWNER", commons, operator, "disclosure.UseOther", c)
	c = useOf(g, "c")
	l.Must(commons, "Finance/officer", "disclosure.UseOther", c)
	l.Must(commons, owner, "disclosure.DeliverOther", deliveryOf(c))
	l.Must(commons, "Finance/officer", "disclosure.ReceiveOther", receiptOf(c))
	require.Len(t, list(t, l, commons, "Audit/auditor", "disclosure.ListOther", disclosure.ListQuery{}), 1, "the audit office sees what it asked for, and no more")
	require.Len(t, list(t, l, commons, "CentralBank/auditor", "disclosure.ListOther", disclosure.ListQuery{User: "FinanceMSP"}), 1)
}

func TestReceiptsFitEachOther(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	c := useOf(g, "a")
	c.Records = append(c.Records, disclosure.Record{Log: "qxl/CentralBankMSP/1", Seq: 8, Leaf: hash('m'), Item: "LOAN"})
	l.Refused("DISCLOSURE_UNKNOWN", book, owner, "disclosure.Deliver", deliveryOf(c))
	l.Must(book, officer, "disclosure.Use", c)
	d := deliveryOf(c)
	l.Refused("DISCLOSURE_NOT_OWNER", book, operator, "disclosure.Deliver", d)
	l.Refused("DISCLOSURE_NOT_DELIVERED", book, officer, "disclosure.Receive", receiptOf(c))
	d.Records = []disclosure.Hash{hash('z')}
	l.Refused("DISCLOSURE_OTHER_RECORDS", book, owner, "disclosure.Deliver", d)
	d.Records = []disclosure.Hash{hash('m'), hash('m')}
	l.Refused("DISCLOSURE_OTHER_RECORDS", book, owner, "disclosure.Deliver", d)
	d.Records = []disclosure.Hash{hash('m')}
	l.Must(book, owner, "disclosure.Deliver", d)
	d.Number = "once more"
	l.Refused("DISCLOSURE_SERVED", book, owner, "disclosure.Deliver", d)
	r := receiptOf(c)
	r.Number = "stolen"
	l.Refused("DISCLOSURE_NOT_USER", book, "BankA/officer#2", "disclosure.Receive", r)
	r.Number = "other"
	r.Sealed = hash('y')
	l.Refused("DISCLOSURE_RECEIPT", book, officer, "disclosure.Receive", r)
	l.Must(book, officer, "disclosure.Receive", receiptOf(c))
	r = receiptOf(c)
	r.Number = "once more"
	l.Refused("DISCLOSURE_RECEIVED", book, officer, "disclosure.Receive", r)

	recall := disclosure.RecallContent{Head: head("rc"), Request: c.Request, Basis: "credit-16", Reference: "E-1"}
	l.Refused("DISCLOSURE_NOT_OWNER", book, operator, "disclosure.Recall", recall)
	l.Must(book, owner, "disclosure.Recall", recall)
	require.Equal(t, "recall", list(t, l, book, operator, "disclosure.Owed", disclosure.ListQuery{Owner: "CentralBankMSP"})[c.Request].Owes)
	recall.Number = "rc2"
	l.Refused("DISCLOSURE_RECALLED", book, owner, "disclosure.Recall", recall)
	l.Must(book, "BankA/reviewer", "disclosure.CertifyDeletion", disclosure.CertifyContent{Head: head("c"), Request: c.Request, Basis: "credit-16", Certificate: hash('c')})
	require.Empty(t, list(t, l, book, operator, "disclosure.Owed", disclosure.ListQuery{}))
	a := show(t, l, book, "Subject/"+herder, c.Request)
	require.Equal(t, "asked delivered refused received recalled deleted", what(a), "a stolen receipt is seen")
	require.Equal(t, "DISCLOSURE_NOT_USER", a.Steps[2].Denial.Code)
}

func TestRefusalsOfTheNode(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	c := useOf(g, "a")
	thief := disclosure.Who{MSP: "BankBMSP", Fingerprint: hash('t')}
	refuse := func(no string, x disclosure.UseContent) disclosure.RefuseContent {
		return disclosure.RefuseContent{Head: head("x-" + no), Request: x.Request, Denial: disclosure.Denial{Code: disclosure.NotRequester.Code}, Caller: thief, Claim: x.Terms}
	}
	l.Must(book, officer, "disclosure.Use", c)
	l.Refused("DISCLOSURE_NOT_OWNER", book, operator, "disclosure.Refuse", refuse("1", c))
	l.Must(book, owner, "disclosure.Refuse", refuse("1", c))
	a := show(t, l, book, "Subject/"+herder, c.Request)
	require.Equal(t, disclosure.Open, a.Status, "a thief does not spoil the rightful request")
	require.Equal(t, "asked refused", what(a))
	require.Equal(t, "BankBMSP", a.Steps[1].Who.MSP)
	require.Equal(t, "DISCLOSURE_NOT_REQUESTER", a.Steps[1].Denial.Code)
	for i := range 31 {
		l.Must(book, owner, "disclosure.Refuse", refuse("m"+string(rune('A'+i)), c))
	}
	l.Refused("DISCLOSURE_TOO_MANY", book, owner, "disclosure.Refuse", refuse("last", c))
	l.Must(book, owner, "disclosure.Deliver", deliveryOf(c))
	require.Equal(t, 32, show(t, l, book, officer, c.Request).Refusals)

	// A request that nobody put on the ledger.
	never := useOf(g, "never")
	bad := refuse("2", never)
	bad.Claim.Subject = ""
	l.Refused("AUTHORIZATION_SUBJECT", book, owner, "disclosure.Refuse", bad)
	bad = refuse("2", never)
	bad.Code = "FINE"
	l.Refused("DISCLOSURE_CODE", book, owner, "disclosure.Refuse", bad)
	l.Must(book, owner, "disclosure.Refuse", refuse("2", never))
	a = show(t, l, book, "Subject/"+herder, never.Request)
	require.Equal(t, disclosure.Denied, a.Status)
	require.Equal(t, "BankBMSP", a.User.MSP)
	l.Refused("DISCLOSURE_NUMBER_USED", book, officer, "disclosure.Use", never)
}

func TestBadRequests(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	for _, x := range []struct {
		code   string
		change func(*disclosure.UseContent)
	}{
		{"DISCLOSURE_NUMBER", func(c *disclosure.UseContent) { c.Request = "short" }},
		{"DISCLOSURE_NUMBER", func(c *disclosure.UseContent) { c.Request = number("A") }},
		{"AUTHORIZATION_SUBJECT", func(c *disclosure.UseContent) { c.Subject = "x" }},
		{"DISCLOSURE_TEXT", func(c *disclosure.UseContent) { c.Why = "" }},
		{"DISCLOSURE_OWNER", func(c *disclosure.UseContent) { c.Owner = "" }},
		{"DISCLOSURE_RECIPIENT_HASH", func(c *disclosure.UseContent) { c.Recipient = nil }},
		{"DISCLOSURE_RECORDS", func(c *disclosure.UseContent) { c.Records = nil }},
		{"DISCLOSURE_RECORDS", func(c *disclosure.UseContent) { c.Records = append(c.Records, c.Records[0]) }},
		{"DISCLOSURE_RECORDS", func(c *disclosure.UseContent) { c.Records[0].Log = "qxl/FinanceMSP/1" }},
		{"DISCLOSURE_RECORDS", func(c *disclosure.UseContent) { c.Records[0].Leaf = nil }},
		{"DISCLOSURE_FIELDS", func(c *disclosure.UseContent) { c.Fields = []string{"b", "a"} }},
		{"AUTHORIZATION_PURPOSE_UNKNOWN", func(c *disclosure.UseContent) { c.Purpose = "" }},
	} {
		c := useOf(g, "a")
		x.change(&c)
		l.Refused(x.code, book, officer, "disclosure.Use", c)
	}
	l.Must(book, officer, "disclosure.Use", useOf(g, "a"))
}
