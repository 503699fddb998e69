package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// figures are a loan's accounts at the end of days, none of whose figures may
// be negative.
func (c *clerk) figures(d *deal, days ...string) map[string]*loan.AccountSheet {
	c.Helper()
	accounts := map[string]*loan.AccountSheet{}
	for _, at := range days {
		a := c.show(d, at).Account
		for name, x := range map[string]money.Fen{"outstanding": a.Outstanding, "overdue principal": a.OverduePrincipal, "overdue interest": a.OverdueInterest,
			"penalty": a.Penalty, "compound": a.Compound, "fee": a.Fee, "advance": a.Advance, "due": a.Due, "coming": a.Coming} {
			require.GreaterOrEqual(c, x, money.Fen(0), "%s on %s", name, at)
		}
		accounts[at] = a
	}
	return accounts
}

// recoveries is trap 8, of the base of compensation: what came in after a loan
// was written off may be more than the principal that was lost, since the debt
// went on to bear penalty; the base, which is the outstanding principal, ends
// at nothing and not below, and nobody is credited with more than is owed.
func recoveries(c *clerk) {
	d := c.bullet(1, c.herder(1), "2022-09-01", "100000.00", "6") // due on 1 March 2023
	c.lent(d)
	c.send(decider, c.of(d, "核销", "2024-06-03", "凭证摘要", digest, "核销原因", "终本裁定后无财产可供执行"))
	recovered := func(date, amount string) line {
		return c.of(d, "核销收回", date, "收回金额", amount, "凭证摘要", digest)
	}
	first := recovered("2024-07-01", "70000.00")
	c.send(officer, first, recovered("2024-08-01", "31000.00"))
	base := c.figures(d, "2024-06-30", "2024-07-31", "2024-08-01")
	require.Equal(c, []money.Fen{100_000_00, 30_000_00, 0}, []money.Fen{base["2024-06-30"].Outstanding, base["2024-07-31"].Outstanding, base["2024-08-01"].Outstanding}, "principal first")
	off := base["2024-08-01"].WrittenOff
	require.Equal(c, money.Fen(100_000_00), off.Principal)
	require.Greater(c, off.Recovered, off.Principal)

	owed := base["2024-08-01"].Due // interest and penalty of before
	require.Positive(c, owed)
	above, last := recovered("2024-08-01", (owed+1).String()), recovered("2024-08-01", owed.String())
	late, early := recovered("2024-08-02", "0.01"), recovered("2024-07-15", "0.01")
	require.Equal(c, map[string]refusal{
		above.number(): {"LOAN_ABOVE_OWED", "收回金额", owed.String(), (owed + 1).String()},
		late.number():  {"LOAN_ABOVE_OWED", "收回金额", "0.00", "0.01"},
		early.number(): {"LOAN_ENTRY_FALLS", "entry", "LOAN_ABOVE_OWED", last.number() + " 2024-08-01"},
	}, c.decided(officer, above, last, late, early))
	require.Zero(c, c.figures(d, "2024-12-27")["2024-12-27"].Due)

	// Money that did not come in makes the base rise again.
	c.correct(d, "2024-09-02", first.number())
	again := c.figures(d, "2024-07-31", "2024-09-02")
	require.Equal(c, money.Fen(100_000_00), again["2024-07-31"].Outstanding)
	require.Equal(c, money.Fen(69_000_00)-owed, again["2024-09-02"].Outstanding)
	recoveredBeyondLoss(c)
}

// withheld is trap 15: what the borrower did not get is no principal, also
// where a disbursement is entered again.
func withheld(c *clerk) {
	d := c.bullet(1, c.herder(1), "2024-06-03", "137000.00", "4")
	c.credited(d)
	right := c.disbursed(d, "2024-06-03", "137000.00")
	less := func(l line) {
		c.Helper()
		c.unreadable(officer, refusal{"LOAN_WITHHELD", "收款人", "137000.00", "130000.00"}, l, "支付金额", "130000.00")
	}
	less(right)
	wrong := c.disbursed(d, "2024-06-03", "130000.00")
	c.send(officer, c.signed(d), wrong)
	c.correct(d, "2024-06-04", wrong.number())
	right = right.with("补记原流水号", wrong.number())
	less(right)
	c.send(officer, right)
	require.Equal(c, "137000.00", c.show(d, "2024-06-30").Account.Disbursed.String())
}

// lastFen is trap 20: a loan of a yuan and a fen in three instalments, paid
// fen by fen in any order of days, never shows less than nothing and is
// settled to the fen.
func lastFen(c *clerk) {
	d := c.bullet(1, c.herder(1), "2023-01-05", "1.01", "3")
	d.method = "等额本息"
	c.lent(d)
	c.send(officer, c.repaid(d, "2023-02-05", "0.01"), c.repaid(d, "2023-09-20", "0.01"), c.repaid(d, "2023-03-06", "0.34"), c.repaid(d, "2023-01-31", "0.01"),
		c.repaid(d, "2024-05-06", "0.02"), c.repaid(d, "2023-02-05", "0.01"))
	a := c.figures(d, "2023-02-05", "2023-03-06", "2023-09-20", "2024-12-20")["2024-12-20"]
	left := a.Due + a.Coming
	require.Positive(c, left)
	lines := []line{c.repaid(d, "2024-12-20", (left + 1).String()), c.repaid(d, "2024-12-20", left.String()), c.repaid(d, "2024-12-20", "0.01"), c.of(d, "结清", "2024-12-20")}
	require.Equal(c, map[string]refusal{
		lines[0].number(): {"LOAN_ABOVE_OWED", "还款金额", left.String(), (left + 1).String()},
		lines[2].number(): {"LOAN_ABOVE_OWED", "还款金额", "0.00", "0.01"},
	}, c.decided(officer, lines...))
	a = c.figures(d, "2024-12-20")["2024-12-20"]
	require.Equal(c, "1.01", a.Paid.Principal.String())
	require.Zero(c, a.Outstanding+a.OverduePrincipal+a.OverdueInterest+a.Penalty+a.Compound+a.Fee+a.Advance+a.Due+a.Coming)
	poolToTheFen(c)
}
