package disclosing

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	handover "github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault/blob"
)

// Matrix is what has to be refused, each as a subtest of its name: no key
// leaves, and the subject sees who tried what and why it was refused. In each
// the same is granted once what was wrong is put right.
func Matrix(t *testing.T, w *World) {
	w.T = t
	w.open()
	content := bytes.Repeat([]byte("个人信用报告"), 50_000)
	record := w.put(w.known, "loan/1", content, commitment.Field{Name: "amount", Value: []byte("500000.00")}, commitment.Field{Name: "overdue", Value: []byte("0")},
		commitment.Field{Name: "phone", Value: []byte("13900000000")})
	tax := w.put(w.known, "taxamt/1", []byte("纳税证明"))
	others := w.put("另一主体", "loan/1", []byte("另一人的报告"))
	w.anchor()
	good := w.grant(nil)

	run := func(name string, do func(w *World)) {
		t.Run(name, func(t *testing.T) {
			at := w.T
			w.T = t
			defer func() { w.T = at }()
			do(w)
		})
	}
	// denied is what the ledger refuses; its counterpart is granted.
	denied := func(w *World, person, code string, bad, right disclosure.UseContent) {
		w.Helper()
		id := w.key()
		_, err := w.user(person).Ask(w.Context(), w.node, bookA, bad, id, nil)
		w.refused(code, err)
		bad.Recipient = handover.RecipientHash(id.Recipient().String())
		w.refused(code, w.user(person).Use(w.Context(), bookA, &bad)) // sent again it is applied already, and refused it stays
		w.sees(bad.Request, "denied", code, "BankAMSP")
		// Whoever goes to the owner all the same gets nothing, and is seen again.
		_, err = w.user(person).Fetch(w.Context(), w.node, handover.Ask{Chaincode: bookA, Use: bad, Recipient: id.Recipient().String()})
		w.refused(disclosure.WasDenied.Code, err)
		w.sees(bad.Request, "denied refused", disclosure.WasDenied.Code, "BankAMSP")
		w.granted(person, right)
	}

	run("GoodCase", func(w *World) {
		c, id := w.request(good, record), w.key()
		got, err := w.user(officer).Ask(w.Context(), w.node, bookA, c, id, nil)
		require.NoError(w, err)
		require.True(w, got[0].Anchored)
		require.Equal(w, content, w.plain(got[0], c))
		w.sees(c.Request, "asked delivered received", "", "")
		shares, err := w.vault.Shares([16]byte{})
		require.NoError(w, err)
		require.Equal(w, "BankAMSP", shares[len(shares)-1].To)
		require.Equal(w, id.Recipient().String(), shares[len(shares)-1].Recipient)
	})
	run("TwoFieldsAndNoMore", func(w *World) {
		c := w.request(good, record)
		c.Fields = []string{"amount", "overdue"}
		got, err := w.user(officer).Ask(w.Context(), w.node, bookA, c, w.key(), nil)
		require.NoError(w, err)
		require.Nil(w, got[0].Share)
		raw, err := got[0].Fields.Encode()
		require.NoError(w, err)
		again, err := handover.DecodeFields(raw)
		require.NoError(w, err)
		_, receipt, err := again.Verify()
		require.NoError(w, err)
		require.Equal(w, string(record.Leaf), string(receipt.LeafHash[:]))
		require.Equal(w, "500000.00", string(again.Fields[0].Value))
		for _, closed := range []string{"phone", "13900000000", "MTM5MDAwMDAwMDA"} {
			require.NotContains(w, string(raw), closed)
		}
		again.Fields[0].Value = []byte("900000.00")
		_, _, err = again.Verify()
		require.Error(w, err)
		// The key stays with the owner, and so the ciphertext is not given either.
		require.Error(w, w.user(officer).Ciphertext(w.Context(), w.node, bookA, c, record.Leaf, &bytes.Buffer{}))
		w.sees(c.Request, "asked delivered received", "", "")
		c = w.request(good, record)
		c.Fields = []string{"amount", "salary"}
		_, err = w.user(officer).Ask(w.Context(), w.node, bookA, c, w.key(), nil)
		w.refused(disclosure.NoField.Code, err)
		w.sees(c.Request, "asked refused", disclosure.NoField.Code, "BankAMSP")
	})
	run("NoGrant", func(w *World) {
		bad := w.request(good, record)
		bad.Grant = ledgerstate.Ref{ID: ledgerstate.ID{Page: text(13)}, No: "SQ-" + text(12)}
		denied(w, officer, authorization.Missing.Code, bad, w.request(good, record))
	})
	run("NoUseOnTheLedger", func(w *World) {
		c, id := w.request(good, record), w.key()
		c.Recipient = handover.RecipientHash(id.Recipient().String())
		ask := handover.Ask{Chaincode: bookA, Use: c, Recipient: id.Recipient().String()}
		_, err := w.user(officer).Fetch(w.Context(), w.node, ask)
		w.refused(disclosure.NoUse.Code, err)
		w.sees(c.Request, "denied", disclosure.NoUse.Code, "BankAMSP")
		// The number is spent: what the subject was shown is not undone.
		w.refused(disclosure.NumberUsed.Code, w.user(officer).Use(w.Context(), bookA, &c))
		w.sees(c.Request, "denied refused", disclosure.NumberUsed.Code, "BankAMSP")
		w.granted(officer, w.request(good, record))
	})
	run("Expired", func(w *World) {
		old := w.grant(func(g *authorization.GrantContent) { g.To = w.today - 1 })
		denied(w, officer, authorization.Expired.Code, w.request(old, record), w.request(good, record))
	})
	run("RevokedInTheBlockBefore", func(w *World) {
		g := w.grant(nil)
		first, id := w.request(g, record), w.key()
		first.Recipient = handover.RecipientHash(id.Recipient().String())
		require.NoError(w, w.user(officer).Use(w.Context(), bookA, &first), "committed before the revocation")
		revoked := w.accepted(self, bookA, authorization.Commands[1], authorization.RevokeContent{Head: w.head(), Grant: ledgerstate.Ref{No: g.Grant.No}, Subject: w.subject, Channel: "APP", Delete: true})
		w.settled(revoked)
		bad := w.request(g, record)
		bad.Recipient = random()
		r, err := w.As(officer).Post(w.Context(), bookA, disclosure.InBook.Use, bad)
		require.NoError(w, err)
		require.Equal(w, authorization.AlreadyOver.Code, r.Refusal.Code)
		require.Equal(w, revoked+1, r.Block)
		w.sees(bad.Request, "denied", authorization.AlreadyOver.Code, "BankAMSP")
		// What was used before is handed over: the order of blocks decides. The
		// copies are owed a certificate of deletion.
		_, err = w.user(officer).Fetch(w.Context(), w.node, handover.Ask{Chaincode: bookA, Use: first, Recipient: id.Recipient().String()})
		require.NoError(w, err)
		w.sees(first.Request, "asked delivered", "", "")
		require.Equal(w, []string{first.Request}, w.owed(g.Grant.No))
		w.settled(w.accepted(officer, bookA, disclosure.InBook.Certify, &disclosure.CertifyContent{Head: w.head(), Request: first.Request, Basis: "revocation", Certificate: random()}))
		require.Empty(w, w.owed(g.Grant.No))
		w.sees(first.Request, "asked delivered deleted", "", "")
	})
	run("WrongPurpose", func(w *World) {
		bad := w.request(good, record)
		bad.Purpose = "03"
		denied(w, officer, authorization.WrongUse.Code, bad, w.request(good, record))
	})
	run("WrongItem", func(w *World) {
		denied(w, officer, authorization.OutOfScope.Code, w.request(good, tax), w.request(good, record))
		lie := w.request(good, tax)
		lie.Records[0].Item = "LOAN"
		_, err := w.user(officer).Ask(w.Context(), w.node, bookA, lie, w.key(), nil)
		w.refused(disclosure.OtherItem.Code, err)
		w.sees(lie.Request, "asked refused", disclosure.OtherItem.Code, "BankAMSP")
	})
	run("WrongRecord", func(w *World) {
		foreign := w.request(good, others)
		_, err := w.user(officer).Ask(w.Context(), w.node, bookA, foreign, w.key(), nil)
		w.refused(disclosure.OtherSubject.Code, err)
		w.sees(foreign.Request, "asked refused", disclosure.OtherSubject.Code, "BankAMSP")
		none := w.request(good, record)
		none.Records[0].Leaf = random()
		_, err = w.user(officer).Ask(w.Context(), w.node, bookA, none, w.key(), nil)
		w.refused(disclosure.NoRecord.Code, err)
		w.sees(none.Request, "asked refused", disclosure.NoRecord.Code, "BankAMSP")
		// Asked for on the ledger is one record, of the owner another.
		c, id := w.request(good, record), w.key()
		c.Recipient = handover.RecipientHash(id.Recipient().String())
		require.NoError(w, w.user(officer).Use(w.Context(), bookA, &c))
		other := c
		other.Records = []disclosure.Record{tax}
		_, err = w.user(officer).Fetch(w.Context(), w.node, handover.Ask{Chaincode: bookA, Use: other, Recipient: id.Recipient().String()})
		w.refused(disclosure.OtherRequest.Code, err)
		w.sees(c.Request, "asked refused", disclosure.OtherRequest.Code, "BankAMSP")
	})
	run("WrongRecipient", func(w *World) {
		// The grant is to another bank: this bank's book knows none of its number.
		elsewhere := w.grant(func(g *authorization.GrantContent) { g.Grantee = "BankBMSP" })
		denied(w, officer, authorization.Missing.Code, w.request(elsewhere, record), w.request(good, record))
		// The key is another than the one that stands in the request.
		c, id := w.request(good, record), w.key()
		c.Recipient = handover.RecipientHash(id.Recipient().String())
		require.NoError(w, w.user(officer).Use(w.Context(), bookA, &c))
		_, err := w.user(officer).Fetch(w.Context(), w.node, handover.Ask{Chaincode: bookA, Use: c, Recipient: w.key().Recipient().String()})
		w.refused(disclosure.OtherRecipient.Code, err)
		w.sees(c.Request, "asked refused", disclosure.OtherRecipient.Code, "BankAMSP")
		// An authority's grant, used by another authority, in commons.
		g := w.grant(func(g *authorization.GrantContent) { g.Grantee = "FinanceMSP" })
		o := w.request(g, record)
		o.Recipient = random()
		r, err := w.As(operator).Post(w.Context(), command.CommonsName, disclosure.InCommons.Use, o)
		require.NoError(w, err)
		require.Equal(w, authorization.Foreign.Code, r.Refusal.Code)
	})
	run("CountUsedUp", func(w *World) {
		once := w.grant(func(g *authorization.GrantContent) { g.Max = 1 })
		w.granted(officer, w.request(once, record))
		denied(w, officer, authorization.Exhausted.Code, w.request(once, record), w.request(good, record))
	})
	run("ReplayedRequest", func(w *World) {
		c, id := w.request(good, record), w.key()
		c.Recipient = handover.RecipientHash(id.Recipient().String())
		require.NoError(w, w.user(officer).Use(w.Context(), bookA, &c))
		ask := handover.Ask{Chaincode: bookA, Use: c, Recipient: id.Recipient().String()}
		_, err := w.user(officer).Fetch(w.Context(), w.node, ask)
		require.NoError(w, err)
		_, err = w.user(officer).Fetch(w.Context(), w.node, ask)
		w.refused(disclosure.Served.Code, err)
		w.sees(c.Request, "asked delivered refused", disclosure.Served.Code, "BankAMSP")
		again := c
		again.Head = w.head()
		w.refused(disclosure.NumberUsed.Code, w.user(officer).Use(w.Context(), bookA, &again))
		w.sees(c.Request, "asked delivered refused refused", disclosure.NumberUsed.Code, "BankAMSP")
	})
	run("StolenRequestAndReceipt", func(w *World) {
		c, id := w.request(good, record), w.key()
		c.Recipient = handover.RecipientHash(id.Recipient().String())
		require.NoError(w, w.user(officer).Use(w.Context(), bookA, &c))
		ask := handover.Ask{Chaincode: bookA, Use: c, Recipient: id.Recipient().String()}
		_, err := w.user(rival).Fetch(w.Context(), w.node, ask)
		w.refused(disclosure.NotRequester.Code, err)
		w.sees(c.Request, "asked refused", disclosure.NotRequester.Code, "BankBMSP")
		_, err = w.user(colleague).Fetch(w.Context(), w.node, ask)
		w.refused(disclosure.NotRequester.Code, err)
		body, err := w.user(officer).Fetch(w.Context(), w.node, ask)
		require.NoError(w, err, "the rightful one gets it all the same")
		require.Error(w, w.user(rival).Ciphertext(w.Context(), w.node, bookA, c, record.Leaf, &bytes.Buffer{}))
		_, err = w.user(colleague).Open(w.Context(), c, body, w.key())
		require.Error(w, err, "what was sent opens with no other key")
		w.refused(disclosure.NotUser.Code, w.user(colleague).Receive(w.Context(), bookA, c.Request, body))
		require.NoError(w, w.user(officer).Receive(w.Context(), bookA, c.Request, body))
		w.sees(c.Request, "asked refused refused delivered refused received", disclosure.NotUser.Code, "BankAMSP")
	})
}

