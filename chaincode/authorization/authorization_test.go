package authorization_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

const (
	book     = chaincodetest.BookA
	operator = "Commission/operator"
	officer  = "BankA/officer"
	herder   = "herder0001"
	other    = "herder0002"
)

var date = calendar.MustParse

func head(number, day string) command.Head { return command.Head{Number: number, Date: date(day)} }

func hash(b byte) authorization.Hash { return authorization.Hash(strings.Repeat(string(b), 32)) }

// grantOf is a herder's paper grant for a check before a loan.
func grantOf(number string, slot int) authorization.GrantContent {
	return authorization.GrantContent{Head: head("g-"+number, "2024-03-02"),
		Grant: ledgerstate.Ref{ID: chaincodetest.ID("grantpage1", slot), No: number},
		Terms: authorization.Terms{Subject: herder, Who: authorization.Person, Capacity: authorization.Self, Signed: date("2024-03-01"), Grantee: "BankAMSP",
			Purpose: "01", Items: []string{"REG", "LOAN"}, Mode: authorization.Raw, From: date("2024-03-01"), To: date("2024-05-30"), Max: 2},
		Evidence: authorization.Evidence{Contact: "0971-1234567", Providers: []string{"CommissionMSP", "CentralBankMSP"}, NoReprovision: true, Form: hash('f'),
			Consents: []authorization.Consent{authorization.ConsentProvision}, Method: authorization.Paper, Signature: hash('s'), CapturedBy: "QX01", CheckedBy: "QX02"}}
}

func useOf(g authorization.GrantContent, number, day string) authorization.CheckContent {
	return authorization.CheckContent{Head: head(number, day), Grant: g.Grant, Subject: g.Subject, Purpose: g.Purpose, Items: []string{"LOAN"}, Why: "SQ2024030001"}
}

func revocationOf(g authorization.GrantContent, number, day string) authorization.RevokeContent {
	return authorization.RevokeContent{Head: head(number, day), Grant: ledgerstate.Ref{No: g.Grant.No}, Subject: g.Subject, Channel: "APP"}
}

func show(t *testing.T, l *chaincodetest.Ledger, who, number, day string) authorization.ShowAnswer {
	q := authorization.GrantQuery{Number: number}
	if day != "" {
		q.Day = date(day)
	}
	var a authorization.ShowAnswer
	require.NoError(t, l.Ask(book, who, "authorization.Show", q, &a))
	return a
}

func TestGrantUseAndRevocation(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	require.Equal(t, authorization.StatusActive, show(t, l, officer, "SQ001", "2024-03-05").Status)
	require.Equal(t, authorization.StatusExpired, show(t, l, officer, "SQ001", "").Status)

	l.Must(book, officer, "authorization.Check", useOf(g, "u1", "2024-03-05"))
	r, err := l.Submit(book, officer, "authorization.Check", useOf(g, "u1", "2024-03-05"))
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome, "a use sent again consumes nothing")
	require.Equal(t, 1, show(t, l, officer, "SQ001", "").Used)

	l.Must(book, "Subject/"+herder, "authorization.Revoke", revocationOf(g, "r1", "2024-03-06"))
	l.Refused("AUTHORIZATION_REVOKED", book, officer, "authorization.Check", useOf(g, "u2", "2024-03-07"))
	// A use that bears an earlier date comes too late all the same: the order
	// of blocks decides.
	l.Refused("AUTHORIZATION_REVOKED", book, officer, "authorization.Check", useOf(g, "u3", "2024-03-05"))
	l.Refused("AUTHORIZATION_ALREADY_REVOKED", book, "Subject/"+herder, "authorization.Revoke", revocationOf(g, "r2", "2024-03-08"))
	a := show(t, l, "Subject/"+herder, "SQ001", "2024-03-05")
	require.Equal(t, authorization.StatusRevoked, a.Status)
	require.Equal(t, "2024-03-06", a.Revoked.Day.String())
	require.Equal(t, g.Signature, a.Evidence.Signature)
	require.Equal(t, 1, a.Used, "what was used before stays")

	var h authorization.HistoryAnswer
	require.NoError(t, l.Ask(book, "Subject/"+herder, "authorization.History", authorization.GrantQuery{Number: "SQ001"}, &h))
	require.Len(t, h.Entries, 3)
	require.Equal(t, []string{"granted", "used", "revoked"}, []string{h.Entries[0].What, h.Entries[1].What, h.Entries[2].What})
	require.Equal(t, l.Fingerprint(officer)[:16], h.Entries[1].By)
	require.Equal(t, "officer", h.Entries[1].Post)
	require.Equal(t, "SQ2024030001", h.Entries[1].Why)
	require.NotEmpty(t, h.Entries[1].NameHash)
}

