package erasure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	book     = chaincodetest.BookA
	officer  = "BankA/officer"
	operator = "Commission/operator"
	approver = "CentralBank/approver"
)

func init() { chaincode.BookCommands = append(chaincode.BookCommands, chaincodetest.GrantFreely) }

type world struct {
	*chaincodetest.Ledger
	t    *testing.T
	n    int
	open string
}

func newWorld(t *testing.T, open string) *world {
	w := &world{Ledger: chaincodetest.New(t, open), t: t, open: open}
	w.Calendar(2022, 2027, chaincodetest.October(2022, 2027, 3))
	return w
}

func (w *world) head(date string) command.Head {
	w.n++
	return command.Head{Number: fmt.Sprintf("e-%d", w.n), Date: calendar.MustParse(date)}
}

// lend brings a herder's loan on the ledger; late pays the first instalment
// only in July, and all are settled in June of the next year.
func (w *world) lend(no string, person int, late, settled bool) {
	w.Lend(chaincodetest.Lending{Bank: "BankA", No: no, Person: person, Type: subject.Herder, Industry: "0314"})
	if late {
		w.pay(no, "2024-07-10")
	}
	if settled {
		w.pay(no, "2025-05-30")
		w.Must(book, officer, "loan.Settle", loan.SettleContent{Head: w.head("2025-06-02"), Loan: chaincodetest.LoanRef(no)})
	}
}

func (w *world) pay(no, date string) {
	w.Must(book, officer, "loan.Repay", loan.RepayContent{Head: w.head(date), Loan: chaincodetest.LoanRef(no), Amount: w.show(no, date).Account.Due})
}

func (w *world) show(no, at string) loan.Sheet {
	w.t.Helper()
	var s loan.Sheet
	require.NoError(w.t, w.Ask(book, "Finance/auditor", "loan.Show", loan.LoanQuery{Loan: no, At: calendar.MustParse(at)}, &s))
	return s
}

func pseudonym(person int) string { return fmt.Sprintf("personbanka%04d", person) }

// retention makes the law keep loan records so many years.
func (w *world) retention(years int) {
	var show consortium.Tables
	require.NoError(w.t, w.Ask("commons", officer, "consortium.Show", struct{}{}, &show))
	rules := show.Rules
	rules.RetentionYears = years
	h := w.head("2024-01-01")
	w.Must("commons", operator, "consortium.Propose", consortium.ProposeContent{Head: h, Change: consortium.Change{Rules: &rules}})
	w.Must("commons", "Finance/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2024-01-01"), Proposal: h.Number})
}

func (w *world) plan(order, who string) *erasure.PlanAnswer {
	w.t.Helper()
	a := &erasure.PlanAnswer{}
	require.NoError(w.t, w.Ask(book, approver, "erasure.Plan", erasure.PlanQuery{Order: order, Subject: who}, a))
	return a
}

func (w *world) order(no, who, scope string) erasure.OrderContent {
	c := erasure.OrderContent{Head: w.head(w.open), Order: no, Subject: who, Scope: scope, Basis: "pipl-47"}
	for _, x := range w.plan("", who).Loan.Items {
		if x.Kind == loan.Kind.Code {
			c.Loans = append(c.Loans, x.Ref)
		}
	}
	return c
}

func (w *world) step(order string) erasure.StepContent {
	return erasure.StepContent{Head: w.head(w.open), Order: order}
}

func (w *world) run(order string, p erasure.PartPlan) erasure.RunContent {
	return erasure.RunContent{Head: w.head(w.open), Order: order, Part: 1, Items: p.Items, Receipts: p.Receipts}
}

func (w *world) personPlan(order string) (a erasure.PersonPlan) {
	require.NoError(w.t, w.Ask(book, operator, "erasure.PlanPerson", erasure.PlanQuery{Order: order}, &a))
	return a
}

// digests are those of every aggregate of the book, by kind and number.
func (w *world) digests() map[string]string {
	all := map[string]string{}
	for _, q := range chaincode.BookQueries {
		name := q.DescribeQuery().Name
		if !strings.HasPrefix(name, "digest.") {
			continue
		}
		for after := ""; ; {
			var a command.ExportAnswer
			require.NoError(w.t, w.Ask(book, "Commission/auditor", name, command.ExportQuery{After: after}, &a))
			for _, d := range a.Aggregates {
				all[name+" "+d.Natural] = d.Digest
			}
			if after = a.Next; after == "" {
				break
			}
		}
	}
	return all
}

