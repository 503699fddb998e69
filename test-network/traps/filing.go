package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
)

// ruleVersions is trap 2: since 1 July 2023 the fund also covers secured loans
// and herders. A loan is judged by the rules of the day on which it was filed,
// whatever they were when it was promised and whatever they are when the bank
// claims.
func ruleVersions(c *clerk) {
	const eve, first = "2023-06-30", "2023-07-01"
	firm := c.retailer(1, "630102", "630102", "12", "1800000.00")
	loan := func(n int, b *borrower, guarantee string) *deal {
		d := c.bullet(n, b, eve, "100000.00", "4")
		d.product, d.guarantee = "OTH", guarantee
		return d
	}
	before, between, secured, herder := loan(1, firm, "信用"), loan(2, firm, "信用"), loan(3, firm, "保证"), c.bullet(4, c.herder(2), eve, "90000.00", "4")
	c.agreed()
	c.credited(before, between, secured, herder)
	early, other := c.reserved(secured), c.reserved(herder)
	require.Equal(c, map[string]refusal{
		early.number(): {"FILING_GUARANTEE", "guarantee", "C1", "C2"},
		other.number(): {"FILING_BORROWER_TYPE", "type", "ENTERPRISE", "HERDER"},
	}, c.decided(officer, c.signed(before), c.signed(between), c.signed(secured), c.signed(herder), c.reserved(before), c.reserved(between), early, other))
	var lines []line
	for _, d := range []*deal{before, between, secured, herder} {
		lines = append(lines, c.disbursed(d, eve, d.amount))
	}
	c.send(officer, append(lines, c.filed(before, eve), c.filed(between, first),
		c.reserved(secured).with("业务日期", first), c.filed(secured, first, "首贷", "是"), c.reserved(herder).with("业务日期", first), c.filed(herder, first))...)
	for d, want := range map[*deal]string{before: "RC-QH-v1", between: "RC-QH-v2", secured: "RC-QH-v2", herder: "RC-QH-v2"} {
		require.Equal(c, want, c.filing(d, first).Pack)
	}

	// Due on 30 October, bad since 29 January; claimed for when the first rules
	// have long been replaced.
	for d, want := range map[*deal][2]string{before: {"RC-QH-v1", "40000.00"}, secured: {"RC-QH-v2", "25000.00"}} {
		var s compensation.ClaimSheet
		c.ask(&s, "comp", "claim", d.contract, "--date", "2024-02-05", "--as", officer)
		require.Equal(c, []any{want[0], want[1], "ratio"}, []any{s.Filing.Pack, s.Sum.String(), s.Binding})
		for _, i := range s.Inputs {
			if i.Input == "ratio" {
				require.Contains(c, i.From, want[0])
			}
		}
	}
}

// financedTwice is trap 4: a receivable that secures a filed loan of one bank
// secures none of another's, and the other does not learn whose it is. It is
// free again once the filing was taken back.
func financedTwice(c *clerk) {
	rival := c.at("BankB")
	const receivable = "YSZK-2024-000417"
	mine, theirs := c.bullet(1, c.retailer(1, "630102", "630102", "12", "1800000.00"), "2024-05-06", "300000.00", "6"), rival.bullet(2, rival.retailer(2, "630102", "630102", "14", "2000000.00"), "2024-05-06", "310000.00", "6")
	for _, x := range []struct {
		*clerk
		d *deal
	}{{c, mine}, {rival, theirs}} {
		x.d.product, x.d.guarantee = "ORD", "抵押"
		x.agreed()
		x.credited(x.d)
		x.send(officer, x.signed(x.d))
	}
	pledged := func(c *clerk, d *deal) line { return c.reserved(d, "质押应收账款编号", receivable) }
	c.send(officer, pledged(c, mine), c.disbursed(mine, mine.date, mine.amount), c.filed(mine, mine.date))
	taken := refusal{"REGISTRY_PLEDGED", "质押应收账款编号", "", ""}
	rival.refused(officer, taken, pledged(rival, theirs))
	c.send(officer, c.of(mine, "撤销备案", "2024-05-08", "撤销原因", "银行申请退出"))
	rival.send(officer, pledged(rival, theirs))
	require.Equal(c, compensation.FilingRevoked, c.filing(mine, "2024-05-08").Status)
	require.Equal(c, compensation.FilingDraft, rival.filing(theirs, "2024-05-08").Status)
}

