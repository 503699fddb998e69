package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// Domain trap 1: a bank may be stricter than days past due, never milder. The
// first instalment was due on 5 February 2024.
func TestNoClassIsBetterThanItsFloor(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-02-05", "normal"))
	for _, c := range []struct{ date, better, floor string }{
		{"2024-02-06", "normal", "special_mention"},
		{"2024-05-05", "normal", "special_mention"}, // 90 days
		{"2024-05-06", "special_mention", "substandard"},
		{"2024-11-01", "special_mention", "substandard"}, // 270
		{"2024-11-02", "substandard", "doubtful"},
		{"2025-01-30", "substandard", "doubtful"}, // 360
		{"2025-01-31", "doubtful", "loss"},
	} {
		w.refused(officer, "loan.Classify", w.classify("L1", c.date, c.better, "K12"), "LOAN_CLASS_BETTER_THAN_FLOOR", "class", c.floor, c.better+" (K01)")
		w.Must(book, officer, "loan.Classify", w.classify("L1", c.date, c.floor, "K01"))
		s := w.show("L1", c.date)
		require.Equal(t, c.floor, s.Account.InForce.String())
		require.Equal(t, []string{"K01"}, s.Account.Given.Reasons)
	}
}

func TestReasonsForceAClass(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	for _, c := range []struct{ reason, better, floor string }{
		{"K02", "normal", "special_mention"}, {"K03", "normal", "special_mention"}, {"K11", "normal", "special_mention"},
		{"K05", "special_mention", "substandard"}, {"K06", "special_mention", "substandard"},
		{"K07", "substandard", "doubtful"}, {"K08", "substandard", "doubtful"}, {"K09", "doubtful", "loss"}, {"K10", "doubtful", "loss"},
	} {
		w.refused(officer, "loan.Classify", w.classify("L1", "2024-01-20", c.better, c.reason), "LOAN_CLASS_BETTER_THAN_FLOOR", "class", c.floor, c.better+" ("+c.reason+")")
		w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-01-20", c.floor, "K12", c.reason))
		require.Equal(t, c.floor, w.show("L1", "2024-01-20").Account.InForce.String())
	}
	var h loan.HistoryAnswer
	require.NoError(t, w.Ask(book, officer, "loan.History", loan.LoanQuery{Loan: "L1"}, &h))
	require.Equal(t, map[string]any{"class": "loss", "class_zh": "损失", "reasons": []any{
		map[string]any{"reason": "K12", "zh": "还款能力变化", "en": "the ability to repay changed"},
		map[string]any{"reason": "K10", "zh": "债务人进入破产清算", "en": "bankruptcy liquidation"}}}, h.Entries[len(h.Entries)-1].Detail)
}

func TestClassesRefused(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	refused := func(code, field, limit, actual string, c loan.ClassifyContent) {
		w.refused(officer, "loan.Classify", c, code, field, limit, actual)
	}
	refused("LOAN_CLASS_REASONS", "reasons", "1..8", "0", w.classify("L1", "2024-01-20", "loss"))
	refused("LOAN_CLASS_REASONS", "reasons", "each once", "K12", w.classify("L1", "2024-01-20", "loss", "K12", "K12"))
	refused("LOAN_CODE", "reasons", "K01 K02 K03 K04 K05 K06 K07 K08 K09 K10 K11 K12 K99", "K13", w.classify("L1", "2024-01-20", "loss", "K13"))
	c := w.classify("L1", "2024-01-20", "loss", "K12")
	c.Because = []ledgerstate.Ref{loanRef("L1")}
	refused("LOAN_BECAUSE", "because", "each of the debtor's other loans once", "L1", c)
	c.Because = []ledgerstate.Ref{loanRef("L9")}
	c.Number += "x"
	refused("UNKNOWN", "because", "", "L9", c)
	refused("LOAN_ENTRY_BEFORE_LOAN", "date", "2024-01-05", "2024-01-04", w.classify("L1", "2024-01-04", "loss", "K12"))
	w.refused(approver, "loan.Classify", w.classify("L1", "2024-01-20", "loss", "K12"), "ACCESS_DENIED", "identity", "B/officer B/reviewer", "B/approver")
	c = w.classify("L1", "2024-01-20", "loss", "K12")
	c.Class = account.Class(9)
	_, err := w.Submit(book, officer, "loan.Classify", c)
	require.NoError(t, err)
	require.Equal(t, loan.Disbursed, w.show("L1", "").Status)
	require.Equal(t, "normal", w.show("L1", "2024-01-20").Account.InForce.String())
}

