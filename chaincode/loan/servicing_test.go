package loan_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
)

// lent brings another loan like L1 to its disbursement on 5 January 2024.
func (w *world) lent(no, guarantee string) {
	w.apply("A"+no, person, "2024-01-01")
	w.Must(book, officer, "loan.Accept", w.accept(no, "A"+no, "2024-01-02"))
	c := w.credit(no, "2024-01-03")
	c.Guarantee = guarantee
	w.Must(book, approver, "loan.Credit", c)
	w.Must(book, officer, "loan.Sign", w.sign(no, "2024-01-04"))
	w.Must(book, officer, "loan.Disburse", w.disburse(no, "2024-01-05", "500000"))
}

func (w *world) prepay(no, date, amount, effect string) loan.PrepayContent {
	return loan.PrepayContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount), Effect: effect}
}

func (w *world) charge(no, date, amount string) loan.ChargeContent {
	return loan.ChargeContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount), Voucher: voucher}
}

func (w *world) misuse(no, date string, percent int) loan.MisuseContent {
	return loan.MisuseContent{Head: w.head(date), Loan: loanRef(no), Percent: percent, Voucher: voucher}
}

func (w *world) guarantee(no, date, amount string) loan.GuaranteePayContent {
	return loan.GuaranteePayContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount), Guarantor: voucher, Voucher: voucher}
}

func (w *world) request(no, date, entry string) loan.RequestReversalContent {
	return loan.RequestReversalContent{Head: w.head(date), Loan: loanRef(no), Entry: entry, Reason: "录入错误"}
}

func (w *world) reverse(no, date, entry string) loan.ReverseContent {
	return loan.ReverseContent{Head: w.head(date), Loan: loanRef(no), Entry: entry, Reason: "核对无误"}
}

// undo reverses an entry, by two people, and gives the number of the
// reversal.
func (w *world) undo(no, date, entry string) string {
	w.t.Helper()
	w.Must(book, officer, "loan.RequestReversal", w.request(no, date, entry))
	r := w.reverse(no, date, entry)
	w.Must(book, approver, "loan.Reverse", r)
	return r.Number
}

// looks is everything that a loan shows at the end of a day, but how it came
// about.
func (w *world) looks(no, at string) string {
	w.t.Helper()
	s := w.show(no, at)
	s.Loan, s.Application, s.ID, s.Adjusted, s.Requests = "", "", ledgerstate.ID{}, nil, nil
	raw, err := json.Marshal(s)
	require.NoError(w.t, err)
	var plan loan.PlanAnswer
	q := loan.LoanQuery{Loan: no}
	if at != "" {
		q.At = day(at)
	}
	require.NoError(w.t, w.Ask(book, officer, "loan.Schedule", q, &plan))
	plan.Loan = ""
	rows, err := json.Marshal(plan)
	require.NoError(w.t, err)
	return string(raw) + string(rows)
}

var days = []string{"2024-01-04", "2024-01-05", "2024-02-05", "2024-02-20", "2024-03-05", "2024-03-06", "2024-04-10", "2024-06-30", "2025-01-31", ""}

func (w *world) same(a, b string) {
	w.t.Helper()
	for _, at := range days {
		require.Equal(w.t, w.looks(a, at), w.looks(b, at), "at the end of %s", at)
	}
}

func (w *world) history(no string) []loan.HistoryEntry {
	w.t.Helper()
	var h loan.HistoryAnswer
	require.NoError(w.t, w.Ask(book, "Subject/"+person, "loan.History", loan.LoanQuery{Loan: no}, &h))
	return h.Entries
}

