package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
)

// interestOnly is a year with interest each quarter.
func interestOnly(s *loan.SignContent) {
	s.Method, s.Periods, s.EveryMonths = schedule.InterestOnly, 4, 3
}

// signed brings loan no to a contract of 10 January 2024.
func (w *world) signed(no, amount string) {
	w.credited(no, nil)
	s := w.sign(no, "2024-01-10")
	s.Amount = yuan(amount)
	w.Must(book, officer, "loan.Sign", s)
}

func (w *world) renew(no, of, date, interest string) loan.RenewContent {
	return loan.RenewContent{Head: w.head(date), Loan: loanRef(no), Of: loanRef(of), Interest: yuan(interest), Voucher: voucher, Compliant: true}
}

// quarters pays the interest of loan L1 that fell due in April, July and
// October.
func (w *world) quarters() {
	for _, date := range []string{"2024-04-05", "2024-07-05", "2024-10-05"} {
		w.Must(book, officer, "loan.Repay", w.repay("L1", date, w.show("L1", date).Account.Due.String()))
	}
}

// Domain trap 13: a renewal moves no money and is no new money. The old loan
// bears 500,000 × 3.85 % × 76 / 360 from 5 October to 20 December.
func TestARenewalIsNoNewMoney(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.everyMethod()
	w.lend("L1", interestOnly)
	w.signed("L2", "500000")
	w.quarters()
	c := w.renew("L2", "L1", "2024-12-20", "4063.89")
	w.Must(book, approver, "loan.Renew", c)
	again, err := w.Submit(book, approver, "loan.Renew", c)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)

	old, renewed := w.show("L1", ""), w.show("L2", "")
	require.Equal(t, loan.Settled, old.Status)
	require.Equal(t, loan.RenewalSheet{RenewedBy: "L2"}, *old.Renewal)
	require.Equal(t, "500000.00", old.Account.Paid.Principal.String())
	require.Zero(t, old.Account.Outstanding)
	require.Equal(t, loan.Disbursed, renewed.Status)
	require.Equal(t, loan.RenewalSheet{Of: "L1", On: day("2024-12-20"), Compliant: true}, *renewed.Renewal)
	require.Equal(t, "500000.00", renewed.Account.Outstanding.String())
	require.Equal(t, "2025-12-20", renewed.Account.Maturity.String())
	require.Equal(t, loan.Disbursed, w.show("L1", "2024-12-19").Status, "the day before")
	require.Equal(t, loan.Signed, w.show("L2", "2024-12-19").Status)

	var totals loan.TotalsAnswer
	require.NoError(t, w.Ask(book, officer, "loan.Totals", struct{}{}, &totals))
	require.Equal(t, yuan("1000000"), totals.Disbursed)
	require.Equal(t, yuan("500000"), totals.PrincipalRepaid)
	require.Equal(t, yuan("500000"), totals.Outstanding)
	require.Equal(t, yuan("500000"), totals.Renewed, "on both sides; new money is what was disbursed less this")

	for no, want := range map[string]map[string]any{
		"L1": {"renewed_by": "L2", "principal": "500000.00", "interest": "4063.89"},
		"L2": {"of": "L1", "amount": "500000.00", "compliant": true, "floor": "normal", "voucher": voucher},
	} {
		var h loan.HistoryAnswer
		require.NoError(t, w.Ask(book, officer, "loan.History", loan.LoanQuery{Loan: no}, &h))
		last := h.Entries[len(h.Entries)-1]
		require.Equal(t, "loan.Renew", last.Command)
		require.Equal(t, want, last.Detail)
		require.True(t, last.Late, "recorded in June 2025")
	}
	w.refused(officer, "loan.Repay", w.repay("L1", "2024-12-21", "1"), "LOAN_STATE", "status", "DISBURSED", "SETTLED → DISBURSED")
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2025-01-20", "42540.69"))

	var replay replayAnswer
	require.NoError(t, w.Ask(book, "BankA/auditor", "test.Replay", struct{}{}, &replay))
	require.Empty(t, replay.Differ)
}