func TestChecksNameTheReason(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	use := func(change func(*authorization.CheckContent)) authorization.CheckContent {
		c := useOf(g, "u", "2024-03-05")
		change(&c)
		return c
	}
	for _, x := range []struct {
		code   string
		change func(*authorization.CheckContent)
	}{
		{"AUTHORIZATION_MISSING", func(c *authorization.CheckContent) { c.Grant = ledgerstate.Ref{} }},
		{"AUTHORIZATION_MISSING", func(c *authorization.CheckContent) { c.Grant.No = "SQ002" }},
		{"AUTHORIZATION_MISSING", func(c *authorization.CheckContent) { c.Grant.ID.Slot = 3 }},
		{"AUTHORIZATION_FOREIGN", func(c *authorization.CheckContent) { c.Subject = other }},
		{"AUTHORIZATION_NOT_YET_VALID", func(c *authorization.CheckContent) { c.Date = date("2024-02-29") }},
		{"AUTHORIZATION_EXPIRED", func(c *authorization.CheckContent) { c.Date = date("2024-05-31") }},
		{"AUTHORIZATION_PURPOSE", func(c *authorization.CheckContent) { c.Purpose = "03" }},
		{"AUTHORIZATION_ITEMS", func(c *authorization.CheckContent) { c.Items = []string{"LOAN", "TAXAMT"} }},
		{"AUTHORIZATION_ITEM_LIST", func(c *authorization.CheckContent) { c.Items = nil }},
		{"AUTHORIZATION_TEXT", func(c *authorization.CheckContent) { c.Why = "" }},
	} {
		l.Refused(x.code, book, officer, "authorization.Check", use(x.change))
	}
	// The denied attempt stands in the receipt, with who tried.
	var a struct {
		Actor   struct{ Fingerprint, Post string }
		Results []command.Result
	}
	require.NoError(t, l.Ask(book, "CentralBank/auditor", "receipt.intake", map[string]string{"lane": "intake", "tx": l.Last}, &a))
	require.Equal(t, "AUTHORIZATION_TEXT", a.Results[0].Refusal.Code)
	require.Equal(t, l.Fingerprint(officer), a.Actor.Fingerprint)
	require.Equal(t, "officer", a.Actor.Post)

	l.Must(book, officer, "authorization.Check", useOf(g, "u1", "2024-03-01"))
	l.Must(book, "BankA/reviewer", "authorization.Check", useOf(g, "u2", "2024-05-30"))
	l.Refused("AUTHORIZATION_EXHAUSTED", book, officer, "authorization.Check", useOf(g, "u3", "2024-05-30"))
	require.Equal(t, authorization.StatusExhausted, show(t, l, officer, "SQ001", "2024-05-30").Status)
	// The same number with other content is no repetition.
	l.Refused("DUPLICATE_NUMBER", book, officer, "authorization.Check", useOf(g, "u2", "2024-05-29"))
	// BankB has neither access here nor this grant in its own book.
	_, err := l.Submit(book, "BankB/officer", "authorization.Check", useOf(g, "u4", "2024-03-05"))
	require.ErrorContains(t, err, "ACCESS_DENIED")
	l.Refused("AUTHORIZATION_MISSING", chaincodetest.BookB, "BankB/officer", "authorization.Check", useOf(g, "u4", "2024-03-05"))
}

