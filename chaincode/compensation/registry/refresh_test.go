package registry_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

func (w *world) repay(bank, no, date, amount string) {
	w.t.Helper()
	w.Must(w.books[bank], bank+"/officer", "loan.Repay", loan.RepayContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount)})
}

func (w *world) bank(who, bank string) registry.BankSheet {
	w.t.Helper()
	var s registry.BankSheet
	require.NoError(w.t, w.Ask("commons", who, "comp.ShowBank", registry.BankQuery{Bank: bank + "MSP"}, &s))
	return s
}

func (w *world) judging(bank, day_ string) registry.JudgeContent {
	return registry.JudgeContent{Head: w.head("2025-06-30"), Bank: bank + "MSP", Day: day(day_)}
}

// As a loan is repaid it counts less; what is settled counts nothing, and a
// correction that raises it again is not counted again.
func TestRefreshLowersWhatIsCounted(t *testing.T) {
	w := newWorld(t, "2025-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1, Amount: "500000"})
	w.lend(lending{Bank: "BankB", No: "M1", Person: 1, Amount: "500000"})
	w.lend(lending{Bank: "BankA", No: "L2", Person: 1, Amount: "500000", Lent: "-"})
	w.filed("BankA", "L1", "2024-03-05")
	w.filed("BankB", "M1", "2024-03-05")
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L2", "2024-03-05"))
	w.repay("BankA", "L1", "2024-04-04", "42540.69")
	w.repay("BankB", "M1", "2024-04-04", "42540.69")

	w.refresh("BankA", "2025-06-30", "2024-04-03")
	require.Equal(t, yuan("1500000"), *w.caps(operator, "BankA", "L1").All, "nothing was repaid by then")
	w.refresh("BankA", "2025-06-30", "2024-04-04")
	a := w.caps(operator, "BankA", "L1")
	require.Equal(t, yuan("1459063.48"), *a.All, "40,936.52 of principal came back to BankA")
	require.Equal(t, yuan("459063.48"), a.Loan)
	require.Equal(t, yuan("500000"), w.caps(operator, "BankA", "L2").Loan, "a reservation stays whole")
	w.refresh("BankA", "2025-06-30", "2024-04-03")
	require.Equal(t, yuan("459063.48"), w.caps(operator, "BankA", "L1").Loan, "it never rises")
	w.refresh("BankB", "2025-06-30", "2024-04-30")
	require.Equal(t, yuan("1418126.96"), *w.caps(operator, "BankA", "L1").All)

	refused := func(code string, c registry.RefreshContent) {
		t.Helper()
		w.Refused(code, "commons", pboc, "comp.Refresh", c)
	}
	refused("REGISTRY_BUCKET", registry.RefreshContent{Head: w.head("2025-06-30"), Bank: "BankAMSP", Bucket: 65})
	refused("REGISTRY_BUCKET", registry.RefreshContent{Head: w.head("2025-06-30"), Bank: "BankAMSP"})
	refused("REGISTRY_BANK", registry.RefreshContent{Head: w.head("2025-06-30"), Bank: "AuditMSP", Bucket: 1})
	refused("REGISTRY_DAY", registry.RefreshContent{Head: w.head("2025-06-29"), Bank: "BankAMSP", Bucket: 1, Day: day("2025-06-30")})
}

// portfolioA are four filed loans of four million each, of which L1 is not
// repaid.
func (w *world) portfolioA() {
	w.t.Helper()
	for i, no := range []string{"L1", "L2", "L3", "L6"} {
		w.lend(lending{Bank: "BankA", No: no, Person: i + 10, Amount: "4000000"})
		w.filed("BankA", no, "2024-03-05")
	}
	for _, no := range []string{"L2", "L3", "L6"} {
		for _, date := range []string{"2024-04-04", "2024-05-04", "2024-06-04", "2024-07-04"} {
			w.repay("BankA", no, date, "340325.54")
		}
	}
}

// A bank whose filed loans go bad is stopped at a month's end, and files again
// after two months below the limit and a review minute.
func TestBankBreaker(t *testing.T) {
	w := newWorld(t, "2025-06-30").agreed()
	w.portfolioA()
	w.lend(lending{Bank: "BankA", No: "L4", Person: 4, Lent: "-"})
	w.lend(lending{Bank: "BankA", No: "L5", Person: 5, Applied: "2024-08-01"})
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L4", "2024-03-05"))
	require.Equal(t, formula.Running, w.bank(pboc, "BankA").Breaker)

	w.Refused("REGISTRY_NOT_REFRESHED", "commons", pboc, "comp.JudgeBank", w.judging("BankA", "2024-07-31"))
	w.Refused("REGISTRY_MONTH_END", "commons", pboc, "comp.JudgeBank", w.judging("BankA", "2024-07-30"))
	w.refresh("BankA", "2025-06-30", "2024-06-30") // 87 days past due
	w.Must("commons", pboc, "comp.JudgeBank", w.judging("BankA", "2024-06-30"))
	require.Equal(t, formula.Running, w.bank(pboc, "BankA").Breaker)
	w.Refused("REGISTRY_NOT_REFRESHED", "commons", pboc, "comp.JudgeBank", w.judging("BankA", "2024-07-31")) // June's counts
	w.refresh("BankA", "2025-06-30", "2024-07-31")
	w.Refused("ACCESS_DENIED", "commons", "CentralBank/approver", "comp.JudgeBank", w.judging("BankA", "2024-07-31"))
	c := w.judging("BankA", "2024-07-31")
	w.Must("commons", pboc, "comp.JudgeBank", c)
	r, err := w.Submit("commons", pboc, "comp.JudgeBank", c)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	w.Refused("REGISTRY_MONTH_JUDGED", "commons", pboc, "comp.JudgeBank", w.judging("BankA", "2024-07-31"))

	s := w.bank(officerA, "BankA")
	require.Equal(t, formula.Suspended, s.Breaker)
	require.Equal(t, "2024-07", s.Month)
	require.Equal(t, 4, s.Portfolio.Loans)
	require.Equal(t, yuan("4000000"), s.Portfolio.Bad)
	require.Equal(t, yuan("16000000"), s.Portfolio.Disbursed)
	require.ErrorContains(t, w.Ask("commons", officerB, "comp.ShowBank", registry.BankQuery{Bank: "BankAMSP"}, &s), "REGISTRY_OTHER_BANK")
	class := account.Substandard
	var evidence compensation.FilingsAnswer
	require.NoError(t, w.Ask(chaincodetest.BookA, officerA, "comp.ListFilings", compensation.FilingsQuery{Class: &class, At: day("2024-07-31")}, &evidence))
	require.Len(t, evidence.Filings, 1)
	require.Equal(t, "L1", evidence.Filings[0].Contract)

	w.refused("BankA", "comp.Reserve", w.reserve("BankA", "L5", "2024-08-05"), "REGISTRY_BANK_SUSPENDED", "bank", "5", "")
	w.lend(lending{Bank: "BankB", No: "M5", Person: 5, Applied: "2024-08-01"})
	w.filed("BankB", "M5", "2024-08-05") // other banks file on
	w.Disburse("BankA", "L4", w.head("2024-08-05"), yuan("100000"))
	w.Must(chaincodetest.BookA, officerA, "comp.File", w.file("L4", "2024-08-06")) // the money had been promised

	minute := registry.ResumeContent{Head: w.head("2025-06-30"), Bank: "BankAMSP", Minute: strings.Repeat("cd", 32)}
	w.Refused("REGISTRY_NOT_RESUMABLE", "commons", "CentralBank/approver", "comp.ResumeBank", minute)
	w.Must(chaincodetest.BookA, officerA, "loan.Repay", loan.RepayContent{Head: w.head("2024-08-20"), Loan: loanRef("L1"), Amount: yuan("4000000")})
	for _, month := range []string{"2024-08-31", "2024-09-30"} {
		w.refresh("BankA", "2025-06-30", month)
		w.Must("commons", pboc, "comp.JudgeBank", w.judging("BankA", month))
	}
	s = w.bank(officerA, "BankA")
	require.Equal(t, formula.Resumable, s.Breaker, "%+v", s)
	w.refused("BankA", "comp.Reserve", w.reserve("BankA", "L5", "2024-08-05"), "REGISTRY_BANK_SUSPENDED", "bank", "5", "")
	minute.Head = w.head("2025-06-30")
	w.Refused("ACCESS_DENIED", "commons", "CentralBank/officer", "comp.ResumeBank", minute)
	w.Must("commons", "CentralBank/approver", "comp.ResumeBank", minute)
	require.Equal(t, formula.Running, w.bank(officerA, "BankA").Breaker)
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L5", "2024-08-05"))
}

// Trap 17: of one loan a hundred percent says nothing.
func TestBreakerOfATinyPortfolio(t *testing.T) {
	w := newWorld(t, "2025-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1, Amount: "4000000"})
	w.filed("BankA", "L1", "2024-03-05")
	w.refresh("BankA", "2025-06-30", "2024-07-31")
	w.Must("commons", pboc, "comp.JudgeBank", w.judging("BankA", "2024-07-31"))
	s := w.bank(pboc, "BankA")
	require.Equal(t, formula.Fraction{Num: yuan("4000000"), Den: yuan("4000000")}, s.Ratio)
	require.Equal(t, formula.Running, s.Breaker)
}

func TestFrozenPoolTakesNothingNew(t *testing.T) {
	w := newWorld(t, "2025-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1})
	w.lend(lending{Bank: "BankA", No: "L2", Person: 2})
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L1", "2024-03-05"))
	open := registry.PoolFrozen
	defer func() { registry.PoolFrozen = open }()
	registry.PoolFrozen = func(*command.Context, consortium.RulePack) (bool, error) { return true, nil }
	w.refused("BankA", "comp.Reserve", w.reserve("BankA", "L2", "2024-03-05"), "REGISTRY_POOL_FROZEN", "pool", "80", "")
	w.Must(chaincodetest.BookA, officerA, "comp.File", w.file("L1", "2024-03-05"))
}
