package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	operator  = "Commission/operator"
	pboc      = "CentralBank/officer"
	finance   = "Finance/approver"
	exclusion = "DISHONEST_DEBTOR SERIOUS_DISHONESTY CLOSED UNRECOVERED"
)

func day(text string) calendar.Date { return calendar.MustParse(text) }

func yuan(text string) money.Fen {
	f, err := money.ParseFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

func percent(text string) money.Rate {
	r, err := money.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// world is a consortium with two banks that lend to the same people.
type world struct {
	*chaincodetest.Ledger
	t     *testing.T
	n     int
	books map[string]string // by bank: BankA → book-banka
}

func newWorld(t *testing.T, open string) *world {
	w := &world{Ledger: chaincodetest.New(t, open), t: t, books: map[string]string{"BankA": chaincodetest.BookA, "BankB": chaincodetest.BookB}}
	var off []calendar.Date
	for year := 2022; year <= 2028; year++ {
		for d := 1; d <= 7; d++ {
			x, err := calendar.NewDate(year, 10, d)
			require.NoError(t, err)
			if x.Weekday() <= 5 {
				off = append(off, x)
			}
		}
	}
	h := w.head("2022-01-01")
	w.Must("commons", "CentralBank/officer", "consortium.Propose", consortium.ProposeContent{Head: h,
		Change: consortium.Change{Calendar: &consortium.Calendar{FirstYear: 2022, LastYear: 2028, Exceptions: off}}})
	w.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2022-01-01"), Proposal: h.Number})
	return w
}

// agreed gives both banks an agreement for all years of the tests.
func (w *world) agreed() *world {
	for _, bank := range []string{"BankA", "BankB"} {
		w.Must("commons", finance, "comp.Agree", registry.AgreeContent{Head: w.head("2022-01-01"), Bank: bank + "MSP", From: day("2022-01-01"), To: day("2028-12-31"), Text: strings.Repeat("ab", 32)})
	}
	return w
}

func (w *world) head(date string) command.Head {
	w.n++
	return command.Head{Number: fmt.Sprintf("n-%d", w.n), Date: day(date)}
}

func ref(page string, slot int, no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID(page, slot), No: no}
}

func lower(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }

func loanRef(no string) ledgerstate.Ref   { return ref("loan"+lower(no), 3, no) }
func filingRef(no string) ledgerstate.Ref { return ref("filing"+lower(no), 1, no) }

// number is the code of the n-th borrower of the tests.
func number(t subject.Type, n int) (subject.IDKind, string) {
	if t != subject.Herder {
		first := fmt.Sprintf("92630121MA%07d", n)
		return subject.USCC, first + string(identifier.USCCCheckCharacter(first))
	}
	first := fmt.Sprintf("630121198001%02d%03d", n/900+1, n%900+100)
	for _, c := range "0123456789X" {
		if identifier.CheckResidentID(first + string(c)).Valid {
			return subject.ResidentID, first + string(c)
		}
	}
	panic("no check character fits " + first)
}

// lending is a loan of a bank; zero values are those of lent.
type lending struct {
	Bank, No  string
	Person    int // who borrows
	Amount    string
	Rate      string
	Guarantee string
	Type      subject.Type
	Region    string
	Industry  string
	Figures   *subject.Figures
	Applied   string // first day; the loan is signed two days later
	Lent      string // "" is three days after the application; "-": not disbursed
	Periods   int
}

func or(s, standard string) string {
	if s == "" {
		return standard
	}
	return s
}

// lend brings a loan on the ledger: by default 100,000 yuan over a year by
// equal instalments, applied for on 1 March 2024 and disbursed on the 4th.
func (w *world) lend(x lending) {
	w.t.Helper()
	book, applied := w.books[x.Bank], day(or(x.Applied, "2024-03-01"))
	if x.Type == 0 {
		x.Type = subject.IndividualBusiness
	}
	if x.Periods == 0 {
		x.Periods = 12
	}
	amount, rate := yuan(or(x.Amount, "100000")), percent(or(x.Rate, "3.85"))
	kind, code := number(x.Type, x.Person)
	pseudonym, signer := fmt.Sprintf("person%s%04d", lower(x.Bank), x.Person), ""
	name, region, industry := "才让", or(x.Region, "630121"), or(x.Industry, "5212")
	facts := subject.Amendment{Name: &name, Region: &region, Industry: &industry, Size: x.Figures}
	if x.Type == subject.Enterprise {
		signer = "signer" + pseudonym
		facts.Representative = &subject.Representative{Name: "王一", Signer: signer}
	}
	var shown subject.ShowAnswer
	if w.Ask(book, operator, "subject.Show", subject.ShowQuery{Pseudonym: pseudonym}, &shown) != nil {
		w.Must(book, operator, "subject.Register", subject.RegisterContent{Head: w.head("2022-01-01"), Subject: ref(pseudonym, 0, code), Type: x.Type, IDKind: kind, Facts: facts})
	}
	grant := func(no, purpose string) ledgerstate.Ref {
		r := ref("g"+lower(no), 0, no)
		w.Must(book, operator, "test.Grant", grantContent{Head: w.head("2022-01-01"), Grant: r, Terms: authorization.Terms{Subject: pseudonym, Who: authorization.Person, Capacity: authorization.Self,
			Signer: signer, Signed: day("2022-01-01"), Grantee: x.Bank + "MSP", Purpose: purpose, Items: []string{"LOAN"}, Mode: authorization.Raw, From: day("2022-01-01"), To: applied + 60, Max: 9}})
		return r
	}
	date := func(after calendar.Date) command.Head {
		w.n++
		return command.Head{Number: fmt.Sprintf("n-%d", w.n), Date: applied + after}
	}
	application := ref("app"+lower(x.No), 0, "A-"+x.No)
	w.Must(book, operator, "loan.Apply", loan.ApplyContent{Head: date(0), Application: application, Subject: pseudonym, Product: "TAX", Amount: amount, Months: 36, Use: "STOCK", Channel: "STATION"})
	w.Must(book, operator, "loan.Route", loan.RouteContent{Head: date(0), Application: application})
	w.Must(book, x.Bank+"/officer", "loan.Accept", loan.AcceptContent{Head: date(1), Loan: loanRef(x.No), Application: application, Subject: ref(pseudonym, 0, code), Grant: grant("G1"+x.No, "01")})
	w.Must(book, x.Bank+"/approver", "loan.Credit", loan.CreditContent{Head: date(1), Loan: loanRef(x.No), Grant: grant("G2"+x.No, "02"), Limit: amount, Rate: rate, Months: 36, Method: schedule.EqualInstalment, Guarantee: or(x.Guarantee, "C1")})
	w.Must(book, x.Bank+"/officer", "loan.Sign", loan.SignContent{Head: date(2), Loan: loanRef(x.No), Amount: amount, Rate: rate, Method: schedule.EqualInstalment, Periods: x.Periods, EveryMonths: 1})
	if x.Lent == "-" {
		return
	}
	h := date(3)
	if x.Lent != "" {
		h.Date = day(x.Lent)
	}
	w.disburse(x.Bank, x.No, h, amount)
}

func (w *world) disburse(bank, no string, h command.Head, amount money.Fen) {
	w.t.Helper()
	w.Must(w.books[bank], bank+"/officer", "loan.Disburse", loan.DisburseContent{Head: h, Loan: loanRef(no), Amount: amount, Voucher: strings.Repeat("0a", 32),
		Payments: []loan.Payment{{Payee: strings.Repeat("b1", 32), Amount: amount, Entrusted: true}}})
}

// reserve is a reservation as the bank's officer would send it.
func (w *world) reserve(bank, no, date string) compensation.ReserveContent {
	w.t.Helper()
	var a loan.BorrowerAnswer
	require.NoError(w.t, w.Ask(w.books[bank], bank+"/officer", "loan.Borrower", loan.BorrowerQuery{Loans: []string{no}}, &a))
	return compensation.ReserveContent{Head: w.head(date), Filing: filingRef(no), Loan: loanRef(no), Identity: a.Borrowers[0].Identity, Blind: a.Borrowers[0].Blind}
}

func (w *world) file(no, date string) compensation.FileContent {
	return compensation.FileContent{Head: w.head(date), Filing: filingRef(no), Loan: loanRef(no), Attests: strings.Fields(exclusion)}
}

// filed reserves and files a loan.
func (w *world) filed(bank, no, date string) {
	w.t.Helper()
	w.Must(w.books[bank], bank+"/officer", "comp.Reserve", w.reserve(bank, no, date))
	w.Must(w.books[bank], bank+"/officer", "comp.File", w.file(no, date))
}

// refused checks a refusal whole.
func (w *world) refused(bank, name string, content any, code, field, limit, actual string) {
	w.t.Helper()
	r := w.Refused(code, w.books[bank], bank+"/officer", name, content)
	require.Equal(w.t, []string{field, limit, actual}, []string{r.Refusal.Field, r.Refusal.Limit, r.Refusal.Actual}, code)
}

func (w *world) caps(who, bank, no string) registry.CapsAnswer {
	w.t.Helper()
	var a registry.CapsAnswer
	require.NoError(w.t, w.Ask("commons", who, "comp.Caps", registry.CapsQuery{Bank: bank + "MSP", Loan: no}, &a))
	return a
}

func (w *world) view(bank, no string) compensation.FilingView {
	w.t.Helper()
	var v compensation.FilingView
	require.NoError(w.t, w.Ask(w.books[bank], bank+"/officer", "comp.ShowFiling", compensation.FilingQuery{Loan: no}, &v))
	return v
}

// refresh refreshes all buckets of a bank as of a day.
func (w *world) refresh(bank, date, as string) {
	w.t.Helper()
	var steps []chaincodetest.Step
	for n := 1; n <= registry.Buckets; n++ {
		steps = append(steps, chaincodetest.Step{Name: "comp.Refresh", Content: registry.RefreshContent{Head: w.head(date), Bank: bank + "MSP", Bucket: n, Day: day(as)}})
	}
	results, err := w.Batch("commons", pboc, "registry", steps...)
	require.NoError(w.t, err)
	for _, r := range results {
		require.Equal(w.t, "accepted", r.Outcome, "%v", r.Refusal)
	}
}

type grantContent struct {
	command.Head
	Grant ledgerstate.Ref     `json:"grant"`
	Terms authorization.Terms `json:"terms"`
}

func init() {
	chaincode.BookCommands = append(chaincode.BookCommands, command.Command[grantContent]{
		Spec: command.Spec{Name: "test.Grant", Lane: command.IntakeLane, Access: []command.Allow{{Party: command.Commission, Role: "operator"}}},
		Wants: func(c grantContent) []ledgerstate.Want {
			return []ledgerstate.Want{{Kind: authorization.Kind, Ref: c.Grant, Birth: true}}
		},
		Decide: func(_ *command.Context, c grantContent) ([]ledgerstate.Change, error) {
			return []ledgerstate.Change{authorization.Kind.Born(c.Grant, authorization.Granted{Terms: c.Terms})}, nil
		},
	})
}
