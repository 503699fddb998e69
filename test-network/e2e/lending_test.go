package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/book"
)

// Lending through the Go API. Everything is drawn at random, so that tests
// find a used network as good as a new one, and recognize their own data.

// text is n random characters of a-z and 2-7.
func text(n int) string { return strings.ToLower(rand.Text()[:n]) }

func digits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	x, _ := rand.Int(rand.Reader, limit)
	return fmt.Sprintf("%0*d", n, x)
}

func digest() string {
	b := make([]byte, 32)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// fen is a random amount of twelve digits of fen, from floor up to the next
// 50,000,000,000 fen.
func fen(floor int64) money.Fen {
	x, _ := rand.Int(rand.Reader, big.NewInt(50_000_000_000))
	return money.Fen(floor + x.Int64())
}

func newID() ledgerstate.ID { return ledgerstate.ID{Page: text(13)} }

func newRef(no string) ledgerstate.Ref { return ledgerstate.Ref{ID: newID(), No: no} }

func newHead(day calendar.Date) command.Head {
	return command.Head{Number: "e2e-" + text(12), Date: day}
}

// today is the open business day.
func (m *members) today() calendar.Date {
	m.t.Helper()
	tables, err := book.Show(m.t.Context(), m.ledger("Commission/operator1"))
	require.NoError(m.t, err)
	return tables.Open
}

// definition is a command of a chaincode as clients name it: joint ones are
// the book's, though commons runs them.
func definition(cc, name string) command.Definition {
	for _, d := range append(slices.Clone(chaincode.BookCommands), chaincode.CommonsCommands...) {
		s := d.Describe()
		if s.Name == name && (cc == command.CommonsName) == (s.Lane.Chaincode == command.Commons && !s.Lane.Joint()) {
			return d
		}
	}
	panic(cc + " has no command " + name)
}

// accepted posts a command that has to be accepted.
func (m *members) accepted(person, cc, name string, content any) {
	m.t.Helper()
	r, err := m.as(person).Post(m.t.Context(), cc, definition(cc, name), content)
	require.NoError(m.t, err, "%s as %s", name, person)
	require.Equal(m.t, command.Accepted.String(), r.Outcome, "%s as %s: %v", name, person, r.Refusal)
}

// refused posts a command that has to be refused with a code.
func (m *members) refused(code, person, cc, name string, content any) {
	m.t.Helper()
	r, err := m.as(person).Post(m.t.Context(), cc, definition(cc, name), content)
	require.NoError(m.t, err, "%s as %s", name, person)
	require.Equal(m.t, command.Refused.String(), r.Outcome, "%s as %s", name, person)
	require.Equal(m.t, code, r.Refusal.Code, "%s as %s: %v", name, person, r.Refusal)
}

// borrower is a subject of one bank's book.
type borrower struct {
	bank, book string
	pseudonym  string
	number     string // USCC or resident ID
	name       string
	legal      bool
	signer     string // an enterprise's representative: pseudonym, name, resident ID
	repName    string
	repID      string
	revenue    money.Fen
	assets     money.Fen
}

const county = "632521" // 海南州共和县

func residentID() string {
	first17 := county + fmt.Sprintf("19%02d%02d%02d", 60+below(40), 1+below(12), 1+below(28)) + digits(3)
	return first17 + string(identifier.ResidentIDCheckCharacter(first17))
}

func below(n int64) int64 {
	x, _ := rand.Int(rand.Reader, big.NewInt(n))
	return x.Int64()
}

// newBorrower registers a herder, or an enterprise with a representative.
func (m *members) newBorrower(bank string, legal bool) borrower {
	m.t.Helper()
	return m.registered(bank, legal, m.today()-200)
}

// registered registers one of whom something is known since a day.
func (m *members) registered(bank string, legal bool, from calendar.Date) borrower {
	m.t.Helper()
	b := borrower{legal: legal}
	if legal {
		code := "91" + county + identifier.OrganizationCode("MA"+digits(6))
		b.number = code + string(identifier.USCCCheckCharacter(code))
		b.name = "合成" + text(10) + "有限公司"
		b.repName, b.repID = "合成"+text(8), residentID()
		b.revenue, b.assets = fen(500_000_000_000), fen(550_000_000_000)
	} else {
		b.number, b.name = residentID(), "合成"+text(8)
	}
	return m.register(bank, b, from)
}

// register brings a borrower into a bank's book, where nothing tells that
// another bank knows the same one.
func (m *members) register(bank string, b borrower, from calendar.Date) borrower {
	m.t.Helper()
	day := m.today()
	b.bank, b.book, b.pseudonym = bank, "book-"+strings.ToLower(bank), text(16)
	region, industry := county, "0314"
	c := subject.RegisterContent{Head: newHead(day), Type: subject.Herder, IDKind: subject.ResidentID}
	if b.legal {
		industry, b.signer = "1351", text(16)
		c.Type, c.IDKind = subject.Enterprise, subject.USCC
		c.Facts.Size = &subject.Figures{Employees: 37, Revenue: b.revenue, Assets: b.assets}
		c.Facts.Representative = &subject.Representative{Name: b.repName, Signer: b.signer, ID: b.repID}
	}
	c.Subject = ledgerstate.Ref{ID: ledgerstate.ID{Page: b.pseudonym}, No: b.number}
	c.Facts.From, c.Facts.Name, c.Facts.Region, c.Facts.Industry = from, &b.name, &region, &industry
	m.accepted("Commission/operator1", b.book, "subject.Register", c)
	return b
}

// terms are a grant's by a borrower, valid on the open day.
func (b borrower) terms(day calendar.Date, grantee, purpose string) authorization.GrantContent {
	c := authorization.GrantContent{Head: newHead(day), Grant: newRef("SQS" + digits(12)),
		Terms: authorization.Terms{Subject: b.pseudonym, Who: authorization.Person, Capacity: authorization.Self, Signed: day - 10, Grantee: grantee, Purpose: purpose,
			Items: []string{"LOAN"}, Mode: authorization.Raw, From: day - 10, To: day + 20, Max: 9},
		Evidence: authorization.Evidence{Contact: "0971-0000000", Providers: []string{"CentralBankMSP"}, NoReprovision: true, Form: hashOf(digest()), Signature: hashOf(digest()),
			Method: "FACE_SMS", Device: "DEV" + digits(6), Consents: []authorization.Consent{authorization.ConsentProvision}}}
	if b.legal {
		c.Who, c.Capacity, c.Signer, c.Method = authorization.Enterprise, authorization.LegalRepresentative, b.signer, "CA"
		c.Consents = nil
	}
	return c
}

func hashOf(hexDigits string) authorization.Hash {
	raw, err := hex.DecodeString(hexDigits)
	if err != nil {
		panic(err)
	}
	return raw
}

// deal is a loan on its way.
type deal struct {
	borrower
	day         calendar.Date
	application ledgerstate.Ref
	contract    ledgerstate.Ref
	grant       ledgerstate.Ref
	asked       money.Fen
	limit       money.Fen
	amount      money.Fen
	paid        money.Fen
	voucher     string
	payee       string
	product     string
	guarantee   string
}

// newDeal is a deal whose amounts occur nowhere else.
func (m *members) newDeal(b borrower) *deal {
	return &deal{borrower: b, day: m.today(), application: newRef("SQ" + digits(14)), contract: newRef("HT" + digits(14)),
		asked: fen(400_000_000_000), limit: fen(300_000_000_000), amount: fen(200_000_000_000), paid: fen(100_000_000_000), voucher: digest(), payee: digest(), product: "PRJ", guarantee: "C1"}
}

func (d *deal) apply() loan.ApplyContent {
	return loan.ApplyContent{Head: newHead(d.day), Application: d.application, Subject: d.pseudonym, Product: d.product, Amount: d.asked, Months: 24, Use: "EQUIP", Channel: "HALL"}
}

func (d *deal) accept(grant ledgerstate.Ref) loan.AcceptContent {
	return loan.AcceptContent{Head: newHead(d.day), Loan: d.contract, Application: d.application, Subject: ledgerstate.Ref{ID: ledgerstate.ID{Page: d.pseudonym}, No: d.number}, Grant: grant}
}

// takeOn is a bullet loan of ten days ago that the ledger does not know yet.
func (d *deal) takeOn(contract, grant ledgerstate.Ref) loan.TakeOnContent {
	first := d.day - 10
	return loan.TakeOnContent{Head: newHead(d.day), Loan: contract, Subject: ledgerstate.Ref{ID: ledgerstate.ID{Page: d.pseudonym}, No: d.number}, Grant: grant,
		TakenTerms: loan.TakenTerms{Product: "PRJ", Guarantee: "C1", Signed: first, Disbursed: first, Amount: d.paid, Rate: rate(), Method: schedule.Bullet,
			Periods: 1, EveryMonths: 12, PaidTo: first, Balance: d.paid, Voucher: d.voucher}}
}

func (d *deal) credit(grant ledgerstate.Ref) loan.CreditContent {
	return loan.CreditContent{Head: newHead(d.day), Loan: d.contract, Grant: grant, Limit: d.limit, Rate: rate(), Months: 24, Method: schedule.EqualInstalment, Guarantee: d.guarantee}
}

// route has the application made and sent to the bank.
func (m *members) route(d *deal) {
	m.t.Helper()
	m.accepted("Commission/operator1", d.book, "loan.Apply", d.apply())
	m.accepted("Commission/operator1", d.book, "loan.Route", loan.RouteContent{Head: newHead(d.day), Application: d.application})
}

// lend takes a deal from the application to the disbursement.
func (m *members) lend(d *deal) {
	m.t.Helper()
	m.sign(d)
	m.disburse(d)
}

// sign takes a deal from the application to the contract.
func (m *members) sign(d *deal) {
	m.t.Helper()
	g := d.terms(d.day, d.bank+"MSP", "01")
	m.accepted("Commission/operator1", d.book, "authorization.Grant", g)
	d.grant = g.Grant
	m.route(d)
	officer, approver := d.bank+"/officer1", d.bank+"/approver1"
	m.accepted(officer, d.book, "loan.Accept", d.accept(g.Grant))
	m.accepted(approver, d.book, "loan.Credit", d.credit(g.Grant))
	m.accepted(officer, d.book, "loan.Sign", loan.SignContent{Head: newHead(d.day), Loan: d.contract, Amount: d.amount, Rate: d.credit(g.Grant).Rate, Method: schedule.EqualInstalment, Periods: 24, EveryMonths: 1})
}

func (m *members) disburse(d *deal) {
	m.t.Helper()
	m.accepted(d.bank+"/officer1", d.book, "loan.Disburse", loan.DisburseContent{Head: newHead(d.day), Loan: d.contract, Amount: d.paid, Voucher: d.voucher,
		Payments: []loan.Payment{{Payee: d.payee, Amount: d.paid, Entrusted: true}}})
}

func rate() money.Rate {
	r, err := money.ParseRate("3.85")
	if err != nil {
		panic(err)
	}
	return r
}