func TestBackDatedEntriesRebuildWhatFollows(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.lent("L1", "C2")
	w.lent("L2", "C2")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	w.Must(book, officer, "loan.Misuse", w.misuse("L1", "2024-02-20", 50))
	w.Must(book, officer, "loan.GuaranteePay", w.guarantee("L1", "2024-03-05", "1000"))
	w.Must(book, officer, "loan.Prepay", w.prepay("L1", "2024-03-06", "100000", "shorten"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-04-05", "30000"))
	w.Must(book, officer, "loan.Charge", w.charge("L1", "2024-05-20", "300"))

	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-04-05", "30000"))
	w.Must(book, officer, "loan.Charge", w.charge("L2", "2024-05-20", "300"))
	w.Must(book, officer, "loan.GuaranteePay", w.guarantee("L2", "2024-03-05", "1000"))
	w.Must(book, officer, "loan.Prepay", w.prepay("L2", "2024-03-06", "100000", "shorten"))
	w.Must(book, officer, "loan.Misuse", w.misuse("L2", "2024-02-20", 50))
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-02-05", "42540.69"))
	w.same("L1", "L2")
	require.Equal(t, "2024-05-20", w.show("L2", "").Last.String(), "the last entry's date, not the date of the last that arrived")

	// In order from there again.
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-06-05", "500"))
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-06-05", "500"))
	w.same("L1", "L2")
}

// Order matters to some: a charge needs arrears, so the payment that ends them
// cannot be entered below it.
func TestALaterEntryThatWouldFallIsNamed(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	charge := w.charge("L1", "2024-02-15", "300")
	w.Must(book, officer, "loan.Charge", charge)
	before := w.looks("L1", "")
	w.refused(officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"), "LOAN_ENTRY_FALLS", "entry", "LOAN_NOT_OVERDUE", charge.Number+" 2024-02-15")
	require.Equal(t, before, w.looks("L1", ""), "a refusal changes nothing")
	w.undo("L1", "2024-02-16", charge.Number)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-20", "467947.63")) // all that is left
	w.refused(officer, "loan.Repay", w.repay("L1", "2024-02-19", "0.01"), "LOAN_ENTRY_FALLS", "entry", "LOAN_ABOVE_OWED", lastNumber(w)+" 2024-02-20")
}

// lastNumber is the number of the last repayment that was accepted.
func lastNumber(w *world) string {
	h := w.history("L1")
	for i := len(h) - 1; ; i-- {
		if h[i].Command == "loan.Repay" {
			return h[i].Number
		}
	}
}

func TestBackDatingHasItsBounds(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-03-05", "42540.69"))
	w.refused(officer, "loan.Repay", w.repay("L1", "2024-01-04", "1"), "LOAN_ENTRY_BEFORE_LOAN", "date", "2024-01-05", "2024-01-04")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-01-05", "1"))
	// What takes effect by agreement or money that left is not back-dated.
	w.refused(approver, "loan.Extend", loan.ExtendContent{Head: w.head("2024-03-04"), Loan: loanRef("L1"), Periods: 13, Voucher: voucher}, "LOAN_DATE_ORDER", "date", "2024-03-05", "2024-03-04")
	w.refused(approver, "loan.WriteOff", loan.WriteOffContent{Head: w.head("2024-03-04"), Loan: loanRef("L1"), Voucher: voucher, Reason: "核销"}, "LOAN_DATE_ORDER", "date", "2024-03-05", "2024-03-04")
	w.refused(officer, "loan.Refund", loan.RefundContent{Head: w.head("2024-03-04"), Loan: loanRef("L1"), Amount: 1, Voucher: voucher}, "LOAN_DATE_ORDER", "date", "2024-03-05", "2024-03-04")
	w.refused(officer, "loan.Settle", w.settle("L1", "2024-03-04"), "LOAN_DATE_ORDER", "date", "2024-03-05", "2024-03-04")

	// The ledger's own limit.
	h := w.head("2025-06-30")
	w.Must("commons", operator, "consortium.Propose", consortium.ProposeContent{Head: h, Change: consortium.Change{
		Rules: &consortium.Parameters{BackDatingDays: 30, RateCapSpread: percent("1.5"), DecisionDays: 10, PenaltyPercent: 50, NonPerforming: 90, PreLoanMaxDays: 90}}})
	w.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2025-06-30"), Proposal: h.Number})
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-05-30", "1"), "DATE_BEFORE_LIMIT", "date", "2025-05-31", "2025-05-30")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-05-31", "1"))
}

func TestPrepayments(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.refused(officer, "loan.Prepay", w.prepay("L1", "2024-01-20", "802.08", ""), "LOAN_PREPAY_NOT_BEYOND_DUE", "amount", "802.08", "802.08")
	w.refused(officer, "loan.Prepay", w.prepay("L1", "2024-01-20", "500802.09", ""), "LOAN_PREPAY_ABOVE_BALANCE", "amount", "500802.08", "500802.09")
	w.refused(officer, "loan.Prepay", w.prepay("L1", "2024-01-20", "0", ""), "LOAN_AMOUNT", "amount", "0.01..100000000000.00", "0.00")
	w.refused(officer, "loan.Prepay", w.prepay("L1", "2024-01-20", "1000", "less"), "LOAN_CODE", "effect", "reduce shorten", "less")
	// 15 days of 500,000 at 3.85 % are 802.08; the rest is principal.
	w.Must(book, officer, "loan.Prepay", w.prepay("L1", "2024-01-20", "100802.08", "reduce"))
	s := w.show("L1", "2024-01-20")
	require.Equal(t, "400000.00", s.Account.Outstanding.String())
	require.Equal(t, "100000.00", s.Account.Prepaid.String())
	require.Equal(t, "802.08", s.Account.Paid.Interest.String())
	w.Must(book, officer, "loan.Prepay", w.prepay("L1", "2024-01-20", "400000", ""))
	w.Must(book, officer, "loan.Settle", w.settle("L1", "2024-01-20"))
	require.Equal(t, loan.Settled, w.show("L1", "").Status)
	h := w.history("L1")
	detail := h[len(h)-3].Detail.(map[string]any)
	require.Equal(t, "loan.Prepay", h[len(h)-3].Command)
	require.Equal(t, "100000.00", detail["principal"])
	require.Equal(t, "reduce", detail["effect"])
}

func TestGuarantors(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.lent("L1", "C1")
	w.lent("L2", "C2")
	w.refused(officer, "loan.GuaranteePay", w.guarantee("L1", "2024-02-05", "1000"), "LOAN_NO_GUARANTOR", "guarantor", "C2 C3 C4 C5", "C1")
	w.refused(officer, "loan.GuaranteePay", w.guarantee("L2", "2024-02-04", "1000"), "LOAN_GUARANTOR_ABOVE_DUE", "amount", "0.00", "1000.00")
	w.refused(officer, "loan.GuaranteePay", w.guarantee("L2", "2024-02-05", "42540.70"), "LOAN_GUARANTOR_ABOVE_DUE", "amount", "42540.69", "42540.70")
	c := w.guarantee("L2", "2024-02-05", "42540.69")
	c.Guarantor = "张三"
	w.refused(officer, "loan.GuaranteePay", c, "LOAN_HASH", "guarantor", "64 of 0-9a-f", "6")
	w.Must(book, officer, "loan.GuaranteePay", w.guarantee("L2", "2024-02-05", "42540.69"))
	s := w.show("L2", "2024-02-05")
	require.Zero(t, s.Account.Due)
	require.Equal(t, "40936.52", s.Account.Guarantor.Principal.String())
	require.Equal(t, s.Account.Paid, *s.Account.Guarantor)
}

func TestWrittenOffAndRecovered(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.lent("L1", "C2")
	off := func(date string) loan.WriteOffContent {
		return loan.WriteOffContent{Head: w.head(date), Loan: loanRef("L1"), Voucher: voucher, Reason: "法院裁定终结本次执行"}
	}
	got := func(date, amount string) loan.RecoverContent {
		return loan.RecoverContent{Head: w.head(date), Loan: loanRef("L1"), Amount: yuan(amount), Voucher: voucher}
	}
	w.refused(officer, "loan.Recover", got("2025-02-10", "1000"), "LOAN_NOT_WRITTEN_OFF", "date", "", "2025-02-10")
	w.refused(officer, "loan.WriteOff", off("2025-02-10"), "ACCESS_DENIED", "identity", "B/approver", "B/officer")
	no := off("2025-02-10")
	no.Reason = ""
	w.refused(approver, "loan.WriteOff", no, "LOAN_TEXT", "reason", "1..200", "0")
	w.Must(book, approver, "loan.WriteOff", off("2025-02-10"))
	w.refused(approver, "loan.WriteOff", off("2025-02-11"), "LOAN_WRITTEN_OFF", "date", "", "2025-02-10")
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-02-11", "1"), "LOAN_WRITTEN_OFF", "loan", "", "2025-02-10")
	w.refused(officer, "loan.Misuse", w.misuse("L1", "2025-02-11", 50), "LOAN_WRITTEN_OFF", "loan", "", "2025-02-10")
	w.Must(book, officer, "loan.Recover", got("2025-03-01", "1000"))
	w.Must(book, officer, "loan.GuaranteePay", w.guarantee("L1", "2025-03-02", "2000"))
	s := w.show("L1", "2025-03-02")
	require.Equal(t, loan.Disbursed, s.Status, "the debt lives on")
	require.Equal(t, "500000.00", s.Account.WrittenOff.Principal.String())
	require.Equal(t, "3000.00", s.Account.WrittenOff.Recovered.String())
	require.Equal(t, "497000.00", s.Account.Outstanding.String(), "principal first above 90 days")
	// A repayment of before the write-off that was found later.
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	require.Equal(t, "459063.48", w.show("L1", "2025-02-10").Account.WrittenOff.Principal.String())
}

func TestMisuseBearsTheHeavierPenalty(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.refused(officer, "loan.Misuse", w.misuse("L1", "2024-01-10", 49), "LOAN_MISUSE_PERCENT", "percent", "0, 50..100", "49")
	w.refused(officer, "loan.Misuse", w.misuse("L1", "2024-01-10", 101), "LOAN_MISUSE_PERCENT", "percent", "0, 50..100", "101")
	due := w.show("L1", "2024-02-05").Account.Due
	w.Must(book, officer, "loan.Misuse", w.misuse("L1", "2024-01-05", 100))
	require.Greater(t, w.show("L1", "2024-02-05").Account.Due, due)
	w.Must(book, officer, "loan.Misuse", w.misuse("L1", "2024-01-05", 0))
	require.Equal(t, due, w.show("L1", "2024-02-05").Account.Due, "used as agreed again from the same day")
}

func TestRefunds(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	back := func(amount string) loan.RefundContent {
		return loan.RefundContent{Head: w.head("2024-01-10"), Loan: loanRef("L1"), Amount: yuan(amount), Voucher: voucher}
	}
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-01-08", "1000"))
	w.refused(officer, "loan.Refund", back("1000.01"), "LOAN_REFUND_ABOVE_ADVANCE", "amount", "1000.00", "1000.01")
	w.Must(book, officer, "loan.Refund", back("400"))
	s := w.show("L1", "2024-01-10")
	require.Equal(t, "600.00", s.Account.Advance.String())
	require.Equal(t, "400.00", s.Account.Refunded.String())
}

func TestExtensionLimits(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed) // twelve months to 5 January 2025
	extend := func(date string, periods int) loan.ExtendContent {
		return loan.ExtendContent{Head: w.head(date), Loan: loanRef("L1"), Periods: periods, Voucher: voucher}
	}
	w.refused(officer, "loan.Extend", extend("2024-06-01", 18), "ACCESS_DENIED", "identity", "B/approver", "B/officer")
	w.refused(approver, "loan.Extend", extend("2024-06-01", 12), "LOAN_EXTENSION_NOT_LONGER", "periods", "2025-01-05", "2025-01-05")
	w.refused(approver, "loan.Extend", extend("2024-06-01", 25), "LOAN_EXTENSION_LIMIT", "periods", "2026-01-05", "2026-02-05")
	w.refused(approver, "loan.Extend", extend("2025-01-05", 18), "LOAN_EXTENSION_AFTER_MATURITY", "date", "2025-01-05", "2025-01-05")
	byDays := extend("2024-06-01", 18)
	byDays.Dues = []schedule.Due{{Date: day("2025-06-01"), Principal: yuan("500000")}}
	w.refused(approver, "loan.Extend", byDays, "LOAN_EXTENSION_METHOD", "dues", "", "1")
	w.Must(book, approver, "loan.Extend", extend("2024-06-01", 18))
	w.refused(approver, "loan.Extend", extend("2024-07-01", 25), "LOAN_EXTENSION_LIMIT", "periods", "2026-01-05", "2026-02-05")
	w.Must(book, approver, "loan.Extend", extend("2024-07-01", 24))
	s := w.show("L1", "")
	require.Equal(t, "2026-01-05", s.Account.Maturity.String())
	require.Equal(t, 24, s.Account.Extended)
	// By a certificate that is not the one which brought the loan in.
	both := "BankA/officer,approver"
	w.apply("A9", person, "2024-01-01")
	w.Must(book, both, "loan.Accept", w.accept("L9", "A9", "2024-01-02"))
	w.Must(book, approver, "loan.Credit", w.credit("L9", "2024-01-03"))
	w.Must(book, both, "loan.Sign", w.sign("L9", "2024-01-04"))
	w.Must(book, both, "loan.Disburse", w.disburse("L9", "2024-01-05", "1000"))
	c := extend("2024-06-01", 18)
	c.Loan = loanRef("L9")
	w.refused(both, "loan.Extend", c, "LOAN_SAME_PERSON", "identity", "", "")
}