func TestGrantRefusals(t *testing.T) {
	type change = func(*authorization.GrantContent)
	l := chaincodetest.New(t, "2024-08-01")
	for _, x := range []struct {
		code, who string
		change    change
	}{
		{"AUTHORIZATION_NUMBER", operator, func(c *authorization.GrantContent) { c.Grant.No = "SQ/1" }},
		{"AUTHORIZATION_SUBJECT", operator, func(c *authorization.GrantContent) { c.Subject = "440524188001010014X" }},
		{"AUTHORIZATION_CODE", operator, func(c *authorization.GrantContent) { c.Method = "CLICK" }},
		{"AUTHORIZATION_CODE", operator, func(c *authorization.GrantContent) { c.Consents = append(c.Consents, "ALL") }},
		{"AUTHORIZATION_SIGNER", operator, func(c *authorization.GrantContent) { c.Who = authorization.Enterprise }},
		{"AUTHORIZATION_SIGNER", operator, func(c *authorization.GrantContent) {
			c.Who, c.Capacity = authorization.Enterprise, authorization.LegalRepresentative
		}},
		{"AUTHORIZATION_GRANTEE", operator, func(c *authorization.GrantContent) { c.Grantee = "BankBMSP" }},
		{"AUTHORIZATION_CONTACT", operator, func(c *authorization.GrantContent) { c.Contact = "" }},
		{"AUTHORIZATION_PURPOSE_UNKNOWN", operator, func(c *authorization.GrantContent) { c.Purpose = "99" }},
		{"AUTHORIZATION_ITEM_LIST", operator, func(c *authorization.GrantContent) { c.Items = []string{"LOAN", "LOAN"} }},
		{"AUTHORIZATION_ITEM_UNKNOWN", operator, func(c *authorization.GrantContent) { c.Items = []string{"NIL"} }},
		{"AUTHORIZATION_ITEM_BANNED", operator, func(c *authorization.GrantContent) { c.Items = []string{"DISEASE"}; c.Warning = hash('w') }},
		{"AUTHORIZATION_WARNING", operator, func(c *authorization.GrantContent) { c.Items = []string{"TAXAMT"} }},
		{"AUTHORIZATION_SEPARATE_CONSENT", operator, func(c *authorization.GrantContent) { c.Items = []string{"TAXAMT"}; c.Warning = hash('w') }},
		{"AUTHORIZATION_SEPARATE_CONSENT", operator, func(c *authorization.GrantContent) { c.Consents = nil }},
		{"AUTHORIZATION_SEPARATE_CONSENT", operator, func(c *authorization.GrantContent) { c.Mode = authorization.Model }},
		{"AUTHORIZATION_PROVIDER", operator, func(c *authorization.GrantContent) { c.Providers = []string{"CommissionMSP"} }},
		{"AUTHORIZATION_PROVIDER", operator, func(c *authorization.GrantContent) { c.Providers[0] = "NobodyMSP" }},
		{"AUTHORIZATION_MODE", operator, func(c *authorization.GrantContent) { c.Purpose = "06" }},
		{"AUTHORIZATION_WINDOW", operator, func(c *authorization.GrantContent) { c.From = date("2024-02-29") }},
		{"AUTHORIZATION_WINDOW", operator, func(c *authorization.GrantContent) { c.To = date("2024-02-29") }},
		{"AUTHORIZATION_TOO_LONG", operator, func(c *authorization.GrantContent) { c.To = date("2024-05-31") }},
		{"AUTHORIZATION_SIGNED_LATER", operator, func(c *authorization.GrantContent) { c.Signed = date("2024-03-03") }},
		{"AUTHORIZATION_QUERIES", operator, func(c *authorization.GrantContent) { c.Max = 0 }},
		{"AUTHORIZATION_FORM", operator, func(c *authorization.GrantContent) { c.Form = nil }},
		{"AUTHORIZATION_SIGNATURE", operator, func(c *authorization.GrantContent) { c.Signature = nil }},
		{"AUTHORIZATION_DOUBLE_CHECK", operator, func(c *authorization.GrantContent) { c.CheckedBy = c.CapturedBy }},
		{"AUTHORIZATION_DOUBLE_CHECK", operator, func(c *authorization.GrantContent) { c.CheckedBy = "" }},
		{"AUTHORIZATION_PAPER", "Subject/" + herder, func(*authorization.GrantContent) {}},
		{"AUTHORIZATION_NOT_OWN", "Subject/" + other, func(c *authorization.GrantContent) { c.Method = "CA" }},
		{"ACCESS_DENIED", "Commission/reviewer", func(*authorization.GrantContent) {}},
	} {
		c := grantOf("SQ001", 0)
		x.change(&c)
		r := l.Refused(x.code, book, x.who, "authorization.Grant", c)
		require.NotContains(t, fmt.Sprint(r.Refusal.Actual), herder)
	}
	_, err := l.Submit(book, officer, "authorization.Grant", grantOf("SQ001", 0))
	require.ErrorContains(t, err, "ACCESS_DENIED", "a bank makes no grants")
	// After the loan there is no fixed limit; a warned item with all it needs.
	c := grantOf("SQ001", 0)
	c.Purpose, c.To, c.Items, c.Warning = "03", date("2027-03-01"), []string{"TAXAMT", "LOAN"}, hash('w')
	c.Providers, c.Consents = append(c.Providers, "ProviderMSP"), append(c.Consents, authorization.ConsentSensitive)
	l.Must(book, operator, "authorization.Grant", c)
	require.Equal(t, []string{"LOAN", "TAXAMT"}, show(t, l, officer, "SQ001", "").Items)
}

