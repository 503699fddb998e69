package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// One loan from application to settlement.
func TestALoanFromApplicationToSettlement(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	s := w.show("L1", "2024-02-05")
	require.Equal(t, loan.Disbursed, s.Status)
	require.Equal(t, person, s.Subject)
	require.Equal(t, loan.Profile{Type: subject.Herder, Region: "630121", Industry: s.Profile.Industry, Date: day("2024-01-02")}, s.Profile)
	require.Contains(t, s.Profile.Industry, "0314")
	require.Equal(t, "2024-01-15", s.Deadline.String(), "ten working days from 1 January 2024, a Monday")
	require.False(t, s.Late)
	require.Equal(t, "3.45", s.Credit.LPR.String())
	require.Equal(t, "2023-08-21", s.Credit.LPRDate.String())
	require.Equal(t, "1.5", s.Credit.Spread.String())
	require.Equal(t, 50, s.Contract.PenaltyPercent)
	require.Equal(t, "42540.69", s.Account.Due.String())
	require.Equal(t, "2025-01-05", s.Account.Maturity.String())

	for i, due := range []string{"2024-02-05", "2024-03-05", "2024-04-05", "2024-05-05", "2024-06-05", "2024-07-05", "2024-08-05", "2024-09-05", "2024-10-05", "2024-11-05", "2024-12-05"} {
		w.Must(book, officer, "loan.Repay", w.repay("L1", due, "42540.69"))
		require.Zero(t, w.show("L1", due).Account.Due, "instalment %d", i+1)
	}
	w.refused(officer, "loan.Settle", w.settle("L1", "2025-01-04"), "LOAN_STILL_OWED", "loan", "0", "42540.73")
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-01-05", "42540.74"), "LOAN_ABOVE_OWED", "amount", "42540.73", "42540.74")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-01-05", "42540.73"))
	w.Must(book, officer, "loan.Settle", w.settle("L1", "2025-01-05"))
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-01-06", "1"), "LOAN_STATE", "status", "DISBURSED", "SETTLED → DISBURSED")
	end := w.show("L1", "")
	require.Equal(t, loan.Settled, end.Status)
	require.Equal(t, "500000.00", end.Account.Paid.Principal.String())
	require.Equal(t, "10488.32", end.Account.Paid.Interest.String())
	require.Equal(t, account.Pass, end.Account.Class)

	var totals loan.TotalsAnswer
	require.NoError(t, w.Ask(book, "CentralBank/officer", "loan.Totals", struct{}{}, &totals))
	require.Equal(t, loan.TotalsAnswer{MSP: "BankAMSP", At: day("2025-06-30"), Loans: 1, Disbursed: yuan("500000"), PrincipalRepaid: yuan("500000"), ByStatus: map[string]int{"SETTLED": 1}}, totals)
}

type step struct {
	name    string
	who     string
	command string
	content func(w *world) any
	code    string
	field   string
	limit   string
	actual  string
}

func refusals(t *testing.T, status loan.Status, steps []step) {
	w := newWorld(t, "2025-06-30")
	if status != loan.None {
		w.until(status)
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			w.t = t
			w.refused(s.who, s.command, s.content(w), s.code, s.field, s.limit, s.actual)
		})
	}
}

