package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// daysPastDue is trap 1: the class turns on the day after day 90, 270 and 360,
// and a bank cannot say better.
func daysPastDue(c *clerk) {
	d := c.bullet(1, c.herder(1), "2023-07-05", "100000.00", "4")
	c.lent(d)
	due := calendar.MustParse("2023-11-05")
	day := func(past int) string { return (due + calendar.Date(past)).String() }
	for past, class := range map[int]string{0: "normal", 90: "special_mention", 91: "substandard", 271: "doubtful", 361: "loss"} {
		a := c.show(d, day(past)).Account
		require.Equal(c, past, a.DaysPastDue)
		require.Equal(c, class, a.InForce.String(), "%d days", past)
	}
	var lines []line
	refused := map[string]refusal{}
	for _, x := range []struct {
		past         int
		class, floor string
		code         string // of the class, where it is refused
	}{
		{90, "关注", "", ""}, {91, "关注", "substandard", "special_mention"},
		{270, "次级", "", ""}, {271, "次级", "doubtful", "substandard"},
		{360, "可疑", "", ""}, {361, "可疑", "loss", "doubtful"},
	} {
		l := c.of(d, "五级分类", day(x.past), "五级分类", x.class, "分类原因", "还款能力变化")
		if x.floor != "" {
			refused[l.number()] = refusal{"LOAN_CLASS_BETTER_THAN_FLOOR", "五级分类", x.floor, x.code + " (K01)"}
		}
		lines = append(lines, l)
	}
	require.Equal(c, refused, c.decided(officer, lines...))
}

// adverse is trap 19: what tells of a person's arrears is kept for five years
// from their end, not from the day on which they began; of an enterprise the
// law knows no such term.
func adverse(c *clerk) {
	late := c.bullet(1, c.herder(1), "2022-09-01", "100000.00", "2") // due on 1 November 2022
	firm := c.bullet(2, c.retailer(1, "630102", "630102", "12", "1800000.00"), "2022-09-01", "100000.00", "2")
	c.lent(late, firm)
	require.Empty(c, c.show(late, "2022-11-01").Adverse, "due, and not past due")
	told := func(at string) []string {
		list := c.show(late, at).Adverse
		require.Len(c, list, 1)
		return []string{list[0].From.String(), list[0].Ended.String(), list[0].Keep.String()}
	}
	c.send(officer, c.repaid(late, "2023-03-10", "50000.00"), c.repaid(firm, "2023-03-10", "50000.00"))
	owed := c.show(firm, "2024-02-29").Account.Due.String()
	require.Equal(c, []string{"2022-11-02", "", ""}, told("2024-02-29"), "a part paid ends nothing, and no term runs while it goes on")
	c.send(officer, c.repaid(late, "2024-02-29", owed), c.repaid(firm, "2024-02-29", owed), c.of(late, "结清", "2024-06-03"))
	require.Equal(c, []string{"2022-11-02", "2024-02-29", "2029-02-28"}, told("2024-12-20"))
	require.Equal(c, []string{"2022-11-02", "", ""}, told("2024-02-28"), "as it was then")
	require.Empty(c, c.show(firm, "2024-12-20").Adverse)
}
