package chaincodetest

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// GrantContent is a grant as it should stand on the ledger.
type GrantContent struct {
	command.Head
	Grant ledgerstate.Ref     `json:"grant"`
	Terms authorization.Terms `json:"terms"`
}

// GrantFreely puts a grant on a book without its subject, for tests of what
// rests on it. A test adds it to chaincode.BookCommands.
var GrantFreely = command.Command[GrantContent]{
	Spec: command.Spec{Name: "test.Grant", Lane: command.IntakeLane, Access: []command.Allow{{Party: command.Commission, Role: "operator"}}},
	Wants: func(c GrantContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: authorization.Kind, Ref: c.Grant, Birth: true}}
	},
	Decide: func(_ *command.Context, c GrantContent) ([]ledgerstate.Change, error) {
		return []ledgerstate.Change{authorization.Kind.Born(c.Grant, authorization.Granted{Terms: c.Terms})}, nil
	},
}

// ResidentID completes a resident ID with its check character.
func ResidentID(first17 string) string {
	for _, c := range "0123456789X" {
		if identifier.CheckResidentID(first17 + string(c)).Valid {
			return first17 + string(c)
		}
	}
	panic("no check character fits " + first17)
}

// Code is the code of the n-th borrower of a type.
func Code(t subject.Type, n int) (subject.IDKind, string) {
	if t != subject.Herder {
		first := fmt.Sprintf("92630121MA%07d", n)
		return subject.USCC, first + string(identifier.USCCCheckCharacter(first))
	}
	return subject.ResidentID, ResidentID(fmt.Sprintf("630121198001%02d%03d", n/900+1, n%900+100))
}

// October gives the days from the 1st to another of each October that would
// be worked, for a calendar in which they are off.
func October(first, last, until int) (off []calendar.Date) {
	for year := first; year <= last; year++ {
		for d := 1; d <= until; d++ {
			if x := calendar.MustParse(fmt.Sprintf("%d-10-%02d", year, d)); x.Weekday() <= 5 {
				off = append(off, x)
			}
		}
	}
	return off
}

// Calendar enters a working-day calendar: its exceptions are days off that
// would be worked, and days worked that would be off.
func (l *Ledger) Calendar(first, last int, exceptions []calendar.Date) {
	l.t.Helper()
	h := l.head("2024-01-01")
	l.Must("commons", "CentralBank/officer", "consortium.Propose", consortium.ProposeContent{Head: h,
		Change: consortium.Change{Calendar: &consortium.Calendar{FirstYear: first, LastYear: last, Exceptions: exceptions}}})
	l.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: l.head("2024-01-01"), Proposal: h.Number})
}

// head is one whose number no test takes.
func (l *Ledger) head(date string) command.Head {
	l.n++
	return command.Head{Number: fmt.Sprintf("ledger-%d", l.n), Date: calendar.MustParse(date)}
}

// Lending is a loan of a bank; zero values are those of Lend.
type Lending struct {
	Bank, No  string // "BankA"
	Person    int    // who borrows
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

func bookOf(bank string) string { return "book-" + strings.ToLower(bank) }

func lower(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }

// LoanRef and FilingRef are where Lend and ToReserve put things.
func LoanRef(no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: ID("loan"+lower(no), 3), No: no}
}

// FilingRef is where a loan's filing goes.
func FilingRef(no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: ID("filing"+lower(no), 1), No: no}
}