// Of more than a year, half; of more than five, three years.
func TestExtensionLimitsOfLongerLoans(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	for _, c := range []struct {
		no             string
		periods, every int
		most, beyond   int
		limit, actual  string
	}{
		{"M13", 13, 1, 19, 20, "2025-08-05", "2025-09-05"},
		{"M60", 60, 1, 90, 91, "2031-07-05", "2031-08-05"},
		{"M61", 61, 1, 97, 98, "2032-02-05", "2032-03-05"},
	} {
		t1 := w.taken(c.no, "2024-03-01")
		t1.Disbursed, t1.Periods, t1.EveryMonths, t1.PaidTo = day("2024-01-05"), c.periods, c.every, day("2024-02-05")
		w.Must(book, officer, "loan.TakeOn", t1)
		w.Must(book, approver, "loan.ConfirmTakeOn", loan.ConfirmTakeOnContent{Head: w.head("2024-03-01"), Loan: loanRef(c.no)})
		extend := func(periods int) loan.ExtendContent {
			return loan.ExtendContent{Head: w.head("2024-06-01"), Loan: loanRef(c.no), Periods: periods, Voucher: voucher}
		}
		w.refused(approver, "loan.Extend", extend(c.beyond), "LOAN_EXTENSION_LIMIT", "periods", c.limit, c.actual)
		w.Must(book, approver, "loan.Extend", extend(c.most))
	}
}

