package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
)

const (
	financeDirector = "Finance/approver1"
	supervisor      = "CentralBank/officer1"
)

// smallBreaker: a bank's only filed loan goes bad. A hundred percent of one loan
// says nothing, so the bank files on (trap 17); and on the way a loan is
// reserved before its money leaves, filed once it has, by day file and by verb.
func smallBreaker(c *clerk) {
	var outcome struct{ Outcome string }
	c.ask(&outcome, "comp", "agree", "--number", "AGREE-1", "--date", "2024-01-02", "--bank-msp", "BankAMSP", "--from", "2024-01-01", "--to", "2028-12-31", "--text", digest, "--as", financeDirector)
	require.Equal(c, "accepted", outcome.Outcome)

	b := c.herder(0)
	first, second := c.bullet(1, b, "2024-03-01", "200000.00", "2"), c.bullet(2, b, "2024-03-04", "150000.00", "6")
	c.credited(first, second)
	c.send(officer, c.signed(first), c.signed(second), c.of(first, "备案预留", first.date))
	// A household's cap is 300,000 yuan over all banks; the refusal tells no more.
	c.refused(officer, refusal{"REGISTRY_CAP_HOUSEHOLD", "预留金额", "300000.00", ""}, c.of(second, "备案预留", second.date))
	c.refused(officer, refusal{"FILING_LOAN_STATE", "合同编号", "DISBURSED", "SIGNED"}, c.of(first, "备案", first.date, "无排除情形", "是"))
	c.send(officer, c.disbursed(first, first.date, first.amount), c.of(first, "备案", first.date, "首贷", "是", "无排除情形", "是"))

	c.ask(&outcome, "comp", "reserve", second.contract, "--amount", "100000.00", "--date", second.date, "--as", officer)
	require.Equal(c, "accepted", outcome.Outcome)
	c.ask(&outcome, "comp", "reserve", second.contract, "--amount", "100000.00", "--date", second.date, "--as", officer)
	require.Equal(c, "already applied", outcome.Outcome)
	var caps registry.CapsAnswer
	c.ask(&caps, "comp", "caps", second.contract, "--as", officer)
	require.Equal(c, []string{"300000.00", "300000.00", "100000.00"}, []string{caps.Household.String(), caps.Own.String(), caps.Loan.String()})
	require.Nil(c, caps.All, "what other banks have filed is not for a bank")
	c.ask(&outcome, "comp", "revoke", second.contract, "--reason", "V01", "--date", second.date, "--as", officer)

	var f compensation.FilingView
	c.ask(&f, "comp", "show-filing", first.contract, "--at", "2024-08-31", "--as", "BankA/reviewer1")
	require.Equal(c, []any{compensation.FilingFiled, "RC-QH-v2", "200000.00", true, "substandard"}, []any{f.Status, f.Pack, f.Amount.String(), f.FirstLoan, f.Class.String()})

	var sheets []registry.BankSheet
	c.ask(&sheets, "comp", "breaker", "--bank", "BankA", "--month", "2024-08", "--as", supervisor)
	s := sheets[0]
	require.Equal(c, []any{1, "200000.00", "200000.00"}, []any{s.Portfolio.Loans, s.Portfolio.Filed.String(), s.Portfolio.Bad.String()})
	require.Equal(c, "OK", s.Breaker.String())
	again := s
	c.ask(&sheets, "comp", "breaker", "--bank", "BankA", "--month", "2024-08", "--as", supervisor)
	require.Equal(c, again, sheets[0])
}