func TestRenewalRefused(t *testing.T) {
	both := "BankA/officer,approver"
	w := newWorld(t, "2025-06-30")
	w.everyMethod()
	w.lend("L1", interestOnly)
	w.signed("L2", "500000")
	w.signed("L3", "400000")
	w.credited("L4", nil)
	refused := func(code, field, limit, actual string, c loan.RenewContent) {
		t.Helper()
		w.refused(approver, "loan.Renew", c, code, field, limit, actual)
	}
	w.refused(officer, "loan.Renew", w.renew("L2", "L1", "2024-01-20", "0"), "ACCESS_DENIED", "identity", "B/approver", "B/officer")
	refused("LOAN_STATE", "status", "SIGNED", "CREDITED → DISBURSED", w.renew("L4", "L1", "2024-01-20", "0"))
	refused("LOAN_STATE", "status", "DISBURSED", "SIGNED → SETTLED", w.renew("L2", "L3", "2024-01-20", "0"))
	refused("LOAN_STATE", "status", "DISBURSED", "SIGNED → SETTLED", w.renew("L2", "L2", "2024-01-20", "0"))
	refused("UNKNOWN", "of", "", "L9", w.renew("L2", "L9", "2024-01-20", "0"))
	refused("LOAN_RENEWAL_ARREARS", "of", "0", "4865.97", w.renew("L2", "L1", "2024-04-05", "0")) // due that day, 91 days
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-04-05", "4865.98"))
	refused("LOAN_RENEWAL_ADVANCE", "of", "0", "0.01", w.renew("L2", "L1", "2024-04-05", "0"))
	w.Must(book, officer, "loan.Refund", loan.RefundContent{Head: w.head("2024-04-05"), Loan: loanRef("L1"), Amount: 1, Voucher: voucher})
	refused("LOAN_RENEWAL_INTEREST", "interest", "53.47", "0.00", w.renew("L2", "L1", "2024-04-06", "0"))
	refused("LOAN_ABOVE_CONTRACT", "loan", "400000.00", "500000.00", w.renew("L3", "L1", "2024-04-05", "0"))
	refused("LOAN_DATE_ORDER", "date", "2024-04-05", "2024-04-04", w.renew("L2", "L1", "2024-04-04", "0"))
	c := w.renew("L2", "L1", "2024-04-05", "0")
	c.Voucher = ""
	refused("LOAN_HASH", "voucher", "64 of 0-9a-f", "0", c)
	c = w.renew("L2", "L1", "2024-04-05", "0")
	c.Interest = -1
	refused("LOAN_AMOUNT", "interest", "0..100000000000.00", "-0.01", c)
	for _, date := range []string{"2024-07-05", "2024-10-05"} {
		w.Must(book, officer, "loan.Repay", w.repay("L1", date, w.show("L1", date).Account.Due.String()))
	}
	refused("LOAN_RENEWAL_AFTER_MATURITY", "date", "2025-01-05", "2025-01-05", w.renew("L2", "L1", "2025-01-05", "0"))

	// Whoever signed the contract does not renew by it.
	s := w.sign("L4", "2024-04-05")
	w.Must(book, both, "loan.Sign", s)
	w.refused(both, "loan.Renew", w.renew("L4", "L1", "2024-10-05", "0"), "LOAN_SAME_PERSON", "identity", "", "")

	// Another debtor's loan is not renewed.
	w.cooperative("500000")
	refused("LOAN_RENEWAL_DEBTOR", "of", "", "C1", w.renew("L2", "C1", "2024-01-20", "0"))

	w.Must(book, approver, "loan.WriteOff", loan.WriteOffContent{Head: w.head("2024-10-05"), Loan: loanRef("L1"), Voucher: voucher, Reason: "核销"})
	refused("LOAN_WRITTEN_OFF", "of", "", "2024-10-05", w.renew("L2", "L1", "2024-10-05", "0"))
}

// A renewal that the bank did not find compliant is at best special mention
// 借新还旧; one of a worse loan is no better than that was.
func TestARenewalKeepsTheClass(t *testing.T) {
	for _, c := range []struct {
		name, given string
		compliant   bool
		floor       account.Class
	}{
		{"compliant", "normal", true, account.Pass},
		{"not compliant", "normal", false, account.SpecialMention},
		{"of a special mention", "special_mention", true, account.SpecialMention},
		{"of a substandard", "substandard", true, account.Substandard},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2025-06-30")
			w.everyMethod()
			w.lend("L1", interestOnly)
			w.signed("L2", "500000")
			w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-01-15", c.given, "K12"))
			keepPaid := func() {
				for i := 1; i <= 12; i++ {
					due, err := day("2024-01-20").AddMonths(i, 0)
					require.NoError(t, err)
					w.Must(book, officer, "loan.Repay", w.repay("L2", due.String(), w.show("L2", due.String()).Account.Due.String()))
				}
			}
			r := w.renew("L2", "L1", "2024-01-20", "802.08") // 15 days
			r.Compliant = c.compliant
			w.Must(book, approver, "loan.Renew", r)
			s := w.show("L2", "2024-01-20")
			require.Equal(t, c.floor, s.Account.InForce)
			require.Equal(t, c.floor, s.Renewal.Floor)
			keepPaid()
			if c.floor == account.Pass {
				w.Must(book, officer, "loan.Classify", w.classify("L2", "2024-01-20", "normal"))
				return
			}
			w.refused(officer, "loan.Classify", w.classify("L2", "2024-01-20", "normal"), "LOAN_CLASS_BETTER_THAN_FLOOR", "class", c.floor.String(), "normal (K03)")
			require.Equal(t, c.floor, w.show("L2", "2025-01-19").Account.Forced)
			require.Equal(t, account.Floor(w.show("L2", "2025-01-20").Account.DaysPastDue), w.show("L2", "2025-01-20").Account.Forced, "a year of observation is over")
		})
	}
}

// Two loans follow from a renewal, so it is not reversed; nor is anything that
// it rests on.
func TestARenewalBinds(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.everyMethod()
	w.lend("L1", interestOnly)
	w.signed("L2", "500000")
	paid := w.repay("L1", "2024-04-05", "4865.97")
	w.Must(book, officer, "loan.Repay", paid)
	c := w.renew("L2", "L1", "2024-04-05", "0")
	w.Must(book, approver, "loan.Renew", c)
	for _, no := range []string{"L1", "L2"} {
		w.refused(officer, "loan.RequestReversal", loan.RequestReversalContent{Head: w.head("2024-04-05"), Loan: loanRef(no), Entry: c.Number, Reason: "错误"}, "LOAN_NOT_REVERSIBLE", "entry", "", c.Number)
	}
	w.Must(book, officer, "loan.RequestReversal", loan.RequestReversalContent{Head: w.head("2024-04-05"), Loan: loanRef("L1"), Entry: paid.Number, Reason: "错误"})
	r := w.Refused("LOAN_ENTRY_FALLS", book, approver, "loan.Reverse", loan.ReverseContent{Head: w.head("2024-04-05"), Loan: loanRef("L1"), Entry: paid.Number, Reason: "错误"})
	require.Contains(t, r.Refusal.Actual, c.Number)
}