// The limits are the ledger's parameters, as they stand when the extension is
// entered. An extension that was within them stands when they are tightened,
// also where an earlier entry makes the loan anew.
func TestExtensionLimitsAreTheLedgers(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	extend := func(no string, periods int) loan.ExtendContent {
		return loan.ExtendContent{Head: w.head("2024-06-01"), Loan: loanRef(no), Periods: periods, Voucher: voucher}
	}
	w.until(loan.Disbursed) // twelve months to 5 January 2025
	w.Must(book, approver, "loan.Extend", extend("L1", 24))
	taken := w.taken("M12", "2024-03-01")
	taken.Disbursed, taken.Periods, taken.PaidTo = day("2024-01-05"), 12, day("2024-02-05")
	w.Must(book, officer, "loan.TakeOn", taken)
	w.Must(book, approver, "loan.ConfirmTakeOn", loan.ConfirmTakeOnContent{Head: w.head("2024-03-01"), Loan: loanRef("M12")})

	h := w.head("2025-06-30")
	w.Must("commons", operator, "consortium.Propose", consortium.ProposeContent{Head: h, Change: consortium.Change{
		Rules: &consortium.Parameters{BackDatingDays: 3653, RateCapSpread: percent("1.5"), DecisionDays: 10, PenaltyPercent: 50, NonPerforming: 90, PreLoanMaxDays: 90,
			Extensions: []consortium.ExtensionLimit{{UpTo: 12, Percent: 50}, {Most: 3}}}}})
	beyond := extend("M12", 19)
	w.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2025-06-30"), Proposal: h.Number})
	w.refused(approver, "loan.Extend", beyond, "LOAN_EXTENSION_LIMIT", "periods", "2025-07-05", "2025-08-05")
	w.Must(book, approver, "loan.Extend", extend("M12", 18))

	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69")) // before the extension
	require.Equal(t, "2026-01-05", w.show("L1", "").Account.Maturity.String())
	w.refused(approver, "loan.Extend", extend("L1", 25), "LOAN_EXTENSION_LIMIT", "periods", "2025-07-05", "2026-02-05")
}