func TestApplicationsRefused(t *testing.T) {
	apply := func(name, code, field, limit, actual string, change func(*loan.ApplyContent)) step {
		return step{name: name, who: operator, command: "loan.Apply", code: code, field: field, limit: limit, actual: actual, content: func(w *world) any {
			c := w.application("A9", person, "2024-01-02")
			change(&c)
			return c
		}}
	}
	refusals(t, loan.None, []step{
		apply("no number", "LOAN_NUMBER", "application.no", "1..64", "0", func(c *loan.ApplyContent) { c.Application.No = "" }),
		apply("identity for a pseudonym", "LOAN_SUBJECT", "subject", "8 to 32 of a-z0-9", "", func(c *loan.ApplyContent) { c.Subject = "63012119800101001X" }),
		apply("nothing", "LOAN_AMOUNT", "amount", "0.01..100000000000.00", "0.00", func(c *loan.ApplyContent) { c.Amount = 0 }),
		apply("negative", "LOAN_AMOUNT", "amount", "0.01..100000000000.00", "-0.01", func(c *loan.ApplyContent) { c.Amount = -1 }),
		apply("no months", "LOAN_MONTHS", "months", "1..360", "0", func(c *loan.ApplyContent) { c.Months = 0 }),
		apply("unknown use", "LOAN_CODE", "use", "FEED STOCK SEED RAW GOODS EQUIP WAGE RENT ORDER TURN RENOV RND OTHER", "CASINO", func(c *loan.ApplyContent) { c.Use = "CASINO" }),
		apply("unknown channel", "LOAN_CODE", "channel", "PORTAL APP COUNTER STATION HALL", "", func(c *loan.ApplyContent) { c.Channel = "" }),
		apply("unknown product", "LOAN_PRODUCT", "product", "NIL", "2024-01-02", func(c *loan.ApplyContent) { c.Product = "NIL" }),
		apply("above the product", "LOAN_PRODUCT_LIMIT", "amount", "5000000.00", "5000000.01", func(c *loan.ApplyContent) { c.Amount = yuan("5000000.01") }),
		apply("too long", "LOAN_PRODUCT_TERM", "months", "36", "37", func(c *loan.ApplyContent) { c.Months = 37 }),
		{name: "for somebody else", who: "Subject/" + other, command: "loan.Apply", code: "LOAN_NOT_OWN", field: "subject",
			content: func(w *world) any { return w.application("A9", person, "2024-01-02") }},
		{name: "routed before it is made", who: operator, command: "loan.Route", code: "UNKNOWN", field: "application", actual: "A9",
			content: func(w *world) any { return loan.RouteContent{Head: w.head("2024-01-02"), Application: appRef("A9")} }},
	})
}

func TestASubjectAppliesForItself(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	grant := grantRef("G01")
	c := w.application("A2", person, "2024-01-03")
	c.Grant = &grant
	w.Must(book, "Subject/"+person, "loan.Apply", c)
	var s loan.ApplicationSheet
	require.NoError(t, w.Ask(book, "Subject/"+person, "loan.ShowApplication", loan.ApplicationQuery{Application: "A2"}, &s))
	require.Equal(t, loan.Applied, s.Status)
	require.Equal(t, "G01", s.Grant)
	require.ErrorContains(t, w.Ask(book, "Subject/"+other, "loan.ShowApplication", loan.ApplicationQuery{Application: "A2"}, &s), "qxl UNKNOWN")
	require.ErrorContains(t, w.Ask(book, "BankB/officer", "loan.ShowApplication", loan.ApplicationQuery{Application: "A2"}, &s), "qxl ACCESS_DENIED")
}

func TestRoutingRefused(t *testing.T) {
	w := newWorld(t, "2028-01-05")
	w.apply("A1", person, "2024-01-01")
	route := func(date string) loan.RouteContent {
		return loan.RouteContent{Head: w.head(date), Application: appRef("A1")}
	}
	w.refused(operator, "loan.Route", route("2024-01-02"), "LOAN_STATE", "status", "APPLIED", "ROUTED → ROUTED")
	w.Must(book, operator, "loan.Apply", w.application("A2", person, "2027-12-27"))
	late := loan.RouteContent{Head: w.head("2027-12-26"), Application: appRef("A2")}
	w.refused(operator, "loan.Route", late, "LOAN_DATE_ORDER", "date", "2027-12-27", "2027-12-26")
}

