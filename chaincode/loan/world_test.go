package loan_test

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
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const book = chaincodetest.BookA

func day(text string) calendar.Date { return calendar.MustParse(text) }

func yuan(text string) money.Fen { return money.MustFen(text) }

func percent(text string) money.Rate { return money.MustRate(text) }

// world is a consortium with one subject in BankA's book and grants to the
// bank, as of the day that is open.
type world struct {
	*chaincodetest.Ledger
	t *testing.T
	n int
}

const (
	officer  = "BankA/officer"
	approver = "BankA/approver"
	operator = "Commission/operator"
	person   = "subjectone1"
	other    = "subjecttwo2"
)

func ref(page string, slot int, no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID(page, slot), No: no}
}

var residentID = chaincodetest.ResidentID

var personID, otherID = residentID("63012119800101001"), residentID("63012119810101001")

func newWorld(t *testing.T, open string) *world {
	w := &world{Ledger: chaincodetest.New(t, open), t: t}
	w.workingDays(2022, 2027)
	w.register(person, personID)
	w.register(other, otherID)
	w.grant("G01", person, "01", "2024-01-01", "2024-03-30")
	w.grant("G02", person, "02", "2024-01-01", "2024-03-30")
	w.grant("G03", person, "03", "2024-01-01", "2024-03-30")
	w.grant("GX1", other, "01", "2024-01-01", "2024-03-30")
	return w
}

func (w *world) head(date string) command.Head {
	w.n++
	return command.Head{Number: fmt.Sprintf("n-%d", w.n), Date: day(date)}
}

// workingDays enters a calendar in which 1 to 3 October are off.
func (w *world) workingDays(first, last int) {
	w.Calendar(first, last, chaincodetest.October(first, last, 3))
}

func (w *world) register(pseudonym, id string) {
	name, region, industry := "才让", "630121", "0314"
	w.Must(book, operator, "subject.Register", subject.RegisterContent{Head: w.head("2022-01-01"), Subject: ref(pseudonym, 0, id), Type: subject.Herder, IDKind: subject.ResidentID,
		Facts: subject.Amendment{Name: &name, Region: &region, Industry: &industry}})
}

// grant puts a grant of purpose on the ledger, each on a page of its own.
func (w *world) grant(no, pseudonym, purpose, from, to string) {
	w.grantSigned(no, pseudonym, "", purpose, from, to)
}

func (w *world) grantSigned(no, pseudonym, signer, purpose, from, to string) {
	w.Must(book, operator, "test.Grant", chaincodetest.GrantContent{Head: w.head("2024-01-01"), Grant: grantRef(no),
		Terms: authorization.Terms{Subject: pseudonym, Who: authorization.Person, Capacity: authorization.Self, Signer: signer, Signed: day(from), Grantee: "BankAMSP", Purpose: purpose,
			Items: []string{"LOAN"}, Mode: authorization.Raw, From: day(from), To: day(to), Max: 3}})
}

func (w *world) revoke(no, pseudonym string) {
	w.Must(book, operator, "test.Revoke", revokeContent{Head: w.head("2024-01-01"), Grant: no, Subject: pseudonym})
}

func grantRef(no string) ledgerstate.Ref { return ref("grant"+strings.ToLower(no), 0, no) }

// apply brings an application up to routed.
func (w *world) apply(no, pseudonym, date string) {
	w.Must(book, operator, "loan.Apply", w.application(no, pseudonym, date))
	w.Must(book, operator, "loan.Route", loan.RouteContent{Head: w.head(date), Application: appRef(no)})
}

func appRef(no string) ledgerstate.Ref { return ref("app"+strings.ToLower(no), 3, no) }

func (w *world) application(no, pseudonym, date string) loan.ApplyContent {
	return loan.ApplyContent{Head: w.head(date), Application: appRef(no), Subject: pseudonym, Product: "TAX", Amount: yuan("600000"), Months: 24, Use: "STOCK", Channel: "STATION"}
}

func loanRef(no string) ledgerstate.Ref { return ref("loan"+strings.ToLower(no), 5, no) }