// What a subject signs itself it sees, and nobody else but the bank and the
// authorities.
func TestSubjectGrantsWithItsOwnCertificate(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	c := grantOf("SQ001", 0)
	c.Method, c.CapturedBy, c.CheckedBy = "CA", "", ""
	l.Must(book, "Subject/"+herder, "authorization.Grant", c)
	l.Must(book, officer, "authorization.Check", useOf(c, "u1", "2024-03-05"))
	var a authorization.ListAnswer
	require.NoError(t, l.Ask(book, "Subject/"+herder, "authorization.List", authorization.ListQuery{}, &a))
	require.Len(t, a.Grants, 1)
	require.NoError(t, l.Ask(book, "Subject/"+other, "authorization.List", authorization.ListQuery{}, &a))
	require.Empty(t, a.Grants)
	require.ErrorContains(t, l.Ask(book, "Subject/"+other, "authorization.List", authorization.ListQuery{Subject: herder}, &a), "AUTHORIZATION_NOT_OWN")
	var s authorization.ShowAnswer
	for _, name := range []string{"authorization.Show", "authorization.History"} {
		require.ErrorContains(t, l.Ask(book, "Subject/"+other, name, authorization.GrantQuery{Number: "SQ001"}, &s), "AUTHORIZATION_MISSING",
			"another subject does not even learn that it exists")
		require.ErrorContains(t, l.Ask(book, "BankB/officer", name, authorization.GrantQuery{Number: "SQ001"}, &s), "ACCESS_DENIED")
	}
}