// The term for a decision is counted in working days: in a year whose days off
// are not on the ledger nobody can tell its last day. Once the year is entered,
// the same command is done.
func TestRoutingNeedsTheYearsCalendar(t *testing.T) {
	w := newWorld(t, "2028-01-05") // calendar of 2022 to 2027
	route := func(no, date string) loan.RouteContent {
		w.Must(book, operator, "loan.Apply", w.application(no, person, date))
		return loan.RouteContent{Head: w.head(date), Application: appRef(no)}
	}
	w.Must(book, operator, "loan.Route", route("A1", "2027-12-17")) // ten working days to the 31st
	turns := route("A2", "2027-12-20")                              // the tenth is in 2028
	w.refused(operator, "loan.Route", turns, "LOAN_CALENDAR_MISSING", "date", "2022..2027", "2028")
	later := route("A3", "2028-01-04")
	w.refused(operator, "loan.Route", later, "LOAN_CALENDAR_MISSING", "date", "2022..2027", "2028")
	_, en := loan.CalendarMissing.At("date", nil, nil).Texts()
	require.Contains(t, en, "the central bank enters the State Council's notice first")

	w.workingDays(2022, 2028)
	w.Must(book, operator, "loan.Route", turns)
	w.Must(book, operator, "loan.Route", later)
	var s loan.ApplicationSheet
	require.NoError(t, w.Ask(book, operator, "loan.ShowApplication", loan.ApplicationQuery{Application: "A2"}, &s))
	require.Equal(t, "2028-01-03", s.Deadline.String())

	bare := &world{Ledger: chaincodetest.New(t, "2024-08-01"), t: t}
	bare.Must(book, operator, "loan.Apply", bare.application("A1", person, "2024-01-02"))
	bare.refused(operator, "loan.Route", loan.RouteContent{Head: bare.head("2024-01-02"), Application: appRef("A1")}, "LOAN_CALENDAR_MISSING", "date", "none", "2024")
}

func TestAcceptanceRefused(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.Must(book, operator, "loan.Apply", w.application("A0", person, "2024-01-01"))
	w.apply("A1", person, "2024-01-02")
	w.apply("A2", other, "2024-01-02")
	w.grant("GEX", person, "01", "2023-10-01", "2024-01-02")
	w.grant("GNY", person, "01", "2024-01-04", "2024-03-30")
	w.grant("GRV", person, "01", "2024-01-01", "2024-03-30")
	w.revoke("GRV", person)
	w.grantSigned("GSG", person, "somebody11", "01", "2024-01-01", "2024-03-30")
	for _, c := range []struct {
		name                       string
		change                     func(*loan.AcceptContent)
		code, field, limit, actual string
	}{
		{"no such application", func(c *loan.AcceptContent) { c.Application = appRef("A7") }, "UNKNOWN", "application", "", "A7"},
		{"the number of another", func(c *loan.AcceptContent) { c.Application.No = "A2" }, "UNKNOWN", "application", "", "A2"},
		{"not routed", func(c *loan.AcceptContent) { c.Application = appRef("A0") }, "LOAN_STATE", "application", "ROUTED", "APPLIED → ACCEPTED"},
		{"before it was routed", func(c *loan.AcceptContent) { c.Date = day("2024-01-01") }, "LOAN_DATE_ORDER", "date", "2024-01-02", "2024-01-01"},
		{"another applied", func(c *loan.AcceptContent) { c.Application = appRef("A2") }, "LOAN_SUBJECT_DIFFERS", "subject", "", ""},
		{"without a grant", func(c *loan.AcceptContent) { c.Grant = grantRef("G99") }, "AUTHORIZATION_MISSING", "grant", "", "G99"},
		{"another's grant", func(c *loan.AcceptContent) { c.Grant = grantRef("GX1") }, "AUTHORIZATION_FOREIGN", "subject", "", person},
		{"grant of another purpose", func(c *loan.AcceptContent) { c.Grant = grantRef("G02") }, "AUTHORIZATION_PURPOSE", "purpose", "02", "01"},
		{"grant expired", func(c *loan.AcceptContent) { c.Grant = grantRef("GEX") }, "AUTHORIZATION_EXPIRED", "date", "2024-01-02", "2024-01-03"},
		{"grant not yet valid", func(c *loan.AcceptContent) { c.Grant = grantRef("GNY") }, "AUTHORIZATION_NOT_YET_VALID", "date", "2024-01-04", "2024-01-03"},
		{"grant revoked", func(c *loan.AcceptContent) { c.Grant = grantRef("GRV") }, "AUTHORIZATION_REVOKED", "grant", "", ""},
		{"grant signed by a stranger", func(c *loan.AcceptContent) { c.Grant = grantRef("GSG") }, "SUBJECT_NOT_REPRESENTATIVE", "signer", "", "somebody11"},
		{"subject's number is another's", func(c *loan.AcceptContent) { c.Subject.No = otherID }, "SUBJECT_UNKNOWN", "subject", "", person},
		{"no contract number", func(c *loan.AcceptContent) { c.Loan.No = "" }, "LOAN_NUMBER", "loan.no", "1..64", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			content := w.accept("L1", "A1", "2024-01-03")
			c.change(&content)
			w.refused(officer, "loan.Accept", content, c.code, c.field, c.limit, c.actual)
		})
	}
	w.t = t
	ok := w.accept("L1", "A1", "2024-01-03")
	w.Must(book, officer, "loan.Accept", ok)
	again, err := w.Submit(book, officer, "loan.Accept", ok)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	ok.Loan.ID = chaincodetest.ID("elsewhere", 0)
	again, err = w.Submit(book, officer, "loan.Accept", ok)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome, "whatever ID is proposed")
	w.refused(officer, "loan.Accept", w.accept("L2", "A1", "2024-01-03"), "LOAN_APPLICATION_USED", "application", "", "A1")
	w.apply("A3", person, "2024-01-02")
	w.refused(officer, "loan.Accept", w.accept("L1", "A3", "2024-01-03"), "NUMBER_TAKEN", "no", "", "L1")
	taken := w.accept("L3", "A3", "2024-01-03")
	taken.Loan.ID = loanRef("L1").ID
	r, err := w.Submit(book, officer, "loan.Accept", taken)
	require.NoError(t, err)
	require.Equal(t, "retry", r.Outcome)
}