// filedOnResidentID is trap 10 as filings go: a herder is filed on a resident
// ID, and is one borrower at every bank: the household's cap of 300,000 yuan
// holds over all of them, and no bank is told what the others have filed.
func filedOnResidentID(c *clerk, b *borrower) {
	rival := c.at("BankB")
	mine, theirs := c.bullet(2, b, "2024-03-04", "200000.00", "12"), rival.bullet(3, b, "2024-03-04", "150000.00", "12")
	c.lentAndFiled(mine)
	rival.agreed()
	rival.credited(theirs)
	above := rival.reserved(theirs)
	require.Equal(c, map[string]refusal{above.number(): {"REGISTRY_CAP_HOUSEHOLD", "预留金额", "300000.00", ""}},
		rival.decided(officer, rival.signed(theirs), above, rival.reserved(theirs, "预留金额", "100000.00")))
	var caps registry.CapsAnswer
	rival.ask(&caps, "comp", "caps", theirs.contract, "--as", officer)
	require.Equal(c, []string{"300000.00", "100000.00", "100000.00"}, []string{caps.Household.String(), caps.Own.String(), caps.Loan.String()})
	require.Nil(c, caps.All, "what other banks have filed is not for a bank")
	c.ask(&caps, "comp", "caps", theirs.contract, "--bank-msp", "BankBMSP", "--as", financeClerk)
	require.Equal(c, []any{"300000.00", 2}, []any{caps.All.String(), caps.Loans})
}

// filedAfterTheLPRFell is trap 12 as filings go: the rate was within the cap on
// the day of the contract. It stays eligible though the LPR is lower on the day
// of the filing.
func filedAfterTheLPRFell(c *clerk, d *deal) {
	c.agreed()
	const lent, filed = "2024-07-22", "2024-07-23"
	c.send(officer, c.reserved(d).with("业务日期", lent), c.disbursed(d, lent, d.amount), c.filed(d, filed))
	f := c.filing(d, filed)
	require.Equal(c, []any{compensation.FilingFiled, "3.45", "4.95"}, []any{f.Status, f.LPR.String(), f.Rate.String()})
}

// smallBreaker is trap 17: a bank's only filed loan goes bad. A hundred percent
// of one loan says nothing, so the bank files on; and on the way a loan is
// reserved before its money leaves, filed once it has, by day file and by verb.
// No other trap files so early.
func smallBreaker(c *clerk) {
	c.agreed()
	b := c.retailer(1, "630102", "630102", "12", "1800000.00")
	first, second := c.bullet(1, b, "2022-10-10", "200000.00", "2"), c.bullet(2, b, "2023-04-03", "150000.00", "6") // the first was due on 10 December
	first.product, second.product = "OTH", "OTH"
	c.credited(first, second)
	c.send(officer, c.signed(first), c.signed(second), c.reserved(first))
	c.refused(officer, refusal{"FILING_LOAN_STATE", "合同编号", "DISBURSED", "SIGNED"}, c.filed(first, first.date))
	c.send(officer, c.disbursed(first, first.date, first.amount), c.filed(first, first.date, "首贷", "是"))
	f := c.filing(first, "2023-03-31")
	require.Equal(c, []any{compensation.FilingFiled, "RC-QH-v1", "200000.00", true, "substandard"}, []any{f.Status, f.Pack, f.Amount.String(), f.FirstLoan, f.Class.String()})

	var sheets, again []registry.BankSheet
	judge := []string{"comp", "breaker", "--bank", "BankA", "--month", "2023-03", "--as", supervisor}
	c.ask(&sheets, judge...)
	s := sheets[0]
	require.Equal(c, []any{1, "200000.00", "200000.00"}, []any{s.Portfolio.Loans, s.Portfolio.Filed.String(), s.Portfolio.Bad.String()})
	require.Equal(c, "OK", s.Breaker.String())
	c.ask(&again, judge...)
	require.Equal(c, sheets, again)

	// Without a number of its own a command that comes again is already applied.
	// What was revoked may be reserved and revoked anew on the same day.
	twice := func(args ...string) {
		var a struct{ Outcome string }
		for _, want := range []string{"accepted", "already applied"} {
			c.ask(&a, append(args, "--date", second.date, "--as", officer)...)
			require.Equal(c, want, a.Outcome, "%v", args)
		}
	}
	for n, amount := range []string{"100000.00", "90000.00", "90000.00"} {
		twice("comp", "reserve", second.contract, "--amount", amount)
		f := c.filing(second, second.date)
		require.Equal(c, []any{compensation.FilingDraft, amount, n + 1}, []any{f.Status, f.Amount.String(), f.Reservations})
		twice("comp", "revoke", second.contract, "--reason", "V01")
		require.Equal(c, compensation.FilingRevoked, c.filing(second, second.date).Status)
	}
}
