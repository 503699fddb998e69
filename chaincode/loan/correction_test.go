package loan_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func (w *world) openDay(date string) {
	w.t.Helper()
	w.Must("commons", "CentralBank/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: w.head(date)})
}

func TestReversalNeedsTheSecondSignature(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	paid := w.repay("L1", "2024-02-05", "42540.69")
	w.Must(book, officer, "loan.Repay", paid)
	w.refused(approver, "loan.Reverse", w.reverse("L1", "2024-02-06", paid.Number), "LOAN_SECOND_SIGNATURE", "entry", "loan.RequestReversal", paid.Number)
	w.refused(officer, "loan.Reverse", w.reverse("L1", "2024-02-06", paid.Number), "ACCESS_DENIED", "identity", "B/approver", "B/officer")
	w.refused(officer, "loan.RequestReversal", w.request("L1", "2024-02-06", "n-none"), "LOAN_ENTRY_UNKNOWN", "entry", "", "n-none")
	w.refused(officer, "loan.RequestReversal", w.request("L1", "2024-02-04", paid.Number), "LOAN_DATE_ORDER", "date", "2024-02-05", "2024-02-04")
	credit := w.history("L1")[1]
	require.Equal(t, "loan.Credit", credit.Command)
	w.refused(officer, "loan.RequestReversal", w.request("L1", "2024-02-06", credit.Number), "LOAN_NOT_REVERSIBLE", "entry", "", credit.Number)

	// One certificate with both roles does not sign twice.
	both := "BankA/officer,approver"
	w.Must(book, both, "loan.RequestReversal", w.request("L1", "2024-02-06", paid.Number))
	require.Equal(t, []loan.RequestSheet{{Entry: paid.Number, Reason: "录入错误"}}, w.show("L1", "").Requests)
	w.refused(officer, "loan.RequestReversal", w.request("L1", "2024-02-06", paid.Number), "LOAN_REVERSAL_REQUESTED", "entry", "", paid.Number)
	w.refused(both, "loan.Reverse", w.reverse("L1", "2024-02-06", paid.Number), "LOAN_SECOND_SIGNATURE", "identity", "", "")
	mine := w.repay("L1", "2024-02-05", "1")
	w.Must(book, both+"#2", "loan.Repay", mine)
	w.Must(book, officer, "loan.RequestReversal", w.request("L1", "2024-02-06", mine.Number))
	w.refused(both+"#2", "loan.Reverse", w.reverse("L1", "2024-02-06", mine.Number), "LOAN_SECOND_SIGNATURE", "identity", "", "")
	w.Must(book, approver, "loan.Reverse", w.reverse("L1", "2024-02-06", mine.Number))
	no := w.reverse("L1", "2024-02-06", paid.Number)
	no.Reason = ""
	w.refused(approver, "loan.Reverse", no, "LOAN_TEXT", "reason", "1..200", "0")
	r := w.reverse("L1", "2024-02-06", paid.Number)
	w.Must(book, approver, "loan.Reverse", r)
	again, err := w.Submit(book, approver, "loan.Reverse", r)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	require.Empty(t, w.show("L1", "").Requests, "the request is used up")
	require.Zero(t, w.show("L1", "").Account.Paid.Sum())
	w.refused(approver, "loan.Reverse", w.reverse("L1", "2024-02-07", paid.Number), "LOAN_REVERSED_ALREADY", "entry", "", paid.Number)
}

// A correction undone gives the state before it, at any depth.
func TestReversalsAtAnyDepth(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	with := w.looks("L1", "")
	wrong := w.prepay("L1", "2024-02-20", "100000", "shorten")
	w.Must(book, officer, "loan.Prepay", wrong)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-03-05", "42540.69"))
	prepaid := w.looks("L1", "")

	number := w.undo("L1", "2024-03-10", wrong.Number)
	without := w.looks("L1", "")
	require.NotEqual(t, prepaid, without)
	require.NotEqual(t, with, without)
	for depth := range 4 {
		number = w.undo("L1", "2024-03-11", number)
		want := prepaid
		if depth%2 == 1 {
			want = without
		}
		require.Equal(t, want, w.looks("L1", ""), "depth %d", depth)
	}
	h := w.history("L1")
	var of loan.HistoryEntry
	for _, e := range h {
		if e.Number == wrong.Number {
			of = e
		}
	}
	require.NotEmpty(t, of.ReversedBy)
	require.NotContains(t, of.Detail, "principal", "what fell went nowhere")

	// The replacement names it 补记.
	right := w.prepay("L1", "2024-02-20", "10000", "shorten")
	right.Replaces = "n-none"
	w.refused(officer, "loan.Prepay", right, "LOAN_ENTRY_UNKNOWN", "replaces", "", "n-none")
	right.Replaces = h[len(h)-1].Number // a reversal that stands
	w.refused(officer, "loan.Prepay", right, "LOAN_REPLACES_STANDING", "replaces", "", right.Replaces)
	right.Replaces = wrong.Number
	w.Must(book, officer, "loan.Prepay", right)
	h = w.history("L1")
	require.Equal(t, wrong.Number, h[len(h)-1].Replaces)
}

// A settled loan whose repayment falls is open again; it is settled again by
// itself when what is owed is gone from the days up to its settlement, and
// else by another settlement.
func TestAReversalReopensASettledLoan(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	all := w.prepay("L1", "2024-01-20", "500802.08", "")
	w.Must(book, officer, "loan.Prepay", all)
	settled := w.settle("L1", "2024-01-21")
	w.Must(book, officer, "loan.Settle", settled)
	before := w.looks("L1", "")

	r := w.undo("L1", "2024-01-25", all.Number)
	s := w.show("L1", "")
	require.Equal(t, loan.Disbursed, s.Status)
	require.Equal(t, "500000.00", s.Account.Outstanding.String())
	require.Equal(t, "2024-01-05", s.Last.String())

	// Put right below the settlement: it stands again.
	right := w.prepay("L1", "2024-01-20", "500802.08", "")
	right.Replaces = all.Number
	w.Must(book, officer, "loan.Prepay", right)
	require.Equal(t, before, w.looks("L1", ""))
	w.refused(officer, "loan.Repay", w.repay("L1", "2024-01-26", "1"), "LOAN_STATE", "status", "DISBURSED", "SETTLED → DISBURSED")

	// Paid after it, the loan waits for another settlement.
	w.undo("L1", "2024-01-27", right.Number)
	later := w.prepay("L1", "2024-01-28", "501229.86", "")
	w.Must(book, officer, "loan.Prepay", later)
	require.Equal(t, loan.Disbursed, w.show("L1", "").Status)
	second := w.settle("L1", "2024-01-29")
	w.Must(book, officer, "loan.Settle", second)
	require.Equal(t, loan.Settled, w.show("L1", "").Status)

	// Then the first payment cannot stand again below it.
	w.Must(book, officer, "loan.RequestReversal", w.request("L1", "2024-01-30", r))
	w.refused(approver, "loan.Reverse", w.reverse("L1", "2024-01-30", r), "LOAN_ENTRY_FALLS", "entry", "LOAN_STATE", later.Number+" 2024-01-28")

	// A settlement alone can be reversed too.
	w.undo("L1", "2024-01-30", second.Number)
	require.Equal(t, loan.Disbursed, w.show("L1", "").Status)
	require.Zero(t, w.show("L1", "").Account.Outstanding)
	var totals loan.TotalsAnswer
	require.NoError(t, w.Ask(book, officer, "loan.Totals", struct{}{}, &totals))
	require.Equal(t, map[string]int{"DISBURSED": 1}, totals.ByStatus)
}

// Domain trap 9: a disbursement of January is corrected in March. January's
// figure stays as it was published; the correction is March's adjustment.
func TestTrap9CorrectionOfADisbursementInAClosedMonth(t *testing.T) {
	w := newWorld(t, "2024-01-31")
	w.until(loan.Signed)
	wrong := w.disburse("L1", "2024-01-05", "50000")
	w.Must(book, officer, "loan.Disburse", wrong)
	require.Empty(t, w.show("L1", "").Adjusted, "recorded in its own month")
	w.openDay("2024-02-05")
	paid := w.repay("L1", "2024-02-05", "1000")
	w.Must(book, officer, "loan.Repay", paid)
	w.openDay("2024-03-12")

	// What stands on the disbursement is named first.
	w.Must(book, officer, "loan.RequestReversal", w.request("L1", "2024-03-12", wrong.Number))
	w.refused(approver, "loan.Reverse", w.reverse("L1", "2024-03-12", wrong.Number), "LOAN_ENTRY_FALLS", "entry", "LOAN_STATE", paid.Number+" 2024-02-05")
	w.undo("L1", "2024-03-12", paid.Number)
	r := w.reverse("L1", "2024-03-12", wrong.Number)
	w.Must(book, approver, "loan.Reverse", r)
	s := w.show("L1", "")
	require.Equal(t, loan.Signed, s.Status)
	require.Nil(t, s.Account)
	require.Equal(t, []loan.Month{loan.MonthOf(day("2024-03-01"))}, s.Adjusted)

	right := w.disburse("L1", "2024-01-05", "500000")
	right.Replaces = wrong.Number
	w.Must(book, officer, "loan.Disburse", right)
	again := w.repay("L1", "2024-02-05", "1000")
	again.Replaces = paid.Number
	w.Must(book, officer, "loan.Repay", again)
	require.Equal(t, "500000.00", w.show("L1", "2024-01-31").Account.Outstanding.String(), "by date of effect, as it is known now")

	// Per month: what was recorded in its month, and what adjusts a month later.
	published, adjustment := map[string]int64{}, map[string]int64{}
	for _, e := range w.history("L1") {
		var amount int64
		switch d, _ := e.Detail.(map[string]any); {
		case e.Command == "loan.Disburse":
			amount = int64(yuan(d["amount"].(string)))
		case e.Command == "loan.Reverse" && d["entry"] == wrong.Number:
			amount = -int64(yuan("50000"))
		}
		switch {
		case amount == 0:
		case e.Late:
			adjustment[e.RecordedIn.String()] += amount
		default:
			published[loan.MonthOf(e.Date).String()] += amount
		}
	}
	require.Equal(t, map[string]int64{"2024-01": int64(yuan("50000"))}, published)
	require.Equal(t, map[string]int64{"2024-03": int64(yuan("450000"))}, adjustment)

	// A second disbursement does not come to stand beside the first.
	w.Must(book, officer, "loan.RequestReversal", w.request("L1", "2024-03-12", r.Number))
	w.refused(approver, "loan.Reverse", w.reverse("L1", "2024-03-12", r.Number), "LOAN_ENTRY_FALLS", "entry", "LOAN_STATE", right.Number+" 2024-01-05")
}

// An entry in order, into a month that is closed, is late as well; one into
// the open month is not, though it is back-dated.
func TestLateIsOfClosedMonthsOnly(t *testing.T) {
	w := newWorld(t, "2024-01-31")
	w.until(loan.Disbursed)
	w.openDay("2024-02-20")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-10", "100"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "100"))
	require.Empty(t, w.show("L1", "").Adjusted)
	w.openDay("2024-03-01")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-29", "100"))
	w.openDay("2024-05-01")
	w.Must(book, officer, "loan.Charge", w.charge("L1", "2024-02-15", "100"))
	h := w.history("L1")
	late := map[string]string{}
	for _, e := range h {
		if e.Late {
			late[e.Date.String()] = e.RecordedIn.String()
		}
	}
	require.Equal(t, map[string]string{"2024-02-29": "2024-03", "2024-02-15": "2024-05"}, late)
}

// any is a random entry that may be back-dated.
func (w *world) any(t *rapid.T, no, date string) (string, any) {
	switch rapid.IntRange(0, 9).Draw(t, "entry") {
	case 0:
		return "loan.Charge", w.charge(no, date, money.Fen(rapid.Int64Range(1, 50000).Draw(t, "fee")).String())
	case 1:
		return "loan.Misuse", w.misuse(no, date, rapid.SampledFrom([]int{0, 50, 100}).Draw(t, "percent"))
	case 2, 3:
		return "loan.Prepay", w.prepay(no, date, money.Fen(rapid.Int64Range(1_000_000, 20_000_000).Draw(t, "prepayment")).String(), rapid.SampledFrom([]string{"", "reduce", "shorten"}).Draw(t, "effect"))
	case 4:
		return "loan.GuaranteePay", w.guarantee(no, date, money.Fen(rapid.Int64Range(1, 3_000_000).Draw(t, "paid")).String())
	}
	return "loan.Repay", w.repay(no, date, money.Fen(rapid.Int64Range(1, 6_000_000).Draw(t, "repayment")).String())
}

// What stands decides, not the order in which it came: entries of any dates
// and reversals of any depth, then the same entries that stand, in order of
// their dates, on another loan.
func TestOnlyWhatStandsDecides(t *testing.T) {
	w := newWorld(t, "2026-12-31")
	n, accepted, backdated, reversals, undone := 0, 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		a, b := fmt.Sprintf("Q%da", n), fmt.Sprintf("Q%db", n)
		w.lent(a, "C2")
		w.lent(b, "C2")
		type sent struct {
			name    string
			content any
		}
		by := map[string]sent{}
		var numbers []string
		var last calendar.Date
		for range rapid.IntRange(1, 14).Draw(t, "commands") {
			if len(numbers) > 0 && rapid.IntRange(0, 3).Draw(t, "reverse") == 0 {
				of := rapid.SampledFrom(numbers).Draw(t, "of")
				before := w.looks(a, "")
				ask, err := w.Submit(book, officer, "loan.RequestReversal", w.request(a, "2026-12-31", of))
				require.NoError(t, err)
				if ask.Outcome != "accepted" && ask.Refusal.Code != "LOAN_REVERSAL_REQUESTED" {
					continue
				}
				r := w.reverse(a, "2026-12-31", of)
				done, err := w.Submit(book, approver, "loan.Reverse", r)
				require.NoError(t, err)
				if done.Outcome != "accepted" {
					require.Equal(t, before, w.looks(a, ""))
					continue
				}
				reversals++
				numbers = append(numbers, r.Number)
				if rapid.Bool().Draw(t, "undo") {
					undone++
					numbers = append(numbers, w.undo(a, "2026-12-31", r.Number))
					require.Equal(t, before, w.looks(a, ""), "a correction undone gives the state before it")
				}
				continue
			}
			date := day("2024-01-05") + calendar.Date(rapid.IntRange(0, 500).Draw(t, "day"))
			name, content := w.any(t, a, date.String())
			r, err := w.Submit(book, officer, name, content)
			require.NoError(t, err)
			if r.Outcome != "accepted" {
				continue
			}
			accepted++
			if date < last {
				backdated++
			}
			last = max(last, date)
			number := fmt.Sprintf("n-%d", w.n)
			by[number] = sent{name, content}
			numbers = append(numbers, number)
		}
		// What stands, by date and of one date by arrival.
		var stands []loan.HistoryEntry
		for _, e := range w.history(a) {
			if _, ok := by[e.Number]; ok && e.ReversedBy == "" {
				at := len(stands)
				for at > 0 && stands[at-1].Date > e.Date {
					at--
				}
				stands = append(stands[:at], append([]loan.HistoryEntry{e}, stands[at:]...)...)
			}
		}
		for _, e := range stands {
			w.Must(book, officer, by[e.Number].name, onLoan(by[e.Number].content, b))
		}
		w.same(a, b)
		s := w.show(a, "").Account
		require.Equal(t, s.Disbursed, s.Paid.Principal+s.Outstanding)
		for _, x := range []money.Fen{s.Outstanding, s.OverduePrincipal, s.OverdueInterest, s.Penalty, s.Compound, s.Fee, s.Advance, s.Due, s.Coming} {
			require.GreaterOrEqual(t, x, money.Fen(0))
		}
	})
	require.Greater(t, accepted, n)
	require.Greater(t, backdated, n/2)
	require.Greater(t, reversals, n/4)
	require.Greater(t, undone, 0)
	var replay replayAnswer
	require.NoError(t, w.Ask(book, "BankA/auditor", "test.Replay", struct{}{}, &replay))
	require.Equal(t, 2*n, replay.Loans)
	require.Empty(t, replay.Differ, "the log gives the state")
	t.Logf("%d histories: %d entries accepted, %d of them back-dated; %d reversals, %d undone", n, accepted, backdated, reversals, undone)
}

// onLoan is the same content for another loan.
func onLoan(content any, no string) any {
	switch c := content.(type) {
	case loan.RepayContent:
		c.Loan = loanRef(no)
		return c
	case loan.ChargeContent:
		c.Loan = loanRef(no)
		return c
	case loan.MisuseContent:
		c.Loan = loanRef(no)
		return c
	case loan.PrepayContent:
		c.Loan = loanRef(no)
		return c
	case loan.GuaranteePayContent:
		c.Loan = loanRef(no)
		return c
	}
	panic(fmt.Sprintf("%T", content))
}