func TestProductsCloseByDate(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	h := w.head("2024-01-01")
	w.Must("commons", operator, "consortium.Propose", consortium.ProposeContent{Head: h, Change: consortium.Change{Products: []consortium.Product{
		{Code: "TAX", Zh: "税易贷", En: "tax loan", From: day("2022-01-01"), To: day("2024-01-04"), MaxPrincipal: 500000000, MaxMonths: 36, Methods: []string{"EQI", "IOB"}, Guarantees: []string{"C1"}}}}})
	w.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2024-01-01"), Proposal: h.Number})
	w.apply("A1", person, "2024-01-02")
	w.refused(officer, "loan.Accept", w.accept("L1", "A1", "2024-01-05"), "LOAN_PRODUCT", "product", "TAX", "2024-01-05")
	w.Must(book, officer, "loan.Accept", w.accept("L1", "A1", "2024-01-04"))
	w.refused(approver, "loan.Credit", w.credit("L1", "2024-01-05"), "LOAN_PRODUCT", "product", "TAX", "2024-01-05")
	c := w.credit("L1", "2024-01-04")
	c.Method = schedule.Bullet
	w.refused(approver, "loan.Credit", c, "LOAN_PRODUCT_METHOD", "method", "[EQI IOB]", "BUL")
	c = w.credit("L1", "2024-01-04")
	c.Guarantee = "C2"
	w.refused(approver, "loan.Credit", c, "LOAN_PRODUCT_GUARANTEE", "guarantee", "[C1]", "C2")
}