func TestNobodyElsesRevocationHasAnEffect(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	foreign := revocationOf(g, "r1", "2024-03-03")
	l.Refused("AUTHORIZATION_NOT_OWN", book, "Subject/"+other, "authorization.Revoke", foreign)
	foreign.Subject = other
	l.Must(book, "Subject/"+other, "authorization.Revoke", foreign)
	l.Must(book, officer, "authorization.Check", useOf(g, "u1", "2024-03-05"))
	before := l.Digests(book, "revocation")
	require.Contains(t, before, "SQ001/none", "a marker without effect counts as such, without the pseudonym")

	unknown := revocationOf(grantOf("SQ404", 1), "r2", "2024-03-05")
	l.Refused("AUTHORIZATION_MISSING", book, "Subject/"+herder, "authorization.Revoke", unknown)
	wrongID := revocationOf(g, "r3", "2024-03-05")
	wrongID.Grant.ID = chaincodetest.ID("grantpage2", 0)
	l.Refused("AUTHORIZATION_MISSING", book, "Subject/"+herder, "authorization.Revoke", wrongID)

	byOperator := revocationOf(g, "r4", "2024-03-05")
	byOperator.Channel = "PAPER"
	l.Refused("AUTHORIZATION_TEXT", book, operator, "authorization.Revoke", byOperator)
	byOperator.Reason = "本人书面申请"
	l.Must(book, operator, "authorization.Revoke", byOperator)
	require.Contains(t, l.Digests(book, "revocation"), "SQ001")
	_, err := l.Submit(book, officer, "authorization.Revoke", byOperator)
	require.ErrorContains(t, err, "ACCESS_DENIED")
}

// A revocation commits although uses of its page do, and the other way
// round: it neither reads nor writes the grant's page. On this ledger a page
// whose value is missing cannot be read at all.
func TestRevocationDoesNotReadTheGrantsPage(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	g := grantOf("SQ001", 0)
	l.Must(book, operator, "authorization.Grant", g)
	restore := l.Hide(book, "intake", "Pgrant:")
	_, err := l.Submit(book, officer, "authorization.Check", useOf(g, "u1", "2024-03-05"))
	require.ErrorContains(t, err, "DATA_MISSING_ON_PEER", "a use does read it")
	l.Must(book, "Subject/"+herder, "authorization.Revoke", revocationOf(g, "r1", "2024-03-05"))
	restore()
	l.Refused("AUTHORIZATION_REVOKED", book, officer, "authorization.Check", useOf(g, "u1", "2024-03-05"))
}

func TestGrantsToOthersThanBanks(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	const cc, lane = "commons", "others"
	batch := func(who, name string, content any) command.Result {
		r, err := l.Batch(cc, who, lane, chaincodetest.Step{Name: name, Content: content})
		require.NoError(t, err)
		return r[0]
	}
	g := grantOf("SQ900", 0)
	g.Purpose = "04"
	require.Equal(t, "AUTHORIZATION_GRANTEE", batch(operator, "authorization.GrantOther", g).Refusal.Code, "a bank's grants stand in its book")
	g.Grantee = "FinanceMSP"
	require.Equal(t, "accepted", batch(operator, "authorization.GrantOther", g).Outcome)
	require.Equal(t, "AUTHORIZATION_FOREIGN", batch("CentralBank/officer", "authorization.CheckOther", useOf(g, "u1", "2024-03-05")).Refusal.Code)
	require.Equal(t, "accepted", batch("Finance/reviewer", "authorization.CheckOther", useOf(g, "u1", "2024-03-05")).Outcome)
	var s authorization.ShowAnswer
	require.NoError(t, l.Ask(cc, "Finance/reviewer", "authorization.ShowOther", authorization.GrantQuery{Number: "SQ900"}, &s))
	require.Equal(t, 1, s.Used)
	require.ErrorContains(t, l.Ask(cc, "Audit/auditor", "authorization.ShowOther", authorization.GrantQuery{Number: "SQ900"}, &s), "AUTHORIZATION_MISSING", "not to it")
	require.ErrorContains(t, l.Ask(cc, officer, "authorization.ShowOther", authorization.GrantQuery{Number: "SQ900"}, &s), "ACCESS_DENIED")
	require.Equal(t, "accepted", batch("Subject/"+herder, "authorization.RevokeOther", revocationOf(g, "r1", "2024-03-06")).Outcome)
	require.Equal(t, "AUTHORIZATION_REVOKED", batch("Finance/reviewer", "authorization.CheckOther", useOf(g, "u2", "2024-03-07")).Refusal.Code)
	require.Len(t, l.Digests(cc, "grant"), 1)
	require.Contains(t, l.Digests(cc, "revocation"), "SQ900")
}