// Lend brings a loan on the ledger by all its steps, but that its grants are
// given freely: by default 100,000 yuan over a year by equal instalments,
// applied for on 1 March 2024 and disbursed on the 4th.
func (l *Ledger) Lend(x Lending) {
	l.t.Helper()
	book, applied := bookOf(x.Bank), calendar.MustParse(cmp.Or(x.Applied, "2024-03-01"))
	x.Type = cmp.Or(x.Type, subject.IndividualBusiness)
	x.Periods = cmp.Or(x.Periods, 12)
	amount, rate := money.MustFen(cmp.Or(x.Amount, "100000")), money.MustRate(cmp.Or(x.Rate, "3.85"))
	kind, code := Code(x.Type, x.Person)
	pseudonym, signer := fmt.Sprintf("person%s%04d", lower(x.Bank), x.Person), ""
	name, region, industry := "才让", cmp.Or(x.Region, "630121"), cmp.Or(x.Industry, "5212")
	facts := subject.Amendment{Name: &name, Region: &region, Industry: &industry, Size: x.Figures}
	if x.Type == subject.Enterprise {
		signer = "signer" + pseudonym
		facts.Representative = &subject.Representative{Name: "王一", Signer: signer}
	}
	at := func(page string, no string) ledgerstate.Ref { return ledgerstate.Ref{ID: ID(page, 0), No: no} }
	var shown subject.ShowAnswer
	if l.Ask(book, "Commission/operator", "subject.Show", subject.ShowQuery{Pseudonym: pseudonym}, &shown) != nil {
		l.Must(book, "Commission/operator", "subject.Register", subject.RegisterContent{Head: l.head("2022-01-01"), Subject: at(pseudonym, code), Type: x.Type, IDKind: kind, Facts: facts})
	}
	grant := func(no, purpose string) ledgerstate.Ref {
		r := at("g"+lower(no), no)
		l.Must(book, "Commission/operator", "test.Grant", GrantContent{Head: l.head("2022-01-01"), Grant: r, Terms: authorization.Terms{Subject: pseudonym, Who: authorization.Person, Capacity: authorization.Self,
			Signer: signer, Signed: calendar.MustParse("2022-01-01"), Grantee: x.Bank + "MSP", Purpose: purpose, Items: []string{"LOAN"}, Mode: authorization.Raw, From: calendar.MustParse("2022-01-01"), To: applied + 60, Max: 9}})
		return r
	}
	date := func(after calendar.Date) command.Head { return l.head((applied + after).String()) }
	application := at("app"+lower(x.No), "A-"+x.No)
	l.Must(book, "Commission/operator", "loan.Apply", loan.ApplyContent{Head: date(0), Application: application, Subject: pseudonym, Product: "TAX", Amount: amount, Months: 36, Use: "STOCK", Channel: "STATION"})
	l.Must(book, "Commission/operator", "loan.Route", loan.RouteContent{Head: date(0), Application: application})
	l.Must(book, x.Bank+"/officer", "loan.Accept", loan.AcceptContent{Head: date(1), Loan: LoanRef(x.No), Application: application, Subject: at(pseudonym, code), Grant: grant("G1"+x.No, "01")})
	l.Must(book, x.Bank+"/approver", "loan.Credit", loan.CreditContent{Head: date(1), Loan: LoanRef(x.No), Grant: grant("G2"+x.No, "02"), Limit: amount, Rate: rate, Months: 36, Method: schedule.EqualInstalment, Guarantee: cmp.Or(x.Guarantee, "C1")})
	l.Must(book, x.Bank+"/officer", "loan.Sign", loan.SignContent{Head: date(2), Loan: LoanRef(x.No), Amount: amount, Rate: rate, Method: schedule.EqualInstalment, Periods: x.Periods, EveryMonths: 1})
	if x.Lent == "-" {
		return
	}
	h := date(3)
	if x.Lent != "" {
		h.Date = calendar.MustParse(x.Lent)
	}
	l.Disburse(x.Bank, x.No, h, amount)
}

// Disburse pays a signed loan out.
func (l *Ledger) Disburse(bank, no string, h command.Head, amount money.Fen) {
	l.t.Helper()
	l.Must(bookOf(bank), bank+"/officer", "loan.Disburse", loan.DisburseContent{Head: h, Loan: LoanRef(no), Amount: amount, Voucher: strings.Repeat("0a", 32),
		Payments: []loan.Payment{{Payee: strings.Repeat("b1", 32), Amount: amount, Entrusted: true}}})
}

// ToReserve is a reservation as the bank's officer would send it.
func (l *Ledger) ToReserve(bank, no string, h command.Head) compensation.ReserveContent {
	l.t.Helper()
	var a loan.BorrowerAnswer
	require.NoError(l.t, l.Ask(bookOf(bank), bank+"/officer", "loan.Borrower", loan.BorrowerQuery{Loans: []string{no}}, &a))
	return compensation.ReserveContent{Head: h, Filing: FilingRef(no), Loan: LoanRef(no), Identity: a.Borrowers[0].Identity, Blind: a.Borrowers[0].Blind}
}