func TestCreditRefused(t *testing.T) {
	credit := func(name, code, field, limit, actual string, change func(*loan.CreditContent)) step {
		return step{name: name, who: approver, command: "loan.Credit", code: code, field: field, limit: limit, actual: actual, content: func(w *world) any {
			c := w.credit("L1", "2024-01-03")
			change(&c)
			return c
		}}
	}
	refusals(t, loan.Accepted, []step{
		credit("no such loan", "UNKNOWN", "loan", "", "L8", func(c *loan.CreditContent) { c.Loan = loanRef("L8") }),
		credit("before acceptance", "LOAN_DATE_ORDER", "date", "2024-01-02", "2024-01-01", func(c *loan.CreditContent) { c.Date = day("2024-01-01") }),
		credit("rate above the cap", "LOAN_RATE_ABOVE_CAP", "rate", "4.95", "4.950001", func(c *loan.CreditContent) { c.Rate = percent("4.950001") }),
		credit("negative rate", "LOAN_RATE", "rate", "0..100", "-1", func(c *loan.CreditContent) { c.Rate = -percent("1") }),
		credit("above the product", "LOAN_PRODUCT_LIMIT", "limit", "5000000.00", "5000000.01", func(c *loan.CreditContent) { c.Limit = yuan("5000000.01") }),
		credit("longer than the product", "LOAN_PRODUCT_TERM", "months", "36", "37", func(c *loan.CreditContent) { c.Months = 37 }),
		credit("no method", "METHOD_UNKNOWN", "method", "EQI, EQP, IOB, BUL, EPI, SEA, REV", "", func(c *loan.CreditContent) { c.Method = 9 }),
		credit("no guarantee", "LOAN_CODE", "guarantee", "C1 C2 C3 C4 C5", "C6", func(c *loan.CreditContent) { c.Guarantee = "C6" }),
		credit("nothing", "LOAN_AMOUNT", "limit", "0.01..100000000000.00", "0.00", func(c *loan.CreditContent) { c.Limit = 0 }),
		credit("without a grant", "AUTHORIZATION_MISSING", "grant", "", "G77", func(c *loan.CreditContent) { c.Grant = grantRef("G77") }),
		credit("grant of another purpose", "AUTHORIZATION_PURPOSE", "purpose", "03", "01 02", func(c *loan.CreditContent) { c.Grant = grantRef("G03") }),
		credit("another's grant", "AUTHORIZATION_FOREIGN", "subject", "", person, func(c *loan.CreditContent) { c.Grant = grantRef("GX1") }),
		credit("grant expired", "AUTHORIZATION_EXPIRED", "date", "2024-03-30", "2024-03-31", func(c *loan.CreditContent) { c.Date = day("2024-03-31") }),
		{name: "an officer decides", who: officer, command: "loan.Credit", code: "ACCESS_DENIED", field: "identity", limit: "B/approver", actual: "B/officer",
			content: func(w *world) any { return w.credit("L1", "2024-01-03") }},
		{name: "no reason to reject", who: officer, command: "loan.Reject", code: "LOAN_REASON_MISSING", field: "reason", limit: "R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R99",
			content: func(w *world) any { return loan.RejectContent{Head: w.head("2024-01-03"), Loan: loanRef("L1")} }},
		{name: "a reason of one's own", who: officer, command: "loan.Reject", code: "LOAN_CODE", field: "reason", limit: "R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R99", actual: "NO",
			content: func(w *world) any {
				return loan.RejectContent{Head: w.head("2024-01-03"), Loan: loanRef("L1"), Reason: "NO"}
			}},
	})
}

func TestCreditNeedsTheGrantToStandStill(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Accepted)
	w.revoke("G02", other) // somebody else's marker has no effect
	w.revoke("G01", person)
	c := w.credit("L1", "2024-01-03")
	c.Grant = grantRef("G01")
	w.refused(approver, "loan.Credit", c, "AUTHORIZATION_REVOKED", "grant", "", "")
	w.Must(book, approver, "loan.Credit", w.credit("L1", "2024-01-03"))
}

// Who approves is another person than who accepts, signs and pays out, though
// one certificate holds both roles.
func TestApprovalIsAnotherPersons(t *testing.T) {
	both, second := "BankA/officer,approver", "BankA/officer,approver#2"
	w := newWorld(t, "2025-06-30")
	w.apply("A1", person, "2024-01-01")
	w.Must(book, both, "loan.Accept", w.accept("L1", "A1", "2024-01-02"))
	w.refused(both, "loan.Credit", w.credit("L1", "2024-01-03"), "LOAN_SAME_PERSON", "identity", "", "")
	w.Must(book, second, "loan.Credit", w.credit("L1", "2024-01-03"))
	w.refused(second, "loan.Sign", w.sign("L1", "2024-01-04"), "LOAN_SAME_PERSON", "identity", "", "")
	w.Must(book, both, "loan.Sign", w.sign("L1", "2024-01-04"))
	w.refused(second, "loan.Disburse", w.disburse("L1", "2024-01-05", "500000"), "LOAN_SAME_PERSON", "identity", "", "")
	w.Must(book, both, "loan.Disburse", w.disburse("L1", "2024-01-05", "500000"))
}

func TestRejectionEndsIt(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Credited)
	w.Must(book, "BankA/reviewer", "loan.Reject", loan.RejectContent{Head: w.head("2024-02-20"), Loan: loanRef("L1"), Reason: "R09"})
	require.Equal(t, "R09", w.show("L1", "").Reason)
	w.refused(officer, "loan.Sign", w.sign("L1", "2024-02-20"), "LOAN_STATE", "status", "CREDITED", "REJECTED → SIGNED")
	w.refused(officer, "loan.Reject", loan.RejectContent{Head: w.head("2024-02-20"), Loan: loanRef("L1"), Reason: "R09"}, "LOAN_STATE", "status", "ACCEPTED CREDITED PROPOSED", "REJECTED → REJECTED")
}