// granted asks for a record and gets it.
func (w *World) granted(person string, c disclosure.UseContent) {
	w.Helper()
	got, err := w.user(person).Ask(w.Context(), w.node, bookA, c, w.key(), nil)
	require.NoError(w, err)
	require.NotNil(w, got[0].Share)
	w.sees(c.Request, "asked delivered received", "", "")
}

func (w *World) refused(code string, err error) {
	w.Helper()
	no, ok := refusal.As(err)
	require.True(w, ok, "want %s, got %v", code, err)
	require.Equal(w, code, no.Code, "%v", err)
	if n := (*handover.RefusedError)(nil); errors.As(err, &n) {
		require.True(w, n.Recorded, "the owner's node could not record it")
	}
}

// plain fetches the ciphertext and opens it with the key that came.
func (w *World) plain(g handover.Got, c disclosure.UseContent) []byte {
	w.Helper()
	path := filepath.Join(w.TempDir(), "car")
	f, err := os.Create(path)
	require.NoError(w, err)
	defer f.Close()
	require.NoError(w, w.user(officer).Ciphertext(w.Context(), w.node, bookA, c, g.Record.Leaf, f))
	info, err := f.Stat()
	require.NoError(w, err)
	car, err := blob.OpenCAR(f, info.Size())
	require.NoError(w, err)
	var out bytes.Buffer
	require.NoError(w, g.Share.Open(w.Context(), &out, car.Fetch))
	return out.Bytes()
}

// owed are the requests under a grant of which a certificate of deletion is owed.
func (w *World) owed(grant string) []string {
	w.Helper()
	var list []string
	q := disclosure.ListQuery{}
	for {
		var a disclosure.ListAnswer
		require.NoError(w, w.As(self).Ask(w.Context(), bookA, disclosure.InBook.Owed.DescribeQuery().Name, q, &a))
		for _, x := range a.Requests {
			if x.Grant.No == grant {
				list = append(list, x.Request)
			}
		}
		if q.After = a.Next; a.Next == "" {
			return list
		}
	}
}