// Misuse that goes on is at best special mention.
func TestMisuseForcesSpecialMention(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.until(loan.Disbursed)
	misuse := func(date string, percent int) {
		w.Must(book, officer, "loan.Misuse", loan.MisuseContent{Head: w.head(date), Loan: loanRef("L1"), Percent: percent, Voucher: voucher})
	}
	misuse("2024-01-15", 50)
	require.Equal(t, "normal", w.show("L1", "2024-01-14").Account.InForce.String())
	s := w.show("L1", "2024-01-15").Account
	require.Equal(t, "special_mention", s.InForce.String())
	require.Equal(t, "normal", s.Class.String(), "by days past due")
	require.Equal(t, 50, s.Misuse)
	w.refused(officer, "loan.Classify", w.classify("L1", "2024-01-15", "normal"), "LOAN_CLASS_BETTER_THAN_FLOOR", "class", "special_mention", "normal (K02)")
	misuse("2024-01-20", 0)
	w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-01-20", "normal"))
	require.Equal(t, "normal", w.show("L1", "2024-01-20").Account.InForce.String())
}

// More than a tenth of what the debtor owes non-performing makes all of it so.
func TestADebtorsLoansFallTogether(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.everyMethod()
	w.cooperative("450000", "50000", "300000")
	because := func(no, date, class string, reasons []string, others ...string) loan.ClassifyContent {
		c := w.classify(no, date, class, reasons...)
		for _, other := range others {
			c.Because = append(c.Because, loanRef(other))
		}
		return c
	}
	k04 := []string{"K04"}
	// C1 and C3 are paid; C2 is not, and is 91 days past due on 6 May.
	for _, due := range []string{"2024-02-05", "2024-03-05", "2024-04-05", "2024-05-05"} {
		w.Must(book, officer, "loan.Repay", w.repay("C1", due, "38286.62"))
		w.Must(book, officer, "loan.Repay", w.repay("C3", due, "25524.42"))
	}
	w.Must(book, officer, "loan.Classify", because("C1", "2024-05-05", "normal", nil, "C2"))
	// 50,000 of what is left of 500,000: more than a tenth. Of 800,000: less.
	w.refused(officer, "loan.Classify", because("C1", "2024-05-06", "special_mention", k04, "C2"), "LOAN_CLASS_BETTER_THAN_FLOOR", "class", "substandard", "special_mention (K04)")
	w.refused(officer, "loan.Classify", because("C1", "2024-05-06", "normal", nil, "C2", "C3"), "LOAN_CLASS_BETTER_THAN_FLOOR", "class", "special_mention", "normal (K04)")
	w.Must(book, officer, "loan.Classify", because("C1", "2024-05-06", "special_mention", k04, "C2", "C3"))
	w.Must(book, officer, "loan.Classify", because("C1", "2024-05-06", "substandard", k04, "C2"))
	require.Equal(t, "substandard", w.show("C1", "2024-05-06").Account.InForce.String())
	// What C1 is because of C2 makes C3 no worse: only C2 counts.
	w.Must(book, officer, "loan.Classify", because("C3", "2024-05-06", "special_mention", k04, "C1", "C2"))
	// Another debtor's loan says nothing.
	w.until(loan.Disbursed)
	w.refused(officer, "loan.Classify", because("C3", "2024-05-06", "loss", k04, "L1"), "LOAN_BECAUSE_DEBTOR", "because", "", "L1")
	// L1 of a herder is 91 days past due too, and nothing falls with it.
	w.lend("L2", func(c *loan.SignContent) { c.Periods = 12 })
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-05-05", "200000"))
	w.Must(book, officer, "loan.Classify", because("L2", "2024-05-06", "normal", nil, "L1"))
}