// Domain trap 12: the cap is that of the day. LPR was 3.45 until 21 July 2024
// and 3.35 from the 22nd.
func TestRateCapChangesBetweenDecisionAndContract(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.grant("G24", person, "01", "2024-07-01", "2024-09-28")
	w.apply("A1", person, "2024-07-15")
	a := w.accept("L1", "A1", "2024-07-15")
	a.Grant = grantRef("G24")
	w.Must(book, officer, "loan.Accept", a)
	c := w.credit("L1", "2024-07-21")
	c.Grant = grantRef("G24")
	w.Must(book, approver, "loan.Credit", c)
	s := w.sign("L1", "2024-07-21")
	s.Rate = percent("4.96")
	w.refused(officer, "loan.Sign", s, "LOAN_RATE_ABOVE_CAP", "rate", "4.95", "4.96")
	s = w.sign("L1", "2024-07-22")
	s.Rate = percent("4.95")
	w.refused(officer, "loan.Sign", s, "LOAN_RATE_ABOVE_CAP", "rate", "4.85", "4.95")
	s = w.sign("L1", "2024-07-22")
	s.Rate = percent("4.85")
	w.Must(book, officer, "loan.Sign", s)
}

func TestNoLPRNoDecision(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.grant("G22", person, "01", "2022-08-01", "2022-10-29")
	w.apply("A1", person, "2022-08-10")
	a := w.accept("L1", "A1", "2022-08-10")
	a.Grant = grantRef("G22")
	w.Must(book, officer, "loan.Accept", a)
	c := w.credit("L1", "2022-08-21")
	c.Grant = grantRef("G22")
	w.refused(approver, "loan.Credit", c, "LOAN_LPR_MISSING", "date", "", "2022-08-21")
	c.Date = day("2022-08-22")
	w.Must(book, approver, "loan.Credit", c)
}

func TestContractRefused(t *testing.T) {
	sign := func(name, code, field, limit, actual string, change func(*loan.SignContent)) step {
		return step{name: name, who: officer, command: "loan.Sign", code: code, field: field, limit: limit, actual: actual, content: func(w *world) any {
			c := w.sign("L1", "2024-01-04")
			change(&c)
			return c
		}}
	}
	fifty1, minus := 51, -1
	refusals(t, loan.Credited, []step{
		sign("above the credit", "LOAN_ABOVE_CREDIT", "amount", "500000.00", "500000.01", func(c *loan.SignContent) { c.Amount++ }),
		sign("longer than decided", "LOAN_TERM_ABOVE_CREDIT", "periods", "12", "14", func(c *loan.SignContent) { c.Periods, c.EveryMonths = 7, 2 }),
		sign("another method", "LOAN_METHOD_DIFFERS", "method", "EQI", "EQP", func(c *loan.SignContent) { c.Method = schedule.EqualPrincipal }),
		sign("no periods", "LOAN_MONTHS", "periods", "1..360", "0", func(c *loan.SignContent) { c.Periods = 0 }),
		sign("no length of a period", "LOAN_MONTHS", "every_months", "1..360", "0", func(c *loan.SignContent) { c.EveryMonths = 0 }),
		sign("a century", "LOAN_MONTHS", "periods", "1..360 months", "1200", func(c *loan.SignContent) { c.Periods, c.EveryMonths = 100, 12 }),
		sign("a long bullet", "LOAN_BULLET_TERM", "periods", "12", "13", func(c *loan.SignContent) { c.Method, c.Periods = schedule.Bullet, 13 }),
		sign("penalty above the parameter", "LOAN_PENALTY", "penalty_percent", "50", "51", func(c *loan.SignContent) { c.PenaltyPercent = &fifty1 }),
		sign("negative penalty", "LOAN_PENALTY", "penalty_percent", "0..100", "-1", func(c *loan.SignContent) { c.PenaltyPercent = &minus }),
		sign("long grace", "LOAN_GRACE", "grace_days", "0..7", "8", func(c *loan.SignContent) { c.GraceDays = 8 }),
		sign("instalment below its interest", "LOAN_PLAN", "instalment_multiple", "interest of each instalment", "instalment 1", func(c *loan.SignContent) { c.Multiple = yuan("100000") }),
		{name: "paid out before it is signed", who: officer, command: "loan.Disburse", code: "LOAN_STATE", field: "status", limit: "SIGNED", actual: "CREDITED → DISBURSED",
			content: func(w *world) any { return w.disburse("L1", "2024-01-05", "1") }},
	})
	w := newWorld(t, "2025-06-30")
	w.until(loan.Accepted)
	c := w.credit("L1", "2024-01-03")
	c.Rate = percent("4")
	w.Must(book, approver, "loan.Credit", c)
	s := w.sign("L1", "2024-01-04")
	s.Rate = percent("4.01")
	w.refused(officer, "loan.Sign", s, "LOAN_RATE_ABOVE_CREDIT", "rate", "4", "4.01")
}

