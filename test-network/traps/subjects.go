package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// known is a subject as the bank's book knows it.
func (c *clerk) known(b *borrower, day string) (s subject.ShowAnswer) {
	c.Helper()
	c.ask(&s, "subject", "show", "--number", b.number, "--as", acceptor, "--day", day)
	return s
}

// sizes is trap 7: of a shop's employees and revenue, one below the bound is
// enough for the class below; a loan keeps the size of its day.
func sizes(c *clerk) {
	micro := c.retailer(1, "630102", "630102", "9", "1500000.00")
	small := c.retailer(2, "630102", "630102", "50", "4000000.00")
	medium := c.retailer(3, "630102", "630102", "50", "5000000.00")
	first, second := c.bullet(1, small, "2024-06-03", "100000.00", "6"), c.bullet(2, small, "2024-08-05", "100000.00", "6")
	c.send(operator, c.registered(micro, "2024-06-03"), c.registered(medium, "2024-06-03"))
	c.accepted(first)
	for b, want := range map[*borrower]identifier.Size{micro: identifier.Micro, small: identifier.Small, medium: identifier.Medium} {
		require.Equal(c, want, c.known(b, "2024-06-03").Facts.Size, "%s employees, %s yuan", b.employees, b.revenue)
	}
	c.send(operator, c.line("主体变更", "2024-07-01", "接入机构", c.bank, "主体证件号码", small.number, "从业人数", "400", "营业收入", "300000000.00", "资产总额", "90000000.00"))
	c.accepted(second)
	require.Equal(c, identifier.Small, c.show(first, "2024-12-20").Profile.Size)
	require.Equal(c, identifier.Large, c.show(second, "2024-12-20").Profile.Size)
}

// herderWithoutUSCC is trap 10: a herder has a resident ID and no unified
// social credit code, and is lent to on it.
func herderWithoutUSCC(c *clerk) {
	b := c.herder(1)
	wrong := b.number[:16] + "9" + b.number[17:] // the serial is 000
	c.unreadable(operator, refusal{"RESIDENT_ID_CHECK_CHARACTER", "主体证件号码", "", wrong}, c.registered(b, "2023-09-04"), "主体证件号码", wrong)
	c.unreadable(operator, refusal{"SUBJECT_ID_KIND", "证件类型", "USCC", "RESIDENT_ID"}, c.registered(b, "2023-09-04"), "主体类型", "个体工商户")

	// Principal after the sale of animals in autumn.
	d := c.bullet(1, b, "2023-09-04", "90000.00", "14")
	d.method, d.terms = "按季节还本", []string{"还本日期", "2023-11-15;2024-11-01", "还本金额", "30000.00;60000.00"}
	c.lent(d)
	s := c.known(b, "2023-09-04")
	require.Equal(c, []any{subject.Herder, subject.ResidentID}, []any{s.Type, s.IDKind})
	require.Zero(c, s.Facts.Size, "enterprises alone have one")
	x := c.show(d, "2023-11-15")
	require.Equal(c, subject.Herder, x.Profile.Type)
	require.Zero(c, x.Profile.Size)
	require.NotEqual(c, b.number, x.Subject, "the loan names a pseudonym")
	// 30,000 and 90,000 × 4.60 % × 72 / 360
	require.Equal(c, "30828.00", x.Account.Due.String())
	c.send(officer, c.repaid(d, "2023-11-15", "30828.00"))
	require.Equal(c, "60000.00", c.show(d, "2024-10-31").Account.Outstanding.String())
	filedOnResidentID(c, b)
}

// regionOfThePast is trap 11: a code of 2018 has 630122 in it, the county that
// is 630106 today. It is good, and says nothing about where its holder is now.
func regionOfThePast(c *clerk) {
	stayed := c.retailer(1, "630122", "630106", "12", "1800000.00")
	moved := c.retailer(2, "630122", "632801", "12", "1800000.00")
	c.unreadable(operator, refusal{"SUBJECT_REGION", "经营地区划", "use 630106", "630122"}, c.registered(stayed, "2024-06-03"), "经营地区划", "630122")
	before, at, after := c.bullet(1, stayed, "2024-06-03", "100000.00", "6"), c.bullet(2, moved, "2024-06-03", "100000.00", "6"), c.bullet(3, stayed, "2024-08-05", "100000.00", "6")
	c.accepted(before, at)
	c.send(operator, c.line("主体变更", "2024-07-01", "接入机构", c.bank, "主体证件号码", stayed.number, "经营地区划", "630102"))
	c.accepted(after)
	want := map[string]string{before.contract: "630106", at.contract: "632801", after.contract: "630102"}
	listed := map[string]string{}
	for next := ""; ; {
		var a loan.ListAnswer
		c.ask(&a, "loan", "list", "--as", officer, "--after", next)
		for _, l := range a.Loans {
			if want[l.Loan] != "" {
				listed[l.Loan] = l.Region
			}
		}
		if next = a.Next; next == "" {
			break
		}
	}
	require.Equal(c, want, listed)
	require.Equal(c, "2024-06-03", c.show(before, "2024-12-20").Profile.Date.String(), "the place is that of the day on which the loan was accepted")
}
