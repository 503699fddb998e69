package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// shortPool is trap 3: the claims of two banks come to 60,000 yuan, the pool
// has 30,000.01. It is shared in proportion to the last fen, and each claim
// says that the pool bound it.
func shortPool(c *clerk) {
	rival := c.at("BankB")
	mine, theirs := c.bad(1, "100000.00"), rival.bad(2, "50000.01")
	c.lentAndFiled(mine)
	rival.lentAndFiled(theirs)
	c.claimed(mine, untilApproved...)
	rival.claimed(theirs, untilApproved...)
	c.holds(30_000_01)
	// 30,000.01 × 40,000 / 60,000 = 20,000.00⅔ and 10,000.00⅓: the fen that is
	// left goes to the larger rest.
	require.Equal(c, map[string][2]string{"BankAMSP " + claimOf(mine): {"20000.01", "pool"}, "BankBMSP " + claimOf(theirs): {"10000.00", "pool"}}, c.allocated())
	require.Zero(c, c.pool().Available)
	c.paid()
	rival.paid()
	for d, x := range map[*deal]struct {
		*clerk
		entitlement, paid string
	}{mine: {c, "40000.00", "20000.01"}, theirs: {rival, "20000.00", "10000.00"}} {
		s := x.claim(d)
		require.Equal(c, []any{compensation.Paid, x.entitlement, "ratio", x.paid, "pool", "资金池可用余额"},
			[]any{s.Status, s.Award.Entitlement.String(), s.Award.Binding, s.Award.Paid.String(), s.Award.Limb, s.Award.LimbZh})
	}
	s := c.pool()
	require.Zero(c, s.Reserved+s.Available)
}

// recoveredBeyondLoss is trap 8 as claims go: after the fund has paid, more
// comes in than was lost, since the debt went on to bear penalty. The bank
// returns what it was paid, and not a fen more.
func recoveredBeyondLoss(c *clerk) {
	d := c.bad(2, "100000.00")
	c.lentAndFiled(d)
	c.claimed(d, untilApproved...)
	c.holds(50_000_00)
	require.Equal(c, map[string][2]string{"BankAMSP " + claimOf(d): {"40000.00", "ratio"}}, c.allocated())
	c.paid()
	owed := c.show(d, fundDay).Account.Due
	require.Greater(c, owed, money.Fen(100_000_00))
	c.send(officer, c.repaid(d, fundDay, owed.String()))
	c.numbered(officer, fundDay, "comp", "record-recovery", "--claim", claimOf(d))
	s := c.claim(d)
	require.Equal(c, []string{"40000.00", "40000.00"}, []string{s.Dues[0].Amount.String(), s.Award.DueBack.String()})
	c.denied(financeClerk, refusal{"FUND_ABOVE_PAID", "amount", "40000.00", "40000.01"}, fundDay, c.returned(d, "40000.01")...)
	before := c.pool()
	c.gaveBack(d, "40000.00")
	require.Equal(c, before.Balance+40_000_00, c.pool().Balance)
	s = c.claim(d)
	require.Equal(c, s.Award.Paid, s.Award.Back)
	require.Zero(c, s.Award.DueBack)
	c.denied(financeDirector, refusal{"CLAIM_NOTHING_TO_CLAW_BACK", "claim", "0.01", "0.00"}, fundDay, "comp", "order-clawback", "--claim", claimOf(d), "--reason", "B01", "--note", "核查", "--bank", c.bank)
}

// publicityOverHoliday is trap 16: five working days from Friday, 27 September
// 2024, are the make-up Sunday, Monday, and after National Day 8, 9 and 10
// October. Not before the 11th is the claim approved.
func publicityOverHoliday(c *clerk) {
	d := c.bullet(1, c.herder(1), "2024-03-01", "100000.00", "3") // due on 1 June, bad on 31 August
	c.lentAndFiled(d)
	c.claimed(d, "2024-09-02", "2024-09-10", "2024-09-12", "2024-09-18", "2024-09-20", "2024-09-27")
	s := c.claim(d)
	require.Equal(c, []string{"2024-09-27", "2024-10-10", "2024-10-23"}, []string{s.Publicity.From.String(), s.Publicity.To.String(), s.Next.By.String()})
	approve := []string{"comp", "approve", "--claim", claimOf(d), "--bank", c.bank}
	for _, on := range []string{"2024-10-08", "2024-10-10"} { // seven weekdays without the holiday; the fifth working day
		c.denied(financeDirector, refusal{"CLAIM_PUBLICITY_RUNS", "date", "after 2024-10-10", on}, on, approve...)
	}
	c.numbered(financeDirector, "2024-10-11", approve...)
	require.Equal(c, compensation.Approved, c.claim(d).Status)
	c.numbered(financeClerk, "2024-10-11", "fund", "stop-payment", "--claim", claimOf(d), "--why", "核对材料", "--bank", c.bank)
}

// poolToTheFen is trap 20 as the pool goes: a loss of a yuan and a fen, of
// which 45 percent are 45 fen and the pool has 44. It is paid in parts and
// comes back fen by fen; nothing ever shows less than nothing.
func poolToTheFen(c *clerk) {
	d := c.bad(2, "1.01")
	c.agreed()
	c.credited(d)
	c.send(officer, c.signed(d), c.reserved(d), c.disbursed(d, d.date, d.amount), c.filed(d, d.date, "首贷", "是"))
	c.claimed(d, untilApproved...)
	c.holds(44)
	require.Equal(c, map[string][2]string{"BankAMSP " + claimOf(d): {"0.44", "pool"}}, c.allocated())
	part := func(amount string) (string, []string) {
		order, args := c.orderTo("order-payout")
		return order, append(args, "--lines", `[{"claim":"`+claimOf(d)+`","amount":"`+amount+`"}]`)
	}
	_, above := part("0.45")
	c.denied(financeClerk, refusal{"FUND_ABOVE_ALLOCATED", "amount", "0.44", "0.45"}, fundDay, above...)
	for _, amount := range []string{"0.21", "0.23"} {
		order, args := part(amount)
		c.numbered(financeClerk, fundDay, args...)
		c.pays(order)
	}
	s := c.pool()
	require.Equal(c, []money.Fen{0, 0, 0}, []money.Fen{s.Balance, s.Reserved, s.Available})

	recover := func(amount string) compensation.ClaimSheet {
		c.send(officer, c.repaid(d, fundDay, amount))
		c.numbered(officer, fundDay, "comp", "record-recovery", "--claim", claimOf(d))
		return c.claim(d)
	}
	require.Zero(c, recover("0.01").Award.DueBack, "less than half a fen is the fund's")
	require.Equal(c, "0.44", recover(c.show(d, fundDay).Account.Due.String()).Award.DueBack.String())
	c.gaveBack(d, "0.44")
	require.Equal(c, money.Fen(44), c.pool().Available)
}