// A non-performing loan performs again after two instalments and six months
// without arrears, whichever is longer, and a reviewer says so.
func TestUpgradeTakesTwoInstalmentsAndSixMonths(t *testing.T) {
	w := newWorld(t, "2026-06-30")
	w.everyMethod()
	for _, c := range []struct {
		no            string
		every         int
		pays          []string // instalments paid in time after the arrears
		early, reason string
		allowed       string
	}{
		// Monthly: the arrears end on 20 May 2024, so six months are longer.
		{"L1", 1, []string{"2024-06-05", "2024-07-05", "2024-08-05", "2024-09-05", "2024-10-05", "2024-11-05"}, "2024-11-19", "2024-11-20", "2024-11-20"},
		// Each half-year: two instalments are longer.
		{"L2", 6, []string{"2025-01-05", "2025-07-05"}, "2025-07-04", "2025-07-05", "2025-07-05"},
	} {
		w.lend(c.no, func(s *loan.SignContent) { s.EveryMonths, s.Periods = c.every, 36/c.every })
		first := day("2024-01-05")
		due, _ := first.AddMonths(c.every, 0)
		arrears := "2024-05-20"
		if c.every == 6 {
			arrears = "2024-10-20"
		}
		w.Must(book, officer, "loan.Classify", w.classify(c.no, (due+100).String(), "substandard", "K01"))
		owed := w.show(c.no, arrears).Account.Due
		w.Must(book, officer, "loan.Repay", w.repay(c.no, arrears, owed.String()))
		w.refused(reviewer, "loan.Classify", w.classify(c.no, arrears, "normal"), "LOAN_UPGRADE_EARLY", "date", map[string]string{"L1": "2024-11-20", "L2": "2025-07-05"}[c.no], arrears)
		require.Equal(t, "substandard", w.show(c.no, arrears).Account.InForce.String(), "though nothing is past due")
		for _, date := range c.pays {
			w.Must(book, officer, "loan.Repay", w.repay(c.no, date, w.show(c.no, date).Account.Due.String()))
		}
		// The last repayment may be later than the early date: classes may be back-dated.
		w.refused(reviewer, "loan.Classify", w.classify(c.no, c.early, "special_mention", "K12"), "LOAN_UPGRADE_EARLY", "date", c.allowed, c.early)
		w.refused(officer, "loan.Classify", w.classify(c.no, c.allowed, "normal"), "LOAN_UPGRADE_REVIEWER", "identity", "B/reviewer", "officer")
		w.Must(book, reviewer, "loan.Classify", w.classify(c.no, c.allowed, "normal"))
		require.Equal(t, "normal", w.show(c.no, c.allowed).Account.InForce.String())
	}
}

// New arrears begin the time anew; a loan may go from loss to doubtful, which
// is no upgrade out of the non-performing, as soon as its floor allows.
func TestArrearsBeginTheTimeAnew(t *testing.T) {
	w := newWorld(t, "2026-06-30")
	w.everyMethod()
	w.lend("L1", func(s *loan.SignContent) { s.Periods = 36 })
	w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-03-01", "loss", "K12"))
	pay := func(date string) {
		w.Must(book, officer, "loan.Repay", w.repay("L1", date, w.show("L1", date).Account.Due.String()))
	}
	pay("2024-03-01")
	w.Must(book, officer, "loan.Classify", w.classify("L1", "2024-03-01", "substandard", "K12"))
	for _, date := range []string{"2024-03-05", "2024-04-05", "2024-05-05", "2024-06-05", "2024-07-06"} { // the last a day late
		pay(date)
	}
	for _, date := range []string{"2024-08-05", "2024-09-05", "2024-10-05", "2024-11-05", "2024-12-05"} {
		pay(date)
	}
	w.refused(reviewer, "loan.Classify", w.classify("L1", "2024-12-05", "normal"), "LOAN_UPGRADE_EARLY", "date", "2025-01-06", "2024-12-05")
	pay("2025-01-05")
	w.Must(book, reviewer, "loan.Classify", w.classify("L1", "2025-01-06", "normal"))
}

// Two instalments must have fallen due at all.
func TestUpgradeNeedsTwoInstalments(t *testing.T) {
	w := newWorld(t, "2026-06-30")
	w.everyMethod()
	w.lend("L1", func(s *loan.SignContent) { s.Periods, s.EveryMonths = 3, 12 })
	w.Must(book, officer, "loan.Classify", w.classify("L1", "2025-02-05", "substandard", "K12"))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-02-05", w.show("L1", "2025-02-05").Account.Due.String()))
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2026-01-05", w.show("L1", "2026-01-05").Account.Due.String()))
	w.refused(reviewer, "loan.Classify", w.classify("L1", "2026-06-30", "normal"), "LOAN_UPGRADE_EARLY", "date", "2027-01-05", "2026-06-30")
}

// A tenth is not more than a tenth.
func TestATenthOfTheDebtIsNotMore(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.cooperative("450000", "50000")
	w.Must(book, officer, "loan.Classify", w.classify("C2", "2024-01-20", "substandard", "K05"))
	c := w.classify("C1", "2024-01-20", "special_mention", "K04")
	c.Because = []ledgerstate.Ref{loanRef("C2")}
	w.Must(book, officer, "loan.Classify", c)
	// Ten fen repaid of the good one, and it is.
	w.Must(book, officer, "loan.Prepay", loan.PrepayContent{Head: w.head("2024-01-21"), Loan: loanRef("C1"), Amount: yuan("770.1")})
	c = w.classify("C1", "2024-01-21", "special_mention", "K04")
	c.Because = []ledgerstate.Ref{loanRef("C2")}
	w.refused(officer, "loan.Classify", c, "LOAN_CLASS_BETTER_THAN_FLOOR", "class", "substandard", "special_mention (K04)")
}