// An order from its making to its end: everything of the subject is gone, its
// neighbours' digests are what they were, and the order does not say any more
// whom it was about.
func TestAnOrderIsCarriedOut(t *testing.T) {
	w := newWorld(t, "2026-08-01")
	w.retention(1)
	w.lend("HT0001", 1, true, true)
	w.lend("HT0002", 2, true, true)
	w.lend("HT0003", 3, false, false)
	w.Must(book, operator, "loan.Apply", loan.ApplyContent{Head: w.head("2025-07-01"), Application: ledgerstate.Ref{ID: chaincodetest.ID("appnew", 0), No: "A-NEW"}, Subject: pseudonym(1), Product: "TAX", Amount: money.MustFen("1000"), Months: 12, Use: "STOCK", Channel: "STATION"})
	// A receipt of somebody else's that names the contract.
	w.Refused("UNKNOWN", book, officer, "loan.Settle", loan.SettleContent{Head: w.head("2026-01-05"), Loan: ledgerstate.Ref{ID: chaincodetest.LoanRef("HT0002").ID, No: "HT0001"}})
	for _, no := range []string{"HT0001", "HT0002"} {
		w.Must(book, officer, "loan.Attach", loan.AttachContent{Head: w.head("2026-01-05"), Loan: chaincodetest.LoanRef(no), Papers: []loan.Paper{{Item: "CONTRACT", CID: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"}}})
	}
	before := w.digests()
	_, code := chaincodetest.Code(subject.Herder, 1)

	w.Must(book, operator, "erasure.Order", w.order("ORD-1", pseudonym(1), erasure.Subject))
	w.Must(book, approver, "erasure.Approve", w.step("ORD-1"))
	plan := w.plan("ORD-1", "")
	require.Empty(t, plan.Blocked)
	numbers := append(plan.Numbers(), code)
	require.Subset(t, numbers, []string{pseudonym(1), "HT0001", "A-HT0001", "A-NEW", "G1HT0001", "G2HT0001"})

	// Collections go in order.
	w.Refused("ERASURE_ORDER", book, operator, "erasure.Loan", w.run("ORD-1", plan.Loan))
	w.Refused("ERASURE_ORDER", book, operator, "erasure.Person", w.run("ORD-1", w.personPlan("ORD-1").PartPlan))
	w.Must(book, operator, "erasure.Comp", w.run("ORD-1", plan.Comp))
	ran := w.run("ORD-1", plan.Loan)
	w.Must(book, operator, "erasure.Loan", ran)
	r, err := w.Submit(book, operator, "erasure.Loan", ran)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome, "done twice it is done once")
	w.Refused("ERASURE_ORDER", book, operator, "erasure.Close", w.step("ORD-1"))
	w.Must(book, operator, "erasure.Intake", w.run("ORD-1", plan.Intake))
	w.Must(book, operator, "erasure.Person", w.run("ORD-1", w.personPlan("ORD-1").PartPlan))
	w.Must(book, operator, "erasure.Close", w.step("ORD-1"))

	require.Empty(t, w.Holding(numbers[0]), "not even in the order")
	for _, no := range numbers[1:] {
		require.Empty(t, w.Holding(no), no)
	}
	require.NotEmpty(t, w.Holding(pseudonym(2)), "the same search finds the neighbour")
	require.NotEmpty(t, w.Holding("HT0002"))

	after := w.digests()
	for name, d := range after {
		if strings.Contains(name, "eras") {
			continue
		}
		require.Equal(t, before[name], d, name)
		delete(before, name)
	}
	for name := range before {
		require.True(t, strings.HasSuffix(name, code) || strings.HasSuffix(name, "HT0001") || strings.HasSuffix(name, "A-NEW"), "%s is gone", name)
	}
	var s erasure.Sheet
	require.NoError(t, w.Ask(book, "Finance/auditor", "erasure.Show", erasure.ShowQuery{Order: "ORD-1"}, &s))
	require.Equal(t, "CLOSED", s.Status)
	require.Equal(t, "C/operator", s.Requester)
	require.Equal(t, "P/approver", s.Approver)
	require.Len(t, s.Traces, 3)
	require.Equal(t, "100000.00", s.Traces[1].Lent.String())
	require.Equal(t, 1, s.Traces[1].Receipts)
	require.Equal(t, []string{"BankAMSP"}, s.Traces[2].Recipients)
	require.Equal(t, 1, w.personPlan("ORD-1").Done)
	require.Equal(t, []string{"BankAMSP"}, s.Owing)
	ack := erasure.AcknowledgeContent{Head: w.head(w.open), Order: "ORD-1", Certificate: make([]byte, 32)}
	w.Refused("ERASURE_NOTHING_OWED", book, operator, "erasure.Acknowledge", ack)
	w.Must(book, officer, "erasure.Acknowledge", ack)
	s = erasure.Sheet{}
	require.NoError(t, w.Ask(book, "Finance/auditor", "erasure.Show", erasure.ShowQuery{Order: "ORD-1"}, &s))
	require.Empty(t, s.Owing)
	require.Len(t, s.Acknowledged, 1)
	// The neighbour on the same lists goes on.
	w.pay("HT0003", "2026-07-30")
	require.ErrorContains(t, w.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: "HT0001"}, &loan.Sheet{}), "UNKNOWN")
}

func TestWhatMayNotBeErased(t *testing.T) {
	w := newWorld(t, "2026-08-01")
	w.lend("HT0001", 1, false, true)
	w.lend("HT0002", 2, false, false)
	r := w.Refused("ERASURE_RETAINED", book, operator, "erasure.Order", w.order("ORD-1", pseudonym(1), erasure.Subject))
	require.Equal(t, "2035-06-02", r.Refusal.Limit, "ten years from the settlement")
	w.Refused("ERASURE_LOAN_LIVES", book, operator, "erasure.Order", w.order("ORD-1", pseudonym(2), erasure.Subject))
	require.Equal(t, "ERASURE_LOAN_LIVES", w.plan("", pseudonym(2)).Blocked[0].Code)
	w.retention(1)
	other := w.order("ORD-1", pseudonym(1), erasure.Subject)
	other.Loans = append(other.Loans, chaincodetest.LoanRef("HT0002"))
	w.Refused("ERASURE_OTHER_SUBJECT", book, operator, "erasure.Order", other)
	for code, change := range map[string]func(*erasure.OrderContent){
		"ERASURE_BASIS":  func(c *erasure.OrderContent) { c.Basis = "whim" },
		"ERASURE_SCOPE":  func(c *erasure.OrderContent) { c.Scope = "half" },
		"ERASURE_NUMBER": func(c *erasure.OrderContent) { c.Order = "才让" },
	} {
		c := w.order("ORD-1", pseudonym(1), erasure.Subject)
		change(&c)
		w.Refused(code, book, operator, "erasure.Order", c)
	}
	// A part that names another subject's record, or a receipt of nobody's.
	w.Must(book, operator, "erasure.Order", w.order("ORD-1", pseudonym(1), erasure.Subject))
	w.Refused("ERASURE_STATE", book, operator, "erasure.Comp", w.run("ORD-1", erasure.PartPlan{}))
	w.Must(book, approver, "erasure.Approve", w.step("ORD-1"))
	w.Must(book, operator, "erasure.Comp", w.run("ORD-1", erasure.PartPlan{}))
	foreign := w.plan("", pseudonym(2))
	w.Refused("ERASURE_OTHER_SUBJECT", book, operator, "erasure.Loan", w.run("ORD-1", erasure.PartPlan{Items: foreign.Loan.Items}))
	w.Refused("ERASURE_RECEIPT", book, operator, "erasure.Loan", w.run("ORD-1", erasure.PartPlan{Receipts: []string{"R:none"}}))
	w.Refused("ERASURE_KIND", book, operator, "erasure.Loan", w.run("ORD-1", erasure.PartPlan{Items: []erasure.Item{{Kind: "dayend", Ref: loan.DaysRef}}}))
	w.Must(book, operator, "erasure.Loan", w.run("ORD-1", w.plan("ORD-1", "").Loan))
	w.Refused("ERASURE_OTHER_SUBJECT", book, operator, "erasure.Intake", w.run("ORD-1", erasure.PartPlan{Items: foreign.Intake.Items}))
}

func TestAnOrderTakesTwoPeople(t *testing.T) {
	w := newWorld(t, "2026-08-01")
	w.retention(1)
	w.lend("HT0001", 1, false, true)
	both := "CentralBank/officer,approver" // who holds both roles
	w.Must(book, both, "erasure.Order", w.order("ORD-0", pseudonym(1), erasure.Subject))
	w.Refused("ERASURE_SELF_APPROVED", book, both, "erasure.Approve", w.step("ORD-0"))
	w.Refused("ERASURE_SAME_POST", book, both+"#2", "erasure.Approve", w.step("ORD-0"))
	w.Must(book, "CentralBank/officer", "erasure.Order", w.order("ORD-1", pseudonym(1), erasure.Subject))
	r, err := w.Submit(book, "CentralBank/officer", "erasure.Approve", w.step("ORD-1"))
	require.NoError(t, err)
	require.Equal(t, "ACCESS_DENIED", r.Refusal.Code)
	w.Must(book, "CentralBank/approver", "erasure.Approve", w.step("ORD-1"))
	w.Refused("ERASURE_STATE", book, "Finance/approver", "erasure.Approve", w.step("ORD-1"))
	w.Refused("ERASURE_STATE", book, operator, "erasure.Withdraw", w.step("ORD-1"))

	w.Must(book, officer, "erasure.Order", w.order("ORD-2", pseudonym(1), erasure.Subject))
	w.Must(book, officer, "erasure.Withdraw", w.step("ORD-2"))
	w.Refused("ERASURE_STATE", book, approver, "erasure.Approve", w.step("ORD-2"))
	require.Empty(t, w.plan("ORD-2", "").Subject, "a withdrawn order forgets too")
}

// What the law keeps is used no more.
func TestStopRevokesWhatIsGranted(t *testing.T) {
	w := newWorld(t, "2026-08-01")
	w.lend("HT0001", 1, false, true)
	w.Must(book, operator, "erasure.Order", w.order("ORD-1", pseudonym(1), erasure.Stop))
	w.Must(book, approver, "erasure.Approve", w.step("ORD-1"))
	c := erasure.StopContent{Head: w.head(w.open), Order: "ORD-1"}
	for _, x := range w.plan("ORD-1", "").Intake.Items {
		if x.Kind == "grant" {
			c.Grants = append(c.Grants, x.Ref)
		}
	}
	require.Len(t, c.Grants, 2)
	w.Refused("ERASURE_SCOPE", book, operator, "erasure.Comp", w.run("ORD-1", erasure.PartPlan{}))
	w.Must(book, operator, "erasure.Stop", c)
	w.Must(book, operator, "erasure.Close", w.step("ORD-1"))
	revoked := 0
	for _, x := range w.plan("", pseudonym(1)).Intake.Items {
		if x.Kind == "revocation" {
			revoked++
		}
	}
	require.Equal(t, 2, revoked)
}

func (w *world) due() (loans []string) {
	var a erasure.DueAnswer
	require.NoError(w.t, w.Ask(book, officer, "erasure.Due", erasure.DueQuery{}, &a))
	for _, x := range a.Loans {
		loans = append(loans, x.Loan)
	}
	return loans
}

// Arrears of April to 10 July 2024 may be told until 10 July 2029 and not on
// the 11th. What is left of the loan tells nothing of them, and its totals are
// what they were.
func TestArrearsExpireByTheClock(t *testing.T) {
	w := newWorld(t, "2029-07-10")
	w.lend("HT0001", 1, true, true)
	w.lend("HT0002", 2, false, true) // paid late at the end alone: until 30 May 2030
	require.Empty(t, w.due(), "the last day on which they may be told")
	expire := func(number, date string, loans ...string) erasure.ExpireContent {
		c := erasure.ExpireContent{Head: command.Head{Number: number, Date: calendar.MustParse(date)}}
		for _, no := range loans {
			c.Loans = append(c.Loans, chaincodetest.LoanRef(no))
		}
		return c
	}
	w.Refused("LOAN_NO_ADVERSE_EXPIRED", book, officer, "erasure.Expire", expire("X1", "2029-07-10", "HT0001"))

	w = newWorld(t, "2029-07-11")
	w.lend("HT0001", 1, true, true)
	w.lend("HT0002", 2, true, true)
	w.lend("HT0003", 3, false, false)
	require.Len(t, w.due(), 2)
	was := w.show("HT0001", "2029-07-11")
	require.Len(t, was.Adverse, 2)
	require.Positive(t, was.Account.Paid.Penalty)
	neighbour := w.show("HT0002", "2029-07-11")
	w.Must(book, officer, "erasure.Expire", expire("X1", "2029-07-11", "HT0001"))
	require.Equal(t, []string{"HT0002"}, w.due())
	is := w.show("HT0001", "2029-07-11")
	require.Len(t, is.Adverse, 1, "the later time is still told")
	require.Equal(t, was.Adverse[1], is.Adverse[0])
	require.Equal(t, was.Account.Outstanding, is.Account.Outstanding)
	require.Equal(t, was.Account.Disbursed, is.Account.Disbursed)
	require.Equal(t, was.Status, is.Status)
	require.Equal(t, was.Account.Paid.Sum(), is.Account.Paid.Sum(), "not a fen is lost")
	require.Equal(t, neighbour, w.show("HT0002", "2029-07-11"))
	var h loan.HistoryAnswer
	require.NoError(t, w.Ask(book, officer, "loan.History", loan.LoanQuery{Loan: "HT0001"}, &h))
	for _, e := range h.Entries {
		require.GreaterOrEqual(t, e.Date.String(), "2024-07-10")
	}
	var list erasure.ListAnswer
	require.NoError(t, w.Ask(book, officer, "erasure.List", struct{}{}, &list))
	require.Len(t, list.Clock, 1)
	require.Equal(t, was.Account.Paid.Penalty-is.Account.Paid.Penalty, list.Clock[0].Penalty)
	r, err := w.Submit(book, officer, "erasure.Expire", expire("X1", "2029-07-11", "HT0001"))
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
}
