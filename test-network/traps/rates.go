package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// rateCap is trap 12: a rate was decided on while the LPR was 3.45; from 22
// July 2024 it is 3.35, and with it the cap of 150 basis points above.
func rateCap(c *clerk) {
	early, late := c.bullet(1, c.herder(1), "2024-07-19", "100000.00", "6"), c.bullet(2, c.herder(2), "2024-07-19", "100000.00", "6")
	early.rate, late.rate = "4.95", "4.95"
	c.credited(early, late)
	signed := func(d *deal, date, rate string) line {
		return c.signed(d).with("业务日期", date, "年利率", rate)
	}
	decided, above := signed(late, "2024-07-22", "4.95"), signed(late, "2024-07-22", "4.86")
	require.Equal(c, map[string]refusal{
		decided.number(): {"LOAN_RATE_ABOVE_CAP", "年利率", "4.85", "4.95"},
		above.number():   {"LOAN_RATE_ABOVE_CAP", "年利率", "4.85", "4.86"},
	}, c.decided(officer, signed(early, "2024-07-21", "4.95"), decided, above, signed(late, "2024-07-22", "4.85")))
	require.Equal(c, "4.85", c.show(late, "2024-07-22").Contract.Rate.String())
	filedAfterTheLPRFell(c, early)
}

// realRate is trap 14: equal principal and interest 等本等息 at 3.85 % costs
// 7.26 % a year. The borrower is told that, or there is no contract.
func realRate(c *clerk) {
	d := c.bullet(1, c.herder(1), "2024-01-05", "120000.00", "12")
	d.product, d.method, d.rate = "OTH", "等本等息", "3.85"
	c.credited(d)
	told := func(rate string) line { return c.signed(d).with("贷款年化利率", rate) }
	c.unreadable(officer, refusal{"LOAN_ACTUAL_RATE", "贷款年化利率", "percent a year", ""}, told("7.26"), "贷款年化利率", "")
	c.refused(officer, refusal{"LOAN_ACTUAL_RATE", "贷款年化利率", "7.26", "3.85"}, told("3.85"))
	c.send(officer, told("7.26"), c.disbursed(d, d.date, d.amount))
	var p loan.PlanAnswer
	c.ask(&p, "loan", "schedule", "--loan", d.contract, "--as", officer, "--at", "2024-01-31")
	require.Equal(c, "7.26", p.ActualRate.String())
	require.Len(c, p.Rows, 12)
	for _, row := range p.Rows {
		require.Equal(c, []string{"10000.00", "385.00"}, []string{row.Principal.String(), row.Interest.String()})
	}
}

// renewal is trap 13: a loan of 100,000 yuan is renewed. The book holds no
// more than before, and no new money was lent.
func renewal(c *clerk) {
	b := c.herder(1)
	old, renewed := c.bullet(1, b, "2024-01-05", "100000.00", "12"), c.bullet(2, b, "2024-12-02", "100000.00", "12")
	old.method, old.terms = "按期付息到期还本", []string{"期数", "4", "每期月数", "3"}
	c.lent(old)
	c.credited(renewed)
	var interest []line
	for _, due := range []string{"2024-04-05", "2024-07-05", "2024-10-05"} { // 91, 91 and 92 days
		amount := "1162.78"
		if due == "2024-10-05" {
			amount = "1175.56"
		}
		interest = append(interest, c.repaid(old, due, amount))
	}
	c.send(officer, append(interest, c.signed(renewed))...)
	before := c.totals()
	// 100,000 × 4.60 % × 76 / 360
	renew := c.of(renewed, "续贷", "2024-12-20", "原合同编号", old.contract, "结息金额", "971.11", "凭证摘要", digest, "符合续贷条件", "是")
	c.send(decider, renew)
	after := c.totals()
	more := loan.TotalsAnswer{Disbursed: after.Disbursed - before.Disbursed, PrincipalRepaid: after.PrincipalRepaid - before.PrincipalRepaid,
		Outstanding: after.Outstanding - before.Outstanding, Renewed: after.Renewed - before.Renewed}
	const lent = money.Fen(100_000_00)
	require.Equal(c, loan.TotalsAnswer{Disbursed: lent, PrincipalRepaid: lent, Renewed: lent}, more)
	require.Equal(c, before.Disbursed-before.Renewed, after.Disbursed-after.Renewed, "new money")

	a, z := c.show(old, "2024-12-20"), c.show(renewed, "2024-12-20")
	require.Equal(c, []any{loan.Settled, renewed.contract}, []any{a.Status, a.Renewal.RenewedBy})
	require.Equal(c, []any{loan.Disbursed, old.contract}, []any{z.Status, z.Renewal.Of})
	require.Equal(c, []money.Fen{0, lent}, []money.Fen{a.Account.Outstanding, z.Account.Outstanding})
	c.refused(decider, refusal{"LOAN_STATE", "业务状态", "SIGNED", "DISBURSED → DISBURSED"},
		c.of(renewed, "续贷", "2024-12-20", "原合同编号", old.contract, "凭证摘要", digest))
}

func (c *clerk) totals() (a loan.TotalsAnswer) {
	c.Helper()
	c.ask(&a, "loan", "totals", "--as", officer)
	return a
}
