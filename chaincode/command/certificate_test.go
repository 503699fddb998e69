package command_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

const subject = "Subject/abcdefgh"

func application(number string) map[string]any {
	return map[string]any{"number": number, "date": "2024-08-01", "application": map[string]any{"id": "aaaa.0", "no": "A1"},
		"subject": "abcdefgh", "amount": "1.00", "months": 1, "use": "FEED", "channel": "APP", "product": "AGR"}
}

// The same person with the same key and certificate is somebody in one book
// only, whatever the certificate says instead of the other's exact name.
func TestASubjectsCertificateServesOneBook(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	atA := subject + "@" + chaincodetest.BookA
	l.Must(chaincodetest.BookA, atA, "loan.Apply", application("n1"))
	last := l.Last
	var shown map[string]any
	require.NoError(t, l.Ask(chaincodetest.BookA, atA, "loan.ShowApplication", map[string]any{"application": "A1"}, &shown))
	for _, book := range []string{chaincodetest.BookA, "", "commons", "BOOK-BANKB", "book-bankb ", " book-bankb", "book-bankb\x00", "book-banka,book-bankb", "book-bankb,book-banka", "book-bank", "*", "BankBMSP", "book"} {
		who := subject + "@" + book
		raw, err := json.Marshal(application("n2"))
		require.NoError(t, err)
		_, err = l.Invoke(chaincodetest.BookB, who, "loan.Apply:Submit", nil, map[string][]byte{"command": raw})
		require.ErrorContains(t, err, "qxl CERTIFICATE_BOOK: ", "%q", book)
		require.ErrorContains(t, err, "this is book-bankb; sign with the certificate that was issued for book-bankb", "%q", book)
		_, err = l.Batch(chaincodetest.BookB, who, "intake", chaincodetest.Step{Name: "loan.Apply", Content: application("n2")})
		require.ErrorContains(t, err, "qxl CERTIFICATE_BOOK: ", "%q", book)
		err = l.Ask(chaincodetest.BookB, who, "loan.ShowApplication", map[string]any{"application": "A1"}, &shown)
		require.ErrorContains(t, err, `qxl CERTIFICATE_BOOK: {"code":"CERTIFICATE_BOOK","field":"certificate","limit":"book-bankb"`, "%q", book)
	}
	require.Equal(t, last, l.Last, "nothing of it is in a block")
	l.Must(chaincodetest.BookB, subject+"@"+chaincodetest.BookB, "loan.Apply", application("n2"))
}

// Every command and every query of what is private, of commons too. What is
// public, each may read with any certificate.
func TestNoCommandTakesACertificateOfAnotherBook(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	public := 0
	for _, x := range []struct {
		name    string
		wrong   []string
		defs    []command.Definition
		queries []command.QueryDefinition
	}{
		{chaincodetest.BookA, []string{"", chaincodetest.BookB, "commons"}, chaincode.BookCommands, chaincode.BookQueries},
		{"commons", []string{"", chaincodetest.BookA, chaincodetest.BookB}, chaincode.CommonsCommands, chaincode.CommonsQueries},
	} {
		for _, book := range x.wrong {
			// BankA's authority gives out a subject's role: it opens no door.
			for _, who := range []string{subject + "@" + book, "BankA/subject@" + book} {
				for _, d := range x.defs {
					_, err := l.Submit(x.name, who, d.Describe().Name, map[string]any{"number": "n"})
					require.ErrorContains(t, err, "qxl CERTIFICATE_BOOK", "%s of %s as %s", d.Describe().Name, x.name, who)
				}
				for _, q := range x.queries {
					var answer any
					s := q.DescribeQuery()
					err := l.Ask(x.name, who, s.Name, struct{}{}, &answer)
					switch {
					case len(s.Collections) > 0:
						require.ErrorContains(t, err, "qxl CERTIFICATE_BOOK", "%s of %s as %s", s.Name, x.name, who)
					case who == subject+"@"+book:
						public++
						if err != nil { // a query that needs to be told what it is about: its own rule answers
							require.ErrorContains(t, err, "qxl EVIDENCE_", "%s of %s as %s", s.Name, x.name, who)
						}
					}
				}
			}
		}
	}
	require.Equal(t, 3*9, public, "consortium.Show, digest.consortium, receipt.public, evidence.Log, Logs, Checkpoint, Checkpoints, Keys and digest.evidence of commons")
}

// A book that has no owner yet is nobody's.
func TestNoSubjectInABookWithoutOwner(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Hide(chaincodetest.BookB, "", command.OwnerKey)
	for _, book := range []string{"", chaincodetest.BookA, chaincodetest.BookB} {
		_, err := l.Submit(chaincodetest.BookB, subject+"@"+book, "loan.Apply", application("n"))
		require.ErrorContains(t, err, "qxl BOOK_NOT_OPEN", "%q", book)
	}
}

// Two banks with one book, or a bank whose book is commons, would let one
// certificate into both.
func TestEachBankHasABookOfItsOwn(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for _, book := range []string{chaincodetest.BookA, "commons"} {
		r := l.Refused("CONSORTIUM_MEMBERS", "commons", "Commission/operator", "consortium.Propose", consortium.ProposeContent{
			Head: command.Head{Number: "p1", Date: chaincodetest.Day(t, "2024-08-01")},
			Change: consortium.Change{Members: []consortium.Member{{MSP: "BankCMSP", Party: command.Bank, Book: book,
				Names: []consortium.Name{{From: chaincodetest.Day(t, "2024-08-01"), Zh: "丙银行", En: "Bank C"}}}}}})
		require.Equal(t, "members.book", r.Refusal.Field)
		require.Equal(t, book, r.Refusal.Actual)
	}
}