// Domain trap 20: no rounding lets anything fall below zero. A loan of one fen
// more than its instalments is paid fen by fen.
func TestTrap20NothingFallsBelowZeroByRounding(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Signed)
	w.Must(book, officer, "loan.Disburse", w.disburse("L1", "2024-01-05", "1.01"))
	zero := func(at string) {
		a := w.show("L1", at).Account
		for _, x := range []int64{int64(a.Outstanding), int64(a.OverduePrincipal), int64(a.OverdueInterest), int64(a.Penalty), int64(a.Compound), int64(a.Fee), int64(a.Advance), int64(a.Due), int64(a.Coming)} {
			require.GreaterOrEqual(t, x, int64(0))
		}
	}
	for i, date := range []string{"2024-02-05", "2024-03-20", "2024-06-06", "2024-09-05", "2024-12-31"} {
		w.Must(book, officer, "loan.Repay", w.repay("L1", date, "0.01"))
		if i%2 == 1 {
			w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-01-31", "0.01"))
		}
		for _, at := range append(days, date) {
			if at != "2024-01-04" {
				zero(at)
			}
		}
	}
	a := w.show("L1", "2025-06-30").Account
	left := a.Due + a.Coming
	w.refused(officer, "loan.Repay", w.repay("L1", "2025-06-30", (left+1).String()), "LOAN_ABOVE_OWED", "amount", left.String(), (left + 1).String())
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-06-30", left.String()))
	w.Must(book, officer, "loan.Settle", w.settle("L1", "2025-06-30"))
	a = w.show("L1", "").Account
	require.Equal(t, account.Figures{Class: account.Pass}, a.Figures)
	require.Equal(t, "1.01", a.Paid.Principal.String())
}

// Domain trap 15, also where a disbursement is entered again.
func TestTrap15InterestIsNotWithheld(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Signed)
	c := w.disburse("L1", "2024-01-05", "500000")
	c.Payments[0].Amount = yuan("480000")
	w.refused(officer, "loan.Disburse", c, "LOAN_WITHHELD", "payments", "500000.00", "480000.00")
	first := w.disburse("L1", "2024-01-05", "480000")
	w.Must(book, officer, "loan.Disburse", first)
	w.undo("L1", "2024-01-06", first.Number)
	c.Head, c.Replaces = w.head("2024-01-05"), first.Number
	w.refused(officer, "loan.Disburse", c, "LOAN_WITHHELD", "payments", "500000.00", "480000.00")
	c.Payments[0].Amount = yuan("500000")
	w.Must(book, officer, "loan.Disburse", c)
	require.Equal(t, "500000.00", w.show("L1", "").Account.Disbursed.String())
}