func TestEnterpriseNamesItsSigner(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	c := grantOf("SQ001", 0)
	c.Who, c.Capacity, c.Signer, c.Consents, c.Method = authorization.Enterprise, authorization.LegalRepresentative, "signer0001", nil, "E_LICENCE"
	l.Must(book, operator, "authorization.Grant", c)
	require.Equal(t, "signer0001", show(t, l, officer, "SQ001", "").Signer)
}

// A full page stays within the 16 kB that a page may have.
func TestPageOfGrantsStaysSmall(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for slot := 0; slot < 16; slot++ {
		g := grantOf(fmt.Sprintf("SQ2024030100%02d", slot), slot)
		g.Max, g.Device, g.Warning = 99, "TERMINAL-0001", hash('w')
		l.Must(book, operator, "authorization.Grant", g)
		for u := 0; u < 9; u++ {
			l.Must(book, officer, "authorization.Check", useOf(g, fmt.Sprintf("use-2024-%04d", u), "2024-03-05"))
		}
	}
	size := l.Largest(book, "intake", "Pgrant:")
	require.Less(t, size, 16*1024)
	t.Logf("a page of 16 grants with 9 uses each: %d bytes", size)
	var h authorization.HistoryAnswer
	require.NoError(t, l.Ask(book, officer, "authorization.History", authorization.GrantQuery{Number: "SQ202403010007"}, &h))
	require.Len(t, h.Entries, 10, "rolled entries are still there")
	l.Refused("DUPLICATE_NUMBER", book, officer, "authorization.Check", func() authorization.CheckContent {
		g := grantOf("SQ202403010007", 7)
		return useOf(g, "use-2024-0000", "2024-03-06")
	}())
}

// Any partition of the same commands into batches, in any pages and under any
// pseudonyms, gives the same digests; sent again, nothing changes.
func TestPartitionsGiveTheSameDigests(t *testing.T) {
	type sent struct {
		who  string
		step chaincodetest.Step
	}
	build := func(page, subject string) []sent {
		var list []sent
		for i := 0; i < 4; i++ {
			g := grantOf(fmt.Sprintf("SQ%03d", i), i)
			g.Grant.ID.Page, g.Subject = page, subject
			who := operator
			if i%2 == 0 {
				g.Method, g.CapturedBy, g.CheckedBy, who = "CA", "", "", "Subject/"+subject
			}
			list = append(list, sent{who, chaincodetest.Step{Name: "authorization.Grant", Content: g}},
				sent{officer, chaincodetest.Step{Name: "authorization.Check", Content: useOf(g, "u1", "2024-03-05")}})
			if i < 2 {
				list = append(list, sent{"Subject/" + subject, chaincodetest.Step{Name: "authorization.Revoke", Content: revocationOf(g, "r1", "2024-03-06")}})
			}
			list = append(list, sent{officer, chaincodetest.Step{Name: "authorization.Check", Content: useOf(g, "u2", "2024-03-07")}})
		}
		return list
	}
	send := func(l *chaincodetest.Ledger, list []sent, limit func(most int) int) []command.Result {
		var results []command.Result
		for len(list) > 0 {
			most := 1
			for most < len(list) && list[most].who == list[0].who {
				most++
			}
			n := limit(most)
			var steps []chaincodetest.Step
			for _, s := range list[:n] {
				steps = append(steps, s.step)
			}
			r, err := l.Batch(book, list[0].who, "intake", steps...)
			require.NoError(t, err)
			results = append(results, r...)
			list = list[n:]
		}
		return results
	}
	all := func(most int) int { return most }
	whole := chaincodetest.New(t, "2024-08-01")
	first := send(whole, build("pageaaaa", "subjectaaaa"), all)
	grants, revocations := whole.Digests(book, "grant"), whole.Digests(book, "revocation")
	require.Len(t, grants, 4)
	require.Len(t, revocations, 2)
	for i, r := range send(whole, build("pageaaaa", "subjectaaaa"), all) {
		if first[i].Outcome == "accepted" {
			require.Equal(t, "already applied", r.Outcome)
		} else {
			require.Equal(t, first[i], r)
		}
	}
	require.Equal(t, grants, whole.Digests(book, "grant"))
	rapid.Check(t, func(rt *rapid.T) {
		l := chaincodetest.New(t, "2024-08-01")
		send(l, build("pagebbbb", "subjectbbbb"), func(most int) int { return rapid.IntRange(1, most).Draw(rt, "n") })
		require.Equal(t, grants, l.Digests(book, "grant"))
		require.Equal(t, revocations, l.Digests(book, "revocation"))
	})
}