func TestDisbursementRefused(t *testing.T) {
	disburse := func(name, code, field, limit, actual string, change func(*loan.DisburseContent)) step {
		return step{name: name, who: officer, command: "loan.Disburse", code: code, field: field, limit: limit, actual: actual, content: func(w *world) any {
			c := w.disburse("L1", "2024-01-05", "500000")
			change(&c)
			return c
		}}
	}
	refusals(t, loan.Signed, []step{
		disburse("above the contract", "LOAN_ABOVE_CONTRACT", "amount", "500000.00", "500000.01", func(c *loan.DisburseContent) { c.Amount++; c.Payments[0].Amount++ }),
		disburse("interest withheld", "LOAN_WITHHELD", "payments", "500000.00", "480000.00", func(c *loan.DisburseContent) { c.Payments[0].Amount = yuan("480000") }),
		disburse("no payment", "LOAN_PAYMENTS", "payments", "1..50", "0", func(c *loan.DisburseContent) { c.Payments = nil }),
		disburse("a payment of nothing", "LOAN_AMOUNT", "payments.amount", "0.01..100000000000.00", "0.00", func(c *loan.DisburseContent) { c.Payments[0].Amount = 0 }),
		disburse("no voucher", "LOAN_HASH", "voucher", "64 of 0-9a-f", "0", func(c *loan.DisburseContent) { c.Voucher = "" }),
		disburse("capitals", "LOAN_HASH", "payments.payee", "64 of 0-9a-f", "64", func(c *loan.DisburseContent) { c.Payments[0].Payee = "AB" + voucher[2:] }),
		disburse("before the contract", "LOAN_DATE_ORDER", "date", "2024-01-04", "2024-01-03", func(c *loan.DisburseContent) { c.Date = day("2024-01-03") }),
		{name: "repaid before it is paid out", who: officer, command: "loan.Repay", code: "LOAN_STATE", field: "status", limit: "DISBURSED", actual: "SIGNED → DISBURSED",
			content: func(w *world) any { return w.repay("L1", "2024-01-05", "1") }},
		{name: "settled before it is paid out", who: officer, command: "loan.Settle", code: "LOAN_STATE", field: "status", limit: "DISBURSED", actual: "SIGNED → SETTLED",
			content: func(w *world) any { return w.settle("L1", "2024-01-05") }},
		{name: "a rival bank", who: "BankA/auditor", command: "loan.Disburse", code: "ACCESS_DENIED", field: "identity", limit: "B/officer", actual: "B/auditor",
			content: func(w *world) any { return w.disburse("L1", "2024-01-05", "1") }},
	})
	w := newWorld(t, "2025-06-30")
	w.until(loan.Signed)
	_, err := w.Submit(book, "BankB/officer", "loan.Disburse", w.disburse("L1", "2024-01-05", "1"))
	require.ErrorContains(t, err, "qxl ACCESS_DENIED")
}

// Below the contract is allowed; a second time is not.
func TestALoanIsDisbursedOnce(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Signed)
	c := w.disburse("L1", "2024-01-05", "400000")
	w.Must(book, officer, "loan.Disburse", c)
	require.Equal(t, "400000.00", w.show("L1", "").Account.Outstanding.String())
	again, err := w.Submit(book, officer, "loan.Disburse", c)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	c.Amount, c.Payments[0].Amount = yuan("1"), yuan("1")
	w.Refused("DUPLICATE_NUMBER", book, officer, "loan.Disburse", c)
	w.refused(officer, "loan.Disburse", w.disburse("L1", "2024-01-06", "100000"), "LOAN_STATE", "status", "SIGNED", "DISBURSED → DISBURSED")
}