func (w *world) accept(no, app, date string) loan.AcceptContent {
	return loan.AcceptContent{Head: w.head(date), Loan: loanRef(no), Application: appRef(app), Subject: ref(person, 0, personID), Grant: grantRef("G01")}
}

func (w *world) credit(no, date string) loan.CreditContent {
	return loan.CreditContent{Head: w.head(date), Loan: loanRef(no), Grant: grantRef("G02"), Limit: yuan("500000"), Rate: percent("4.95"), Months: 12, Method: schedule.EqualInstalment, Guarantee: "C1"}
}

func (w *world) sign(no, date string) loan.SignContent {
	return loan.SignContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan("500000"), Rate: percent("3.85"), Method: schedule.EqualInstalment, Periods: 12, EveryMonths: 1}
}

var voucher = strings.Repeat("0a", 32)

func (w *world) disburse(no, date, amount string) loan.DisburseContent {
	return loan.DisburseContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount), Voucher: voucher,
		Payments: []loan.Payment{{Payee: strings.Repeat("b1", 32), Amount: yuan(amount), Entrusted: true}}}
}

func (w *world) repay(no, date, amount string) loan.RepayContent {
	return loan.RepayContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount)}
}

func (w *world) settle(no, date string) loan.SettleContent {
	return loan.SettleContent{Head: w.head(date), Loan: loanRef(no)}
}

// until brings loan L1 of 500,000 yuan to a state: accepted on 2 January 2024,
// disbursed on the 5th.
func (w *world) until(status loan.Status) {
	steps := []struct {
		to  loan.Status
		run func()
	}{
		{loan.Routed, func() { w.apply("A1", person, "2024-01-01") }},
		{loan.Accepted, func() { w.Must(book, officer, "loan.Accept", w.accept("L1", "A1", "2024-01-02")) }},
		{loan.Credited, func() { w.Must(book, approver, "loan.Credit", w.credit("L1", "2024-01-03")) }},
		{loan.Signed, func() { w.Must(book, officer, "loan.Sign", w.sign("L1", "2024-01-04")) }},
		{loan.Disbursed, func() { w.Must(book, officer, "loan.Disburse", w.disburse("L1", "2024-01-05", "500000")) }},
	}
	for _, s := range steps {
		s.run()
		if s.to == status {
			return
		}
	}
	w.t.Fatalf("no way to %s", status)
}

// refused checks a refusal whole.
func (w *world) refused(who, name string, content any, code, field, limit, actual string) {
	w.t.Helper()
	r := w.Refused(code, book, who, name, content)
	require.Equal(w.t, field, r.Refusal.Field, "field of %s", code)
	require.Equal(w.t, limit, r.Refusal.Limit, "limit of %s", code)
	require.Equal(w.t, actual, r.Refusal.Actual, "actual of %s", code)
}

func (w *world) show(no, at string) loan.Sheet {
	w.t.Helper()
	var s loan.Sheet
	q := loan.LoanQuery{Loan: no}
	if at != "" {
		q.At = day(at)
	}
	require.NoError(w.t, w.Ask(book, "Finance/auditor", "loan.Show", q, &s))
	return s
}

// The room of grants has its own commands and their many fields; these put
// what the rules of loans read on the ledger, and nothing else.

type revokeContent struct {
	command.Head
	Grant   string `json:"grant"`
	Subject string `json:"subject"`
}

func init() {
	access := []command.Allow{{Party: command.Commission, Role: "operator"}}
	chaincode.BookCommands = append(chaincode.BookCommands,
		chaincodetest.GrantFreely,
		command.Command[revokeContent]{
			Spec: command.Spec{Name: "test.Revoke", Lane: command.IntakeLane, Access: access},
			Wants: func(c revokeContent) []ledgerstate.Want {
				return []ledgerstate.Want{{Kind: authorization.Revocations, Ref: authorization.MarkerRef(c.Grant, c.Subject), Birth: true}}
			},
			Decide: func(_ *command.Context, c revokeContent) ([]ledgerstate.Change, error) {
				return []ledgerstate.Change{authorization.Revocations.Born(authorization.MarkerRef(c.Grant, c.Subject), authorization.Revoked{Marker: authorization.Marker{Day: c.Date}})}, nil
			},
		})
}