// Whatever the order of uses and a revocation, none is accepted after it,
// and never more uses than the grant allows.
func TestUsesNeverOutliveTheGrant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := chaincodetest.New(t, "2024-08-01")
		g := grantOf("SQ001", 0)
		g.Max = rapid.IntRange(1, 4).Draw(rt, "max")
		l.Must(book, operator, "authorization.Grant", g)
		n := rapid.IntRange(1, 8).Draw(rt, "steps")
		revokeAt := rapid.IntRange(0, n).Draw(rt, "revoked at")
		accepted := 0
		for i := 0; i < n; i++ {
			if i == revokeAt {
				l.Must(book, "Subject/"+herder, "authorization.Revoke", revocationOf(g, "r1", "2024-03-05"))
			}
			day := date("2024-02-27") + calendar.Date(rapid.IntRange(0, 100).Draw(rt, "day"))
			c := useOf(g, fmt.Sprintf("u%d", i), day.String())
			r, err := l.Submit(book, officer, "authorization.Check", c)
			require.NoError(t, err)
			if r.Outcome == "accepted" {
				accepted++
				require.Less(t, i, revokeAt)
				require.True(t, day >= g.From && day <= g.To)
			}
		}
		require.LessOrEqual(t, accepted, g.Max)
		require.Equal(t, accepted, show(t, l, officer, "SQ001", "").Used)
	})
}

func TestHash(t *testing.T) {
	var h authorization.Hash
	for _, bad := range []string{"ab", strings.Repeat("AB", 32), strings.Repeat("xy", 32)} {
		require.Error(t, h.UnmarshalText([]byte(bad)))
	}
	require.NoError(t, h.UnmarshalText([]byte(strings.Repeat("ab", 32))))
	require.Len(t, h, 32)
	require.NoError(t, h.UnmarshalText(nil))
	require.Nil(t, h)
}

// Refusals of the room begin with its name, and name is unique over all rooms
// anyway.
func TestCommandsAreRegistered(t *testing.T) {
	names := map[string]bool{}
	for _, d := range append(append([]command.Definition(nil), chaincode.BookCommands...), chaincode.CommonsCommands...) {
		require.False(t, names[d.Describe().Name], "a name belongs to one chaincode")
		names[d.Describe().Name] = true
	}
	for _, n := range []string{"Grant", "Revoke", "Check", "GrantOther", "RevokeOther", "CheckOther"} {
		require.True(t, names["authorization."+n])
	}
	for _, r := range refusal.Table() {
		require.NotEmpty(t, r.Zh)
	}
}
