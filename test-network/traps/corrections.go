package traps

import (
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// closedMonth is trap 9: 137,000 yuan were paid out in December and entered as
// 13,700; in January that is found. December's figure stays as it was told,
// the correction is January's and marked so.
func closedMonth(c *clerk) {
	d := c.bullet(1, c.herder(1), "2024-12-02", "137000.00", "4")
	c.credited(d)
	wrong := c.disbursed(d, "2024-12-06", "13700.00")
	c.send(officer, c.signed(d), wrong)
	require.Empty(c, c.show(d, "2024-12-27").Adjusted, "recorded in its own month")
	c.day("2025-01-10")
	c.refused(decider, refusal{"LOAN_SECOND_SIGNATURE", "被冲正流水号", "loan.RequestReversal", wrong.number()},
		c.of(d, "冲正", "2025-01-10", "被冲正流水号", wrong.number(), "冲正原因", "金额有误"))
	reversal := c.correct(d, "2025-01-10", wrong.number())
	right := c.disbursed(d, "2024-12-06", "137000.00").with("补记原流水号", wrong.number())
	c.send(officer, right)

	s := c.show(d, "2024-12-31")
	require.Equal(c, "137000.00", s.Account.Outstanding.String(), "by date of effect, as it is known now")
	require.Equal(c, []loan.Month{loan.MonthOf(calendar.MustParse("2025-01-10"))}, s.Adjusted)
	var history struct {
		Entries []struct {
			Number, Command string
			Date            string
			ReversedBy      string `json:"reversed_by"`
			Replaces        string
			Late            bool
			RecordedIn      string `json:"recorded_in"`
			Detail          struct{ Amount money.Fen }
		}
	}
	c.ask(&history, "loan", "history", d.contract, "--as", officer)
	marks, paidOut := map[string][4]any{}, map[string]money.Fen{}
	published, adjusted := map[string]money.Fen{}, map[string]money.Fen{}
	for _, e := range history.Entries {
		marks[e.Number] = [4]any{e.ReversedBy, e.Replaces, e.Late, e.RecordedIn}
		amount := e.Detail.Amount
		switch e.Command {
		case "loan.Disburse":
			paidOut[e.Number] = amount
		case "loan.Reverse":
			amount = -paidOut[wrong.number()]
		default:
			continue
		}
		if e.Late {
			adjusted[e.RecordedIn] += amount
		} else {
			published[e.Date[:7]] += amount
		}
	}
	require.Equal(c, [4]any{reversal, "", false, ""}, marks[wrong.number()], "December's entry stays")
	require.Equal(c, [4]any{"", "", true, "2025-01"}, marks[reversal])
	require.Equal(c, [4]any{"", wrong.number(), true, "2025-01"}, marks[right.number()])
	require.Equal(c, map[string]money.Fen{"2024-12": 13_700_00}, published)
	require.Equal(c, map[string]money.Fen{"2025-01": 137_000_00 - 13_700_00}, adjusted)
}