func TestServicingRefused(t *testing.T) {
	refusals(t, loan.Disbursed, []step{
		{name: "nothing", who: officer, command: "loan.Repay", code: "LOAN_AMOUNT", field: "amount", limit: "0.01..100000000000.00", actual: "0.00",
			content: func(w *world) any { return w.repay("L1", "2024-02-05", "0") }},
		{name: "before the disbursement", who: officer, command: "loan.Repay", code: "LOAN_ENTRY_BEFORE_LOAN", field: "date", limit: "2024-01-05", actual: "2024-01-04",
			content: func(w *world) any { return w.repay("L1", "2024-01-04", "1") }},
		{name: "more than the plan", who: officer, command: "loan.Repay", code: "LOAN_ABOVE_OWED", field: "amount", limit: "510488.32", actual: "510488.33",
			content: func(w *world) any { return w.repay("L1", "2024-01-05", "510488.33") }},
		{name: "after the open day", who: officer, command: "loan.Repay", code: "DATE_AFTER_OPEN_DAY", field: "date", limit: "2025-06-30", actual: "2025-07-01",
			content: func(w *world) any { return w.repay("L1", "2025-07-01", "1") }},
		{name: "costs without arrears", who: officer, command: "loan.Charge", code: "LOAN_NOT_OVERDUE", field: "date", actual: "2024-02-05",
			content: func(w *world) any {
				return loan.ChargeContent{Head: w.head("2024-02-05"), Loan: loanRef("L1"), Amount: 1, Voucher: voucher}
			}},
		{name: "settled with all owed", who: officer, command: "loan.Settle", code: "LOAN_STILL_OWED", field: "loan", limit: "0", actual: "510488.32",
			content: func(w *world) any { return w.settle("L1", "2024-01-06") }},
		{name: "accepted again", who: officer, command: "loan.Reject", code: "LOAN_STATE", field: "status", limit: "ACCEPTED CREDITED PROPOSED", actual: "DISBURSED → REJECTED",
			content: func(w *world) any {
				return loan.RejectContent{Head: w.head("2024-01-06"), Loan: loanRef("L1"), Reason: "R99"}
			}},
	})
}

func TestCostsOfRecoveryComeFirst(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.Must(book, officer, "loan.Charge", loan.ChargeContent{Head: w.head("2024-02-15"), Loan: loanRef("L1"), Amount: yuan("300"), Voucher: voucher})
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-15", "310"))
	var h loan.HistoryAnswer
	require.NoError(t, w.Ask(book, "Subject/"+person, "loan.History", loan.LoanQuery{Loan: "L1"}, &h))
	detail := h.Entries[len(h.Entries)-1].Detail.(map[string]any)
	require.Equal(t, "300.00", detail["fee"])
	require.Equal(t, "10.00", detail["penalty"])
}

// Domain trap 1. The first instalment was due on 5 February 2024.
func TestDaysPastDueForceTheClass(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	for _, c := range []struct {
		at, class string
		days      int
	}{
		{"2024-02-05", "normal", 0}, {"2024-02-06", "special_mention", 1},
		{"2024-05-05", "special_mention", 90}, {"2024-05-06", "substandard", 91},
		{"2024-11-01", "substandard", 270}, {"2024-11-02", "doubtful", 271},
		{"2025-01-30", "doubtful", 360}, {"2025-01-31", "loss", 361},
	} {
		s := w.show("L1", c.at)
		require.Equal(t, c.days, s.Account.DaysPastDue, c.at)
		require.Equal(t, c.class, s.Account.Class.String(), c.at)
	}
	// Principal first above 90 days, interest first at 90.
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-05-05", "1"))
	require.Equal(t, "1.00", w.show("L1", "2024-05-05").Account.Paid.Penalty.String())
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-05-06", "1"))
	require.Equal(t, "1.00", w.show("L1", "2024-05-06").Account.Paid.Principal.String())
}
